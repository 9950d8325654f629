/** Disputes, purely: what is kept and shown of them, and what becomes of them. */
import { toSeconds } from "../clock.ts";
import type { StoredObject } from "../database/objects.ts";
import { ApiError } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import {
  beginAttempt,
  endAttempt,
  isOpen,
  openAttemptOf,
  type Attempt,
  type AttemptOrigin,
} from "../payments/attempt.ts";
import type { Known } from "../payments/conclude.ts";
import { refundable, type Payment } from "../payments/payment.ts";
import {
  disputeLost,
  disputeOpened,
  disputeWon,
  type Posting,
  type ProcessorMovement,
} from "../payments/postings.ts";
import { transition, type Transitions } from "../payments/states.ts";

export const DISPUTE_STATUSES = ["needs_response", "under_review", "won", "lost", "accepted"] as const;
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

export const DISPUTE_TRANSITIONS: Transitions<DisputeStatus> = {
  needs_response: ["under_review", "won", "lost", "accepted"],
  under_review: ["won", "lost"],
  won: [],
  lost: [],
  accepted: [],
};

/** What is stored of a dispute. */
export interface Dispute {
  status: DisputeStatus;
  /** Minor units that the processor took back. */
  amount: number;
  /** Minor units that the processor charges for it, whoever wins. */
  fee: number;
  currency: string;
  payment: string;
  /** Minor units of a payment in another currency that cannot be refunded; of one in the same it is `amount`. */
  withheld?: number;
  customer?: string;
  reason: string;
  /** Seconds since 1970 (UTC). */
  evidence_due_by: number;
  /** What was submitted; it may tell of persons, so events do not show it. */
  evidence?: Record<string, string>;
  submitted_at?: number;
  closed_at?: number;
  metadata: Record<string, string>;
  processor: string;
  /** The processor's id of the dispute. */
  processor_reference: string;
  attempt?: Attempt;
}

export type StoredDispute = StoredObject<Dispute>;

/** As events show it: without what was written as evidence. */
export function showDisputeEvent({ id, created, livemode, data }: StoredDispute) {
  return {
    id,
    object: "dispute" as const,
    status: data.status,
    amount: data.amount,
    fee: data.fee,
    currency: data.currency,
    payment: data.payment,
    customer: data.customer,
    reason: data.reason,
    evidence_due_by: data.evidence_due_by,
    has_evidence: data.evidence !== undefined,
    submitted_at: data.submitted_at,
    closed_at: data.closed_at,
    processor: data.processor,
    processor_reference: data.processor_reference,
    metadata: data.metadata,
    created: toSeconds(created),
    livemode,
  };
}

export function showDispute(dispute: StoredDispute) {
  return { ...showDisputeEvent(dispute), evidence: dispute.data.evidence };
}

export interface DecidedDispute {
  data: Dispute;
  event?: EventType;
  postings?: Posting[];
  /** The amount can be refunded again. */
  returns?: boolean;
}

export interface DisputeNotice {
  dispute: string;
  processor: string;
  amount: number;
  currency: string;
  fee: number;
  reason: string;
  /** Milliseconds since 1970 (UTC). */
  evidenceDueBy: number;
}

/** The processor took money back. */
export function openDispute(id: string, paymentId: string, payment: Payment, notice: DisputeNotice) {
  const { dispute, processor, amount, currency, fee, reason, evidenceDueBy } = notice;
  // What part of a payment in another currency is disputed, the notice does not tell: it may be all that is left.
  const withheld = currency === payment.currency ? undefined : refundable(payment);
  const data: Dispute = {
    status: "needs_response",
    amount,
    fee,
    currency,
    payment: paymentId,
    withheld,
    customer: payment.customer,
    reason,
    evidence_due_by: toSeconds(evidenceDueBy),
    metadata: {},
    processor,
    processor_reference: dispute,
  };
  return {
    data,
    payment: { ...payment, amount_disputed: payment.amount_disputed + withheldBy(data) },
    postings: [disputeOpened(movement(id, data), fee)],
  };
}

/** Minor units of the payment that cannot be refunded because of the dispute. */
export function withheldBy({ amount, withheld }: Dispute): number {
  return withheld ?? amount;
}

/**
 * Evidence goes to the processor; none at all accepts the dispute.
 * @throws ApiError 400 when it is too late or nothing is asked for
 */
export function contest(
  dispute: Dispute,
  evidence: Record<string, string> | undefined,
  origin: AttemptOrigin,
): Dispute {
  if (isOpen(dispute.attempt)) {
    throw new ApiError(
      409,
      "invalid_request_error",
      "dispute_processing",
      "A response to the dispute is on its way to the processor. Ask again later.",
      { retryAfter: 1 },
    );
  }
  if (dispute.status !== "needs_response") {
    throw unexpected(`The dispute is ${dispute.status}: only one that needs_response takes a response.`);
  }
  if (toSeconds(origin.now) >= dispute.evidence_due_by) {
    const due = new Date(dispute.evidence_due_by * 1000).toISOString();
    throw unexpected(`The response was due by ${due}: the dispute will be decided without one.`);
  }
  const terms = { operation: "contest_dispute" as const, amount: dispute.amount, from: dispute.status };
  return { ...dispute, evidence, attempt: beginAttempt(dispute.attempt, terms, origin) };
}

/** The processor took the response in, or not. */
export function concludeContest(id: string, dispute: Dispute, result: Known, now: number): DecidedDispute {
  const { evidence } = dispute;
  const attempt = openAttemptOf(dispute);
  if (result.outcome === "declined" || result.outcome === "requires_action") {
    return { data: { ...dispute, evidence: undefined, attempt: endAttempt(attempt, "declined") } };
  }
  const responded = { ...dispute, attempt: endAttempt(attempt, "approved"), submitted_at: toSeconds(now) };
  // A notice may have closed it meanwhile.
  if (dispute.status !== "needs_response") return { data: responded };
  if (evidence !== undefined) {
    return {
      data: { ...responded, status: go(dispute, "under_review") },
      event: "dispute.evidence_submitted",
    };
  }
  return {
    data: { ...responded, status: go(dispute, "accepted"), closed_at: toSeconds(now) },
    event: "dispute.accepted",
    postings: [disputeLost(movement(id, dispute))],
  };
}

/** The dispute is decided; undefined when it was closed before. */
export function closeDispute(
  id: string,
  dispute: Dispute,
  won: boolean,
  now: number,
): DecidedDispute | undefined {
  if (dispute.closed_at !== undefined) return undefined;
  const closed = { ...dispute, closed_at: toSeconds(now) };
  return won
    ? {
        data: { ...closed, status: go(dispute, "won") },
        event: "dispute.won",
        postings: [disputeWon(movement(id, dispute))],
        returns: true,
      }
    : {
        data: { ...closed, status: go(dispute, "lost") },
        event: "dispute.lost",
        postings: [disputeLost(movement(id, dispute))],
      };
}

function movement(
  id: string,
  { currency, amount, processor, processor_reference: reference }: Dispute,
): ProcessorMovement {
  return { object: id, currency, amount, processor, reference };
}

function unexpected(message: string): ApiError {
  return new ApiError(400, "invalid_request_error", "dispute_unexpected_state", message);
}

function go({ status }: Dispute, to: DisputeStatus): DisputeStatus {
  return transition(DISPUTE_TRANSITIONS, status, to);
}
