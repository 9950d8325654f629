const HOURS_OF_WEEK = 7 * 24;
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** A state that begins at an hour of the week, 0 being Sunday midnight. */
export interface Change<State> {
  hour: number;
  state: State;
}

/**
 * The hours of the week at which a weekly EventBridge/Application Auto Scaling expression such as
 * `cron(0 19 ? * MON-FRI *)` fires, or undefined when it does not repeat weekly (a day of the month, `rate(…)`,
 * `at(…)`). Time zones do not matter: a shift of all schedules changes no duration.
 */
export function hoursOfWeek(expression: string): number[] | undefined {
  const fields = /^cron\((.+)\)$/.exec(expression.trim())?.[1]?.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year = "*"] = fields ?? [];
  if (minute === undefined || hour === undefined || dayOfWeek === undefined) return undefined;
  if (!["*", "?"].includes(dayOfMonth ?? "") || month !== "*" || year !== "*") return undefined;
  const minutes = numbers(minute, 0, 59);
  const hours = numbers(hour, 0, 23);
  // AWS counts days 1–7 from Sunday.
  const days = numbers(named(dayOfWeek), 1, 7);
  if (minutes === undefined || hours === undefined || days === undefined) return undefined;
  return days.flatMap((day) =>
    hours.flatMap((each) => minutes.map((past) => (day - 1) * 24 + each + past / 60)),
  );
}

/**
 * How long each state holds, as shares of the week, when the changes repeat weekly. The last change of the week holds
 * until the first of the next. Empty when there are no changes.
 */
export function shares<State>(changes: readonly Change<State>[]): { state: State; share: number }[] {
  const ordered = [...changes].sort((a, b) => a.hour - b.hour);
  return ordered.map(({ hour, state }, index) => {
    const next = ordered[index + 1]?.hour ?? (ordered[0]?.hour ?? 0) + HOURS_OF_WEEK;
    return { state, share: (next - hour) / HOURS_OF_WEEK };
  });
}

function named(field: string): string {
  return field.toUpperCase().replace(/[A-Z]{3}/g, (name) => {
    const day = DAYS.indexOf(name);
    return day < 0 ? name : String(day + 1);
  });
}

/** Expands `*`, `?`, `5`, `1-5`, `1,3`, `0/15`, `*\/2`; undefined for anything else (`L`, `W`, `#`). */
function numbers(field: string, from: number, to: number): number[] | undefined {
  const found: number[] = [];
  for (const item of field.split(",")) {
    const [, first, last, step] = /^(\*|\?|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(item) ?? [];
    if (first === undefined) return undefined;
    const any = first === "*" || first === "?";
    const start = any ? from : Number(first);
    const end = last !== undefined ? Number(last) : any || step !== undefined ? to : start;
    const stride = Number(step ?? 1);
    if (start < from || end > to || stride < 1) return undefined;
    // FRI-MON runs over the end of the week.
    const stop = end < start ? end + (to - from + 1) : end;
    for (let value = start; value <= stop; value += stride)
      found.push(value > to ? value - (to - from + 1) : value);
  }
  return found;
}
