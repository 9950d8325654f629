/** The ledger's reads. It is written through the journal only. */
import type pg from "pg";
import { pageOf, type Page } from "../database/page.ts";
import type { PageOptions } from "../http/pages.ts";
import { ID_PREFIXES } from "../ids.ts";
import type { AccountType, Direction, Layer } from "../journal/write.ts";
import type { EntriesQuery } from "./schemas.ts";

export interface AccountRow {
  id: string;
  livemode: boolean;
  code: string | null;
  name: string;
  type: AccountType;
  currency: string;
  status: "open" | "closed";
  overdraft: number | null;
  customer: string | null;
  metadata: Record<string, string>;
  created: Date;
  debits_posted: number;
  credits_posted: number;
  debits_pending: number;
  credits_pending: number;
  entries: number;
}

export interface EntryRow {
  account: string;
  sequence: number;
  transaction: string;
  direction: Direction;
  layer: Layer;
  amount: number;
  currency: string;
  balance: number;
  posted: Date;
}

export interface TransactionRow {
  id: string;
  livemode: boolean;
  type: string;
  currency: string;
  object: string;
  description: string | null;
  metadata: Record<string, string> | null;
  created: Date;
  posted: Date;
  entries: EntryRow[];
}

export interface AccountFilter extends Pick<PageOptions, "limit" | "startingAfter" | "endingBefore"> {
  livemode: boolean;
  currency?: string;
  type?: AccountType;
  customer?: string;
  code?: string;
}

export interface TransactionFilter extends Pick<PageOptions, "limit" | "startingAfter" | "endingBefore"> {
  livemode: boolean;
  type?: string;
  /** Id of the object that caused it. */
  source?: string;
  account?: string;
}

export interface BalanceRow {
  id: string;
  name: string;
  type: AccountType;
  currency: string;
  /** Posted, on the account's normal side. */
  balance: number;
}

/** A transfer and its ledger transaction share the second part of their ids, so one is found by the other's. */
export function transactionIdOf(transfer: string): string {
  return ID_PREFIXES.transaction + transfer.slice(ID_PREFIXES.transfer.length);
}

const ENTRY = "account, sequence, transaction, direction, layer, amount, currency, balance, posted";

/** The posted balance of account `a`, on its normal side. */
const BALANCE_NOW = "select balance_of(a) as balance";

/**
 * The balance of account `a` after its last entry up to $2, which is found by halving: some twenty looks for a million entries.
 * None where nothing was posted by then: pending entries alone leave 0, as do posted ones that cancel each other out.
 */
const BALANCE_THEN = `
  select e.balance from ledger_entries e
  where e.account = a.id and e.sequence = entries_at(a.id, $2) and (e.balance <> 0 or exists (
    select from ledger_entries p where p.account = a.id and p.sequence <= e.sequence and p.layer = 'posted'
  ))
  limit 1`;

