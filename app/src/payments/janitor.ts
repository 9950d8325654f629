/**
 * The janitor: asks what became of attempts that nobody looks after: their outcome is unknown, their process died, or the
 * processor could not be reached. Janitors of several instances share the work: whoever takes an attempt over first has it.
 */
import type { Counter } from "@opentelemetry/api";
import type { Core } from "../core.ts";
import type { ObjectKind } from "../journal/write.ts";
import { dueObjects } from "./repository.ts";
import type { Undertaken, Undertakings } from "./undertaking.ts";

export interface Janitor {
  start(): Promise<void>;
  /** Ends after what is under way. */
  stop(): Promise<void>;
  /** One look at everything that is due; how many outcomes are known now. */
  sweep(): Promise<number>;
}

/** Attempts asked about at once. */
const CONCURRENCY = 8;

/** One kind of objects with attempts. */
export type Sweep = (limit: number) => Promise<number>;

export function sweepOf<T extends Undertaken>(
  core: Core,
  kind: ObjectKind,
  undertakings: Undertakings<T>,
): Sweep {
  const { clock, log, meter, pool } = core;
  const settled: Counter = meter.createCounter("janitor_settled_total", {
    description: "Attempts whose outcome the janitor found out",
  });

  return async (limit) => {
    const due = await dueObjects<T>(pool, kind, clock(), limit);
    let known = 0;
    const next = due.values();
    const worker = async () => {
      for (const stored of next) {
        try {
          if (await undertakings.settle(stored)) known += 1;
        } catch (error) {
          log.error({ err: error, object: stored.id }, "The outcome of an attempt could not be found out");
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, due.length) }, worker));
    if (known > 0) settled.add(known, { kind });
    return known;
  };
}

export function createJanitor({ config, log }: Core, sweeps: readonly Sweep[]): Janitor {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let isStopped = true;

  async function sweep(): Promise<number> {
    const counts = await Promise.all(sweeps.map((each) => each(config.JANITOR_BATCH)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  function schedule(): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = sweep()
        .then(() => undefined)
        .catch((error: unknown) => log.warn({ err: error }, "The janitor could not look for open outcomes"))
        .finally(schedule);
    }, config.JANITOR_INTERVAL).unref();
  }

  return {
    sweep,
    start() {
      isStopped = false;
      schedule();
      return Promise.resolve();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
