/** What a schema holds, and rows for all of its tables, whatever they are. */
import type pg from "pg";

export interface Catalog {
  /** What statements may rely on, a line each. */
  items: string[];
  /** By table: the columns that every insert has to give. */
  required: Record<string, string[]>;
}

/** Rows by table, each as JSON text of the columns that are compared. */
export type Rows = Record<string, { columns: string[]; rows: string[] }>;

interface Column {
  table: string;
  name: string;
  type: string;
  required: boolean;
  /** First of its enumeration's values. */
  label: string | null;
  /** Definitions of the table's checks. */
  checks: string;
}

const COLUMNS = `
  select relname::text as "table", attname::text as name, format_type(atttypid, null) as type,
    attnotnull and not atthasdef as required,
    (select enumlabel::text from pg_enum where enumtypid = atttypid order by enumsortorder limit 1) as label,
    coalesce((select string_agg(pg_get_constraintdef(oid), ' ')
      from pg_constraint where conrelid = attrelid and contype = 'c'), '') as checks
  from pg_attribute join pg_class on pg_class.oid = attrelid
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped
    and attgenerated = '' and attidentity = ''
  order by attrelid, attnum`;

/** Everything that the service may use. */
export async function catalogOf(client: pg.Client): Promise<Catalog> {
  const { rows } = await client.query<{ item: string }>(`
    select format('column %s.%s %s', relname, attname, format_type(atttypid, atttypmod)) as item
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and attnum > 0 and not attisdropped
    union all
    select format('function %s returns %s', oid::regprocedure, pg_get_function_result(oid))
    from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select format('right to %s %s', lower(privilege_type), table_name)
    from information_schema.table_privileges where table_schema = 'public' and grantee = 'strongroom_service'
    order by 1`);
  const required: Record<string, string[]> = {};
  for (const column of await columnsOf(client)) {
    const names = (required[column.table] ??= []);
    if (column.required) names.push(column.name);
  }
  return { items: rows.map(({ item }) => item), required };
}

/** What the earlier catalog's statements miss in the later one; empty when they go on working. */
export function lossesOf(earlier: Catalog, later: Catalog): string[] {
  return [
    ...earlier.items.filter((item) => !later.items.includes(item)),
    ...Object.entries(earlier.required).flatMap(([table, columns]) =>
      (later.required[table] ?? [])
        .filter((column) => !columns.includes(column))
        .map((column) => `inserts into ${table} have to give ${column}`),
    ),
  ];
}

/** Puts a row into every table; references and triggers are not looked at. */
export async function fillTables(client: pg.Client): Promise<void> {
  await client.query("set session_replication_role = replica");
  const columns = await columnsOf(client);
  for (const table of new Set(columns.map((column) => column.table))) {
    const own = columns.filter((column) => column.table === table);
    try {
      await insert(client, table, own);
    } catch {
      // Checks may forbid that all are given.
      const required = own.filter((column) => column.required);
      await insert(client, table, required).catch((error: unknown) => {
        throw new Error(`The table ${table} takes no sample row: add to SAMPLES_BY_NAME.`, { cause: error });
      });
    }
  }
}

/** All rows of all tables; given earlier ones, of the same tables and columns. */
export async function readTables(client: pg.Client, like?: Rows): Promise<Rows> {
  const found: Rows = {};
  for (const [table, columns] of like === undefined ? await columnNames(client) : columnNamesOf(like)) {
    // Grows with every migration.
    if (table === "migrations") continue;
    const list = columns.map((name) => `"${name}"`).join(", ");
    const { rows } = await client.query<{ row: string }>(
      `select to_jsonb(t)::text as row from (select ${list} from "${table}") as t order by 1`,
    );
    found[table] = { columns, rows: rows.map(({ row }) => row) };
  }
  return found;
}

async function columnNames(client: pg.Client): Promise<Map<string, string[]>> {
  const byTable = Map.groupBy(await columnsOf(client), ({ table }) => table);
  return new Map([...byTable].map(([table, columns]) => [table, columns.map(({ name }) => name)]));
}

function columnNamesOf(rows: Rows): Map<string, string[]> {
  return new Map(Object.entries(rows).map(([table, { columns }]) => [table, columns]));
}

async function columnsOf(client: pg.Client): Promise<Column[]> {
  return (await client.query<Column>(COLUMNS)).rows;
}

async function insert(client: pg.Client, table: string, columns: Column[]): Promise<void> {
  const names = columns.map(({ name }) => `"${name}"`).join(", ");
  const values = columns.map((_, index) => `$${index + 1}`).join(", ");
  const row = columns.length === 0 ? "default values" : `(${names}) values (${values})`;
  // Some tables have rows from the beginning.
  await client.query(`insert into "${table}" ${row} on conflict do nothing`, columns.map(sampleOf));
}

/** A value that the column takes. */
function sampleOf({ name, type, label, checks }: Column): unknown {
  if (label !== null) return label;
  if (type.endsWith("[]")) return [];
  const listed = new RegExp(`\\b${name} = ANY \\(+ARRAY\\['([^']*)'`).exec(checks)?.[1];
  if (listed !== undefined) return listed;
  const named = SAMPLES_BY_NAME[name];
  if (named !== undefined) return named;
  const sample = SAMPLES[type];
  if (sample === undefined)
    throw new Error(`There is no sample of type ${type} for the column ${name}: add one.`);
  return sample;
}

/** For columns whose checks want a certain form. */
const SAMPLES_BY_NAME: Record<string, unknown> = { currency: "eur", id_modifier: "A" };

const SAMPLES: Record<string, unknown> = {
  bigint: 1,
  boolean: true,
  bytea: Buffer.alloc(32, 1),
  "character varying": "x",
  date: "2026-01-01",
  "double precision": 1,
  inet: "192.0.2.1",
  integer: 1,
  interval: "1 day",
  json: "{}",
  jsonb: "{}",
  numeric: 1,
  smallint: 1,
  text: "x",
  "timestamp with time zone": "2026-01-01T00:00:00Z",
  "timestamp without time zone": "2026-01-01T00:00:00Z",
  uuid: "018f3c5a-0000-7000-8000-000000000000",
};
