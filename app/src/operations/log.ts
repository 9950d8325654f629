/** The service's log: JSON, a line each, without secrets. */
import { type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";
import type { Config } from "../config.ts";
import { maskCardNumbers } from "../vault/mask.ts";

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

/**
 * What is written of an error. Not whatever else hangs on it: PostgreSQL's errors quote the values of rows (`detail`,
 * `where`), and those of its client hold the whole connection.
 */
const ERROR_FIELDS = [
  "type",
  "message",
  "code",
  "stack",
  "syscall",
  "severity",
  "schema",
  "table",
  "column",
  "constraint",
];

function serializeError(error: unknown): unknown {
  return error instanceof Error ? knownFields(stdSerializers.errWithCause(error)) : error;
}

function knownFields(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return error;
  const { cause, aggregateErrors } = error as { cause?: unknown; aggregateErrors?: unknown[] };
  return {
    ...Object.fromEntries(Object.entries(error).filter(([field]) => ERROR_FIELDS.includes(field))),
    ...(cause !== undefined && { cause: knownFields(cause) }),
    ...(aggregateErrors !== undefined && { aggregateErrors: aggregateErrors.map(knownFields) }),
  };
}
