/**
 * The journal: commits writes in groups. While one group's commit is on its way to the disk, the writes that arrive wait;
 * then all of them become the next group, one call of one SQL function in one transaction. Nothing waits for a timer, so a
 * single write goes at once, and under load the cost of a commit is shared by all who wait.
 *
 * To whoever calls, a group cannot be told from writes that came one by one: a refused write fails alone, and one that makes
 * the database refuse the group is found by committing the group's writes singly.
 */
import type { Histogram, Meter } from "@opentelemetry/api";
import pg from "pg";
import type { Logger } from "pino";
import { isRetryable, isUnavailable } from "../database/database-errors.ts";
import { unavailable } from "../errors.ts";
import { span } from "../operations/tracing.ts";
import { COMMIT_GROUP, groupArguments, groupResults, type RefusedRow } from "./group.ts";
import type { CommitResult, Write } from "./write.ts";

export interface JournalOptions {
  /** Groups that commit at once, each on a connection of its own. Groups that share an account wait for each other. @default 1 */
  lanes?: number;
  /** Writes in one group at most. @default 256 */
  groupSize?: number;
  /** Writes that may wait; more are refused with 503. @default 20000 */
  queueSize?: number;
  /** Called for each write once it is committed, in the order of the commits; must not throw. */
  committed?: (write: Write) => void;
}

/**
 * Writes that must wait before a second group sets out beside the first: each group has a cost of its own, as much as that
 * of some five writes.
 */
const WORTH_A_LANE = 8;

/** Tries of one group when the database breaks it off for its own reasons (serialisation failure, deadlock). */
const TRIES = 5;

interface Waiting {
  write: Write;
  resolve: (result: CommitResult) => void;
  reject: (error: unknown) => void;
}

export class Journal {
  readonly #pool: pg.Pool;
  readonly #log: Logger;
  readonly #lanes: number;
  readonly #groupSize: number;
  readonly #queueSize: number;
  readonly #committed: ((write: Write) => void) | undefined;
  readonly #groupSizes: Histogram;
  readonly #commitTimes: Histogram;
  #queue: Waiting[] = [];
  #busy = 0;
  #idle: (() => void)[] = [];

  /** @param pool Connections for the lanes alone, at least as many as there are lanes. */
  constructor(pool: pg.Pool, log: Logger, meter: Meter, options: JournalOptions = {}) {
    this.#pool = pool;
    this.#log = log;
    this.#lanes = options.lanes ?? 1;
    this.#groupSize = options.groupSize ?? 256;
    this.#queueSize = options.queueSize ?? 20_000;
    this.#committed = options.committed;
    this.#groupSizes = meter.createHistogram("journal_group_size", {
      description: "Writes committed together",
      advice: { explicitBucketBoundaries: [1, 2, 4, 8, 16, 32, 64, 128, 256] },
    });
    this.#commitTimes = meter.createHistogram("journal_commit_duration_seconds", {
      description: "Time from sending a group to its commit",
      unit: "s",
      advice: { explicitBucketBoundaries: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5] },
    });
  }

  /**
   * Commits the write or refuses it.
   * @throws ApiError 503 when the database is away (whether the write was done is then unknown: ask again with the same
   * key) or too many writes wait; the database's own error when it breaks a rule that no refusal names.
   */
  commit(write: Write): Promise<CommitResult> {
    return span("journal.commit", () => this.#enqueue(write));
  }

  /** Resolves when nothing waits and no group is under way. */
  async drained(): Promise<void> {
    if (this.#busy === 0 && this.#queue.length === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #enqueue(write: Write): Promise<CommitResult> {
    if (this.#queue.length >= this.#queueSize)
      return Promise.reject(unavailable("Too many requests are waiting."));
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, resolve, reject });
      // At the end of this turn of the event loop, so that requests read from many sockets at once share a group.
      const { length } = this.#queue;
      if (length === 1 || length === WORTH_A_LANE) setImmediate(() => this.#fillLanes());
    });
  }

  #fillLanes(): void {
    while (this.#busy < this.#lanes && this.#isWorthALane(this.#busy)) {
      this.#busy += 1;
      void this.#runLane();
    }
  }

  async #runLane(): Promise<void> {
    while (this.#isWorthALane(this.#busy - 1)) await this.#commitGroup(this.#nextGroup());
    this.#busy -= 1;
    if (this.#busy === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** @param others Lanes that are at work already. */
  #isWorthALane(others: number): boolean {
    return this.#queue.length >= (others === 0 ? 1 : WORTH_A_LANE);
  }

  /** Takes the next group; writes that share a key or an object with an earlier one wait for the group after. */
  #nextGroup(): Waiting[] {
    const group: Waiting[] = [];
    const later: Waiting[] = [];
    const touched = new Set<string>();
    let seen = 0;
    for (const waiting of this.#queue) {
      if (group.length === this.#groupSize) break;
      seen += 1;
      const { key, objects, livemode } = waiting.write;
      const names = objects?.map(({ id }) => id) ?? [];
      if (key !== undefined) names.push(`${livemode ? "live" : "test"} ${key.key}`);
      (names.some((name) => touched.has(name)) ? later : group).push(waiting);
      // Also what a waiting write touches: a third one must not overtake it.
      for (const name of names) touched.add(name);
    }
    this.#queue = later.concat(this.#queue.slice(seen));
    return group;
  }

  async #commitGroup(group: Waiting[]): Promise<void> {
    try {
      const results = await this.#send(group.map(({ write }) => write));
      results.forEach((result, index) => {
        const waiting = group[index];
        if (waiting !== undefined && result.committed) this.#committed?.(waiting.write);
        waiting?.resolve(result);
      });
    } catch (error) {
      const failure: unknown = isUnavailable(error) ? unavailable("The database is away.", error) : error;
      if (group.length === 1 || failure !== error) {
        for (const { reject } of group) reject(failure);
      } else {
        this.#log.warn(
          { err: error, writes: group.length },
          "the database refused a group: committing its writes singly",
        );
        for (const waiting of group) await this.#commitGroup([waiting]);
      }
    }
  }

  async #send(writes: readonly Write[]): Promise<CommitResult[]> {
    const values = groupArguments(writes);
    const started = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { rows } = await this.#pool.query<RefusedRow>({ ...COMMIT_GROUP, values });
        this.#groupSizes.record(writes.length);
        this.#commitTimes.record((performance.now() - started) / 1000);
        return groupResults(writes.length, rows);
      } catch (error) {
        if (!isRetryable(error) || attempt === TRIES) throw error;
      }
    }
  }
}
