/**
 * What becomes of a payment by what a client asks for: pure decisions. Nothing here reads, waits or makes ids, so that it can
 * be tried on thousands of random histories. What processors say is decided in conclude.ts.
 *
 * What a client may not ask in the payment's state is an ApiError; what cannot be is an Error.
 */
import { toSeconds } from "../clock.ts";
import { ApiError, invalid } from "../errors.ts";
import { beginAttempt, isOpen, type AttemptOperation, type AttemptOrigin } from "./attempt.ts";
import type { CancellationReason, Payment } from "./payment.ts";
import { PAYMENT_TRANSITIONS, transition, type PaymentStatus } from "./states.ts";

export interface PaymentTerms {
  amount: number;
  currency: string;
  capture_method: Payment["capture_method"];
  customer?: string;
  description?: string;
  statement_descriptor?: string;
  reference?: string;
  metadata: Record<string, string>;
  return_url?: string;
}

export interface MethodChoice {
  id: string;
  type: string;
}

export function newPayment(terms: PaymentTerms, method: MethodChoice | undefined): Payment {
  return {
    status: method === undefined ? "requires_payment_method" : "requires_confirmation",
    amount: terms.amount,
    currency: terms.currency,
    amount_capturable: 0,
    amount_captured: 0,
    amount_refunded: 0,
    amount_disputed: 0,
    fee: 0,
    capture_method: terms.capture_method,
    payment_method: method?.id,
    payment_method_type: method?.type,
    customer: terms.customer,
    description: terms.description,
    statement_descriptor: terms.statement_descriptor,
    reference: terms.reference,
    metadata: terms.metadata,
    return_url: terms.return_url,
  };
}

/** The payment with another method, while it waits for one or for confirmation. */
export function withMethod(payment: Payment, method: MethodChoice): Payment {
  if (!isUnsent(payment)) throw methodIsSent(payment);
  return {
    ...payment,
    status: go(payment, "requires_confirmation"),
    payment_method: method.id,
    payment_method_type: method.type,
  };
}

/** Nothing was sent for it yet, or what was sent was declined. */
export function isUnsent({ status }: Payment): boolean {
  return status === "requires_payment_method" || status === "requires_confirmation";
}

/** The processor has been asked with the method that the payment has: it is too late for another. */
export function methodIsSent(payment: Payment): ApiError {
  return wrongState(payment, "given another payment method", [
    "requires_payment_method",
    "requires_confirmation",
  ]);
}

/**
 * Confirmation begins: an authorisation, or after a challenge the question how it ended.
 * @param processor Name of the processor that an authorisation goes to.
 */
export function confirm(payment: Payment, processor: string, origin: AttemptOrigin): Payment {
  refuseWhileOpen(payment);
  switch (payment.status) {
    case "requires_confirmation":
      return begin({ ...payment, processor, last_error: undefined }, "authorize", payment.amount, origin);
    case "requires_action":
      return begin(payment, "confirm_challenge", payment.amount, origin);
    case "requires_payment_method":
      throw invalid(
        "payment_method_required",
        "The payment has no payment method: send payment_method or payment_method_data.",
        "payment_method",
      );
    default:
      throw wrongState(payment, "confirmed", ["requires_confirmation", "requires_action"]);
  }
}

export interface CaptureTerms {
  /** @default all that is capturable */
  amount?: number;
  /** What is left is released. @default true */
  final?: boolean;
}

/** A capture begins. */
export function capture(
  payment: Payment,
  { amount, final = true }: CaptureTerms,
  origin: AttemptOrigin,
): Payment {
  refuseWhileOpen(payment);
  if (payment.status !== "authorized" && payment.status !== "partially_captured") {
    throw wrongState(payment, "captured", ["authorized", "partially_captured"]);
  }
  const wanted = amount ?? payment.amount_capturable;
  if (wanted > payment.amount_capturable) {
    throw invalid(
      "amount_too_large",
      `amount ${String(wanted)} is more than the ${String(payment.amount_capturable)} that can still be captured.`,
      "amount",
    );
  }
  return begin(payment, "capture", wanted, origin, final || wanted === payment.amount_capturable);
}

/** Cancellation: at once while no money is held, else a void begins. */
export function cancel(
  payment: Payment,
  reason: CancellationReason | undefined,
  origin: AttemptOrigin,
): { asks: boolean; data: Payment } {
  refuseWhileOpen(payment);
  const given = { ...payment, cancellation_reason: reason };
  switch (payment.status) {
    case "requires_payment_method":
    case "requires_confirmation":
    case "requires_action":
      return { asks: false, data: canceled(given, origin.now) };
    case "authorized":
      return { asks: true, data: begin(given, "void", payment.amount_capturable, origin) };
    case "partially_captured":
      throw invalid(
        "payment_unexpected_state",
        "Money was captured, so the payment cannot be canceled: capture with final_capture releases the rest, a refund gives back what was captured.",
      );
    default:
      throw wrongState(payment, "canceled", [
        "requires_payment_method",
        "requires_confirmation",
        "requires_action",
        "authorized",
      ]);
  }
}

/** Another operation of the payment is under way; nothing was decided, so asking again with the same key asks anew. */
function refuseWhileOpen({ status, attempt }: Pick<Payment, "status" | "attempt">): void {
  if (status !== "processing" && !isOpen(attempt)) return;
  throw new ApiError(
    409,
    "invalid_request_error",
    "payment_processing",
    `The payment is processing: its ${attempt?.operation ?? "operation"} has no known outcome yet. Ask again later.`,
    { retryAfter: 1 },
  );
}

function begin(
  payment: Payment,
  operation: AttemptOperation,
  amount: number,
  origin: AttemptOrigin,
  final?: boolean,
): Payment {
  const attempt = beginAttempt(payment.attempt, { operation, amount, from: payment.status, final }, origin);
  return { ...payment, status: go(payment, "processing"), attempt };
}

/** The payment given up. */
export function canceled(payment: Payment, now: number): Payment {
  return { ...payment, status: go(payment, "canceled"), next_action: undefined, canceled_at: toSeconds(now) };
}

export function processorOf({ processor }: Pick<Payment, "processor">): string {
  if (processor === undefined) throw new Error("The payment was sent to no processor.");
  return processor;
}

/** The payment's next status, by the table. */
export function go({ status }: Payment, to: PaymentStatus): PaymentStatus {
  return transition(PAYMENT_TRANSITIONS, status, to);
}

function wrongState({ status }: Payment, action: string, allowed: readonly PaymentStatus[]): ApiError {
  return new ApiError(
    400,
    "invalid_request_error",
    "payment_unexpected_state",
    `The payment is ${status}, so it cannot be ${action}: that needs ${allowed.join(", ").replace(/, ([^,]*)$/, " or $1")}.`,
  );
}
