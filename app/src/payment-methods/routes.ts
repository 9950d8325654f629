import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { sendAnswer } from "../http/answer.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders } from "../http/schemas.ts";
import {
  AttachInput,
  Method,
  MethodChange,
  MethodInput,
  MethodList,
  MethodPath,
  MethodQuery,
} from "./schemas.ts";
import type { MethodService } from "./service.ts";

const tags = ["Payment methods"];

export function methodRoutes(methods: MethodService): FastifyPluginAsyncTypebox {
  return (app) => {
    app.post(
      "/payment_methods",
      {
        config: { scope: "payment_methods:write" },
        schema: {
          operationId: "createPaymentMethod",
          tags,
          summary: "Create a payment method",
          description:
            "A card or a bank account. The number goes to the vault; the first six and the last four digits are shown.",
          headers: IdempotencyHeaders,
          body: MethodInput,
          response: { 200: Method, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, body }, reply) => sendAnswer(reply, await methods.create(operation, body)),
    );

    app.get(
      "/payment_methods",
      {
        config: { scope: "payment_methods:read" },
        schema: {
          operationId: "listPaymentMethods",
          tags,
          summary: "List payment methods",
          description: "Newest first; with `customer`, those attached to it. Detached ones are left out.",
          querystring: MethodQuery,
          response: { 200: MethodList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, query }) => methods.list(query, operation.caller),
    );

    app.get(
      "/payment_methods/:id",
      {
        config: { scope: "payment_methods:read" },
        schema: {
          operationId: "retrievePaymentMethod",
          tags,
          summary: "Retrieve a payment method",
          description: "In test mode also one of the built-in test methods, as `pm_card_visa`.",
          params: MethodPath,
          response: { 200: Method, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }) => methods.retrieve(params.id, operation.caller),
    );

    app.post(
      "/payment_methods/:id",
      {
        config: { scope: "payment_methods:write" },
        schema: {
          operationId: "updatePaymentMethod",
          tags,
          summary: "Update a payment method",
          description:
            "Changes billing details, metadata or a card's expiry; null removes a detail, an empty value a metadata key.",
          headers: IdempotencyHeaders,
          params: MethodPath,
          body: MethodChange,
          response: { 200: Method, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await methods.update(operation, params.id, body)),
    );

    app.post(
      "/payment_methods/:id/attach",
      {
        config: { scope: "payment_methods:write" },
        schema: {
          operationId: "attachPaymentMethod",
          tags,
          summary: "Attach a payment method to a customer",
          description:
            "Its data moves under the customer's key. Attaching a built-in test method creates a new payment method.",
          headers: IdempotencyHeaders,
          params: MethodPath,
          body: AttachInput,
          response: { 200: Method, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await methods.attach(operation, params.id, body.customer)),
    );

    app.post(
      "/payment_methods/:id/detach",
      {
        config: { scope: "payment_methods:write" },
        schema: {
          operationId: "detachPaymentMethod",
          tags,
          summary: "Detach a payment method",
          description: "Its number is deleted from the vault: it cannot be used or attached again.",
          headers: IdempotencyHeaders,
          params: MethodPath,
          response: { 200: Method, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }, reply) => sendAnswer(reply, await methods.detach(operation, params.id)),
    );
    return Promise.resolve();
  };
}
