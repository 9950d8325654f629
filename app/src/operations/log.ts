/** The service's log: JSON, a line each, without secrets. */
import { type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";
import type { Config } from "../config.ts";
import { maskCardNumbers } from "./masking.ts";

/** What a log is written to. */
export interface LogSink {
  write(line: string): void;
}

export interface Log {
  /** For everything but requests. */
  log: Logger;
  /** For the lines about requests: as `log`, but without the search for secrets, as it is given known fields only. */
  access: Logger;
  /** Writes out what waits in memory, at once. */
  flush: () => void;
}

/** Fields whose values are never written, wherever in the first three levels they are. */
const SECRET_FIELDS = [
  "authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "idempotency-key",
  "password",
  "secret",
  "token",
  "api_key",
  "private_key",
  "card",
  "card_number",
  "number",
  "cvc",
  "cvv",
  "exp_month",
  "exp_year",
  "account_number",
  "routing_number",
  "client_secret",
  "body",
];

const REDACTED_PATHS = ["", "*.", "*.*."].flatMap((prefix) =>
  SECRET_FIELDS.map((field) =>
    /^\w+$/.test(field) ? `${prefix}${field}` : `${prefix.replace(/\.$/, "")}["${field}"]`,
  ),
);

export interface LogOptions {
  /** @default standard output, written in the background */
  sink?: LogSink;
  /** Level where LOG_LEVEL does not say. @default "info" */
  level?: string;
  /** Further fields of each line, as the id of the trace. */
  mixin?: () => object;
}

export function createLog(config: Config, options: LogOptions = {}): Log {
  const background = options.sink ? undefined : pino.destination({ fd: 1, sync: false });
  // Whoever read standard output is gone: no reason to stop serving.
  background?.on("error", () => undefined);
  const sink = options.sink ?? background ?? process.stdout;
  const settings = {
    level: config.LOG_LEVEL ?? options.level ?? "info",
    messageKey: "message",
    timestamp: stdTimeFunctions.isoTime,
    base: { service: config.OTEL_SERVICE_NAME, environment: config.ENVIRONMENT },
    formatters: { level: (level: string) => ({ level }) },
    mixin: options.mixin,
  };
  const log = pino(
    {
      ...settings,
      redact: { paths: REDACTED_PATHS, censor: "[redacted]" },
      serializers: { err: serializeError, error: serializeError, cause: serializeError },
      // The last line of defence: also what another's error message quotes.
      hooks: { streamWrite: maskCardNumbers },
    },
    sink,
  );
  return {
    log,
    access: pino(settings, sink),
    flush: () => {
      try {
        background?.flushSync();
      } catch {
        // Standard output is gone, or was never opened: there is nowhere to write to.
      }
    },
  };
}

/** PostgreSQL's errors quote the values of rows in these. */
const QUOTING = ["detail", "where", "hint", "internalQuery", "parameters", "dataType", "query"];

function serializeError(error: unknown): unknown {
  return error instanceof Error ? withoutQuotes(stdSerializers.errWithCause(error)) : error;
}

function withoutQuotes(error: Record<string, unknown>): Record<string, unknown> {
  for (const field of QUOTING) Reflect.deleteProperty(error, field);
  for (const inner of [error.cause, error.aggregateErrors].flat()) {
    if (typeof inner === "object" && inner !== null) withoutQuotes(inner as Record<string, unknown>);
  }
  return error;
}
