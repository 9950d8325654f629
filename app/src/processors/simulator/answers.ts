/** The simulator's pure decisions about answers. */
import type { Approved, Card, Declined, Inquiry, ProcessorResult, Unknown } from "../processor.ts";
import type { KnownKey } from "./book.ts";
import { behaviourOf, behaviourOfAmount, type Behaviour, type Fault } from "./catalogue.ts";
import type { Operation } from "./facts.ts";

/** What an operation truly came to. */
export type Truth = Operation["result"];

/** Inquiries that learn nothing while the processor still works on an operation. */
const HIDDEN_INQUIRIES = 1;

/** What becomes of a request that the processor gives up on. */
export const DUE_TO_TIMEOUT: Behaviour = behaviourOf("processing_error");

export function declined(code: string, message: string, retryable = false): Declined {
  return { outcome: "declined", code, message, retryable };
}

export function declineOf(does: Behaviour): Declined | undefined {
  return does.decline && { outcome: "declined", ...does.decline };
}

export function approved(reference: string, amount: number, fee?: number): Approved {
  const result: Approved = {
    outcome: "approved",
    reference,
    amount,
    networkTransactionId: `net_${reference}`,
  };
  if (fee !== undefined) result.fee = fee;
  return result;
}

/** What a card does with an amount. */
export function behaviourAt(behaviour: Behaviour, amount: number): Behaviour {
  return behaviour.byAmount ? behaviourOf(behaviourOfAmount(amount)) : behaviour;
}

/** A card is good until the last day (UTC) of its month. */
export function isExpired({ expMonth, expYear }: Card, now: number): boolean {
  return now >= Date.UTC(expYear, expMonth, 1);
}

/** How a fault is kept with the truth. */
export function mark(fault: Fault): { lost?: boolean; hidden?: number } {
  switch (fault) {
    case "lost_answer":
      return { lost: true };
    case "timeout":
    case "late_success":
      return { hidden: HIDDEN_INQUIRIES };
    case "never_arrived":
    case "duplicate_answer":
      return {};
  }
}

/** What is seen at first instead of the truth; undefined: the truth. */
export function firstAnswer(fault: Fault): Unknown | undefined {
  switch (fault) {
    case "lost_answer":
      return { outcome: "unknown", reason: "connection_lost" };
    case "timeout":
    case "late_success":
      return { outcome: "unknown", reason: "timeout" };
    case "never_arrived":
    case "duplicate_answer":
      return undefined;
  }
}

/** The answer to a request whose key is known. */
export function replay(known: KnownKey): ProcessorResult {
  if (known.closed) {
    return declined(
      "key_closed",
      "An inquiry was told that this request never arrived: it is not done any more.",
    );
  }
  if (known.hidden > 0) {
    return { outcome: "unknown", reason: "in_progress" };
  }
  return known.lost ? { outcome: "unknown", reason: "connection_lost" } : known.result;
}

/** The answer to an inquiry about a known key; moves on what is hidden. */
export function reveal(known: KnownKey): Inquiry {
  if (known.closed) {
    return { inquiry: "not_found" };
  }
  if (known.hidden > 0) {
    known.hidden -= 1;
    return { inquiry: "unknown", reason: "in_progress" };
  }
  known.lost = false;
  return { inquiry: "found", result: known.result };
}
