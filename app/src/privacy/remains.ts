/**
 * What remains of an object after its customer's erasure, purely: a list of what stays, so that a field which is added to an
 * object goes unless somebody decides here that it may stay. Ids are pseudonyms: without the customer's data they name nobody.
 */
import type { Dispute } from "../disputes/dispute.ts";
import type { MethodData } from "../payment-methods/index.ts";
import { isOpen } from "../payments/attempt.ts";
import type { Payment } from "../payments/payment.ts";
import type { Payout } from "../payouts/index.ts";
import type { Refund } from "../refunds/refund.ts";

interface ErasableData {
  disputes: Dispute;
  payment_methods: MethodData;
  payments: Payment;
  payouts: Payout;
  refunds: Refund;
}

export type ErasableKind = keyof ErasableData;

/** Of each kind of object, what the books need. */
const REMAINS: { readonly [Kind in ErasableKind]: readonly (keyof ErasableData[Kind])[] } = {
  payment_methods: ["type"],
  payments: [
    "status",
    "amount",
    "currency",
    "amount_capturable",
    "amount_captured",
    "amount_refunded",
    "amount_disputed",
    "fee",
    "capture_method",
    "payment_method",
    "payment_method_type",
    "customer",
    "processor",
    "processor_reference",
    "attempt",
    "last_error",
    "latest_refund",
    "cancellation_reason",
    "canceled_at",
  ],
  refunds: [
    "status",
    "amount",
    "currency",
    "payment",
    "customer",
    "reason",
    "processor",
    "processor_reference",
    "attempt",
    "failure_code",
    "failure_message",
  ],
  disputes: [
    "status",
    "amount",
    "fee",
    "currency",
    "payment",
    "withheld",
    "customer",
    "reason",
    "evidence_due_by",
    "submitted_at",
    "closed_at",
    "processor",
    "processor_reference",
    "attempt",
  ],
  payouts: [
    "status",
    "amount",
    "currency",
    "payment_method",
    "processor",
    "processor_reference",
    "attempt",
    "failure_code",
    "failure_message",
  ],
};

/** In the order of erasing: payment methods first, since the others are found by them. */
export const ERASABLE_KINDS = Object.keys(REMAINS) as ErasableKind[];

/** @param customer whose erasure it is */
export function remainsOf(kind: ErasableKind, data: object, customer: string): object {
  const remains = new Set<string>(REMAINS[kind]);
  // A response without evidence accepts the dispute: one that is on its way needs its evidence until the processor has it.
  if (kind === "disputes" && isOpen((data as Dispute).attempt)) remains.add("evidence");
  const kept = Object.fromEntries(Object.entries(data).filter(([field]) => remains.has(field)));
  // A detached payment method no longer named its customer, save in events whose data goes, too.
  const rest = kind === "payment_methods" ? { status: "detached", customer } : {};
  return { ...kept, ...rest, metadata: {} };
}
