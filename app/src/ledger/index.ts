import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import type { Once } from "../journal/once.ts";
import { Chart } from "./chart.ts";
import { LedgerRepository } from "./repository.ts";
import { ledgerRoutes } from "./routes.ts";

export interface Ledger {
  chart: Chart;
  routes: FastifyPluginAsyncTypebox;
}

export function createLedger(core: Core, once: Once): Ledger {
  const repository = new LedgerRepository(core.pool);
  return { chart: new Chart(core.pool), routes: ledgerRoutes(core, once, repository) };
}
