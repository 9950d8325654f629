/**
 * The vault: the only place where card and account numbers exist, encrypted under a key of the customer whose they are.
 * Outside of it a number is known by its token. Destroying the customer's key erases all of it at once.
 */
import type { Core } from "../core.ts";
import type { StoredObject } from "../database/objects.ts";
import { longestStatement } from "../database/pool.ts";
import { unavailable } from "../errors.ts";
import { makeWrappedKey, open, seal, unwrapKey } from "./aes-gcm.ts";
import type { KeyEncryption } from "./key-encryption.ts";
import { createKeyRing, KeyGone } from "./keyring.ts";
import { placeOfEntry, placeOfKey, placeOfPersonal, type PersonalPlace } from "./places.ts";
import {
  vaultRepository,
  type Access,
  type DataKey,
  type Entry,
  type EntryKind,
  type HolderReading,
  type Subject,
  type WrappedEntry,
} from "./repository.ts";
import { createRotation } from "./rotation.ts";

/** Times that work under a data key is tried while rotations or erasures take the key away. */
const ATTEMPTS = 5;
/** Milliseconds between looks for entries that nobody holds. */
const SWEEP_EVERY = 3_600_000;

export interface NewEntry extends Subject {
  kind: EntryKind;
  /** Id of the payment method that it is for. */
  holder: string;
  number: string;
}

/** A payment method as it is stored, and its number. */
interface Held<T> {
  method: StoredObject<T>;
  /** The number, for a processor. @returns undefined when it was deleted or erased */
  reveal(): Promise<string | undefined>;
}

export type Vault = ReturnType<typeof createVault>;

