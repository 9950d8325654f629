/** A core on a fresh database, with ids and time that are the same in every run. */
import { metrics } from "@opentelemetry/api";
import pino from "pino";
import { type Config, loadConfig } from "../src/config.ts";
import type { Core } from "../src/core.ts";
import { Objects } from "../src/database/objects.ts";
import { makeIds } from "../src/ids.ts";
import { Journal } from "../src/journal/journal.ts";
import { Once } from "../src/journal/once.ts";
import type { Operation } from "../src/http/operation.ts";
import { testDatabase, type TestDatabase } from "./database.test-support.ts";

export interface TestCore extends Core {
  once: Once;
  database: TestDatabase;
  /** Lets time pass. */
  advance(milliseconds: number): void;
  /** Ends what was begun and removes the database. */
  close(): Promise<void>;
}

/** 2026-01-01T00:00:00Z */
const START = Date.UTC(2026, 0, 1);

export async function testCore(environment: Record<string, string> = {}): Promise<TestCore> {
  const database = await testDatabase();
  const config: Config = loadConfig({ DATABASE_URL: database.url, ...environment });
  let now = START;
  const clock = () => now;
  let seed = 1;
  // xorshift32
  const random = () => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return seed >>> 0;
  };
  const log = pino({ level: "silent" });
  const meter = metrics.getMeter("test");
  const pool = database.servicePool;
  const journal = new Journal(pool, log, meter);
  return {
    config,
    clock,
    makeId: makeIds(clock, random),
    log,
    meter,
    pool,
    journal,
    objects: new Objects(pool),
    once: new Once(journal, pool),
    database,
    advance: (milliseconds) => {
      now += milliseconds;
    },
    close: async () => {
      await journal.drained();
      await database.drop();
    },
  };
}

/** A request by a test key that may do everything. */
export function testOperation(core: Core, key?: string, fingerprint = "f".repeat(64)): Operation {
  return {
    caller: { actor: "key_test", livemode: false, scopes: new Set(["*"]) },
    requestId: core.makeId("request"),
    idempotency: key === undefined ? undefined : { key, fingerprint },
  };
}
