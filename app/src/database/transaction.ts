import type pg from "pg";
import { leadsElsewhere } from "./database-errors.ts";

/** Runs work in a transaction: commits what it returns from, rolls back what it throws out of. */
export async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await transactionOn(
      client,
      () => work(client),
      (failure) => (broken = failure),
    );
  } catch (error) {
    if (leadsElsewhere(error)) broken ??= error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * The same on a connection at hand.
 * @param onBroken told when the connection cannot even roll back: it must not be given back to others
 */
export async function transactionOn<T>(
  client: pg.ClientBase,
  work: () => Promise<T>,
  onBroken: (failure: Error) => void = () => undefined,
): Promise<T> {
  await client.query("begin");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(onBroken);
    throw error;
  }
}
