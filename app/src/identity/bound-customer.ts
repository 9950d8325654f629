/** The customer whom a key or a token acts for. */
import { ApiError, invalid } from "../errors.ts";
import type { Caller } from "../http/operation.ts";
import { findCustomerStatus, type Queryable } from "./repository.ts";

/** @throws ApiError 400 when there is no such customer in the mode (any more) */
export async function requireCustomer(db: Queryable, id: string, livemode: boolean): Promise<void> {
  refuseUnusable(id, await findCustomerStatus(db, id, livemode));
}

/**
 * @param found The customer that a body names
 * @throws ApiError 400 when there is none, or it is deleted
 */
export function refuseUnusable(id: string, found: { status: string | null } | undefined): void {
  if (found === undefined) throw invalid("resource_missing", `There is no customer ${id}.`, "customer");
  if (found.status === "deleted") throw invalid("customer_deleted", `Customer ${id} is deleted.`, "customer");
}

/**
 * The customer that a request is about: the one that the caller acts for, else the one that is named, if any is.
 * @throws ApiError 403 when another one is named than the caller acts for
 */
export function customerFor({ customer: own }: Caller, named: string | undefined): string | undefined {
  if (own === undefined || named === undefined || named === own) return own ?? named;
  const message = `You act for customer ${own}: leave customer out or send that id.`;
  throw new ApiError(403, "permission_error", "customer_not_allowed", message, { param: "customer" });
}
