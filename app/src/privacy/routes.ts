import { Readable } from "node:stream";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { sendAnswer } from "../http/answer.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders } from "../http/schemas.ts";
import type { Exporting } from "./exporting.ts";
import type { Retention } from "./retention.ts";
import {
  CustomerExport,
  CustomerPath,
  Erasure,
  ErasureList,
  ErasurePath,
  ErasureQuery,
  ExportQuery,
  LegalHold,
  LegalHoldInput,
  RetentionRules,
} from "./schemas.ts";
import { refuseBound, type PrivacyService } from "./service.ts";

const tags = ["Privacy"];
const read = { config: { scope: "privacy:read" } };
const write = { config: { scope: "privacy:write" } };
const headers = IdempotencyHeaders;

/** Text to those who ask, a stream here. */
const Json = Type.Unsafe<Readable>(CustomerExport);
const Csv = Type.Unsafe<Readable>({ type: "string" });

export function privacyRoutes(
  privacy: PrivacyService,
  exportCustomer: Exporting,
  retention: Retention,
): FastifyPluginAsyncTypebox {
  return (app) => {
    app.get(
      "/customers/:id/export",
      {
        ...read,
        schema: {
          operationId: "exportCustomer",
          tags,
          summary: "Export everything about a customer",
          description:
            "As one JSON document, or part by part as CSV: the customer, its consents, payment methods (masked), payments, refunds, disputes, payouts, ledger accounts and their entries, events and kept answers.",
          params: CustomerPath,
          querystring: ExportQuery,
          response: {
            200: {
              description: "The export.",
              content: { "application/json": { schema: Json }, "text/csv": { schema: Csv } },
            },
            ...ERROR_ANSWERS,
          },
        },
      },
      async ({ operation, params, query }, reply) => {
        const { filename, mediaType, text } = await exportCustomer(params.id, query, operation.caller);
        void reply.header("content-type", mediaType).header("cache-control", "no-store");
        void reply.header("content-disposition", `attachment; filename="${filename}"`);
        return reply.send(Readable.from(text));
      },
    );

    app.post(
      "/customers/:id/erasure",
      {
        ...write,
        schema: {
          operationId: "eraseCustomer",
          tags,
          summary: "Erase a customer",
          description:
            "For good: personal data and its key, numbers, texts of payments and all that belongs to them, data of events, kept answers. Amounts, states and times stay under ids, as laws about books demand. 202 with the erasure, which goes on in the background; 409 while something of the customer is under way or a legal hold is on it.",
          headers,
          params: CustomerPath,
          response: { 200: Erasure, 202: Erasure, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }, reply) => sendAnswer(reply, await privacy.erase(operation, params.id)),
    );

    app.get(
      "/customers/:id/legal_hold",
      {
        ...read,
        schema: {
          operationId: "retrieveLegalHold",
          tags,
          summary: "Retrieve a customer's legal hold",
          description: "`active` is false where there is none.",
          params: CustomerPath,
          response: { 200: LegalHold, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }) => {
        refuseBound(operation.caller);
        return privacy.retrieveHold(params.id, operation.caller);
      },
    );

    app.post(
      "/customers/:id/legal_hold",
      {
        ...write,
        schema: {
          operationId: "placeLegalHold",
          tags,
          summary: "Place a legal hold",
          description: "While it is there, the customer can neither be deleted nor erased.",
          headers,
          params: CustomerPath,
          body: LegalHoldInput,
          response: { 200: LegalHold, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await privacy.hold(operation, params.id, body)),
    );

    app.delete(
      "/customers/:id/legal_hold",
      {
        ...write,
        schema: {
          operationId: "releaseLegalHold",
          tags,
          summary: "Release a legal hold",
          description: "It is well when there is none.",
          params: CustomerPath,
          response: { 200: LegalHold, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }, reply) => sendAnswer(reply, await privacy.release(operation, params.id)),
    );

    app.get(
      "/privacy/erasures",
      {
        ...read,
        schema: {
          operationId: "listErasures",
          tags,
          summary: "List erasures",
          description:
            "Newest first. Keep the list outside of the database: after a backup was restored, erase again who was erased since.",
          querystring: ErasureQuery,
          response: { 200: ErasureList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, query }) => privacy.list(query, operation.caller),
    );

    app.get(
      "/privacy/erasures/:id",
      {
        ...read,
        schema: {
          operationId: "retrieveErasure",
          tags,
          summary: "Retrieve an erasure",
          description: "Its state and, once it is completed, how much was erased.",
          params: ErasurePath,
          response: { 200: Erasure, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }) => privacy.retrieve(params.id, operation.caller),
    );

    app.get(
      "/privacy/retention",
      {
        ...read,
        schema: {
          operationId: "listRetentionRules",
          tags,
          summary: "List the rules of retention",
          description: "What is kept, for how long and why, and what an erasure does to it.",
          response: { 200: RetentionRules, ...ERROR_ANSWERS },
        },
      },
      async ({ operation }) => {
        refuseBound(operation.caller);
        return retention.show();
      },
    );
    return Promise.resolve();
  };
}
