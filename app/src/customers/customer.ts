/** Customers, purely: what is kept of them, what is shown, and what a change makes of them. */
import { toSeconds } from "../clock.ts";
import type { StoredObject } from "../database/objects.ts";
import { ApiError, invalid } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import type { DomainEvent, ObjectChange } from "../journal/write.ts";
import type { Address, ConsentInput, CustomerChange } from "./schemas.ts";

/** What tells who the customer is; kept encrypted under the customer's key. */
export interface PersonalData {
  name?: string | null;
  email?: string | null;
  phone?: string | null;
  address?: Address | null;
  description?: string | null;
}

export interface ConsentRecord extends ConsentInput {
  /** Milliseconds since 1970 (UTC). */
  at: number;
}

/** A duty to keep all of a customer's data, as for a lawsuit (GDPR art. 17 (3) e). */
export interface LegalHold {
  reason: string;
  /** Milliseconds since 1970 (UTC). */
  since: number;
}

/** The `data` of a row in the customers table: nothing personal in it can be read without the customer's key. */
export interface CustomerData {
  /** Personal data, encrypted by the vault; absent when deleted or erased. */
  sealed?: string;
  /** The vault's keyed hash of the e-mail address, for exact searches: the column that objects are found by. */
  reference?: string;
  metadata: Record<string, string>;
  /** All that was ever granted or withdrawn, the latest last. */
  consents?: ConsentRecord[];
  /** While it is there, the customer can neither be deleted nor erased. */
  legal_hold?: LegalHold;
  status: "active" | "deleted";
}

export type StoredCustomer = StoredObject<CustomerData>;

/** Consents kept for one customer at most. */
const MOST_CONSENTS = 1000;

const PERSONAL_FIELDS = ["name", "email", "phone", "address", "description"] as const;

/** Personal data after a change: what the change names is replaced; null removes it. */
export function changePersonal(before: PersonalData, change: CustomerChange): PersonalData {
  const after: PersonalData = {};
  for (const field of PERSONAL_FIELDS) {
    const value = change[field] === undefined ? before[field] : change[field];
    if (value !== null && value !== undefined) Object.assign(after, { [field]: value });
  }
  return after;
}

/** The form of an address that equal ones share: people do not mind capital letters in it. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** The customer as the API shows it. */
export function showCustomer({ id, livemode, created, data }: StoredCustomer, personal: PersonalData) {
  const { name = null, email = null, phone = null, address = null, description = null } = personal;
  const shown = {
    id,
    object: "customer" as const,
    name,
    email,
    phone,
    address,
    description,
    metadata: data.metadata,
  };
  return { ...shown, livemode, created: toSeconds(created) };
}

export function showDeleted({ id, livemode, created }: StoredCustomer) {
  return { id, object: "customer" as const, deleted: true as const, livemode, created: toSeconds(created) };
}

export function showConsent({ id, livemode }: StoredCustomer, { at, ...consent }: ConsentRecord) {
  return { object: "consent" as const, customer: id, ...consent, livemode, created: toSeconds(at) };
}

/** The customer's next version with one more consent. @throws ApiError 400 when there are too many */
export function addConsent(data: CustomerData, consent: ConsentRecord): CustomerData {
  const consents = data.consents ?? [];
  if (consents.length >= MOST_CONSENTS) {
    throw invalid(
      "too_many_consents",
      `The customer has ${MOST_CONSENTS} consents already; no more are kept.`,
    );
  }
  return { ...data, consents: [...consents, consent] };
}

/** What is left of a deleted customer: that it was one, and what it had consented to. */
export function deletedData({ consents }: CustomerData): CustomerData {
  return { metadata: {}, consents, status: "deleted" };
}

/** @throws ApiError 400 when the customer is deleted */
export function refuseDeleted({ id, data }: StoredCustomer): void {
  if (data.status === "deleted") {
    throw new ApiError(400, "invalid_request_error", "customer_deleted", `Customer ${id} is deleted.`, {
      param: "id",
    });
  }
}

/** @throws ApiError 409 while a legal hold is on the customer */
export function refuseHeld({ id, data }: StoredCustomer): void {
  if (data.legal_hold === undefined) return;
  throw new ApiError(
    409,
    "invalid_request_error",
    "customer_held",
    `Customer ${id} is under a legal hold: nothing of it may be erased. Release the hold first.`,
    { param: "id" },
  );
}

/** A version of a customer as the journal takes it, and the event that tells of it: ids alone, nothing personal. */
export function customerWrite(
  customer: StoredCustomer,
  event: { id: string; type: EventType; at: number },
): { objects: ObjectChange[]; events: DomainEvent[] } {
  const { id, version, created, livemode, data } = customer;
  const deleted = data.status === "deleted" || undefined;
  const shown = { id, object: "customer", deleted, livemode, created: toSeconds(created) };
  return {
    objects: [{ kind: "customers", id, version, created, data }],
    events: [
      { id: event.id, type: event.type, object: id, version, created: event.at, data: JSON.stringify(shown) },
    ],
  };
}
