import { type Duration, seconds } from "../units.ts";
import type { Problems } from "../validation.ts";
import { majorOf } from "./postgres-version.ts";

/** How far Aurora Serverless v2 scales. One ACU is about 2 GB of memory with the processors and network to match. */
export interface ServerlessCapacity {
  /** ACUs, in steps of 0.5. 0 pauses the database when nobody is connected. @default 0.5 */
  min?: number;
  /** ACUs, in steps of 0.5: 1 to 256. */
  max: number;
  /** Idle time before a database with `min: 0` pauses: 5 minutes to 1 day. @default "5 minutes" */
  pauseAfter?: Duration;
}

/** {@link ServerlessCapacity} in the names of RDS. */
export interface CapacityPlan {
  minCapacity: number;
  maxCapacity: number;
  secondsUntilAutoPause?: number;
}

/** The first minor version of each major one that can pause (Aurora User Guide, "Scaling to zero ACUs"). */
const PAUSES_FROM: Readonly<Record<number, number>> = { 13: 15, 14: 12, 15: 7, 16: 3 };

/** Checks a capacity range against the rules of Aurora Serverless v2 and translates it. */
export function planCapacity(
  { min = 0.5, max, pauseAfter }: ServerlessCapacity,
  version: string,
  problems: Problems,
): CapacityPlan {
  problems.check(
    isCapacity(min),
    "serverless.min",
    `${min} is not possible; write 0 to 256 ACUs in steps of 0.5`,
  );
  problems.check(
    isCapacity(max) && max >= 1,
    "serverless.max",
    `${max} is not possible; write 1 to 256 ACUs in steps of 0.5`,
  );
  problems.check(max >= min, "serverless.max", `${max} is below min (${min}); write at least ${min}`);

  const pauses = min === 0;
  problems.check(
    pauses || pauseAfter === undefined,
    "serverless.pauseAfter",
    `has no effect with min ${min}; write min: 0, or leave pauseAfter out`,
  );
  if (pauses) {
    problems.check(
      canPause(version),
      "serverless.min",
      `0 is not possible with version ${version}; write version 16.3, 15.7, 14.12, 13.15 or newer, or min: 0.5`,
    );
  }
  const idle =
    pauseAfter === undefined ? undefined : problems.parse("serverless.pauseAfter", () => seconds(pauseAfter));
  problems.check(
    idle === undefined || (idle >= 300 && idle <= 86_400),
    "serverless.pauseAfter",
    `"${String(pauseAfter)}" is not possible; write "5 minutes" to "1 day"`,
  );
  return {
    minCapacity: min,
    maxCapacity: max,
    ...(idle === undefined ? {} : { secondsUntilAutoPause: idle }),
  };
}

function isCapacity(acus: number): boolean {
  return acus >= 0 && acus <= 256 && Number.isInteger(acus * 2);
}

/** A version without a minor one (`16`) is the newest of its kind. */
function canPause(version: string): boolean {
  const [, minor] = version.split(".");
  const first = PAUSES_FROM[majorOf(version)];
  return first === undefined ? majorOf(version) >= 17 : minor === undefined || Number(minor) >= first;
}
