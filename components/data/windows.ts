const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const MINUTES_A_DAY = 24 * 60;
const MINUTES_A_WEEK = 7 * MINUTES_A_DAY;

/** A span of time that comes again every day or every week; UTC. */
export interface Window {
  /** Minutes from the beginning of the day, or of Monday. */
  readonly start: number;
  /** Length in minutes; a window may run past midnight. */
  readonly length: number;
  readonly every: "day" | "week";
}

/** Reads a daily window such as `"03:00-04:00"`. @throws {Error} when it is not one. */
export function dailyWindow(text: string): Window {
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? [];
  const start = minuteOfDay(from);
  const end = minuteOfDay(to);
  if (start === undefined || end === undefined) {
    throw new Error(`"${text}" is not a daily window; write hh:mm-hh:mm in UTC, such as "03:00-04:00"`);
  }
  return { start, length: between(start, end, MINUTES_A_DAY), every: "day" };
}

/** Reads a weekly window such as `"sun:05:00-sun:06:00"`. @throws {Error} when it is not one. */
export function weeklyWindow(text: string): Window {
  const [, from, to] = /^([a-z]{3}:\d\d:\d\d)-([a-z]{3}:\d\d:\d\d)$/.exec(text) ?? [];
  const start = minuteOfWeek(from);
  const end = minuteOfWeek(to);
  if (start === undefined || end === undefined) {
    throw new Error(
      `"${text}" is not a weekly window; write ddd:hh:mm-ddd:hh:mm in UTC, such as "sun:05:00-sun:06:00"`,
    );
  }
  return { start, length: between(start, end, MINUTES_A_WEEK), every: "week" };
}

/** Whether a daily and a weekly window share a minute on any day. */
export function windowsOverlap(daily: Window, weekly: Window): boolean {
  return DAYS.some((_, day) => {
    const start = daily.start + day * MINUTES_A_DAY;
    // Around a circle, two spans meet when either begins within the other.
    return (
      within(start, weekly.start, weekly.length, MINUTES_A_WEEK) ||
      within(weekly.start, start, daily.length, MINUTES_A_WEEK)
    );
  });
}

function within(minute: number, start: number, length: number, circle: number): boolean {
  return (((minute - start) % circle) + circle) % circle < length;
}

/** The way from start to end around the clock; a window that ends where it begins is the whole circle. */
function between(start: number, end: number, circle: number): number {
  return end > start ? end - start : end - start + circle;
}

function minuteOfDay(text: string | undefined): number | undefined {
  const [hours, minutes] = (text ?? "").split(":").map(Number);
  if (hours === undefined || minutes === undefined || hours > 23 || minutes > 59) return undefined;
  return hours * 60 + minutes;
}

function minuteOfWeek(text: string | undefined): number | undefined {
  const day = DAYS.findIndex((each) => text?.startsWith(each));
  const minute = minuteOfDay(text?.slice(4));
  return day < 0 || minute === undefined ? undefined : day * MINUTES_A_DAY + minute;
}
