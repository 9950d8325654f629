/** The vault's tables (migration 0002). All that is read or written here is encrypted, or tells nothing. */
import type pg from "pg";
import type { StoredObject } from "../database/objects.ts";
import { batched } from "./batch.ts";
import type { WrappedKey } from "./key-encryption.ts";

export type EntryKind = "card" | "bank_account";

/** Whose data it is: a customer, or a payment method that belongs to none. */
export interface Subject {
  livemode: boolean;
  subject: string;
}

export interface DataKey extends Subject {
  generation: number;
  wrapped: Buffer;
}

export interface Entry extends Subject {
  id: string;
  generation: number;
  kind: EntryKind;
  /** Id of the payment method. */
  holder: string;
  version: number;
  sealed: Buffer;
}

export interface Reading {
  livemode: boolean;
  id: string;
  /** Written down with who reads; absent for the vault's own work. */
  access?: Access;
}

/** Who wants a number revealed and what for, as `payment pay_…: authorize`; written down. */
export interface Access {
  purpose: string;
  actor: string;
  request?: string;
}

/** Who wants to pay with a payment method. */
export interface HolderReading {
  livemode: boolean;
  /** Id of the payment method. */
  holder: string;
  /** Whose payment it is. */
  customer: string | undefined;
  access: Access;
}

/** A payment method as it is stored, and the entry that it names. */
interface HeldEntry {
  holder: StoredObject<unknown>;
  entry: WrappedEntry | undefined;
}

/** An entry with the data key that encrypts it. */
export type WrappedEntry = Entry & { wrapped: Buffer };

/** Generations that there are: the latest branch key's, and those of the hash keys, the latest first. */
export interface Generations {
  branch: number;
  hash: number[];
}

export type KeyTable = "vault_branch_keys" | "vault_hash_keys";

export interface Progress {
  generation: number;
  /** Subjects that were moved to it. */
  moved: number;
  finished: boolean;
  /** Seconds since the generation was made. */
  age: number;
}

export type VaultRepository = ReturnType<typeof vaultRepository>;

const ENTRY = "e.id, e.livemode, e.subject, e.generation, e.kind, e.holder, e.version, e.sealed";

