import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { toSeconds } from "../clock.ts";
import type { Core } from "../core.ts";
import { forbidden, invalid, notFound } from "../errors.ts";
import { sendAnswer } from "../http/answer.ts";
import type { Caller } from "../http/operation.ts";
import { pageOptions } from "../http/pages.ts";
import { ERROR_ANSWERS, Id, IdempotencyHeaders, listAnswer, ListOf, Timestamp } from "../http/schemas.ts";
import { customerFor, requireCustomer } from "../identity/bound-customer.ts";
import type { GivenAnswer, Once } from "../journal/once.ts";
import { changeAccount, isNotEmptyAnyMore, namedAccount, openAccount, visibleAccount } from "./accounts.ts";
import { presentAccount, presentEntry, presentTransaction, presentTrialBalance } from "./present.ts";
import type { LedgerRepository, TransactionRow } from "./repository.ts";
import * as schemas from "./schemas.ts";

const tags = ["Ledger"];
const READ = { scope: "ledger:read" };
const WRITE = { scope: "ledger:write" };
const AccountParams = Type.Object({ id: Id("account") });

export function ledgerRoutes(
  core: Core,
  once: Once,
  repository: LedgerRepository,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post("/ledger/accounts", {
      config: WRITE,
      schema: {
        tags,
        operationId: "createLedgerAccount",
        summary: "Open an account",
        headers: IdempotencyHeaders,
        body: schemas.NewAccount,
        response: { 201: schemas.Account, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, body }, reply) =>
        sendAnswer(
          reply,
          await once.answer(operation, async () => {
            const { livemode } = operation.caller;
            if (body.customer !== undefined) await requireCustomer(core.pool, body.customer, livemode);
            return openAccount(core, operation, body);
          }),
        ),
    });

    app.get("/ledger/accounts", {
      config: READ,
      schema: {
        tags,
        operationId: "listLedgerAccounts",
        summary: "List accounts",
        querystring: schemas.AccountsQuery,
        response: { 200: ListOf(schemas.Account), ...ERROR_ANSWERS },
      },
      handler: async ({ operation, query }) => {
        const { livemode } = operation.caller;
        const customer = customerFor(operation.caller, query.customer);
        const { currency, type, code } = query;
        const filter = { livemode, ...pageOptions(query, "account"), currency, type, customer, code };
        const { data, hasMore } = await repository.accounts(filter);
        return listAnswer("/v1/ledger/accounts", data.map(presentAccount), hasMore);
      },
    });

    app.get("/ledger/accounts/:id", {
      config: READ,
      schema: {
        tags,
        operationId: "retrieveLedgerAccount",
        summary: "Retrieve an account with its balance",
        params: AccountParams,
        response: { 200: schemas.Account, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, params }) =>
        presentAccount(await visibleAccount(repository, params.id, operation.caller)),
    });

    app.post("/ledger/accounts/:id", {
      config: WRITE,
      schema: {
        tags,
        operationId: "updateLedgerAccount",
        summary: "Change an account, or close it",
        description: "Changes the fields that are sent. Metadata is merged, an empty value removes a key.",
        headers: IdempotencyHeaders,
        params: AccountParams,
        body: schemas.AccountUpdate,
        response: { 200: schemas.Account, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, params, body }, reply) => {
        const decide = async () => {
          const account = await visibleAccount(repository, params.id, operation.caller);
          // After the account: whoever changes it in between makes this change a conflict.
          return changeAccount(core, account, await repository.lastEventOf(account.id), body);
        };
        const change = async (): Promise<GivenAnswer> => {
          try {
            return await once.answer(operation, decide);
          } catch (error) {
            if (!isNotEmptyAnyMore(error)) throw error;
            // Decided anew, it is refused, and that is the key's answer.
            return change();
          }
        };
        return sendAnswer(reply, await change());
      },
    });

    app.get("/ledger/accounts/:id/statement", {
      config: READ,
      schema: {
        tags,
        operationId: "retrieveLedgerStatement",
        summary: "Balances at two moments and the entries between",
        params: AccountParams,
        querystring: Type.Object(
          {
            from: Type.Optional(Timestamp),
            to: Type.Optional(Timestamp),
            limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
            before: Type.Optional(
              Type.Integer({
                minimum: 1,
                maximum: Number.MAX_SAFE_INTEGER,
                description: "Sequence that the page's entries come before.",
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: schemas.Statement, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, params, query }) => {
        const account = await visibleAccount(repository, params.id, operation.caller);
        const { from = 0, to = toSeconds(core.clock()) + 1, limit } = query;
        if (from > to) {
          throw invalid(
            "parameter_invalid",
            `from is ${String(from)}, but must not be after to, ${String(to)}.`,
            "from",
          );
        }
        const moments: [Date, Date] = [new Date(from * 1000), new Date(to * 1000)];
        const [opening, closing] = (await repository.balancesAt(account.id, moments)) as [Moment, Moment];
        const upTo = Math.min(closing.sequence, (query.before ?? Infinity) - 1);
        const page = await repository.entriesBetween(account.id, opening.sequence, upTo, limit);
        const turnover = await repository.turnover(account.id, opening.sequence, closing.sequence);
        const url = `/v1/ledger/accounts/${account.id}/statement`;
        return {
          object: "ledger.statement" as const,
          account: account.id,
          currency: account.currency,
          from,
          to,
          opening_balance: opening.balance,
          closing_balance: closing.balance,
          ...turnover,
          entries: listAnswer(url, page.data.map(presentEntry), page.hasMore),
        };
      },
    });

    app.get("/ledger/entries", {
      config: READ,
      schema: {
        tags,
        operationId: "listLedgerEntries",
        summary: "List an account's entries",
        querystring: schemas.EntriesQuery,
        response: { 200: ListOf(schemas.Entry), ...ERROR_ANSWERS },
      },
      handler: async ({ operation, query }) => {
        await namedAccount(repository, "account", query.account, operation.caller);
        const { data, hasMore } = await repository.entries(operation.caller.livemode, query);
        return listAnswer("/v1/ledger/entries", data.map(presentEntry), hasMore);
      },
    });

    app.get("/ledger/transactions", {
      config: READ,
      schema: {
        tags,
        operationId: "listLedgerTransactions",
        summary: "List transactions with their entries",
        description: "Who acts for one customer names an account, and sees that account's entries alone.",
        querystring: schemas.TransactionsQuery,
        response: { 200: ListOf(schemas.Transaction), ...ERROR_ANSWERS },
      },
      handler: async ({ operation, query }) => {
        const { livemode, customer } = operation.caller;
        const { type, source, account } = query;
        const page = pageOptions(query, "transaction");
        if (customer !== undefined) await namedAccount(repository, "account", account, operation.caller);
        const { data, hasMore } = await repository.transactions({ livemode, ...page, type, source, account });
        // Who acts for one customer sees its own side: the other one's entries tell what another has left.
        const visible = (row: TransactionRow) =>
          customer === undefined
            ? row
            : { ...row, entries: row.entries.filter((entry) => entry.account === account) };
        const shown = data.map((row) => presentTransaction(visible(row)));
        return listAnswer("/v1/ledger/transactions", shown, hasMore);
      },
    });

    app.get("/ledger/transactions/:id", {
      config: READ,
      schema: {
        tags,
        operationId: "retrieveLedgerTransaction",
        summary: "Retrieve a transaction with its entries",
        params: Type.Object({ id: Id("transaction") }),
        response: { 200: schemas.Transaction, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, params }) => {
        const row = await repository.transaction(params.id, operation.caller.livemode);
        if (row === undefined || operation.caller.customer !== undefined)
          throw notFound("transaction", params.id);
        return presentTransaction(row);
      },
    });

    app.get("/ledger/trial-balance", {
      config: READ,
      schema: {
        tags,
        operationId: "retrieveTrialBalance",
        summary: "Balances of all accounts; debits equal credits",
        querystring: Type.Object({ at: Type.Optional(Timestamp) }, { additionalProperties: false }),
        response: { 200: schemas.TrialBalance, ...ERROR_ANSWERS },
      },
      handler: async ({ operation, query }) => {
        requireWholeBook(operation.caller);
        const at = query.at === undefined ? undefined : new Date(query.at * 1000);
        const rows = await repository.trialBalance(operation.caller.livemode, at);
        return presentTrialBalance(rows, at?.getTime() ?? core.clock());
      },
    });

    app.get("/ledger/integrity", {
      config: READ,
      schema: {
        tags,
        operationId: "verifyLedger",
        summary: "Recompute the audit chain and all balances",
        description: "Reads the whole ledger: minutes where it holds many millions of entries.",
        response: { 200: schemas.Integrity, ...ERROR_ANSWERS },
      },
      handler: async ({ operation }) => {
        requireWholeBook(operation.caller);
        const heads = await repository.chainHeads();
        const violations = await repository.auditViolations();
        const drift = await repository.drift();
        return {
          object: "ledger.integrity" as const,
          intact: violations.length === 0 && drift.length === 0,
          blocks: heads.reduce((sum, { height }) => sum + height, 0),
          violations,
          drift,
          heads,
        };
      },
    });
  };
}

/** Who acts for one customer sees that customer's accounts, not the whole ledger. */
function requireWholeBook({ customer }: Caller): void {
  if (customer === undefined) return;
  throw forbidden("customer_bound", "This key acts for one customer: it cannot read the whole ledger.");
}

interface Moment {
  sequence: number;
  balance: number;
}
