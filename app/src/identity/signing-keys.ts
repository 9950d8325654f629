/**
 * Keys that sign the service's own tokens, shared by all instances through the database. At any time one key signs and the
 * next one is published already, so that whoever caches the published keys never meets a token of a key it has not seen.
 * A key that signs no more stays published until its last token has ended.
 */
import type { Logger } from "pino";
import type pg from "pg";
import { createPublicKey, type KeyObject } from "node:crypto";
import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  type CryptoKey,
} from "jose";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { MakeId } from "../ids.ts";
import type { DomainEvent } from "../journal/write.ts";
import { commitWithin } from "./commit-once.ts";
import { transaction } from "../database/transaction.ts";
import { deriveFrom } from "../root-key.ts";
import { importKey, open, seal } from "../vault/aes-gcm.ts";
import {
  insertSigningKey,
  lockSigningKeys,
  notify,
  type PublicJwk,
  type Queryable,
  readSigningKeys,
  type StoredSigningKey,
  updateSigningKey,
} from "./repository.ts";
import type { TokenAlgorithm } from "./settings.ts";

/** Seconds by which clocks may differ, ours and others'. */
export const CLOCK_TOLERANCE = 30;

/** Payload of notices that tell of changed signing keys. */
export const SIGNING_KEYS_NOTICE = "signing_keys";

/** What deciding about rotation needs to know of a key. Times in milliseconds. */
export interface SigningPeriod {
  activates: number;
  withdrawn: boolean;
  /** False when the private half cannot be opened: JWT_SECRET has changed. */
  usable: boolean;
}

/**
 * When the keys that are missing should begin to sign: one now, where none can sign; and the next one.
 * @param keys in the order of their times
 */
export function missingKeys(keys: readonly SigningPeriod[], now: number, period: number): number[] {
  const usable = keys.filter((key) => key.usable && !key.withdrawn);
  const current = usable.findLast(({ activates }) => activates <= now);
  const missing = current === undefined ? [now] : [];
  if (!usable.some(({ activates }) => activates > now))
    missing.push(Math.max((current?.activates ?? now) + period, now + period / 2));
  return missing;
}

/** The keys to publish: those that sign, will sign, or signed tokens that may still be valid. */
export function publishedKeys<K extends SigningPeriod>(
  keys: readonly K[],
  now: number,
  longestLife: number,
): K[] {
  return keys.filter((key, index) => {
    const next = keys.slice(index + 1).find(({ usable, withdrawn }) => usable && !withdrawn);
    return !key.withdrawn && (next === undefined || next.activates + longestLife > now);
  });
}

interface SigningKey extends SigningPeriod {
  id: string;
  algorithm: string;
  jwk: PublicJwk;
  publicKey: KeyObject;
  privateKey: CryptoKey | undefined;
}

export interface SigningKeysOptions {
  pool: pg.Pool;
  clock: Clock;
  log: Logger;
  /** Makes the ids of events. */
  makeId: MakeId;
  /** Seals the private halves. */
  sealingKey: KeyObject;
  algorithm: TokenAlgorithm;
  /** Milliseconds for which a key signs. */
  period: number;
  /** Milliseconds for which a token may be valid, differences of clocks included. */
  longestLife: number;
  /** Milliseconds for which to verify tokens with keys that were read; asked anew each time. @default for ever */
  trust?: () => number;
}

const DAY = 86_400_000;

/** The signing keys as the settings want them. @param secret JWT_SECRET, or the embedded default's own */
export function signingKeysFor(
  config: Pick<Config, "JWT_ALGORITHM" | "JWT_KEY_ROTATION_DAYS" | "JWT_MAX_AGE">,
  secret: string,
  surroundings: Pick<SigningKeysOptions, "pool" | "clock" | "log" | "makeId" | "trust">,
): SigningKeys {
  return new SigningKeys({
    ...surroundings,
    sealingKey: importKey(deriveFrom(secret)("signing keys")),
    algorithm: config.JWT_ALGORITHM,
    period: config.JWT_KEY_ROTATION_DAYS * DAY,
    longestLife: (config.JWT_MAX_AGE + CLOCK_TOLERANCE) * 1000,
  });
}

