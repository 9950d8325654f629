/**
 * Replaces the vault's keys and encrypts everything anew, beside live traffic. A rotation makes a new generation of keys and
 * moves the subjects to it, batch by batch; where it was broken off, the next process goes on: what is left to do is what
 * the tables say is still under earlier keys. A lock in the database lets one process at a time work at it.
 */
import type pg from "pg";
import type { Logger } from "pino";
import { transactionOn } from "../database/transaction.ts";
import { makeWrappedKey, open, seal, unwrapKey } from "./aes-gcm.ts";
import type { KeyRing } from "./keyring.ts";
import { NOTICED_WITHIN } from "./keyring.ts";
import { placeOfEntry, placeOfKey } from "./places.ts";
import {
  vaultRepository,
  type DataKey,
  type Entry,
  type Subject,
  type VaultRepository,
} from "./repository.ts";

/** Milliseconds between looks at whether there is something to rotate. */
const LOOK_EVERY = 60_000;
const BATCH = 100;
/** Any number that nobody else locks in this database. */
const LOCK = 7_266_581;
const DAY = 86_400;

/** Encrypts anew what a subject has outside of the vault's tables; may be called again for the same subject. */
export type Mover = (subject: Subject) => Promise<void>;

export interface RotationOptions {
  pool: pg.Pool;
  ring: KeyRing;
  repository: VaultRepository;
  log: Logger;
  /** Age of a generation at which the next one is made. */
  days: number;
  /** Milliseconds after which a statement has ended or was given up. */
  longestStatement: number;
}

export function createRotation({ pool, ring, repository, log, days, longestStatement }: RotationOptions) {
  /**
   * Every process uses the new keys after the first part. What was encrypted under an earlier key until then is committed,
   * or never will be, after the second: nothing ties it to its key before. A write waits for the commit before its own.
   */
  const settled = 2 * NOTICED_WITHIN + 2 * longestStatement;
  const movers: Mover[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let stopping = false;

  /**
   * Makes the next generation of keys, unless a rotation is under way.
   * @param replaceHashKey also replace the key of fingerprints: they all change (only when that key became known)
   */
  async function begin(options: { replaceHashKey?: boolean } = {}): Promise<void> {
    const { branch } = await ring.refresh();
    const progress = await repository.progress();
    if (progress && !progress.finished && branch > 1) return;
    await ring.rewrap("all");
    await ring.addGeneration(branch + 1, options.replaceHashKey ?? false);
    log.info({ generation: branch + 1 }, "rotation of the vault's keys begun");
  }

  /**
   * Moves all subjects to the latest generation.
   * @param settle milliseconds that a key must be old, so that nothing is on its way any more under earlier ones
   * @returns true when nothing is left to move; false while another process works at it or something could not be moved
   */
  async function run(settle = settled): Promise<boolean> {
    const client = await pool.connect();
    try {
      const { rows } = await client.query<{ locked: boolean }>("select pg_try_advisory_lock($1) as locked", [
        LOCK,
      ]);
      if (rows[0]?.locked !== true) return false;
      try {
        return await work(client, settle);
      } finally {
        await client.query("select pg_advisory_unlock($1)", [LOCK]);
      }
    } finally {
      client.release();
    }
  }

  async function work(client: pg.PoolClient, settle: number): Promise<boolean> {
    const progress = await repository.progress();
    if (!progress || progress.finished) return true;
    if (progress.age * 1000 < settle) return false;
    const { generation } = progress;
    await ring.refresh();
    for (let after: Subject | undefined = { livemode: false, subject: "" }; after && !stopping;) {
      after = await moveBatch(client, generation, after, settle);
    }
    const finished = await repository.finish(generation);
    if (finished) {
      await ring.refresh();
      log.info({ generation }, "rotation of the vault's keys finished");
    }
    return finished;
  }

  /** @returns the last subject of the batch, or undefined after the last batch */
  async function moveBatch(
    client: pg.PoolClient,
    generation: number,
    after: Subject,
    settle: number,
  ): Promise<Subject | undefined> {
    const { keys, moved } = await transactionOn(client, () => moveEntries(client, generation, after));
    const retired: DataKey[] = [];
    // What was being encrypted under an earlier key, when the new one was made, must have been written meanwhile.
    for (const key of await repository.settledKeys(generation, moved, settle)) {
      try {
        for (const move of movers) await move({ livemode: key.livemode, subject: key.subject });
        retired.push(key);
      } catch (error) {
        log.error(
          { err: error, subject: key.subject },
          "personal data was not moved to the new keys; will be tried again",
        );
      }
    }
    await repository.retireKeys(generation, retired);
    return keys.at(-1);
  }

  /** Gives the next subjects keys of the generation, and encrypts their entries under those. */
  async function moveEntries(client: pg.PoolClient, generation: number, after: Subject) {
    const tables = vaultRepository(client);
    const keys = await tables.staleKeys(generation, after, BATCH);
    const branch = await ring.branchKey(generation);
    await Promise.all(
      keys.map((key) => {
        const fresh = { livemode: key.livemode, subject: key.subject, generation };
        return tables.addDataKeys({ ...fresh, wrapped: makeWrappedKey(branch, placeOfKey(fresh)) });
      }),
    );
    const latest = await Promise.all(keys.map(async (key) => (await tables.dataKeys(key))[0]));
    const entries = await tables.entriesUnder(keys);
    const moved: DataKey[] = [];
    const anew: Entry[] = [];
    for (const [index, key] of keys.entries()) {
      const under = entries.filter((entry) => isUnder(entry, key));
      try {
        const oldKey = unwrapKey(await ring.branchKey(key.generation), key.wrapped, placeOfKey(key));
        const newKey = latest[index];
        if (newKey?.generation !== generation)
          throw new Error(`${key.subject} has no key of generation ${generation}.`);
        const fresh = unwrapKey(branch, newKey.wrapped, placeOfKey(newKey));
        anew.push(...under.map((entry) => encryptAnew(entry, oldKey, fresh, generation)));
        moved.push(key);
      } catch (error) {
        log.error({ err: error, subject: key.subject }, "a subject's numbers were not moved to the new keys");
      }
    }
    await tables.replaceEntries(anew);
    return { keys, moved };
  }

  /** Begins a rotation when the keys are old enough, and goes on with one that is under way. */
  async function look(): Promise<void> {
    const progress = await repository.progress();
    if (progress?.finished === true && progress.age > days * DAY) await begin();
    await run();
  }

  return {
    begin,
    run,
    look,
    progress: () => repository.progress(),
    /** Adds who moves what is kept outside of the vault; before `start`. */
    onMove: (mover: Mover): void => void movers.push(mover),
    start(): void {
      stopping = false;
      timer = setInterval(() => {
        running = running
          .then(look)
          .catch((error: unknown) => log.warn({ err: error }, "rotating the vault's keys failed"));
      }, LOOK_EVERY).unref();
    },
    /** Resolves after the batch that is under way. */
    async stop(): Promise<void> {
      stopping = true;
      clearInterval(timer);
      await running;
    },
  };
}

function isUnder(entry: Entry, key: DataKey): boolean {
  return (
    entry.subject === key.subject && entry.livemode === key.livemode && entry.generation === key.generation
  );
}

type Key = ReturnType<typeof unwrapKey>;

function encryptAnew(entry: Entry, before: Key, after: Key, generation: number): Entry {
  const next = { ...entry, generation, version: entry.version + 1 };
  const plain = open(before, entry.sealed, placeOfEntry(entry));
  try {
    return { ...next, sealed: seal(after, plain, placeOfEntry(next)) };
  } finally {
    plain.fill(0);
  }
}
