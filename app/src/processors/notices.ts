/** Brings the processors' notices to the service: each at least once, in order, whatever stops meanwhile. */
import type { Core } from "../core.ts";
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
  try {
    await client.query("begin");
    const { rows } = await client.query<{ cursor: string }>(
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
      await client.query("update processor_cursors set cursor = $2, updated = $3 where processor = $1", [
        name,
        cursor,
        new Date(clock()),
      ]);
    }
    await client.query("commit");
    return told;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
