import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { Core } from "../core.ts";
import { notFound } from "../errors.ts";
import type { RequireOpen } from "../flags/index.ts";
import { sendAnswer } from "../http/answer.ts";
import type { Caller } from "../http/operation.ts";
import { pageOptions } from "../http/pages.ts";
import { ERROR_ANSWERS, Id, IdempotencyHeaders, listAnswer, ListOf } from "../http/schemas.ts";
import type { Once } from "../journal/once.ts";
import { namedAccount } from "../ledger/accounts.ts";
import { LedgerRepository, transactionIdOf } from "../ledger/repository.ts";
import { NewTransfer, Transfer, TransfersQuery } from "./schemas.ts";
import { makeTransfer, presentTransfer } from "./transfer.ts";

const tags = ["Transfers"];

export interface TransfersOptions {
  once: Once;
  requireOpen: RequireOpen;
}

export function createTransfers(
  core: Core,
  { once, requireOpen }: TransfersOptions,
): { routes: FastifyPluginAsyncTypebox } {
  const ledger = new LedgerRepository(core.pool);

  /**
   * Who acts for a customer moves that customer's money only.
   * @throws ApiError 400 when the field names no account of the customer's
   */
  async function requireOwnAccount(caller: Caller, param: string, account?: string): Promise<void> {
    // Others may move from every account; whether there is one, the journal says, without a look beforehand.
    if (caller.customer !== undefined) await namedAccount(ledger, param, account, caller);
  }

  /**
   * Who acts for a customer sees the transfers out of that customer's accounts and into them.
   * @throws ApiError 404
   */
  async function requireOwnTransfer(caller: Caller, { id, source, destination }: Transfer): Promise<void> {
    const { customer, livemode } = caller;
    if (customer === undefined) return;
    const sides = await Promise.all([source, destination].map((side) => ledger.account(side, livemode)));
    if (!sides.some((side) => side?.customer === customer)) throw notFound("transfer", id);
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
        handler: async ({ operation, body }, reply) =>
          sendAnswer(
            reply,
            await once.answer(operation, async () => {
              requireOpen(operation.caller.livemode, "transfers");
              await requireOwnAccount(operation.caller, "source", body.source);
              return makeTransfer(core, operation.caller, body);
            }),
          ),
      });

      app.get("/transfers", {
        config: { scope: "transfers:read" },
        schema: {
          tags,
          operationId: "listTransfers",
          summary: "List transfers",
          description: "Newest first. Who acts for one customer names one of its accounts.",
          querystring: TransfersQuery,
          response: { 200: ListOf(Transfer), ...ERROR_ANSWERS },
        },
        handler: async ({ operation, query }) => {
          const { limit, startingAfter, endingBefore } = pageOptions(query, "transfer");
          const { livemode } = operation.caller;
          await requireOwnAccount(operation.caller, "account", query.account);
          const { data, hasMore } = await ledger.transactions({
            livemode,
            limit,
            type: "transfer",
            account: query.account,
            startingAfter: startingAfter && transactionIdOf(startingAfter),
            endingBefore: endingBefore && transactionIdOf(endingBefore),
          });
          return listAnswer("/v1/transfers", data.map(presentTransfer), hasMore);
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
          await requireOwnTransfer(operation.caller, transfer);
          return transfer;
        },
      });
    },
  };
}
