/** When a failed delivery is tried again, and when it is given up. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Waits after the 1st, 2nd, … failed attempt, in milliseconds: growing, over three days in all, as the Standard Webhooks
 * specification proposes. After the last one the delivery is a dead letter.
 */
export const RETRY_DELAYS: readonly number[] = [
  5 * SECOND,
  1 * MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** By how much a wait may be longer: receivers that come back are not met by all deliveries at one moment. */
export const JITTER = 0.1;

/**
 * How long a delivery is tried, whatever attempts are left (they wait while its endpoint is disabled or paused): longer than
 * all waits together.
 */
export const KEEP_TRYING = 4 * DAY;

/** How long an endpoint may fail, no delivery succeeding, before it is disabled: longer than one delivery's attempts. */
export const FAILING_LIMIT = 4 * DAY;

/** Longest wait that an endpoint's `Retry-After` gets for a delivery, and for all that goes to the endpoint. */
export const LONGEST_RETRY_AFTER = DAY;
export const LONGEST_PAUSE = HOUR;

/**
 * An endpoint that failed `failures` times in a row is sent one delivery at a time by each process, after pauses that double.
 */
export const TROUBLE = { failures: 5, shortestPause: 5 * SECOND, longestPause: 5 * MINUTE };

/**
 * @param failures Attempts that have failed, 1 or more.
 * @param random From 0 up to 1.
 * @returns Milliseconds to wait; undefined when it is time to give up.
 */
export function retryDelay(failures: number, random: number, delays = RETRY_DELAYS): number | undefined {
  const delay = delays[failures - 1];
  return delay === undefined ? undefined : Math.round(delay * (1 + JITTER * random));
}

/**
 * The header `Retry-After` (RFC 9110, 10.2.3), seconds or a date, as milliseconds from now; undefined when there is none or
 * it cannot be read.
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * SECOND : Date.parse(header) - now;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
