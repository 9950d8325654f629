/**
 * Whether two conversion rates differ: the two-proportion z-test.
 *
 * Statistic with the pooled rate and interval with the separate ones, as in NIST/SEMATECH e-Handbook of Statistical
 * Methods, 7.3.3, and Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (3rd ed.), 3.1 and 4.2.
 */

export interface Sample {
  subjects: number;
  conversions: number;
}

export interface Comparison {
  /** Rate of the treatment minus rate of the control. */
  difference: number;
  /** Difference as a part of the control's rate; null when that is 0. */
  lift: number | null;
  /** Null when nobody or everybody converted: there is nothing to test. */
  z: number | null;
  /** Two-sided. */
  pValue: number | null;
  /** Of the difference. */
  interval: { low: number; high: number };
}

/** Cochran's rule: with fewer conversions or non-conversions in a group, the normal approximation does not hold. */
export const LEAST_COUNT = 10;

export function rateOf({ conversions, subjects }: Sample): number {
  return subjects === 0 ? 0 : conversions / subjects;
}

/** @param confidence of the interval, as 0.95 */
export function compareProportions(control: Sample, treatment: Sample, confidence: number): Comparison {
  const rates = { control: rateOf(control), treatment: rateOf(treatment) };
  const difference = rates.treatment - rates.control;
  const pooled = rateOf({
    subjects: control.subjects + treatment.subjects,
    conversions: control.conversions + treatment.conversions,
  });
  const pooledError = Math.sqrt(pooled * (1 - pooled) * (1 / control.subjects + 1 / treatment.subjects));
  const z = pooledError > 0 && Number.isFinite(pooledError) ? difference / pooledError : null;
  const error = Math.sqrt(variance(control) + variance(treatment));
  const margin = normalQuantile(0.5 + confidence / 2) * error;
  return {
    difference,
    lift: rates.control === 0 ? null : difference / rates.control,
    z,
    pValue: z === null ? null : 2 * normalCdf(-Math.abs(z)),
    interval: { low: Math.max(-1, difference - margin), high: Math.min(1, difference + margin) },
  };
}

function variance(sample: Sample): number {
  const rate = rateOf(sample);
  return sample.subjects === 0 ? 0 : (rate * (1 - rate)) / sample.subjects;
}

export function isLargeEnough({ conversions, subjects }: Sample): boolean {
  return conversions >= LEAST_COUNT && subjects - conversions >= LEAST_COUNT;
}

/**
 * Subjects that each variant needs to find a difference with a power of 80 per cent (Fleiss, Levin and Paik, formula 4.14,
 * without continuity correction).
 * @param baseline the control's rate
 * @param effect the smallest difference worth finding
 */
export function subjectsNeeded(baseline: number, effect: number, confidence: number): number {
  const other = baseline + effect <= 1 ? baseline + effect : baseline - effect;
  const mean = (baseline + other) / 2;
  const forConfidence = normalQuantile(0.5 + confidence / 2) * Math.sqrt(2 * mean * (1 - mean));
  const forPower = normalQuantile(0.8) * Math.sqrt(baseline * (1 - baseline) + other * (1 - other));
  return Math.ceil(((forConfidence + forPower) / effect) ** 2);
}

/** Probability that a standard normal number is at most `x` (Marsaglia, Evaluating the Normal Distribution, 2004). */
export function normalCdf(x: number): number {
  // Beyond, the tail is below 6 × 10^-16 and the series loses it.
  if (x < -8) return 0;
  if (x > 8) return 1;
  let sum = x;
  let term = x;
  for (let divisor = 3, before = 0; sum !== before; divisor += 2) {
    before = sum;
    term *= (x * x) / divisor;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-(x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** The `x` with `normalCdf(x) = probability`, by bisection. @param probability within 0 and 1 */
export function normalQuantile(probability: number): number {
  let low = -8;
  let high = 8;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
