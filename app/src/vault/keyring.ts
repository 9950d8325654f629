/**
 * The keys that the root key wraps: branch keys, which wrap the subjects' data keys, and hash keys, for fingerprints. Few
 * exist, so that the key service is asked seldom: an unwrapped one is kept for a while, bounded by number and age.
 */
import { createHmac, type KeyObject } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Clock } from "../clock.ts";
import { importKey } from "./aes-gcm.ts";
import type { KeyContext, KeyEncryption } from "./key-encryption.ts";
import type { Generations, KeyTable, VaultRepository } from "./repository.ts";

/** Milliseconds within which every process notices a new generation. */
export const NOTICED_WITHIN = 5000;
/** Unwrapped keys kept at most; a rotation under way needs three. */
const MOST_KEYS = 10;

export interface KeyRingOptions {
  clock: Clock;
  /** Milliseconds for which an unwrapped key is kept. */
  keepFor: number;
}

/** A key that was there a moment ago: a rotation ended meanwhile. What it encrypted is under the next one. */
export class KeyGone extends Error {}

export type KeyRing = ReturnType<typeof createKeyRing>;

export function createKeyRing(repository: VaultRepository, root: KeyEncryption, options: KeyRingOptions) {
  const { clock, keepFor } = options;
  const unwrapped = new LRUCache<string, KeyObject>({
    max: MOST_KEYS,
    ttl: keepFor,
    ttlAutopurge: true,
    ttlResolution: 0,
    perf: { now: clock },
    fetchMethod: (name) => unwrap(name),
  });
  let refreshing: Promise<Generations> | undefined;
  let known: { generations: Generations; at: number } | undefined;

  async function unwrap(name: string): Promise<KeyObject> {
    const [table, generation] = name.split(" ") as [KeyTable, string];
    const key = await repository.rootWrapped(table, Number(generation));
    if (!key) throw new KeyGone(`The vault has no key of generation ${generation} in ${table}.`);
    return importKey(await root.unwrap(key, contextOf(table, Number(generation))));
  }

  async function get(table: KeyTable, generation: number): Promise<KeyObject> {
    const key = await unwrapped.fetch(`${table} ${generation}`);
    if (!key)
      throw new KeyGone(
        `The key of generation ${generation} in ${table} was dropped while it was unwrapped.`,
      );
    return key;
  }

  async function make(table: KeyTable, generation: number) {
    const { plain, ...key } = await root.generate(contextOf(table, generation));
    plain.fill(0);
    return key;
  }

  /** Makes a generation of keys, and returns what there is then. */
  async function addGeneration(generation: number, replaceHashKey: boolean): Promise<Generations> {
    const branch = await make("vault_branch_keys", generation);
    await repository.addGeneration(
      generation,
      branch,
      replaceHashKey ? await make("vault_hash_keys", generation) : undefined,
    );
    return refresh();
  }

  async function refresh(): Promise<Generations> {
    const generations = (await repository.generations()) ?? (await addGeneration(1, true));
    known = { generations, at: clock() };
    return generations;
  }

  async function generations(): Promise<Generations> {
    if (known && clock() - known.at < NOTICED_WITHIN) return known.generations;
    refreshing ??= refresh().finally(() => (refreshing = undefined));
    return refreshing;
  }

  return {
    generations,
    refresh,
    addGeneration,
    branchKey: (generation: number) => get("vault_branch_keys", generation),

    /** Keyed hashes (HMAC-SHA-256, the first 128 bits in hexadecimal) under every live hash key, the latest first. */
    async hashes(parts: readonly (string | boolean)[]): Promise<[string, ...string[]]> {
      const { hash } = await generations();
      const keys = await Promise.all(hash.map((generation) => get("vault_hash_keys", generation)));
      const text = JSON.stringify(parts);
      const [latest, ...earlier] = keys.map((key) =>
        createHmac("sha256", key).update(text).digest("hex").slice(0, 32),
      );
      if (latest === undefined) throw new Error("The vault has no hash key.");
      return [latest, ...earlier];
    },

    /** Wraps all keys, or those that another root key wraps, anew by today's root key. @returns how many */
    async rewrap(which: "all" | "outdated"): Promise<number> {
      const keys = (await repository.allRootWrapped()).filter(
        (key) => which === "all" || !root.isToday(key.root),
      );
      for (const { table, generation, root: name, wrapped } of keys) {
        const key = await root.rewrap({ root: name, wrapped }, contextOf(table, generation));
        await repository.replaceRootWrapped(table, generation, wrapped, key);
      }
      return keys.length;
    },

    /** Lets go of the unwrapped keys. */
    clear(): void {
      unwrapped.clear();
      known = undefined;
    },
  };
}

function contextOf(table: KeyTable, generation: number): KeyContext {
  return { application: "strongroom", key: table, generation: String(generation) };
}
