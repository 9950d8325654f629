/** What may be done with API keys, decided purely. Nobody gives more than they have. */
import { toSeconds } from "../clock.ts";
import { forbidden, invalid } from "../errors.ts";
import type { Caller } from "../http/operation.ts";
import type { StoredKey } from "./repository.ts";
import type { ApiKey, CreateApiKey, UpdateApiKey } from "./schemas.ts";
import { ALL, beyond, effectiveScopes } from "./scopes.ts";
import type { SecretKind } from "./secret.ts";

/** Milliseconds for which a replaced secret may go on. */
const LONGEST_OVERLAP = 7 * 86_400_000;

export type NewKey = Pick<StoredKey, "name" | "scopes" | "roles" | "livemode" | "customer" | "expires">;

/** @throws ApiError */
export function decideNewKey(body: CreateApiKey, caller: Caller, now: number): NewKey {
  const { name, scopes = [], roles = [], livemode = caller.livemode, customer = null } = body;
  if (livemode && !caller.livemode) {
    throw forbidden("livemode_beyond_own", "A test key cannot make a live key. Ask with a live key.");
  }
  checkGrant(scopes, roles, caller);
  return { name, scopes, roles, livemode, customer, expires: expiry(body.expires_at ?? null, now) };
}

/** @throws ApiError */
export function decideUpdate(key: StoredKey, body: UpdateApiKey, caller: Caller, now: number): StoredKey {
  checkUsable(key, now);
  checkGrant(key.scopes, key.roles, caller);
  const scopes = body.scopes ?? key.scopes;
  const roles = body.roles ?? key.roles;
  checkGrant(scopes, roles, caller);
  const expires = body.expires_at === undefined ? key.expires : expiry(body.expires_at, now);
  return { ...key, name: body.name ?? key.name, scopes, roles, expires, version: key.version + 1 };
}

/**
 * When the old secret ends. Whoever rolls a key over learns its new secret, so it must be allowed all that the key is.
 * @throws ApiError
 */
export function decideRoll(
  key: StoredKey,
  previousExpires: number | undefined,
  caller: Caller,
  now: number,
): Date {
  checkUsable(key, now);
  checkGrant(key.scopes, key.roles, caller);
  if (previousExpires === undefined) return new Date(now);
  const end = previousExpires * 1000;
  if (end < now || end > now + LONGEST_OVERLAP) {
    throw invalid(
      "previous_expires_at_invalid",
      `previous_expires_at is ${previousExpires}; it may be between now (${toSeconds(now)}) and seven days from now ` +
        `(${toSeconds(now + LONGEST_OVERLAP)}).`,
      "previous_expires_at",
    );
  }
  return new Date(end);
}

/** `sk` for keys that may do everything, `rk` for others. */
export function kindOf({
  scopes,
  roles,
  customer,
}: Pick<StoredKey, "scopes" | "roles" | "customer">): SecretKind {
  return customer === null && effectiveScopes(scopes, roles).has(ALL) ? "sk" : "rk";
}

/** The key as the API shows it. */
export function shown(key: StoredKey, now: number): ApiKey {
  const seconds = (date: Date | null) => date && toSeconds(date.getTime());
  const { previous_expires: previousEnd, previous_last_four: previousFour } = key;
  return {
    id: key.id,
    object: "api_key",
    created: toSeconds(key.created.getTime()),
    livemode: key.livemode,
    name: key.name,
    status: key.revoked !== null ? "revoked" : isPast(key.expires, now) ? "expired" : "active",
    prefix: key.prefix,
    last_four: key.last_four,
    scopes: key.scopes as ApiKey["scopes"],
    roles: key.roles as ApiKey["roles"],
    customer: key.customer,
    created_by: key.created_by,
    expires_at: seconds(key.expires),
    revoked_at: seconds(key.revoked),
    last_used_at: seconds(key.last_used),
    previous:
      previousEnd !== null && previousFour !== null && key.revoked === null && !isPast(previousEnd, now)
        ? { last_four: previousFour, expires_at: toSeconds(previousEnd.getTime()) }
        : null,
  };
}

function checkGrant(scopes: readonly string[], roles: readonly string[], caller: Caller): void {
  const wanted = effectiveScopes(scopes, roles);
  if (wanted.size === 0) {
    throw invalid(
      "scopes_missing",
      "The key would be allowed nothing. Give scopes, roles, or both.",
      "scopes",
    );
  }
  const excess = beyond(caller.scopes, wanted);
  if (excess.length > 0) {
    throw forbidden(
      "scope_beyond_own",
      `The key is to be allowed what the one that asks is not: ${excess.join(", ")}. Ask with a key that has these scopes.`,
    );
  }
}

function checkUsable(key: StoredKey, now: number): void {
  if (key.revoked !== null)
    throw invalid("api_key_revoked", `API key ${key.id} was revoked. Make a new one.`, "id");
  if (isPast(key.expires, now)) {
    throw invalid("api_key_expired", `API key ${key.id} has expired. Make a new one.`, "id");
  }
}

function expiry(seconds: number | null, now: number): Date | null {
  if (seconds === null) return null;
  if (seconds * 1000 <= now) {
    throw invalid(
      "expires_at_past",
      `expires_at is ${seconds}, which is past. Give a later time in seconds since 1970 (now it is ${toSeconds(now)}).`,
      "expires_at",
    );
  }
  return new Date(seconds * 1000);
}

function isPast(date: Date | null, now: number): boolean {
  return date !== null && date.getTime() <= now;
}
