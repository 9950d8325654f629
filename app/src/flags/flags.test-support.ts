/** Flags on a real database, as one instance of the service has them; several instances may share a database. */
import { createNoopMeter } from "@opentelemetry/api";
import Fastify, { type FastifyInstance } from "fastify";
import { type Logger, pino } from "pino";
import { type TestDatabase, testDatabase } from "../../test/database.test-support.ts";
import { type Config, loadConfig } from "../config.ts";
import type { Core } from "../core.ts";
import { Objects } from "../database/objects.ts";
import { createPool } from "../database/pool.ts";
import { registerErrorHandlers } from "../http/errors-handler.ts";
import { validatorCompiler } from "../http/validation.ts";
import { makeIds } from "../ids.ts";
import { Journal } from "../journal/journal.ts";
import { Once } from "../journal/once.ts";
import { createFlags, type Flags } from "./index.ts";

export interface Instance {
  flags: Flags;
  app: FastifyInstance;
  core: Core;
  /** Time that the instance believes in; milliseconds. */
  now: number;
  call(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<Reply>;
  stop(): Promise<void>;
}

export interface Reply {
  status: number;
  body: Record<string, unknown>;
}

export interface InstanceOptions {
  settings?: Record<string, string>;
  livemode?: boolean;
  log?: Logger;
}

export { type TestDatabase, testDatabase };

/** Starts an instance on a database. */
export async function startInstance(
  database: TestDatabase,
  options: InstanceOptions = {},
): Promise<Instance> {
  const { settings = {}, livemode = false, log = pino({ level: "silent" }) } = options;
  const pool = createPool({ connection: database.url, max: 4 });
  const journalPool = createPool({ connection: database.url, max: 2 });
  const meter = createNoopMeter();
  const config: Config = loadConfig(settings);
  const clock = () => instance.now;
  const journal = new Journal(journalPool, log, meter);
  const core: Core = {
    config,
    clock,
    makeId: makeIds(clock),
    log,
    meter,
    pool,
    journal,
    objects: new Objects(pool),
  };
  const flags = createFlags(core, new Once(journal, pool));

  const app = Fastify().setValidatorCompiler(validatorCompiler());
  registerErrorHandlers(app);
  app.addHook("onRequest", (request, _reply, next) => {
    request.operation = {
      caller: { actor: "key_test", livemode, scopes: new Set(["*"]) },
      requestId: request.id,
    };
    next();
  });
  await app.register(flags.routes, { prefix: "/v1" });

  const instance: Instance = {
    flags,
    app,
    core,
    now: 1_800_000_000_000,
    async call(method, path, body) {
      const response = await app.inject({ method, url: `/v1${path}`, ...(body && { payload: body }) });
      return { status: response.statusCode, body: response.json() };
    },
    async stop() {
      await flags.stop();
      await app.close();
      await journal.drained();
      await Promise.all([pool.end(), journalPool.end()]);
    },
  };
  await flags.start();
  return instance;
}