export class LedgerRepository {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async account(id: string, livemode: boolean): Promise<AccountRow | undefined> {
    const { rows } = await this.#pool.query<AccountRow>({
      name: "ledger_account",
      text: "select * from ledger_accounts where id = $1 and livemode = $2",
      values: [id, livemode],
    });
    return rows[0];
  }

  /** Version of the last event of an account; 0 where there is none. */
  async lastEventOf(account: string): Promise<number> {
    const { rows } = await this.#pool.query<{ version: number }>(
      "select coalesce(max(version), 0) as version from events where object = $1",
      [account],
    );
    return rows[0]?.version ?? 0;
  }

  async accounts(filter: AccountFilter): Promise<Page<AccountRow>> {
    const { livemode, limit, startingAfter, endingBefore, currency, type, customer, code } = filter;
    const newer = endingBefore !== undefined;
    const { rows } = await this.#pool.query<AccountRow>(
      `select * from ledger_accounts
       where livemode = $1 and ($2::text is null or id < $2) and ($3::text is null or id > $3)
         and ($4::text is null or currency = $4) and ($5::text is null or type = $5)
         and ($6::text is null or customer = $6) and ($7::text is null or code = $7)
       order by id ${newer ? "asc" : "desc"} limit $8`,
      [livemode, startingAfter, endingBefore, currency, type, customer, code, limit + 1],
    );
    return pageOf(rows, limit, newer);
  }

  /** Entries of an account, newest first. */
  async entries(livemode: boolean, { account, before, limit }: EntriesQuery): Promise<Page<EntryRow>> {
    const { rows } = await this.#pool.query<EntryRow>(
      `select ${ENTRY} from ledger_entries
       where account = (select id from ledger_accounts where id = $1 and livemode = $2)
         and ($3::bigint is null or sequence < $3)
       order by sequence desc limit $4`,
      [account, livemode, before, limit + 1],
    );
    return pageOf(rows, limit);
  }

  /** Numbers of the last entries before two moments, and the balances then. */
  async balancesAt(account: string, moments: [Date, Date]): Promise<{ sequence: number; balance: number }[]> {
    const { rows } = await this.#pool.query<{ sequence: number; balance: number }>(
      `select s.sequence, coalesce(e.balance, 0) as balance
       from unnest($2::timestamptz[]) with ordinality as m (moment, n)
       cross join lateral (select entries_at($1, m.moment - interval '1 microsecond') as sequence) s
       left join ledger_entries e on e.account = $1 and e.sequence = s.sequence
       order by m.n`,
      [account, moments],
    );
    return rows;
  }

  /** Entries with numbers above `after` up to `upTo`, newest first. */
  async entriesBetween(account: string, after: number, upTo: number, limit: number): Promise<Page<EntryRow>> {
    const { rows } = await this.#pool.query<EntryRow>(
      `select ${ENTRY} from ledger_entries where account = $1 and sequence > $2 and sequence <= $3
       order by sequence desc limit $4`,
      [account, after, upTo, limit + 1],
    );
    return pageOf(rows, limit);
  }

  /** What was debited and credited, posted, by the entries with numbers above `after` up to `upTo`. */
  async turnover(account: string, after: number, upTo: number): Promise<{ debits: number; credits: number }> {
    const { rows } = await this.#pool.query<{ debits: number; credits: number }>(
      `select coalesce(sum(amount) filter (where direction = 'debit'), 0)::bigint as debits,
         coalesce(sum(amount) filter (where direction = 'credit'), 0)::bigint as credits
       from ledger_entries where account = $1 and sequence > $2 and sequence <= $3 and layer = 'posted'`,
      [account, after, upTo],
    );
    return rows[0] as { debits: number; credits: number };
  }

  async transaction(id: string, livemode: boolean): Promise<TransactionRow | undefined> {
    const { rows } = await this.#pool.query<Omit<TransactionRow, "entries">>({
      name: "ledger_transaction",
      text: `select id, livemode, type, currency, object, description, metadata, created, posted
             from ledger_transactions where id = $1 and livemode = $2`,
      values: [id, livemode],
    });
    return (await this.#withEntries(rows))[0];
  }

  async transactions(filter: TransactionFilter): Promise<Page<TransactionRow>> {
    const { livemode, limit, startingAfter, endingBefore, type, source, account } = filter;
    const newer = endingBefore !== undefined;
    const values: unknown[] = [livemode, startingAfter, endingBefore, limit + 1];
    let conditions = "";
    if (type !== undefined) {
      values.push(type);
      // Written out, so that the index on transfers serves.
      conditions += type === "transfer" ? " and type = 'transfer'" : "";
      conditions += ` and type = $${String(values.length)}`;
    }
    if (source?.startsWith(`${ID_PREFIXES.transfer}_`)) {
      values.push(transactionIdOf(source));
      conditions += ` and type = 'transfer' and id = $${String(values.length)}`;
    } else if (source !== undefined) {
      values.push(source);
      // Written out, so that the index on the objects of all others serves.
      conditions += ` and type <> 'transfer' and object = $${String(values.length)}`;
    }
    if (account !== undefined) {
      values.push(account);
      conditions += ` and id in (select transaction from ledger_entries where account = $${String(values.length)})`;
    }
    const { rows } = await this.#pool.query<Omit<TransactionRow, "entries">>(
      `select id, livemode, type, currency, object, description, metadata, created, posted
       from ledger_transactions
       where livemode = $1 and ($2::text is null or id < $2) and ($3::text is null or id > $3) ${conditions}
       order by id ${newer ? "asc" : "desc"} limit $4`,
      values,
    );
    const { data, hasMore } = pageOf(rows, limit, newer);
    return { data: await this.#withEntries(data), hasMore };
  }

  /** Balances of the accounts that anything was posted to up to a moment, or now. */
  async trialBalance(livemode: boolean, at?: Date): Promise<BalanceRow[]> {
    const { rows } = await this.#pool.query<BalanceRow>(
      `select a.id, a.name, a.type, a.currency, b.balance
       from ledger_accounts a cross join lateral (${at === undefined ? BALANCE_NOW : BALANCE_THEN}) b
       where a.livemode = $1 and (a.debits_posted > 0 or a.credits_posted > 0)
       order by a.currency, a.type, a.id`,
      at === undefined ? [livemode] : [livemode, at],
    );
    return rows;
  }

  async auditViolations(): Promise<{ chain: number; height: number; problem: string }[]> {
    const { rows } = await this.#pool.query<{ chain: number; height: number; problem: string }>(
      "select chain, height, problem from audit_violations() order by chain, height limit 100",
    );
    return rows;
  }

  async drift(): Promise<{ account: string; column: string; kept: number; counted: number }[]> {
    const { rows } = await this.#pool.query<{
      account: string;
      column: string;
      kept: number;
      counted: number;
    }>(`select account, column_name as "column", kept, counted from ledger_drift() limit 100`);
    return rows;
  }

  async chainHeads(): Promise<{ chain: number; height: number; hash: string }[]> {
    const { rows } = await this.#pool.query<{ chain: number; height: number; hash: string }>(
      "select id as chain, height, encode(hash, 'hex') as hash from audit_chains where height > 0 order by id",
    );
    return rows;
  }

  async #withEntries(transactions: Omit<TransactionRow, "entries">[]): Promise<TransactionRow[]> {
    if (transactions.length === 0) return [];
    const { rows } = await this.#pool.query<EntryRow>({
      name: "ledger_entries_of",
      text: `select ${ENTRY} from ledger_entries where transaction = any ($1) order by transaction, account, sequence`,
      values: [transactions.map(({ id }) => id)],
    });
    const entries = Map.groupBy(rows, ({ transaction }) => transaction);
    return transactions.map((transaction) => ({
      ...transaction,
      entries: entries.get(transaction.id) ?? [],
    }));
  }
}
