/**
 * The dispatcher: fans events out into deliveries, claims those that are due, sends them, and writes down what became of
 * them. Any number of processes may run one; they share the work by claims in the database, and what a process that is
 * killed had in hand is due again when its claims end. So every event is sent at least once; a receiver may get one twice,
 * with the same `webhook-id`.
 *
 * It looks into the database a few times a second instead of being woken: payments pay nothing for webhooks at their commit.
 */
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { isRetryable, isUnavailable } from "../database/database-errors.ts";
import { judge, type Attempt, type Outcome } from "./outcome.ts";
import type { Result, WebhookRepository } from "./repository.ts";
import type { Delivery, Send } from "./sender.ts";

export interface DispatcherOptions {
  repository: WebhookRepository;
  send: Send;
  clock: Clock;
  log: Logger;
  /** Name of this process in claims; another one for every process. */
  worker: string;
  /** Sends at once to one endpoint, and in all. */
  each: number;
  total: number;
  /** How long a claim holds, milliseconds; longer than any send takes. */
  lease: number;
  /** How often to look for work when there was none, milliseconds. @default 200 */
  poll?: number;
  /** Whether a kill switch stops sending in this mode: events wait, and are sent later. */
  isStopped: (livemode: boolean) => boolean;
  /** From 0 up to 1, for jitter. */
  random: () => number;
  /** Waits between attempts, milliseconds. @default RETRY_DELAYS */
  delays?: readonly number[];
  /** Told of every attempt. */
  observe: (attempt: Attempt, outcome: Outcome) => void;
  /** Told when the answer to a delivery is that its receiver is gone. */
  onGone: (delivery: Delivery) => void;
}

/** While sends finish one after the other, their results are gathered for so long, milliseconds. */
const GATHER = 4;

/** Pause after the database failed, milliseconds. */
const RECOVERY = 1000;

export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** By endpoint: what is claimed and not written down yet, so that no more is claimed before its failures are known. */
  readonly #inHand = new Map<string, number>();
  #results: Result[] = [];
  #sending = 0;
  #running: Promise<void> | undefined;
  #stopping = false;
  #wake: () => void = () => undefined;
  #gathering: NodeJS.Timeout | undefined;
  #fannedOut = 0;
  #isTroubled = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopping = false;
    this.#running ??= this.#run();
  }

  /** Claims nothing more, lets sends under way finish and writes down their results. @param limit milliseconds */
  async stop(limit: number): Promise<void> {
    const end = performance.now() + limit;
    this.#stopping = true;
    this.#wake();
    await this.#running;
    this.#running = undefined;
    const { poll = 200 } = this.#options;
    while (this.#sending > 0 && performance.now() < end) {
      await this.#sleep(Math.min(poll, end - performance.now()));
      // What is known is not kept back by a receiver that is slow: the process may be killed meanwhile.
      await this.#settle().catch(() => undefined);
    }
    clearTimeout(this.#gathering);
    await this.#settle().catch((error: unknown) => {
      this.#options.log.warn(
        { err: error },
        "results of webhooks were not written down: they are sent once more",
      );
    });
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#turn();
        this.#isTroubled = false;
      } catch (error) {
        if (!this.#isTroubled) this.#options.log.warn({ err: error }, "webhooks wait for the database");
        this.#isTroubled = true;
        await this.#sleep(RECOVERY);
      }
    }
  }

  async #turn(): Promise<void> {
    const { repository, clock, worker, lease, total, each, isStopped, poll = 200 } = this.#options;
    const isMore = await this.#fanOut(poll);
    await this.#settle();
    const free = total - this.#sending;
    const modes = [true, false].filter((livemode) => !isStopped(livemode));
    if (free > 0 && modes.length > 0) {
      const claim = { worker, lease, total: free, each, busy: this.#inHand, modes };
      for (const delivery of await repository.claim(clock(), claim)) void this.#deliver(delivery);
    }
    if (!isMore) await this.#sleep(this.#results.length > 0 ? GATHER : poll);
  }

  /** At most once in a while, however fast turns follow each other. @returns true when there are events left */
  async #fanOut(poll: number): Promise<boolean> {
    const now = performance.now();
    if (now - this.#fannedOut < poll / 4) return false;
    const { more } = await this.#options.repository.fanOut(this.#options.clock());
    this.#fannedOut = more ? 0 : now;
    return more;
  }

  /** @throws the database's error when it is away: the results are kept for the next time */
  async #settle(): Promise<void> {
    const results = this.#results;
    if (results.length === 0) return;
    this.#results = [];
    try {
      await this.#write(results);
    } catch (error) {
      if (isUnavailable(error) || isRetryable(error)) {
        this.#results = results.concat(this.#results);
        throw error;
      }
      // One that the database refuses must not hold up the others.
      for (const result of results) await this.#write([result]).catch(this.#refused(result));
    }
    for (const { endpoint } of results) this.#count(endpoint, -1);
  }

  #write(results: readonly Result[]): Promise<void> {
    const { repository, worker, clock } = this.#options;
    return repository.settle(worker, clock(), results);
  }

  #refused({ endpoint, event }: Result): (error: unknown) => void {
    return (error) => {
      const about = { err: error, webhook_endpoint: endpoint, event };
      this.#options.log.error(about, "the result of a webhook was not written down: it is sent once more");
    };
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { endpoint, attempts, event } = delivery;
    const { send, clock, log, random, delays, observe, onGone } = this.#options;
    this.#sending += 1;
    this.#count(endpoint, 1);
    try {
      const attempt = await send(delivery);
      const outcome = judge(attempt, attempts, clock(), random(), delays);
      const { at, duration, status, answer, error } = attempt;
      observe(attempt, outcome);
      if (outcome.gone) onGone(delivery);
      const entry = { at, duration, status, answer, error };
      this.#results.push({ endpoint, event: event.id, outcome, entry });
    } catch (error) {
      // Not the receiver's fault: the claim ends, and it is tried again.
      this.#count(endpoint, -1);
      log.warn({ err: error, webhook_endpoint: endpoint, event: event.id }, "a webhook was not sent");
    } finally {
      this.#sending -= 1;
      this.#gathering ??= setTimeout(() => {
        this.#gathering = undefined;
        this.#wake();
      }, GATHER);
    }
  }

  #count(endpoint: string, change: 1 | -1): void {
    const count = (this.#inHand.get(endpoint) ?? 0) + change;
    if (count === 0) this.#inHand.delete(endpoint);
    else this.#inHand.set(endpoint, count);
  }

  /** Sleeps until somebody wakes, so long at most. */
  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
