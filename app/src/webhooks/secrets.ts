/**
 * Secrets of endpoints. Each is a 256-bit key that the vault's root key wraps (envelope encryption): the database alone
 * holds nothing to sign with. Their text is that of Standard Webhooks: `whsec_` and base64.
 */
import { LRUCache } from "lru-cache";
import { Webhook } from "standardwebhooks";
import type { KeyContext, KeyEncryption } from "../vault/key-encryption.ts";

/** A secret as it is kept. */
export interface StoredSecret {
  /** 1 for an endpoint's first secret, then 2, 3, … */
  version: number;
  /** Which root key wraps it. */
  root: string;
  /** The wrapped key, base64. */
  wrapped: string;
  /** When it stops signing, milliseconds since 1970 (UTC); null for the current one. */
  expires: number | null;
}

/** Unwrapping may be a call over the network: what was revealed is remembered for a while. */
const REMEMBERED = { max: 1000, ttl: 600_000 };

export class Secrets {
  readonly #keyEncryption: KeyEncryption;
  readonly #revealed = new LRUCache<string, string>(REMEMBERED);

  constructor(keyEncryption: KeyEncryption) {
    this.#keyEncryption = keyEncryption;
  }

  /** A new secret of an endpoint, its current one. */
  async make(endpoint: string, version: number): Promise<StoredSecret> {
    const { root, wrapped, plain } = await this.#keyEncryption.generate(contextOf(endpoint));
    const secret = { version, root, wrapped: wrapped.toString("base64"), expires: null };
    this.#revealed.set(secret.wrapped, textOf(plain));
    return secret;
  }

  /** The secret's text. @throws ApiError 503 when the root key is out of reach */
  async reveal(endpoint: string, { root, wrapped }: StoredSecret): Promise<string> {
    const known = this.#revealed.get(wrapped);
    if (known !== undefined) return known;
    const key = { root, wrapped: Buffer.from(wrapped, "base64") };
    const text = textOf(await this.#keyEncryption.unwrap(key, contextOf(endpoint)));
    this.#revealed.set(wrapped, text);
    return text;
  }

  /**
   * The headers of a message: during a rotation one signature for each secret that is still valid.
   * @param now milliseconds since 1970 (UTC)
   */
  async headers(
    endpoint: string,
    secrets: readonly StoredSecret[],
    message: { id: string; body: string },
    now: number,
  ): Promise<Record<string, string>> {
    const signatures: string[] = [];
    for (const secret of secrets.filter((each) => isValid(each, now))) {
      const signer = new Webhook(await this.reveal(endpoint, secret));
      signatures.push(signer.sign(message.id, new Date(now), message.body));
    }
    return {
      "webhook-id": message.id,
      "webhook-timestamp": String(Math.floor(now / 1000)),
      "webhook-signature": signatures.join(" "),
    };
  }
}

export function isValid({ expires }: StoredSecret, now: number): boolean {
  return expires === null || expires > now;
}

function contextOf(endpoint: string): KeyContext {
  return { purpose: "webhook_secret", endpoint };
}

function textOf(plain: Buffer): string {
  const text = `whsec_${plain.toString("base64")}`;
  plain.fill(0);
  return text;
}
