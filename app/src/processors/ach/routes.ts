import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { pageOf } from "../../database/page.ts";
import { ApiError, notFound } from "../../errors.ts";
import { sendAnswer } from "../../http/answer.ts";
import { pageOptions } from "../../http/pages.ts";
import { ERROR_ANSWERS, Id, IdempotencyHeaders, listAnswer, ListOf, PageQuery } from "../../http/schemas.ts";
import type { Once } from "../../journal/once.ts";
import type { FileRow } from "./entry.ts";
import type { AchFiles } from "./files.ts";
import { AchFormatError } from "./nacha/record.ts";
import type { AchRepository } from "./repository.ts";
import type { ImportedReturn } from "./returns.ts";
import { AchFileObject, AchReturnImport, NewAchReturn, presentFile, presentImport } from "./schemas.ts";

export interface AchRoutesOptions {
  once: Once;
  files: AchFiles;
  repository: AchRepository;
  importReturns: (livemode: boolean, text: string) => Promise<ImportedReturn[]>;
  /** Tells what a file of returns has brought. */
  deliverNotices: () => Promise<unknown>;
}

const tags = ["ACH"];
const params = Type.Object({ id: Id("achFile") });

/** Bytes of a file of returns. */
const RETURN_FILE_LIMIT = 16 * 2 ** 20;

/** Mistakes of a file that are told at once. */
const MISTAKES = 20;

export function achRoutes(options: AchRoutesOptions): FastifyPluginAsyncTypebox {
  const { once, files, repository, importReturns, deliverNotices } = options;

  async function find(id: string, livemode: boolean): Promise<FileRow> {
    const file = await repository.file(id, livemode);
    if (!file) throw notFound("ACH file", id);
    return file;
  }

  return async (app) => {
    app.post("/ach_files", {
      config: { scope: "processors:write" },
      schema: {
        tags,
        operationId: "createAchFile",
        summary: "Make the file of pending ACH entries",
        description:
          "Takes each pending debit and credit into one NACHA file, exactly once. Its content is a resource of its own.",
        headers: IdempotencyHeaders,
        response: { 201: AchFileObject, ...ERROR_ANSWERS },
      },
      handler: async ({ operation }, reply) =>
        sendAnswer(
          reply,
          await once.act(operation, async () => {
            const file = await files.make(operation.caller.livemode, operation.idempotency?.key);
            return { answer: { status: 201, body: presentFile(file) } };
          }),
        ),
    });

    app.get("/ach_files", {
      config: { scope: "processors:read" },
      schema: {
        tags,
        operationId: "listAchFiles",
        summary: "List ACH files",
        description: "Newest first.",
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: ListOf(AchFileObject), ...ERROR_ANSWERS },
      },
      handler: async ({ operation, query }) => {
        const page = pageOptions(query, "achFile");
        const rows = await repository.files({ livemode: operation.caller.livemode, ...page });
        const { data, hasMore } = pageOf(rows, page.limit, page.endingBefore !== undefined);
        return listAnswer("/v1/ach_files", data.map(presentFile), hasMore);
      },
    });

    app.get("/ach_files/:id", {
      config: { scope: "processors:read" },
      schema: {
        tags,
        operationId: "retrieveAchFile",
        summary: "Retrieve an ACH file",
        description: "Its dates and totals, without its entries.",
        params,
        response: { 200: AchFileObject, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, params: { id } }) =>
        presentFile(await find(id, operation.caller.livemode)),
    });

    app.get("/ach_files/:id/content", {
      config: { scope: "processors:write" },
      schema: {
        tags,
        operationId: "retrieveAchFileContent",
        summary: "Download an ACH file",
        description:
          "The NACHA file for the bank. It holds account numbers: that is why reading it needs a scope to write.",
        params,
        response: {
          200: {
            description: "94 characters a line.",
            content: { "text/plain": { schema: Type.String() } },
          },
          ...ERROR_ANSWERS,
        },
      },
      handler: async ({ operation, params: { id } }, reply) => {
        const text = await files.content(await find(id, operation.caller.livemode));
        return reply.type("text/plain").header("cache-control", "no-store").send(text);
      },
    });

    app.post("/ach_returns", {
      bodyLimit: RETURN_FILE_LIMIT,
      config: { scope: "processors:write" },
      schema: {
        tags,
        operationId: "importAchReturns",
        summary: "Import a file of ACH returns",
        description:
          "Returned entries fail their payments, refunds and payouts. Importing a file again changes nothing.",
        headers: IdempotencyHeaders,
        body: NewAchReturn,
        response: { 201: AchReturnImport, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, body }, reply) => {
        const answer = await once.act(operation, async () => {
          const returns = await importReturns(operation.caller.livemode, body.content).catch(refuseFormat);
          return { answer: { status: 201, body: presentImport(returns) } };
        });
        await deliverNotices();
        return sendAnswer(reply, answer);
      },
    });
  };
}

function refuseFormat(error: unknown): never {
  if (!(error instanceof AchFormatError)) throw error;
  const mistakes = error.mistakes.slice(0, MISTAKES).map(({ line, column, message }) => ({
    param: "content",
    code: "ach_format",
    message: `Line ${line}, column ${column}: ${message}`,
  }));
  const more = error.mistakes.length - 1;
  const message =
    (mistakes[0]?.message ?? "The file is not NACHA.") +
    (more > 0 ? ` (and ${more} more: see mistakes)` : "");
  throw new ApiError(400, "invalid_request_error", "ach_format", message, { param: "content", mistakes });
}
