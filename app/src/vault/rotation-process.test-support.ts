/** Another process that rotates the vault's keys, slowly, until it is killed: arguments are the database and the key file. */
import { metrics } from "@opentelemetry/api";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { loadConfig } from "../config.ts";
import { createPool } from "../database/pool.ts";
import { makeIds } from "../ids.ts";
import { keyFile } from "./key-file.ts";
import { createVault } from "./vault.ts";

const [url = "", path = ""] = process.argv.slice(2);

const vault = createVault(
  {
    clock: Date.now,
    config: loadConfig({ DATABASE_URL: url }),
    log: pino({ level: "silent" }),
    makeId: makeIds(Date.now),
    meter: metrics.getMeter("test"),
    pool: createPool({ connection: url }),
  },
  await keyFile(path),
);
vault.rotation.onMove(async () => sleep(2));
await vault.rotation.begin();
await vault.rotation.run(0);
