/** The log of deliveries, dead letters and replays. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { invalid, notFound } from "../errors.ts";
import { sendAnswer } from "../http/answer.ts";
import { pageOptions, type PageParameters } from "../http/pages.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders, listAnswer } from "../http/schemas.ts";
import type { Once } from "../journal/once.ts";
import { deliveryView, parseDeliveryId, type DeliveryState } from "./delivery.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Replays } from "./replays.ts";
import type { WebhookRepository } from "./repository.ts";
import {
  Delivery,
  DeliveryList,
  DeliveryParams,
  DeliveryQuery,
  EndpointParams,
  ListQuery,
  Replay,
  ReplayRange,
} from "./schemas.ts";

export interface DeliveryRoutesOptions {
  once: Once;
  endpoints: Endpoints;
  repository: WebhookRepository;
  replays: Replays;
}

const READ = { scope: "webhook_endpoints:read" };
const WRITE = { scope: "webhook_endpoints:write" };
const tags = ["Webhooks"];
const headers = IdempotencyHeaders;

export function deliveryRoutes(options: DeliveryRoutesOptions): FastifyPluginAsyncTypebox {
  const { once, endpoints, repository, replays } = options;

  async function listed(url: string, endpoint: string, query: PageParameters, state?: DeliveryState) {
    const { limit, startingAfter, endingBefore } = pageOptions(query);
    const before = placeOf(startingAfter, "starting_after");
    const after = placeOf(endingBefore, "ending_before");
    const { data, hasMore } = await repository.list({ endpoint, limit, before, after, state });
    return listAnswer(url, data.map(deliveryView), hasMore);
  }

  return (app) => {
    app.get(
      "/webhook_endpoints/:id/deliveries",
      {
        config: READ,
        schema: {
          operationId: "listWebhookDeliveries",
          tags,
          summary: "List an endpoint's deliveries",
          description: "The log: what was sent when, and what was answered. By event, newest first.",
          params: EndpointParams,
          querystring: DeliveryQuery,
          response: { 200: DeliveryList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id }, query }) => {
        await endpoints.get(id, operation.caller.livemode);
        return listed(`/v1/webhook_endpoints/${id}/deliveries`, id, query, query.status);
      },
    );

    app.get(
      "/webhook_endpoints/:id/dead_letters",
      {
        config: READ,
        schema: {
          operationId: "listWebhookDeadLetters",
          tags,
          summary: "List an endpoint's dead letters",
          description: "Deliveries that were given up after three days of attempts.",
          params: EndpointParams,
          querystring: ListQuery,
          response: { 200: DeliveryList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id }, query }) => {
        await endpoints.get(id, operation.caller.livemode);
        return listed(`/v1/webhook_endpoints/${id}/dead_letters`, id, query, "dead");
      },
    );

    app.post(
      "/webhook_endpoints/:id/dead_letters/replay",
      {
        config: WRITE,
        schema: {
          operationId: "replayWebhookDeadLetters",
          tags,
          summary: "Replay all dead letters",
          description: "Sends all of the endpoint's dead letters again.",
          headers,
          params: EndpointParams,
          response: { 200: Replay, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id } }, reply) =>
        sendAnswer(
          reply,
          await once.act(operation, async () =>
            replays.deadLetters(await endpoints.get(id, operation.caller.livemode)),
          ),
        ),
    );

    app.post(
      "/webhook_endpoints/:id/replay",
      {
        config: WRITE,
        schema: {
          operationId: "replayEvents",
          tags,
          summary: "Replay a range of events",
          description:
            "Sends the endpoint events of the past (again), also those that it missed while it was disabled.",
          headers,
          params: EndpointParams,
          body: ReplayRange,
          response: { 200: Replay, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id }, body }, reply) =>
        sendAnswer(
          reply,
          await once.act(operation, async () =>
            replays.range(await endpoints.get(id, operation.caller.livemode), body),
          ),
        ),
    );

    app.get(
      "/webhook_deliveries/:id",
      {
        config: READ,
        schema: {
          operationId: "retrieveWebhookDelivery",
          tags,
          summary: "Retrieve a delivery",
          description:
            "With each attempt: its time, how long it took, and the answer's status and beginning.",
          params: DeliveryParams,
          response: { 200: Delivery, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id } }) => {
        const key = parseDeliveryId(id);
        const delivery = key && (await repository.get(key, operation.caller.livemode));
        if (delivery === undefined) throw notFound("webhook delivery", id);
        return deliveryView(delivery);
      },
    );

    app.post(
      "/webhook_deliveries/:id/replay",
      {
        config: WRITE,
        schema: {
          operationId: "replayWebhookDelivery",
          tags,
          summary: "Replay a delivery",
          description: "Sends the event once more; one that is still under way is left alone.",
          headers,
          params: DeliveryParams,
          response: { 200: Delivery, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id } }, reply) =>
        sendAnswer(reply, await once.act(operation, () => replays.delivery(id, operation.caller.livemode))),
    );

    return Promise.resolve();
  };
}

/** The event by which a delivery has its place in the list. @throws ApiError 400 for a text that is no delivery's id */
function placeOf(delivery: string | undefined, param: string): string | undefined {
  if (delivery === undefined) return undefined;
  const key = parseDeliveryId(delivery);
  if (key === undefined)
    throw invalid("parameter_invalid", `${param} must be the id of a delivery, as whd_….`, param);
  return key.event;
}
