import { nearest, RETENTION_DAYS } from "../observability/log-retention.ts";
import { days, type Duration } from "../units.ts";
import type { Problems } from "../validation.ts";

/** Finds a retention that CloudWatch Logs does not offer, at `path`, before any resource is made. */
export function checkRetention(problems: Problems, path: string, retention: Duration | undefined): void {
  if (retention === undefined) return;
  const count = problems.parse(path, () => days(retention));
  if (count === undefined || RETENTION_DAYS.includes(count)) return;
  const possible = nearest(count).map((other) => `"${other} days"`);
  problems.add(path, `CloudWatch Logs cannot keep events for "${retention}"; write ${possible.join(" or ")}`);
}
