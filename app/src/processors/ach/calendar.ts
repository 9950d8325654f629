/** Days on which the Federal Reserve settles ACH entries. A day is text, `YYYY-MM-DD`, in New York's time. */

const DAY = 24 * 3_600_000;
const SUNDAY = 0;
const MONDAY = 1;
const THURSDAY = 4;
const SATURDAY = 6;

const NEW_YORK = new Intl.DateTimeFormat("en-CA", {
  timeZone: "America/New_York",
  dateStyle: "short",
  timeStyle: "short",
  hourCycle: "h23",
});

/** Date and time of day (`HH:MM`) in New York. */
export function newYorkTime(at: number): { date: string; time: string } {
  const parts = Object.fromEntries(NEW_YORK.formatToParts(at).map(({ type, value }) => [type, value]));
  const { year = "", month = "", day = "", hour = "", minute = "" } = parts;
  return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}` };
}

/** The banking day to which an instant counts: after the cut-off, or on a day off, the next one. */
export function processingDay(at: number, cutoff: string): string {
  const { date, time } = newYorkTime(at);
  return isBankingDay(date) && time < cutoff ? date : addBankingDays(date, 1);
}

/** The n-th banking day after a day. */
export function addBankingDays(date: string, count: number): string {
  let day = date;
  for (let left = count; left > 0;) {
    day = nextDay(day);
    left -= isBankingDay(day) ? 1 : 0;
  }
  return day;
}

/** Neither weekend nor Federal holiday. A holiday on a Sunday is kept on Monday; one on a Saturday is not kept. */
export function isBankingDay(date: string): boolean {
  const weekday = weekdayOf(date);
  if (weekday === SATURDAY || weekday === SUNDAY || isHoliday(date)) return false;
  return !(weekday === MONDAY && isHoliday(previousDay(date)));
}

/** Federal holidays: on a date, or on the n-th (-1: last) weekday of a month. */
const FIXED = ["01-01", "06-19", "07-04", "11-11", "12-25"];
const MOVABLE: readonly { month: number; weekday: number; nth: number }[] = [
  { month: 1, weekday: MONDAY, nth: 3 }, // Martin Luther King Jr.
  { month: 2, weekday: MONDAY, nth: 3 }, // Washington's birthday
  { month: 5, weekday: MONDAY, nth: -1 }, // Memorial Day
  { month: 9, weekday: MONDAY, nth: 1 }, // Labor Day
  { month: 10, weekday: MONDAY, nth: 2 }, // Columbus Day
  { month: 11, weekday: THURSDAY, nth: 4 }, // Thanksgiving
];

function isHoliday(date: string): boolean {
  if (FIXED.includes(date.slice(5))) return true;
  const [month, day] = [Number(date.slice(5, 7)), Number(date.slice(8))];
  return MOVABLE.some(
    (holiday) =>
      holiday.month === month &&
      holiday.weekday === weekdayOf(date) &&
      (holiday.nth > 0
        ? Math.ceil(day / 7) === holiday.nth
        : Number(dayAt(instantOf(date) + 7 * DAY).slice(5, 7)) !== month),
  );
}

function instantOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function dayAt(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

function weekdayOf(date: string): number {
  return new Date(instantOf(date)).getUTCDay();
}

function nextDay(date: string): string {
  return dayAt(instantOf(date) + DAY);
}

function previousDay(date: string): string {
  return dayAt(instantOf(date) - DAY);
}
