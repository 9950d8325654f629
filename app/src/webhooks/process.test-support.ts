/**
 * A process that commits events and sends webhooks until it is killed; for the crash test.
 *
 * Arguments: the database's URL, and a name for its objects; without the name it commits nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { metrics } from "@opentelemetry/api";
import { pino } from "pino";
import { loadConfig } from "../config.ts";
import { createPool } from "../database/pool.ts";
import { Objects } from "../database/objects.ts";
import { makeIds } from "../ids.ts";
import { Journal } from "../journal/journal.ts";
import { Once } from "../journal/once.ts";
import { createWebhooks } from "./index.ts";
import { happen, plainKeys } from "./webhooks.test-support.ts";

const OBJECTS = 40;

/** Between two versions, milliseconds: sending is slower than committing, and the backlog need not grow for ever. */
const PAUSE = 20;

async function main(url: string, name: string | undefined): Promise<void> {
  const pool = createPool({ connection: url });
  const log = pino({ level: "silent" });
  const meter = metrics.getMeter("test");
  const clock = () => Date.now();
  const journal = new Journal(pool, log, meter);
  const config = loadConfig({ DATABASE_URL: url });
  const core = {
    config,
    clock,
    makeId: makeIds(clock),
    log,
    meter,
    pool,
    journal,
    objects: new Objects(pool),
  };
  const once = new Once(journal, pool);
  await createWebhooks(core, { once, keyEncryption: plainKeys(), poll: 20, lease: 1000 }).start();
  process.stdout.write("ready\n");
  for (let version = 1; name !== undefined; version += 1) {
    await happen(
      { core },
      Array.from({ length: OBJECTS }, (_, number) => ({ object: `pay_${name}_${number}`, version })),
    );
    await sleep(PAUSE);
  }
}

await main(process.argv[2] ?? "", process.argv[3]);
