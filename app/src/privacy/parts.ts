/** What an export of a customer has in it: parts, each a list of objects as the API shows them, read page by page. */
import { toSeconds } from "../clock.ts";
import type { Core } from "../core.ts";
import type { CustomerService } from "../customers/index.ts";
import { showDispute, type Dispute } from "../disputes/dispute.ts";
import { eventText } from "../events/event.ts";
import type { StoredObject } from "../database/objects.ts";
import type { Caller } from "../http/operation.ts";
import type { ObjectKind } from "../journal/write.ts";
import { presentAccount } from "../ledger/present.ts";
import type { MethodService } from "../payment-methods/index.ts";
import { showPayment, type Payment } from "../payments/payment.ts";
import { showPayout, type Payout } from "../payouts/payout.ts";
import { showRefund, type Refund } from "../refunds/refund.ts";
import type { PrivacyRepository, SubjectKind } from "./repository.ts";

export const PART_NAMES = [
  "customer",
  "consents",
  "payment_methods",
  "payments",
  "refunds",
  "disputes",
  "payouts",
  "ledger_accounts",
  "ledger_entries",
  "events",
  "answers",
] as const;

export type PartName = (typeof PART_NAMES)[number];

/** The columns of each part as CSV; what is no plain value is JSON in its cell. */
export const PART_COLUMNS: Readonly<Record<PartName, readonly string[]>> = {
  customer: ["id", "name", "email", "phone", "address", "description", "metadata", "livemode", "created"],
  consents: ["customer", "purpose", "status", "source", "text_version", "created"],
  payment_methods: [
    "id",
    "type",
    "card",
    "us_bank_account",
    "billing_details",
    "customer",
    "metadata",
    "created",
  ],
  payments: [
    "id",
    "status",
    "amount",
    "currency",
    "amount_captured",
    "amount_refunded",
    "amount_disputed",
    "payment_method",
    "customer",
    "description",
    "statement_descriptor",
    "reference",
    "return_url",
    "processor",
    "processor_reference",
    "latest_attempt",
    "next_action",
    "last_error",
    "latest_refund",
    "cancellation_reason",
    "canceled_at",
    "metadata",
    "created",
  ],
  refunds: [
    "id",
    "status",
    "amount",
    "currency",
    "payment",
    "customer",
    "reason",
    "description",
    "reference",
    "processor",
    "processor_reference",
    "failure_code",
    "failure_message",
    "metadata",
    "created",
  ],
  disputes: [
    "id",
    "status",
    "amount",
    "currency",
    "payment",
    "customer",
    "reason",
    "evidence",
    "evidence_due_by",
    "submitted_at",
    "closed_at",
    "metadata",
    "created",
  ],
  payouts: [
    "id",
    "status",
    "amount",
    "currency",
    "payment_method",
    "description",
    "statement_descriptor",
    "reference",
    "processor",
    "processor_reference",
    "failure_code",
    "failure_message",
    "metadata",
    "created",
  ],
  ledger_accounts: [
    "id",
    "name",
    "type",
    "currency",
    "status",
    "overdraft",
    "balance",
    "metadata",
    "created",
  ],
  ledger_entries: [
    "account",
    "sequence",
    "transaction",
    "type",
    "direction",
    "layer",
    "amount",
    "currency",
    "balance",
    "description",
    "metadata",
    "posted",
  ],
  events: ["id", "type", "created", "data", "request"],
  answers: ["idempotency_key", "status", "body", "created"],
};

export type Page = readonly object[];

/** Entries, events or answers that are in memory at once. */
const PAGE = 500;

export interface PartsOptions {
  customers: CustomerService;
  methods: MethodService;
  repository: PrivacyRepository;
}

export function partReader(core: Core, { customers, methods, repository }: PartsOptions) {
  const { objects } = core;

  /** Objects by their ids. */
  async function* objectsOf(
    pages: AsyncIterable<string[]>,
    show: (id: string) => Promise<object | undefined>,
  ): AsyncGenerator<Page> {
    for await (const ids of pages) {
      const shown = await Promise.all(ids.map(show));
      yield shown.filter((object) => object !== undefined);
    }
  }

  function stored<T>(kind: ObjectKind & SubjectKind, show: (object: StoredObject<T>) => object) {
    return (customer: string, { livemode }: Caller) =>
      objectsOf(repository.idPages(customer, kind), async (id) => {
        const object = await objects.get<T>(kind, id, livemode);
        return object && show(object);
      });
  }

  async function* entriesOf(customer: string): AsyncGenerator<Page> {
    for await (const ids of repository.idPages(customer, "ledger_accounts")) {
      for (const id of ids) {
        let entries = await repository.entries(id, 0, PAGE);
        while (entries.length > 0) {
          yield entries.map(({ posted, ...entry }) => ({ ...entry, posted: toSeconds(posted.getTime()) }));
          entries = await repository.entries(id, entries.at(-1)?.sequence ?? 0, PAGE);
        }
      }
    }
  }

  async function* eventsOf(customer: string): AsyncGenerator<Page> {
    for await (const ids of repository.idPages(customer)) {
      let rows = await repository.events(ids, "", PAGE);
      while (rows.length > 0) {
        yield rows.map((row) => JSON.parse(eventText(row)) as object);
        rows = await repository.events(ids, rows.at(-1)?.id ?? "", PAGE);
      }
    }
  }

  const parts: Record<PartName, (customer: string, caller: Caller) => AsyncIterable<Page>> = {
    async *customer(customer, caller) {
      yield [await customers.retrieve(customer, caller)];
    },
    async *consents(customer, caller) {
      yield (await customers.consents(customer, caller)).data;
    },
    async *payment_methods(customer, { livemode, actor, scopes }) {
      // Also those that are detached, and thereby nobody's.
      const show = (id: string) => methods.retrieve(id, { livemode, actor, scopes });
      yield* objectsOf(repository.idPages(customer, "payment_methods"), show);
      yield* objectsOf(repository.unattachedMethods(customer), show);
    },
    payments: stored<Payment>("payments", showPayment),
    refunds: stored<Refund>("refunds", showRefund),
    disputes: stored<Dispute>("disputes", showDispute),
    payouts: stored<Payout>("payouts", showPayout),
    async *ledger_accounts(customer) {
      for await (const ids of repository.idPages(customer, "ledger_accounts")) {
        yield (await repository.accounts(ids)).map(presentAccount);
      }
    },
    ledger_entries: entriesOf,
    events: eventsOf,
    async *answers(customer, { livemode }) {
      let rows = await repository.answers(customer, livemode, "", PAGE);
      while (rows.length > 0) {
        yield rows.map(({ key, status, body, created }) => ({
          object: "answer",
          idempotency_key: key,
          status,
          body: JSON.parse(body) as object,
          created: toSeconds(created.getTime()),
        }));
        rows = await repository.answers(customer, livemode, rows.at(-1)?.key ?? "", PAGE);
      }
    },
  };

  /** A part's objects, page by page. The caller's right to the customer was checked before. */
  return (part: PartName, customer: string, caller: Caller): AsyncIterable<Page> =>
    parts[part](customer, caller);
}

export type PartReader = ReturnType<typeof partReader>;
