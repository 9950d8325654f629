/** The reconciliations' SQL. */
import type pg from "pg";
import { pageOf, type Page } from "../database/page.ts";
import type { SettlementLine, SettlementType } from "../processors/processor.ts";
import { type FaultKind, type Known, LEDGER_TYPES, type Movement } from "./match.ts";
import type { ProposedTransaction } from "./propose.ts";
import type { ItemData, ItemRow, Outcome } from "./reconciliation.ts";
import type { ItemKind } from "./schemas.ts";

export interface Source {
  livemode: boolean;
  processor: string;
}

/** Whether a processor was ever asked for something: the ledger has what it owes, or owed, us; or it was to pay out. */
export async function isKnownProcessor(pool: pg.Pool, { livemode, processor }: Source): Promise<boolean> {
  const { rows } = await pool.query<{ known: boolean }>(
    `select exists (select from ledger_accounts where livemode = $1 and code = 'processor_receivable.' || $2::text)
       or exists (select from payouts where livemode = $1 and data ->> 'processor' = $2) as known`,
    [livemode, processor],
  );
  return rows[0]?.known ?? false;
}

export interface FileRow extends Source {
  digest: string;
  reconciliation: string;
  format: "csv" | "camt053";
}

type Connection = pg.Pool | pg.ClientBase;

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
const IS_WORKED_THROUGH = `(r.status = 'completed' or exists (
  select from reconciliation_files f where f.reconciliation = r.id and f.content is not null and f.outcome is not null
))`;

export interface LineRow {
  line: SettlementLine;
  digest: string;
}

/** A line that an earlier file had. */
export interface EarlierLine {
  type: SettlementType;
  reference: string;
  digest: string;
  reconciliation: string;
}

/** Keeps lines; @returns those that an earlier file had */
export async function keepLines(
  connection: Connection,
  { livemode, processor }: Source,
  reconciliation: string,
  lines: readonly LineRow[],
): Promise<EarlierLine[]> {
  const columns = [
    lines.map(({ line }) => line.type),
    lines.map(({ line }) => line.processorReference),
    lines.map(({ digest }) => digest),
  ];
  const { rows } = await connection.query<EarlierLine>(
    `select l.type, l.reference, l.digest, l.reconciliation from reconciliation_lines l
     join unnest($3::text[], $4::text[]) as n (type, reference) using (type, reference)
     where l.livemode = $1 and l.processor = $2`,
    [livemode, processor, columns[0], columns[1]],
  );
  await connection.query(
    `insert into reconciliation_lines (livemode, processor, type, reference, digest, reconciliation)
     select $1, $2, type, reference, digest, $3
     from unnest($4::text[], $5::text[], $6::text[]) as n (type, reference, digest)
     on conflict do nothing`,
    [livemode, processor, reconciliation, ...columns],
  );
  return rows;
}

/** Lines with the references that reconciliations of other files took for duplicates, and how many there are of each. */
export async function duplicatesBefore(
  connection: Connection,
  { livemode, processor }: Source,
  reconciliation: string,
  references: readonly string[],
): Promise<{ line: SettlementLine; count: number }[]> {
  const { rows } = await connection.query<{ line: SettlementLine; count: number }>(
    `select i.data -> 'line' as line, count(*) as count
     from reconciliation_items i join reconciliation_files f using (reconciliation)
     where f.livemode = $1 and f.processor = $2 and i.reconciliation <> $3 and i.kind = 'duplicate'
       and i.data -> 'line' ->> 'processorReference' = any ($4)
     group by 1`,
    [livemode, processor, reconciliation, references],
  );
  return rows;
}

/** A movement as the ledger has it, whatever reconciliations made of it. */
export type LedgerMovement = Omit<Movement, "parked">;

/** The ledger's movements at a processor. $1 mode, $2 processor, $3 and $4 the types' names there and here. */
const MOVEMENTS = `
  select t.id as transaction, t.metadata ->> 'processor_reference' as reference, y.type, t.object, t.currency,
    to_char(t.created at time zone 'UTC', 'YYYY-MM-DD') as date,
    t.type = 'dispute.opened' as "feeBooked",
    (select coalesce(sum(case e.direction when 'debit' then e.amount else -e.amount end), 0)::bigint
     from ledger_entries e join ledger_accounts a on a.id = e.account
     where e.transaction = t.id and e.layer = 'posted' and a.code in ('processor_receivable.' || $2, 'cash')) as change
  from ledger_transactions t
  join unnest($3::text[], $4::text[]) as y (ledger_type, type) on y.ledger_type = t.type
  where t.livemode = $1 and t.metadata ? 'processor_reference' and t.metadata ->> 'processor' = $2`;

