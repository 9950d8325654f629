import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { sendAnswer } from "../http/answer.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders } from "../http/schemas.ts";
import { RefundAnswer, RefundChange, RefundInput, RefundList, RefundPath, RefundQuery } from "./schemas.ts";
import type { RefundService } from "./service.ts";

const tags = ["Refunds"];
const response = { 200: RefundAnswer, ...ERROR_ANSWERS };
const headers = IdempotencyHeaders;
const write = { config: { scope: "refunds:write" } };
const read = { config: { scope: "refunds:read" } };

export function refundRoutes(refunds: RefundService): FastifyPluginAsyncTypebox {
  return (app) => {
    app.post(
      "/refunds",
      {
        ...write,
        schema: {
          operationId: "createRefund",
          tags,
          summary: "Refund a payment",
          description:
            "Gives back all or a part of what was captured; several refunds together never more. 200 with the refund `succeeded`, `pending`, or `failed` when the processor refuses it.",
          headers,
          body: RefundInput,
          response,
        },
      },
      async ({ operation, body }, reply) => sendAnswer(reply, await refunds.create(operation, body)),
    );

    app.get(
      "/refunds",
      {
        ...read,
        schema: {
          operationId: "listRefunds",
          tags,
          summary: "List refunds",
          description: "Newest first, filtered by payment, customer, status, reference and time of creation.",
          querystring: RefundQuery,
          response: { 200: RefundList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, query }) => refunds.list(query, operation.caller),
    );

    app.get(
      "/refunds/:id",
      {
        ...read,
        schema: {
          operationId: "retrieveRefund",
          tags,
          summary: "Retrieve a refund",
          description: "The refund as it is now.",
          params: RefundPath,
          response,
        },
      },
      async ({ operation, params }) => refunds.retrieve(params.id, operation.caller),
    );

    app.post(
      "/refunds/:id",
      {
        ...write,
        schema: {
          operationId: "updateRefund",
          tags,
          summary: "Update a refund",
          description: "Description, reference and metadata, which is merged.",
          headers,
          params: RefundPath,
          body: RefundChange,
          response,
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await refunds.update(operation, params.id, body)),
    );

    app.post(
      "/refunds/:id/cancel",
      {
        ...write,
        schema: {
          operationId: "cancelRefund",
          tags,
          summary: "Cancel a refund",
          description: "Only while it waits for the processor to be reachable.",
          headers,
          params: RefundPath,
          response,
        },
      },
      async ({ operation, params }, reply) => sendAnswer(reply, await refunds.cancel(operation, params.id)),
    );
    return Promise.resolve();
  };
}
