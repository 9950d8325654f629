/** SQL of ACH entries, files and notices. */
import type pg from "pg";
import { transaction } from "../../database/transaction.ts";
import type { Notice } from "../processor.ts";
import type { EntryRow, EntryState, FileRow } from "./entry.ts";

type Queryable = Pick<pg.Pool, "query">;

const ENTRY_COLUMNS = `sequence, key, livemode, reference, type, state, debit, amount, sec_code, transaction_code, subject,
  sealed, file, trace_number, settled::text, return_code`;

const FILE_COLUMNS = `id, livemode, created, file_date::text, file_time, id_modifier, effective_date::text, header, entry_count,
  debit_total, credit_total, digest, delivered`;

/** Entries of one file; what is above it goes into the next. */
const FILE_ENTRIES = 50_000;

export type NewEntry = Pick<
  EntryRow,
  | "key"
  | "livemode"
  | "reference"
  | "type"
  | "state"
  | "debit"
  | "amount"
  | "sec_code"
  | "transaction_code"
  | "subject"
  | "sealed"
>;

export interface FilePage {
  livemode: boolean;
  limit: number;
  startingAfter?: string;
  endingBefore?: string;
}

export class AchRepository {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /**
   * Work that files entries or tells notices, one at a time in all instances: notices get their numbers in the order in
   * which they are committed, and files of a day their letters.
   */
  exclusively<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return transaction(this.pool, async (client) => {
      await client.query("select pg_advisory_xact_lock(hashtext('strongroom ach'))");
      return work(client);
    });
  }

  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return transaction(this.pool, work);
  }

  /** The entry with a key: as operation or as the void of one. */
  async known(key: string, db: Queryable = this.pool): Promise<(EntryRow & { isVoid: boolean }) | undefined> {
    const { rows } = await db.query<EntryRow & { isVoid: boolean }>(
      `select ${ENTRY_COLUMNS}, void_key is not distinct from $1 as "isVoid" from ach_entries where key = $1 or void_key = $1`,
      [key],
    );
    return rows[0];
  }

  /** Adds an entry unless its key is known. */
  async add(entry: NewEntry, created: Date, db: Queryable = this.pool): Promise<void> {
    await db.query(
      `insert into ach_entries
         (key, livemode, reference, type, state, debit, amount, sec_code, transaction_code, subject, sealed, created)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (key) do nothing`,
      [
        entry.key,
        entry.livemode,
        entry.reference,
        entry.type,
        entry.state,
        entry.debit,
        entry.amount,
        entry.sec_code,
        entry.transaction_code,
        entry.subject,
        entry.sealed,
        created,
      ],
    );
  }

  /** A debit, held against changes until the transaction ends. */
  async lockDebit(reference: string, livemode: boolean, client: Queryable): Promise<EntryRow | undefined> {
    const { rows } = await client.query<EntryRow>(
      `select ${ENTRY_COLUMNS} from ach_entries where reference = $1 and livemode = $2 and type = 'debit' for update`,
      [reference, livemode],
    );
    return rows[0];
  }

  /** What of a debit was refunded, or is on its way back. */
  async refunded(debit: string, client: Queryable): Promise<number> {
    const { rows } = await client.query<{ sum: number }>(
      `select coalesce(sum(amount), 0)::bigint as sum from ach_entries
       where debit = $1 and state in ('pending', 'filed', 'settled')`,
      [debit],
    );
    return rows[0]?.sum ?? 0;
  }

  async cancel(reference: string, voidKey: string, client: Queryable): Promise<void> {
    await client.query("update ach_entries set state = 'canceled', void_key = $2 where reference = $1", [
      reference,
      voidKey,
    ]);
  }

  /** Cancels the refunds of debits that are in no file yet. */
  async cancelRefunds(debits: readonly string[], client: Queryable): Promise<EntryRow[]> {
    const { rows } = await client.query<EntryRow>(
      `update ach_entries set state = 'canceled' where debit = any ($1) and state = 'pending' returning ${ENTRY_COLUMNS}`,
      [debits],
    );
    return rows.sort((one, other) => one.sequence - other.sequence);
  }

  async pending(livemode: boolean): Promise<EntryRow[]> {
    const { rows } = await this.pool.query<EntryRow>(
      `select ${ENTRY_COLUMNS} from ach_entries where livemode = $1 and state = 'pending' order by sequence limit ${FILE_ENTRIES}`,
      [livemode],
    );
    return rows;
  }

  /** Those of the entries that are still pending, held until the transaction ends. */
  async lockPending(sequences: readonly number[], client: Queryable): Promise<EntryRow[]> {
    const { rows } = await client.query<EntryRow>(
      `select ${ENTRY_COLUMNS} from ach_entries where sequence = any($1) and state = 'pending' order by sequence for update`,
      [sequences],
    );
    return rows;
  }

  /** What an entry keeps encrypted, at this moment. */
  async sealed(sequence: number): Promise<string | null> {
    const { rows } = await this.pool.query<{ sealed: string | null }>(
      "select sealed from ach_entries where sequence = $1",
      [sequence],
    );
    return rows[0]?.sealed ?? null;
  }

  async setState(sequences: readonly number[], state: EntryState, client: Queryable): Promise<void> {
    await client.query("update ach_entries set state = $2 where sequence = any($1)", [sequences, state]);
  }

  async fileEntries(
    filed: readonly { sequence: number; trace: string }[],
    file: string,
    settles: string,
    client: Queryable,
  ): Promise<void> {
    await client.query(
      `update ach_entries e set state = 'filed', file = $3, settles = $4, trace_number = filed.trace
       from unnest($1::bigint[], $2::text[]) as filed (sequence, trace) where e.sequence = filed.sequence`,
      [filed.map(({ sequence }) => sequence), filed.map(({ trace }) => trace), file, settles],
    );
  }

  async filesOfDay(livemode: boolean, date: string, client: Queryable): Promise<number> {
    const { rows } = await client.query<{ count: number }>(
      "select count(*) from ach_files where livemode = $1 and file_date = $2",
      [livemode, date],
    );
    return rows[0]?.count ?? 0;
  }

  async addFile(
    file: Omit<FileRow, "delivered">,
    requestKey: string | undefined,
    client: Queryable,
  ): Promise<void> {
    // A key that was forgotten may come again: it is the latest request's.
    await client.query("update ach_files set request_key = null where livemode = $1 and request_key = $2", [
      file.livemode,
      requestKey,
    ]);
    await client.query(
      `insert into ach_files (id, livemode, created, file_date, file_time, id_modifier, effective_date, header, entry_count,
         debit_total, credit_total, digest, request_key)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        file.id,
        file.livemode,
        file.created,
        file.file_date,
        file.file_time,
        file.id_modifier,
        file.effective_date,
        JSON.stringify(file.header),
        file.entry_count,
        file.debit_total,
        file.credit_total,
        file.digest,
        requestKey,
      ],
    );
  }

  async file(id: string, livemode: boolean): Promise<FileRow | undefined> {
    const { rows } = await this.pool.query<FileRow>(
      `select ${FILE_COLUMNS} from ach_files where id = $1 and livemode = $2`,
      [id, livemode],
    );
    return rows[0];
  }

  /** @param since older files do not count: their requests' keys are forgotten */
  async fileByRequest(
    livemode: boolean,
    requestKey: string,
    since: Date,
    db: Queryable = this.pool,
  ): Promise<FileRow | undefined> {
    const { rows } = await db.query<FileRow>(
      `select ${FILE_COLUMNS} from ach_files where livemode = $1 and request_key = $2 and created >= $3`,
      [livemode, requestKey, since],
    );
    return rows[0];
  }

  /** A page of files, newest first; one more than asked for tells that there are more. */
  async files({ livemode, limit, startingAfter, endingBefore }: FilePage): Promise<FileRow[]> {
    const [from, order] = endingBefore === undefined ? ["<", "desc"] : [">", "asc"];
    const { rows } = await this.pool.query<FileRow>(
      `select ${FILE_COLUMNS} from ach_files where livemode = $1 and ($2::text is null or id ${from} $2)
       order by id ${order} limit $3`,
      [livemode, endingBefore ?? startingAfter, limit + 1],
    );
    return rows;
  }

  async entriesOf(file: string): Promise<EntryRow[]> {
    const { rows } = await this.pool.query<EntryRow>(
      `select ${ENTRY_COLUMNS} from ach_entries where file = $1 order by sequence`,
      [file],
    );
    return rows;
  }

  /** Files that were made for the folder, and may not be in it. */
  async undelivered(livemode: boolean): Promise<FileRow[]> {
    const { rows } = await this.pool.query<FileRow>(
      `select ${FILE_COLUMNS} from ach_files
       where livemode = $1 and delivered is null and (header ->> 'inFolder')::boolean order by id`,
      [livemode],
    );
    return rows;
  }

  async setDelivered(id: string, at: Date): Promise<void> {
    await this.pool.query("update ach_files set delivered = $2 where id = $1", [id, at]);
  }

  async hasDue(livemode: boolean, today: string): Promise<boolean> {
    const { rows } = await this.pool.query(
      "select from ach_entries where livemode = $1 and state = 'filed' and settles <= $2 limit 1",
      [livemode, today],
    );
    return rows.length > 0;
  }

  /** Entries whose time for a return is over have succeeded. */
  async settle(livemode: boolean, today: string, client: Queryable): Promise<EntryRow[]> {
    const { rows } = await client.query<EntryRow>(
      `update ach_entries set state = 'settled', settled = $2
       where livemode = $1 and state = 'filed' and settles <= $2 returning ${ENTRY_COLUMNS}`,
      [livemode, today],
    );
    return rows.sort((one, other) => one.sequence - other.sequence);
  }

  /** By trace number, which begin anew after ten million: the latest entry with each. */
  async traced(
    traces: readonly string[],
    livemode: boolean,
    client: Queryable,
  ): Promise<Map<string, EntryRow>> {
    const { rows } = await client.query<EntryRow & { trace_number: string }>(
      `select ${ENTRY_COLUMNS} from ach_entries e
       where trace_number = any ($1) and livemode = $2 and not exists (
         select from ach_entries later
         where later.trace_number = e.trace_number and later.livemode = $2 and later.sequence > e.sequence
       )
       order by sequence for update`,
      [traces, livemode],
    );
    return new Map(rows.map((entry) => [entry.trace_number, entry]));
  }

  async setReturned(
    returned: readonly { sequence: number; code: string }[],
    today: string,
    client: Queryable,
  ): Promise<void> {
    await client.query(
      `update ach_entries e set state = 'returned', return_code = told.code, returned = $3
       from unnest($1::bigint[], $2::text[]) as told (sequence, code) where e.sequence = told.sequence`,
      [returned.map(({ sequence }) => sequence), returned.map(({ code }) => code), today],
    );
  }

  /** @returns false when the change is known */
  async addChange(entry: number, code: string, received: Date, client: Queryable): Promise<boolean> {
    const { rowCount } = await client.query(
      "insert into ach_changes (entry, code, received) values ($1, $2, $3) on conflict do nothing",
      [entry, code, received],
    );
    return rowCount === 1;
  }

  /** Only within `exclusively`. */
  async tell(livemode: boolean, notices: readonly Notice[], client: Queryable): Promise<void> {
    await client.query(
      "insert into ach_notices (livemode, notice) select $1, notice from unnest($2::json[]) with ordinality as n (notice, place) order by place",
      [livemode, notices.map((notice) => JSON.stringify(notice))],
    );
  }

  async notices(livemode: boolean, after: number, limit: number): Promise<{ id: number; notice: Notice }[]> {
    const { rows } = await this.pool.query<{ id: number; notice: Notice }>(
      "select id, notice from ach_notices where livemode = $1 and id > $2 order by id limit $3",
      [livemode, after, limit],
    );
    return rows;
  }

  /** What settled on a day, and what came back on it after it had settled. */
  async moved(
    livemode: boolean,
    date: string,
  ): Promise<(Pick<EntryRow, "reference" | "type" | "amount"> & { back: boolean })[]> {
    const { rows } = await this.pool.query<
      Pick<EntryRow, "reference" | "type" | "amount"> & { back: boolean }
    >(
      `select reference, type, amount, false as back, sequence from ach_entries where livemode = $1 and settled = $2
       union all
       select reference, type, amount, true, sequence from ach_entries
       where livemode = $1 and returned = $2 and settled is not null
       order by back, sequence`,
      [livemode, date],
    );
    return rows;
  }
}
