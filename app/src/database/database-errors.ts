/** Which errors of PostgreSQL and of the way to it mean what. Codes: PostgreSQL's appendix "Error Codes". */

const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "EHOSTUNREACH",
]);

/**
 * Shutting down (57P01–57P03), closed for idleness (57P05, 25P03) or for a transaction's length (25P04), too slow (57014,
 * 55P03), too many connections (53300), out of memory or disk (53…), disk errors (58030), connection errors (08…), read-only
 * standby (25006).
 */
const AWAY = /^(57P0[1235]|57014|55P03|53\d\d\d|58030|08\w\w\w|25006|25P0[34])$/;

/** Messages that `pg` gives without a code. */
const LOST =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|timeout expired|Query read timeout|not queryable|Cannot use a pool after calling end/;

/** Errors for which a connection did not come about. */
const unconnected = new WeakSet<Error>();

/** Remembers what kept a connection of the service from coming about. */
export function noteUnconnected(error: Error): void {
  unconnected.add(error);
}

/**
 * True when the database cannot be reached or does not serve: what was asked may or may not have been done. Whatever keeps
 * a running service from connecting is such an outage, a password that was changed or a certificate that ran out as well.
 */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Error && (unconnected.has(error) || mayPass(error));
}

/** True when the database cannot be reached or does not serve for reasons that may pass without anybody's doing. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  // A socket that is not there; any other file that is missing is a mistake of ours.
  if (code === "ENOENT") return "syscall" in error && error.syscall === "connect";
  return NETWORK.has(code) || AWAY.test(code) || LOST.test(error.message);
}

/** Shutting down, connection errors, no writes any more: of the codes above, those that are not about one statement. */
const ELSEWHERE = /^(57P0[123]|08\w\w\w|25006)$/;

/** True when a connection leads nowhere any more, or to a server that takes no writes. */
export function leadsElsewhere(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return NETWORK.has(code) || ELSEWHERE.test(code) || LOST.test(error.message);
}

/** True when PostgreSQL broke the transaction off for reasons of its own: the same again may succeed. */
export function isRetryable(error: unknown): boolean {
  return error instanceof Error && ["40001", "40P01"].includes(codeOf(error));
}

/** PostgreSQL's or the system's code; empty where there is none. */
function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}
