import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { sendAnswer } from "../http/answer.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders } from "../http/schemas.ts";
import type { PaymentReads } from "./reads.ts";
import {
  ExpandedPaymentAnswer,
  PaymentAnswer,
  PaymentCancellation,
  PaymentCapture,
  PaymentChange,
  PaymentConfirmation,
  PaymentInput,
  PaymentList,
  PaymentPath,
  PaymentQuery,
  PaymentRetrieval,
  PaymentSearch,
} from "./schemas.ts";
import type { PaymentService } from "./service.ts";

const tags = ["Payments"];
const response = { 200: PaymentAnswer, ...ERROR_ANSWERS };
const headers = IdempotencyHeaders;
const write = { config: { scope: "payments:write" } };
const read = { config: { scope: "payments:read" } };

export function paymentRoutes(payments: PaymentService, reads: PaymentReads): FastifyPluginAsyncTypebox {
  return (app) => {
    app.post(
      "/payments",
      {
        ...write,
        schema: {
          operationId: "createPayment",
          tags,
          summary: "Create a payment",
          description:
            "With `confirm` the processor is asked at once: 200 with the payment `succeeded`, `authorized`, `requires_action` or `processing`, 402 when it is declined (the payment is kept, its id is in `error.payment`).",
          headers,
          body: PaymentInput,
          response,
        },
      },
      async ({ operation, body }, reply) => sendAnswer(reply, await payments.create(operation, body)),
    );

    app.get(
      "/payments",
      {
        ...read,
        schema: {
          operationId: "listPayments",
          tags,
          summary: "List payments",
          description: "Newest first, filtered by customer, status, reference and time of creation.",
          querystring: PaymentQuery,
          response: { 200: PaymentList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, query }) => reads.list(query, operation.caller),
    );

    app.get(
      "/payments/search",
      {
        ...read,
        schema: {
          operationId: "searchPayments",
          tags,
          summary: "Search payments",
          description: "By your reference and by keys and values of the metadata; both must match exactly.",
          querystring: PaymentSearch,
          response: { 200: PaymentList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, query }) => reads.search(query, operation.caller),
    );

    app.get(
      "/payments/:id",
      {
        ...read,
        schema: {
          operationId: "retrievePayment",
          tags,
          summary: "Retrieve a payment",
          description:
            "`expand[]` shows customer, payment method or latest refund instead of their ids, where the key may read them.",
          params: PaymentPath,
          querystring: PaymentRetrieval,
          response: { 200: ExpandedPaymentAnswer, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params, query }) =>
        reads.retrieve(params.id, query["expand[]"] ?? [], operation.caller),
    );

    app.post(
      "/payments/:id",
      {
        ...write,
        schema: {
          operationId: "updatePayment",
          tags,
          summary: "Update a payment",
          description:
            "Description, reference, statement descriptor (before confirmation) and metadata, which is merged.",
          headers,
          params: PaymentPath,
          body: PaymentChange,
          response,
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await payments.update(operation, params.id, body)),
    );

    app.post(
      "/payments/:id/confirm",
      {
        ...write,
        schema: {
          operationId: "confirmPayment",
          tags,
          summary: "Confirm a payment",
          description:
            "Asks the processor. In state `requires_action`: asks how the customer's challenge ended; it is too late for another payment method then.",
          headers,
          params: PaymentPath,
          body: PaymentConfirmation,
          response,
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await payments.confirm(operation, params.id, body)),
    );

    app.post(
      "/payments/:id/capture",
      {
        ...write,
        schema: {
          operationId: "capturePayment",
          tags,
          summary: "Capture an authorised payment",
          description: "All or a part of what is held. The rest is released unless `final_capture` is false.",
          headers,
          params: PaymentPath,
          body: PaymentCapture,
          response,
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await payments.capture(operation, params.id, body)),
    );

    app.post(
      "/payments/:id/cancel",
      {
        ...write,
        schema: {
          operationId: "cancelPayment",
          tags,
          summary: "Cancel a payment",
          description: "Before money was captured; what is held is released.",
          headers,
          params: PaymentPath,
          body: PaymentCancellation,
          response,
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await payments.cancel(operation, params.id, body)),
    );
    return Promise.resolve();
  };
}
