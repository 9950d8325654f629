/** Sessions of PostgreSQL behind a pooler: PgBouncer, RDS Proxy and the like. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** Milliseconds to wait for a connection and for an answer: a pooler with no session left for us lets us wait. */
const PATIENCE = 5000;

/** Where others use the pooler, up to one round in three finds nothing by chance. */
const ROUNDS = 20;
/** Milliseconds between rounds, at most: others who are in step with us would hide it in each. */
const PAUSE = 3;

/**
 * Makes sure that a connection has a session of PostgreSQL to itself, as it does without a pooler, and with one that pools
 * by session. Where transactions share sessions, they would run with each other's role and limits, and locks would never be
 * given back.
 *
 * @throws where sessions are shared; the error of the database when it does not answer
 */
export async function requireOwnSession(connection: string | pg.ClientConfig): Promise<void> {
  const options = {
    ...(typeof connection === "string" ? { connectionString: connection } : connection),
    connectionTimeoutMillis: PATIENCE,
    query_timeout: PATIENCE,
  };
  const first = new pg.Client(options);
  const second = new pg.Client(options);
  try {
    const own = await open(first);
    await open(second);
    for (let round = 0; round < ROUNDS; round += 1) {
      // A transaction keeps its session from everybody else.
      await second.query("begin");
      if ((await sessionOf(second)) === own || (await sessionOf(first)) !== own) {
        throw new Error(
          "A pooler between here and PostgreSQL lets transactions share sessions, which the service cannot work with: " +
            "pool by session (PgBouncer: pool_mode = session), or connect to PostgreSQL itself.",
        );
      }
      await second.query("rollback");
      await sleep(Math.random() * PAUSE);
    }
  } finally {
    await Promise.all([first.end(), second.end()]);
  }
}

/** Connects; the session that is met first. */
async function open(client: pg.Client): Promise<number | undefined> {
  // Its loss is reported by the statement that is under way.
  client.on("error", () => undefined);
  await client.connect();
  // As on every connection of the service: RDS Proxy shares a session until it is told something to keep.
  await client.query("select set_config('role', 'none', false)");
  return sessionOf(client);
}

async function sessionOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]?.pid;
}
