/** A duration as people write it. */
export type Duration = `${number} ${"second" | "minute" | "hour" | "day" | "week" | "year"}${"" | "s"}`;
/** An amount of memory or storage; binary units, as AWS counts them (1 GB = 1024 MB). */
export type Size = `${number} ${"MB" | "GB" | "TB"}`;
/** A share of processors; 1 vCPU is 1024 of ECS's CPU units. */
export type Cpu = `${number} vCPU`;

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800, year: 31_536_000 } as const;
const MEGABYTES = { MB: 1, GB: 1024, TB: 1024 * 1024 } as const;

/** Seconds in a duration such as `"10 minutes"`. @throws {Error} when it is not one. */
export function seconds(duration: Duration): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) (second|minute|hour|day|week|year)s?$/.exec(duration) ?? [];
  if (amount === undefined || unit === undefined) {
    throw new Error(
      `"${duration}" is not a duration; write one such as "30 seconds", "10 minutes" or "7 days"`,
    );
  }
  return Number(amount) * SECONDS[unit as keyof typeof SECONDS];
}

/** Whole days in a duration. @throws {Error} when it is not a whole number of days. */
export function days(duration: Duration): number {
  const count = seconds(duration) / SECONDS.day;
  if (!Number.isInteger(count)) throw new Error(`"${duration}" is not a whole number of days`);
  return count;
}

/** Whole minutes in a duration. @throws {Error} when it is not a whole number of minutes. */
export function minutes(duration: Duration): number {
  const count = seconds(duration) / SECONDS.minute;
  if (!Number.isInteger(count)) throw new Error(`"${duration}" is not a whole number of minutes`);
  return count;
}

/** Megabytes in a size such as `"2 GB"`. @throws {Error} when it is not one. */
export function megabytes(size: Size): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) (MB|GB|TB)$/.exec(size) ?? [];
  if (amount === undefined || unit === undefined) {
    throw new Error(`"${size}" is not a size; write one such as "512 MB" or "2 GB"`);
  }
  return Number(amount) * MEGABYTES[unit as keyof typeof MEGABYTES];
}

/** Whole gigabytes in a size. @throws {Error} when it is not a whole number of gigabytes. */
export function gigabytes(size: Size): number {
  const count = megabytes(size) / MEGABYTES.GB;
  if (!Number.isInteger(count)) throw new Error(`"${size}" is not a whole number of gigabytes`);
  return count;
}

/** ECS CPU units in `"0.5 vCPU"` (512). @throws {Error} when it is not one. */
export function cpuUnits(cpu: Cpu): number {
  const [, amount] = /^(\d+(?:\.\d+)?) vCPU$/.exec(cpu) ?? [];
  if (amount === undefined)
    throw new Error(`"${cpu}" is not a share of processors; write one such as "0.5 vCPU"`);
  return Number(amount) * 1024;
}
