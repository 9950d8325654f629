/** Payouts: the merchant's money on its way to a bank account. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import { checkTransitions } from "../payments/states.ts";
import { PAYOUT_TRANSITIONS } from "./payout.ts";
import { payoutRoutes } from "./routes.ts";
import { payoutService, type PayoutParts, type PayoutService } from "./service.ts";

export interface Payouts {
  routes: FastifyPluginAsyncTypebox;
  service: PayoutService;
}

export function createPayouts(core: Core, parts: PayoutParts): Payouts {
  checkTransitions("payout", PAYOUT_TRANSITIONS, ["pending"]);
  const service = payoutService(core, parts);
  return { routes: payoutRoutes(service), service };
}

export type { Payout } from "./payout.ts";
export type { PayoutService } from "./service.ts";
