/** Reconciliation: what processors and banks say they moved, against what the ledger says. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import type { Once } from "../journal/once.ts";
import type { Chart } from "../ledger/chart.ts";
import { finishReconciliation } from "./finish.ts";
import { JobQueue } from "../jobs/job-queue.ts";
import { openReconciliations } from "./repository.ts";
import { reconciliationRoutes } from "./routes.ts";
import { ReconciliationService } from "./service.ts";

export interface Reconciliations {
  routes: FastifyPluginAsyncTypebox;
  start(): void;
  stop(): Promise<void>;
}

export function createReconciliations(
  core: Core,
  { once, chart }: { once: Once; chart: Chart },
): Reconciliations {
  const queue = new JobQueue({
    log: core.log,
    open: () => openReconciliations(core.pool),
    finish: (id) => finishReconciliation(core, service, id),
  });
  const service = new ReconciliationService(core, { once, chart, enqueue: (id) => queue.enqueue(id) });
  return {
    routes: reconciliationRoutes(core, service),
    start: () => queue.start(),
    stop: () => queue.stop(),
  };
}
