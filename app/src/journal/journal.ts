/**
 * The journal: commits writes in groups. While one group's commit is on its way to the disk, the writes that arrive wait;
 * then all of them become the next group, one call of one SQL function in one transaction. Nothing waits for a timer, so a
 * single write goes at once, and under load the cost of a commit is shared by all who wait.
 *
 * To whoever calls, a group cannot be told from writes that came one by one: a refused write fails alone, and one that makes
 * the database refuse the group is found by committing the group's writes singly. Writes that wait at the same moment may be
 * done in another order than they came in, as requests that are under way at the same time may be.
 */
import type { Histogram, Meter } from "@opentelemetry/api";
import pg from "pg";
import type { Logger } from "pino";
import { isRetryable, isUnavailable } from "../database/database-errors.ts";
import { ApiError, unavailable } from "../errors.ts";
import { span } from "../operations/tracing.ts";
import { commitWrites, type RefusedRow, refusalsOf } from "./commit-writes.ts";
import { Lane } from "./lane.ts";
import type { CommitResult, Write } from "./write.ts";

export interface JournalOptions {
  /** Connections that commit at once. Groups that share an account wait for each other. @default 1 */
  lanes?: number;
  /** Writes in one group at most. @default 256 */
  groupSize?: number;
  /** Writes that may wait; more are refused with 503. @default 20000 */
  queueSize?: number;
  /** Called for each write once it is committed, in the order of the commits; must not throw. */
  committed?: (write: Write) => void;
}

/**
 * Writes that must wait before a further group sets out beside others: each group has a cost of its own, as much as that of
 * some five writes.
 */
const WORTH_A_GROUP = 8;

/** Tries of one group when the database breaks it off for its own reasons (serialisation failure, deadlock). */
const TRIES = 5;

interface Waiting {
  write: Write;
  resolve: (result: CommitResult) => void;
  reject: (error: unknown) => void;
}

export class Journal {
  readonly #log: Logger;
  readonly #lanes: readonly Lane[];
  readonly #groupSize: number;
  readonly #queueSize: number;
  readonly #committed: ((write: Write) => void) | undefined;
  readonly #groupSizes: Histogram;
  readonly #commitTimes: Histogram;
  #queue: Waiting[] = [];
  #idle: (() => void)[] = [];

  /** @param pool Connections for the lanes alone, at least as many as there are lanes; best with `pipeline`. */
  constructor(pool: pg.Pool, log: Logger, meter: Meter, options: JournalOptions = {}) {
    this.#log = log;
    this.#lanes = Array.from({ length: options.lanes ?? 1 }, () => new Lane(pool));
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
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #isIdle(): boolean {
    return this.#queue.length === 0 && this.#lanes.every(({ load }) => load === 0);
  }

  #enqueue(write: Write): Promise<CommitResult> {
    if (this.#queue.length >= this.#queueSize)
      return Promise.reject(unavailable("Too many requests are waiting."));
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, resolve, reject });
      // At the end of this turn of the event loop, so that requests read from many sockets at once share a group.
      const { length } = this.#queue;
      if (length === 1 || length === WORTH_A_GROUP) setImmediate(() => this.#fillLanes());
    });
  }

  /** Sends groups on their way: the first at once, others beside it where enough waits for them. */
  #fillLanes(): void {
    for (;;) {
      const lane = this.#lanes.reduce((least, other) => (other.load < least.load ? other : least));
      const isFirst = this.#lanes.every(({ load }) => load === 0);
      const { length } = this.#queue;
      if (lane.room === 0 || length < (isFirst ? 1 : WORTH_A_GROUP)) return;
      // In two parts, so that we work at the one while PostgreSQL works at the other.
      const size = Math.max(Math.ceil(length / lane.room), WORTH_A_GROUP);
      void this.#commitGroup(lane, this.#nextGroup(Math.min(size, this.#groupSize))).then(() => {
        this.#fillLanes();
        if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve();
      });
    }
  }

  /**
   * Takes the next group; writes that share a key, an object or an account's settings with an earlier one wait for the group
   * after.
   */
  #nextGroup(size: number): Waiting[] {
    const group: Waiting[] = [];
    const later: Waiting[] = [];
    const touched = new Set<string>();
    let volume = 0;
    let seen = 0;
    for (const waiting of this.#queue) {
      if (group.length === size) break;
      // Sums over a group have to be exact.
      volume += volumeOf(waiting.write);
      if (volume > Number.MAX_SAFE_INTEGER && seen > 0) break;
      seen += 1;
      const { key, objects, accounts, livemode } = waiting.write;
      const names = objects?.map(({ id }) => id) ?? [];
      for (const { id } of accounts ?? []) names.push(id);
      if (key !== undefined) names.push(`${livemode ? "live" : "test"} ${key.key}`);
      (names.some((name) => touched.has(name)) ? later : group).push(waiting);
      // Also what a waiting write touches: a third one must not overtake it.
      for (const name of names) touched.add(name);
    }
    this.#queue = later.concat(this.#queue.slice(seen));
    return group;
  }

  /** Commits what can be committed of the group, and tells each write what became of it. */
  async #commitGroup(lane: Lane, group: readonly Waiting[]): Promise<void> {
    try {
      await lane.use((client) => this.#commitWith(client, group));
    } catch (error) {
      const failure = error instanceof ApiError ? error : unavailable("The database is away.", error);
      // Those that have been told before do not hear it.
      for (const { reject } of group) reject(failure);
    }
  }

  /** @throws Error when the connection is of no use any more. */
  async #commitWith(client: pg.PoolClient, group: readonly Waiting[]): Promise<void> {
    let left = group;
    let careful = false;
    for (let attempt = 1; left.length > 0; attempt += 1) {
      try {
        const refused = await this.#send(client, left, careful);
        if (refused.length === 0) {
          for (const { write, resolve } of left) {
            this.#committed?.(write);
            resolve({ committed: true });
          }
          return;
        }
        const refusals = refusalsOf(refused);
        for (const [index, reason] of refusals) left[index]?.resolve({ committed: false, ...reason });
        left = left.filter((_, index) => !refusals.has(index));
        if (careful && refusals.size === 0 && attempt > TRIES) throw unavailable("Keys come and go.");
        careful ||= refusals.size === 0;
      } catch (error) {
        // Of anything else it is not known whether it was committed.
        if (!(error instanceof pg.DatabaseError) || isUnavailable(error)) throw error;
        if (left.length === 1) left[0]?.reject(error);
        else await this.#commitSingly(client, left, error);
        return;
      }
    }
  }

  async #commitSingly(client: pg.PoolClient, group: readonly Waiting[], error: unknown): Promise<void> {
    this.#log.warn(
      { err: error, writes: group.length },
      "the database refused a group: committing its writes singly",
    );
    for (const waiting of group) await this.#commitWith(client, [waiting]);
  }

  async #send(client: pg.PoolClient, group: readonly Waiting[], careful: boolean): Promise<RefusedRow[]> {
    const writes = group.map(({ write }) => write);
    const started = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const refused = await commitWrites(client, writes, careful);
        this.#groupSizes.record(group.length);
        this.#commitTimes.record((performance.now() - started) / 1000);
        return refused;
      } catch (error) {
        if (!isRetryable(error) || attempt === TRIES) throw error;
      }
    }
  }
}

function volumeOf({ transactions = [] }: Write): number {
  let volume = 0;
  for (const { entries } of transactions) for (const { amount } of entries) volume += Math.abs(amount);
  return volume;
}
