/** Brings the processors' notices to the service: each at least once, in order, whatever stops meanwhile. */
import type pg from "pg";
import type { Core } from "../core.ts";
import { transactionOn } from "../database/transaction.ts";
import type { NoticeListener, Processor } from "./processor.ts";

/**
 * Fetches and tells what is new at one processor. One instance does so at a time; the place reached is kept in the
 * database after each page that was taken in.
 *
 * @returns how many notices were told; 0 when another instance is at it
 * @throws what the listener or the processor throws: what was not taken in is told again
 */
export async function deliverNotices(
  { pool, clock }: Pick<Core, "pool" | "clock">,
  processor: Processor,
  listener: NoticeListener,
): Promise<number> {
  const { name } = processor;
  await pool.query("insert into processor_cursors (processor) values ($1) on conflict do nothing", [name]);
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await transactionOn(
      client,
      () => deliverFrom(client),
      (failure) => (broken = failure),
    );
  } finally {
    client.release(broken);
  }

  async function deliverFrom(db: pg.ClientBase): Promise<number> {
    const { rows } = await db.query<{ cursor: string }>(
      "select cursor from processor_cursors where processor = $1 for update skip locked",
      [name],
    );
    let told = 0;
    for (let cursor = rows[0]?.cursor; cursor !== undefined;) {
      const page = await processor.notices(cursor);
      for (const notice of page.notices) await listener(name, notice);
      told += page.notices.length;
      if (page.cursor === cursor) break;
      cursor = page.cursor;
      await db.query("update processor_cursors set cursor = $2, updated = $3 where processor = $1", [
        name,
        cursor,
        new Date(clock()),
      ]);
    }
    return told;
  }
}
