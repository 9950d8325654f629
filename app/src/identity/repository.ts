/** SQL of API keys, their secrets, and the keys that sign tokens. */
import type pg from "pg";
import { pageOf, type Page } from "../database/page.ts";

export type Queryable = Pick<pg.ClientBase, "query">;

/** Notices of changed keys: the payload is the id of an API key, or `signing_keys`. */
export const CHANNEL = "strongroom_identity";

/** An API key as it is kept. */
export interface StoredKey {
  id: string;
  livemode: boolean;
  name: string;
  scopes: string[];
  roles: string[];
  customer: string | null;
  version: number;
  created: Date;
  created_by: string;
  expires: Date | null;
  revoked: Date | null;
  last_used: Date | null;
  /** Of the secret in use. */
  prefix: string;
  last_four: string;
  /** The secret that was rolled over last. */
  previous_last_four: string | null;
  previous_expires: Date | null;
}

export interface StoredSecret {
  hash: Buffer;
  prefix: string;
  lastFour: string;
}

/** What verifying a credential needs to know of its key. */
export interface KeyGrant {
  id: string;
  livemode: boolean;
  scopes: string[];
  roles: string[];
  customer: string | null;
  expires: Date | null;
  revoked: Date | null;
  /** When the very secret ends that was given; null for the one in use. */
  secret_expires: Date | null;
}

/** The public half of a signing key (RFC 7517). */
export interface PublicJwk {
  kid: string;
  alg: string;
  use: string;
  kty: string;
  crv?: string;
  x?: string;
  y?: string;
  n?: string;
  e?: string;
}

export interface StoredSigningKey {
  id: string;
  algorithm: string;
  public_jwk: PublicJwk;
  sealed: Buffer;
  activates: Date;
  withdrawn: Date | null;
}

const KEYS = `
  select k.id, k.livemode, k.name, k.scopes, k.roles, k.customer, k.version, k.created, k.created_by, k.expires, k.revoked,
    k.last_used, s.prefix, s.last_four, p.last_four as previous_last_four, p.expires as previous_expires
  from api_keys k
  join api_key_secrets s on s.api_key = k.id and s.expires is null
  left join lateral (
    select last_four, expires from api_key_secrets where api_key = k.id and expires is not null
    order by expires desc, created desc limit 1
  ) p on true`;

const GRANT = "k.id, k.livemode, k.scopes, k.roles, k.customer, k.expires, k.revoked";

export async function findKey(db: Queryable, id: string, livemode: boolean): Promise<StoredKey | undefined> {
  const { rows } = await db.query<StoredKey>(`${KEYS} where k.id = $1 and k.livemode = $2`, [id, livemode]);
  return rows[0];
}

/** The key, locked until the transaction ends. */
export async function lockKey(db: Queryable, id: string, livemode: boolean): Promise<StoredKey | undefined> {
  await db.query("select from api_keys where id = $1 for update", [id]);
  return findKey(db, id, livemode);
}

export interface KeyPage {
  livemode: boolean;
  limit: number;
  startingAfter?: string;
  endingBefore?: string;
}

/** Newest first. */
export async function listKeys(db: Queryable, page: KeyPage): Promise<Page<StoredKey>> {
  const { livemode, limit, startingAfter, endingBefore } = page;
  const { rows } = await db.query<StoredKey>(
    `${KEYS} where k.livemode = $1 and ($2::text is null or k.id < $2) and ($3::text is null or k.id > $3)
     order by k.id ${endingBefore === undefined ? "desc" : "asc"} limit $4`,
    [livemode, startingAfter ?? null, endingBefore ?? null, limit + 1],
  );
  return pageOf(rows, limit, endingBefore !== undefined);
}

