/** Privacy's SQL. What belongs to a customer is told by the function `customer_objects` (migrations/0007_privacy.sql). */
import type pg from "pg";
import { transaction } from "../database/transaction.ts";
import type { EventRow } from "../events/event.ts";
import type { AccountRow } from "../ledger/repository.ts";
import type { ErasableKind } from "./remains.ts";

export type SubjectKind =
  ErasableKind | "api_keys" | "customers" | "ledger_accounts" | "ledger_transactions" | "transfers";

/** Something that must come to its end before the customer can be erased. */
export interface OpenBusiness {
  id: string;
  status: string;
}

/** An entry on an account of the customer, with what was written to its transaction. */
export interface SubjectEntry {
  account: string;
  sequence: number;
  transaction: string;
  type: string;
  direction: "debit" | "credit";
  layer: "posted" | "pending";
  amount: number;
  currency: string;
  balance: number;
  description: string | null;
  metadata: Record<string, string> | null;
  posted: Date;
}

/** An answer that is kept under an idempotency key. */
export interface KeptAnswer {
  key: string;
  status: number;
  body: string;
  created: Date;
}

/** Rows of a kind that an erasure changes in one transaction. */
const BATCH = 5_000;
/** Objects of a customer that are in memory at once. */
const ID_PAGE = 500;
/** Open business that is named in an error at most. */
const MOST_NAMED = 20;

/** SQL: whether there are events that an erasure of the customer would take the data from. All that is recorded has one. */
function cameAfter(customer: string): string {
  return `exists (select from customer_objects(${customer}) o join events e on e.object = o.id
    where e.data is not null and e.type not in ('customer.erasure_requested', 'customer.erased'))`;
}

