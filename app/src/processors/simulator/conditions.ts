/** The simulated network's weather: how long answers take, and how often something goes astray. */
import { FAULTS, type Fault } from "./catalogue.ts";

/** Milliseconds of an answer's way. */
export type Latency =
  | { kind: "fixed"; milliseconds: number }
  | { kind: "uniform"; from: number; to: number }
  /** Log-normal, as networks are: half of the answers take longer than the median. */
  | { kind: "lognormal"; median: number; sigma: number };

export interface Conditions {
  latency: Latency;
  /** Share of operations, 0 to 1, that each fault befalls; their sum is at most 1. */
  faults: Partial<Record<Fault, number>>;
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The delay of one answer in whole milliseconds. */
export function drawLatency(latency: Latency, random: () => number): number {
  switch (latency.kind) {
    case "fixed":
      return latency.milliseconds;
    case "uniform":
      return Math.round(latency.from + (latency.to - latency.from) * random());
    case "lognormal": {
      // Box and Muller's transform; 1 - random() is never 0.
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      return Math.round(latency.median * Math.exp(latency.sigma * normal));
    }
  }
}

/** The fault that befalls one operation, if any. */
export function drawFault(faults: Conditions["faults"], random: () => number): Fault | undefined {
  let left = random();
  for (const fault of FAULTS) {
    left -= faults[fault] ?? 0;
    if (left < 0) {
      return fault;
    }
  }
  return undefined;
}

const NUMBER = "(\\d+(?:\\.\\d+)?)";

/**
 * Reads `50`, `10-80` (uniform) or `lognormal:50:0.4` (median and sigma).
 * @throws Error for anything else
 */
export function parseLatency(text: string): Latency {
  const [, fixed] = new RegExp(`^${NUMBER}$`).exec(text) ?? [];
  if (fixed !== undefined) {
    return { kind: "fixed", milliseconds: Number(fixed) };
  }
  const [, from, to] = new RegExp(`^${NUMBER}-${NUMBER}$`).exec(text) ?? [];
  if (from !== undefined && Number(from) <= Number(to)) {
    return { kind: "uniform", from: Number(from), to: Number(to) };
  }
  const [, median, sigma] = new RegExp(`^lognormal:${NUMBER}:${NUMBER}$`).exec(text) ?? [];
  if (median !== undefined) {
    return { kind: "lognormal", median: Number(median), sigma: Number(sigma) };
  }
  throw new Error(`"${text}" is not a latency: write milliseconds as 50, 10-80 or lognormal:50:0.4.`);
}

/**
 * Reads `lost_answer=0.01,timeout=0.005`.
 * @throws Error for an unknown fault, a share outside 0 to 1, or a sum above 1
 */
export function parseFaults(text: string): Conditions["faults"] {
  const faults: Conditions["faults"] = {};
  let sum = 0;
  for (const part of text.split(",").filter((each) => each.trim() !== "")) {
    const [name = "", share = ""] = part.trim().split("=");
    const fault = FAULTS.find((each) => each === name);
    if (!fault) {
      throw new Error(`"${name}" is not a fault: it is one of ${FAULTS.join(", ")}.`);
    }
    const value = Number(share);
    if (share === "" || !(value >= 0 && value <= 1)) {
      throw new Error(`The share "${share}" of ${name} is not a number from 0 to 1.`);
    }
    faults[fault] = value;
    sum += value;
  }
  if (sum > 1 + Number.EPSILON) {
    throw new Error(`The shares of faults add up to ${sum}, which is above 1.`);
  }
  return faults;
}
