import { days, type Duration, minutes } from "../units.ts";
import { type Problems, show } from "../validation.ts";
import { dailyWindow } from "../data/windows.ts";
import { checkTimezone, minutesInUtc, planWorkingHours, type WorkingHours } from "./working-hours.ts";

/** When, and for how long, backups are taken. */
export interface BackupRule {
  /** Unique in the plan: 1 to 50 letters, digits, "-", "_" and ".". */
  name: string;
  /** How often, or an expression of AWS such as `cron(0 2 ? * * *)`; a `weekday` is not a weekend's. @default "day" */
  every?: "hour" | "day" | "weekday" | "week" | "month" | `cron(${string})`;
  /**
   * Time of the day; weekly rules run on Sundays, monthly ones on the 1st. Not within an hour before an RDS
   * instance's own backup window, nor within it.
   * @default "00:30"
   */
  at?: string;
  /** Time zone of the IANA that `at` and `every` are of, such as `Europe/Berlin`; summer time is followed. @default "UTC" */
  timezone?: string;
  /** How long a backup is kept; at least 90 days longer than `coldAfter`. */
  retention: Duration;
  /** Moves backups to cold storage, where AWS Backup can (DynamoDB, EFS); RDS and S3 stay as they are. @default never */
  coldAfter?: Duration;
  /**
   * Log of all changes, to go back to any second of the retention: RDS, Aurora and S3; at most 35 days. AWS Backup then
   * rules the retention and window of the database's own backups too.
   * @default false
   */
  continuous?: boolean;
  /** A job that has not begun by then is given up: 1 hour or more. @default "1 hour" */
  startWithin?: Duration;
  /** A job that has not ended by then is given up: 1 hour more than `startWithin`, or more. @default "7 days" */
  completeWithin?: Duration;
}

const MINUTES_A_DAY = 24 * 60;
/** Minutes in which a job begins where nothing else is said. */
const DEFAULT_START_WINDOW = 60;

/** Bounds of the retention of whatever enters a locked vault, in days. */
export interface RetentionBounds {
  min: number | undefined;
  max: number | undefined;
}

/** A {@link BackupRule} in the names and units of AWS Backup. */
export interface RulePlan {
  ruleName: string;
  schedule: string;
  /** Undefined for UTC. */
  timezone: string | undefined;
  startWindow: number;
  completionWindow: number;
  enableContinuousBackup: boolean;
  lifecycle: { deleteAfter: number; coldStorageAfter?: number };
  /** Days after which a backup that did not come is missing; undefined where nobody can tell. */
  expectedWithin: number | undefined;
  /** Minutes of the UTC day at which a job begins at the earliest, in winter and in summer; none when that is not one time. */
  begins: number[];
}

/**
 * Checks rules against AWS Backup's and a vault lock's, and translates them.
 *
 * Source: AWS Backup Developer Guide, "Backup plan options and configuration" and "AWS Backup Vault Lock".
 */
export function planRules(rules: BackupRule[], bounds: RetentionBounds, problems: Problems): RulePlan[] {
  problems.check(rules.length > 0, "rules", "is empty; write at least one rule");
  return rules.map((rule, index) => {
    const path = `rules[${index}]`;
    problems.check(
      /^[\w.-]{1,50}$/.test(rule.name),
      `${path}.name`,
      `${show(rule.name)} is not possible; write 1 to 50 letters, digits, "-", "_" and "."`,
    );
    problems.check(
      rules.findIndex((other) => other.name === rule.name) === index,
      `${path}.name`,
      `${show(rule.name)} is another rule's; write another name`,
    );
    return {
      ruleName: rule.name,
      ...schedule(rule, path, problems),
      timezone: rule.timezone,
      ...jobWindows(rule, path, problems),
      enableContinuousBackup: rule.continuous ?? false,
      lifecycle: lifecycle(rule, path, bounds, problems),
    };
  });
}

