import { invalid } from "../errors.ts";

const MOST_KEYS = 50;

/**
 * Metadata of an object after a change: keys are added or replaced, and those with an empty value removed.
 *
 * @throws ApiError 400 when there would be more keys than an object may have
 */
export function mergeMetadata(
  before: Record<string, string>,
  change: Record<string, string> = {},
): Record<string, string> {
  const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== "");
  if (merged.length > MOST_KEYS) {
    const message = `metadata would have ${merged.length} keys, but may have ${MOST_KEYS}: remove some by sending them empty.`;
    throw invalid("parameter_invalid", message, "metadata");
  }
  return Object.fromEntries(merged);
}
