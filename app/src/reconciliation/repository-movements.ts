/** SQL of what the ledger has of a processor. */
import type pg from "pg";
import { type Known, LEDGER_TYPES, type Movement } from "./match.ts";
import type { Connection, Source } from "./repository-files.ts";

/** Whether a processor was ever asked for something: the ledger has what it owes, or owed, us; or it was to pay out. */
export async function isKnownProcessor(pool: pg.Pool, { livemode, processor }: Source): Promise<boolean> {
  const { rows } = await pool.query<{ known: boolean }>(
    `select exists (select from ledger_accounts where livemode = $1 and code = 'processor_receivable.' || $2::text)
       or exists (select from payouts where livemode = $1 and data ->> 'processor' = $2) as known`,
    [livemode, processor],
  );
  return rows[0]?.known ?? false;
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

/** That the line of a refund had its reversal along: it is kept by the reversal's own id. */
const HAD_ALONG = `(y.type = 'refund_reversal' and exists (
  select from reconciliation_lines l
  where l.livemode = $1 and l.processor = $2 and l.type = y.type and l.reference = t.id
))`;

/** That no file has had the movement. */
const MISSING = `not ${HAD_ALONG} and not exists (
  select from reconciliation_lines l
  where l.livemode = $1 and l.processor = $2 and l.type = y.type and l.reference = t.metadata ->> 'processor_reference'
)`;

/** That it is no transfer is written out, so that the index on the objects of all others serves. */
const OF_OBJECTS = "t.object = any ($5) and t.type <> 'transfer'";

const TYPES = [Object.keys(LEDGER_TYPES), Object.values(LEDGER_TYPES)];

/** In the order of their making, without those that the line of another movement had along. */
export async function movementsByReference(
  connection: Connection,
  { livemode, processor }: Source,
  references: readonly string[],
): Promise<LedgerMovement[]> {
  const { rows } = await connection.query<LedgerMovement>(
    `${MOVEMENTS} and t.metadata ->> 'processor_reference' = any ($5) and not ${HAD_ALONG} order by t.id`,
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
       and t.id > $7 and ${MISSING}
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
    `${MOVEMENTS} and ${OF_OBJECTS} and y.type in ('refund', 'refund_reversal') and ${MISSING}`,
    [livemode, processor, ...TYPES, objects],
  );
  return rows;
}

/**
 * Reversals of refunds, in the order of their making, that a file may still have; where it had one of several, these are all
 * of them: lines do not tell which.
 * @param objects the refunds
 */
export async function reversalsLeft(
  connection: Connection,
  { livemode, processor }: Source,
  objects: readonly string[],
): Promise<LedgerMovement[]> {
  const { rows } = await connection.query<LedgerMovement>(
    `with reversals as (${MOVEMENTS} and ${OF_OBJECTS} and y.type = 'refund_reversal' and not ${HAD_ALONG})
     select r.* from reversals r
     where (select count(*) from reversals o where o.object = r.object and o.reference = r.reference) > (
       select count(*) from reconciliation_lines l
       where l.livemode = $1 and l.processor = $2 and l.type = r.type and l.reference = r.reference
     )
     order by r.transaction`,
    [livemode, processor, ...TYPES, objects],
  );
  return rows;
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
