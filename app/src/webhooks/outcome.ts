/** What follows from an attempt to deliver. */
import { LONGEST_PAUSE, LONGEST_RETRY_AFTER, retryAfter, retryDelay } from "./schedule.ts";

/** What happened when an event was sent. */
export interface Attempt {
  /** When it was sent, milliseconds since 1970 (UTC). */
  at: number;
  /** Milliseconds until the answer was whole, or it was clear that none comes. */
  duration: number;
  /** HTTP status; null without an answer. */
  status: number | null;
  /** The answer's header `Retry-After`. */
  retryAfter?: string;
  /** Beginning of the answer's body, at most 1 KiB; null without an answer. */
  answer: string | null;
  /** Why there is no answer; null with one. */
  error: string | null;
}

export interface Outcome {
  state: "delivered" | "pending" | "dead";
  /** When to try again, milliseconds since 1970 (UTC); null for a final state. */
  next: number | null;
  /** Until when the endpoint wants to be left alone, milliseconds since 1970 (UTC). */
  pause: number | null;
  /** The receiver is gone for good (410): its endpoint is to be disabled. */
  gone: boolean;
}

/**
 * 2xx is delivered, all else (redirects too: they are not followed) has failed and is tried again until the schedule ends.
 * 429 and 503 may tell by `Retry-After` when.
 *
 * @param attempts Attempts before this one.
 * @param random From 0 up to 1.
 */
export function judge(
  attempt: Attempt,
  attempts: number,
  now: number,
  random: number,
  delays?: readonly number[],
): Outcome {
  const { status } = attempt;
  if (status !== null && status >= 200 && status < 300) {
    return { state: "delivered", next: null, pause: null, gone: false };
  }
  const wished = status === 429 || status === 503 ? retryAfter(attempt.retryAfter, now) : undefined;
  const pause = wished === undefined ? null : now + Math.min(wished, LONGEST_PAUSE);
  const gone = status === 410;
  const delay = retryDelay(attempts + 1, random, delays);
  if (delay === undefined) return { state: "dead", next: null, pause, gone };
  return {
    state: "pending",
    next: now + Math.max(delay, Math.min(wished ?? 0, LONGEST_RETRY_AFTER)),
    pause,
    gone,
  };
}
