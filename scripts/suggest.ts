import { closest, distance } from "fastest-levenshtein";

/** ` Did you mean "x"?` when one of the candidates is close to what was written, else nothing. */
export function didYouMean(written: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return "";
  const best = closest(written, candidates);
  return distance(written, best) <= Math.max(2, Math.floor(written.length / 3))
    ? ` Did you mean "${best}"?`
    : "";
}
