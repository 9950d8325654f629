/**
 * An attempt: one operation that a processor is asked for. It is recorded before the processor is asked, so that whatever
 * happens in between, somebody can find out what became of it:
 *
 * ```
 * asked ──► approved | declined | requires_action      the processor answered
 *   ├─────► pending ──► approved | declined            a bank takes days; a notice tells
 *   ├─────► unknown ──► (any of the above)             no answer; the janitor inquires
 *   └─────► unsent ───► asked                          it provably never went out; the janitor sends it
 * ```
 */
import { invalid } from "../errors.ts";
import type { Approved } from "../processors/processor.ts";

export const ATTEMPT_OPERATIONS = [
  "authorize",
  "confirm_challenge",
  "capture",
  "void",
  "refund",
  "pay_out",
  "contest_dispute",
] as const;

export type AttemptOperation = (typeof ATTEMPT_OPERATIONS)[number];

export const ATTEMPT_OUTCOMES = [
  "asked",
  "unsent",
  "unknown",
  "pending",
  "approved",
  "declined",
  "requires_action",
] as const;

export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

export interface Attempt {
  operation: AttemptOperation;
  /** 1, 2, 3 … of the object's attempts. */
  ordinal: number;
  /** Minor units. */
  amount: number;
  outcome: AttemptOutcome;
  /** When it was first asked for; milliseconds since 1970 (UTC). */
  started: number;
  /** The object's status to return to when nothing comes of it. */
  from?: string;
  /** Of a capture: what is left is released. */
  final?: boolean;
  /**
   * When the janitor looks after it, in milliseconds since 1970 (UTC). Until then it belongs to whoever set this: the
   * process that asks the processor, or a janitor. Absent once it is over.
   */
  due?: number;
  /** Inquiries so far without an answer. */
  tries?: number;
  /** Id of the request that began it, and its idempotency key, still without an answer. */
  request?: string;
  idempotency_key?: string;
}

/** The attempt as the API shows it. */
export interface ShownAttempt {
  operation: AttemptOperation;
  ordinal: number;
  amount: number;
  outcome: AttemptOutcome;
}

/**
 * Time that a process has for the processor's answer and its recording before others take over, in milliseconds. Taking
 * over too early does no harm: a processor that has not heard of a key refuses it from the inquiry on.
 */
const LEASE = { here: 3_000, remote: 30_000 };

export function leaseOf({ capabilities }: { capabilities: { remote: boolean } }): number {
  return capabilities.remote ? LEASE.remote : LEASE.here;
}

/** Pauses between inquiries: 2 s, 4 s, 8 s … up to an hour. */
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 3_600_000;

/** An authorisation that never arrived is sent again only this soon, in milliseconds: later the customer is gone. */
const AUTHORIZE_AGAIN = 600_000;

export interface AttemptOrigin {
  now: number;
  /** Milliseconds for which it belongs to this process. */
  lease: number;
  request?: string;
  idempotencyKey?: string;
}

export function beginAttempt(
  previous: Attempt | undefined,
  {
    operation,
    amount,
    from,
    final,
  }: { operation: AttemptOperation; amount: number; from: string; final?: boolean },
  { now, lease, request, idempotencyKey }: AttemptOrigin,
): Attempt {
  return {
    operation,
    ordinal: (previous?.ordinal ?? 0) + 1,
    amount,
    outcome: "asked",
    started: now,
    from,
    final,
    due: now + lease,
    request,
    idempotency_key: idempotencyKey,
  };
}

/** True while its outcome is open: somebody looks after it. */
export function isOpen(attempt: Attempt | undefined): attempt is Attempt & { due: number } {
  return attempt?.due !== undefined;
}

/**
 * The attempt, which waits to be sent: only what has not been sent yet can be stopped.
 * @param what and `to`: as `refund`, `processor`
 * @throws ApiError 400 when it was sent, or is over
 */
