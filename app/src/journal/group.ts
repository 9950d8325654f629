/** The form in which the function `commit_writes` (migrations/0011_commit_writes.sql) takes a group of writes. */
import { Bigints, Booleans, Integers, type PgArray, Smallints, Texts, Timestamps } from "./arrays.ts";
import type { KeyChange, LedgerTransaction, ObjectChange, Write } from "./write.ts";

/** Columns of each list; see the function. */
const COLUMNS = { keys: 7, completions: 5, changes: 6, creations: 6, ledger: 26, events: 7 } as const;
/** How many arguments the function takes, with the first, whether to be careful. */
export const PARAMETERS = 5 + Object.values(COLUMNS).reduce<number>((sum, count) => sum + count, 0);

/** Lists that are empty go as nulls; a string is JSON. */
export type Argument = string | PgArray | null;

/** Something of a write, with the write's number from 1. */
interface Row<T> {
  item: number;
  livemode: boolean;
  of: T;
}

/** The function's arguments after the first. */
export function groupArguments(writes: readonly Write[]): Argument[] {
  const livemodes = new Booleans();
  const actors = new Texts();
  const requests = new Texts();
  for (const { livemode, actor, request } of writes) {
    livemodes.add(livemode);
    actors.add(actor);
    requests.add(request ?? null);
  }
  return [
    livemodes,
    actors,
    requests,
    ...keyArguments(writes),
    openings(writes),
    ...objectArguments(writes),
    ...ledgerArguments(rowsOf(writes, ({ transactions }) => transactions)),
    ...eventArguments(writes),
  ];
}

function keyArguments(writes: readonly Write[]): Argument[] {
  const taken: Row<KeyChange>[] = [];
  const completed: Row<KeyChange & { step: "complete" }>[] = [];
  writes.forEach(({ key, livemode }, index) => {
    if (key?.step === "complete") completed.push({ item: index + 1, livemode, of: key });
    else if (key !== undefined) taken.push({ item: index + 1, livemode, of: key });
  });
  return [...takenArguments(taken), ...completedArguments(completed)];
}

function takenArguments(rows: Row<KeyChange>[]): Argument[] {
  if (rows.length === 0) return nothing(COLUMNS.keys);
  const items = new Integers();
  const names = new Texts();
  const fingerprints = new Texts();
  const statuses = new Smallints();
  const bodies = new Texts();
  const objects = new Texts();
  const subjects = new Texts();
  for (const { item, of } of rows.sort(byKey)) {
    items.add(item);
    names.add(of.key);
    fingerprints.add(of.fingerprint);
    statuses.add(of.step === "claim" ? 0 : of.answer.status);
    bodies.add(of.step === "claim" ? null : of.answer.body);
    objects.add(of.step === "claim" ? of.object : null);
    subjects.add(of.step === "claim" ? null : (of.subject ?? null));
  }
  return [items, names, fingerprints, statuses, bodies, objects, subjects];
}

function completedArguments(rows: Row<KeyChange & { step: "complete" }>[]): Argument[] {
  if (rows.length === 0) return nothing(COLUMNS.completions);
  const items = new Integers();
  const names = new Texts();
  const statuses = new Smallints();
  const bodies = new Texts();
  const subjects = new Texts();
  for (const { item, of } of rows.sort(byKey)) {
    items.add(item);
    names.add(of.key);
    statuses.add(of.answer.status);
    bodies.add(of.answer.body);
    subjects.add(of.subject ?? null);
  }
  return [items, names, statuses, bodies, subjects];
}

/** Everybody locks keys in one order. */
function byKey(a: Row<KeyChange>, b: Row<KeyChange>): number {
  return a.of.key < b.of.key ? -1 : 1;
}

function openings(writes: readonly Write[]): string | null {
  const rows = rowsOf(writes, ({ accounts }) => accounts);
  if (rows.length === 0) return null;
  return JSON.stringify(
    rows.map(
      ({
        item,
        of: { id, name, type, currency, status, overdraft, customer, metadata, created, before },
      }) => ({
        i: item,
        id,
        n: name,
        y: type,
        q: currency,
        s: status,
        r: overdraft,
        u: customer,
        x: metadata,
        c: created,
        b: before && { n: before.name, s: before.status, r: before.overdraft, x: before.metadata },
      }),
    ),
  );
}

