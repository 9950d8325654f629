/**
 * Who holds a credential. What was verified once is believed for a while, found by the credential itself, however its header
 * is written: for a known caller that costs one look into a map, no hash and no database.
 */
import { LRUCache } from "lru-cache";
import type { Clock } from "../clock.ts";
import { ApiError } from "../errors.ts";
import type { Caller } from "../http/operation.ts";

/** A credential that holds. */
export interface Verified {
  caller: Caller;
  /** Id of the API key behind it, if there is one: what notices of changes name. */
  apiKey?: string;
  /** When it ends by itself, in milliseconds since 1970; Infinity for never. */
  expires: number;
}

/** Tells who holds a credential. @throws ApiError 401 when it does not hold */
export type Verify = (text: string) => Promise<Verified>;

export interface CredentialsOptions {
  clock: Clock;
  verifySecret: Verify;
  verifyToken: Verify;
  /** Milliseconds for which to believe what was verified; asked anew each time. */
  trust: () => number;
  /** Most that are remembered. @default 20000 */
  capacity?: number;
}

interface Remembered extends Verified {
  /** When to ask anew, in milliseconds since 1970. */
  until: number;
}

export class Credentials {
  readonly #options: CredentialsOptions;
  readonly #known: LRUCache<string, Remembered>;
  /** Checks under way: equal credentials wait for one answer. */
  readonly #checks = new Map<string, Promise<Verified>>();
  /** Grows with every notice, so that a check that began before does not bring back what the notice took away. */
  #generation = 0;

  constructor(options: CredentialsOptions) {
    this.#options = options;
    this.#known = new LRUCache({ max: options.capacity ?? 20_000 });
  }

  /** Who sent the header, when that is known already. */
  known(header: string): Verified | undefined {
    const credential = credentialOf(header);
    const found = credential === undefined ? undefined : this.#known.get(credential);
    return found !== undefined && this.#options.clock() < found.until ? found : undefined;
  }

  /** Whether the header's credential held when it was last verified, be that too long ago to believe it still. */
  held(header: string): boolean {
    const credential = credentialOf(header);
    return credential !== undefined && this.#known.has(credential);
  }

  /** Who sent the header. @throws ApiError 401 */
  verify(header: string): Promise<Verified> {
    const credential = credentialOf(header);
    if (credential === undefined) return Promise.reject(malformed());
    const current = this.#checks.get(credential);
    if (current !== undefined) return current;
    const check = this.#check(credential).finally(() => {
      if (this.#checks.get(credential) === check) this.#checks.delete(credential);
    });
    this.#checks.set(credential, check);
    return check;
  }

  /** Something about the API key has changed. */
  forget(apiKey: string): void {
    this.#begin();
    // A hundred changes a second on twenty thousand entries would still cost less than a percent of a core.
    for (const remembered of this.#known.values()) {
      if (remembered.apiKey === apiKey) remembered.until = 0;
    }
  }

  forgetAll(): void {
    this.#begin();
    for (const remembered of this.#known.values()) remembered.until = 0;
  }

  #begin(): void {
    this.#generation += 1;
    this.#checks.clear();
  }

  async #check(credential: string): Promise<Verified> {
    const { clock, trust, verifySecret, verifyToken } = this.#options;
    const generation = this.#generation;
    let verified: Verified;
    try {
      verified = await (/^[sr]k_/.test(credential) ? verifySecret : verifyToken)(credential);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.#known.delete(credential);
      throw error;
    }
    if (generation === this.#generation) {
      this.#known.set(credential, { ...verified, until: Math.min(verified.expires, clock() + trust()) });
    }
    return verified;
  }
}

/**
 * The credential within the header `Authorization`: after `Bearer`, or as user name of `Basic` (`curl -u sk_test_…:`).
 * Undefined where the header cannot be read.
 */
function credentialOf(header: string): string | undefined {
  // As nearly all write it: quick, since each request comes by here.
  if (header.startsWith("Bearer ") && header.length > 7 && !header.includes(" ", 7)) return header.slice(7);
  const [, scheme = "", value = ""] = /^(\S+) +(\S+) *$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
      return value;
    case "basic":
      return Buffer.from(value, "base64").toString("latin1").replace(/:.*$/s, "");
    default:
      return undefined;
  }
}

function malformed(): ApiError {
  return unauthenticated(
    "authorization_malformed",
    "The header Authorization cannot be read. Send `Authorization: Bearer` and your API key or token.",
  );
}

export function unauthenticated(code: string, message: string, cause?: unknown): ApiError {
  return new ApiError(401, "authentication_error", code, message, { cause });
}
