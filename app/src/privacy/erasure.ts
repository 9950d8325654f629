/** Erasures, purely: what is kept and shown of them. They say when whose data was erased and how much of what, no more. */
import { toSeconds } from "../clock.ts";
import type { StoredObject } from "../database/objects.ts";
import { ApiError, errorBody } from "../errors.ts";
import type { ObjectChange } from "../journal/write.ts";
import type { OpenBusiness } from "./repository.ts";

/** The `data` of a row in the erasures table. */
export interface Erasure {
  status: "processing" | "completed";
  customer: string;
  /** Id of the key or user who asked for it. */
  requested_by: string;
  /** Objects by kind, once completed. */
  counts: Record<string, number>;
  /** Seconds since 1970 (UTC). */
  completed?: number;
}

export type StoredErasure = StoredObject<Erasure>;

export function showErasure({ id, livemode, created, data }: StoredErasure) {
  const { customer, status, requested_by, counts, completed = null } = data;
  return {
    id,
    object: "erasure" as const,
    customer,
    status,
    requested_by,
    counts,
    completed,
    livemode,
    created: toSeconds(created),
  };
}

export function erasureChange({ id, version, created, data }: StoredErasure): ObjectChange {
  return { kind: "erasures", id, version, created, data };
}

/** @throws ApiError 409 that names what is open */
export function refuseOpenBusiness(customer: string, open: readonly OpenBusiness[]): void {
  if (open.length === 0) return;
  const named = open.map(({ id, status }) => `${id} (${status})`).join(", ");
  throw new ApiError(
    409,
    "invalid_request_error",
    "customer_has_open_business",
    `Customer ${customer} cannot be erased while something of it is under way: ${named}. ` +
      "Finish or cancel it, then ask again with a new Idempotency-Key.",
    { param: "id" },
  );
}

/** What is answered to a request whose answer was erased: it was done, and must not be done again. */
export const ERASED_ANSWER = errorBody(
  new ApiError(
    410,
    "invalid_request_error",
    "answer_erased",
    "The request with this Idempotency-Key was done before. Its answer was erased with the customer's data.",
  ),
  "",
);
