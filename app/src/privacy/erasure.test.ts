import { expect } from "chai";
import { testApp, type TestAnswer, type TestApp } from "../../test/app.test-support.ts";
import { eventually } from "../../test/servers-crash.test-support.ts";
import {
  books,
  completed,
  dump,
  findIn,
  PLANTED,
  plantTraces,
  type Completed,
  type Traces,
} from "./privacy.test-support.ts";

interface Body {
  id: string;
  status: string;
  customer: string;
  counts: Record<string, number>;
  completed: number | null;
  error: { code: string; message: string };
  data: { id: string; data: { object: object } }[];
}

describe("erasure of a customer", () => {
  let app: TestApp;
  before(async function () {
    this.timeout(60_000);
    app = await testApp();
  });
  after(() => app.close());

  async function newCustomer(): Promise<string> {
    return (await app.post<Body>("/v1/customers", { name: PLANTED.name })).body.id;
  }

  const erase = (customer: string, idempotencyKey?: string): Promise<TestAnswer<Body>> =>
    app.post<Body>(`/v1/customers/${customer}/erasure`, undefined, { idempotencyKey });

  describe("that left traces everywhere", () => {
    let traces: Traces;
    let before_: Awaited<ReturnType<typeof books>>;
    let dumpBefore: string;
    let asked: TestAnswer<Body>;
    let done: Completed;

    before(async function () {
      this.timeout(60_000);
      traces = await plantTraces(app);
      dumpBefore = await dump(app.database.pool);
      before_ = await books(app.database.pool);
      asked = await erase(traces.customer, "erase-1");
      done = await completed(app, asked.body.id);
    });

    it("leaves no byte of its data in a dump of the database, in whatever encoding (B11, F5)", async () => {
      const { name, email, phone, street, description, billing, ...readable } = PLANTED;
      // What is checked was there: in plain text, in kept answers at least.
      const planted = [name, email, phone, street, description, billing, ...Object.values(readable)];
      expect(findIn(dumpBefore, planted)).to.have.members(planted);
      expect(findIn(dumpBefore, traces.hashes)).to.have.length(2);

      const after = await dump(app.database.pool);
      expect(findIn(after, planted)).to.deep.equal([]);
      expect(findIn(after, traces.hashes)).to.deep.equal([]);
      expect(after).not.to.match(/first6|last4"|555555|exp_month|quagmire|zebulon/i);
      const keys = await app.database.pool.query(
        "select from vault_data_keys where subject in ($1, $2, $3) union all select from vault_entries where subject = $1",
        [traces.customer, traces.method, traces.detached],
      );
      expect(keys.rowCount).to.equal(0);
    });

    it("changes no entry, balance or sum of the ledger, and no block of the audit chain (F5)", async () => {
      const after = await books(app.database.pool);
      expect(after.balances).to.deep.equal(before_.balances);
      expect(after.entries).to.deep.equal(before_.entries);
      expect(after.sums).to.deep.equal(before_.sums);
      expect(after.sums).to.deep.equal([{ currency: "usd", sum: 0 }]);
      expect(after.blocks).to.include.members(before_.blocks);
      const { pool } = app.database;
      expect((await pool.query("select * from audit_violations()")).rows).to.deep.equal([]);
      expect((await pool.query("select * from ledger_drift()")).rows).to.deep.equal([]);
    });

    it("keeps amounts, states and times under ids, with new versions", async () => {
      const { body } = await app.get<Record<string, unknown>>(`/v1/payments/${traces.payment}`);
      expect(body).to.deep.include({
        id: traces.payment,
        status: "succeeded",
        amount: 10_000,
        amount_refunded: 2_500,
        customer: traces.customer,
        payment_method: traces.method,
        metadata: {},
      });
      expect(body).not.to.have.any.keys("description", "reference", "statement_descriptor", "return_url");
      const refund = await app.get<Record<string, unknown>>(`/v1/refunds/${traces.refund}`);
      expect(refund.body).to.deep.include({ amount: 2_500, payment: traces.payment, metadata: {} });
      const dispute = await app.get<Record<string, unknown>>(`/v1/disputes/${traces.dispute}`);
      expect(dispute.body).to.deep.include({ status: "won", amount: 100, has_evidence: false });
      const { rows } = await app.database.pool.query<{ version: number }>(
        "select version from disputes where id = $1",
        [traces.dispute],
      );
      expect(rows).to.deep.equal([{ version: 2 }]);
    });

    it("leaves events, transfers and an export that can be read, with nothing personal in them", async () => {
      const events = await app.get<Body>(`/v1/events?object=${traces.payment}`);
      expect(events.body.data).not.to.have.length(0);
      for (const { data } of events.body.data) {
        expect(data.object).to.deep.equal({ id: traces.payment, erased: true });
      }
      const { body } = await app.get<object>(`/v1/transfers/${traces.transfer}`);
      expect(body).to.deep.include({ amount: 700, description: null, metadata: {} });
      const exported = await app.get<{ parts: Record<string, object[]> }>(
        `/v1/customers/${traces.customer}/export`,
      );
      expect(exported.body.parts.customer?.[0]).to.include({ id: traces.customer, deleted: true });
      expect(exported.body.parts.payment_methods).to.have.length(2);
      expect(findIn(exported.text, Object.values(PLANTED))).to.deep.equal([]);
    });

    it("is recorded without personal data, with counts, and told by an event", async () => {
      expect(asked.status).to.equal(202);
      expect(asked.body).to.include({ status: "processing", customer: traces.customer, completed: null });
      expect(done.completed).to.be.a("number");
      expect(done.counts).to.include({
        customers: 1,
        payment_methods: 2,
        payments: 2,
        refunds: 1,
        disputes: 1,
        payouts: 1,
        ledger_accounts: 1,
        ledger_transactions: 1,
        transfers: 1,
      });
      expect(done.counts.events).to.be.at.least(10);
      const { body } = await app.get<Body>(`/v1/events?object=${traces.customer}&type=customer.erased`);
      expect(body.data.map(({ data }) => data.object)).to.deep.include.members([
        { ...(body.data[0]?.data.object ?? {}), id: traces.customer, object: "customer", deleted: true },
      ]);
      const listed = await app.get<Body>(`/v1/privacy/erasures?since=${String((done.completed ?? 0) - 60)}`);
      expect(listed.body.data.map(({ id }) => id)).to.include(done.id);
      const later = await app.get<Body>(`/v1/privacy/erasures?since=${String((done.completed ?? 0) + 60)}`);
      expect(later.body.data).to.deep.equal([]);
    });

    it("leaves others' data as it is", async () => {
      const { rows } = await app.database.pool.query("select subject from flag_exposures");
      expect(rows).to.deep.equal([{ subject: "somebody else" }]);
      const { body } = await app.get<{ data: { name: string }[] }>(
        "/v1/ledger/accounts?type=asset&limit=100",
      );
      expect(body.data.map(({ name }) => name)).to.include("Gifts");
    });

    it("asked for again answers the same; a new key gives the erasure that there is", async () => {
      const again = await erase(traces.customer, "erase-1");
      expect(again.text).to.equal(asked.text);
      const anew = await erase(traces.customer, "erase-2");
      expect([anew.status, anew.body]).to.deep.equal([200, done]);
    });

    it("lets no request be done a second time whose answer was erased", async () => {
      const { rows } = await app.database.pool.query<{ key: string; status: number }>(
        "select key, status from idempotency_keys where key like 'planted-%' and status = 410 order by key",
      );
      // All but the answer about the account of somebody else.
      expect(rows.length).to.equal(11);
      const text = { description: PLANTED.refund, reference: PLANTED.reference };
      const body = { payment: traces.payment, amount: 2_500, ...text, metadata: { note: PLANTED.metadata } };
      const replayed = await app.post<Body>("/v1/refunds", body, { idempotencyKey: "planted-7" });
      expect([replayed.status, replayed.body.error.code]).to.deep.equal([410, "answer_erased"]);
      const refunds = await app.get<Body>(`/v1/refunds?payment=${traces.payment}`);
      expect(refunds.body.data).to.have.length(1);
    });

    it("revokes keys that act for it", async () => {
      const { rows } = await app.database.pool.query(
        "select name, revoked is not null as revoked from api_keys where customer = $1",
        [traces.customer],
      );
      expect(rows).to.deep.equal([{ name: "Erased customer", revoked: true }]);
    });

    it("takes away texts of transfers alone, for a customer whose erasure is under way alone", async () => {
      const { pool, servicePool } = app.database;
      const failure = (text: string, by = pool) =>
        by.query(text).then(
          () => "done",
          (error: unknown) => (error as Error).message,
        );
      const set = "update ledger_transactions set";
      expect(await failure(`${set} description = 'forged' where type = 'transfer'`)).to.contain(
        "append-only",
      );
      expect(await failure(`${set} metadata = null where type <> 'transfer'`)).to.contain("append-only");
      expect(await failure(`${set} type = 'transfer'`)).to.contain("append-only");
      expect(await failure(`${set} description = null`, servicePool)).to.contain("permission denied");
      const customer = await newCustomer();
      expect(await failure(`select erase_customer_records('${customer}', '{}', 10)`, servicePool)).to.equal(
        `no erasure of customer ${customer} is under way`,
      );
    });
  });

  it("waits until nothing of it is under way, and names what is", async () => {
    const customer = await newCustomer();
    const terms = { amount: 500, currency: "usd", payment_method: "pm_card_visa", customer, confirm: true };
    const { body: payment } = await app.post<Body>("/v1/payments", { ...terms, capture_method: "manual" });
    const refused = await erase(customer);
    expect([refused.status, refused.body.error.message]).to.deep.equal([
      409,
      `Customer ${customer} cannot be erased while something of it is under way: ${payment.id} (authorized). ` +
        "Finish or cancel it, then ask again with a new Idempotency-Key.",
    ]);
    expect((await app.get<{ name: string }>(`/v1/customers/${customer}`)).body.name).to.equal(PLANTED.name);
    await app.post(`/v1/payments/${payment.id}/cancel`, {});
    expect((await completed(app, (await erase(customer)).body.id)).counts).to.include({ payments: 1 });
  });

  it("is refused under a legal hold, and so is deletion, until the hold is released", async () => {
    const customer = await newCustomer();
    const held = await app.post<object>(`/v1/customers/${customer}/legal_hold`, { reason: "case 2026-114" });
    expect(held.body).to.deep.include({ customer, active: true, reason: "case 2026-114" });
    const message = `Customer ${customer} is under a legal hold: nothing of it may be erased. Release the hold first.`;
    const refused = await erase(customer);
    expect([refused.status, refused.body.error.message]).to.deep.equal([409, message]);
    const headers = { authorization: `Bearer ${app.apiKey}` };
    const remove = (path: string) =>
      app.app.inject({ method: "DELETE", url: `/v1/customers/${path}`, headers });
    expect((await remove(customer)).json<Body>().error.message).to.equal(message);
    expect((await app.get<object>(`/v1/customers/${customer}/legal_hold`)).body).to.include({ active: true });
    expect((await remove(`${customer}/legal_hold`)).json()).to.include({ active: false, reason: null });
    expect((await erase(customer)).status).to.equal(202);
  });

  describe("while a request makes something of it", () => {
    /** Any number that nobody else locks. */
    const LOCK = 4_711;
    let second: TestApp | undefined;
    afterEach(() => second?.close());

    it("is begun anew when that was recorded after it", async () => {
      const { pool } = app.database;
      const customer = await newCustomer();
      await pool.query(
        `create function wait_for_test() returns trigger language plpgsql
           as $$ begin perform pg_advisory_xact_lock(${LOCK}); return new; end $$;
         create trigger wait_for_test before insert on vault_entries for each row execute function wait_for_test()`,
      );
      const gate = await pool.connect();
      await gate.query("select pg_advisory_lock($1)", [LOCK]);
      const payment_method_data = {
        type: "card",
        card: { number: "5555555555554444", exp_month: 12, exp_year: 2034 },
        billing_details: { name: PLANTED.billing },
      };
      const terms = { amount: 500, currency: "usd", customer, description: PLANTED.payment, confirm: true };
      const paying = app.post<Body>("/v1/payments", { ...terms, payment_method_data });
      await eventually(async () => {
        const { rowCount } = await pool.query(
          "select from pg_locks where locktype = 'advisory' and objid = $1 and not granted",
          [LOCK],
        );
        expect(rowCount).to.equal(1);
      });

      const erasure = (await erase(customer)).body.id;
      expect((await completed(app, erasure)).counts).not.to.include.keys("payments");
      await gate.query("select pg_advisory_unlock($1)", [LOCK]);
      gate.release();
      expect((await paying).body.status).to.equal("succeeded");

      // Each instance looks when it starts, and every minute.
      second = await testApp({}, app);
      await eventually(async () => {
        const { counts } = await completed(app, erasure);
        expect(counts).to.include({ payments: 1, payment_methods: 1 });
      });
      expect(findIn(await dump(pool), [PLANTED.payment, PLANTED.billing])).to.deep.equal([]);
      const { rowCount } = await pool.query("select from vault_data_keys where subject = $1", [customer]);
      expect(rowCount).to.equal(0);
    });
  });

  describe("with a dispute that was opened after it", () => {
    const instances: TestApp[] = [];
    afterEach(async () => {
      for (const instance of instances.splice(0)) await instance.close();
    });

    it("takes no evidence away before the processor has it, nor what it withholds of the payment", async () => {
      const { pool } = app.database;
      const customer = await newCustomer();
      const terms = { amount: 500, currency: "usd", payment_method: "pm_card_visa", customer, confirm: true };
      const { body: payment } = await app.post<Body>("/v1/payments", terms);
      const erasure = (await erase(customer)).body.id;
      await completed(app, erasure);
      const id = "dp_01m80pvkadecrbzqsgybvvvmqh";
      const attempt = {
        operation: "contest_dispute",
        ordinal: 1,
        amount: 700,
        outcome: "unknown",
        started: 1,
      };
      const data = {
        status: "needs_response",
        amount: 700,
        currency: "eur",
        withheld: 500,
        fee: 0,
        payment: payment.id,
        customer,
        reason: "fraudulent",
        evidence: { receipt: PLANTED.evidence },
        evidence_due_by: 1,
        metadata: {},
        processor: "simulator",
        processor_reference: "sim_dispute_later",
        attempt: { ...attempt, due: Date.now() + 86_400_000 },
      };
      await pool.query(
        "insert into disputes (id, livemode, version, created, data) values ($1, false, 1, now(), $2)",
        [id, JSON.stringify(data)],
      );
      await app.post(`/v1/disputes/${id}`, { metadata: { note: PLANTED.metadata } });
      const dispute = async () => {
        const { rows } = await pool.query<{ data: object }>("select data from disputes where id = $1", [id]);
        return rows[0]?.data;
      };
      const status = async () => (await app.get<Body>(`/v1/privacy/erasures/${erasure}`)).body.status;

      // Each instance looks when it starts, and every minute.
      instances.push(await testApp({}, app));
      await eventually(async () => expect(await dispute()).to.deep.include({ metadata: {} }));
      expect(await dispute()).to.deep.equal(data);
      expect(await status()).to.equal("processing");

      const answered = { status: "under_review", attempt: { ...attempt, outcome: "approved" } };
      await pool.query("update disputes set data = data || $2, version = version + 1 where id = $1", [
        id,
        JSON.stringify(answered),
      ]);
      instances.push(await testApp({}, app));
      await eventually(async () => expect(await status()).to.equal("completed"));
      expect(await dispute()).to.deep.include({ withheld: 500, status: "under_review" });
      expect(findIn(await dump(pool), [PLANTED.evidence])).to.deep.equal([]);
    });
  });

  describe("while a payment's card number is still to be sent", () => {
    it("ends the payment as declined, with no money taken", async () => {
      const { pool } = app.database;
      const customer = await newCustomer();
      const card = { number: "5555555555554444", exp_month: 12, exp_year: 2034 };
      const { body: method } = await app.post<Body>("/v1/payment_methods", { type: "card", card, customer });
      const terms = { amount: 500, currency: "usd", payment_method: method.id, customer };
      const { body: waiting } = await app.post<Body>("/v1/payments", terms);
      // Confirmed, by a process that died before it asked the processor; the erasure has not seen it.
      const now = Date.now();
      const attempt = { operation: "authorize", ordinal: 1, amount: 500, outcome: "asked", started: now };
      const begun = {
        status: "processing",
        processor: "simulator",
        attempt: { ...attempt, from: "requires_confirmation", due: now + 86_400_000 },
      };
      const set = "update payments set data = data || $2, version = version + 1 where id = $1";
      await pool.query(set, [waiting.id, JSON.stringify({ status: "canceled" })]);
      await completed(app, (await erase(customer)).body.id);
      await pool.query(set, [waiting.id, JSON.stringify(begun)]);
      const { balances } = await books(pool);

      await pool.query(`update payments set data = jsonb_set(data, '{attempt,due}', '0') where id = $1`, [
        waiting.id,
      ]);
      await eventually(async () => {
        const { body } = await app.get<object>(`/v1/payments/${waiting.id}`);
        expect(body).to.include({ status: "requires_payment_method", amount_captured: 0 });
        expect(body).to.have.nested.property("latest_attempt.outcome", "declined");
        expect(body).to.have.nested.property("last_error.code", "payment_method_detached");
      });
      expect((await books(pool)).balances).to.deep.equal(balances);
      expect((await app.post<Body>(`/v1/payments/${waiting.id}/cancel`, {})).body.status).to.equal(
        "canceled",
      );
    });
  });

  describe("that paid with a card which was nobody's", () => {
    it("takes the card away and what was told with it, and shows it in an export before", async () => {
      const { pool } = app.database;
      const customer = await newCustomer();
      const card = { number: "5555555555554444", exp_month: 12, exp_year: 2034 };
      const { body: method } = await app.post<Body>("/v1/payment_methods", {
        type: "card",
        card,
        billing_details: { name: PLANTED.billing },
        metadata: { note: PLANTED.metadata },
      });
      const terms = { amount: 500, currency: "usd", payment_method: method.id, customer, confirm: true };
      expect((await app.post<Body>("/v1/payments", terms)).body.status).to.equal("succeeded");
      const exported = await app.get<{ parts: { payment_methods: Body[] } }>(
        `/v1/customers/${customer}/export`,
      );
      expect(exported.body.parts.payment_methods.map(({ id }) => id)).to.deep.equal([method.id]);

      expect((await completed(app, (await erase(customer)).body.id)).counts).to.include({
        payment_methods: 1,
      });
      const { body } = await app.get<object>(`/v1/payment_methods/${method.id}`);
      expect(body).to.deep.include({
        customer,
        billing_details: { name: null, email: null, phone: null, address: null },
      });
      expect(findIn(await dump(pool), [PLANTED.metadata, "first6"])).to.deep.equal([]);
      const keys = await pool.query("select from vault_data_keys where subject = $1", [method.id]);
      expect(keys.rowCount).to.equal(0);
    });
  });

  describe("that paid from bank accounts which were nobody's", () => {
    it("destroys the bank details of what was paid", async () => {
      const { pool } = app.database;
      const customer = await newCustomer();
      const account = { routing_number: "110000000", account_number: "000123456789" };
      const pay = async (owner: object) => {
        const us_bank_account = { ...account, account_type: "checking", account_holder_type: "individual" };
        const billing_details = { name: PLANTED.name };
        const input = { type: "us_bank_account", us_bank_account, billing_details };
        const { body: method } = await app.post<Body>("/v1/payment_methods", input);
        const terms = { amount: 500, currency: "usd", payment_method: method.id, confirm: true, ...owner };
        const { body: payment } = await app.post<Body>("/v1/payments", terms);
        // The bank's days are over.
        await pool.query(
          `update payments set data = data - 'attempt' || '{"status": "succeeded"}' where id = $1`,
          [payment.id],
        );
        return { method: method.id, payment: payment.id };
      };
      const [attachedLater, named] = await Promise.all([pay({}), pay({ customer })]);
      await app.post(`/v1/payment_methods/${attachedLater.method}/attach`, { customer });
      const readable = async () => {
        const { rows } = await pool.query<{ payment: string }>(
          `select split_part(key, '-', 1) as payment from ach_entries join vault_data_keys using (livemode, subject)`,
        );
        return rows.map(({ payment }) => payment);
      };
      expect(await readable()).to.have.members([attachedLater.payment, named.payment]);
      await completed(app, (await erase(customer)).body.id);
      expect(await readable()).to.deep.equal([]);
    });
  });
});
