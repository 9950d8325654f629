import type * as aws from "@pulumi/aws";
import { days, type Duration } from "../units.ts";
import { Problems, show } from "../validation.ts";

/** Storage classes from the dearest to keep to the cheapest, which is the only direction that S3 moves objects in. */
export const STORAGE_CLASSES = [
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** What becomes of objects as they age. Durations are whole days. */
export interface BucketLifecycle {
  /** Moves to cheaper storage, each counted from the object's creation. @default none */
  transitions?: { after: Duration; to: StorageClass }[];
  /** Delete objects of this age. @default never */
  expire?: Duration;
  /** Delete versions that were overwritten or deleted this long ago. @default "90 days" */
  expireNoncurrent?: Duration;
  /** Drop uploads that were begun and not finished. @default "7 days" */
  abortUploads?: Duration;
  /** Objects whose keys begin so. @default all */
  prefix?: string;
}

type Rule = aws.types.input.s3.BucketLifecycleConfigurationRule;

/** Days that an object must lie in a class of infrequent access, before and after it gets there. */
const INFREQUENT_ACCESS_DAYS = 30;
const INFREQUENT_ACCESS: readonly StorageClass[] = ["STANDARD_IA", "ONEZONE_IA"];

/** The lifecycle rules of a bucket; mistakes are recorded at `lifecycle…`. */
export function lifecycleRules(lifecycles: BucketLifecycle[], problems: Problems): Rule[] {
  const prefixes = lifecycles.map(({ prefix = "" }) => prefix);
  const ids = prefixes.map(ruleId);
  return lifecycles.map((lifecycle, index) => {
    const path = lifecycles.length === 1 ? "lifecycle" : `lifecycle[${index}]`;
    const prefix = prefixes[index] ?? "";
    problems.check(
      prefixes.indexOf(prefix) === index,
      `${path}.prefix`,
      `${show(prefix)} has a rule already; write one rule a prefix`,
    );
    const id = ids[index] ?? "all";
    // "logs/app" and "logs-app" are two prefixes of the same words.
    const unique = ids.indexOf(id) === index ? id : `${id}--${index + 1}`;
    return { id: unique, ...lifecycleRule(lifecycle, path, problems) };
  });
}

/** A rule's id, of the words of its prefix. */
function ruleId(prefix: string): string {
  const words = prefix.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return words === "" ? "all" : words;
}

function lifecycleRule(lifecycle: BucketLifecycle, path: string, problems: Problems): Omit<Rule, "id"> {
  const wholeDays = (property: string, duration: Duration): number => {
    const count = problems.parse(`${path}.${property}`, () => days(duration)) ?? 1;
    problems.check(
      count >= 1,
      `${path}.${property}`,
      `${show(duration)} is too short; write "1 day" or more`,
    );
    return count;
  };
  const {
    transitions = [],
    expire,
    expireNoncurrent = "90 days",
    abortUploads = "7 days",
    prefix = "",
  } = lifecycle;
  const moves = transitions.map(({ after, to }, index) => ({
    days: wholeDays(`transitions[${index}].after`, after),
    storageClass: to,
  }));
  checkMoves(moves, path, problems);
  const expireDays = expire === undefined ? undefined : wholeDays("expire", expire);
  const last = moves.at(-1);
  problems.check(
    expireDays === undefined || last === undefined || expireDays > last.days,
    `${path}.expire`,
    `${show(expire)} is not later than the move to ${last?.storageClass ?? ""} after ${last?.days ?? 0} days`,
  );
  return {
    status: "Enabled",
    filter: { prefix },
    ...(moves.length === 0 ? {} : { transitions: moves }),
    // S3 removes the markers of deleted objects by itself where an age is given.
    expiration: expireDays === undefined ? { expiredObjectDeleteMarker: true } : { days: expireDays },
    noncurrentVersionExpiration: { noncurrentDays: wholeDays("expireNoncurrent", expireNoncurrent) },
    abortIncompleteMultipartUpload: { daysAfterInitiation: wholeDays("abortUploads", abortUploads) },
  };
}

function checkMoves(
  moves: { days: number; storageClass: StorageClass }[],
  path: string,
  problems: Problems,
): void {
  moves.forEach((move, index) => {
    const at = `${path}.transitions[${index}]`;
    if (INFREQUENT_ACCESS.includes(move.storageClass)) {
      problems.check(
        move.days >= INFREQUENT_ACCESS_DAYS,
        `${at}.after`,
        `${move.days} days is too early for ${move.storageClass}; S3 asks for at least ${INFREQUENT_ACCESS_DAYS} days`,
      );
    }
    const previous = moves[index - 1];
    if (previous === undefined) return;
    problems.check(
      STORAGE_CLASSES.indexOf(move.storageClass) > STORAGE_CLASSES.indexOf(previous.storageClass),
      `${at}.to`,
      `S3 does not move objects from ${previous.storageClass} to ${move.storageClass}; the order is ` +
        STORAGE_CLASSES.join(", "),
    );
    const earliest =
      previous.days + (INFREQUENT_ACCESS.includes(previous.storageClass) ? INFREQUENT_ACCESS_DAYS : 1);
    problems.check(
      move.days >= earliest,
      `${at}.after`,
      `${move.days} days is too early after ${previous.storageClass} at ${previous.days} days; write ${earliest} days or more`,
    );
  });
}
