/** Rows of the ledger as the API shows them. */
import { toSeconds } from "../clock.ts";
import type { AccountRow, BalanceRow, EntryRow, TransactionRow } from "./repository.ts";
import type { Account, Entry } from "./schemas.ts";

/** Debits raise assets and expenses; credits raise liabilities, equity and revenue. */
export function normalSide(type: AccountRow["type"]): "debit" | "credit" {
  return type === "asset" || type === "expense" ? "debit" : "credit";
}

/** Posted balance, what is held of it, and what is left, on the account's normal side. */
function balanceOf(row: AccountRow): Account["balance"] {
  const isDebit = normalSide(row.type) === "debit";
  const posted = isDebit ? row.debits_posted - row.credits_posted : row.credits_posted - row.debits_posted;
  const pending = isDebit ? row.credits_pending : row.debits_pending;
  return {
    posted,
    pending,
    available: posted - pending,
    debits: row.debits_posted,
    credits: row.credits_posted,
  };
}

export function presentAccount(row: AccountRow): Account {
  const {
    id,
    name,
    code,
    type,
    currency,
    status,
    overdraft,
    customer,
    entries,
    metadata,
    livemode,
    created,
  } = row;
  return {
    id,
    object: "ledger.account",
    name,
    code,
    type,
    normal_side: normalSide(type),
    currency,
    status,
    overdraft,
    customer,
    balance: balanceOf(row),
    entries,
    metadata,
    livemode,
    created: toSeconds(created.getTime()),
  };
}

export function presentEntry({ posted, ...entry }: EntryRow): Entry {
  return { object: "ledger.entry", ...entry, posted: toSeconds(posted.getTime()) };
}

export function presentTransaction(row: TransactionRow) {
  const { id, type, currency, object, description, metadata, entries, livemode, created, posted } = row;
  return {
    id,
    object: "ledger.transaction" as const,
    type,
    currency,
    source: object,
    description,
    metadata: metadata ?? {},
    entries: entries.map(presentEntry),
    livemode,
    created: toSeconds(created.getTime()),
    posted: toSeconds(posted.getTime()),
  };
}

/** Balances by currency; in each, debit balances and credit balances must be equal. */
export function presentTrialBalance(rows: readonly BalanceRow[], at: number) {
  const currencies = [...Map.groupBy(rows, ({ currency }) => currency)].map(([currency, accounts]) => {
    const lines = accounts.map(({ id, name, type, balance }) => {
      const debit = normalSide(type) === "debit" ? balance : -balance;
      return { account: id, name, type, debit: Math.max(debit, 0), credit: Math.max(-debit, 0) };
    });
    const debits = lines.reduce((sum, { debit }) => sum + debit, 0);
    const credits = lines.reduce((sum, { credit }) => sum + credit, 0);
    return { currency, debits, credits, difference: debits - credits, accounts: lines };
  });
  return { object: "ledger.trial_balance" as const, at: toSeconds(at), currencies };
}
