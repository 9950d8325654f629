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
}

/** A database takes that long to start, and services that stop write to it that long. */
const LEAD_MINUTES = 20;
const LAG_MINUTES = 10;

/** Checks working hours and translates them: databases wake before services and rest after them. */
export function planWorkingHours(hours: WorkingHours, problems: Problems): WorkingHoursPlan {
  const { timezone = "UTC", weekends = false } = hours;
  problems.check(
    isTimezone(timezone),
    "timezone",
    `${show(timezone)} is not a time zone; write a name such as "Europe/Berlin" or "UTC"`,
  );
  const start = minuteOf("start", hours.start, problems);
  const stop = minuteOf("stop", hours.stop, problems);
  problems.check(
    start < stop,
    "stop",
    `"${hours.stop}" is not later than "${hours.start}"; working hours lie within one day`,
  );
  problems.check(
    start >= LEAD_MINUTES,
    "start",
    `"${hours.start}" is too early; databases wake ${LEAD_MINUTES} minutes before, on the same day: write 00:20 or later`,
  );
  problems.check(
    stop < 24 * 60 - LAG_MINUTES,
    "stop",
    `"${hours.stop}" is too late; databases rest ${LAG_MINUTES} minutes after, on the same day: write 23:49 or earlier`,
  );
  const at = (minute: number) =>
    `cron(${minute % 60} ${Math.floor(minute / 60)} ? * ${weekends ? "*" : "MON-FRI"} *)`;
  return {
    timezone,
    wake: { databases: at(start - LEAD_MINUTES), services: at(start) },
    rest: { databases: at(stop + LAG_MINUTES), services: at(stop) },
  };
}

function minuteOf(path: string, time: string, problems: Problems): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  problems.check(hours !== undefined, path, `${show(time)} is not a time; write hh:mm, such as "08:00"`);
  return hours === undefined ? (path === "start" ? 480 : 1200) : Number(hours) * 60 + Number(minutes);
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
