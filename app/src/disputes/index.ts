/** Disputes: customers who ask their bank for the money back. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import { checkTransitions } from "../payments/states.ts";
import { DISPUTE_TRANSITIONS } from "./dispute.ts";
import { disputeRoutes } from "./routes.ts";
import { disputeService, type DisputeParts, type DisputeService } from "./service.ts";

export interface Disputes {
  routes: FastifyPluginAsyncTypebox;
  service: DisputeService;
}

export function createDisputes(core: Core, parts: DisputeParts): Disputes {
  checkTransitions("dispute", DISPUTE_TRANSITIONS, ["needs_response"]);
  const service = disputeService(core, parts);
  return { routes: disputeRoutes(service), service };
}

export type { DisputeService } from "./service.ts";
