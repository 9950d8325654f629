/** From the environment to a service that takes requests, and back. */
import type { AddressInfo } from "node:net";
import packageFile from "../../package.json" with { type: "json" };
import { type Config, ConfigError, loadConfig } from "../config.ts";
import { messageOf, remedyFor as databaseRemedy } from "../database/migrate-remedies.ts";
import { databaseConnection, dataFolder } from "../database/settings.ts";
import { createService, type Service } from "../service.ts";
import { StartError } from "../start-error.ts";
import type { Environment } from "./environment.ts";
import { createLog, type Log } from "./log.ts";
import { endOnSignals, type Lifecycle } from "./shutdown.ts";
import { startTelemetry } from "./telemetry.ts";
import { traceFields } from "./tracing.ts";
import { waitForDatabase } from "./waiting.ts";

/** Exit status for a configuration with mistakes; 1 is for what fails later. */
const MISCONFIGURED = 2;

/** Resolves when the service takes requests; the process then goes on until a signal. Never fails: it exits instead. */
export async function runProcess(environment: Environment): Promise<void> {
  const config = configOrExit(environment);
  const isEmbedded = config.DATABASE_URL === undefined && config.DATABASE_HOST === undefined;
  const telemetry = await startTelemetry(config, packageFile.version);
  const log = createLog(config, {
    level: isEmbedded ? "warn" : "info",
    mixin: config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? undefined : traceFields,
  });
  const lifecycle: Lifecycle = { isReady: false };
  let service: Service | undefined;
  endOnSignals({
    log,
    lifecycle,
    delay: config.SHUTDOWN_DELAY,
    timeout: config.SHUTDOWN_TIMEOUT,
    stop: async () => {
      await service?.stop();
      await telemetry.stop();
    },
  });
  try {
    const connection = databaseConnection(config);
    if (connection !== undefined) await waitForDatabase(connection, config, log.log);
    service = await createService(config, { log, telemetry, lifecycle });
    await service.start();
    if (!lifecycle.isStopping) await service.app.listen({ host: config.HOST, port: config.PORT });
  } catch (error) {
    if (!lifecycle.isStopping) await failStart(error, config, log, service);
    // What a signal has begun to close fails those who are still starting with it. The process ends by itself.
    log.log.info({ err: error }, "the start was broken off");
  }
  if (service === undefined || lifecycle.isStopping) return;
  lifecycle.isReady = true;
  const { port } = service.app.server.address() as AddressInfo;
  const url = `http://${hostIn(config.HOST)}:${port}`;
  log.log.info({ url, version: packageFile.version, node: process.version }, "ready");
  if (service.embedded !== undefined) console.log(welcome(url, service.embedded));
}

function configOrExit(environment: Environment): Config {
  try {
    return loadConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const count = error.mistakes.length === 1 ? "1 mistake" : `${error.mistakes.length} mistakes`;
    console.error(
      [`The configuration has ${count}:`, ...error.mistakes.map((line) => `  ${line}`)].join("\n"),
    );
    process.exit(MISCONFIGURED);
  }
}

async function failStart(error: unknown, config: Config, log: Log, service?: Service): Promise<never> {
  const remedy = remedyFor(error, config);
  if (remedy === undefined) log.log.fatal({ err: error }, "the service could not start");
  else console.error(remedy);
  await service?.stop().catch(() => undefined);
  log.flush();
  process.exit(1);
}

/** What to do about the errors that everybody meets once. */
function remedyFor(error: unknown, config: Config): string | undefined {
  if (error instanceof StartError) return error.message;
  const { code, syscall, port, path } = error as NodeJS.ErrnoException & { port?: number };
  const folder = dataFolder(config);
  if (code === "ENOSPC" || code === "EDQUOT")
    return `DATA_FOLDER: there is no room in ${folder} (${code}); make room, or write a folder on another disk`;
  if (path?.startsWith(folder) === true)
    return `DATA_FOLDER: ${path} cannot be read or written (${code}); write a folder that belongs to the service's user`;
  if (syscall !== "listen") {
    const remedy = databaseRemedy(error);
    return remedy === "" ? undefined : `The database: ${messageOf(error)}. ${remedy}`;
  }
  const isMetrics = port !== undefined && port === config.METRICS_PORT;
  const [PORT, HOST] = isMetrics ? (["METRICS_PORT", "METRICS_HOST"] as const) : (["PORT", "HOST"] as const);
  const host = config[HOST];
  switch (code) {
    case "EADDRINUSE":
      return `${PORT}: ${port} on ${host} is in use by another process; stop that, or write another, such as ${PORT}=${Number(port) + 1}`;
    case "EACCES":
      return `${PORT}: ${port} needs rights that this user does not have; write one from 1024, such as ${PORT}=3000`;
    case "EADDRNOTAVAIL":
      return `${HOST}: ${host} is not an address of this machine; write 127.0.0.1 for this machine only, or 0.0.0.0 for all`;
    default:
      return undefined;
  }
}

/** How a URL names the address that is listened on. */
function hostIn(address: string): string {
  if (address === "0.0.0.0" || address === "::") return "localhost";
  return address.includes(":") ? `[${address}]` : address;
}

function welcome(url: string, { folder, testKeyFile }: NonNullable<Service["embedded"]>): string {
  return [
    `Strongroom payments ${packageFile.version}: ${url}`,
    `  API and docs  ${url}/docs`,
    `  Test key      ${testKeyFile}`,
    `  Data          ${folder} (its own PostgreSQL; set DATABASE_URL for yours)`,
  ].join("\n");
}
