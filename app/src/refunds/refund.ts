/** Refunds, purely: what is kept and shown of them, and what becomes of them and of their payment. */
import { toSeconds } from "../clock.ts";
import type { StoredObject } from "../database/objects.ts";
import { invalid } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import {
  amountDone,
  beginAttempt,
  endAttempt,
  openAttemptOf,
  showAttempt,
  unsentAttemptOf,
  awaitOutcome,
  type Attempt,
  type AttemptOrigin,
} from "../payments/attempt.ts";
import type { Known } from "../payments/conclude.ts";
import { processorOf } from "../payments/decide.ts";
import { refundable, type Payment } from "../payments/payment.ts";
import { refunded, refundFailed, type Posting, type ProcessorMovement } from "../payments/postings.ts";
import { transition, type Transitions } from "../payments/states.ts";
import type { Declined } from "../processors/processor.ts";

export const REFUND_STATUSES = ["pending", "succeeded", "failed", "canceled"] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];

/** A refund that succeeded fails all the same when the customer's bank sends the money back. */
export const REFUND_TRANSITIONS: Transitions<RefundStatus> = {
  pending: ["succeeded", "failed", "canceled"],
  succeeded: ["failed"],
  failed: [],
  canceled: [],
};

export const REFUND_REASONS = ["requested_by_customer", "duplicate", "fraudulent"] as const;
export type RefundReason = (typeof REFUND_REASONS)[number];

/** What is stored of a refund. */
export interface Refund {
  status: RefundStatus;
  /** Minor units. */
  amount: number;
  currency: string;
  payment: string;
  customer?: string;
  reason?: RefundReason;
  description?: string;
  reference?: string;
  metadata: Record<string, string>;
  processor: string;
  /** The processor's id of the refund. */
  processor_reference?: string;
  attempt?: Attempt;
  failure_code?: string;
  failure_message?: string;
}

export type StoredRefund = StoredObject<Refund>;

export function showRefund({ id, created, livemode, data }: StoredRefund) {
  return {
    id,
    object: "refund" as const,
    status: data.status,
    amount: data.amount,
    currency: data.currency,
    payment: data.payment,
    customer: data.customer,
    reason: data.reason,
    description: data.description,
    reference: data.reference,
    processor: data.processor,
    processor_reference: data.processor_reference,
    latest_attempt: data.attempt && showAttempt(data.attempt),
    failure_code: data.failure_code,
    failure_message: data.failure_message,
    metadata: data.metadata,
    created: toSeconds(created),
    livemode,
  };
}

export interface RefundTerms {
  /** @default all that can be given back */
  amount?: number;
  reason?: RefundReason;
  description?: string;
  reference?: string;
  metadata: Record<string, string>;
}

/**
 * A refund begins: its amount is taken off what can be given back at once, so that refunds that race cannot exceed it.
 * @throws ApiError 400 when nothing, or less than the amount, can be given back
 */
export function beginRefund(
  refundId: string,
  paymentId: string,
  payment: Payment,
  terms: RefundTerms,
  origin: AttemptOrigin,
): { payment: Payment; refund: Refund } {
  const most = refundable(payment);
  if (most === 0) {
    const why =
      payment.amount_captured === 0 ? "nothing was captured" : "everything was given back or is disputed";
    throw invalid("nothing_to_refund", `Payment ${paymentId} cannot be refunded: ${why}.`, "payment");
  }
  const amount = terms.amount ?? most;
  if (amount > most) {
    throw invalid(
      "amount_too_large",
      `amount ${String(amount)} is more than the ${String(most)} that can still be refunded.`,
      "amount",
    );
  }
  const attempt = beginAttempt(undefined, { operation: "refund", amount, from: "pending" }, origin);
  const { reason, description, reference, metadata } = terms;
  return {
    payment: { ...payment, amount_refunded: payment.amount_refunded + amount, latest_refund: refundId },
    refund: {
      status: "pending",
      amount,
      currency: payment.currency,
      payment: paymentId,
      customer: payment.customer,
      reason,
      description,
      reference,
      metadata,
      processor: processorOf(payment),
      attempt,
    },
  };
}

