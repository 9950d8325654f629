/** API keys: made, shown, changed, rolled over, revoked. */
import type pg from "pg";
import type { Clock } from "../clock.ts";
import { notFound } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import type { Operation } from "../http/operation.ts";
import type { MakeId } from "../ids.ts";
import type { GivenAnswer } from "../journal/once.ts";
import { requireCustomer } from "./bound-customer.ts";
import { type Change, type Committer, commitOnce } from "./commit-once.ts";
import { decideNewKey, decideRoll, decideUpdate, kindOf, shown } from "./key-rules.ts";
import {
  findKey,
  insertKey,
  type KeyPage,
  listKeys,
  lockKey,
  notify,
  type Queryable,
  replaceSecret,
  type StoredKey,
  updateKey,
} from "./repository.ts";
import type { ApiKey, CreateApiKey, RollApiKey, UpdateApiKey } from "./schemas.ts";
import { makeSecret } from "./secret.ts";

export interface ApiKeysOptions extends Committer {
  clock: Clock;
  makeId: MakeId;
}

export class ApiKeys {
  readonly #options: ApiKeysOptions;

  constructor(options: ApiKeysOptions) {
    this.#options = options;
  }

  /** @returns the answer with the whole secret */
  async create(operation: Operation, body: CreateApiKey): Promise<GivenAnswer> {
    const { clock, makeId } = this.#options;
    return commitOnce(this.#options, operation, async (db) => {
      const now = clock();
      const decided = decideNewKey(body, operation.caller, now);
      // On the transaction's connection: with another of the pool's, requests that each hold one would wait for each other.
      if (decided.customer !== null) await requireCustomer(db, decided.customer, decided.livemode);
      const secret = makeSecret(kindOf(decided), decided.livemode);
      const key: StoredKey = {
        ...decided,
        id: makeId("apiKey"),
        version: 1,
        created: new Date(now),
        created_by: operation.caller.actor,
        revoked: null,
        last_used: null,
        prefix: secret.prefix,
        last_four: secret.lastFour,
        previous_last_four: null,
        previous_expires: null,
      };
      await insertKey(db, key, secret.hash);
      return this.#change("api_key.created", key, secret.value);
    });
  }

  async retrieve(id: string, livemode: boolean): Promise<ApiKey> {
    return shown(found(await findKey(this.#options.pool, id, livemode), id), this.#options.clock());
  }

  async list(page: KeyPage): Promise<{ data: ApiKey[]; hasMore: boolean }> {
    const { data, hasMore } = await listKeys(this.#options.pool, page);
    const now = this.#options.clock();
    return { data: data.map((key) => shown(key, now)), hasMore };
  }

  update(operation: Operation, id: string, body: UpdateApiKey): Promise<GivenAnswer> {
    return this.#changeKey(operation, id, async (db, key, now) => {
      const changed = decideUpdate(key, body, operation.caller, now);
      await updateKey(db, changed);
      return this.#change("api_key.updated", changed);
    });
  }

  /** Gives the key a new secret. @returns the answer with it */
  roll(operation: Operation, id: string, body: RollApiKey): Promise<GivenAnswer> {
    return this.#changeKey(operation, id, async (db, key, now) => {
      const previousExpires = decideRoll(key, body.previous_expires_at, operation.caller, now);
      const secret = makeSecret(kindOf(key), key.livemode);
      const changed: StoredKey = {
        ...key,
        version: key.version + 1,
        prefix: secret.prefix,
        last_four: secret.lastFour,
        previous_last_four: key.last_four,
        previous_expires: previousExpires,
      };
      await replaceSecret(db, id, secret, new Date(now), previousExpires);
      await updateKey(db, changed);
      return this.#change("api_key.rolled", changed, secret.value);
    });
  }

  /** Ends the key, all its secrets and all tokens that it was exchanged for. Revoking again changes nothing. */
  revoke(operation: Operation, id: string): Promise<GivenAnswer> {
    return this.#changeKey(operation, id, async (db, key, now) => {
      if (key.revoked !== null) return { status: 200, body: shown(key, now) };
      const changed: StoredKey = { ...key, version: key.version + 1, revoked: new Date(now) };
      await updateKey(db, changed);
      return this.#change("api_key.revoked", changed);
    });
  }

  /** Changes a key, locked, and tells every instance to look at it anew. */
  #changeKey(
    operation: Operation,
    id: string,
    decide: (db: Queryable, key: StoredKey, now: number) => Promise<Change>,
  ): Promise<GivenAnswer> {
    return commitOnce(this.#options, operation, async (db: pg.ClientBase) => {
      const key = found(await lockKey(db, id, operation.caller.livemode), id);
      const change = await decide(db, key, this.#options.clock());
      await notify(db, id);
      return change;
    });
  }

  #change(type: EventType, key: StoredKey, secret?: string): Change {
    const { clock, makeId } = this.#options;
    const body = shown(key, clock());
    const event = {
      id: makeId("event"),
      type,
      object: key.id,
      version: key.version,
      created: clock(),
      livemode: key.livemode,
      data: JSON.stringify(body),
    };
    return {
      status: type === "api_key.created" ? 201 : 200,
      body: secret === undefined ? body : { ...body, secret },
      event,
    };
  }
}

function found(key: StoredKey | undefined, id: string): StoredKey {
  if (key === undefined) throw notFound("API key", id);
  return key;
}
