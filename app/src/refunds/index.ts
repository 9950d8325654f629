/** Refunds: captured money on its way back. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import { checkTransitions } from "../payments/states.ts";
import { REFUND_TRANSITIONS } from "./refund.ts";
import { refundRoutes } from "./routes.ts";
import { refundService, type RefundParts, type RefundService } from "./service.ts";

export interface Refunds {
  routes: FastifyPluginAsyncTypebox;
  service: RefundService;
}

export function createRefunds(core: Core, parts: RefundParts): Refunds {
  checkTransitions("refund", REFUND_TRANSITIONS, ["pending"]);
  const service = refundService(core, parts);
  return { routes: refundRoutes(service), service };
}

export type { Refund } from "./refund.ts";
export type { RefundService } from "./service.ts";
