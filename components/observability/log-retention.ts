import { days, type Duration } from "../units.ts";
import type { Problems } from "../validation.ts";
import { show } from "../validation.ts";

/** The only numbers of days that CloudWatch Logs keeps events for. */
export const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/**
 * Days of a retention as CloudWatch Logs takes them; a mistake is recorded at `path` with the nearest values that are
 * possible.
 */
export function retentionDays(
  problems: Problems,
  path: string,
  retention: Duration | undefined,
): number | undefined {
  if (retention === undefined) return undefined;
  const count = problems.parse(path, () => days(retention));
  if (count === undefined || RETENTION_DAYS.includes(count)) return count;
  problems.add(
    path,
    `CloudWatch Logs cannot keep events for ${show(retention)}; write ${nearest(count)
      .map((possible) => `"${possible} days"`)
      .join(" or ")}`,
  );
  return undefined;
}

/** The possible retentions around a number of days: the next shorter one and the next longer one. */
export function nearest(count: number): number[] {
  const shorter = RETENTION_DAYS.filter((possible) => possible < count).at(-1);
  const longer = RETENTION_DAYS.find((possible) => possible > count);
  return [shorter, longer].filter((possible) => possible !== undefined);
}
