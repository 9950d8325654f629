/** Reads of objects: payments, refunds, customers … (one table per kind, all alike). They change through the journal. */
import type pg from "pg";
import type { ObjectKind } from "../journal/write.ts";
import { pageOf, type Page } from "./page.ts";

export interface StoredObject<T> {
  id: string;
  livemode: boolean;
  version: number;
  /** Milliseconds since 1970 (UTC). */
  created: number;
  data: T;
}

/** Bounds of a time of creation, in seconds since 1970 (UTC). */
export interface CreatedRange {
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
}

export interface ListOptions {
  livemode: boolean;
  /** 1 to 100. */
  limit: number;
  /** Id after which (older) or before which (newer) the page begins. */
  startingAfter?: string;
  endingBefore?: string;
  /** The only object that the list may have. */
  id?: string;
  status?: string;
  customer?: string;
  /** Id of the payment that the objects belong to. */
  parent?: string;
  reference?: string;
  metadata?: Record<string, string>;
  created?: CreatedRange;
}

interface Row {
  id: string;
  livemode: boolean;
  version: number;
  created: Date;
  data: unknown;
}

interface Wanted {
  id: string;
  resolve: (row: Row | undefined) => void;
  reject: (error: unknown) => void;
}

/** Most ids in one query. */
const BATCH = 500;

export class Objects {
  readonly #pool: pg.Pool;
  readonly #wanted = new Map<ObjectKind, Wanted[]>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** One object, or undefined where there is none of that kind and mode. All that are asked for at once are read at once. */
  async get<T>(kind: ObjectKind, id: string, livemode: boolean): Promise<StoredObject<T> | undefined> {
    const row = await new Promise<Row | undefined>((resolve, reject) => {
      const wanted = this.#wanted.get(kind);
      if (wanted !== undefined) {
        wanted.push({ id, resolve, reject });
        return;
      }
      this.#wanted.set(kind, [{ id, resolve, reject }]);
      setImmediate(() => void this.#read(kind));
    });
    return row?.livemode === livemode ? stored<T>(row) : undefined;
  }

  /** A page of objects, newest first. */
  async list<T>(kind: ObjectKind, options: ListOptions): Promise<Page<StoredObject<T>>> {
    const { livemode, limit, startingAfter, endingBefore, created } = options;
    const values: unknown[] = [];
    const conditions: string[] = [];
    const where = (condition: (parameter: string) => string, value: unknown) => {
      if (value === undefined) return;
      values.push(value);
      conditions.push(condition(`$${String(values.length)}`));
    };
    where((p) => `livemode = ${p}`, livemode);
    where((p) => `id = ${p}`, options.id);
    where((p) => `id < ${p}`, startingAfter);
    where((p) => `id > ${p}`, endingBefore);
    where((p) => `status = ${p}`, options.status);
    where((p) => `customer = ${p}`, options.customer);
    where((p) => `parent = ${p}`, options.parent);
    where((p) => `reference = ${p}`, options.reference);
    where((p) => `data -> 'metadata' <> '{}' and data -> 'metadata' @> ${p}`, options.metadata);
    where((p) => `created >= to_timestamp(${p}::bigint + 1)`, created?.gt);
    where((p) => `created >= to_timestamp(${p}::bigint)`, created?.gte);
    where((p) => `created < to_timestamp(${p}::bigint)`, created?.lt);
    where((p) => `created < to_timestamp(${p}::bigint + 1)`, created?.lte);
    values.push(limit + 1);
    // Towards newer ones, the nearest come first from the database; the page is newest first all the same.
    const order = endingBefore === undefined ? "desc" : "asc";
    const { rows } = await this.#pool.query<Row>(
      `select id, livemode, version, created, data from ${kind}
       where ${conditions.join(" and ")} order by id ${order} limit $${String(values.length)}`,
      values,
    );
    const page = pageOf(rows, limit, endingBefore !== undefined);
    return { ...page, data: page.data.map((row) => stored<T>(row)) };
  }

  async #read(kind: ObjectKind): Promise<void> {
    const wanted = this.#wanted.get(kind) ?? [];
    this.#wanted.delete(kind);
    for (let from = 0; from < wanted.length; from += BATCH) {
      const batch = wanted.slice(from, from + BATCH);
      try {
        const { rows } = await this.#pool.query<Row>({
          name: `get_${kind}`,
          text: `select id, livemode, version, created, data from ${kind} where id = any ($1)`,
          values: [[...new Set(batch.map(({ id }) => id))]],
        });
        const found = new Map(rows.map((row) => [row.id, row]));
        for (const { id, resolve } of batch) resolve(found.get(id));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  }
}

function stored<T>({ id, livemode, version, created, data }: Row): StoredObject<T> {
  return { id, livemode, version, created: created.getTime(), data: data as T };
}