/** The queries: on the pool, or on one client within its transaction. */
export function vaultRepository(db: pg.Pool | pg.PoolClient) {
  /** @param name of a query that is asked often: its plan is kept */
  const rows = async <T extends pg.QueryResultRow>(text: string, values: unknown[], name?: string) =>
    (await db.query<T>({ text, values, name })).rows;

  return {
    // Keys under the root key
    async generations(): Promise<Generations | undefined> {
      const [row] = await rows<{ branch: number | null; hash: number[] | null }>(
        `select (select max(generation) from vault_branch_keys) as branch,
                (select array_agg(generation order by generation desc) from vault_hash_keys) as hash`,
        [],
      );
      return row?.branch && row.hash ? { branch: row.branch, hash: row.hash } : undefined;
    },
    async rootWrapped(table: KeyTable, generation: number): Promise<WrappedKey | undefined> {
      const [row] = await rows<WrappedKey>(`select root, wrapped from ${table} where generation = $1`, [
        generation,
      ]);
      return row;
    },
    /** Makes a generation, unless someone else just did. */
    async addGeneration(generation: number, branch: WrappedKey, hash?: WrappedKey): Promise<void> {
      await db.query(
        `with branch as (insert into vault_branch_keys (generation, root, wrapped) values ($1, $2, $3)
                         on conflict do nothing returning generation)
         insert into vault_hash_keys (generation, root, wrapped) select generation, $4::text, $5::bytea from branch where $4::text is not null`,
        [generation, branch.root, branch.wrapped, hash?.root, hash?.wrapped],
      );
    },
    async allRootWrapped(): Promise<(WrappedKey & { table: KeyTable; generation: number })[]> {
      return rows(
        `select 'vault_branch_keys' as table, generation, root, wrapped from vault_branch_keys
         union all select 'vault_hash_keys', generation, root, wrapped from vault_hash_keys`,
        [],
      );
    },
    async replaceRootWrapped(
      table: KeyTable,
      generation: number,
      before: Buffer,
      key: WrappedKey,
    ): Promise<void> {
      await db.query(`update ${table} set root = $3, wrapped = $4 where generation = $1 and wrapped = $2`, [
        generation,
        before,
        key.root,
        key.wrapped,
      ]);
    },

    // Data keys
    /** Each subject's data keys, the latest first. */
    dataKeys: batched<Subject, DataKey[]>(async (subjects) => {
      const found = await rows<DataKey>(
        `select k.livemode, k.subject, k.generation, k.wrapped
         from vault_data_keys k
         where (k.livemode, k.subject) in (select * from unnest($1::boolean[], $2::text[]))
         order by k.generation desc`,
        [subjects.map(({ livemode }) => livemode), subjects.map(({ subject }) => subject)],
        "vault_data_keys",
      );
      const bySubject = Map.groupBy(found, nameOf);
      return subjects.map((subject) => bySubject.get(nameOf(subject)) ?? []);
    }),
    /** Adds data keys; where a subject has one of that generation, that one stays. */
    addDataKeys: batched<DataKey, undefined>(async (keys) => {
      // In one order everywhere, so that two batches never wait for each other.
      const sorted = keys.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
      await db.query(
        `insert into vault_data_keys (livemode, subject, generation, wrapped)
         select * from unnest($1::boolean[], $2::text[], $3::integer[], $4::bytea[]) on conflict do nothing`,
        [
          sorted.map(({ livemode }) => livemode),
          sorted.map(({ subject }) => subject),
          sorted.map(({ generation }) => generation),
          sorted.map(({ wrapped }) => wrapped),
        ],
      );
      return keys.map(() => undefined);
    }),
    async deleteSubject({ livemode, subject }: Subject): Promise<void> {
      await db.query(
        `with gone as (delete from vault_entries where livemode = $1 and subject = $2)
         delete from vault_data_keys where livemode = $1 and subject = $2`,
        [livemode, subject],
      );
    },

    // Entries
    addEntry: batched<Entry, undefined>(async (entries) => {
      await db.query(
        `insert into vault_entries (id, livemode, subject, generation, kind, holder, version, sealed)
         select * from unnest($1::text[], $2::boolean[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::integer[],
                              $8::bytea[])`,
        columnsOf(entries),
      );
      return entries.map(() => undefined);
    }),
    /** Reads entries with their data keys, and writes down who reads what and why. */
    readEntry: batched<Reading, WrappedEntry | undefined>(async (readings) => {
      const audited = readings.filter((reading) => reading.access !== undefined);
      const found = await rows<WrappedEntry>(
        // The trail's commit need not wait for the disk: the commit of what the number is revealed for comes later in the
        // same log, and makes this one durable with it.
        `with relaxed as (select set_config('synchronous_commit', 'off', true)),
              audit as (insert into vault_access (livemode, entry, purpose, actor, request)
                        select * from unnest($2::boolean[], $3::text[], $4::text[], $5::text[], $6::text[]))
         select ${ENTRY}, k.wrapped
         from relaxed, vault_entries e join vault_data_keys k using (livemode, subject, generation)
         where e.id = any($1::text[])`,
        [
          readings.map(({ id }) => id),
          audited.map(({ livemode }) => livemode),
          audited.map(({ id }) => id),
          audited.map(({ access }) => access?.purpose),
          audited.map(({ access }) => access?.actor),
          audited.map(({ access }) => access?.request),
        ],
        "vault_read",
      );
      const byId = new Map(found.map((entry) => [entry.id, entry]));
      return readings.map(({ id, livemode }) => {
        const entry = byId.get(id);
        return entry?.livemode === livemode ? entry : undefined;
      });
    }),
    /**
     * Reads payment methods together with their entries, as `readEntry` does. Written down is who may pay with one: it is
     * active, and nobody's or that customer's.
     */
    readHolder: batched<HolderReading, HeldEntry | undefined>(async (readings) => {
      const found = await rows<HolderRow>(
        `with relaxed as (select set_config('synchronous_commit', 'off', true)),
              held as materialized (
                select m.id as holder, m.livemode, m.version as holder_version, m.created, m.data, m.customer, m.status,
                       m.data ->> 'vault' as entry
                from relaxed, payment_methods m where m.id = any($1::text[])
              ),
              audit as (
                insert into vault_access (livemode, entry, purpose, actor, request)
                select h.livemode, h.entry, a.purpose, a.actor, a.request
                from unnest($1::text[], $2::boolean[], $3::text[], $4::text[], $5::text[], $6::text[])
                  as a (holder, livemode, customer, purpose, actor, request)
                join held h on h.holder = a.holder and h.livemode = a.livemode
                where h.entry is not null and h.status = 'active' and (h.customer is null or h.customer = a.customer)
              )
         select h.holder, h.livemode, h.holder_version, h.created, h.data,
                e.id, e.subject, e.generation, e.kind, e.version, e.sealed, k.wrapped
         from held h
         left join vault_entries e on e.id = h.entry and e.livemode = h.livemode
         left join vault_data_keys k
           on k.livemode = e.livemode and k.subject = e.subject and k.generation = e.generation`,
        [
          readings.map(({ holder }) => holder),
          readings.map(({ livemode }) => livemode),
          readings.map(({ customer }) => customer),
          readings.map(({ access }) => access.purpose),
          readings.map(({ access }) => access.actor),
          readings.map(({ access }) => access.request),
        ],
        "vault_read_holder",
      );
      const byHolder = new Map(found.map((row) => [row.holder, row]));
      return readings.map(({ holder, livemode }) => {
        const row = byHolder.get(holder);
        return row?.livemode === livemode ? heldEntry(row) : undefined;
      });
    }),
    /** Replaces entries by others of the version after; how many still were as they were read. */
    async replaceEntries(entries: Entry[]): Promise<number> {
      const result = await db.query(
        `update vault_entries e
         set subject = n.subject, generation = n.generation, version = n.version, sealed = n.sealed
         from unnest($1::text[], $2::boolean[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::integer[], $8::bytea[])
           as n (id, livemode, subject, generation, kind, holder, version, sealed)
         where e.id = n.id and e.version = n.version - 1`,
        columnsOf(entries),
      );
      return result.rowCount ?? 0;
    },
    /** Deletes an entry, and its data key where that is the entry's own. */
    async deleteEntry(livemode: boolean, id: string): Promise<void> {
      await db.query(
        `with gone as (delete from vault_entries where livemode = $1 and id = $2 returning subject, holder)
         delete from vault_data_keys k using gone
         where k.livemode = $1 and k.subject = gone.subject and k.subject = gone.holder`,
        [livemode, id],
      );
    },
    /** Entries whose payment method was never made, because the process ended in between: older than an hour, of the last week. */
    async abandoned(): Promise<{ id: string; livemode: boolean }[]> {
      return rows(
        `select e.id, e.livemode from vault_entries e
         where e.created between now() - interval '7 days' and now() - interval '1 hour'
           and not exists (select from payment_methods m where m.id = e.holder)`,
        [],
      );
    },

    // Rotation
    async progress(): Promise<Progress | undefined> {
      const [row] = await rows<Progress>(
        `select generation, moved, finished is not null as finished, extract(epoch from now() - created)::float8 as age
         from vault_branch_keys order by generation desc limit 1`,
        [],
      );
      return row;
    },
    /** The next data keys of earlier generations after a subject, locked. */
    async staleKeys(generation: number, after: Subject, limit: number): Promise<DataKey[]> {
      return rows(
        `select livemode, subject, generation, wrapped from vault_data_keys
         where generation < $1 and (livemode, subject) > ($2, $3)
         order by livemode, subject, generation limit $4 for update`,
        [generation, after.livemode, after.subject, limit],
      );
    },
    /** Those of the keys whose subject has a key of the generation since so many milliseconds. */
    async settledKeys(generation: number, keys: DataKey[], settle: number): Promise<DataKey[]> {
      return rows(
        `select k.livemode, k.subject, k.generation, k.wrapped
         from vault_data_keys k join vault_data_keys n using (livemode, subject)
         where (k.livemode, k.subject, k.generation) in (select * from unnest($2::boolean[], $3::text[], $4::integer[]))
           and n.generation = $1 and n.created <= now() - $5 * interval '1 millisecond'`,
        [generation, ...keyColumns(keys), settle],
      );
    },
    /** Entries under the given keys, locked. */
    async entriesUnder(keys: DataKey[]): Promise<Entry[]> {
      return rows(
        `select ${ENTRY} from vault_entries e
         where (e.livemode, e.subject, e.generation) in (select * from unnest($1::boolean[], $2::text[], $3::integer[]))
         for update`,
        keyColumns(keys),
      );
    },
    /** Destroys the keys that encrypt no entry any more, and counts them as moved. */
    async retireKeys(generation: number, keys: DataKey[]): Promise<void> {
      await db.query(
        `with gone as (
           delete from vault_data_keys k
           where (k.livemode, k.subject, k.generation) in (select * from unnest($2::boolean[], $3::text[], $4::integer[]))
             and not exists (select from vault_entries e
                             where (e.livemode, e.subject, e.generation) = (k.livemode, k.subject, k.generation))
           returning k.subject)
         update vault_branch_keys set moved = moved + (select count(*) from gone) where generation = $1`,
        [generation, ...keyColumns(keys)],
      );
    },
    /** Ends a rotation when nothing is left in earlier generations: destroys their keys. @returns whether it ended */
    async finish(generation: number): Promise<boolean> {
      const result = await db.query(
        `with done as (
           update vault_branch_keys set finished = now()
           where generation = $1 and not exists (select from vault_data_keys where generation < $1) returning generation),
         branches as (delete from vault_branch_keys b using done where b.generation < done.generation),
         hashes as (delete from vault_hash_keys h using done
                    where h.generation < (select max(generation) from vault_hash_keys))
         select from done`,
        [generation],
      );
      return result.rowCount === 1;
    },
  };
}

