/** Events: what happened, to be read again. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import { EventRepository } from "./repository.ts";
import { eventRoutes } from "./routes.ts";

export interface Events {
  routes: FastifyPluginAsyncTypebox;
}

export function createEvents({ pool }: Core): Events {
  return { routes: eventRoutes(new EventRepository(pool)) };
}
