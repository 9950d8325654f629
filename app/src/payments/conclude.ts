/**
 * What becomes of a payment by what a processor says: pure decisions, from a payment with an open attempt and its outcome to
 * the payment after it and the ledger's postings. Nothing here reads, waits or makes ids.
 */
import { ApiError } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import type { Declined, FinalResult, Pending, RequiresAction } from "../processors/processor.ts";
import { amountDone, awaitOutcome, endAttempt, openAttemptOf, type Attempt } from "./attempt.ts";
import { canceled, go, processorOf } from "./decide.ts";
import { feeOn, type FeeRate } from "./fees.ts";
import type { Payment } from "./payment.ts";
import {
  authorised,
  captured,
  released,
  returned,
  type Posting,
  type ProcessorMovement,
} from "./postings.ts";
import type { PaymentStatus } from "./states.ts";

/** The payment after a decision. */
export interface Decided {
  data: Payment;
  /** The event's type; absent when nothing that the API shows has changed. */
  event?: EventType;
  postings?: Posting[];
}

/** Outcomes that end an attempt, or at least tell that the processor has it. */
export type Known = FinalResult | RequiresAction | Pending;

/** What a known outcome of the open attempt makes of the payment. */
export function conclude(id: string, payment: Payment, result: Known, rate: FeeRate, now: number): Decided {
  const attempt = openAttemptOf(payment);
  switch (result.outcome) {
    case "pending":
      return {
        data: {
          ...payment,
          processor_reference:
            attempt.operation === "authorize" ? result.reference : payment.processor_reference,
          attempt: awaitOutcome(attempt, "pending", now),
        },
      };
    case "requires_action":
      return {
        data: {
          ...payment,
          status: go(payment, "requires_action"),
          processor_reference: result.reference,
          attempt: endAttempt(attempt, "requires_action"),
          next_action: {
            type: "redirect_to_url",
            redirect_to_url: { url: result.challenge.url, return_url: payment.return_url },
          },
        },
        event: "payment.requires_action",
      };
    case "declined":
      return declined(id, payment, attempt, result);
    case "approved": {
      const { operation, final = true } = attempt;
      const { reference } = result;
      const amount = operation === "void" ? attempt.amount : amountDone(result, attempt.amount);
      if (amount === 0) return declined(id, payment, attempt, NOTHING_APPROVED);
      const ended = endAttempt({ ...attempt, amount }, "approved");
      const done = { ...payment, attempt: ended, next_action: undefined };
      switch (operation) {
        case "authorize":
        case "confirm_challenge": {
          const authorisedPayment = { ...done, processor_reference: reference };
          return payment.capture_method === "automatic"
            ? captureDone(id, authorisedPayment, { amount, final: true, reference, held: 0 }, rate)
            : authorisationDone(id, authorisedPayment, amount, reference);
        }
        case "capture":
          return captureDone(id, done, { amount, final, reference, held: payment.amount_capturable }, rate);
        case "void":
          return {
            data: canceled({ ...done, amount_capturable: 0 }, now),
            event: "payment.canceled",
            postings: [released(movement(id, payment, payment.amount_capturable, reference))],
          };
        default:
          throw new Error(`A payment has no ${operation}.`);
      }
    }
  }
}

/** Nobody knows what became of the attempt: it stays open, and the janitor will ask. */
export function remainUnknown(payment: Payment, now: number): Payment {
  return { ...payment, attempt: awaitOutcome(openAttemptOf(payment), "unknown", now) };
}

/** The attempt provably did nothing: the payment is as before. */
export function takeBack(payment: Payment): Payment {
  const attempt = openAttemptOf(payment);
  return {
    ...payment,
    status: go(payment, attempt.from as PaymentStatus),
    attempt: endAttempt(attempt, "unsent"),
    cancellation_reason: undefined,
  };
}

/** An authorisation that never arrived and is not sent again. */
export const NEVER_ARRIVED: Declined = {
  outcome: "declined",
  code: "processing_error",
  message: "The processor could not be reached in time. No money was taken: try again.",
  retryable: true,
};