export function createVault(
  core: Pick<Core, "clock" | "config" | "log" | "makeId" | "meter" | "pool">,
  root: KeyEncryption,
) {
  const { clock, config, makeId, meter, pool } = core;
  const log = core.log.child({ module: "vault" });
  const repository = vaultRepository(pool);
  const ring = createKeyRing(repository, root, { clock, keepFor: config.VAULT_KEY_CACHE_SECONDS * 1000 });
  const rotation = createRotation({
    pool,
    ring,
    repository,
    log,
    days: config.VAULT_ROTATION_DAYS,
    longestStatement: longestStatement(config),
  });
  const reveals = meter.createCounter("vault_reveals_total", {
    description: "Numbers revealed to processors",
  });
  let sweeper: NodeJS.Timeout | undefined;

  /** The subject's latest data key, made when there is none. */
  async function dataKeyOf(subject: Subject): Promise<DataKey> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const [latest] = await repository.dataKeys(subject);
      if (latest) return latest;
      const { branch: generation } = await ring.generations();
      const key = { ...subject, generation };
      const wrapped = makeWrappedKey(await ring.branchKey(generation), placeOfKey(key));
      await repository.addDataKeys({ ...key, wrapped });
    }
    throw unavailable("The vault's keys are being replaced; try again.");
  }

  async function withKey<T>(key: DataKey, work: (key: ReturnType<typeof unwrapKey>) => T): Promise<T> {
    return work(unwrapKey(await ring.branchKey(key.generation), key.wrapped, placeOfKey(key)));
  }

  /** Repeats work whose data key went away meanwhile: moved by a rotation or, for good, by an erasure. */
  async function whileKeysMove<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isMissingKey(error) || attempt === ATTEMPTS) throw error;
        await ring.refresh();
      }
    }
  }

  async function read(
    livemode: boolean,
    id: string,
    access?: Access,
  ): Promise<(Entry & { number: string }) | undefined> {
    const entry = await repository.readEntry({ livemode, id, access });
    return entry && { ...entry, number: await numberIn(entry) };
  }

  async function numberIn(entry: WrappedEntry): Promise<string> {
    const plain = await withKey(entry, (key) => open(key, entry.sealed, placeOfEntry(entry)));
    const number = plain.toString("latin1");
    plain.fill(0);
    return number;
  }

  /** The number, for a processor; who asks is written down. @returns undefined when it was deleted or erased */
  async function reveal(livemode: boolean, id: string, access: Access): Promise<string | undefined> {
    const entry = await whileKeysMove(() => read(livemode, id, access));
    if (entry) reveals.add(1, { kind: entry.kind });
    return entry?.number;
  }

  return {
    /** Keeps a number. @returns its token */
    async store({ number, ...entry }: NewEntry): Promise<string> {
      const id = makeId("vaultEntry");
      return whileKeysMove(async () => {
        const dataKey = await dataKeyOf(entry);
        const row = { ...entry, id, generation: dataKey.generation, version: 1 };
        const plain = Buffer.from(number, "latin1");
        const sealed = await withKey(dataKey, (key) => seal(key, plain, placeOfEntry(row))).finally(() =>
          plain.fill(0),
        );
        await repository.addEntry({ ...row, sealed });
        return id;
      });
    },

    reveal,

    /**
     * A payment method and its number with one question to the database. Who asks is written down where he may pay with it:
     * it is active, and nobody's or that customer's. Whoever calls reveals it to nobody else.
     */
    async readMethod<T>(reading: HolderReading): Promise<Held<T> | undefined> {
      const held = await repository.readHolder(reading);
      if (!held) return undefined;
      const { entry } = held;
      return {
        method: held.holder as StoredObject<T>,
        async reveal() {
          if (!entry) return undefined;
          try {
            const number = await numberIn(entry);
            reveals.add(1, { kind: entry.kind });
            return number;
          } catch (error) {
            if (!isMissingKey(error)) throw error;
            // A rotation has replaced the key since.
            await ring.refresh();
            return reveal(reading.livemode, entry.id, reading.access);
          }
        },
      };
    },

    /** Moves a number to another subject, under its key. @returns false when there is no such number */
    async assign(livemode: boolean, id: string, subject: string): Promise<boolean> {
      return whileKeysMove(async () => {
        const entry = await read(livemode, id);
        if (!entry) return false;
        if (entry.subject === subject) return true;
        const dataKey = await dataKeyOf({ livemode, subject });
        const { number, ...before } = entry;
        const row = { ...before, subject, generation: dataKey.generation, version: entry.version + 1 };
        const plain = Buffer.from(number, "latin1");
        const sealed = await withKey(dataKey, (key) => seal(key, plain, placeOfEntry(row))).finally(() =>
          plain.fill(0),
        );
        // Changed by someone else meanwhile: as for a key that moved, look again.
        if ((await repository.replaceEntries([{ ...row, sealed }])) === 0) throw new EntryMoved();
        return true;
      });
    },

    /** Deletes a number; it is well when it is gone. */
    delete: (livemode: boolean, id: string): Promise<void> => repository.deleteEntry(livemode, id),

    /**
     * Tells equal numbers from others without telling the numbers: the same within a mode. 128 bits of a keyed hash.
     * @param parts what makes it one, as the digits of a card
     */
    async fingerprint(kind: EntryKind | "email", livemode: boolean, ...parts: string[]): Promise<string> {
      return (await ring.hashes([kind, livemode, ...parts]))[0];
    },

    /** The fingerprints by which something may be known while the hash key is replaced, the latest first. */
    fingerprints: (kind: EntryKind | "email", livemode: boolean, ...parts: string[]): Promise<string[]> =>
      ring.hashes([kind, livemode, ...parts]),

    /** The fingerprint of a number that the vault holds. @param parts what comes before the number */
    async fingerprintOf(livemode: boolean, id: string, ...parts: string[]): Promise<string | undefined> {
      const entry = await whileKeysMove(() => read(livemode, id));
      return entry && (await ring.hashes([entry.kind, livemode, ...parts, entry.number]))[0];
    },

    /** Encrypts personal data under the subject's key, as text to be kept in an object. */
    async sealPersonal({ record, ...subject }: PersonalPlace, data: object): Promise<string> {
      const place = placeOfPersonal({ ...subject, record });
      return whileKeysMove(async () => {
        const dataKey = await dataKeyOf(subject);
        const plain = Buffer.from(JSON.stringify(data));
        const sealed = await withKey(dataKey, (key) => seal(key, plain, place)).finally(() => plain.fill(0));
        return `${dataKey.generation}.${sealed.toString("base64url")}`;
      });
    },

    /** Decrypts what `sealPersonal` gave. @returns undefined when the subject was erased, or moved to new keys: look again */
    async openPersonal<T extends object>(
      { record, ...subject }: PersonalPlace,
      text: string,
    ): Promise<T | undefined> {
      const [generation, sealed = ""] = text.split(".");
      const bytes = Buffer.from(sealed, "base64url");
      const plain = await whileKeysMove(async () => {
        const dataKey = (await repository.dataKeys(subject)).find(
          (key) => key.generation === Number(generation),
        );
        return (
          dataKey && withKey(dataKey, (key) => open(key, bytes, placeOfPersonal({ ...subject, record })))
        );
      });
      try {
        return plain && (JSON.parse(plain.toString()) as T);
      } finally {
        plain?.fill(0);
      }
    },

    /** Erases a subject: its numbers, and the keys without which its personal data is noise. It is well when it is gone. */
    eraseSubject: (subject: Subject): Promise<void> => whileKeysMove(() => repository.deleteSubject(subject)),

    rotation,

    /** Deletes numbers whose payment method was never made. @returns how many */
    sweep,

    /** Begins the jobs. After the root key was replaced in the settings, what the earlier one wrapped is wrapped anew. */
    async start(): Promise<void> {
      try {
        await ring.rewrap("outdated");
      } catch (error) {
        log.warn(
          { err: error },
          "the vault's keys could not be wrapped by today's root key; will be tried at the next start",
        );
      }
      rotation.start();
      sweeper = setInterval(() => {
        sweep().catch((error: unknown) => log.warn({ err: error }, "sweeping the vault failed"));
      }, SWEEP_EVERY).unref();
    },

    /** Ends the jobs after the step they are at, and lets go of all keys. */
    async stop(): Promise<void> {
      clearInterval(sweeper);
      await rotation.stop();
      ring.clear();
    },
  };

  async function sweep(): Promise<number> {
    const abandoned = await repository.abandoned();
    for (const { livemode, id } of abandoned) await repository.deleteEntry(livemode, id);
    return abandoned.length;
  }
}

/** The entry was changed between reading and writing. */
class EntryMoved extends Error {}

/** A key that an entry refers to is gone (foreign key), or the entry moved to another. */
function isMissingKey(error: unknown): boolean {
  if (error instanceof EntryMoved || error instanceof KeyGone) return true;
  return error instanceof Error && "code" in error && error.code === "23503";
}