export function unsentAttemptOf(
  { attempt, status }: { attempt?: Attempt; status: string },
  what: string,
  to: string,
): Attempt {
  if (isOpen(attempt) && attempt.outcome === "unsent") return attempt;
  throw invalid(
    `${what}_unexpected_state`,
    `The ${what} is ${status} and was sent to the ${to}: only one that waits to be sent can be canceled.`,
  );
}

/** The attempt that is under way. @throws Error when there is none: a mistake of the program */
export function openAttemptOf({ attempt }: { attempt?: Attempt }): Attempt & { due: number } {
  if (!isOpen(attempt)) throw new Error("No attempt is under way.");
  return attempt;
}

/** True while somebody is asking the processor at this moment. */
export function isLeased(attempt: Attempt, now: number): boolean {
  return attempt.outcome === "asked" && isOpen(attempt) && attempt.due > now;
}

/** What is left of an attempt that is over. */
export function endAttempt(
  { operation, ordinal, amount, started }: Attempt,
  outcome: AttemptOutcome,
): Attempt {
  return { operation, ordinal, amount, outcome, started };
}

/**
 * The attempt while its outcome is awaited; whoever asked has been told so, its key has its answer. What a bank has taken in
 * stays `pending`, also when an inquiry goes unanswered.
 */
export function awaitOutcome(
  attempt: Attempt,
  reason: "unknown" | "pending" | "unsent",
  now: number,
): Attempt {
  const outcome = attempt.outcome === "pending" ? "pending" : reason;
  const tries = (attempt.tries ?? 0) + 1;
  // Banks tell by themselves: asking is for notices that got lost.
  const pause =
    outcome === "pending" ? LONGEST_PAUSE : Math.min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE);
  return { ...attempt, outcome, tries, due: now + pause, request: undefined, idempotency_key: undefined };
}

/** The attempt taken over: for the length of the lease nobody else looks after it. */
export function leaseAttempt(attempt: Attempt, now: number, lease: number): Attempt {
  return { ...attempt, due: now + lease };
}

/** The attempt anew, under a new key: the processor will never do the one before. */
export function repeatAttempt(attempt: Attempt, now: number, lease: number): Attempt {
  return { ...attempt, ordinal: attempt.ordinal + 1, outcome: "asked", tries: undefined, due: now + lease };
}

/**
 * Minor units of what was asked that were done: what was done counts, which may be less. More is not taken for ours:
 * settlement will show it.
 */
export function amountDone({ amount }: Approved, asked: number): number {
  return Math.min(amount, asked);
}

/**
 * Whether an attempt that never arrived is sent anew: not what a processor says that it had taken in. And what takes money
 * from a customer is not, once whoever asked was told that its outcome is open, or long ago: she may have paid in another
 * way since.
 */
export function mayRepeat({ operation, outcome, started }: Attempt, now: number): boolean {
  if (outcome === "pending") return false;
  if (operation !== "authorize" && operation !== "confirm_challenge") return true;
  return outcome !== "unknown" && now - started < AUTHORIZE_AGAIN;
}

/** Our key of an attempt at the processor: the same in every process, another for every attempt. */
export function attemptKey(
  id: string,
  { operation, ordinal }: Pick<Attempt, "operation" | "ordinal">,
): string {
  return `${id}-${operation}-${String(ordinal)}`;
}

/** Object, operation and ordinal of a key; undefined for a key that is not ours. */
export function parseAttemptKey(key: string): { id: string; operation: string; ordinal: number } | undefined {
  const [, id, operation, ordinal] = /^([a-z]+_[0-9a-z]+)-([a-z_]+)-(\d+)$/.exec(key) ?? [];
  if (id === undefined || operation === undefined || ordinal === undefined) return undefined;
  return { id, operation, ordinal: Number(ordinal) };
}

export function showAttempt({ operation, ordinal, amount, outcome }: Attempt): ShownAttempt {
  return { operation, ordinal, amount, outcome };
}
