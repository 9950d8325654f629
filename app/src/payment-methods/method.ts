/** Payment methods, purely: what is kept of them, what is shown, and which changes they allow. */
import { toSeconds } from "../clock.ts";
import type { StoredObject } from "../database/objects.ts";
import { invalid } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import type { DomainEvent, ObjectChange } from "../journal/write.ts";
import type { Instrument } from "../processors/processor.ts";
import type { CardFace } from "../vault/index.ts";
import type { BillingDetails, MethodInput } from "./schemas.ts";

export interface KeptCard extends CardFace {
  funding: "credit" | "debit" | "prepaid" | "unknown";
  /** Absent when detached. */
  fingerprint?: string;
}

export interface KeptBankAccount {
  routing_number: string;
  last4: string;
  account_type: "checking" | "savings";
  account_holder_type: "individual" | "company";
  /** Absent when detached. */
  fingerprint?: string;
}

/** The `data` of a row in the payment_methods table. No number is in it, and what is personal is encrypted. */
export interface MethodData {
  type: "card" | "us_bank_account";
  status: "active" | "detached";
  /** The vault's token of the number; absent when detached. */
  vault?: string;
  card?: KeptCard;
  us_bank_account?: KeptBankAccount;
  /** Billing details and the holder's name, encrypted by the vault. */
  sealed?: string;
  customer?: string;
  metadata: Record<string, string>;
}

/** What the vault encrypts of a payment method besides its number. */
export interface MethodPersonal {
  billing?: BillingDetails;
  holderName?: string;
}

export type StoredMethod = StoredObject<MethodData>;

/** Whose key encrypts a payment method: its customer's, or one of its own. */
export function subjectOf({ id, data }: Pick<StoredMethod, "id" | "data">): string {
  return data.customer ?? id;
}

/** The details of the type that is named, and of no other. @throws ApiError 400 */
export function detailsOf(input: MethodInput) {
  const other = input.type === "card" ? "us_bank_account" : "card";
  if (input[other] !== undefined) {
    throw invalid("parameter_unknown", `type is ${input.type}: send ${input.type} and not ${other}.`, other);
  }
  if (input.type === "card" && input.card) return { type: "card" as const, ...input.card };
  if (input.type === "us_bank_account" && input.us_bank_account) {
    return { type: "us_bank_account" as const, ...input.us_bank_account };
  }
  throw invalid("parameter_missing", `type is ${input.type}: send its details as ${input.type}.`, input.type);
}

/** The payment method as the API shows it. */
export function showMethod({ id, livemode, created, data }: StoredMethod, billing: BillingDetails = {}) {
  const { name = null, email = null, phone = null, address = null } = billing;
  return {
    id,
    object: "payment_method" as const,
    type: data.type,
    card: data.card,
    us_bank_account: data.us_bank_account,
    billing_details: { name, email, phone, address },
    customer: data.customer ?? null,
    metadata: data.metadata,
    livemode,
    created: toSeconds(created),
  };
}

/** Billing details after a change: what the change names is replaced; null removes it. */
export function changeBilling(before: BillingDetails = {}, change: BillingDetails = {}): BillingDetails {
  return Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== null));
}

/** @throws ApiError 400 when it was detached: its number is gone for good */
export function refuseDetached({ id, data }: StoredMethod): void {
  if (data.status === "active") return;
  const message = `Payment method ${id} was detached and cannot be used any more. Create a new one.`;
  throw invalid("payment_method_detached", message, "id");
}

/** @throws ApiError 400 when it belongs to another customer */
export function refuseOtherCustomer({ id, data }: StoredMethod, customer: string): void {
  if (data.customer === undefined || data.customer === customer) return;
  throw invalid(
    "payment_method_attached",
    `Payment method ${id} is attached to customer ${data.customer}. Detached, it cannot be used again: create a new one.`,
    "customer",
  );
}

/**
 * What is left when it is detached: what it was, without number and personal data. Without fingerprint, too: when the hash key
 * is replaced, none can be made anew without the number.
 */
export function detachedData({ type, card, us_bank_account: account, metadata }: MethodData): MethodData {
  return {
    type,
    status: "detached",
    card: card && { ...card, fingerprint: undefined },
    us_bank_account: account && { ...account, fingerprint: undefined },
    metadata,
  };
}

/** What a processor is given. @throws Error for a method that is neither a card nor a bank account */
export function instrumentOf(
  { card, us_bank_account: account, customer }: Pick<MethodData, "card" | "us_bank_account" | "customer">,
  number: string,
  { holderName = "", cvc }: { holderName?: string; cvc?: string },
): Instrument {
  if (card) return { type: "card", number, expMonth: card.exp_month, expYear: card.exp_year, cvc };
  if (!account) throw new Error("A payment method is a card or a bank account.");
  return {
    type: "us_bank_account",
    routingNumber: account.routing_number,
    accountNumber: number,
    accountType: account.account_type,
    holderType: account.account_holder_type,
    holderName,
    subject: customer,
  };
}

/** The payment method as events show it: without billing details, fingerprint and issuer. */
export function publicMethod({ id, livemode, created, data }: StoredMethod) {
  const { brand, last4, exp_month, exp_year, funding } = data.card ?? {};
  return {
    id,
    object: "payment_method",
    type: data.type,
    card: data.card && { brand, last4, exp_month, exp_year, funding },
    us_bank_account: data.us_bank_account && { last4: data.us_bank_account.last4 },
    customer: data.customer ?? null,
    livemode,
    created: toSeconds(created),
  };
}

/** A version as the journal takes it, and the event that tells of it. */
export function methodWrite(
  method: StoredMethod,
  event: { id: string; type: EventType; at: number },
): { objects: ObjectChange[]; events: DomainEvent[] } {
  const { id, version, created, data } = method;
  const shown = JSON.stringify(publicMethod(method));
  return {
    objects: [{ kind: "payment_methods", id, version, created, data }],
    events: [{ id: event.id, type: event.type, object: id, version, created: event.at, data: shown }],
  };
}
