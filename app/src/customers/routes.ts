import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { sendAnswer } from "../http/answer.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders } from "../http/schemas.ts";
import {
  Consent,
  ConsentInput,
  ConsentList,
  Customer,
  CustomerChange,
  CustomerInput,
  CustomerList,
  CustomerPath,
  CustomerQuery,
  DeletedCustomer,
} from "./schemas.ts";
import type { CustomerService } from "./service.ts";

const tags = ["Customers"];

export function customerRoutes(customers: CustomerService): FastifyPluginAsyncTypebox {
  return (app) => {
    app.post(
      "/customers",
      {
        config: { scope: "customers:write" },
        schema: {
          operationId: "createCustomer",
          tags,
          summary: "Create a customer",
          description:
            "Name, e-mail, phone, address and description are kept encrypted under a key of the customer's own.",
          headers: IdempotencyHeaders,
          body: CustomerInput,
          response: { 200: Customer, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, body }, reply) => sendAnswer(reply, await customers.create(operation, body)),
    );

    app.get(
      "/customers",
      {
        config: { scope: "customers:read" },
        schema: {
          operationId: "listCustomers",
          tags,
          summary: "List customers",
          description: "Newest first; by exact e-mail address with `email`. Deleted ones are left out.",
          querystring: CustomerQuery,
          response: { 200: CustomerList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, query }) => customers.list(query, operation.caller),
    );

    app.get(
      "/customers/:id",
      {
        config: { scope: "customers:read" },
        schema: {
          operationId: "retrieveCustomer",
          tags,
          summary: "Retrieve a customer",
          description: "Of a deleted customer only `deleted: true` is shown.",
          params: CustomerPath,
          response: { 200: Type.Union([Customer, DeletedCustomer]), ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }) => customers.retrieve(params.id, operation.caller),
    );

    app.post(
      "/customers/:id",
      {
        config: { scope: "customers:write" },
        schema: {
          operationId: "updateCustomer",
          tags,
          summary: "Update a customer",
          description:
            "Changes the fields that are sent; null removes one. Metadata is merged, an empty value removes a key.",
          headers: IdempotencyHeaders,
          params: CustomerPath,
          body: CustomerChange,
          response: { 200: Customer, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await customers.update(operation, params.id, body)),
    );

    app.delete(
      "/customers/:id",
      {
        config: { scope: "customers:write" },
        schema: {
          operationId: "deleteCustomer",
          tags,
          summary: "Delete a customer",
          description:
            "Its personal data and its payment methods' numbers are destroyed for good. Payments stay.",
          params: CustomerPath,
          response: { 200: DeletedCustomer, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }, reply) => sendAnswer(reply, await customers.remove(operation, params.id)),
    );

    app.post(
      "/customers/:id/consents",
      {
        config: { scope: "consents:write" },
        schema: {
          operationId: "createConsent",
          tags,
          summary: "Record a consent",
          description:
            "That the customer granted or withdrew consent to a purpose, when, where and to which text.",
          headers: IdempotencyHeaders,
          params: CustomerPath,
          body: ConsentInput,
          response: { 200: Consent, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await customers.consent(operation, params.id, body)),
    );

    app.get(
      "/customers/:id/consents",
      {
        config: { scope: "consents:read" },
        schema: {
          operationId: "listConsents",
          tags,
          summary: "List a customer's consents",
          description:
            "All that was granted or withdrawn, the latest first; for each purpose the latest one counts.",
          params: CustomerPath,
          response: { 200: ConsentList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }) => customers.consents(params.id, operation.caller),
    );
    return Promise.resolve();
  };
}
