/** Brings a database to the schema of this version: the files of `migrations/`, in order, each once, only forward. */
import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { SERVICE_ROLE } from "./pool.ts";

export interface MigrateOptions {
  /** Stop after this migration, as `0002_vault`. @default the last one */
  to?: string;
  /** Where the migrations are. @default app/migrations */
  folder?: string;
  /** Gets a line per migration, and PostgreSQL's words about a statement that fails. @default nothing */
  log?: (line: string) => void;
}

const MIGRATIONS_FOLDER = fileURLToPath(new URL("../../migrations", import.meta.url));

/** Names of applied migrations. */
const TABLE = "migrations";

/** Number of the advisory lock that one migrating process holds. */
const LOCK = 7_241_865_325;

/**
 * How long a statement may wait for a table that is in use, in seconds: all later statements on that table wait behind it,
 * those of the running service among them. It gives up, lets them pass, and tries again.
 */
const LOCK_TIMEOUT = 1;
const TRIES = 20;

const LOCK_NOT_AVAILABLE = "55P03";
const DEADLOCK = "40P01";
const DUPLICATE_OBJECT = "42710";
const UNIQUE_VIOLATION = "23505";
const INTERNAL_ERROR = "XX000";

/** Names of all migrations, in order. */
export async function listMigrations(folder = MIGRATIONS_FOLDER): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith(".sql"))
    .map((file) => file.slice(0, -".sql".length))
    .sort();
}

/**
 * Applies the migrations that the database does not have yet, each in a transaction of its own; returns their names.
 * Several processes may do it at once: one works, the others wait for it. A database of a later version is left alone.
 *
 * @param connection URL, or what `pg` takes; of a user who owns the database and may create roles
 */
export async function migrate(
  connection: string | pg.ClientConfig,
  options: MigrateOptions = {},
): Promise<string[]> {
  const { to, folder = MIGRATIONS_FOLDER, log = () => undefined } = options;
  const names = await listMigrations(folder);
  if (to !== undefined && !names.includes(to)) {
    throw new Error(`There is no migration ${to}; there are: ${names.join(", ")}.`);
  }
  const client = new pg.Client(connection);
  // Its loss is reported by the statement that is under way.
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(${LOCK})`);
    const wanted = names.slice(0, to === undefined ? undefined : names.indexOf(to) + 1);
    const before = await appliedMigrations(client);
    if (wanted.every((name) => before.includes(name))) return [];
    await makeServiceRole(client);
    await client.query(`set lock_timeout = '${LOCK_TIMEOUT}s'`);
    await again([LOCK_NOT_AVAILABLE, DEADLOCK], async () => {
      await client.query("rollback");
      await applyFiles(client, folder, wanted.at(-1) ?? "", log);
    });
    await client.query(`grant select on public.${TABLE} to ${SERVICE_ROLE}`);
    return wanted.filter((name) => !before.includes(name));
  } finally {
    await client.end();
  }
}

/** Names of the migrations that the database has, in order. */
async function appliedMigrations(client: pg.ClientBase | pg.Pool): Promise<string[]> {
  const { rows: tables } = await client.query<{ found: boolean }>(
    `select to_regclass('public.${TABLE}') is not null as found`,
  );
  if (!tables[0]?.found) return [];
  const { rows } = await client.query<{ name: string }>(`select name from public.${TABLE} order by id`);
  return rows.map(({ name }) => name);
}

/** Names of the migrations that the database does not have yet: the service is not ready while there are any. */
export async function pendingMigrations(pool: pg.Pool, folder = MIGRATIONS_FOLDER): Promise<string[]> {
  const applied = new Set(await appliedMigrations(pool));
  return (await listMigrations(folder)).filter((name) => !applied.has(name));
}

/** Applies what is missing up to the migration `last`. */
async function applyFiles(client: pg.Client, folder: string, last: string, log: (line: string) => void) {
  // Loaded only where there is something to apply: it would take a good part of an ordinary start.
  const { runner } = await import("node-pg-migrate");
  const done = await appliedMigrations(client);
  const missing = (await listMigrations(folder)).filter((name) => name <= last && !done.includes(name));
  for (const name of missing) {
    try {
      await runner({
        dbClient: client,
        dir: folder,
        migrationsTable: TABLE,
        direction: "up",
        file: name,
        // This process holds a lock of its own, over more than the files.
        noLock: true,
        singleTransaction: false,
        logger: { info: () => undefined, warn: log, error: log },
      });
    } catch (error) {
      log(`${name} failed and changed nothing.`);
      throw error;
    }
    log(`Applied ${name}.`);
  }
}

/**
 * Makes the service's role, and its maker a member who may become it. Roles belong to the whole cluster: databases that are
 * migrated at the same time do this at the same time, and the later one fails in one of several ways.
 */
async function makeServiceRole(client: pg.Client): Promise<void> {
  await again([DUPLICATE_OBJECT, UNIQUE_VIOLATION, INTERNAL_ERROR], () =>
    client.query(`
      do $$
      begin
        if not exists (select from pg_roles where rolname = '${SERVICE_ROLE}') then
          create role ${SERVICE_ROLE} nologin;
        end if;
        grant ${SERVICE_ROLE} to current_user;
      end
      $$`),
  );
}

/** Does it again while it fails with one of the codes. */
async function again(codes: string[], action: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await action();
      return;
    } catch (error) {
      if (tries === TRIES || !codes.includes((error as pg.DatabaseError).code ?? "")) throw error;
      await sleep(50 * tries);
    }
  }
}
