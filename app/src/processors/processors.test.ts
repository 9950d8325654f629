import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type pg from "pg";
import { pino } from "pino";
import { ApiError } from "../errors.ts";
import { type Config, loadConfig } from "../config.ts";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { expectRejection } from "../database/embedded.test-support.ts";
import { createPool } from "../database/pool.ts";
import { SMALLEST_POOL } from "../database/settings.ts";
import type { Notice, Processor } from "./processor.ts";
import { createProcessors } from "./index.ts";
import { deliverNotices } from "./notices.ts";
import { testProcessors, type TestProcessors } from "./processors.test-support.ts";
import { charge } from "./simulator/simulator.test-support.ts";

describe("processors", () => {
  let core: TestCore;
  let test: TestProcessors;

  before(async () => {
    core = await testCore();
  });

  after(() => core.close());

  async function open(config: Partial<Config> = {}): Promise<TestProcessors["processors"]> {
    test = await testProcessors(core, config);
    return test.processors;
  }

  afterEach(() => test.close());

  it("chooses by method, currency and mode", async () => {
    const processors = await open();
    const choose = (method: "card" | "us_bank_account", currency: string, livemode: boolean): string =>
      processors.choose({ method, currency, livemode }).name;
    expect(choose("card", "jpy", false)).to.equal("simulator");
    expect(choose("card", "usd", true)).to.equal("simulator");
    expect(choose("us_bank_account", "usd", false)).to.equal("ach_test");
    expect(choose("us_bank_account", "usd", true)).to.equal("ach");
    expect(() => choose("us_bank_account", "eur", false)).to.throw(
      ApiError,
      "No processor takes us_bank_account payments in eur in test mode. Use another payment method or currency.",
    );
    expect(() => processors.get("gone"))
      .to.throw(ApiError, "The processor gone is not configured any more")
      .that.deep.includes({ status: 503, code: "processor_unavailable", details: { retryAfter: 60 } });
  });

  it("sends live payments to the gateway, and test payments to theirs", async () => {
    const processors = await open({
      PROCESSOR_URL: "https://live.test",
      PROCESSOR_KEY: "live",
      PROCESSOR_TEST_URL: "https://test.test",
      PROCESSOR_TEST_KEY: "test",
    });
    expect(processors.choose({ method: "card", currency: "usd", livemode: true }).name).to.equal("gateway");
    expect(processors.choose({ method: "card", currency: "usd", livemode: false }).name).to.equal(
      "gateway_test",
    );
    expect(processors.names).not.to.include("simulator");
  });

  it("keeps the simulator of production in memory, and warns of what that means", async () => {
    await open();
    const lines: string[] = [];
    const log = pino({ level: "warn" }, { write: (text: string) => void lines.push(text) });
    const opened = (NODE_ENV: Config["NODE_ENV"]) => {
      const config = { ...core.config, NODE_ENV, DATA_FOLDER: join(test.folder, NODE_ENV) };
      return createProcessors({ ...core, config, log }, { once: core.once, vault: test.vault });
    };
    const processors = opened("production");
    await processors.get("simulator").authorize(charge("4242424242424242"));
    await processors.stop();
    expect(existsSync(join(test.folder, "production"))).to.equal(false);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include("PROCESSOR_TEST_URL is not set");

    await opened("development").stop();
    expect(existsSync(join(test.folder, "development", "simulator"))).to.equal(true);
    expect(lines).to.have.length(1);
  });

  it("tells each notice in order until it is taken in, and goes on there after a restart", async () => {
    const processors = await open();
    const simulator = processors.get("simulator");
    for (const number of [1, 2, 3]) {
      await simulator.authorize(charge("4000000000900052", { key: `key_${number}` }));
    }
    const seen: string[] = [];
    let refusals = 1;
    processors.onNotice((_processor, notice: Notice) => {
      const key = notice.type === "outcome" ? notice.key : "";
      if (key === "key_2" && refusals-- > 0) return Promise.reject(new Error("The database is away."));
      seen.push(key);
      return Promise.resolve();
    });
    expect(await processors.deliverNotices()).to.equal(0);
    expect(await processors.deliverNotices()).to.equal(3);
    expect(await processors.deliverNotices()).to.equal(0);
    expect(seen).to.deep.equal(["key_1", "key_1", "key_2", "key_3"]);
    await simulator.authorize(charge("4000000000900052", { key: "key_4" }));
    expect(await processors.deliverNotices()).to.equal(1);
  });

  it("takes a lost connection for lost: none that is older is used after it", async () => {
    const processor = (await open()).get("simulator");
    const pool = createPool({ connection: core.database.url, max: 2 });
    const pidOf = async (db: Pick<pg.ClientBase, "query">) =>
      (await db.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid;
    const first = await pool.connect();
    const older = await pool.connect();
    const pid = await pidOf(older);
    older.release();
    first.release();
    const cutOff: Processor = {
      ...processor,
      notices: async () => {
        await core.database.pool.query(
          `select pg_terminate_backend(pid, 5000) from pg_stat_activity
           where state = 'idle in transaction' and datname = current_database()`,
        );
        return { notices: [], cursor: "next" };
      },
    };
    const failure = deliverNotices({ pool, clock: core.clock }, cutOff, () => Promise.resolve());
    await expectRejection(failure, /connection/);
    expect(await pidOf(pool)).not.to.equal(pid);
    await pool.end();
  });

  it("is told by the smallest pool, also while a rotation of the vault's keys holds one of its connections", async () => {
    const pool = createPool({ connection: core.database.url, max: SMALLEST_POOL, connectTimeout: 0.5 });
    const rotating = await pool.connect();
    await open();
    const processors = createProcessors(
      { ...core, pool },
      { once: core.once, vault: test.vault, simulatorFolder: null },
    );
    processors.onNotice(async () => {
      await pool.query("select");
    });
    await processors.get("simulator").authorize(charge("4000000000900052"));
    expect(await processors.deliverNotices()).to.equal(1);
    rotating.release();
    await processors.stop();
    await pool.end();
  });

  it("tells a notice once when several instances look at the same time", async () => {
    const processors = await open();
    const simulator = processors.get("simulator");
    await simulator.authorize(charge("4000000000900052"));
    await Promise.all(Array.from({ length: 8 }, () => processors.deliverNotices()));
    expect(test.told).to.have.length(1);
  });
});

describe("processors: settings", () => {
  const mistakesOf = (environment: Record<string, string>): string => {
    try {
      loadConfig({ DATABASE_URL: "postgresql://localhost/x", ...environment });
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  for (const [environment, message] of [
    [
      { SIMULATOR_LATENCY: "slow" },
      'SIMULATOR_LATENCY: "slow" is not a latency: write milliseconds as 50, 10-80 or lognormal:50:0.4.',
    ],
    [
      { SIMULATOR_FAULTS: "boom=0.1" },
      'SIMULATOR_FAULTS: "boom" is not a fault: it is one of timeout, late_success, lost_answer, never_arrived, duplicate_answer.',
    ],
    [
      { SIMULATOR_FAULTS: "timeout=2" },
      'SIMULATOR_FAULTS: The share "2" of timeout is not a number from 0 to 1.',
    ],
    [
      { SIMULATOR_FAULTS: "timeout=0.6,lost_answer=0.6" },
      "SIMULATOR_FAULTS: The shares of faults add up to 1.2, which is above 1.",
    ],
    [
      { PROCESSOR_URL: "https://p.test" },
      "PROCESSOR_KEY is missing although PROCESSOR_URL is https://p.test. Set both, or neither.",
    ],
    [
      { PROCESSOR_TEST_KEY: "k" },
      "PROCESSOR_TEST_KEY is set without PROCESSOR_TEST_URL. Set both, or neither.",
    ],
    [
      { ACH_ORIGIN_ROUTING: "123456789" },
      "ACH_ORIGIN_ROUTING is 123456789, which is no routing number. Write the nine digits of your bank.",
    ],
    [
      { PROCESSOR_PINS: "abc" },
      'PROCESSOR_PINS: The pin "abc" is not the base64 of a SHA-256 digest: expected 44 characters, as sha256/AAAA…=.',
    ],
  ] as const) {
    it(`refuses ${JSON.stringify(environment)}`, () => {
      expect(mistakesOf(environment)).to.equal(message);
    });
  }

  it("sends card numbers over https only in production", () => {
    const environment = { NODE_ENV: "production", PROCESSOR_URL: "http://p.test", PROCESSOR_KEY: "k" };
    expect(mistakesOf(environment)).to.contain(
      "PROCESSOR_URL is http://p.test. Production sends card numbers over https only.",
    );
  });
});
