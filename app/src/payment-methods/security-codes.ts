/**
 * Security codes (CVC, CVV) on their way to the first authorisation: in this process's memory alone, for some minutes, and
 * gone soon after their use. They are never written anywhere; a payment that another process makes goes without.
 */
import { LRUCache } from "lru-cache";
import type { Clock } from "../clock.ts";

/** Milliseconds that a code waits for its use. */
const KEEP_FOR = 10 * 60_000;
/** Milliseconds after the first use: a request that is decided anew, since something changed meanwhile, needs it again. */
const KEEP_AFTER_USE = 30_000;
const MOST = 10_000;

export type SecurityCodes = ReturnType<typeof securityCodes>;

export function securityCodes(clock: Clock) {
  const codes = new LRUCache<string, { code: string; used: boolean }>({
    max: MOST,
    ttl: KEEP_FOR,
    ttlAutopurge: true,
    ttlResolution: 0,
    perf: { now: clock },
  });
  return {
    remember: (method: string, code: string): void => void codes.set(method, { code, used: false }),
    /** The code for the first authorisation, which is forgotten soon after. */
    use(method: string): string | undefined {
      const kept = codes.get(method);
      if (kept && !kept.used) codes.set(method, { ...kept, used: true }, { ttl: KEEP_AFTER_USE });
      return kept?.code;
    },
    forget: (method: string): void => void codes.delete(method),
    clear: (): void => codes.clear(),
  };
}
