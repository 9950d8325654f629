/** What is done beside the journal, and what is changed at the same moment: nothing twice, nothing by mistake, nothing lost. */
import { expect } from "chai";
import { settlementCsv } from "../src/processors/simulator/settlement.ts";
import { testApp, type TestApp } from "./app.test-support.ts";
import { until } from "./wait.test-support.ts";

interface Body {
  id: string;
  status: string;
  name: string;
  overdraft: number | null;
  error?: { code: string };
}

const CARD = { number: "4242424242424242", exp_month: 12, exp_year: 2035 };
const BANK_ACCOUNT = {
  type: "us_bank_account",
  us_bank_account: {
    routing_number: "110000000",
    account_number: "000123456789",
    account_type: "checking",
    account_holder_type: "individual",
  },
  billing_details: { name: "Jenny Rosen" },
};

describe("requests", () => {
  let here: TestApp;
  let there: TestApp;
  before(async () => {
    here = await testApp();
    there = await testApp({}, here);
  });
  after(async () => {
    await there.close();
    await here.close();
  });

  const method = async (body: object = { type: "card", card: CARD }) =>
    (await here.post<Body>("/v1/payment_methods", body)).body.id;
  const pay = (payment_method: string) => ({ amount: 1000, currency: "usd", payment_method, confirm: true });
  const rows = async (table: string) =>
    (await here.database.pool.query(`select from ${table}`)).rowCount ?? 0;
  /** A settlement file with a charge that nobody knows. */
  const file = (processorReference: string) => ({
    processor: "simulator",
    format: "csv",
    content: settlementCsv([
      {
        processorReference,
        type: "charge",
        amount: 1000,
        currency: "usd",
        fee: 30,
        net: 970,
        date: "2026-01-01",
      },
    ]),
  });

  describe("under a key that another request has used do nothing", () => {
    const options = { idempotencyKey: "used" };
    before(() => here.post("/v1/customers", { name: "Jenny Rosen" }, options));

    async function expectRefusal(path: string, body?: object): Promise<void> {
      const answer = await here.post<Body>(path, body, options);
      expect(answer.body.error?.code).to.equal("idempotency_key_reused");
    }

    it("to a card", async () => {
      const id = await method();
      await expectRefusal(`/v1/payment_methods/${id}/detach`, {});
      expect((await here.post<Body>("/v1/payments", pay(id))).body.status).to.equal("succeeded");
    });

    it("to what waits for an ACH file", async () => {
      const paid = await here.post<Body>("/v1/payments", pay(await method(BANK_ACCOUNT)));
      expect(paid.status, paid.text).to.equal(200);
      const before = await rows("ach_files");
      await expectRefusal("/v1/ach_files");
      expect(await rows("ach_files")).to.equal(before);
    });

    it("with a settlement file", async () => {
      const before = await rows("reconciliation_files");
      await expectRefusal("/v1/reconciliations", file("ch_used"));
      expect(await rows("reconciliation_files")).to.equal(before);
    });

    it("with a card's number, which they bring", async () => {
      const before = await rows("vault_entries");
      const payment_method_data = { type: "card", card: CARD };
      await expectRefusal("/v1/payment_methods", payment_method_data);
      await expectRefusal("/v1/payments", { amount: 1000, currency: "usd", payment_method_data });
      await expectRefusal("/v1/payments", { amount: 1, currency: "usd", payment_method_data, confirm: true });
      expect(await rows("vault_entries")).to.equal(before);
    });
  });

  it("that are sent again keep a card's number once, also that of a card that is declined", async () => {
    const before = await rows("vault_entries");
    for (const number of [CARD.number, "4000000000009995"]) {
      const idempotencyKey = `card ${number.slice(-4)}`;
      const payment_method_data = { type: "card", card: { ...CARD, number } };
      const body = { amount: 1000, currency: "usd", payment_method_data, confirm: true };
      const [first, again] = [
        await here.post<Body>("/v1/payments", body, { idempotencyKey }),
        await there.post<Body>("/v1/payments", body, { idempotencyKey }),
      ];
      expect(again.text).to.equal(first.text);
    }
    expect(await rows("vault_entries")).to.equal(before + 2);
  });

  it("for a file, sent to two instances at the same moment, make one and tell of it", async () => {
    await here.post("/v1/payments", pay(await method(BANK_ACCOUNT)));
    const before = await rows("ach_files");
    const ask = (app: TestApp) => app.post<Body>("/v1/ach_files", undefined, { idempotencyKey: "file" });
    const [one, other] = await Promise.all([ask(here), ask(there)]);
    expect([one.status, other.status]).to.deep.equal([201, 201]);
    expect(other.text).to.equal(one.text);
    expect(await rows("ach_files")).to.equal(before + 1);
  });

  it("that come too early for a reconciliation are answered anew under their key", async () => {
    const { id } = (await here.post<Body>("/v1/reconciliations", file("ch_early"))).body;
    const status = async () => (await here.get<Body>(`/v1/reconciliations/${id}`)).body.status;
    await until(async () => (await status()) === "completed");
    const become = (to: string) =>
      here.database.pool.query(
        `update reconciliations set data = data || jsonb_build_object('status', $2::text) where id = $1`,
        [id, to],
      );
    await become("processing");
    const apply = () =>
      here.post<Body>(`/v1/reconciliations/${id}/items/1/apply`, {}, { idempotencyKey: "early" });
    const early = await apply();
    expect([early.status, early.body.error?.code]).to.deep.equal([409, "reconciliation_processing"]);
    expect(early.headers).to.have.property("retry-after", "1");
    await become("completed");
    expect((await apply()).status).to.equal(200);
  });

  describe("that change one account at the same moment", () => {
    const open = async () => {
      const account = { name: "old", type: "liability", currency: "usd", overdraft: 0, metadata: { a: "1" } };
      const { id } = (await here.post<Body>("/v1/ledger/accounts", account)).body;
      return `/v1/ledger/accounts/${id}`;
    };
    const CHANGES = [{ name: "new" }, { overdraft: 5 }, { metadata: { b: "2" } }];

    for (const where of ["one instance", "two instances"]) {
      it(`at ${where} lose none of the changes`, async () => {
        const path = await open();
        const apps = where === "one instance" ? [here] : [here, there];
        const answers = await Promise.all(
          CHANGES.map((change, n) => (apps[n % apps.length] ?? here).post<Body>(path, change)),
        );
        expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200]);
        expect((await here.get<Body>(path)).body).to.deep.include({
          name: "new",
          overdraft: 5,
          metadata: { a: "1", b: "2" },
        });
      });
    }

    it("undo no closing of it", async () => {
      for (let round = 0; round < 5; round += 1) {
        const path = await open();
        await Promise.all([
          here.post(path, { status: "closed" }),
          there.post(path, { name: "new" }),
          there.post(path, { metadata: {} }),
        ]);
        expect((await here.get<Body>(path)).body.status).to.equal("closed");
      }
    });
  });
});
