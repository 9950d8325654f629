/** What a payout asks of the ledger. */
import type pg from "pg";

/**
 * Whether an account had a payout's amount at the moment when it was posted.
 * @param account Id of the ledger account that it was taken from
 */
export async function wasCovered(pool: pg.Pool, account: string, payout: string): Promise<boolean> {
  const { rows } = await pool.query<{ balance: number }>(
    `select e.balance from ledger_transactions t join ledger_entries e on e.transaction = t.id
     where t.type <> 'transfer' and t.object = $1 and t.type = 'payout.requested' and e.account = $2`,
    [payout, account],
  );
  return rows.some(({ balance }) => balance >= 0);
}
