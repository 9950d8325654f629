/** The form in which the function `commit_group` (migrations/0010_commit_group.sql) takes a group of writes. */
import type { CommitResult, LedgerEntry, ObjectKind, Refusal, Write } from "./write.ts";

export const COMMIT_GROUP = {
  name: "commit_group",
  text: "select item, reason, detail from commit_group($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
};

export interface RefusedRow {
  item: number;
  reason: Refusal["reason"];
  detail: string | null;
}

const ENTRY_KINDS: Record<LedgerEntry["layer"], Record<LedgerEntry["direction"], number>> = {
  posted: { debit: 0, credit: 1 },
  pending: { debit: 2, credit: 3 },
};

/** The function's arguments. Arrays are written as PostgreSQL's array literals: none of their texts comes from a client. */
export function groupArguments(writes: readonly Write[]): (string | null)[] {
  const keys: object[] = [];
  const completions: object[] = [];
  const newAccounts: object[] = [];
  const creations: ObjectLists = new Map();
  const changes: ObjectLists = new Map();
  const transactions: object[] = [];
  // Events hold JSON text that goes through as it stands, so their list is put together by hand.
  const events: string[] = [];
  const items: number[] = [];
  const transactionIds: string[] = [];
  const accounts: string[] = [];
  const currencies: string[] = [];
  const kinds: number[] = [];
  const amounts: number[] = [];

  writes.forEach((write, index) => {
    const i = index + 1;
    if (write.key !== undefined)
      (write.key.step === "complete" ? completions : keys).push(keyRow(i, write.key));
    for (const {
      id,
      name,
      type,
      currency,
      status,
      overdraft,
      customer,
      metadata,
      created,
    } of write.accounts ?? []) {
      newAccounts.push({
        i,
        id,
        n: name,
        y: type,
        q: currency,
        s: status,
        r: overdraft,
        u: customer,
        x: metadata,
        c: created,
      });
    }
    for (const { kind, id, version, created, data } of write.objects ?? []) {
      if (version === 1) addRow(creations, kind, { i, id, c: created, d: data });
      else addRow(changes, kind, { i, id, v: version, d: data });
    }
    for (const transaction of write.transactions ?? []) {
      const { id, type, currency, object, description, metadata, created } = transaction;
      transactions.push({ i, id, y: type, q: currency, o: object, d: description, x: metadata, c: created });
      for (const entry of transaction.entries) {
        items.push(i);
        transactionIds.push(id);
        accounts.push(entry.account);
        currencies.push(currency);
        kinds.push(ENTRY_KINDS[entry.layer][entry.direction]);
        amounts.push(entry.amount);
      }
    }
    for (const { id, type, object, version, created, data } of write.events ?? []) {
      const rest = JSON.stringify({ i, id, y: type, o: object, v: version, c: created });
      events.push(`${rest.slice(0, -1)},"d":${data}}`);
    }
  });

  return [
    literal(writes.map(({ livemode }) => livemode)),
    quotedLiteral(writes.map(({ actor }) => actor)),
    quotedLiteral(writes.map(({ request }) => request ?? null)),
    keys.length > 0 ? JSON.stringify(keys) : null,
    completions.length > 0 ? JSON.stringify(completions) : null,
    newAccounts.length > 0 ? JSON.stringify(newAccounts) : null,
    objectLists(creations),
    objectLists(changes),
    transactions.length > 0 ? JSON.stringify(transactions) : null,
    events.length > 0 ? `[${events.join(",")}]` : null,
    literal(items),
    literal(transactionIds),
    quotedLiteral(accounts),
    literal(currencies),
    literal(kinds),
    literal(amounts),
  ];
}

/** What became of each write, in order. */
export function groupResults(count: number, refused: readonly RefusedRow[]): CommitResult[] {
  const results = new Array<CommitResult>(count).fill({ committed: true });
  for (const { item, reason, detail } of refused)
    results[item - 1] = { committed: false, ...refusal(reason, detail ?? "") };
  return results;
}

function refusal(reason: Refusal["reason"], detail: string): Refusal {
  if (reason === "key_taken") return { reason };
  if (reason === "conflict") return { reason, object: detail };
  return { reason, account: detail };
}

function keyRow(i: number, change: NonNullable<Write["key"]>): object {
  const row = { i, k: change.key, f: change.fingerprint };
  if (change.step === "claim") return { ...row, o: change.object };
  return { ...row, s: change.answer.status, b: change.answer.body, u: change.subject };
}

interface ObjectRow {
  i: number;
  id: string;
}

type ObjectLists = Map<ObjectKind, (ObjectRow & Record<string, unknown>)[]>;

function addRow(lists: ObjectLists, kind: ObjectKind, row: ObjectRow & Record<string, unknown>): void {
  const rows = lists.get(kind);
  if (rows === undefined) lists.set(kind, [row]);
  else rows.push(row);
}

/** Everybody locks objects in one order: by kind, then by id. */
function objectLists(lists: ObjectLists): string | null {
  if (lists.size === 0) return null;
  const sorted = [...lists].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, rows] of sorted) rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted));
}

function literal(values: readonly (string | number | boolean)[]): string {
  return `{${values.join(",")}}`;
}

function quotedLiteral(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? "null" : `"${value.replace(/[\\"]/g, "\\$&")}"`)).join(",")}}`;
}
