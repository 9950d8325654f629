import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { Core } from "../core.ts";
import { notFound } from "../errors.ts";
import { sendAnswer } from "../http/answer.ts";
import type { Caller } from "../http/operation.ts";
import { pageOptions } from "../http/pages.ts";
import { ERROR_ANSWERS, Id, IdempotencyHeaders, listAnswer, ListOf } from "../http/schemas.ts";
import type { Once } from "../journal/once.ts";
import { LedgerRepository } from "../ledger/repository.ts";
import { pageOf } from "../ledger/routes.ts";
import { NewTransfer, Transfer, TransfersQuery } from "./schemas.ts";
import { makeTransfer, presentTransfer, transactionIdOf } from "./transfer.ts";

const tags = ["Transfers"];

export function createTransfers(core: Core, once: Once): { routes: FastifyPluginAsyncTypebox } {
  const ledger = new LedgerRepository(core.pool);

  /** Who acts for a customer moves that customer's money only. */
  async function requireOwnAccount({ livemode, customer }: Caller, account: string): Promise<void> {
    if (customer === undefined) return;
    const row = await ledger.account(account, livemode);
    if (row?.customer !== customer) throw notFound("account", account);
  }

  return {
    routes: async (app) => {
      app.post("/transfers", {
        config: { scope: "transfers:write" },
        schema: {
          tags,
          operationId: "createTransfer",
          summary: "Move money between two accounts",
          description: "Debits the source and credits the destination, both or neither.",
          headers: IdempotencyHeaders,
          body: NewTransfer,
          response: { 201: Transfer, ...ERROR_ANSWERS },
        },
        handler: async ({ operation, body }, reply) => {
          await requireOwnAccount(operation.caller, body.source);
          return sendAnswer(
            reply,
            await once.answer(operation, () => makeTransfer(core, operation.caller, body)),
          );
        },
      });

      app.get("/transfers", {
        config: { scope: "transfers:read" },
        schema: {
          tags,
          operationId: "listTransfers",
          summary: "List transfers",
          querystring: TransfersQuery,
          response: { 200: ListOf(Transfer), ...ERROR_ANSWERS },
        },
        handler: async ({ operation, query }) => {
          const { limit, startingAfter, endingBefore } = pageOptions(query);
          if (operation.caller.customer !== undefined)
            await requireOwnAccount(operation.caller, query.account ?? "");
          const rows = await ledger.transactions(operation.caller.livemode, {
            limit,
            type: "transfer",
            account: query.account,
            starting_after: startingAfter && transactionIdOf(startingAfter),
            ending_before: endingBefore && transactionIdOf(endingBefore),
          });
          return listAnswer(
            "/v1/transfers",
            pageOf(rows, limit, endingBefore).map(presentTransfer),
            rows.length > limit,
          );
        },
      });

      app.get("/transfers/:id", {
        config: { scope: "transfers:read" },
        schema: {
          tags,
          operationId: "retrieveTransfer",
          summary: "Retrieve a transfer",
          params: Type.Object({ id: Id("transfer") }),
          response: { 200: Transfer, ...ERROR_ANSWERS },
        },
        handler: async ({ operation, params }) => {
          const row = await ledger.transaction(transactionIdOf(params.id), operation.caller.livemode);
          if (row?.type !== "transfer") throw notFound("transfer", params.id);
          const transfer = presentTransfer(row);
          await requireOwnAccount(operation.caller, transfer.source);
          return transfer;
        },
      });
    },
  };
}
