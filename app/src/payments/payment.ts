/** A payment: as it is stored and as the API shows it. */
import type { StoredObject } from "../database/objects.ts";
import { toSeconds } from "../clock.ts";
import { showAttempt, type Attempt } from "./attempt.ts";
import type { PaymentStatus } from "./states.ts";

export const CANCELLATION_REASONS = [
  "requested_by_customer",
  "duplicate",
  "fraudulent",
  "abandoned",
] as const;
export type CancellationReason = (typeof CANCELLATION_REASONS)[number];

export interface LastError {
  type: "card_error" | "api_error";
  code: string;
  decline_code?: string;
  message: string;
  payment_method?: string;
}

export interface NextAction {
  type: "redirect_to_url";
  redirect_to_url: { url: string; return_url?: string };
}

export type CaptureMethod = "automatic" | "manual";

/** What is stored of a payment. Amounts are minor units; what is absent is not shown. */
export interface Payment {
  status: PaymentStatus;
  amount: number;
  currency: string;
  /** Held, and not yet captured. */
  amount_capturable: number;
  amount_captured: number;
  /** Given back, or on its way back. */
  amount_refunded: number;
  /** In open and lost disputes. */
  amount_disputed: number;
  /** What the merchant was charged. */
  fee: number;
  capture_method: CaptureMethod;
  /** Id of the payment method. */
  payment_method?: string;
  payment_method_type?: string;
  customer?: string;
  description?: string;
  statement_descriptor?: string;
  reference?: string;
  metadata: Record<string, string>;
  return_url?: string;
  processor?: string;
  /** The processor's id of the authorisation. */
  processor_reference?: string;
  attempt?: Attempt;
  /** Kept until the challenge has an outcome; shown while the customer has to go there. */
  next_action?: NextAction;
  last_error?: LastError;
  latest_refund?: string;
  cancellation_reason?: CancellationReason;
  /** Seconds since 1970 (UTC). */
  canceled_at?: number;
}

export type StoredPayment = StoredObject<Payment>;

/** The payment as the API and its events show it. */
export function showPayment({ id, created, livemode, data }: StoredPayment) {
  return {
    id,
    object: "payment" as const,
    status: data.status,
    amount: data.amount,
    currency: data.currency,
    amount_capturable: data.amount_capturable,
    amount_captured: data.amount_captured,
    amount_refunded: data.amount_refunded,
    amount_disputed: data.amount_disputed,
    fee: data.fee,
    capture_method: data.capture_method,
    payment_method: data.payment_method,
    customer: data.customer,
    description: data.description,
    statement_descriptor: data.statement_descriptor,
    reference: data.reference,
    return_url: data.return_url,
    processor: data.processor,
    processor_reference: data.processor_reference,
    latest_attempt: data.attempt && showAttempt(data.attempt),
    next_action: data.status === "requires_action" ? data.next_action : undefined,
    last_error: data.last_error,
    latest_refund: data.latest_refund,
    cancellation_reason: data.cancellation_reason,
    canceled_at: data.canceled_at,
    metadata: data.metadata,
    created: toSeconds(created),
    livemode,
  };
}

/** What can still be given back: captured money that is neither refunded nor disputed. */
export function refundable({ status, amount_captured, amount_refunded, amount_disputed }: Payment): number {
  return status === "failed" ? 0 : Math.max(0, amount_captured - amount_refunded - amount_disputed);
}
