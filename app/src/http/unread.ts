/** What a route does not read, it does not take: a parameter that it would pass over in silence is refused by name. */
import type { RouteOptions } from "fastify";
import { Type } from "typebox";
import "./request.ts";

const NO_QUERY = Type.Object({}, { additionalProperties: false });

/** Hook for `onRoute`: closes the query of the API's routes that have no schema for it. */
export function refuseUnread(route: RouteOptions): void {
  const { scope } = route.config ?? {};
  // Probes and pages are asked for with whatever their askers add.
  if (scope === undefined || scope === "public") return;
  route.schema = { querystring: NO_QUERY, ...route.schema };
}
