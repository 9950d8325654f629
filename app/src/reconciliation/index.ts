/** Reconciliation: what processors and banks say they moved, against what the ledger says. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import { finishReconciliation } from "./finish.ts";
import { JobQueue } from "../jobs/job-queue.ts";
import { openReconciliations } from "./repository-files.ts";
import { reconciliationRoutes } from "./routes.ts";
import { type ReconciliationParts, ReconciliationService } from "./service.ts";

export interface Reconciliations {
  routes: FastifyPluginAsyncTypebox;
  start(): void;
  stop(): Promise<void>;
}

export function createReconciliations(core: Core, parts: ReconciliationParts): Reconciliations {
  const ending = new AbortController();
  const queue = new JobQueue({
    log: core.log,
    open: () => openReconciliations(core.pool),
    finish: (id) => finishReconciliation(core, service, id, ending.signal),
  });
  const service = new ReconciliationService(core, { ...parts, enqueue: (id) => queue.enqueue(id) });
  return {
    routes: reconciliationRoutes(core, service),
    start: () => queue.start(),
    stop: () => {
      // A large file is not waited for: the next process works it through.
      ending.abort();
      return queue.stop();
    },
  };
}
