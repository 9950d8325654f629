/**
 * Keeps who took part in experiments and what they did then. Evaluations do not wait for it: exposures and conversions are
 * gathered and written in batches; each is kept once, whatever the number of instances that saw it.
 */
import { hash } from "node:crypto";
import type { Counter, Meter } from "@opentelemetry/api";
import { LRUCache } from "lru-cache";
import type pg from "pg";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { type Conversion, type Exposure, insertConversions, insertExposures } from "./repository.ts";
import type { Snapshot } from "./snapshot.ts";

/** Rows in one batch. */
const BATCH = 1000;
/** Rows that may wait while the database is away; more are dropped and counted. */
const WAITING = 100_000;
/** Exposures of late that need not be written again. */
const REMEMBERED = 100_000;
/** Milliseconds between two batches. */
const FLUSH_INTERVAL = 1000;

/** A subject as experiments know it: without names, and not to be joined across experiments. */
function subjectHash(experiment: string, targetingKey: string): string {
  return hash("sha256", `${experiment}.${targetingKey}`, "hex").slice(0, 32);
}

export interface RecorderOptions {
  pool: pg.Pool;
  clock: Clock;
  log: Logger;
  meter: Meter;
}

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #seen = new LRUCache<string, true>({ max: REMEMBERED });
  readonly #dropped: Counter;
  #exposures: Exposure[] = [];
  #conversions: Conversion[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#dropped = options.meter.createCounter("flags_records_dropped_total", {
      description: "Exposures and conversions that were not kept because the database was away too long",
    });
  }

  expose(livemode: boolean, experiment: string, targetingKey: string, variant: string): void {
    const subject = subjectHash(experiment, targetingKey);
    const name = `${livemode} ${experiment} ${subject}`;
    if (this.#seen.has(name)) return;
    this.#seen.set(name, true);
    if (!this.#hasRoom(this.#exposures.length)) return;
    this.#exposures.push({ livemode, experiment, subject, variant, created: this.#options.clock() });
  }

  /** Keeps what a subject did for all running experiments that count it. */
  convert(livemode: boolean, snapshot: Snapshot, targetingKey: string, metric: string): void {
    const created = this.#options.clock();
    for (const { key: experiment, metrics } of snapshot.experiments.values()) {
      if (!metrics.includes(metric) || !this.#hasRoom(this.#conversions.length)) continue;
      this.#conversions.push({
        livemode,
        experiment,
        subject: subjectHash(experiment, targetingKey),
        metric,
        created,
      });
    }
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.flush().catch((error: unknown) =>
        this.#options.log.warn({ err: error }, "exposures of experiments wait for the database"),
      );
    }, FLUSH_INTERVAL);
    this.#timer.unref();
  }

  /** Writes what waits. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  /** Writes all that was recorded before. @throws the database's error; the rows wait for the next time */
  async flush(): Promise<void> {
    // One after another, also after one that failed.
    const before = this.#flushing.catch(() => undefined);
    this.#flushing = before.then(() => this.#write());
    await this.#flushing;
  }

  async #write(): Promise<void> {
    const { pool } = this.#options;
    while (this.#exposures.length > 0) {
      const batch = this.#exposures.slice(0, BATCH);
      await insertExposures(pool, batch);
      this.#exposures = this.#exposures.slice(batch.length);
    }
    while (this.#conversions.length > 0) {
      const batch = this.#conversions.slice(0, BATCH);
      await insertConversions(pool, batch);
      this.#conversions = this.#conversions.slice(batch.length);
    }
  }

  #hasRoom(waiting: number): boolean {
    if (waiting < WAITING) return true;
    this.#dropped.add(1);
    return false;
  }
}
