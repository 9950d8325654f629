/** Forgets idempotency keys that are older than the service promises to keep them. */
import type { Core } from "../core.ts";

/** Most that the database deletes in one call; as many again may wait. */
const BATCH = 10_000;

const INTERVAL = 10 * 60_000;

export function createForgetting({
  pool,
  clock,
  config,
  log,
}: Pick<Core, "pool" | "clock" | "config" | "log">) {
  let timer: NodeJS.Timeout | undefined;
  let underWay = Promise.resolve();

  async function forget(): Promise<void> {
    const before = new Date(clock() - config.IDEMPOTENCY_HOURS * 3_600_000);
    let forgotten = BATCH;
    while (forgotten === BATCH) {
      const { rows } = await pool.query<{ forgotten: number }>(
        "select forget_idempotency_keys($1) as forgotten",
        [before],
      );
      forgotten = rows[0]?.forgotten ?? 0;
    }
  }

  return {
    forget,
    start(): void {
      timer = setInterval(() => {
        underWay = forget().catch((error: unknown) => {
          log.warn({ err: error }, "old idempotency keys were not forgotten: the next round tries again");
        });
      }, INTERVAL);
    },
    async stop(): Promise<void> {
      clearInterval(timer);
      await underWay;
    },
  };
}
