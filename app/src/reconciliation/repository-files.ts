/** SQL of settlement files, from their arrival until their reconciliation is completed. */
import type pg from "pg";
import type { Outcome } from "./reconciliation.ts";

export interface Source {
  livemode: boolean;
  processor: string;
}

export interface FileRow extends Source {
  digest: string;
  reconciliation: string;
  format: "csv" | "camt053";
}

export type Connection = pg.Pool | pg.ClientBase;

/** Takes a file in, or finds the reconciliation that it has already. @returns the reconciliation's id */
export async function claimFile(pool: pg.Pool, file: FileRow, content: string): Promise<string> {
  const { livemode, processor, digest, reconciliation, format } = file;
  await pool.query(
    `insert into reconciliation_files (livemode, processor, digest, reconciliation, format, content)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [livemode, processor, digest, reconciliation, format, content],
  );
  const { rows } = await pool.query<{ reconciliation: string }>(
    "select reconciliation from reconciliation_files where livemode = $1 and processor = $2 and digest = $3",
    [livemode, processor, digest],
  );
  return rows[0]?.reconciliation ?? reconciliation;
}

export interface OpenFile extends FileRow {
  content: string;
  /** What working it through has come to, where that is done and only the completion is left. */
  outcome: Outcome | null;
}

/** A file whose reconciliation is not completed yet. */
export async function openFile(pool: pg.Pool, reconciliation: string): Promise<OpenFile | undefined> {
  const { rows } = await pool.query<OpenFile>(
    `select livemode, processor, digest, reconciliation, format, content, outcome
     from reconciliation_files where reconciliation = $1 and content is not null`,
    [reconciliation],
  );
  return rows[0];
}

export async function openReconciliations(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ reconciliation: string }>(
    "select reconciliation from reconciliation_files where content is not null order by reconciliation",
  );
  return rows.map(({ reconciliation }) => reconciliation);
}

export async function isProcessing(connection: Connection, reconciliation: string): Promise<boolean> {
  const { rowCount } = await connection.query(
    "select from reconciliations where id = $1 and status = 'processing'",
    [reconciliation],
  );
  return rowCount === 1;
}

/** What a file has come to, if that is kept and the reconciliation was not completed since. */
export async function keptOutcome(
  connection: Connection,
  { livemode, processor, digest }: FileRow,
): Promise<Outcome | undefined> {
  const { rows } = await connection.query<{ outcome: Outcome | null }>(
    "select outcome from reconciliation_files where livemode = $1 and processor = $2 and digest = $3",
    [livemode, processor, digest],
  );
  return rows[0]?.outcome ?? undefined;
}

/** Within the transaction that keeps the lines and items: from then on, later files count on them. */
export async function keepOutcome(
  connection: Connection,
  { livemode, processor, digest }: FileRow,
  outcome: Outcome,
): Promise<void> {
  await connection.query(
    `update reconciliation_files set outcome = $4 where livemode = $1 and processor = $2 and digest = $3`,
    [livemode, processor, digest, JSON.stringify(outcome)],
  );
}

export async function forgetContent(pool: pg.Pool, reconciliation: string): Promise<void> {
  await pool.query(
    "update reconciliation_files set content = null, outcome = null where reconciliation = $1",
    [reconciliation],
  );
}

/** Runs `work` in one transaction, alone among the files of a processor. */
export async function alone<T>(
  pool: pg.Pool,
  { livemode, processor }: Source,
  work: (connection: pg.ClientBase) => Promise<T>,
): Promise<T> {
  const connection = await pool.connect();
  try {
    await connection.query("begin");
    await connection.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `reconciliation ${livemode} ${processor}`,
    ]);
    const result = await work(connection);
    await connection.query("commit");
    connection.release();
    return result;
  } catch (error) {
    connection.release(true);
    throw error;
  }
}

/** Undoes what the version before left of an attempt that broke off: it kept no outcome with it. */
export async function clear(connection: Connection, reconciliation: string): Promise<void> {
  await connection.query("delete from reconciliation_items where reconciliation = $1", [reconciliation]);
  await connection.query("delete from reconciliation_lines where reconciliation = $1", [reconciliation]);
}

/** What reconciliation `r` has come to is kept, if it is not completed. */
export const IS_WORKED_THROUGH = `(r.status = 'completed' or exists (
  select from reconciliation_files f where f.reconciliation = r.id and f.content is not null and f.outcome is not null
))`;

/** Of some days, those that the period of another file holds, which was worked through. */
export async function daysOfOthers(
  connection: Connection,
  { livemode, processor }: Source,
  reconciliation: string,
  days: readonly string[],
): Promise<Set<string>> {
  if (days.length === 0) return new Set();
  const { rows } = await connection.query<{ day: string }>(
    `select day from unnest($4::text[]) as d (day)
     where exists (
       select from reconciliations r
       where r.livemode = $1 and r.data ->> 'processor' = $2 and r.id <> $3
         and day between r.data -> 'period' ->> 'from' and r.data -> 'period' ->> 'to' and ${IS_WORKED_THROUGH}
     )`,
    [livemode, processor, reconciliation, [...new Set(days)]],
  );
  return new Set(rows.map(({ day }) => day));
}
