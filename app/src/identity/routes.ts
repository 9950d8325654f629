/** Routes of API keys and tokens. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type pg from "pg";
import { Type } from "typebox";
import { sendAnswer } from "../http/answer.ts";
import { pageOptions } from "../http/pages.ts";
import { ERROR_ANSWERS, IdempotencyHeaders, listAnswer, PageQuery } from "../http/schemas.ts";
import type { MakeId } from "../ids.ts";
import type { ApiKeys } from "./api-keys.ts";
import { requireCustomer } from "./bound-customer.ts";
import * as schemas from "./schemas.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { decideToken, shownToken } from "./token-exchange.ts";
import type { Tokens } from "./tokens.ts";

export interface RouteOptions {
  keys: ApiKeys;
  tokens: Tokens;
  pool: pg.Pool;
  makeId: MakeId;
  /** Longest life of a token in seconds. */
  maxAge: number;
}

const READ = { scope: "api_keys:read" };
const WRITE = { scope: "api_keys:write" };
const tags = ["API keys"];

/** Under `/v1`. */
export function identityRoutes({
  keys,
  tokens,
  pool,
  makeId,
  maxAge,
}: RouteOptions): FastifyPluginAsyncTypebox {
  return (app) => {
    app.post("/api_keys", {
      config: WRITE,
      schema: {
        tags,
        operationId: "createApiKey",
        summary: "Make an API key",
        description:
          "The answer shows the whole secret, this once. A key cannot give what it does not have itself.",
        headers: IdempotencyHeaders,
        body: schemas.CreateApiKey,
        response: { 201: schemas.ApiKey, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, body }, reply) => sendAnswer(reply, await keys.create(operation, body)),
    });

    app.get("/api_keys", {
      config: READ,
      schema: {
        tags,
        operationId: "listApiKeys",
        summary: "List API keys",
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: schemas.ApiKeyList, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, query }) => {
        const page = await keys.list({
          livemode: operation.caller.livemode,
          ...pageOptions(query, "apiKey"),
        });
        return listAnswer("/v1/api_keys", page.data, page.hasMore);
      },
    });

    app.get("/api_keys/:id", {
      config: READ,
      schema: {
        tags,
        operationId: "retrieveApiKey",
        summary: "Retrieve an API key",
        description: "Without its secret: that was shown when it was made.",
        params: schemas.ApiKeyParams,
        response: { 200: schemas.ApiKey, ...ERROR_ANSWERS },
      },
      handler: ({ operation, params }) => keys.retrieve(params.id, operation.caller.livemode),
    });

    app.post("/api_keys/:id", {
      config: WRITE,
      schema: {
        tags,
        operationId: "updateApiKey",
        summary: "Change an API key's name, scopes, roles or expiry",
        headers: IdempotencyHeaders,
        params: schemas.ApiKeyParams,
        body: schemas.UpdateApiKey,
        response: { 200: schemas.ApiKey, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await keys.update(operation, params.id, body)),
    });

    app.post("/api_keys/:id/roll", {
      config: WRITE,
      schema: {
        tags,
        operationId: "rollApiKey",
        summary: "Give an API key a new secret",
        description: "The answer shows the new secret, this once. The old one ends at once, or when you say.",
        headers: IdempotencyHeaders,
        params: schemas.ApiKeyParams,
        body: schemas.RollApiKey,
        response: { 200: schemas.ApiKey, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, params, body }, reply) =>
        sendAnswer(reply, await keys.roll(operation, params.id, body)),
    });

    app.post("/api_keys/:id/revoke", {
      config: WRITE,
      schema: {
        tags,
        operationId: "revokeApiKey",
        summary: "Revoke an API key",
        description: "It ends at once, for good, and with it the tokens that it was exchanged for.",
        headers: IdempotencyHeaders,
        params: schemas.ApiKeyParams,
        response: { 200: schemas.ApiKey, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, params }, reply) =>
        sendAnswer(reply, await keys.revoke(operation, params.id)),
    });

    app.post("/tokens", {
      config: { scope: "tokens:write" },
      schema: {
        tags,
        operationId: "createToken",
        summary: "Exchange the API key for a short-lived token",
        description:
          "The token may do what the API key may, or less, and ends with it. Each request makes another one, also with an " +
          "idempotency key.",
        body: schemas.CreateToken,
        response: { 201: schemas.Token, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, body }, reply) => {
        const { caller } = operation;
        const grant = { id: makeId("token"), caller, ...decideToken(body, caller, maxAge) };
        if (grant.customer !== undefined) await requireCustomer(pool, grant.customer, caller.livemode);
        const { token, issuedAt } = await tokens.issue(grant);
        return reply
          .code(201)
          .header("cache-control", "no-store")
          .send(shownToken(grant, token, issuedAt));
      },
    });
    return Promise.resolve();
  };
}

/** Under no prefix: `/.well-known/jwks.json`. */
export function keySetRoutes(signingKeys: SigningKeys): FastifyPluginAsyncTypebox {
  return (app) => {
    app.get("/.well-known/jwks.json", {
      config: { scope: "public" },
      schema: {
        tags,
        operationId: "listSigningKeys",
        summary: "Public keys of the service's tokens",
        response: { 200: schemas.JsonWebKeySet, ...ERROR_ANSWERS },
      },
      handler: (_request, reply) => {
        void reply.header("cache-control", "public, max-age=300");
        return signingKeys.jwks();
      },
    });
    return Promise.resolve();
  };
}