function objectArguments(writes: readonly Write[]): Argument[] {
  const rows = rowsOf(writes, ({ objects }) => objects);
  // Everybody locks objects in one order: by kind, then by id.
  rows.sort(({ of: a }, { of: b }) => {
    if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
    return a.id < b.id ? -1 : 1;
  });
  return [
    ...changeArguments(rows.filter(({ of }) => of.version > 1)),
    ...creationArguments(rows.filter(({ of }) => of.version === 1)),
  ];
}

function changeArguments(rows: readonly Row<ObjectChange>[]): Argument[] {
  if (rows.length === 0) return nothing(COLUMNS.changes);
  const items = new Integers();
  const ids = new Texts();
  const versions = new Integers();
  const texts = new Texts();
  for (const { item, of } of rows) {
    items.add(item);
    ids.add(of.id);
    versions.add(of.version);
    texts.add(JSON.stringify(of.data));
  }
  return [...kindArguments(rows), items, ids, versions, texts];
}

function creationArguments(rows: readonly Row<ObjectChange>[]): Argument[] {
  if (rows.length === 0) return nothing(COLUMNS.creations);
  const ids = new Texts();
  const livemodes = new Booleans();
  const moments = new Timestamps();
  const texts = new Texts();
  for (const { livemode, of } of rows) {
    ids.add(of.id);
    livemodes.add(livemode);
    moments.add(of.created);
    texts.add(JSON.stringify(of.data));
  }
  return [...kindArguments(rows), ids, livemodes, moments, texts];
}

/** Kinds, and the number of rows of each. */
function kindArguments(rows: readonly Row<ObjectChange>[]): Argument[] {
  const kinds = new Texts();
  const numbers = new Map<string, number>();
  for (const { of } of rows) numbers.set(of.kind, (numbers.get(of.kind) ?? 0) + 1);
  const counts = new Integers();
  for (const [kind, number] of numbers) {
    kinds.add(kind);
    counts.add(number);
  }
  return [kinds, counts];
}

