/** Verification of API keys' secrets. */
import type pg from "pg";
import type { Clock } from "../clock.ts";
import { unauthenticated, type Verified } from "./credentials.ts";
import { findGrantBySecret, type KeyGrant } from "./repository.ts";
import { effectiveScopes } from "./scopes.ts";
import { hashOf, isSecret } from "./secret.ts";

/** @throws ApiError 401 when the secret does not hold (any more) */
export async function verifySecret(pool: pg.Pool, clock: Clock, secret: string): Promise<Verified> {
  if (!isSecret(secret)) {
    throw unauthenticated(
      "api_key_invalid",
      "The API key is mistyped: its checksum is wrong. Copy it again, whole.",
    );
  }
  const shown = `${secret.slice(0, 8)}…${secret.slice(-4)}`;
  const grant = await findGrantBySecret(pool, hashOf(secret));
  if (grant === undefined) throw unauthenticated("api_key_invalid", `The API key ${shown} is not known.`);
  return holding(grant, clock(), `The API key ${shown}`);
}

/** The grant, when it holds. @throws ApiError 401 */
export function holding(grant: KeyGrant, now: number, name: string): Verified {
  if (grant.revoked !== null) throw unauthenticated("api_key_revoked", `${name} was revoked.`);
  const ends = [grant.expires, grant.secret_expires].map((end) => end?.getTime() ?? Infinity);
  const expires = Math.min(...ends);
  if (expires <= now) {
    const why =
      grant.secret_expires !== null && grant.secret_expires.getTime() <= now
        ? "was replaced and ended"
        : "expired";
    throw unauthenticated("api_key_expired", `${name} ${why} at ${new Date(expires).toISOString()}.`);
  }
  return {
    caller: {
      actor: grant.id,
      livemode: grant.livemode,
      scopes: effectiveScopes(grant.scopes, grant.roles),
      ...(grant.customer === null ? {} : { customer: grant.customer }),
    },
    apiKey: grant.id,
    expires,
  };
}
