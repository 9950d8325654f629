/** Waits for a database that is not there yet: a service that starts before PostgreSQL, or during its failover. */
import { setTimeout as sleep } from "node:timers/promises";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type pg from "pg";
import type { Logger } from "pino";
import { systemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import { mayPass } from "../database/database-errors.ts";
import { pendingMigrations } from "../database/migrate.ts";
import { createPool } from "../database/pool.ts";
import { requireOwnSession } from "../database/sessions.ts";
import { errorBody, unavailable } from "../errors.ts";
import { serverOptions } from "../http/hardening-server.ts";
import { makeIds } from "../ids.ts";
import type { Health } from "./health.ts";
import { operationsRoutes } from "./routes.ts";

/** Milliseconds between two tries. */
const PAUSE = 250;

const AWAY: Health = { status: "DOWN", components: { db: { status: "DOWN" } } };
const BEHIND: Health = {
  status: "OUT_OF_SERVICE",
  components: { db: { status: "UP" }, migrations: { status: "OUT_OF_SERVICE" } },
};

/**
 * Resolves when the database answers and has this version's schema. Until then `/live` says that the process is alive, and
 * everything else is answered with 503.
 * @throws the database's error where waiting would not help: a wrong password, a name that does not exist; where a pooler
 * does not pool by session
 */
export async function waitForDatabase(
  connection: pg.ClientConfig,
  config: Config,
  log: Logger,
): Promise<void> {
  const pool = createPool({
    connection,
    max: 1,
    // There is no role of the service before the first migration.
    role: null,
    connectTimeout: config.DATABASE_CONNECT_TIMEOUT,
  });
  let room: FastifyInstance | undefined;
  let known = AWAY;
  try {
    let health: Health | undefined;
    while ((health = await healthOf(pool, connection)) !== undefined) {
      known = health;
      if (room === undefined) {
        log.warn(health, "waiting for the database and its migrations (npm run migrate)");
        room = await openRoom(config, () => known);
      }
      await sleep(PAUSE);
    }
  } finally {
    await room?.close();
    await pool.end();
  }
}

/** Undefined when there is nothing to wait for. */
async function healthOf(pool: pg.Pool, connection: pg.ClientConfig): Promise<Health | undefined> {
  try {
    const pending = await pendingMigrations(pool);
    if (pending.length > 0) return BEHIND;
    await requireOwnSession(connection);
    return undefined;
  } catch (error) {
    if (mayPass(error)) return AWAY;
    throw error;
  }
}

/** Stands in for the service at its address. */
async function openRoom(config: Config, health: () => Health): Promise<FastifyInstance> {
  const makeId = makeIds(systemClock);
  const room = Fastify({
    ...serverOptions(config, makeId),
    forceCloseConnections: true,
    genReqId: () => makeId("request"),
    frameworkErrors: (_error, request, reply) => refuse(request, reply),
  });
  room.addHook("onRequest", (request, reply, next) => {
    void reply.header("request-id", request.id);
    // Before the body is read: whatever is wrong with it, the service itself is to judge it.
    if (request.is404) refuse(request, reply);
    else next();
  });
  await room.register(operationsRoutes({ health: () => Promise.resolve(health()) }));
  await room.listen({ host: config.HOST, port: config.PORT });
  return room;
}

function refuse(request: FastifyRequest, reply: FastifyReply): void {
  const error = unavailable("The service is starting.");
  void reply
    .status(error.status)
    .headers({ "retry-after": error.details.retryAfter, "request-id": request.id })
    .type("application/json; charset=utf-8")
    .send(errorBody(error, request.id));
}
