import { type Problems, show } from "../validation.ts";

/** When people work. */
export interface WorkingHours {
  /** Name of a time zone of the IANA, such as `Europe/Berlin`; summer time is followed. @default "UTC" */
  timezone?: string;
  /** hh:mm; services have their tasks from then on. */
  start: string;
  /** hh:mm, later on the same day. */
  stop: string;
  /** Work on Saturdays and Sundays too. @default false */
  weekends?: boolean;
}

/** Cron expressions of AWS at which databases and services wake and rest. */
export interface WorkingHoursPlan {
  timezone: string;
  wake: { databases: string; services: string };
  rest: { databases: string; services: string };
  /** Minutes of the day between which services have tasks, and databases are awake. */
  from: number;
  to: number;
}

/** A database takes that long to start, and services that stop write to it that long. */
const LEAD_MINUTES = 20;
const LAG_MINUTES = 10;

/**
 * Checks working hours and translates them: databases wake before services and rest after them.
 *
 * @param path begins the paths of mistakes: `"within."`
 */
export function planWorkingHours(hours: WorkingHours, problems: Problems, path = ""): WorkingHoursPlan {
  const { timezone = "UTC", weekends = false } = hours;
  checkTimezone(problems, `${path}timezone`, timezone);
  const start = minuteOf(`${path}start`, hours.start, problems) ?? 480;
  const stop = minuteOf(`${path}stop`, hours.stop, problems) ?? 1200;
  problems.check(
    start < stop,
    `${path}stop`,
    `"${hours.stop}" is not later than "${hours.start}"; working hours lie within one day`,
  );
  problems.check(
    start >= LEAD_MINUTES,
    `${path}start`,
    `"${hours.start}" is too early; databases wake ${LEAD_MINUTES} minutes before, on the same day: write 00:20 or later`,
  );
  problems.check(
    stop < 24 * 60 - LAG_MINUTES,
    `${path}stop`,
    `"${hours.stop}" is too late; databases rest ${LAG_MINUTES} minutes after, on the same day: write 23:49 or earlier`,
  );
  const at = (minute: number) =>
    `cron(${minute % 60} ${Math.floor(minute / 60)} ? * ${weekends ? "*" : "MON-FRI"} *)`;
  return {
    timezone,
    wake: { databases: at(start - LEAD_MINUTES), services: at(start) },
    rest: { databases: at(stop + LAG_MINUTES), services: at(stop) },
    from: start,
    to: stop,
  };
}

/** Records a name that is not one of a time zone. */
export function checkTimezone(problems: Problems, path: string, timezone: string): void {
  problems.check(
    isTimezone(timezone),
    path,
    `${show(timezone)} is not a time zone; write a name such as "Europe/Berlin" or "UTC"`,
  );
}

/** The minutes of the UTC day at which it is this minute of the day in a time zone, in winter and in summer. */
export function minutesInUtc(minute: number, timezone: string): number[] {
  if (!isTimezone(timezone)) return [minute];
  const offsets = ["2026-01-01", "2026-07-01"].map((day) => offsetOf(timezone, new Date(`${day}T12:00:00Z`)));
  return [...new Set(offsets)].map((offset) => (minute - offset + 24 * 60) % (24 * 60));
}

/** Minutes that a time zone is ahead of UTC at a moment. */
function offsetOf(timezone: string, moment: Date): number {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: timezone,
    timeZoneName: "longOffset",
  }).formatToParts(moment);
  const text = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  const ahead = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  return sign === "-" ? -ahead : ahead;
}

function minuteOf(path: string, time: string, problems: Problems): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  problems.check(hours !== undefined, path, `${show(time)} is not a time; write hh:mm, such as "08:00"`);
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // Offsets such as "+02:00" are known there too, but not to AWS.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