function schedule(
  { every = "day", at = "00:30", timezone = "UTC" }: BackupRule,
  path: string,
  problems: Problems,
) {
  checkTimezone(problems, `${path}.timezone`, timezone);
  const [, hours, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(at) ?? [];
  problems.check(
    hours !== undefined,
    `${path}.at`,
    `${show(at)} is not a time of the day; write hh:mm in ${timezone}, such as "00:30"`,
  );
  const time = `${Number(minute)} ${Number(hours)}`;
  const begins = hours === undefined ? [] : minutesInUtc(Number(hours) * 60 + Number(minute), timezone);
  switch (every) {
    case "hour":
      return { schedule: `cron(${Number(minute)} * ? * * *)`, expectedWithin: 1, begins: [] };
    case "day":
      return { schedule: `cron(${time} ? * * *)`, expectedWithin: 1, begins };
    case "weekday":
      // From Friday to Monday there are three days.
      return { schedule: `cron(${time} ? * MON-FRI *)`, expectedWithin: 4, begins };
    case "week":
      return { schedule: `cron(${time} ? * SUN *)`, expectedWithin: undefined, begins };
    case "month":
      return { schedule: `cron(${time} 1 * ? *)`, expectedWithin: undefined, begins };
    default:
      problems.check(
        /^cron\(\S+( \S+){5}\)$/.test(every),
        `${path}.every`,
        `${show(every)} is not a schedule; write "hour", "day", "weekday", "week", "month" or six fields such as "cron(0 2 ? * * *)"`,
      );
      return { schedule: every, expectedWithin: undefined, begins: [] };
  }
}

function jobWindows(
  { startWithin = "1 hour", completeWithin = "7 days" }: BackupRule,
  path: string,
  problems: Problems,
) {
  const startWindow =
    problems.parse(`${path}.startWithin`, () => minutes(startWithin)) ?? DEFAULT_START_WINDOW;
  const completionWindow = problems.parse(`${path}.completeWithin`, () => minutes(completeWithin)) ?? 10_080;
  problems.check(
    startWindow >= 60,
    `${path}.startWithin`,
    `"${startWithin}" is too short; write at least "1 hour"`,
  );
  problems.check(
    completionWindow >= startWindow + 60,
    `${path}.completeWithin`,
    `"${completeWithin}" is too short; write at least 1 hour more than startWithin ("${startWithin}")`,
  );
  return { startWindow, completionWindow };
}

function lifecycle(
  rule: BackupRule,
  path: string,
  bounds: RetentionBounds,
  problems: Problems,
): RulePlan["lifecycle"] {
  const { retention, coldAfter, continuous } = rule;
  const deleteAfter = problems.parse(`${path}.retention`, () => days(retention)) ?? 1;
  const coldStorageAfter =
    coldAfter === undefined ? undefined : problems.parse(`${path}.coldAfter`, () => days(coldAfter));
  problems.check(
    deleteAfter >= 1,
    `${path}.retention`,
    `"${retention}" is too short; write at least "1 day"`,
  );
  problems.check(
    continuous !== true || deleteAfter <= 35,
    `${path}.retention`,
    `"${retention}" is too long for continuous backups; write at most "35 days", or a second rule`,
  );
  problems.check(
    continuous !== true || coldAfter === undefined,
    `${path}.coldAfter`,
    "continuous backups cannot go to cold storage; leave coldAfter out, or write a second rule",
  );
  if (coldStorageAfter !== undefined) {
    problems.check(
      coldStorageAfter >= 1 && deleteAfter >= coldStorageAfter + 90,
      `${path}.retention`,
      `"${retention}" is too short after "${String(coldAfter)}"; cold storage is paid for 90 days, write at least ` +
        `"${coldStorageAfter + 90} days"`,
    );
  }
  problems.check(
    deleteAfter >= (bounds.min ?? 1),
    `${path}.retention`,
    `"${retention}" is shorter than the vault's lock allows; write at least "${bounds.min ?? 1} days"`,
  );
  problems.check(
    deleteAfter <= (bounds.max ?? Infinity),
    `${path}.retention`,
    `"${retention}" is longer than the vault's lock allows; write at most "${bounds.max ?? 0} days"`,
  );
  return { deleteAfter, ...(coldStorageAfter === undefined ? {} : { coldStorageAfter }) };
}

/**
 * When a rule finds databases awake that rest outside working hours: in the middle of these, or as near to it as the
 * databases' own backup windows allow.
 */
export function ruleWithin(
  hours: WorkingHours,
  ownWindows: readonly string[],
  problems: Problems,
): Required<Pick<BackupRule, "every" | "at" | "timezone">> {
  const { timezone, from, to } = planWorkingHours(hours, problems, "within.");
  const middle = Math.floor((from + to) / 2);
  const times = Array.from({ length: to - from }, (_, index) => from + index)
    .filter((minute) => minute % 30 === 0 && minute + DEFAULT_START_WINDOW <= to)
    .toSorted((one, other) => Math.abs(one - middle) - Math.abs(other - middle));
  const isFree = (minute: number) =>
    ownWindows.every((window) =>
      minutesInUtc(minute, timezone).every((begins) => !isTooClose(begins, DEFAULT_START_WINDOW, window)),
    );
  const minute = times.find(isFree) ?? times[0] ?? from;
  const digits = (count: number) => String(count).padStart(2, "0");
  return {
    every: hours.weekends === true ? "day" : "weekday",
    at: `${digits(Math.floor(minute / 60))}:${digits(minute % 60)}`,
    timezone,
  };
}

/** Whether a job that begins then meets a service's own backup window, or the hour before, where RDS refuses it. */
function isTooClose(begins: number, startWindow: number, window: string): boolean {
  const own = dailyWindow(window);
  const closed = { start: own.start - 60, length: own.length + 60 };
  return [-MINUTES_A_DAY, 0, MINUTES_A_DAY].some(
    (shift) => begins + shift < closed.start + closed.length && closed.start < begins + shift + startWindow,
  );
}

/** Checks that no job begins within a service's own backup window, nor in the hour before. */
export function checkOwnWindow(rules: RulePlan[], name: string, window: string, problems: Problems): void {
  rules.forEach(({ begins, startWindow }, index) =>
    problems.check(
      !begins.some((minute) => isTooClose(minute, startWindow, window)),
      `rules[${index}].at`,
      `jobs begin within ${startWindow} minutes, too close to the backup window "${window}" of ${name}; write another ` +
        "time, further than an hour before it",
    ),
  );
}
