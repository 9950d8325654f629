/** What is exported: the SQL of each type, in pages that follow each other by id. */
import { TypeID } from "typeid-js";
import type pg from "pg";
import { ID_PREFIXES, type IdKind } from "../ids.ts";
import type { ExportType } from "./schemas.ts";

export interface Scope {
  livemode: boolean;
  /** Milliseconds since 1970 (UTC): from `from` on, before `to`. */
  from: number;
  to: number;
}

type Row = Record<string, string | number | null>;

export interface RowPage {
  rows: Row[];
  /** Where the next page goes on; undefined after the last. */
  cursor?: string;
}

interface Table {
  /** Kind of the ids that pages follow each other by, where these sort by time. */
  ids?: IdKind;
  columns: readonly string[];
  /** $1 mode, $2 from, $3 to, $4 and $5 ids to begin after and to end before, $6 most ids of a page. */
  sql: string;
}

/** ISO 8601, seconds and microseconds in UTC. */
const time = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
/** @param moment the column that says whether a row is of the period */
const page = (table: string, moment = "created") =>
  `select * from ${table}
   where livemode = $1 and ${moment} >= $2 and ${moment} < $3 and id > $4 and id < $5 order by id limit $6`;
/** Number of an account's last entry before a moment. */
const lastBefore = (moment: string) => `entries_at(id, ${moment}::timestamptz - interval '1 microsecond')`;
/** Balance of account `a` after the entry of a number; 0 where there is none. */
const balanceAfter = (sequence: string) =>
  `coalesce((select e.balance from ledger_entries e where e.account = a.id and e.sequence = ${sequence}), 0)`;

const TABLES: Record<ExportType, Table> = {
  payments: {
    ids: "payment",
    columns: [
      "id",
      "status",
      "amount",
      "amount_captured",
      "amount_refunded",
      "amount_disputed",
      "fee",
      "currency",
      "customer",
      "processor",
      "processor_reference",
      "created",
    ],
    sql: `select id as cursor, id, status, (data ->> 'amount')::bigint as amount,
        (data ->> 'amount_captured')::bigint as amount_captured, (data ->> 'amount_refunded')::bigint as amount_refunded,
        (data ->> 'amount_disputed')::bigint as amount_disputed, (data ->> 'fee')::bigint as fee,
        data ->> 'currency' as currency, customer, data ->> 'processor' as processor,
        data ->> 'processor_reference' as processor_reference, ${time("created")} as created
      from (${page("payments")}) p order by id`,
  },
  ledger_entries: {
    ids: "transaction",
    columns: [
      "transaction",
      "type",
      "object",
      "account",
      "code",
      "sequence",
      "direction",
      "layer",
      "amount",
      "currency",
      "balance",
      "posted",
    ],
    sql: `select t.id as cursor, t.id as transaction, t.type, t.object, e.account, a.code, e.sequence, e.direction, e.layer,
        e.amount, e.currency, e.balance, ${time("e.posted")} as posted
      from (${page("ledger_transactions", "posted")}) t
      join ledger_entries e on e.transaction = t.id join ledger_accounts a on a.id = e.account
      order by t.id, e.account, e.sequence`,
  },
  balances: {
    columns: ["account", "code", "type", "currency", "customer", "opening", "closing"],
    sql: `select a.id as cursor, a.id as account, a.code, a.type, a.currency, a.customer,
        ${balanceAfter("a.opens")} as opening, ${balanceAfter("a.closes")} as closing
      from (
        select *, ${lastBefore("$2")} as opens, ${lastBefore("$3")} as closes
        from ledger_accounts where livemode = $1 and created < $3 and id > $4 and id < $5
        order by id limit $6
      ) a
      order by a.id`,
  },
  events: {
    ids: "event",
    columns: ["id", "type", "object", "version", "actor", "request", "digest", "chain", "height", "created"],
    sql: `select id as cursor, id, type, object, version, actor, request, encode(digest, 'hex') as digest, chain, height,
        ${time("created")} as created
      from (${page("events")}) v order by id`,
  },
};

/** Ids (payments, transactions …) of one page. */
const PAGE = 2000;
/** Ids sort by the time when they were made, which may differ a little from the time that an object bears; milliseconds. */
const SLACK = 3_600_000;

export function columnsOf(type: ExportType): readonly string[] {
  return TABLES[type].columns;
}

/** @param after the cursor of the page before; undefined: the first page */
export async function readPage(
  connection: pg.Pool | pg.ClientBase,
  type: ExportType,
  { livemode, from, to }: Scope,
  after: string | undefined,
): Promise<RowPage> {
  const { ids, sql } = TABLES[type];
  const first = ids === undefined ? "" : firstId(ids, from - SLACK);
  // Above every id: letters and digits are below "~".
  const last = ids === undefined ? "~" : firstId(ids, to + SLACK);
  const values = [livemode, new Date(from), new Date(to), after ?? first, last, PAGE];
  const { rows } = await connection.query<Row & { cursor: string }>(sql, values);
  const found = new Set(rows.map(({ cursor }) => cursor));
  return {
    rows,
    cursor: found.size < PAGE ? undefined : rows.at(-1)?.cursor,
  };
}

/** The least id of a kind that can be made at a time (milliseconds since 1970, UTC). */
function firstId(kind: IdKind, milliseconds: number): string {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.max(0, milliseconds)) << 16n);
  return TypeID.fromUUIDBytes(ID_PREFIXES[kind], bytes).toString();
}
