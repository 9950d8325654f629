/** Waiting in tests. */
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds. @param limit milliseconds; the default is generous, as a machine may be busy */
export async function until(holds: () => boolean | Promise<boolean>, limit = 15_000): Promise<void> {
  for (const end = performance.now() + limit; performance.now() < end;) {
    if (await holds()) return;
    await sleep(5);
  }
  throw new Error(`What was waited for did not come within ${limit} ms: ${holds.toString()}`);
}