const TYPES = [Object.keys(LEDGER_TYPES), Object.values(LEDGER_TYPES)];

export async function movementsByReference(
  connection: Connection,
  { livemode, processor }: Source,
  references: readonly string[],
): Promise<LedgerMovement[]> {
  const { rows } = await connection.query<LedgerMovement>(
    `${MOVEMENTS} and t.metadata ->> 'processor_reference' = any ($5)`,
    [livemode, processor, ...TYPES, references],
  );
  return rows;
}

/** Movements of the period that no file has had, in the order of their making. @param after the last one of the page before */
export async function missingMovements(
  connection: Connection,
  { livemode, processor }: Source,
  period: { from: string; to: string },
  after: string,
  limit: number,
): Promise<LedgerMovement[]> {
  const { rows } = await connection.query<LedgerMovement>(
    `${MOVEMENTS}
       and t.created >= $5::date::timestamp at time zone 'UTC'
       and t.created < ($6::date + 1)::timestamp at time zone 'UTC'
       and t.id > $7
       and not exists (
         select from reconciliation_lines l
         where l.livemode = $1 and l.processor = $2 and l.type = y.type
           and l.reference = t.metadata ->> 'processor_reference'
       )
     order by t.id limit $8`,
    [livemode, processor, ...TYPES, period.from, period.to, after, limit],
  );
  return rows;
}

/** The movements of refunds that no file has had. @param objects the refunds */
export async function missingOfRefunds(
  connection: Connection,
  { livemode, processor }: Source,
  objects: readonly string[],
): Promise<LedgerMovement[]> {
  if (objects.length === 0) return [];
  const { rows } = await connection.query<LedgerMovement>(
    // That it is no transfer is written out, so that the index on the objects of all others serves.
    `${MOVEMENTS} and t.object = any ($5) and t.type <> 'transfer' and y.type in ('refund', 'refund_reversal')
       and not exists (
         select from reconciliation_lines l
         where l.livemode = $1 and l.processor = $2 and l.type = y.type
           and l.reference = t.metadata ->> 'processor_reference'
       )`,
    [livemode, processor, ...TYPES, objects],
  );
  return rows;
}

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

/** Payments, refunds and payouts that a processor's references lead to, whatever became of them. */
export async function knownObjects(
  connection: Connection,
  { livemode, processor }: Source,
  references: readonly string[],
): Promise<Map<string, Known>> {
  const { rows } = await connection.query<{ reference: string; object: string; status: string }>(
    `select data ->> 'processor_reference' as reference, id as object, status from payments
       where data ->> 'processor_reference' = any ($3) and livemode = $1 and data ->> 'processor' = $2
     union all
     select data ->> 'processor_reference', id, status from refunds
       where status <> 'succeeded' and data ->> 'processor_reference' = any ($3) and livemode = $1 and data ->> 'processor' = $2
     union all
     select data ->> 'processor_reference', id, status from payouts
       where data ->> 'processor_reference' = any ($3) and livemode = $1 and data ->> 'processor' = $2`,
    [livemode, processor, references],
  );
  return new Map(rows.map(({ reference, object, status }) => [reference, { object, status }]));
}

/** An item of an earlier file waits for somebody to give the movement up, somebody has or is about to, or nobody need any more. */
export type MissingState = "open" | "given_up" | "resolved";

/**
 * What became of movements that earlier files lacked. Who would give one up from here on waits for the end of the transaction,
 * and finds it resolved if `resolveMissing` did that.
 */
export async function lockMissing(
  connection: Connection,
  movements: readonly LedgerMovement[],
): Promise<Map<string, MissingState>> {
  // Of a movement with several items the last counts: first resolved ones, then open ones, then those that gave it up.
  const { rows } = await connection.query<{ movement: string; state: MissingState }>(
    `select i.movement, case
       when i.data ? 'claimed' or r.data -> 'applied' ? i.number::text then 'given_up'
       when i.resolved then 'resolved' else 'open'
     end as state
     from reconciliation_items i join reconciliations r on r.id = i.reconciliation
     where i.movement = any ($1) and i.kind = 'missing_there'
     order by state desc for update of i`,
    [movements.map(({ transaction }) => transaction)],
  );
  return new Map(rows.map(({ movement, state }) => [movement, state]));
}

