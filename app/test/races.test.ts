import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { systemClock } from "../src/clock.ts";
import { createSimulator } from "../src/processors/simulator/create.ts";
import { startSimulatorServer, type SimulatorServer } from "../src/processors/simulator/server.ts";
import { testApp, type TestAnswer, type TestApp } from "./app.test-support.ts";
import { verifyBooks } from "./model-run.test-support.ts";

const EQUAL = 32;
const RIVALS = 16;
const KEY = "simulator";

interface Body {
  id: string;
  status: string;
  amount: number;
  amount_captured: number;
  amount_capturable: number;
  amount_refunded: number;
  balance: { posted: number };
  data: Body[];
  error?: { code: string };
}

describe("two instances on one database", () => {
  let simulator: SimulatorServer;
  let one: TestApp;
  let other: TestApp;
  let source: string;
  let destination: string;

  before(async () => {
    simulator = await startSimulatorServer({
      simulator: createSimulator(
        {
          SIMULATOR_LATENCY: "0-3",
          SIMULATOR_FAULTS: "",
          SIMULATOR_SEED: 1,
          SIMULATOR_FEE: 30,
          SIMULATOR_SETTLEMENT_DELAY: 0,
        },
        { clock: systemClock },
      ),
      key: KEY,
    });
    const environment = {
      PROCESSOR_TEST_URL: simulator.url,
      PROCESSOR_TEST_KEY: KEY,
      PROCESSOR_NOTICE_INTERVAL: "0",
    };
    one = await testApp(environment);
    other = await testApp(environment, one);
    [source = "", destination = ""] = await Promise.all(["one", "other"].map(openAccount));
    // Something to pay out.
    await pay(100_000);
  });
  after(async () => {
    await other.close();
    await one.close();
    await simulator.close();
  });

  async function openAccount(name: string): Promise<string> {
    const body = { name, type: "liability", currency: "usd", overdraft: null };
    return (await one.post<Body>("/v1/ledger/accounts", body)).body.id;
  }

  async function pay(amount: number, more: object = {}): Promise<Body> {
    const body = { amount, currency: "usd", payment_method: "pm_card_visa", confirm: true, ...more };
    const answer = await one.post<Body>("/v1/payments", body);
    expect(answer.status, answer.text).to.equal(200);
    return answer.body;
  }

  const hold = (amount: number): Promise<Body> => pay(amount, { capture_method: "manual" });
  /** What authorisations hold of the merchant's balance to come. */
  const held = async (): Promise<number> => {
    const { rows } = await one.database.pool.query<{ held: number }>(
      "select credits_pending::integer as held from ledger_accounts where id = 'acct_merchant_balance_usd_test'",
    );
    return rows[0]?.held ?? 0;
  };
  const paymentOf = async (id: string): Promise<Body> => (await other.get<Body>(`/v1/payments/${id}`)).body;
  const done = ({ status }: TestAnswer<Body>): boolean => status < 300;
  const codeOf = ({ body }: TestAnswer<Body>): string | undefined => body.error?.code;

  /** Sends all at once, each odd one to the other instance. */
  function race(
    count: number,
    request: (app: TestApp, n: number) => Promise<TestAnswer<Body>>,
  ): Promise<TestAnswer<Body>[]> {
    return Promise.all(Array.from({ length: count }, (_, n) => request(n % 2 === 0 ? one : other, n)));
  }

  /** With a key of its own. */
  function send(app: TestApp, path: string, body: object): Promise<TestAnswer<Body>> {
    return app.post<Body>(path, body, { idempotencyKey: randomUUID() });
  }

  describe(`${EQUAL} equal requests at once have one effect; the others get the same bytes, or 409`, () => {
    async function sendEqual(path: string, body: object): Promise<Body> {
      const options = { idempotencyKey: randomUUID() };
      const answers = await race(EQUAL, (app) => app.post<Body>(path, body, options));
      const [first, ...others] = new Set(answers.filter(done).map(({ text }) => text));
      expect(first).not.to.equal(undefined);
      expect(others, "other answers").to.deep.equal([]);
      for (const answer of answers.filter((each) => !done(each)))
        expect([answer.status, codeOf(answer)]).to.deep.equal([409, "idempotency_key_in_use"]);
      // Both instances replay it from now on.
      const replays = await race(4, (app) => app.post<Body>(path, body, options));
      expect(new Set(replays.map(({ text }) => text))).to.deep.equal(new Set([first]));
      return JSON.parse(first ?? "") as Body;
    }

    it("payment", async () => {
      const reference = randomUUID();
      const body = {
        amount: 1000,
        currency: "usd",
        payment_method: "pm_card_visa",
        confirm: true,
        reference,
      };
      const { id, status } = await sendEqual("/v1/payments", body);
      expect(status).to.equal("succeeded");
      const { body: list } = await other.get<Body>(`/v1/payments?reference=${reference}`);
      expect(list.data.map((each) => each.id)).to.deep.equal([id]);
    });

    it("capture", async () => {
      const { id } = await hold(1000);
      const captured = await sendEqual(`/v1/payments/${id}/capture`, { amount: 300, final_capture: false });
      expect(captured).to.include({ amount_captured: 300, amount_capturable: 700 });
      expect(await paymentOf(id)).to.include({ amount_captured: 300, amount_capturable: 700 });
    });

    it("cancellation", async () => {
      const before = await held();
      const { id } = await hold(1000);
      const canceled = await sendEqual(`/v1/payments/${id}/cancel`, {});
      expect(canceled).to.include({ status: "canceled", amount_capturable: 0 });
      expect(await held()).to.equal(before);
    });

    it("refund", async () => {
      const { id } = await pay(1000);
      expect(await sendEqual("/v1/refunds", { payment: id, amount: 300 })).to.include({
        status: "succeeded",
      });
      expect(await paymentOf(id)).to.include({ amount_refunded: 300 });
      expect((await one.get<Body>(`/v1/refunds?payment=${id}`)).body.data).to.have.length(1);
    });

    it("transfer", async () => {
      const balance = async () =>
        (await one.get<Body>(`/v1/ledger/accounts/${destination}`)).body.balance.posted;
      const before = await balance();
      await sendEqual("/v1/transfers", { amount: 7, currency: "usd", source, destination });
      expect((await balance()) - before).to.equal(7);
    });

    it("payout", async () => {
      const reference = randomUUID();
      const body = { amount: 700, currency: "usd", payment_method: "pm_usBankAccount", reference };
      const { id } = await sendEqual("/v1/payouts", body);
      const { body: list } = await one.get<Body>(`/v1/payouts?reference=${reference}`);
      expect(list.data.map((each) => each.id)).to.deep.equal([id]);
    });
  });

  describe(`${RIVALS} different requests at once`, () => {
    it("refunds give back at most what was captured, and each answer tells the truth", async () => {
      const { id } = await pay(1000);
      const answers = await race(RIVALS, (app) => send(app, "/v1/refunds", { payment: id, amount: 300 }));
      const given = answers.filter(done);
      expect(given).to.have.length(3);
      for (const answer of answers.filter((each) => !done(each)))
        expect([answer.status, codeOf(answer)]).to.deep.equal([400, "amount_too_large"]);
      const { body: list } = await one.get<Body>(`/v1/refunds?payment=${id}&limit=100`);
      expect(list.data.map(summary).sort()).to.deep.equal(given.map(({ body }) => summary(body)).sort());
      expect(await paymentOf(id)).to.include({ amount_captured: 1000, amount_refunded: 900 });
    });

    it("captures take at most what was authorised, and each answer tells the truth", async () => {
      const { id } = await hold(1000);
      const taken: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const body = { amount: 300, final_capture: false };
        const answers = await race(RIVALS, (app) => send(app, `/v1/payments/${id}/capture`, body));
        taken.push(...answers.filter(done).map((answer) => answer.body.amount_captured));
        for (const answer of answers.filter((each) => !done(each)))
          expect(codeOf(answer)).to.be.oneOf(["payment_processing", "amount_too_large"]);
      }
      expect(taken.sort((a, b) => a - b)).to.deep.equal([300, 600, 900]);
      expect(await paymentOf(id)).to.include({
        status: "partially_captured",
        amount_captured: 900,
        amount_capturable: 100,
      });
    });

    it("cancellations release what was held once, and each answer tells the truth", async () => {
      const before = await held();
      const { id } = await hold(1000);
      expect(await held()).to.equal(before + 1000);
      const answers = await race(RIVALS, (app) => send(app, `/v1/payments/${id}/cancel`, {}));
      expect(answers.filter(done).map(({ body }) => body.status)).to.deep.equal(["canceled"]);
      for (const answer of answers.filter((each) => !done(each)))
        expect(codeOf(answer)).to.be.oneOf(["payment_processing", "payment_unexpected_state"]);
      expect(await held()).to.equal(before);
    });

    it("of captures and cancellations one wins, and all tell so", async () => {
      for (let round = 0; round < 3; round += 1) {
        const { id } = await hold(1000);
        const answers = await race(RIVALS, (app, n) =>
          send(app, `/v1/payments/${id}/${n % 4 < 2 ? "capture" : "cancel"}`, {}),
        );
        const winners = answers.filter(done);
        expect(winners).to.have.length(1);
        const final = await paymentOf(id);
        expect(winners[0]?.body).to.include({
          status: final.status,
          amount_captured: final.amount_captured,
        });
        expect([final.status, final.amount_captured]).to.deep.equal(
          final.status === "canceled" ? ["canceled", 0] : ["succeeded", 1000],
        );
        for (const answer of answers.filter((each) => !done(each)))
          expect(codeOf(answer)).to.be.oneOf(["payment_processing", "payment_unexpected_state"]);
      }
    });

    it("of refunds during captures none is beyond what was captured at that moment", async () => {
      const { id } = await hold(1000);
      await send(one, `/v1/payments/${id}/capture`, { amount: 100, final_capture: false });
      const answers = await race(RIVALS, (app, n) =>
        n % 4 < 2
          ? send(app, `/v1/payments/${id}/capture`, { amount: 100, final_capture: false })
          : send(app, "/v1/refunds", { payment: id, amount: 100 }),
      );
      const final = await paymentOf(id);
      const captures = answers.filter((answer, n) => n % 4 < 2 && done(answer)).length;
      const refunds = answers.filter((answer, n) => n % 4 >= 2 && done(answer)).length;
      expect(final).to.include({ amount_captured: 100 + captures * 100, amount_refunded: refunds * 100 });
      expect(final.amount_refunded).to.be.at.most(final.amount_captured);
    });

    it("payouts take what there is, and never more", async () => {
      const { body: before } = await one.get<Body>("/v1/ledger/accounts/acct_merchant_balance_usd_test");
      const amount = Math.floor(before.balance.posted / 4) + 1;
      const body = { amount, currency: "usd", payment_method: "pm_usBankAccount" };
      const answers = await race(RIVALS, (app) => send(app, "/v1/payouts", body));
      const paid = answers.filter(done);
      expect(paid).to.have.length(3);
      for (const answer of answers.filter((each) => !done(each)))
        expect([answer.status, codeOf(answer)]).to.deep.equal([402, "insufficient_funds"]);
      const { body: after } = await one.get<Body>("/v1/ledger/accounts/acct_merchant_balance_usd_test");
      expect(after.balance.posted).to.equal(before.balance.posted - paid.length * amount);
    });

    it("the ledger is whole after all of this", () => verifyBooks(one));
  });
});

function summary({ id, amount, status }: Body): string {
  return `${id} ${String(amount)} ${status}`;
}
