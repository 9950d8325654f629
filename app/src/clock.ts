/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** The API's timestamps: whole seconds since 1970 (UTC). */
export function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
