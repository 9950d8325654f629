import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { sendAnswer } from "../http/answer.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders } from "../http/schemas.ts";
import {
  DisputeAnswer,
  DisputeChange,
  DisputeList,
  DisputePath,
  DisputeQuery,
  EvidenceInput,
} from "./schemas.ts";
import type { DisputeService } from "./service.ts";

const tags = ["Disputes"];
const response = { 200: DisputeAnswer, ...ERROR_ANSWERS };
const headers = IdempotencyHeaders;
const write = { config: { scope: "disputes:write" } };
const read = { config: { scope: "disputes:read" } };

export function disputeRoutes(disputes: DisputeService): FastifyPluginAsyncTypebox {
  return (app) => {
    app.get(
      "/disputes",
      {
        ...read,
        schema: {
          operationId: "listDisputes",
          tags,
          summary: "List disputes",
          description: "Newest first, filtered by payment, customer, status and time of creation.",
          querystring: DisputeQuery,
          response: { 200: DisputeList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, query }) => disputes.list(query, operation.caller),
    );

    app.get(
      "/disputes/:id",
      {
        ...read,
        schema: {
          operationId: "retrieveDispute",
          tags,
          summary: "Retrieve a dispute",
          description: "With the evidence that was submitted.",
          params: DisputePath,
          response,
        },
      },
      async ({ operation, params }) => disputes.retrieve(params.id, operation.caller),
    );

    app.post(
      "/disputes/:id",
      {
        ...write,
        schema: {
          operationId: "updateDispute",
          tags,
          summary: "Update a dispute",
          description: "Metadata, which is merged.",
          headers,
          params: DisputePath,
          body: DisputeChange,
          response,
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await disputes.update(operation, params.id, body)),
    );

    app.post(
      "/disputes/:id/evidence",
      {
        ...write,
        schema: {
          operationId: "submitEvidence",
          tags,
          summary: "Submit evidence",
          description:
            "Once, before `evidence_due_by`. The dispute is then `under_review` until the processor tells who won.",
          headers,
          params: DisputePath,
          body: EvidenceInput,
          response,
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await disputes.submit(operation, params.id, body.evidence)),
    );

    app.post(
      "/disputes/:id/accept",
      {
        ...write,
        schema: {
          operationId: "acceptDispute",
          tags,
          summary: "Accept a dispute",
          description: "The money stays with the customer.",
          headers,
          params: DisputePath,
          response,
        },
      },
      async ({ operation, params }, reply) => sendAnswer(reply, await disputes.accept(operation, params.id)),
    );
    return Promise.resolve();
  };
}
