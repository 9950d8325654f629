import { Readable } from "node:stream";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { Core } from "../core.ts";
import { sendAnswer } from "../http/answer.ts";
import { pageOptions } from "../http/pages.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders, listAnswer } from "../http/schemas.ts";
import { Export, ExportInput, ExportList, ExportPath, ExportQuery } from "./schemas.ts";
import type { ExportData, ExportService } from "./service.ts";

const tags = ["Exports"];
const read = { config: { scope: "exports:read" } };
const write = { config: { scope: "exports:write" } };

/** Text to those who ask, a stream here. */
const Content = Type.Unsafe<Readable>({ type: "string" });

const MEDIA_TYPES = { csv: "text/csv; charset=utf-8", jsonl: "application/jsonl" };

export function exportRoutes(core: Core, service: ExportService): FastifyPluginAsyncTypebox {
  return (app) => {
    app.post(
      "/exports",
      {
        ...write,
        schema: {
          operationId: "createExport",
          tags,
          summary: "Export payments, ledger entries, balances or events",
          description: "201 with the export, `processing` until its content is there; kept for seven days.",
          headers: IdempotencyHeaders,
          body: ExportInput,
          response: { 201: Export, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, body }, reply) => sendAnswer(reply, await service.create(operation, body)),
    );

    app.get(
      "/exports",
      {
        ...read,
        schema: {
          operationId: "listExports",
          tags,
          summary: "List exports",
          description: "Newest first.",
          querystring: ExportQuery,
          response: { 200: ExportList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, query }) => {
        const { livemode } = operation.caller;
        const options = { ...pageOptions(query, "export"), livemode, status: query.status };
        const { data, hasMore } = await core.objects.list<ExportData>("exports", options);
        return listAnswer("/v1/exports", data.map(service.show), hasMore);
      },
    );

    app.get(
      "/exports/:id",
      {
        ...read,
        schema: {
          operationId: "retrieveExport",
          tags,
          summary: "Retrieve an export",
          description: "Its state and, once it is completed, where its content is.",
          params: ExportPath,
          response: { 200: Export, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }) => service.show(await service.get(params.id, operation.caller.livemode)),
    );

    app.get(
      "/exports/:id/content",
      {
        ...read,
        schema: {
          operationId: "downloadExport",
          tags,
          summary: "Download an export's content",
          description:
            "CSV or JSON lines. In CSV, cells that a spreadsheet would take for a formula begin with an apostrophe.",
          params: ExportPath,
          response: {
            200: {
              description: "The content.",
              content: {
                "text/csv": { schema: Content },
                "application/jsonl": { schema: Content },
              },
            },
            ...ERROR_ANSWERS,
          },
        },
      },
      async ({ operation, params }, reply) => {
        const { stored, parts } = await service.content(params.id, operation.caller.livemode);
        const { type, format } = stored.data;
        void reply.header("content-type", MEDIA_TYPES[format]);
        void reply.header("content-disposition", `attachment; filename="${type}-${stored.id}.${format}"`);
        return reply.send(Readable.from(parts));
      },
    );
    return Promise.resolve();
  };
}