interface HolderRow extends Pick<DataKey, "livemode"> {
  holder: string;
  holder_version: number;
  created: Date;
  data: unknown;
  /** Null where the method names no entry, or one that is gone. */
  id: string | null;
  subject: string;
  generation: number;
  kind: EntryKind;
  version: number;
  sealed: Buffer;
  wrapped: Buffer;
}

function heldEntry(row: HolderRow): HeldEntry {
  const { holder, livemode, holder_version, created, data, id } = row;
  const { subject, generation, kind, version, sealed, wrapped } = row;
  return {
    holder: { id: holder, livemode, version: holder_version, created: created.getTime(), data },
    entry:
      id === null ? undefined : { id, livemode, subject, generation, kind, holder, version, sealed, wrapped },
  };
}

function nameOf({ livemode, subject }: Subject): string {
  return `${livemode} ${subject}`;
}

function keyColumns(keys: DataKey[]): unknown[] {
  return [
    keys.map(({ livemode }) => livemode),
    keys.map(({ subject }) => subject),
    keys.map(({ generation }) => generation),
  ];
}

function columnsOf(entries: Entry[]): unknown[] {
  return [
    entries.map(({ id }) => id),
    entries.map(({ livemode }) => livemode),
    entries.map(({ subject }) => subject),
    entries.map(({ generation }) => generation),
    entries.map(({ kind }) => kind),
    entries.map(({ holder }) => holder),
    entries.map(({ version }) => version),
    entries.map(({ sealed }) => sealed),
  ];
}
