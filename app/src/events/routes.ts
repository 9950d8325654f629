import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { notFound } from "../errors.ts";
import { sendAnswer } from "../http/answer.ts";
import { pageOptions } from "../http/pages.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, Id } from "../http/schemas.ts";
import { eventText } from "./event.ts";
import type { EventRepository } from "./repository.ts";
import { Event, EventList, EventQuery } from "./schemas.ts";

export function eventRoutes(events: EventRepository): FastifyPluginAsyncTypebox {
  return (app) => {
    app.get(
      "/events",
      {
        config: { scope: "events:read" },
        schema: {
          operationId: "listEvents",
          tags: ["Events"],
          summary: "List events",
          description: "What happened, newest first; `type` may end in `.*`.",
          querystring: EventQuery,
          response: { 200: EventList, ...ERROR_ANSWERS },
        },
      },
      async ({ query, operation }, reply) => {
        const { livemode } = operation.caller;
        const types = query.type === undefined ? undefined : [query.type];
        const { data, hasMore } = await events.list({
          ...pageOptions(query, "event"),
          livemode,
          types,
          object: query.object,
        });
        // As text, since an event is shown byte by byte as it was sent.
        const body = `{"object":"list","url":"/v1/events","has_more":${hasMore},"data":[${data.map(eventText).join(",")}]}`;
        return sendAnswer(reply, { status: 200, body, replayed: false });
      },
    );

    app.get(
      "/events/:id",
      {
        config: { scope: "events:read" },
        schema: {
          operationId: "retrieveEvent",
          tags: ["Events"],
          summary: "Retrieve an event",
          description: "The event as webhooks carry it.",
          params: Type.Object({ id: Id("event") }),
          response: { 200: Event, ...ERROR_ANSWERS },
        },
      },
      async ({ params, operation }, reply) => {
        const event = await events.get(params.id, operation.caller.livemode);
        if (event === undefined) throw notFound("event", params.id);
        return sendAnswer(reply, { status: 200, body: eventText(event), replayed: false });
      },
    );
    return Promise.resolve();
  };
}
