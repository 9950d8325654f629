/** Payouts, purely: what is kept and shown of them, and what becomes of them. */
import { toSeconds } from "../clock.ts";
import type { StoredObject } from "../database/objects.ts";
import { ApiError } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import {
  amountDone,
  awaitOutcome,
  beginAttempt,
  endAttempt,
  openAttemptOf,
  showAttempt,
  unsentAttemptOf,
  type Attempt,
  type AttemptOrigin,
} from "../payments/attempt.ts";
import type { Known } from "../payments/conclude.ts";
import {
  payoutPaid,
  payoutRequested,
  payoutReturned,
  payoutReversed,
  type Posting,
  type ProcessorMovement,
} from "../payments/postings.ts";
import { transition, type Transitions } from "../payments/states.ts";
import type { Declined } from "../processors/processor.ts";

export const PAYOUT_STATUSES = ["pending", "in_transit", "paid", "failed", "canceled"] as const;
export type PayoutStatus = (typeof PAYOUT_STATUSES)[number];

/** A payout that was paid fails all the same when the bank sends it back. */
export const PAYOUT_TRANSITIONS: Transitions<PayoutStatus> = {
  pending: ["in_transit", "paid", "failed", "canceled"],
  in_transit: ["paid", "failed"],
  paid: ["failed"],
  failed: [],
  canceled: [],
};

/** What is stored of a payout. */
export interface Payout {
  status: PayoutStatus;
  /** Minor units. */
  amount: number;
  currency: string;
  /** Id of the bank account's payment method. */
  payment_method: string;
  description?: string;
  statement_descriptor?: string;
  reference?: string;
  metadata: Record<string, string>;
  processor: string;
  processor_reference?: string;
  attempt?: Attempt;
  failure_code?: string;
  failure_message?: string;
}

export type StoredPayout = StoredObject<Payout>;

export type PayoutTerms = Pick<
  Payout,
  | "amount"
  | "currency"
  | "payment_method"
  | "description"
  | "statement_descriptor"
  | "reference"
  | "metadata"
  | "processor"
>;

/** A payout after a decision. */
export interface DecidedPayout {
  data: Payout;
  event?: EventType;
  postings?: Posting[];
}

export function showPayout({ id, created, livemode, data }: StoredPayout) {
  return {
    id,
    object: "payout" as const,
    status: data.status,
    amount: data.amount,
    currency: data.currency,
    payment_method: data.payment_method,
    description: data.description,
    statement_descriptor: data.statement_descriptor,
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

/** A payout begins: its amount leaves the balance at once, so that payouts that race see each other. */
export function beginPayout(id: string, terms: PayoutTerms, origin: AttemptOrigin): DecidedPayout {
  const attempt = beginAttempt(
    undefined,
    { operation: "pay_out", amount: terms.amount, from: "pending" },
    origin,
  );
  return {
    data: { ...terms, status: "pending", attempt },
    event: "payout.created",
    postings: [payoutRequested({ object: id, currency: terms.currency, amount: terms.amount })],
  };
}

/** An approval of nothing. */
const NOTHING_APPROVED: Declined = {
  outcome: "declined",
  code: "processing_error",
  message: "The bank paid nothing of the amount. The money is in the balance again.",
  retryable: true,
};

export function concludePayout(id: string, payout: Payout, result: Known, now: number): DecidedPayout {
  const attempt = openAttemptOf(payout);
  switch (result.outcome) {
    case "approved": {
      const amount = amountDone(result, payout.amount);
      if (amount === 0) return concludePayout(id, payout, NOTHING_APPROVED, now);
      const missing = payout.amount - amount;
      const done = { ...payout, amount, processor_reference: result.reference };
      const rest =
        missing === 0 ? [] : [payoutReversed({ object: id, currency: payout.currency, amount: missing })];
      return {
        data: {
          ...done,
          status: go(payout, "paid"),
          attempt: endAttempt({ ...attempt, amount }, "approved"),
        },
        event: "payout.paid",
        postings: [payoutPaid(movement(id, done)), ...rest],
      };
    }
    case "pending":
      return {
        data: {
          ...payout,
          status: go(payout, "in_transit"),
          processor_reference: result.reference,
          attempt: awaitOutcome(attempt, "pending", now),
        },
        event: payout.status === "in_transit" ? undefined : "payout.in_transit",
      };
    case "declined":
      return {
        data: {
          ...payout,
          status: go(payout, "failed"),
          attempt: endAttempt(attempt, "declined"),
          failure_code: result.declineCode ?? result.code,
          failure_message: result.message,
        },
        event: "payout.failed",
        postings: [payoutReversed({ object: id, currency: payout.currency, amount: payout.amount })],
      };
    case "requires_action":
      throw new Error("A payout needs no challenge.");
  }
}

/** The bank sent back what had been paid. */
export function returnPayout(
  id: string,
  payout: Payout,
  { code, message }: { code: string; message: string },
): DecidedPayout {
  return {
    data: { ...payout, status: go(payout, "failed"), failure_code: code, failure_message: message },
    event: "payout.failed",
    postings: [payoutReturned(movement(id, payout))],
  };
}

export function cancelPayout(id: string, payout: Payout): DecidedPayout {
  const { amount, currency } = payout;
  const attempt = unsentAttemptOf(payout, "payout", "bank");
  return {
    data: { ...payout, status: go(payout, "canceled"), attempt: endAttempt(attempt, "unsent") },
    event: "payout.canceled",
    postings: [payoutReversed({ object: id, currency, amount })],
  };
}

export const NO_FUNDS = "insufficient_funds";

export function insufficientFunds(amount: number): ApiError {
  return new ApiError(
    402,
    "invalid_request_error",
    NO_FUNDS,
    `The merchant balance is less than the ${String(amount)} to be paid out.`,
    { param: "amount" },
  );
}

function movement(id: string, payout: Payout, reference = payout.processor_reference): ProcessorMovement {
  const { currency, amount, processor } = payout;
  return { object: id, currency, amount, processor, reference };
}

function go({ status }: Payout, to: PayoutStatus): PayoutStatus {
  return transition(PAYOUT_TRANSITIONS, status, to);
}
