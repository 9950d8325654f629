/** How the process ends: on a signal after it has finished what it began, on a defect at once. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./log.ts";

export interface Lifecycle {
  /** Whether to send requests here; readiness tells it. */
  isReady: boolean;
  /** Whether a signal has come: the process ends, also where it was still starting. */
  isStopping?: boolean;
}

export interface ShutdownOptions {
  log: Log;
  lifecycle: Lifecycle;
  /** Seconds in which requests are still taken while readiness says no more. */
  delay: number;
  /** Seconds after which the process ends in any case. */
  timeout: number;
  /** Finishes what is under way and closes everything, in order. */
  stop: () => Promise<void>;
}

/** Ctrl-C under `npm start` comes from the terminal and from each npm: within so many milliseconds it is one signal. */
const ECHO = 500;

/**
 * Ends the process on SIGTERM and SIGINT: readiness goes off, `delay` passes, `stop` finishes. Exit status 0, or 1 when that
 * fails or takes longer than `timeout`. A second signal ends it at once. An error that nobody handled is logged and ends it
 * too (status 1): nothing is known of its state any more, and what was promised is in the database.
 */
export function endOnSignals(options: ShutdownOptions): void {
  const { log, flush } = options.log;
  const { lifecycle, delay, timeout, stop } = options;
  let began: number | undefined;

  function exit(status: number): never {
    flush();
    process.exit(status);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (began !== undefined) {
      if (performance.now() - began < ECHO) return;
      log.warn({ signal }, "second signal: ending at once");
      exit(1);
    }
    began = performance.now();
    lifecycle.isReady = false;
    lifecycle.isStopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => {
      log.error({ seconds: timeout }, "stopping took too long");
      exit(1);
    }, timeout * 1000).unref();
    try {
      await sleep(delay * 1000);
      await stop();
      log.info("stopped");
      exit(0);
    } catch (error) {
      log.error({ err: error }, "stopping failed");
      exit(1);
    }
  }

  process.on("SIGTERM", (signal) => void end(signal));
  process.on("SIGINT", (signal) => void end(signal));
  process.on("uncaughtException", (error, origin) => {
    log.fatal({ err: error, origin }, "defect: the process ends");
    exit(1);
  });
}