export async function insertKey(
  db: Queryable,
  key: Omit<StoredKey, "last_used" | "previous_last_four" | "previous_expires">,
  hash: Buffer,
): Promise<void> {
  await db.query(
    `insert into api_keys (id, livemode, name, scopes, roles, customer, version, created, created_by, expires, revoked)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      key.id,
      key.livemode,
      key.name,
      key.scopes,
      key.roles,
      key.customer,
      key.version,
      key.created,
      key.created_by,
      key.expires,
      key.revoked,
    ],
  );
  await insertSecret(db, key.id, { hash, prefix: key.prefix, lastFour: key.last_four }, key.created);
}

async function insertSecret(db: Queryable, id: string, secret: StoredSecret, created: Date): Promise<void> {
  await db.query(
    "insert into api_key_secrets (hash, api_key, prefix, last_four, created) values ($1, $2, $3, $4, $5)",
    [secret.hash, id, secret.prefix, secret.lastFour, created],
  );
}

export async function updateKey(
  db: Queryable,
  key: Pick<StoredKey, "id" | "name" | "scopes" | "roles" | "version" | "expires" | "revoked">,
): Promise<void> {
  await db.query(
    "update api_keys set name = $2, scopes = $3, roles = $4, version = $5, expires = $6, revoked = $7 where id = $1",
    [key.id, key.name, key.scopes, key.roles, key.version, key.expires, key.revoked],
  );
}

/** Puts a new secret in use. The one before ends at the given time, and those rolled over earlier not after it. */
export async function replaceSecret(
  db: Queryable,
  id: string,
  secret: StoredSecret,
  now: Date,
  previousExpires: Date,
): Promise<void> {
  await db.query("update api_key_secrets set expires = least(expires, $2) where api_key = $1", [
    id,
    previousExpires,
  ]);
  await insertSecret(db, id, secret, now);
}

/** Tells every instance when the transaction commits. */
export async function notify(db: Queryable, payload: string): Promise<void> {
  await db.query("select pg_notify($1, $2)", [CHANNEL, payload]);
}

export async function findGrantBySecret(db: Queryable, hash: Buffer): Promise<KeyGrant | undefined> {
  const { rows } = await db.query<KeyGrant>({
    name: "api_key_by_secret",
    text: `select ${GRANT}, s.expires as secret_expires from api_key_secrets s join api_keys k on k.id = s.api_key where s.hash = $1`,
    values: [hash],
  });
  return rows[0];
}

export async function findGrantById(db: Queryable, id: string): Promise<KeyGrant | undefined> {
  const { rows } = await db.query<KeyGrant>({
    name: "api_key_by_id",
    text: `select ${GRANT}, null::timestamptz as secret_expires from api_keys k where k.id = $1`,
    values: [id],
  });
  return rows[0];
}

export async function findCustomerStatus(
  db: Queryable,
  id: string,
  livemode: boolean,
): Promise<{ status: string | null } | undefined> {
  const { rows } = await db.query<{ status: string | null }>(
    "select status from customers where id = $1 and livemode = $2",
    [id, livemode],
  );
  return rows[0];
}

/** Times of last use, many keys at once. */
export async function recordUse(db: Queryable, uses: ReadonlyMap<string, number>): Promise<void> {
  await db.query(
    `update api_keys k set last_used = greatest(k.last_used, u.moment)
     from unnest($1::text[], $2::timestamptz[]) as u (id, moment) where k.id = u.id`,
    [[...uses.keys()], [...uses.values()].map((moment) => new Date(moment))],
  );
}

/** All signing keys, in the order of their times; other instances' changes wait until the transaction ends. */
export async function lockSigningKeys(db: Queryable): Promise<StoredSigningKey[]> {
  await db.query("select pg_advisory_xact_lock(hashtext('strongroom signing keys'))");
  return readSigningKeys(db);
}

export async function readSigningKeys(db: Queryable): Promise<StoredSigningKey[]> {
  const { rows } = await db.query<StoredSigningKey>(
    "select id, algorithm, public_jwk, sealed, activates, withdrawn from signing_keys order by activates, id",
  );
  return rows;
}

export async function insertSigningKey(db: Queryable, key: StoredSigningKey): Promise<void> {
  await db.query(
    "insert into signing_keys (id, algorithm, public_jwk, sealed, activates, withdrawn) values ($1, $2, $3, $4, $5, $6)",
    [key.id, key.algorithm, key.public_jwk, key.sealed, key.activates, key.withdrawn],
  );
}

export async function updateSigningKey(
  db: Queryable,
  key: Pick<StoredSigningKey, "id" | "activates" | "withdrawn">,
): Promise<void> {
  await db.query("update signing_keys set activates = $2, withdrawn = $3 where id = $1", [
    key.id,
    key.activates,
    key.withdrawn,
  ]);
}
