/** SQL of the lines of settlement files, and of the items of reconciliations. */
import type pg from "pg";
import { pageOf, type Page } from "../database/page.ts";
import type { SettlementLine, SettlementType } from "../processors/processor.ts";
import type { FaultKind } from "./match.ts";
import type { ProposedTransaction } from "./propose.ts";
import type { ItemData, ItemRow } from "./reconciliation.ts";
import { type Connection, IS_WORKED_THROUGH, type Source } from "./repository-files.ts";
import type { LedgerMovement } from "./repository-movements.ts";
import type { ItemKind } from "./schemas.ts";

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

/** Keeps that movements were settled along with the lines of others, so that none of their own is missing: by their own ids. */
export async function keepAlong(
  connection: Connection,
  { livemode, processor }: Source,
  reconciliation: string,
  movements: readonly LedgerMovement[],
): Promise<void> {
  await connection.query(
    `insert into reconciliation_lines (livemode, processor, type, reference, digest, reconciliation)
     select $1, $2, type, reference, '', $3 from unnest($4::text[], $5::text[]) as m (type, reference)`,
    [
      livemode,
      processor,
      reconciliation,
      movements.map(({ type }) => type),
      movements.map(({ transaction }) => transaction),
    ],
  );
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