const FOREIGN_SECRET =
  "JWT_SECRET opens none of the signing keys. Give the one that the service runs with; after a change, start the service first.";

/** Milliseconds between two looks for keys that are due. */
const REFRESH_INTERVAL = 60_000;
/** Milliseconds within which an unknown key id leads to one look at most. */
const COOLDOWN = 2000;

export class SigningKeys {
  readonly #options: SigningKeysOptions;
  #keys: SigningKey[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastLook = -Infinity;
  /** Looks that were begun, the one whose keys are in use, and the last one that began before a change. */
  #looks = 0;
  #used = 0;
  #outdated = 0;
  /** When the look began whose keys are in use. */
  #asOf = -Infinity;

  constructor(options: SigningKeysOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.refresh();
    this.#timer = setInterval(() => this.refreshInBackground(), REFRESH_INTERVAL);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  refreshInBackground(): void {
    this.refresh().catch((error: unknown) =>
      this.#options.log.warn({ err: error }, "signing keys cannot be read; the last ones stay"),
    );
  }

  /** The keys may have changed: they are read again before another token is verified. */
  outdate(): void {
    this.#outdated = this.#looks;
  }

  /** Reads the keys; makes those that are missing. */
  async refresh(): Promise<void> {
    const { pool, clock, period } = this.#options;
    const look = (this.#looks += 1);
    const began = (this.#lastLook = clock());
    let keys = await this.#opened(await readSigningKeys(pool));
    if (missingKeys(keys, clock(), period).length > 0) {
      keys = await transaction(pool, async (db) =>
        this.#complete(db, await this.#opened(await lockSigningKeys(db))),
      );
    }
    this.#use(keys, look, began);
  }

  /** A look that began earlier and ends later does not bring back what has changed meanwhile. */
  #use(keys: SigningKey[], look: number, began: number): void {
    if (look < this.#used) return;
    this.#keys = keys;
    this.#used = look;
    this.#asOf = began;
  }

  /**
   * The next key signs from now on; an event tells so.
   * @param actor who wants it
   * @param withdraw whether the key before is refused at once, its tokens with it, and with them all keys that JWT_SECRET
   * does not open any more: whoever knows the former one can sign with those
   * @throws {Error} when JWT_SECRET opens none of the keys: it is not the service's
   */
  async rotate(actor: string, withdraw = false): Promise<void> {
    const { pool, clock } = this.#options;
    const rotated = await transaction(pool, async (db) => {
      const keys = await this.#opened(await lockSigningKeys(db));
      if (keys.length > 0 && !keys.some(({ usable }) => usable)) throw new Error(FOREIGN_SECRET);
      const now = clock();
      const current = keys.findLast((key) => isSigning(key, now));
      const next = keys.find((key) => key.usable && !key.withdrawn && key.activates > now);
      if (next !== undefined) {
        next.activates = now;
        await updateSigningKey(db, { id: next.id, activates: new Date(now), withdrawn: null });
      }
      const refused = keys.filter((key) => !key.withdrawn && (key === current || !key.usable));
      for (const key of withdraw ? refused : []) {
        key.withdrawn = true;
        const { id, activates } = key;
        await updateSigningKey(db, { id, activates: new Date(activates), withdrawn: new Date(now) });
      }
      keys.sort((a, b) => a.activates - b.activates);
      await notify(db, SIGNING_KEYS_NOTICE);
      if (next !== undefined) {
        await commitWithin(db, [{ livemode: true, actor, events: [this.#rotated(next, withdraw, now)] }]);
      }
      return this.#complete(db, keys);
    });
    this.#use(rotated, (this.#looks += 1), clock());
  }

  /** What signs now. */
  signer(): { id: string; algorithm: string; privateKey: CryptoKey } {
    const now = this.#options.clock();
    const current = this.#keys.findLast((key) => isSigning(key, now));
    if (current?.privateKey === undefined) throw new Error("No signing key was loaded: call start() first.");
    return { id: current.id, algorithm: current.algorithm, privateKey: current.privateKey };
  }

  /** The key that a token names; undefined when there is none, or none that is published. */
  async find(id: string): Promise<{ algorithm: string; publicKey: KeyObject } | undefined> {
    const { clock, trust = () => Infinity } = this.#options;
    const known = () => this.#published().find((key) => key.id === id);
    const isOutdated = this.#used <= this.#outdated || clock() - this.#asOf > trust();
    if (isOutdated || (known() === undefined && clock() - this.#lastLook > COOLDOWN)) await this.refresh();
    return known();
  }

  /** The JSON Web Key Set (RFC 7517). */
  jwks(): { keys: PublicJwk[] } {
    return { keys: this.#published().map(({ jwk }) => jwk) };
  }

  #rotated({ id, algorithm }: SigningKey, withdraw: boolean, now: number): DomainEvent {
    return {
      id: this.#options.makeId("event"),
      type: "signing_key.rotated",
      object: id,
      version: 1,
      created: now,
      data: JSON.stringify({ id, object: "signing_key", algorithm, previous_withdrawn: withdraw }),
    };
  }

  #published(): SigningKey[] {
    return publishedKeys(this.#keys, this.#options.clock(), this.#options.longestLife);
  }

  async #complete(db: Queryable, keys: SigningKey[]): Promise<SigningKey[]> {
    const { clock, period } = this.#options;
    const missing = missingKeys(keys, clock(), period);
    for (const activates of missing) {
      const stored = await this.#make(activates);
      await insertSigningKey(db, stored);
      keys.push(await this.#open(stored));
    }
    if (missing.length > 0) await notify(db, SIGNING_KEYS_NOTICE);
    return keys.sort((a, b) => a.activates - b.activates);
  }

  async #make(activates: number): Promise<StoredSigningKey> {
    const { algorithm, sealingKey } = this.#options;
    const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: 3072 });
    const bare = await exportJWK(pair.publicKey);
    const id = await calculateJwkThumbprint(bare);
    const { kty = "", crv, x, y, n, e } = bare;
    const sealed = seal(sealingKey, Buffer.from(await exportPKCS8(pair.privateKey)), ["signing key", id]);
    return {
      id,
      algorithm,
      public_jwk: { kid: id, alg: algorithm, use: "sig", kty, crv, x, y, n, e },
      sealed,
      activates: new Date(activates),
      withdrawn: null,
    };
  }

  #opened(stored: readonly StoredSigningKey[]): Promise<SigningKey[]> {
    return Promise.all(stored.map(async (key) => this.#known(key) ?? (await this.#open(key))));
  }

  /** Opened keys are kept: opening again would cost, and change nothing. */
  #known(stored: StoredSigningKey): SigningKey | undefined {
    const known = this.#keys.find(({ id }) => id === stored.id);
    return known && { ...known, activates: stored.activates.getTime(), withdrawn: stored.withdrawn !== null };
  }

  async #open(stored: StoredSigningKey): Promise<SigningKey> {
    const { id, algorithm, public_jwk: jwk, activates, withdrawn } = stored;
    const privateKey = await this.#openPrivate(stored);
    return {
      id,
      algorithm,
      jwk,
      publicKey: createPublicKey({ key: { ...jwk }, format: "jwk" }),
      privateKey,
      activates: activates.getTime(),
      withdrawn: withdrawn !== null,
      usable: privateKey !== undefined,
    };
  }

  async #openPrivate({ id, algorithm, sealed }: StoredSigningKey): Promise<CryptoKey | undefined> {
    try {
      return await importPKCS8(
        open(this.#options.sealingKey, sealed, ["signing key", id]).toString(),
        algorithm,
      );
    } catch (error) {
      this.#options.log.warn(
        { err: error, kid: id },
        "a signing key cannot be opened: JWT_SECRET has changed; another is made",
      );
      return undefined;
    }
  }
}

function isSigning({ activates, withdrawn, usable }: SigningPeriod, now: number): boolean {
  return usable && !withdrawn && activates <= now;
}