/** Items of movements that this file has, or lacks as well, need nothing more, unless they were applied. */
export async function resolveMissing(
  connection: Connection,
  movements: readonly LedgerMovement[],
): Promise<void> {
  await connection.query(
    "update reconciliation_items set resolved = true where movement = any ($1) and kind = 'missing_there'",
    [movements.map(({ transaction }) => transaction)],
  );
}

/**
 * Resolves the items of lines whose movement the ledger did not know when they came, for the reconciliation that judges them
 * anew; a second time for the same one, too. A file that the version before did not bring to its end is worked through anew,
 * and judges its lines itself.
 * @returns those lines, with the entries of the items that were applied
 */
export async function resolveLines(
  connection: Connection,
  reconciliation: string,
  lines: readonly EarlierLine[],
): Promise<{ type: SettlementType; reference: string; posted: ProposedTransaction[] }[]> {
  const { rows } = await connection.query<{
    type: SettlementType;
    reference: string;
    posted: ProposedTransaction[];
  }>(
    `update reconciliation_items i
     set resolved = true, data = i.data || jsonb_build_object('successor', $1::text)
     from unnest($2::text[], $3::text[], $4::text[]) as l (reconciliation, type, reference)
     join reconciliations r on r.id = l.reconciliation
     where i.reconciliation = l.reconciliation and i.kind in ('missing_here', 'status_differs')
       and ${IS_WORKED_THROUGH}
       and i.data -> 'line' ->> 'type' = l.type and i.data -> 'line' ->> 'processorReference' = l.reference
       and (not i.resolved or i.data ->> 'successor' = $1)
     returning l.type, l.reference, case
       when i.data ? 'claimed' or r.data -> 'applied' ? i.number::text then i.data -> 'proposed' else '[]'
     end as posted`,
    [
      reconciliation,
      lines.map((line) => line.reconciliation),
      lines.map(({ type }) => type),
      lines.map(({ reference }) => reference),
    ],
  );
  return rows;
}

/** Before an item's entries are posted: files count on them from now on. @returns false for one that is resolved */
export async function claimItem(pool: pg.Pool, reconciliation: string, number: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update reconciliation_items set data = data || '{"claimed": true}'
     where reconciliation = $1 and number = $2 and (not resolved or data ? 'claimed')`,
    [reconciliation, number],
  );
  return rowCount === 1;
}

export interface NewItem {
  number: number;
  kind: FaultKind | "settlement";
  data: ItemData;
}

export async function insertItems(
  connection: Connection,
  reconciliation: string,
  items: readonly NewItem[],
): Promise<void> {
  await connection.query(
    `insert into reconciliation_items (reconciliation, number, kind, movement, data)
     select $1, number, kind, movement, data
     from unnest($2::integer[], $3::text[], $4::text[], $5::jsonb[]) as i (number, kind, movement, data)`,
    [
      reconciliation,
      items.map(({ number }) => number),
      items.map(({ kind }) => kind),
      items.map(({ data }) => data.movement?.transaction ?? null),
      items.map(({ data }) => JSON.stringify(data)),
    ],
  );
}

export async function findItem(
  pool: pg.Pool,
  reconciliation: string,
  number: number,
): Promise<ItemRow | undefined> {
  const { rows } = await pool.query<ItemRow>(
    "select number, kind, resolved, data from reconciliation_items where reconciliation = $1 and number = $2",
    [reconciliation, number],
  );
  return rows[0];
}

export async function listItems(
  pool: pg.Pool,
  reconciliation: string,
  { limit, after = 0, kind }: { limit: number; after?: number; kind?: ItemKind },
): Promise<Page<ItemRow>> {
  const { rows } = await pool.query<ItemRow>(
    `select number, kind, resolved, data from reconciliation_items
     where reconciliation = $1 and number > $2 and ($3::text is null or kind = $3)
     order by number limit $4`,
    [reconciliation, after, kind ?? null, limit + 1],
  );
  return pageOf(rows, limit);
}
