/** The value that a share of the values, given in order, does not exceed; NaN without values. @param share 0.5 for the median */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? NaN;
}
