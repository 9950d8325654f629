/** When keys were last used: noted in memory, written once a minute for all keys together. */
import type pg from "pg";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { recordUse } from "./repository.ts";

/** Milliseconds. */
const INTERVAL = 60_000;

export class KeyUsage {
  readonly #pool: pg.Pool;
  readonly #clock: Clock;
  readonly #log: Logger;
  #uses = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: pg.Pool, clock: Clock, log: Logger) {
    this.#pool = pool;
    this.#clock = clock;
    this.#log = log;
  }

  note(apiKey: string): void {
    this.#uses.set(apiKey, this.#clock());
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), INTERVAL);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  /** Writes what was noted. What cannot be written is let go: it is a hint, and the next minute brings another. */
  async flush(): Promise<void> {
    if (this.#uses.size === 0) return;
    const uses = this.#uses;
    this.#uses = new Map();
    await recordUse(this.#pool, uses).catch((error: unknown) =>
      this.#log.warn({ err: error }, "times of last use of API keys were not written"),
    );
  }
}
