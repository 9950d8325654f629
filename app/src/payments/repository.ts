/** Reads of payments, refunds, payouts and disputes that `Objects` does not know: by what is due, by a processor's id, by words. */
import type pg from "pg";
import type { StoredObject } from "../database/objects.ts";
import type { ObjectKind } from "../journal/write.ts";

interface Row<T> {
  id: string;
  livemode: boolean;
  version: number;
  created: Date;
  data: T;
}

const COLUMNS = "id, livemode, version, created, data";

/** Objects whose attempt is due, longest overdue first. */
export async function dueObjects<T>(
  pool: pg.Pool,
  kind: ObjectKind,
  now: number,
  limit: number,
): Promise<StoredObject<T>[]> {
  const { rows } = await pool.query<Row<T>>(
    `select ${COLUMNS} from ${kind}
     where data #>> '{attempt,due}' is not null and (data #>> '{attempt,due}')::bigint <= $1
     order by (data #>> '{attempt,due}')::bigint limit $2`,
    [now, limit],
  );
  return rows.map(stored);
}

/** An object by its id alone, in whichever mode it is. */
export async function findObject<T>(
  pool: pg.Pool,
  kind: ObjectKind,
  id: string,
): Promise<StoredObject<T> | undefined> {
  const { rows } = await pool.query<Row<T>>(`select ${COLUMNS} from ${kind} where id = $1`, [id]);
  return rows.map(stored)[0];
}

/** Those of the objects whose attempt is open at the processor, with their currencies. */
export async function openObjects(
  pool: pg.Pool,
  kind: ObjectKind,
  { processor, livemode, ids }: { processor: string; livemode: boolean; ids: readonly string[] },
): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; currency: string }>(
    `select id, data ->> 'currency' as currency from ${kind}
     where id = any ($1) and livemode = $2 and data ->> 'processor' = $3 and data #>> '{attempt,due}' is not null`,
    [ids, livemode, processor],
  );
  return new Map(rows.map(({ id, currency }) => [id, currency]));
}

/** The object that a processor knows by this id. */
export async function findByProcessorReference<T>(
  pool: pg.Pool,
  kind: "disputes" | "payments",
  processor: string,
  reference: string,
): Promise<StoredObject<T> | undefined> {
  const { rows } = await pool.query<Row<T>>(
    `select ${COLUMNS} from ${kind} where data ->> 'processor_reference' = $1 and data ->> 'processor' = $2`,
    [reference, processor],
  );
  return rows.map(stored)[0];
}

/** Whether a payment begun by then may turn out to be any charge of the processor: its outcome is open, its charge not known. */
export async function awaitsCharge(pool: pg.Pool, processor: string, begunBy: number): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(
    `select exists (
       select from payments
       where status = 'processing' and data ->> 'processor' = $1
         and (data ->> 'processor_reference' is null or data #>> '{attempt,operation}' = 'confirm_challenge')
         and (data #>> '{attempt,started}')::bigint <= $2
     ) as found`,
    [processor, begunBy],
  );
  return rows[0]?.found ?? false;
}

/** Whether the request with a key has its answer. */
export async function isAnswered(pool: pg.Pool, livemode: boolean, key: string): Promise<boolean> {
  const { rows } = await pool.query<{ answered: boolean }>(
    "select status is not null as answered from idempotency_keys where livemode = $1 and key = $2",
    [livemode, key],
  );
  return rows[0]?.answered ?? false;
}

/** What an account may give at this moment, in minor units; 0 for an account that nobody has opened. */
export async function availableBalance(pool: pg.Pool, account: string): Promise<number> {
  const { rows } = await pool.query<{ available: string }>(
    "select available_of(a) as available from ledger_accounts a where a.id = $1",
    [account],
  );
  return Number(rows[0]?.available ?? 0);
}

function stored<T>({ id, livemode, version, created, data }: Row<T>): StoredObject<T> {
  return { id, livemode, version, created: created.getTime(), data };
}
