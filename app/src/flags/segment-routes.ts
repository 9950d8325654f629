/** /v1/segments: named groups of subjects, for the rules of flags. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { notFound } from "../errors.ts";
import { sendAnswer } from "../http/answer.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders, ListOf, PageQuery } from "../http/schemas.ts";
import { createSegment, deleteSegment, updateSegment } from "./changes.ts";
import { KeyParams, SegmentDefinition, SegmentResource, SegmentUpdate, VersionQuery } from "./schemas.ts";
import { type FlagService, refuseElsewhere } from "./service.ts";

const TAGS = ["Flags"];
const READ = { config: { scope: "flags:read" } };
const WRITE = { config: { scope: "flags:write" } };

export function segmentRoutes(service: FlagService): FastifyPluginAsyncTypebox {
  const { segments } = service;
  return (app) => {
    app.get(
      "/segments",
      {
        ...READ,
        schema: {
          operationId: "listSegments",
          tags: TAGS,
          summary: "List segments",
          description: "By key, last first.",
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: { 200: ListOf(SegmentResource), ...ERROR_ANSWERS },
        },
      },
      async ({ query, operation }) =>
        segments.list("/v1/segments", query, operation.caller.livemode, "active"),
    );

    app.post(
      "/segments",
      {
        ...WRITE,
        schema: {
          operationId: "createSegment",
          tags: TAGS,
          summary: "Create a segment",
          description:
            "A subject is in when it is included by name, or when `all` and `any` hold; never when excluded.",
          headers: IdempotencyHeaders,
          body: SegmentDefinition,
          response: { 201: SegmentResource, ...ERROR_ANSWERS },
        },
      },
      async ({ body, operation }, reply) => {
        const answer = await segments.change(operation, body.key, (current) => {
          refuseElsewhere(service, "Segments");
          return createSegment(current, body);
        });
        await service.refresh();
        return sendAnswer(reply, answer);
      },
    );

    app.get(
      "/segments/:key",
      {
        ...READ,
        schema: {
          operationId: "retrieveSegment",
          tags: TAGS,
          summary: "Retrieve a segment",
          description: "With its version.",
          params: KeyParams,
          response: { 200: SegmentResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params, operation }) =>
        segments.show(await segments.get(params.key, operation.caller.livemode)),
    );

    app.patch(
      "/segments/:key",
      {
        ...WRITE,
        schema: {
          operationId: "updateSegment",
          tags: TAGS,
          summary: "Update a segment",
          description: "Fields that are absent stay; lists are replaced whole.",
          params: KeyParams,
          body: SegmentUpdate,
          response: { 200: SegmentResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params, body, operation }, reply) => {
        const answer = await segments.change(operation, params.key, (current) => {
          if (!current) throw notFound("segment", params.key, "key");
          return updateSegment(current, body);
        });
        await service.refresh();
        return sendAnswer(reply, answer);
      },
    );

    app.delete(
      "/segments/:key",
      {
        ...WRITE,
        schema: {
          operationId: "deleteSegment",
          tags: TAGS,
          summary: "Delete a segment",
          description: "Refused while a flag or a running experiment uses it.",
          params: KeyParams,
          querystring: VersionQuery,
          response: { 200: SegmentResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params, query, operation }, reply) => {
        const answer = await segments.change(operation, params.key, async (current) => {
          if (!current) throw notFound("segment", params.key, "key");
          return deleteSegment(current, query.version, await service.fresh(operation.caller.livemode));
        });
        await service.refresh();
        return sendAnswer(reply, answer);
      },
    );
    return Promise.resolve();
  };
}
