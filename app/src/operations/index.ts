import type { FastifyPluginAsync } from "fastify";
import fastifyPlugin from "fastify-plugin";
import type pg from "pg";
import type { Logger } from "pino";
import type { Core } from "../core.ts";
import { databaseCheck, lifecycleCheck, migrationsCheck } from "./checks.ts";
import { draining } from "./draining.ts";
import { createHealth, type HealthCheck } from "./health.ts";
import { watchLedger } from "./ledger-watch.ts";
import { serveMetrics } from "./metrics-server.ts";
import { createObjective } from "./objectives.ts";
import { watchProcess } from "./process-metrics.ts";
import { requestReports } from "./requests.ts";
import { operationsRoutes } from "./routes.ts";
import type { Lifecycle } from "./shutdown.ts";
import type { Telemetry } from "./telemetry.ts";
import { requestTracing } from "./tracing.ts";

export interface OperationsOptions {
  telemetry: Telemetry;
  /** Gets the lines about requests. */
  access: Logger;
  lifecycle: Lifecycle;
  /** Further checks: of the cache, of the processors, of the journal. */
  checks?: readonly HealthCheck[];
  /** All pools by name, to measure and to ask for their health. @default the core's, as `reads` */
  pools?: Readonly<Record<string, pg.Pool>>;
}

export interface Operations {
  /** Hooks that concern all routes: to be registered before anything else. */
  hooks: FastifyPluginAsync;
  /** Health and metrics; without a prefix. */
  routes: FastifyPluginAsync;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createOperations(
  core: Pick<Core, "config" | "pool" | "meter" | "clock" | "log">,
  options: OperationsOptions,
): Operations {
  const { config, pool, meter, clock, log } = core;
  const { telemetry, access, lifecycle, checks = [], pools = { reads: pool } } = options;
  const others = Object.entries(pools).filter(([, other]) => other !== pool);
  const health = createHealth({
    checks: [
      lifecycleCheck(lifecycle),
      databaseCheck("db", pool),
      ...others.map(([name, other]) => databaseCheck(name, other)),
      migrationsCheck(pool),
      ...checks,
    ],
  });
  const availability = createObjective(
    meter,
    clock,
    "availability",
    "Requests not answered with an error of ours",
  );
  const processWatch = watchProcess(meter, pools);
  const ledgerWatch = watchLedger({ pool, meter, log, interval: config.LEDGER_CHECK_INTERVAL });
  const ownPort = config.METRICS_PORT;
  let metricsServer: { close(): Promise<void> } | undefined;

  return {
    hooks: fastifyPlugin(async (app) => {
      if (config.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined) await app.register(requestTracing);
      await app.register(draining, { lifecycle });
      await app.register(requestReports, { accessLog: config.ACCESS_LOG, access, meter, availability });
    }),
    routes: operationsRoutes({
      health,
      metricsText: ownPort === undefined ? telemetry.metricsText : undefined,
    }),
    async start() {
      if (ownPort !== undefined)
        metricsServer = await serveMetrics(config.METRICS_HOST, ownPort, telemetry.metricsText);
      ledgerWatch.start();
    },
    async stop() {
      processWatch.stop();
      await Promise.all([ledgerWatch.stop(), metricsServer?.close()]);
    },
  };
}
