/** Connections to PostgreSQL. */
import pg from "pg";
import type { Logger } from "pino";
import { leadsElsewhere, noteUnconnected } from "./database-errors.ts";
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
/** Milliseconds of silence after which the operating system asks whether the other side is still there. */
const KEEP_ALIVE = 10_000;

/** Milliseconds after which a statement has ended or was given up, with the wait for its connection. */
export function longestStatement(
  config: Pick<DatabaseConfig, "DATABASE_CONNECT_TIMEOUT" | "DATABASE_STATEMENT_TIMEOUT">,
): number {
  return (config.DATABASE_CONNECT_TIMEOUT + config.DATABASE_STATEMENT_TIMEOUT + GRACE) * 1000;
}

/**
 * A pool whose connections work as the service's role and never end the process: a connection that PostgreSQL closes is
 * replaced at the next use. A standby is taken for a database that is away: during a failover the name may lead there.
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
  const pool = new Pool({
    ...(typeof connection === "string" ? { connectionString: connection } : connection),
    max,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeout * 1000,
    idleTimeoutMillis: IDLE * 1000,
    maxLifetimeSeconds: LIFETIME,
    // Where packets vanish, neither an answer nor an error ever comes.
    query_timeout: statementTimeout === 0 ? undefined : (statementTimeout + GRACE) * 1000,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE,
    pipeline,
    types: integersAsNumbers(),
    Client: Connection,
    // Done before anybody gets the connection.
    verify: (client, done) => {
      const settings = [`${statementTimeout * 1000}ms`, role ?? "none"];
      const refuse = (error: Error) => {
        noteUnconnected(error);
        done(error);
      };
      client
        .query<{ standby: boolean }>(
          `select set_config('statement_timeout', $1, false), set_config('role', $2, false), pg_is_in_recovery() as standby`,
          settings,
        )
        .then(({ rows }) => {
          if (rows[0]?.standby === true) refuse(isStandby());
          else done();
        }, refuse);
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

/** As PostgreSQL says it of a write (read_only_sql_transaction): what a standby reads may be old. */
function isStandby(): Error {
  return Object.assign(new Error("PostgreSQL is a standby there, which takes no writes"), { code: "25006" });
}

/**
 * Once a connection was lost, those that were made before are not used again: after a failover they hang, or lead to a former
 * primary that reads what is old. Each would be found out by itself, at the price of a request that fails.
 */
class Pool extends pg.Pool {
  /** The generation that a connection is of. */
  private readonly generations = new WeakMap<pg.ClientBase, number>();
  private generation = 0;

  constructor(options: pg.PoolConfig) {
    super(options);
    this.on("connect", (client) => this.generations.set(client, this.generation));
    this.on("release", (error: unknown, client) => this.doubt(error, client));
    this.on("error", (error, client) => this.doubt(error, client));
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) {
      return new Promise((resolve, reject) =>
        this.connect((error, client) => {
          if (client !== undefined) resolve(client);
          else if (error !== undefined) reject(error);
        }),
      );
    }
    super.connect((error, client, release) => {
      if (client === undefined || this.isCurrent(client)) {
        callback(error, client, release);
      } else {
        release(true);
        this.connect(callback);
      }
    });
    return undefined;
  }

  /** @param error true: whoever used the connection says so */
  private doubt(error: unknown, client: pg.ClientBase): void {
    // Many that are lost at once begin one generation.
    if ((error === true || leadsElsewhere(error)) && this.isCurrent(client)) this.generation += 1;
  }

  private isCurrent(client: pg.ClientBase): boolean {
    return this.generations.get(client) === this.generation;
  }
}

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (error?: Error | boolean) => void,
) => void;

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
