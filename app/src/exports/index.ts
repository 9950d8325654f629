/** Exports: payments, ledger entries, balances and events of a period as files. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { toSeconds } from "../clock.ts";
import type { Core } from "../core.ts";
import type { Once } from "../journal/once.ts";
import { JobQueue } from "../jobs/job-queue.ts";
import { forgetExpired, openExports } from "./repository.ts";
import { exportRoutes } from "./routes.ts";
import { ExportService } from "./service.ts";

export interface Exports {
  routes: FastifyPluginAsyncTypebox;
  start(): void;
  stop(): Promise<void>;
  /** Removes the content of exports that have expired; done by itself every hour. */
  forgetExpired(): Promise<void>;
}

/** Milliseconds between two looks for what has expired. */
const EXPIRY_INTERVAL = 3_600_000;

export function createExports(core: Core, once: Once): Exports {
  const queue = new JobQueue({
    log: core.log,
    open: () => openExports(core.pool),
    finish: (id) => service.finish(id),
  });
  const service = new ExportService(core, once, (id) => queue.enqueue(id));
  let timer: NodeJS.Timeout | undefined;
  const forget = () => forgetExpired(core.pool, toSeconds(core.clock()));
  return {
    routes: exportRoutes(core, service),
    forgetExpired: forget,
    start() {
      queue.start();
      timer = setInterval(() => {
        forget().catch((error: unknown) => core.log.warn({ err: error }, "expired exports stay for now"));
      }, EXPIRY_INTERVAL);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await queue.stop();
    },
  };
}
