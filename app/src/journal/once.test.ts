import { expect } from "chai";
import type { Submittable } from "pg";
import { until } from "../../test/wait.test-support.ts";
import { testCore, type TestCore, testOperation } from "../../test/core.test-support.ts";
import type { Core } from "../core.ts";
import { ApiError, invalid } from "../errors.ts";
import { Journal } from "./journal.ts";
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

  describe("acting before it decides", () => {
    let acts: number;
    beforeEach(() => (acts = 0));

    const act = (): Decision => {
      acts += 1;
      return { answer: { status: 200, body: { acts } } };
    };

    it("does nothing under a key of another request", async () => {
      await core.once.answer(testOperation(core, "k"), () => pay(10));
      const error = await failure(core.once.act(testOperation(core, "k", "other"), act));
      expect(error).to.include({ status: 400, code: "idempotency_key_reused" });
      expect(acts).to.equal(0);
    });

    it("answers again what it answered first, also an error, and acts no more", async () => {
      const refuse = () => {
        act();
        throw invalid("no", "No.");
      };
      for (const [key, todo] of [["done", act] as const, ["refused", refuse] as const]) {
        acts = 0;
        const first = await core.once.act(testOperation(core, key), todo);
        expect(await core.once.act(testOperation(core, key), todo)).to.deep.equal({
          ...first,
          replayed: true,
        });
        expect(acts).to.equal(1);
      }
      expect(await core.once.act(testOperation(core), act)).to.include({ status: 200, replayed: false });
    });

    it("acts again when the request is repeated and the first process died, or a passing error stood in the way", async () => {
      const away = new ApiError(503, "api_error", "processor_unavailable", "Away.");
      expect(await failure(core.once.act(testOperation(core, "k"), () => Promise.reject(away)))).to.equal(
        away,
      );
      const other = await failure(core.once.act(testOperation(core, "k", "other"), act));
      expect(other).to.include({ code: "idempotency_key_reused" });
      const answer = await core.once.act(testOperation(core, "k"), act);
      expect(answer).to.include({ status: 200, replayed: false });
      expect(await core.once.act(testOperation(core, "k"), act)).to.deep.equal({ ...answer, replayed: true });
    });
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

  describe("when the connection breaks before the database's answer to a commit", () => {
    let once: Once;

    beforeEach(async () => {
      for (const id of ["pay_1", "pay_2"]) await core.once.answer(testOperation(core), () => change(id, 1));
      const pool = breakingPool(core.pool);
      once = new Once(new Journal(pool, core.log, core.meter), core.pool);
    });

    const bump = (id: string) => async () => {
      const { version = 0 } = (await core.objects.get("payments", id, false)) ?? {};
      return change(id, version + 1);
    };
    const two = (...keys: (string | undefined)[]) =>
      Promise.all(
        ["pay_1", "pay_2"].map((id, n) =>
          failure(once.answer(testOperation(core, keys[n]), bump(id))).then(({ status }) => status),
        ),
      );

    it("says that it is not known, also of a single one", async () => {
      const error = await failure(once.answer(testOperation(core), bump("pay_1")));
      expect(error.status).to.equal(503);
      expect(await core.objects.get("payments", "pay_1", false)).to.include({ version: 2 });
    });

    it("says that it is not known of each in the group, and does nothing twice", async () => {
      expect(await two()).to.deep.equal([503, 503]);
      for (const id of ["pay_1", "pay_2"])
        expect(await core.objects.get("payments", id, false)).to.include({ version: 2 });
    });

    it("does not take what it has committed for another one's work", async () => {
      expect(await two("k1", "k2")).to.deep.equal([503, 503]);
      expect(await once.answer(testOperation(core, "k1"), bump("pay_1"))).to.include({ replayed: true });
      expect(await core.objects.get("payments", "pay_1", false)).to.include({ version: 2 });
    });
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
      const conclude = async (): Promise<Decision> => {
        const isOpen = (await core.objects.get("payments", "pay_k", false))?.version === 1;
        return isOpen ? change("pay_k", 2, { outcome: "told" }) : { answer: { status: 200, body: {} } };
      };
      const slow = processed("k", { ask: () => promise, conclude });
      await until(async () => (await core.objects.get("payments", "pay_k", false)) !== undefined);
      const resume = (): Promise<Decision> => Promise.resolve(change("pay_k", 2, { outcome: "found" }));
      const found = await processed("k", { once: new Once(core.journal, core.pool), resume });
      resolve("approved");
      expect(await slow).to.deep.equal({ ...found, replayed: true });
    });

    const unrecorded: [string, () => Promise<Decision>][] = [
      ["the ledger refuses what a processor has done", () => pay(500)],
      ["deciding upon it fails", () => Promise.reject(invalid("odd", "It cannot be."))],
    ];
    for (const [reason, conclude] of unrecorded) {
      it(`keeps no error as the answer when ${reason}: the truth is found out later`, async () => {
        const error = await failure(processed("k", { conclude }));
        expect(error.status).to.be.within(500, 599);
        const resume = (): Promise<Decision> => Promise.resolve(change("pay_k", 2, { outcome: "found" }));
        expect((await processed("k", { resume })).body).to.equal('{"outcome":"found"}');
      });
    }

    it("records what a slow process was told, also when another one has answered the request meanwhile", async () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const conclude = async (outcome: string): Promise<Decision> => {
        const { version = 0 } = (await core.objects.get("payments", "pay_k", false)) ?? {};
        return change("pay_k", version + 1, { outcome });
      };
      const slow = processed("k", { ask: () => promise, conclude });
      await until(async () => (await core.objects.get("payments", "pay_k", false)) !== undefined);
      const resume = (): Promise<Decision> => Promise.resolve(change("pay_k", 2, { outcome: "unknown" }));
      const open = await processed("k", { once: new Once(core.journal, core.pool), resume });
      resolve("approved");
      expect(await slow).to.deep.equal({ ...open, replayed: true });
      expect(await core.objects.get("payments", "pay_k", false)).to.include({ version: 3 });
    });

    interface Options {
      once?: Once;
      claim?: () => Promise<Claim<string>>;
      ask?: () => Promise<string>;
      conclude?: (outcome: string) => Decision | Promise<Decision>;
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
        conclude = (outcome: string) => change(id, 2, { outcome }),
        resume = () => Promise.resolve(undefined),
      } = options;
      return once.process<string, string>(testOperation(core, key), {
        claim,
        ask,
        conclude: (_, outcome) => conclude(outcome),
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
        {
          id: core.makeId("event"),
          type: "payment.updated",
          object: id,
          version,
          created: core.clock(),
          data: "{}",
        },
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

/** Its first connection breaks after the first commit, with an error that is no answer of PostgreSQL's. */
function breakingPool(pool: Core["pool"]): Core["pool"] {
  let connections = 0;
  const connect = async () => {
    const client = await pool.connect();
    if ((connections += 1) > 1) return client;
    let isBroken = false;
    const query = client.query.bind(client);
    const release = client.release.bind(client);
    const breaking = (call: string | { callback: (error: Error | null) => void }) => {
      if (typeof call === "string") return query(call);
      const { callback } = call;
      if (isBroken) {
        callback(new Error("Client has encountered a connection error and is not queryable"));
        return call;
      }
      call.callback = (error) => {
        isBroken = true;
        callback(error ?? Object.assign(new Error("read ENETDOWN"), { code: "ENETDOWN", syscall: "read" }));
      };
      return query(call as unknown as Submittable);
    };
    const giveUp = () => {
      release(true);
    };
    return Object.assign(client, { query: breaking, release: giveUp });
  };
  return { connect } as unknown as Core["pool"];
}
