import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { sendAnswer } from "../http/answer.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders } from "../http/schemas.ts";
import { PayoutAnswer, PayoutInput, PayoutList, PayoutPath, PayoutQuery } from "./schemas.ts";
import type { PayoutService } from "./service.ts";

const tags = ["Payouts"];
const response = { 200: PayoutAnswer, ...ERROR_ANSWERS };
const headers = IdempotencyHeaders;
const write = { config: { scope: "payouts:write" } };
const read = { config: { scope: "payouts:read" } };

export function payoutRoutes(payouts: PayoutService): FastifyPluginAsyncTypebox {
  return (app) => {
    app.post(
      "/payouts",
      {
        ...write,
        schema: {
          operationId: "createPayout",
          tags,
          summary: "Pay out to a bank account",
          description:
            "At most what the merchant balance has. The amount leaves the balance at once and returns if the payout fails or is canceled.",
          headers,
          body: PayoutInput,
          response,
        },
      },
      async ({ operation, body }, reply) => sendAnswer(reply, await payouts.create(operation, body)),
    );

    app.get(
      "/payouts",
      {
        ...read,
        schema: {
          operationId: "listPayouts",
          tags,
          summary: "List payouts",
          description: "Newest first, filtered by status, reference and time of creation.",
          querystring: PayoutQuery,
          response: { 200: PayoutList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, query }) => payouts.list(query, operation.caller),
    );

    app.get(
      "/payouts/:id",
      {
        ...read,
        schema: {
          operationId: "retrievePayout",
          tags,
          summary: "Retrieve a payout",
          description: "The payout as it is now.",
          params: PayoutPath,
          response,
        },
      },
      async ({ operation, params }) => payouts.retrieve(params.id, operation.caller),
    );

    app.post(
      "/payouts/:id/cancel",
      {
        ...write,
        schema: {
          operationId: "cancelPayout",
          tags,
          summary: "Cancel a payout",
          description: "Only while it waits to be sent to the bank.",
          headers,
          params: PayoutPath,
          response,
        },
      },
      async ({ operation, params }, reply) => sendAnswer(reply, await payouts.cancel(operation, params.id)),
    );
    return Promise.resolve();
  };
}
