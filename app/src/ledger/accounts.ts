/** Opening and changing accounts. */
import { isDeepStrictEqual } from "node:util";
import { toSeconds } from "../clock.ts";
import type { Core } from "../core.ts";
import { ApiError, invalid, namedBy, notFound } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import { mergeMetadata } from "../http/metadata.ts";
import type { Caller, Operation } from "../http/operation.ts";
import type { Decision } from "../journal/once.ts";
import type { AccountChange, AccountSettings, DomainEvent } from "../journal/write.ts";
import { normalSide, presentAccount } from "./present.ts";
import type { AccountRow, LedgerRepository } from "./repository.ts";
import type { Account, AccountUpdate, NewAccount } from "./schemas.ts";

export function openAccount(core: Core, { caller }: Operation, body: NewAccount): Decision {
  const created = core.clock();
  const account: AccountChange = {
    id: core.makeId("account"),
    name: body.name,
    type: body.type,
    currency: body.currency,
    status: "open",
    // A new account goes below zero only where that is asked for.
    overdraft: body.overdraft === undefined ? 0 : body.overdraft,
    customer: body.customer ?? null,
    metadata: mergeMetadata({}, body.metadata),
    created,
  };
  const shown: Account = {
    id: account.id,
    object: "ledger.account",
    name: account.name,
    code: null,
    type: account.type,
    normal_side: normalSide(account.type),
    currency: account.currency,
    status: account.status,
    overdraft: account.overdraft,
    customer: account.customer,
    balance: { posted: 0, pending: 0, available: 0, debits: 0, credits: 0 },
    entries: 0,
    metadata: account.metadata,
    livemode: caller.livemode,
    created: toSeconds(created),
  };
  return {
    answer: { status: 201, body: shown },
    accounts: [account],
    events: [accountEvent(core, "ledger.account.created", 1, shown)],
  };
}

/** @param lastEvent Version of the last event of the account. */
export function changeAccount(core: Core, row: AccountRow, lastEvent: number, body: AccountUpdate): Decision {
  if (row.code !== null) {
    throw new ApiError(
      403,
      "permission_error",
      "account_reserved",
      `Account ${row.id} is the service's own.`,
    );
  }
  if (
    body.status === "closed" &&
    (row.debits_posted !== row.credits_posted || row.debits_pending + row.credits_pending > 0)
  ) {
    throw notEmpty(row.id);
  }
  const after = { ...row, ...body, metadata: mergeMetadata(row.metadata, body.metadata) };
  const shown = presentAccount(after);
  const answer = { status: 200, body: shown };
  const before = settingsOf(row);
  const settings = settingsOf(after);
  if (isDeepStrictEqual(before, settings)) return { answer };
  const { id, type, currency, customer, created } = row;
  return {
    answer,
    accounts: [{ id, type, currency, customer, created: created.getTime(), ...settings, before }],
    events: [accountEvent(core, "ledger.account.updated", lastEvent + 1, shown)],
  };
}

/**
 * The account, if the caller may see it: who acts for a customer sees that customer's accounts only.
 * @throws ApiError 404
 */
export async function visibleAccount(
  repository: LedgerRepository,
  id: string,
  { livemode, customer }: Caller,
): Promise<AccountRow> {
  const row = await repository.account(id, livemode);
  if (row === undefined || (customer !== undefined && row.customer !== customer))
    throw notFound("account", id);
  return row;
}

/**
 * The account that a field of a body or a query names, if the caller may see it.
 * @param id undefined where who acts for one customer names none, though it must
 * @throws ApiError 400
 */
export async function namedAccount(
  repository: LedgerRepository,
  param: string,
  id: string | undefined,
  caller: Caller,
): Promise<AccountRow> {
  if (id === undefined) {
    const message = `You act for one customer: send ${param}, the id of one of its accounts.`;
    throw invalid("parameter_missing", message, param);
  }
  return namedBy(param, visibleAccount(repository, id, caller));
}

/** Entries came between the look at an account and its closing: the table's constraint has the last word. */
export function isNotEmptyAnyMore(error: unknown): boolean {
  return (
    error instanceof Error && "constraint" in error && error.constraint === "ledger_accounts_closed_empty"
  );
}

function settingsOf({ name, status, overdraft, metadata }: AccountRow): AccountSettings {
  return { name, status, overdraft, metadata };
}

function notEmpty(id: string): ApiError {
  return invalid(
    "account_not_empty",
    `Account ${id} has a balance or holds: move them before closing it.`,
    "status",
  );
}

/** Accounts have no version of their own: their events are numbered, which is the order that they are told in. */
function accountEvent(core: Core, type: EventType, version: number, shown: Account): DomainEvent {
  const data = JSON.stringify(shown);
  return { id: core.makeId("event"), type, object: shown.id, version, created: core.clock(), data };
}
