/**
 * A write: everything that one change of the service's state does, as data. The journal commits it whole or not at all,
 * together with the other writes that wait at that moment.
 *
 * A handler reads what it needs, decides purely, and hands over a write with the versions that it decided upon. When an
 * object has changed since, the journal refuses with `conflict` and the handler decides again.
 */
import type { EventType } from "../events/types.ts";

/** Tables of objects; one row each, found by id. */
export const OBJECT_KINDS = [
  "customers",
  "disputes",
  "erasures",
  "experiments",
  "exports",
  "flag_segments",
  "flags",
  "payment_methods",
  "payments",
  "payouts",
  "reconciliations",
  "refunds",
  "webhook_endpoints",
] as const;

export type ObjectKind = (typeof OBJECT_KINDS)[number];

/** What an object's `data` holds in addition to the columns; JSON, in the API's field names. */
export interface ObjectChange {
  kind: ObjectKind;
  id: string;
  /** The version that this change makes: 1 creates the object, n replaces version n - 1. */
  version: number;
  /** Milliseconds since 1970 (UTC); of the object's creation. */
  created: number;
  data: object;
}

export type AccountType = "asset" | "liability" | "equity" | "revenue" | "expense";

/** What of a ledger account can change. */
export interface AccountSettings {
  name: string;
  status: "open" | "closed";
  /** How far what is available may go below zero, in minor units; null: without limit. */
  overdraft: number | null;
  metadata: Record<string, string>;
}

/** A ledger account that is opened, or whose settings are changed. */
export interface AccountChange extends AccountSettings {
  id: string;
  type: AccountType;
  currency: string;
  /** Id of the customer whose money it keeps. */
  customer: string | null;
  /** Milliseconds since 1970 (UTC). */
  created: number;
  /** The settings that the change was decided upon; absent for an account that is opened. */
  before?: AccountSettings;
}

export type Direction = "debit" | "credit";

/** `pending` entries hold money for an authorisation; a negative pending amount releases it. */
export type Layer = "posted" | "pending";

export interface LedgerEntry {
  /** Account id. */
  account: string;
  direction: Direction;
  layer: Layer;
  /** Minor units, an integer; above zero, but for a pending entry that releases what is held. */
  amount: number;
}

/** Entries whose debits equal their credits, per currency and layer; the database refuses others. */
export interface LedgerTransaction {
  id: string;
  /** What kind of movement: `transfer`, `payment.capture`, `refund`, `dispute.opened`, … */
  type: string;
  currency: string;
  /** Id of the object that caused it. */
  object: string;
  description?: string;
  metadata?: Record<string, string>;
  /** Milliseconds since 1970 (UTC). */
  created: number;
  entries: LedgerEntry[];
}

export interface DomainEvent {
  id: string;
  type: EventType;
  /** Id of the object that it is about; events of one object are delivered in the order of its versions. */
  object: string;
  /** The object's version after the change. */
  version: number;
  /** Milliseconds since 1970 (UTC). */
  created: number;
  /** The object as the API shows it, as JSON text: kept and delivered byte by byte. No personal data of a customer. */
  data: string;
}

/** A final answer of the API, kept byte by byte for those who ask again. */
export interface Answer {
  status: number;
  /** JSON text. */
  body: string;
}

/** The JSON text of a body, which may be that text already. */
export function jsonText(body: object | string): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

export interface IdempotencyKey {
  /** 1 to 255 characters, as the client sent it. */
  key: string;
  /** Keyed SHA-256 of path, body and the customer acted for, 64 hexadecimal digits. */
  fingerprint: string;
}

/**
 * What happens to the request's idempotency key with the write:
 * - `answer` alone: the key is taken and answered at once;
 * - `claim`: the key is taken, its answer comes later (a processor is asked first); `object` is what to look at if this
 *   process dies;
 * - `complete`: a claimed key gets its answer.
 */
export type KeyChange = IdempotencyKey &
  (
    | { step: "answer"; answer: Answer; subject?: string }
    | { step: "claim"; object: string }
    | { step: "complete"; answer: Answer; subject?: string }
  );

export interface Write {
  livemode: boolean;
  /** Who did it: id of an API key or a user, or `system`. */
  actor: string;
  /** Id of the request, shown in events; absent for what the service does of itself. */
  request?: string;
  key?: KeyChange;
  accounts?: AccountChange[];
  objects?: ObjectChange[];
  transactions?: LedgerTransaction[];
  events?: DomainEvent[];
}

export type Refusal =
  /** The key was taken (or, for `complete`, answered) by someone else: read its record. */
  | { reason: "key_taken" }
  /** An object has another version, or an account other settings, than the write was decided upon. */
  | { reason: "conflict"; object: string }
  | { reason: "account_missing"; account: string }
  | { reason: "account_closed"; account: string }
  | { reason: "currency_mismatch"; account: string }
  | { reason: "insufficient_funds"; account: string }
  | { reason: "balance_overflow"; account: string };

export type CommitResult = { committed: true } | ({ committed: false } & Refusal);
