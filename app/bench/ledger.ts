/**
 * The journal alone, without HTTP: as many transfers as it takes in some seconds, whenever it is asked. Told as `load.ts` tells
 * its result.
 */
import { metrics } from "@opentelemetry/api";
import { pino } from "pino";
import { systemClock } from "../src/clock.ts";
import { createPool } from "../src/database/pool.ts";
import { makeIds } from "../src/ids.ts";
import { Journal } from "../src/journal/journal.ts";
import type { LoadResult } from "./load.ts";
import { percentile } from "./percentile.ts";

interface Options {
  url: string;
  seconds: number;
  connections: number;
  accounts: string[];
}

async function run({ url, seconds, connections, accounts }: Options): Promise<LoadResult> {
  const pool = createPool({ connection: url, max: 2, pipeline: true });
  const journal = new Journal(pool, pino({ level: "warn" }), metrics.getMeter("bench"));
  const makeId = makeIds(systemClock);
  const times: number[] = [];
  const statuses = new Map<string, number>();

  async function worker(until: number): Promise<void> {
    for (let now = performance.now(); now < until; now = performance.now()) {
      const source = Math.floor(Math.random() * accounts.length);
      const destination = (source + 1 + Math.floor(Math.random() * (accounts.length - 1))) % accounts.length;
      const id = makeId("transaction");
      const created = systemClock();
      const body = JSON.stringify({
        id,
        amount: 100,
        source: accounts[source],
        destination: accounts[destination],
      });
      const result = await journal.commit({
        livemode: false,
        actor: "bench",
        key: { key: id, fingerprint: id, step: "answer", answer: { status: 201, body } },
        transactions: [
          {
            id,
            type: "transfer",
            currency: "usd",
            object: id,
            created,
            entries: [
              { account: accounts[source] ?? "", direction: "debit", layer: "posted", amount: 100 },
              { account: accounts[destination] ?? "", direction: "credit", layer: "posted", amount: 100 },
            ],
          },
        ],
        events: [
          { id: makeId("event"), type: "transfer.created", object: id, version: 1, created, data: body },
        ],
      });
      const status = result.committed ? "committed" : result.reason;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      times.push(performance.now() - now);
    }
  }

  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, () => worker(started + seconds * 1000)));
  const elapsed = (performance.now() - started) / 1000;
  await pool.end();
  times.sort((a, b) => a - b);
  return {
    requests: times.length,
    seconds: elapsed,
    statuses: Object.fromEntries(statuses),
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}

// Until the one who asks disconnects.
process.on("message", (options: Options) => {
  void run(options).then((result) => process.send?.(result));
});