export interface DecidedRefund {
  data: Refund;
  event?: EventType;
  postings?: Posting[];
  /** Minor units that can be given back again. */
  returns?: number;
}

/** An approval of nothing. */
const NOTHING_APPROVED: Declined = {
  outcome: "declined",
  code: "processing_error",
  message: "The processor gave nothing of the amount back.",
  retryable: true,
};

/** The money leaves us when the processor takes the refund in, also when the outcome comes later. */
export function concludeRefund(id: string, refund: Refund, result: Known, now: number): DecidedRefund {
  const attempt = openAttemptOf(refund);
  const isPosted = attempt.outcome === "pending";
  switch (result.outcome) {
    case "approved": {
      const amount = amountDone(result, refund.amount);
      if (amount === 0) return concludeRefund(id, refund, NOTHING_APPROVED, now);
      const missing = refund.amount - amount;
      const done = { ...refund, amount, processor_reference: result.reference };
      return {
        data: {
          ...done,
          status: go(refund, "succeeded"),
          attempt: endAttempt({ ...attempt, amount }, "approved"),
        },
        event: "refund.succeeded",
        postings: isPosted ? corrections(id, refund, done) : [refunded(movement(id, done))],
        returns: missing,
      };
    }
    case "pending":
      return {
        data: {
          ...refund,
          processor_reference: result.reference,
          attempt: awaitOutcome(attempt, "pending", now),
        },
        event: isPosted ? undefined : "refund.updated",
        postings: isPosted ? [] : [refunded(movement(id, refund, result.reference))],
      };
    case "declined":
      return {
        data: {
          ...refund,
          status: go(refund, "failed"),
          attempt: endAttempt(attempt, "declined"),
          failure_code: result.declineCode ?? result.code,
          failure_message: result.message,
        },
        event: "refund.failed",
        postings: isPosted ? [refundFailed(movement(id, refund))] : [],
        returns: refund.amount,
      };
    case "requires_action":
      throw new Error("A refund needs no challenge.");
  }
}

/** What was posted when the processor took the refund in, made into what was done. */
function corrections(id: string, before: Refund, done: Refund): Posting[] {
  // Settlement knows it by its last reference.
  if (done.processor_reference !== before.processor_reference)
    return [refundFailed(movement(id, before)), refunded(movement(id, done))];
  const missing = before.amount - done.amount;
  return missing === 0 ? [] : [refundFailed(movement(id, { ...done, amount: missing }))];
}

/** A refund that had succeeded did not reach the customer. */
export function failRefund(
  id: string,
  refund: Refund,
  { code, message }: { code: string; message: string },
): DecidedRefund {
  return {
    data: { ...refund, status: go(refund, "failed"), failure_code: code, failure_message: message },
    event: "refund.failed",
    postings: [refundFailed(movement(id, refund))],
    returns: refund.amount,
  };
}

export function cancelRefund(refund: Refund): DecidedRefund {
  const attempt = unsentAttemptOf(refund, "refund", "processor");
  return {
    data: { ...refund, status: go(refund, "canceled"), attempt: endAttempt(attempt, "unsent") },
    event: "refund.canceled",
    returns: refund.amount,
  };
}

/** The payment when an amount can be given back again. */
export function giveBack(payment: Payment, amount: number): Payment {
  return { ...payment, amount_refunded: payment.amount_refunded - amount };
}

function movement(id: string, refund: Refund, reference = refund.processor_reference): ProcessorMovement {
  const { currency, amount, processor } = refund;
  return { object: id, currency, amount, processor, reference };
}

function go({ status }: Refund, to: RefundStatus): RefundStatus {
  return transition(REFUND_TRANSITIONS, status, to);
}
