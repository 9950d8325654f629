import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import { testCore, type TestCore, testOperation } from "../../test/core.test-support.ts";
import { ApiError, invalid } from "../errors.ts";
import { type Claim, type Decision, type GivenAnswer, Once } from "./once.ts";

describe("Once", () => {
  let core: TestCore;
  let decisions: number;

  beforeEach(async () => {
    core = await testCore();
    decisions = 0;
    await core.database.pool.query(
      `insert into ledger_accounts (id, livemode, name, type, currency, overdraft, created)
       values ('a', false, 'a', 'liability', 'usd', 100, now()), ('b', false, 'b', 'liability', 'usd', 0, now())`,
    );
  });

  afterEach(async () => {
    await core.close();
  });

  it("answers again what it answered first, byte by byte, and does nothing more", async () => {
    const first = await core.once.answer(testOperation(core, "k"), () => pay(10));
    const second = await core.once.answer(testOperation(core, "k"), () => pay(10));
    expect(first.replayed).to.equal(false);
    expect(second).to.deep.equal({ ...first, replayed: true });
    expect(await paid()).to.equal(10);
  });

  it("answers the same after a restart", async () => {
    const first = await core.once.answer(testOperation(core, "k"), () => pay(10));
    const restarted = new Once(core.journal, core.pool);
    expect(await restarted.answer(testOperation(core, "k"), () => pay(10))).to.deep.equal({
      ...first,
      replayed: true,
    });
  });

  it("gives 32 equal requests at once one effect and one answer", async () => {
    const answers = await Promise.all(
      Array.from({ length: 32 }, () => core.once.answer(testOperation(core, "k"), () => pay(10))),
    );
    expect(new Set(answers.map(({ body }) => body)).size).to.equal(1);
    expect(answers.filter(({ replayed }) => !replayed)).to.have.length(1);
    expect(await paid()).to.equal(10);
  });

  it("gives equal requests to several instances one effect and one answer", async () => {
    const instances = Array.from({ length: 8 }, () => new Once(core.journal, core.pool));
    const answers = await Promise.all(
      instances.map((once) => once.answer(testOperation(core, "k"), () => pay(10))),
    );
    expect(new Set(answers.map(({ body }) => body)).size).to.equal(1);
    expect(await paid()).to.equal(10);
  });

  it("refuses a key that another request used", async () => {
    await core.once.answer(testOperation(core, "k"), () => pay(10));
    const error = await failure(core.once.answer(testOperation(core, "k", "other"), () => pay(10)));
    expect(error).to.include({ status: 400, type: "idempotency_error", code: "idempotency_key_reused" });
  });

  it("keeps test data's keys apart from live data's", async () => {
    await core.once.answer(testOperation(core, "k"), () => pay(10));
    const operation = testOperation(core, "k");
    operation.caller = { ...operation.caller, livemode: true };
    const answer = await core.once.answer(operation, async () => ({
      answer: { status: 200, body: { live: true } },
    }));
    expect(answer).to.deep.equal({ status: 200, body: '{"live":true}', replayed: false });
  });

  it("keeps a final error as the key's answer: also when the reason has gone meanwhile", async () => {
    const first = await core.once.answer(testOperation(core, "k"), () => pay(500));
    expect(first.status).to.equal(402);
    await core.database.pool.query("update ledger_accounts set overdraft = 1000");
    expect(await core.once.answer(testOperation(core, "k"), () => pay(500))).to.deep.equal({
      ...first,
      replayed: true,
    });
    expect(await paid()).to.equal(0);
  });

  it("answers a repeated request with its first answer even where deciding anew would fail", async () => {
    const first = await core.once.answer(testOperation(core, "k"), () => pay(10));
    const again = await core.once.answer(testOperation(core, "k"), () =>
      Promise.reject(invalid("gone", "It is done.")),
    );
    expect(again).to.deep.equal({ ...first, replayed: true });
  });

  it("keeps nothing of a passing error", async () => {
    const away = new ApiError(503, "api_error", "processor_unavailable", "The processor is away.");
    const error = await failure(core.once.answer(testOperation(core, "k"), () => Promise.reject(away)));
    expect(error).to.equal(away);
    const answer = await core.once.answer(testOperation(core, "k"), () => pay(10));
    expect(answer).to.include({ status: 200, replayed: false });
  });

  it("answers a repeated request with its first answer also while something stands in the way", async () => {
    const first = await core.once.answer(testOperation(core, "k"), () => pay(10));
    const stopped = new ApiError(503, "api_error", "path_stopped", "Payments are stopped.");
    const again = await core.once.answer(testOperation(core, "k"), () => Promise.reject(stopped));
    expect(again).to.deep.equal({ ...first, replayed: true });
  });

  it("decides anew when the object has changed meanwhile", async () => {
    const create = () => change("pay_1", 1);
    await core.once.answer(testOperation(core), create);
    const bump = async (): Promise<Decision> => {
      decisions += 1;
      const found = await core.objects.get("payments", "pay_1", false);
      return change("pay_1", (found?.version ?? 0) + 1);
    };
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => core.once.answer(testOperation(core, `k${String(n)}`), bump)),
    );
    expect(await core.objects.get("payments", "pay_1", false)).to.include({ version: 11 });
    expect(decisions).to.be.greaterThan(10);
  });

  describe("with a processor", () => {
    it("claims the key before it asks and answers after", async () => {
      const answer = await processed("k");
      expect(answer).to.deep.equal({ status: 200, body: '{"outcome":"approved"}', replayed: false });
      expect(await processed("k")).to.deep.equal({ ...answer, replayed: true });
      expect(await core.objects.get("payments", "pay_k", false)).to.include({ version: 2 });
    });

    it("answers 409 to an equal request elsewhere while the first one is at work", async () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const first = processed("k", { ask: () => promise });
      await until(async () => (await core.objects.get("payments", "pay_k", false)) !== undefined);
      const error = await failure(processed("k", { once: new Once(core.journal, core.pool) }));
      expect(error).to.include({ status: 409, code: "idempotency_key_in_use" });
      expect(error.details.retryAfter).to.equal(1);
      resolve("approved");
      expect((await first).body).to.equal('{"outcome":"approved"}');
    });

    it("answers an equal request elsewhere that finds the object busy with the first one as any equal request", async () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const first = processed("k", { ask: () => promise });
      await until(async () => (await core.objects.get("payments", "pay_k", false)) !== undefined);
      const processing = new ApiError(
        409,
        "invalid_request_error",
        "payment_processing",
        "It is processing.",
        {
          retryAfter: 1,
        },
      );
      const equal = () =>
        processed("k", {
          once: new Once(core.journal, core.pool),
          claim: () => Promise.reject(processing),
        });
      expect(await failure(equal())).to.include({ status: 409, code: "idempotency_key_in_use" });
      resolve("approved");
      const answer = await first;
      expect(await equal()).to.deep.equal({ ...answer, replayed: true });
    });

    it("lets a repeated request find the truth when the first process died after its claim", async () => {
      const died = new Error("killed");
      expect(await failure(processed("k", { ask: () => Promise.reject(died) }))).to.equal(died);
      const resume = (): Promise<Decision> => Promise.resolve(change("pay_k", 2, { outcome: "found" }));
      const answer = await processed("k", { resume });
      expect(answer).to.deep.equal({ status: 200, body: '{"outcome":"found"}', replayed: false });
      expect(await processed("k")).to.deep.equal({ ...answer, replayed: true });
    });

    it("gives one answer when the first process was slow and another one resumed meanwhile", async () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const slow = processed("k", { ask: () => promise });
      await until(async () => (await core.objects.get("payments", "pay_k", false)) !== undefined);
      const resume = (): Promise<Decision> => Promise.resolve(change("pay_k", 2, { outcome: "found" }));
      const found = await processed("k", { once: new Once(core.journal, core.pool), resume });
      resolve("approved");
      expect(await slow).to.deep.equal({ ...found, replayed: true });
    });

    interface Options {
      once?: Once;
      claim?: () => Promise<Claim<string>>;
      ask?: () => Promise<string>;
      resume?: () => Promise<Decision | undefined>;
    }

    function processed(key: string, options: Options = {}): Promise<GivenAnswer> {
      const id = `pay_${key}`;
      const {
        once = core.once,
        claim = (): Promise<Claim<string>> =>
          Promise.resolve({
            object: id,
            state: id,
            objects: change(id, 1).objects,
            events: change(id, 1).events,
          }),
        ask = () => Promise.resolve("approved"),
        resume = () => Promise.resolve(undefined),
      } = options;
      return once.process<string, string>(testOperation(core, key), {
        claim,
        ask,
        conclude: (_, outcome) => Promise.resolve(change(id, 2, { outcome })),
        resume,
      });
    }
  });

  it("keeps keys for 24 hours at least, then forgets them when asked to", async () => {
    await core.once.answer(testOperation(core, "old"), () => pay(1));
    await core.once.answer(testOperation(core, "new"), () => pay(1));
    await core.database.pool.query(
      "update idempotency_keys set created = now() - interval '25 hours' where key = 'old'",
    );
    const { rows } = await core.pool.query("select forget_idempotency_keys(now()) as forgotten");
    expect(rows).to.deep.equal([{ forgotten: 1 }]);
    const left = await core.pool.query("select key from idempotency_keys");
    expect(left.rows).to.deep.equal([{ key: "new" }]);
  });

  function pay(amount: number): Promise<Decision> {
    decisions += 1;
    const id = core.makeId("transaction");
    return Promise.resolve({
      answer: { status: 200, body: { id, amount } },
      transactions: [
        {
          id,
          type: "test",
          currency: "usd",
          object: id,
          created: core.clock(),
          entries: [
            { account: "a", direction: "debit", layer: "posted", amount },
            { account: "b", direction: "credit", layer: "posted", amount },
          ],
        },
      ],
    });
  }

  function change(id: string, version: number, body: object = {}): Decision {
    const data = { amount: 10, amount_captured: 0, amount_refunded: 0, status: "processing" };
    return {
      answer: { status: 200, body },
      objects: [{ kind: "payments", id, version, created: core.clock(), data }],
      events: [
        { id: core.makeId("event"), type: "test", object: id, version, created: core.clock(), data: "{}" },
      ],
    };
  }

  async function paid(): Promise<number> {
    const { rows } = await core.pool.query<{ paid: number }>(
      "select credits_posted as paid from ledger_accounts where id = 'b'",
    );
    return rows[0]?.paid ?? NaN;
  }

  async function failure(promise: Promise<unknown>): Promise<ApiError> {
    const outcome: unknown = await promise.catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Error);
    return outcome as ApiError;
  }
});
