/** Connections to PostgreSQL. */
import pg from "pg";
import type { Logger } from "pino";
import { noteUnconnected } from "./database-errors.ts";
import type { DatabaseConfig } from "./settings.ts";

/** The role that the service works as: it may do what the migrations grant to it, and no more. */
export const SERVICE_ROLE = "strongroom_service";

export interface PoolOptions {
  /** As `databaseConnection` gives it, or a URL. */
  connection: string | pg.ClientConfig;
  /** Most connections at once. @default 20 */
  max?: number;
  /** The role to work as; null: the one that connects. @default "strongroom_service" */
  role?: string | null;
  /** Shown in `pg_stat_activity`. @default "strongroom" */
  applicationName?: string;
  /** Seconds to wait for a connection, be it a new one or one that others use. @default 5 */
  connectTimeout?: number;
  /** Seconds that one statement may take; 0: any. @default 15 */
  statementTimeout?: number;
  /** Whether a statement is sent before the last one of its connection is answered. @default false */
  pipeline?: boolean;
  log?: Logger;
}

/** Seconds after which a connection is made anew, so that a change of the name's address reaches all of them. */
const LIFETIME = 3600;
/** Seconds for which an idle connection is kept. */
const IDLE = 300;
/** Seconds after the server's own limit, when it must be unreachable. */
const GRACE = 5;

/** Milliseconds after which a statement has ended or was given up, with the wait for its connection. */
export function longestStatement(
  config: Pick<DatabaseConfig, "DATABASE_CONNECT_TIMEOUT" | "DATABASE_STATEMENT_TIMEOUT">,
): number {
  return (config.DATABASE_CONNECT_TIMEOUT + config.DATABASE_STATEMENT_TIMEOUT + GRACE) * 1000;
}

/**
 * A pool whose connections work as the service's role and never end the process: a connection that PostgreSQL closes is
 * replaced at the next use.
 *
 * Role and limits are set by a statement on each new connection, not by start-up parameters, as poolers (PgBouncer,
 * RDS Proxy) refuse these. A pooler has to work by session.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const {
    connection,
    max = 20,
    applicationName = "strongroom",
    connectTimeout = 5,
    statementTimeout = 15,
    pipeline = false,
    log,
  } = options;
  const role = options.role === undefined ? SERVICE_ROLE : options.role;
  const pool = new pg.Pool({
    ...(typeof connection === "string" ? { connectionString: connection } : connection),
    max,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeout * 1000,
    idleTimeoutMillis: IDLE * 1000,
    maxLifetimeSeconds: LIFETIME,
    // Where packets vanish, neither an answer nor an error ever comes.
    query_timeout: statementTimeout === 0 ? undefined : (statementTimeout + GRACE) * 1000,
    keepAlive: true,
    pipeline,
    types: integersAsNumbers(),
    Client: Connection,
    // Done before anybody gets the connection.
    verify: (client, done) => {
      const settings = [`${statementTimeout * 1000}ms`, role ?? "none"];
      client
        .query("select set_config('statement_timeout', $1, false), set_config('role', $2, false)", settings)
        .then(
          () => done(),
          (error: unknown) => {
            noteUnconnected(error as Error);
            done(error as Error);
          },
        );
    },
  });
  pool.on("error", (error) => {
    if (!pool.ending) log?.warn({ err: error }, "PostgreSQL closed an idle connection");
  });
  // A connection in use reports its end to the statement that waits, and as an event that must have a listener.
  pool.on("connect", (client) =>
    client.on("error", (error) => log?.debug({ err: error }, "A connection ended")),
  );
  return pool;
}

/** Tells the errors for which it does not come about from those of statements. */
class Connection extends pg.Client {
  override connect(): Promise<pg.Client>;
  override connect(connected: (error: Error | null) => void): void;
  override connect(connected?: (error: Error | null) => void): Promise<pg.Client> | undefined {
    if (connected === undefined) return super.connect();
    // As the pool asks.
    super.connect((error: Error | null) => {
      if (error !== null) noteUnconnected(error);
      connected(error);
    });
    return undefined;
  }
}

/** int8 as numbers; what is beyond the exact ones is an error, never a rounded amount. numeric stays text: cast sums. */
function integersAsNumbers(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, parseInteger);
  return types;
}

function parseInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(
    `The database gave ${text}, which is beyond the integers that are exact in JavaScript.`,
  );
}
