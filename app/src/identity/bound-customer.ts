/** The customer whom a key or a token acts for. */
import { invalid } from "../errors.ts";
import { findCustomerStatus, type Queryable } from "./repository.ts";

/** @throws ApiError 400 when there is no such customer in the mode (any more) */
export async function requireCustomer(db: Queryable, id: string, livemode: boolean): Promise<void> {
  const found = await findCustomerStatus(db, id, livemode);
  if (found === undefined) throw invalid("resource_missing", `There is no customer ${id}.`, "customer");
  if (found.status === "deleted") throw invalid("customer_deleted", `Customer ${id} is deleted.`, "customer");
}
