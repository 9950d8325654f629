/**
 * Counts of requests in windows of time. An instance counts for itself, without waiting for anybody; a few times a second
 * it tells the others through Redis and hears what they have counted. So several instances together let a little more
 * through than the limit: what arrives between two exchanges. Without Redis, each instance limits on its own.
 */
import { LRUCache } from "lru-cache";
import type { Clock } from "../clock.ts";

/** So many requests in so much time. */
export interface Rule {
  /** Tells counts apart, as `ip`. */
  name: string;
  /** Requests in a window. 0: no limit. */
  points: number;
  /** Milliseconds. */
  window: number;
}

/** One window of one subject. */
export interface Window {
  /** Requests that were let through, here and (as far as known) elsewhere. */
  count: number;
  /** When the window ends, in milliseconds since 1970. */
  ends: number;
  /** Requests that the others have not been told of. */
  untold: number;
}

/** Adds to the count that all instances share. */
export interface SharedCounts {
  /** False while it is away: nothing is collected for it then. */
  readonly isReady: boolean;
  add(rule: Rule, subject: string, points: number): Promise<{ count: number; millisecondsLeft: number }>;
}

/** Subjects that one rule remembers; the least recent are forgotten, so that a flood of addresses cannot fill the memory. */
const CAPACITY = 50_000;
/** Milliseconds between two exchanges. */
const INTERVAL = 200;

export class Counter {
  readonly rule: Rule;
  readonly #clock: Clock;
  readonly #shared: SharedCounts | undefined;
  readonly #windows = new LRUCache<string, Window>({ max: CAPACITY });
  #changed = new Map<string, Window>();
  #exchanging: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(rule: Rule, clock: Clock, shared?: SharedCounts) {
    this.rule = rule;
    this.#clock = clock;
    this.#shared = shared;
  }

  /** The subject's window now. */
  at(subject: string, now = this.#clock()): Window {
    const found = this.#windows.get(subject);
    // One that ends later than a window lasts began before the clock was set back.
    if (found !== undefined && now < found.ends && found.ends <= now + this.rule.window) return found;
    const window = { count: 0, ends: now + this.rule.window, untold: 0 };
    this.#windows.set(subject, window);
    return window;
  }

  /** Counts a request. @returns the window, and whether the request is within the limit; one beyond it is not counted */
  take(subject: string, now = this.#clock()): { window: Window; within: boolean } {
    const window = this.at(subject, now);
    if (window.count >= this.rule.points) return { window, within: false };
    window.count += 1;
    if (this.#shared?.isReady === true) {
      window.untold += 1;
      if (this.#changed.size < CAPACITY) this.#changed.set(subject, window);
    }
    return { window, within: true };
  }

  start(): void {
    if (this.#shared === undefined || this.rule.points === 0) return;
    this.#timer = setInterval(() => void this.exchange(), INTERVAL);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#exchanging;
  }

  /** Tells the others what was counted since the last time. One exchange at a time. */
  exchange(): Promise<void> {
    this.#exchanging ??= this.#exchange().finally(() => (this.#exchanging = undefined));
    return this.#exchanging;
  }

  async #exchange(): Promise<void> {
    const changed = this.#changed;
    this.#changed = new Map();
    await Promise.all([...changed].map(([subject, window]) => this.#tell(subject, window)));
  }

  async #tell(subject: string, window: Window): Promise<void> {
    const points = window.untold;
    window.untold = 0;
    try {
      const all = await this.#shared?.add(this.rule, subject, points);
      if (all === undefined) return;
      window.count = all.count + window.untold;
      window.ends = this.#clock() + all.millisecondsLeft;
    } catch {
      // The connection says what is wrong; until it is back, this instance's own count holds.
    }
  }
}