function ledgerArguments(rows: readonly Row<LedgerTransaction>[]): Argument[] {
  if (rows.length === 0) return nothing(COLUMNS.ledger);
  const items = new Integers();
  const transactions = new Integers();
  const kinds = new Smallints();
  const amounts = new Bigints();
  const positions = new Integers();
  const runnings = new Bigints();
  const touched: AccountSums[] = [];
  const accounts = new Map<string, AccountSums>();
  rows.forEach(({ item, livemode, of: { currency, entries } }, index) => {
    for (const { account: id, direction, layer, amount } of entries) {
      const account = accountSums(accounts, id, livemode, currency);
      const kind = ENTRY_KINDS[layer][direction];
      addTo(account, kind, amount);
      touched.push(account);
      items.add(item);
      transactions.add(index + 1);
      kinds.add(kind);
      amounts.add(amount);
      positions.add(account.entries);
      runnings.add(account.running);
    }
  });
  // Everybody locks accounts in one order.
  const sorted = [...accounts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  sorted.forEach((account, index) => (account.place = index + 1));
  const places = new Integers();
  for (const { place } of touched) places.add(place);
  const entries = [items, places, transactions, kinds, amounts, positions, runnings];
  return [...accountArguments(sorted), ...transactionArguments(rows), ...entries];
}

function transactionArguments(rows: readonly Row<LedgerTransaction>[]): Argument[] {
  const items = new Integers();
  const ids = new Texts();
  const types = new Texts();
  const currencies = new Texts();
  const objects = new Texts();
  const descriptions = new Texts();
  const metadata = new Texts();
  const moments = new Timestamps();
  for (const { item, of } of rows) {
    items.add(item);
    ids.add(of.id);
    types.add(of.type);
    currencies.add(of.currency);
    objects.add(of.object);
    descriptions.add(of.description ?? null);
    metadata.add(of.metadata === undefined ? null : JSON.stringify(of.metadata));
    moments.add(of.created);
  }
  return [items, ids, types, currencies, objects, descriptions, metadata, moments];
}

/** What a group does to one account. */
interface AccountSums {
  id: string;
  livemode: boolean;
  currency: string;
  /** From 1, in the order of ids. */
  place: number;
  entries: number;
  debitsPosted: number;
  creditsPosted: number;
  debitsPending: number;
  creditsPending: number;
  /** Posted debits less posted credits. */
  running: number;
  /** What is taken from it, zero or below, if it is of a debit-normal type, or of a credit-normal one. */
  takesDebitNormal: number;
  takesCreditNormal: number;
  /** Sum of the amounts, whatever their sign. */
  volume: number;
}

function accountArguments(accounts: readonly AccountSums[]): Argument[] {
  const ids = new Texts();
  const livemodes = new Booleans();
  const currencies = new Texts();
  const entries = new Integers();
  const debitsPosted = new Bigints();
  const creditsPosted = new Bigints();
  const debitsPending = new Bigints();
  const creditsPending = new Bigints();
  const takesDebitNormal = new Bigints();
  const takesCreditNormal = new Bigints();
  const volumes = new Bigints();
  for (const account of accounts) {
    ids.add(account.id);
    livemodes.add(account.livemode);
    currencies.add(account.currency);
    entries.add(account.entries);
    debitsPosted.add(account.debitsPosted);
    creditsPosted.add(account.creditsPosted);
    debitsPending.add(account.debitsPending);
    creditsPending.add(account.creditsPending);
    takesDebitNormal.add(account.takesDebitNormal);
    takesCreditNormal.add(account.takesCreditNormal);
    volumes.add(account.volume);
  }
  const sums = [debitsPosted, creditsPosted, debitsPending, creditsPending];
  const takes = [takesDebitNormal, takesCreditNormal, volumes];
  return [ids, livemodes, currencies, entries, ...sums, ...takes];
}

function accountSums(
  accounts: Map<string, AccountSums>,
  id: string,
  livemode: boolean,
  currency: string,
): AccountSums {
  const name = `${livemode ? "live" : "test"} ${currency} ${id}`;
  let account = accounts.get(name);
  if (account === undefined) {
    account = {
      id,
      livemode,
      currency,
      place: 0,
      entries: 0,
      debitsPosted: 0,
      creditsPosted: 0,
      debitsPending: 0,
      creditsPending: 0,
      running: 0,
      takesDebitNormal: 0,
      takesCreditNormal: 0,
      volume: 0,
    };
    accounts.set(name, account);
  }
  return account;
}

const ENTRY_KINDS = { posted: { debit: 0, credit: 1 }, pending: { debit: 2, credit: 3 } } as const;

function addTo(account: AccountSums, kind: 0 | 1 | 2 | 3, amount: number): void {
  account.entries += 1;
  account.volume += Math.abs(amount);
  // What is available falls by credits of debit-normal accounts and by debits of credit-normal ones, posted or held; the
  // release of a hold (a negative amount) does not lower it.
  const taken = Math.max(amount, 0);
  if (kind % 2 === 0) account.takesCreditNormal -= taken;
  else account.takesDebitNormal -= taken;
  switch (kind) {
    case 0:
      account.debitsPosted += amount;
      account.running += amount;
      return;
    case 1:
      account.creditsPosted += amount;
      account.running -= amount;
      return;
    case 2:
      account.debitsPending += amount;
      return;
    case 3:
      account.creditsPending += amount;
  }
}

function eventArguments(writes: readonly Write[]): Argument[] {
  const rows = rowsOf(writes, ({ events }) => events);
  if (rows.length === 0) return nothing(COLUMNS.events);
  const items = new Integers();
  const ids = new Texts();
  const types = new Texts();
  const objects = new Texts();
  const versions = new Integers();
  const moments = new Timestamps();
  const texts = new Texts();
  for (const { item, of } of rows) {
    items.add(item);
    ids.add(of.id);
    types.add(of.type);
    objects.add(of.object);
    versions.add(of.version);
    moments.add(of.created);
    texts.add(of.data);
  }
  return [items, ids, types, objects, versions, moments, texts];
}

function nothing(columns: number): null[] {
  return new Array<null>(columns).fill(null);
}

function rowsOf<T>(writes: readonly Write[], pick: (write: Write) => readonly T[] | undefined): Row<T>[] {
  const rows: Row<T>[] = [];
  writes.forEach((write, index) => {
    for (const of of pick(write) ?? []) rows.push({ item: index + 1, livemode: write.livemode, of });
  });
  return rows;
}
