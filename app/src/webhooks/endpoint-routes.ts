/** /v1/webhook_endpoints: the endpoints themselves. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { sendAnswer } from "../http/answer.ts";
import type { Operation } from "../http/operation.ts";
import { pageOptions } from "../http/pages.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders, listAnswer } from "../http/schemas.ts";
import type { Decision, GivenAnswer, Once } from "../journal/once.ts";
import { endpointView, type Endpoint } from "./endpoint.ts";
import type { Endpoints } from "./endpoints.ts";
import type { WebhookRepository } from "./repository.ts";
import {
  CreateEndpoint,
  DeletedEndpoint,
  EndpointList,
  EndpointParams,
  EndpointWithSecret,
  ListQuery,
  Ping,
  RotateSecret,
  UpdateEndpoint,
  WebhookEndpoint,
} from "./schemas.ts";

export interface EndpointRoutesOptions {
  once: Once;
  endpoints: Endpoints;
  repository: WebhookRepository;
  /** How long a secret goes on signing after its rotation, milliseconds. */
  overlap: number;
}

const READ = { scope: "webhook_endpoints:read" };
const WRITE = { scope: "webhook_endpoints:write" };
const tags = ["Webhooks"];
const params = EndpointParams;
const headers = IdempotencyHeaders;

export function endpointRoutes(options: EndpointRoutesOptions): FastifyPluginAsyncTypebox {
  const { once, endpoints, repository, overlap } = options;

  /** Decides upon the endpoint as it is, and anew when somebody has changed it meanwhile. */
  function change(
    operation: Operation,
    id: string,
    decide: (endpoint: Endpoint) => Decision | Promise<Decision>,
  ): Promise<GivenAnswer> {
    return once.answer(operation, async () => decide(await endpoints.get(id, operation.caller.livemode)));
  }

  return (app) => {
    app.post(
      "/webhook_endpoints",
      {
        config: WRITE,
        schema: {
          operationId: "createWebhookEndpoint",
          tags,
          summary: "Create a webhook endpoint",
          description:
            "From now on, events of these types are sent to the URL, signed with the secret of this answer.",
          headers,
          body: CreateEndpoint,
          response: { 200: EndpointWithSecret, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, body }, reply) => {
        const { livemode } = operation.caller;
        const answer = await once.answer(operation, () => endpoints.create(livemode, body));
        return sendAnswer(reply, await endpoints.withSecret(answer, livemode));
      },
    );

    app.get(
      "/webhook_endpoints",
      {
        config: READ,
        schema: {
          operationId: "listWebhookEndpoints",
          tags,
          summary: "List webhook endpoints",
          description: "Newest first, without their secrets.",
          querystring: ListQuery,
          response: { 200: EndpointList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, query }, reply) => {
        const { limit, startingAfter: before, endingBefore: after } = pageOptions(query, "webhookEndpoint");
        const page = await repository.endpoints(operation.caller.livemode, { limit, before, after });
        const body = listAnswer("/v1/webhook_endpoints", page.data.map(endpointView), page.hasMore);
        return sendAnswer(reply, { status: 200, body: JSON.stringify(body), replayed: false });
      },
    );

    app.get(
      "/webhook_endpoints/:id",
      {
        config: READ,
        schema: {
          operationId: "retrieveWebhookEndpoint",
          tags,
          summary: "Retrieve a webhook endpoint",
          description: "Without its secret, which is shown when it is made only.",
          params,
          response: { 200: WebhookEndpoint, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id } }, reply) => {
        const endpoint = await endpoints.get(id, operation.caller.livemode);
        return sendAnswer(reply, {
          status: 200,
          body: JSON.stringify(endpointView(endpoint)),
          replayed: false,
        });
      },
    );

    app.post(
      "/webhook_endpoints/:id",
      {
        config: WRITE,
        schema: {
          operationId: "updateWebhookEndpoint",
          tags,
          summary: "Update a webhook endpoint",
          description: "Deliveries under way go to the new URL from their next attempt on.",
          headers,
          params,
          body: UpdateEndpoint,
          response: { 200: WebhookEndpoint, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id }, body }, reply) =>
        sendAnswer(reply, await change(operation, id, (endpoint) => endpoints.update(endpoint, body))),
    );

    app.post(
      "/webhook_endpoints/:id/disable",
      {
        config: WRITE,
        schema: {
          operationId: "disableWebhookEndpoint",
          tags,
          summary: "Disable a webhook endpoint",
          description:
            "Nothing is sent any more. What is under way waits, up to four days, for it to be enabled again.",
          headers,
          params,
          response: { 200: WebhookEndpoint, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id } }, reply) =>
        sendAnswer(reply, await change(operation, id, (endpoint) => endpoints.disable(endpoint))),
    );

    app.post(
      "/webhook_endpoints/:id/enable",
      {
        config: WRITE,
        schema: {
          operationId: "enableWebhookEndpoint",
          tags,
          summary: "Enable a webhook endpoint",
          description:
            "What waited is sent, and events from now on; replay those of the time in between. Where the endpoint was disabled " +
            "more than once while the service was away, events from between are sent, too.",
          headers,
          params,
          response: { 200: WebhookEndpoint, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id } }, reply) =>
        sendAnswer(reply, await change(operation, id, (endpoint) => endpoints.enable(endpoint))),
    );

    app.delete(
      "/webhook_endpoints/:id",
      {
        config: WRITE,
        schema: {
          operationId: "deleteWebhookEndpoint",
          tags,
          summary: "Delete a webhook endpoint",
          description: "Its secrets are destroyed and what is under way is canceled.",
          params,
          response: { 200: DeletedEndpoint, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id } }, reply) =>
        sendAnswer(reply, await change(operation, id, (endpoint) => endpoints.delete(endpoint))),
    );

    app.post(
      "/webhook_endpoints/:id/rotate_secret",
      {
        config: WRITE,
        schema: {
          operationId: "rotateWebhookSecret",
          tags,
          summary: "Rotate the secret",
          description:
            "Answers with a new secret. Until `overlap` has passed, messages bear signatures of both.",
          headers,
          params,
          body: RotateSecret,
          response: { 200: EndpointWithSecret, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id }, body }, reply) => {
        const lasts = body?.overlap === undefined ? overlap : body.overlap * 1000;
        const answer = await change(operation, id, (endpoint) => endpoints.rotateSecret(endpoint, lasts));
        return sendAnswer(reply, await endpoints.withSecret(answer, operation.caller.livemode));
      },
    );

    app.post(
      "/webhook_endpoints/:id/test",
      {
        config: WRITE,
        schema: {
          operationId: "testWebhookEndpoint",
          tags,
          summary: "Send a ping",
          description:
            "Sends an event of the type `ping` to this endpoint; its deliveries tell what came of it.",
          headers,
          params,
          response: { 200: Ping, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params: { id } }, reply) =>
        sendAnswer(reply, await change(operation, id, (endpoint) => endpoints.ping(endpoint))),
    );

    return Promise.resolve();
  };
}