export function privacyRepository(pool: pg.Pool) {
  async function rows<T extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<T[]> {
    return (await pool.query<T>(text, values)).rows;
  }

  /** Work of the background, which may take longer than a request. */
  function withoutTimeLimit<T>(work: (db: pg.ClientBase) => Promise<T>): Promise<T> {
    return transaction(pool, async (db) => {
      await db.query("set local statement_timeout = 0");
      return work(db);
    });
  }

  /** Ids page by page in their order. @param text $1 the id to begin after, $2 how many, $3 and more the values */
  async function* pages(text: string, values: unknown[]): AsyncGenerator<string[]> {
    let ids: string[] = [];
    do {
      const found = await rows<{ id: string }>(text, [ids.at(-1) ?? "", ID_PAGE, ...values]);
      ids = found.map(({ id }) => id);
      if (ids.length > 0) yield ids;
    } while (ids.length === ID_PAGE);
  }

  return {
    /** Ids of what belongs to a customer, of one kind or of all. */
    idPages: (customer: string, kind?: SubjectKind): AsyncGenerator<string[]> =>
      pages(
        `select id from customer_objects($3) where ($4::text is null or kind = $4) and id > $1
         order by id limit $2`,
        [customer, kind],
      ),

    /** Ids of payment methods that are nobody's, and that the customer paid with: they tell of the customer all the same. */
    unattachedMethods: (customer: string): AsyncGenerator<string[]> =>
      pages(
        `select distinct m.id from customer_objects($3) o join payments p on o.kind = 'payments' and p.id = o.id
         join payment_methods m on m.id = p.data ->> 'payment_method'
         where m.customer is null and m.id > $1 order by m.id limit $2`,
        [customer],
      ),

    /** Subjects of the vault that are entries at the bank: of objects paid with an account that was nobody's then. */
    async bankSubjects(objects: readonly string[]): Promise<string[]> {
      // The keys of an object's entries are its id, a hyphen and more; the character after the hyphen is the full stop.
      const found = await rows<{ subject: string }>(
        `select e.subject from unnest($1::text[]) as o (id) join ach_entries e on e.key > o.id || '-' and e.key < o.id || '.'
         where e.subject = e.reference`,
        [objects],
      );
      return found.map(({ subject }) => subject);
    },

    /** What is not finished yet: by its state, or because a processor's answer is awaited. */
    openBusiness: (customer: string): Promise<OpenBusiness[]> =>
      rows<OpenBusiness>(
        `with mine as materialized (select kind, id from customer_objects($1)), business as (
           select o.id, o.status, o.data, o.status in ('succeeded', 'canceled', 'failed') as final
           from mine join payments o on mine.kind = 'payments' and o.id = mine.id
           union all
           select o.id, o.status, o.data, o.status <> 'pending'
           from mine join refunds o on mine.kind = 'refunds' and o.id = mine.id
           union all
           select o.id, o.status, o.data, o.status not in ('needs_response', 'under_review')
           from mine join disputes o on mine.kind = 'disputes' and o.id = mine.id
           union all
           select o.id, o.status, o.data, o.status not in ('pending', 'in_transit')
           from mine join payouts o on mine.kind = 'payouts' and o.id = mine.id
         )
         select id, status from business where not final or data #>> '{attempt,due}' is not null
         order by id limit $2`,
        [customer, MOST_NAMED],
      ),

    /** Whether a dispute still has evidence, because a response with it was on its way. */
    async hasEvidence(customer: string): Promise<boolean> {
      const [found] = await rows<{ found: boolean }>(
        `select exists (
           select from customer_objects($1) o join disputes d on o.kind = 'disputes' and d.id = o.id
           where d.data ? 'evidence'
         ) as found`,
        [customer],
      );
      return found?.found === true;
    },

    /** Erases what is beside the objects. @param answer what is answered in place of erased answers */
    async eraseRecords(customer: string, answer: string): Promise<void> {
      for (let changed = 1; changed > 0;) {
        changed = await withoutTimeLimit(async (db) => {
          const { rows: found } = await db.query<{ changed: number }>(
            "select erase_customer_records($1, $2, $3) as changed",
            [customer, answer, BATCH],
          );
          return found[0]?.changed ?? 0;
        });
      }
    },

    /** How many objects of each kind there are of a customer, and how many events of these have lost their data. */
    async counts(customer: string): Promise<Record<string, number>> {
      const found = await rows<{ kind: string; count: number }>(
        `with mine as materialized (select kind, id from customer_objects($1))
         select kind, count(*) from mine group by kind
         union all
         select 'events', count(*) from mine join events e on e.object = mine.id where e.data is null
         order by kind`,
        [customer],
      );
      return Object.fromEntries(found.map(({ kind, count }) => [kind, count]));
    },

    /**
     * Ids of erasures that are not completed, and of those that something came after: from a request that was under way when
     * the erasure was asked for, and took the customer for one that there is. In three hours all such are over.
     */
    async openErasures(): Promise<string[]> {
      const found = await withoutTimeLimit((db) =>
        db.query<{ id: string }>(
          `select id from erasures where status = 'processing'
           union all
           select id from erasures where status = 'completed' and created > now() - interval '3 hours' and ${cameAfter("customer")}
           order by id`,
        ),
      );
      return found.rows.map(({ id }) => id);
    },

    /** Whether something of the customer was recorded after an erasure was completed. */
    async cameAfter(customer: string): Promise<boolean> {
      const [found] = await rows<{ found: boolean }>(`select ${cameAfter("$1")} as found`, [customer]);
      return found?.found === true;
    },

    // Reads of exports
    accounts: (ids: string[]): Promise<AccountRow[]> =>
      rows<AccountRow>("select * from ledger_accounts where id = any ($1) order by id", [ids]),

    entries: (account: string, after: number, limit: number): Promise<SubjectEntry[]> =>
      rows<SubjectEntry>(
        `select e.account, e.sequence, e.transaction, t.type, e.direction, e.layer, e.amount, e.currency, e.balance,
           t.description, t.metadata, e.posted
         from ledger_entries e join ledger_transactions t on t.id = e.transaction
         where e.account = $1 and e.sequence > $2 order by e.sequence limit $3`,
        [account, after, limit],
      ),

    /** Events about objects, in the order of their ids. */
    events: (objects: readonly string[], after: string, limit: number): Promise<EventRow[]> =>
      rows<EventRow>(
        `select id, livemode, type, object, created, data::text as data, request
         from events where object = any ($1) and id > $2 order by id limit $3`,
        [objects, after, limit],
      ),

    /** Answers that hold personal data. Those about payments, refunds and so on repeat what these show themselves. */
    answers: (customer: string, livemode: boolean, after: string, limit: number): Promise<KeptAnswer[]> =>
      rows<KeptAnswer>(
        `select key, status, body, created from idempotency_keys
         where subject in (select id from customer_objects($1)) and livemode = $2 and status is not null and key > $3
         order by key limit $4`,
        [customer, livemode, after, limit],
      ),

    // Retention
    async progress(): Promise<Map<string, { position: string; applied: Date }>> {
      const found = await rows<{ rule: string; position: string; applied: Date }>(
        "select rule, position, applied from retention_progress",
        [],
      );
      return new Map(found.map(({ rule, ...progress }) => [rule, progress]));
    },

    async recordProgress(rule: string, applied: Date, position = ""): Promise<void> {
      await pool.query(
        `insert into retention_progress (rule, position, applied) values ($1, $2, $3)
         on conflict (rule) do update set position = excluded.position, applied = excluded.applied`,
        [rule, position, applied],
      );
    },

    /** @returns the last id that was looked at; undefined when nothing was left to look at */
    async forgetEventData(before: Date, after: string): Promise<string | undefined> {
      const [found] = await rows<{ last: string | null }>("select forget_event_data($1, $2, $3) as last", [
        before,
        after,
        BATCH,
      ]);
      return found?.last ?? undefined;
    },

    forgetVaultAccess: (before: Date): Promise<unknown> =>
      withoutTimeLimit((db) => db.query("select forget_vault_access($1)", [before])),

    /** Customers with a consent from before a moment which may have to go, in the order of their ids. */
    async customersWithOldConsents(
      before: number,
      after: string,
      limit: number,
    ): Promise<{ id: string; livemode: boolean }[]> {
      return rows(
        `select id, livemode from customers
         where id > $2 and data -> 'consents' <> '[]' and (data #>> '{consents,0,at}')::bigint < $1
           and (status = 'deleted' or data -> 'consents' @> '[{"status": "withdrawn"}]')
         order by id limit $3`,
        [before, after, limit],
      );
    },
  };
}

export type PrivacyRepository = ReturnType<typeof privacyRepository>;
