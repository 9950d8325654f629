/** Environment variables of the process itself: where it listens, what it logs, measures and how it stops. */
import { isIP } from "node:net";
import { Type } from "typebox";
import type { Config } from "../config.ts";

export const operationsSettings = {
  NODE_ENV: Type.Enum(["production", "development", "test"], {
    default: "development",
    description: "`production` switches the production guards on",
  }),
  ENVIRONMENT: Type.Optional(
    Type.String({ description: "Name of the environment in logs and telemetry, as `staging`" }),
  ),
  HOST: Type.String({
    default: "127.0.0.1",
    description: "IP address to listen on; `0.0.0.0` in a container",
  }),
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 3000,
    description: "Port to listen on; 0: any free one",
  }),
  LOG_LEVEL: Type.Optional(
    Type.Enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], {
      description:
        "Least level that is logged. Default: info; warn on the embedded database, where a person reads along",
    }),
  ),
  ACCESS_LOG: Type.Enum(["off", "errors", "all"], {
    default: "all",
    description: "Which requests get a log line; `errors`: those answered with 500 and above",
  }),
  METRICS_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65535,
      description:
        "Port of its own for `/metrics`. Without it `/metrics` is on PORT and answers this machine only",
    }),
  ),
  METRICS_HOST: Type.String({ default: "127.0.0.1", description: "Address that METRICS_PORT listens on" }),
  LEDGER_CHECK_INTERVAL: Type.Integer({
    minimum: 0,
    maximum: 86_400,
    default: 300,
    description: "Seconds between two comparisons of the ledger's balances with its entries; 0: never",
  }),
  SHUTDOWN_DELAY: Type.Number({
    minimum: 0,
    maximum: 300,
    default: 0,
    description:
      "Seconds between readiness going off and the last new connection, for a load balancer to notice",
  }),
  SHUTDOWN_TIMEOUT: Type.Number({
    minimum: 0.1,
    maximum: 600,
    default: 25,
    description: "Seconds that stopping may take, SHUTDOWN_DELAY included; then the process exits with 1",
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      format: "uri",
      description:
        "Base URL of an OpenTelemetry collector (OTLP over HTTP); traces and metrics are sent to it",
    }),
  ),
  OTEL_SERVICE_NAME: Type.String({
    default: "strongroom-payments",
    description: "`service.name` in telemetry",
  }),
  OTEL_TRACES_SAMPLER_ARG: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 1,
    description: "Share of the requests that is traced, where the caller does not decide",
  }),
  OTEL_METRIC_EXPORT_INTERVAL: Type.Integer({
    minimum: 100,
    maximum: 3_600_000,
    default: 60_000,
    description: "Milliseconds between two exports of metrics",
  }),
};

/** Mistakes that the variables make together. */
export function operationsGuards(config: Config): string[] {
  const mistakes: string[] = [];
  // A name may stand for several addresses; limits of connections hold for one.
  if (isIP(config.HOST) === 0) {
    mistakes.push(
      `HOST: ${JSON.stringify(config.HOST)} is no IP address; write 127.0.0.1 or ::1 for this machine only, 0.0.0.0 or :: for all`,
    );
  }
  if (config.SHUTDOWN_DELAY >= config.SHUTDOWN_TIMEOUT) {
    mistakes.push(
      `SHUTDOWN_DELAY: ${config.SHUTDOWN_DELAY} leaves no time to finish within SHUTDOWN_TIMEOUT (${config.SHUTDOWN_TIMEOUT}); ` +
        `write less, or raise SHUTDOWN_TIMEOUT`,
    );
  }
  if (config.METRICS_PORT !== undefined && config.METRICS_PORT !== 0 && config.METRICS_PORT === config.PORT) {
    mistakes.push(
      `METRICS_PORT: ${config.METRICS_PORT} is PORT as well; write another port, or leave it out to serve /metrics on PORT ` +
        `to this machine only`,
    );
  }
  return mistakes;
}
