/** Which subjects a percentage means: always the same ones, on every instance and after every restart. */
import { hash } from "node:crypto";

/** Number of buckets: a percentage is exact to a thousandth. */
export const BUCKETS = 100_000;

/**
 * The bucket of a subject, 0 to 99,999: the first 48 bits of SHA-256 of `<key>.<salt>.<targeting key>`, modulo 100,000
 * (2^48 is so much greater that no bucket is favoured by more than 4 in 10^10).
 *
 * A roll-out to p per cent serves the buckets below p × 1,000, so a higher percentage adds subjects and moves none out.
 * A new salt deals anew.
 */
export function bucketOf(key: string, salt: string, targetingKey: string): number {
  return hash("sha256", `${key}.${salt}.${targetingKey}`, "buffer").readUIntBE(0, 6) % BUCKETS;
}

/** Whether a bucket is within a percentage, 0 to 100. */
export function isWithin(bucket: number, percentage: number): boolean {
  // 0.29 * 1,000 is 290.00000000000006 in floating point.
  return bucket < Math.round((percentage * BUCKETS) / 100);
}

/**
 * The part that a bucket falls into when the parts stand side by side in the order of their names: maps have no order of
 * their own in a database.
 * @param shares per cent of each part; they add up to 100
 */
export function pick(bucket: number, shares: Readonly<Record<string, number>>): string {
  let reached = 0;
  let last = "";
  for (const name of Object.keys(shares).sort()) {
    const share = shares[name] ?? 0;
    if (share === 0) continue;
    reached += share;
    last = name;
    if (isWithin(bucket, reached)) break;
  }
  return last;
}