const AUTHORIZATION_EXPIRED = "authorization_expired";

/** An approval of nothing. */
const NOTHING_APPROVED: Declined = {
  outcome: "declined",
  code: "card_declined",
  message: "The bank approved nothing of the amount.",
  retryable: true,
};

/** A bank took back what had succeeded. */
export function takenBack(
  id: string,
  payment: Payment,
  {
    code,
    message,
    reference = payment.processor_reference,
  }: { code: string; message: string; reference?: string },
): Decided {
  return {
    data: {
      ...payment,
      status: go(payment, "failed"),
      last_error: { type: "card_error", code, message, payment_method: payment.payment_method },
    },
    event: "payment.failed",
    postings: [returned(movement(id, payment, payment.amount_captured, reference), payment.fee)],
  };
}

/** The error for a payment that has just been declined. */
export function declineError(id: string, { last_error: error }: Payment): ApiError {
  if (error === undefined) throw new Error(`Payment ${id} was not declined.`);
  return new ApiError(402, error.type, error.code, error.message, {
    declineCode: error.decline_code,
    payment: id,
  });
}

function authorisationDone(id: string, payment: Payment, amount: number, reference: string): Decided {
  return {
    data: { ...payment, status: go(payment, "authorized"), amount_capturable: amount },
    event: "payment.authorized",
    postings: [authorised(movement(id, payment, amount, reference))],
  };
}

/** @param held What the ledger holds for the payment. */
function captureDone(
  id: string,
  payment: Payment,
  { amount, final, reference, held }: { amount: number; final: boolean; reference: string; held: number },
  rate: FeeRate,
): Decided {
  const amountCaptured = payment.amount_captured + amount;
  // The rate may have changed since an earlier capture: what was charged stays, and no more is added than is captured now.
  const fee = Math.min(payment.fee + amount, Math.max(payment.fee, feeOn(amountCaptured, rate)));
  const release = final ? held : amount;
  const postings = [captured(movement(id, payment, amount, reference), fee - payment.fee)];
  if (held > 0) postings.push(released(movement(id, payment, release, reference)));
  const status = final ? "succeeded" : "partially_captured";
  return {
    data: {
      ...payment,
      status: go(payment, status),
      amount_captured: amountCaptured,
      amount_capturable: final ? 0 : held - amount,
      fee,
      last_error: undefined,
    },
    event: `payment.${status}`,
    postings,
  };
}

function declined(
  id: string,
  payment: Payment,
  attempt: Attempt,
  { code, declineCode, message }: Declined,
): Decided {
  const refused = {
    ...payment,
    attempt: endAttempt(attempt, "declined"),
    next_action: undefined,
    last_error: {
      type: "card_error" as const,
      code,
      decline_code: declineCode,
      message,
      payment_method: payment.payment_method,
    },
  };
  // Nothing more can be captured: what was captured is all, and what is held can only be released.
  if (code === AUTHORIZATION_EXPIRED && attempt.operation === "capture" && payment.amount_captured > 0) {
    return {
      data: { ...refused, status: go(payment, "succeeded"), amount_capturable: 0 },
      event: "payment.capture_failed",
      postings: [released(movement(id, payment, payment.amount_capturable))],
    };
  }
  if (attempt.operation === "capture" || attempt.operation === "void") {
    const status = go(payment, attempt.from as PaymentStatus);
    return {
      data: { ...refused, status, cancellation_reason: undefined },
      event: `payment.${attempt.operation}_failed`,
    };
  }
  // A bank that had taken the debit in and then refuses it: that is the end. Otherwise another method may do.
  if (attempt.outcome === "pending") {
    return { data: { ...refused, status: go(payment, "failed") }, event: "payment.failed" };
  }
  return {
    data: {
      ...refused,
      status: go(payment, "requires_payment_method"),
      payment_method: undefined,
      payment_method_type: undefined,
      processor_reference: undefined,
    },
    event: "payment.declined",
  };
}

function movement(id: string, payment: Payment, amount: number, reference?: string): ProcessorMovement {
  return { object: id, currency: payment.currency, amount, processor: processorOf(payment), reference };
}
