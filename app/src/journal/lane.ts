/** One connection that commits groups one after the other, the next on its way before the last is answered. */
import type pg from "pg";

/** Groups on their way at once: while PostgreSQL works at one, the next arrives, and it never waits for us. */
const DEPTH = 2;

/** Milliseconds after which a connection that is never idle goes back to its pool, which knows whether it is too old. */
const LONGEST_USE = 60_000;

export class Lane {
  readonly #pool: pg.Pool;
  #client: Promise<pg.PoolClient> | undefined;
  #taken = 0;
  #load = 0;
  #isBroken = false;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Number of groups under way. */
  get load(): number {
    return this.#load;
  }

  /** Number of groups that may set out now. */
  get room(): number {
    if (this.#load === 0) return DEPTH;
    const isEnding = this.#isBroken || performance.now() - this.#taken > LONGEST_USE;
    return isEnding ? 0 : DEPTH - this.#load;
  }

  /** @throws what `run` throws (the connection is then given up), or the pool when there is no connection to be had. */
  async use(run: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    this.#load += 1;
    this.#client ??= this.#take();
    const client = this.#client;
    try {
      await run(await client);
    } catch (error) {
      this.#isBroken = true;
      throw error;
    } finally {
      this.#load -= 1;
      if (this.#load === 0) await this.#giveBack(client);
    }
  }

  #take(): Promise<pg.PoolClient> {
    this.#taken = performance.now();
    this.#isBroken = false;
    return this.#pool.connect();
  }

  async #giveBack(client: Promise<pg.PoolClient>): Promise<void> {
    this.#client = undefined;
    const isBroken = this.#isBroken;
    await client.then(
      (taken) => taken.release(isBroken),
      // There was none to be had: whoever wanted it knows.
      () => undefined,
    );
  }
}
