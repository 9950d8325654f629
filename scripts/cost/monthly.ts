import type { Monthly } from "./cost.ts";

/** Hours of an average month, as AWS's own calculator counts them. */
export const HOURS = 730;

/** The same figure, whatever happens. */
export const fixed = (value: number): Monthly => ({ low: value, expected: value, high: value });

/** Every bound of `a` times a number or the same bound of `b`. */
export function times(a: Monthly, b: number | Monthly): Monthly {
  const factor = typeof b === "number" ? fixed(b) : b;
  return { low: a.low * factor.low, expected: a.expected * factor.expected, high: a.high * factor.high };
}

/** The sum of all, bound by bound. */
export function sum(all: Iterable<Monthly>): Monthly {
  const total = fixed(0);
  for (const each of all) {
    total.low += each.low;
    total.expected += each.expected;
    total.high += each.high;
  }
  return total;
}

/** What is left above `free`, bound by bound, never below zero. */
export const beyond = (a: Monthly, free: number): Monthly => ({
  low: Math.max(0, a.low - free),
  expected: Math.max(0, a.expected - free),
  high: Math.max(0, a.high - free),
});

/** Each bound at least `floor`. */
export const atLeast = (a: Monthly, floor: number): Monthly => ({
  low: Math.max(a.low, floor),
  expected: Math.max(a.expected, floor),
  high: Math.max(a.high, floor),
});
