import { expect } from "chai";
import type pg from "pg";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { LedgerRepository } from "./repository.ts";

/** Entries of each account, one a second. */
const ENTRIES = 3000;

interface PlanNode {
  "Actual Rows": number;
  "Actual Loops": number;
  Plans?: PlanNode[];
}

const rowsRead = (node: PlanNode): number =>
  node["Actual Rows"] * node["Actual Loops"] +
  (node.Plans ?? []).reduce((sum, each) => sum + rowsRead(each), 0);

describe("The trial balance of a moment", () => {
  let core: TestCore;

  before(async () => {
    core = await testCore();
    const { pool } = core.database;
    await pool.query(
      `insert into ledger_accounts (id, livemode, name, type, currency, created)
       select 'acct_' || type, false, type, type, 'usd', to_timestamp(0)
       from unnest('{asset,expense,liability,equity,revenue}'::text[]) as t (type)`,
    );
    // Debits of assets and credits of liabilities come in turns with their opposites, and every third is only held.
    await pool.query(
      `with moves as (
         select n, a.id as account, a.type,
           case when n % 3 = 0 then 'pending' else 'posted' end::ledger_layer as layer, 1 + n % 7 as amount,
           case when a.type in ('asset', 'expense') = (n % 4 < 2) then 'debit' else 'credit' end::ledger_direction as direction
         from generate_series(1, $1::integer) n cross join ledger_accounts a where a.type in ('asset', 'liability')
       )
       insert into ledger_entries (account, sequence, transaction, direction, layer, amount, currency, balance, posted)
       select account, n, 'txn_' || n, direction, layer, amount, 'usd',
         sum(case when layer = 'pending' then 0 when (direction = 'debit') = (type = 'asset') then amount else -amount end)
           over (partition by account order by n),
         to_timestamp(n)
       from moves`,
      [ENTRIES],
    );
    // Of these two, nothing is posted but what is taken back at once.
    await pool.query(
      `insert into ledger_entries (account, sequence, transaction, direction, layer, amount, currency, balance, posted)
       select 'acct_' || type, n, 'txn_other_' || n, case when (type = 'expense') = (n % 2 = 0) then 'debit' else 'credit' end::ledger_direction,
         case when n > 10 then 'posted' else 'pending' end::ledger_layer, 5, 'usd',
         case when n = 11 then -5 else 0 end, to_timestamp(n)
       from generate_series(1, 12) n cross join unnest('{expense,revenue}'::text[]) as t (type)`,
    );
    await pool.query(
      `update ledger_accounts a set entries = s.entries, debits_posted = s.debits, credits_posted = s.credits
       from (select account, count(*) as entries,
               coalesce(sum(amount) filter (where layer = 'posted' and direction = 'debit'), 0) as debits,
               coalesce(sum(amount) filter (where layer = 'posted' and direction = 'credit'), 0) as credits
             from ledger_entries group by account) s
       where s.account = a.id`,
    );
  });

  after(() => core.close());

  /** All entries up to the moment, added up. */
  async function addedUp(at: Date): Promise<unknown[]> {
    const { rows } = await core.pool.query<Record<string, unknown>>(
      `select a.id, a.name, a.type, a.currency,
         sum(case when (e.direction = 'debit') = (a.type in ('asset', 'expense')) then e.amount else -e.amount end)::bigint as balance
       from ledger_accounts a join ledger_entries e on e.account = a.id
       where e.layer = 'posted' and e.posted <= $1 group by a.id order by a.currency, a.type, a.id`,
      [at],
    );
    return rows;
  }

  it("has what all entries up to then add up to, also where that is nothing", async () => {
    const repository = new LedgerRepository(core.pool);
    for (const second of [0, 1, 2, 3, 10, 11, 12, 1000, ENTRIES - 1, ENTRIES, ENTRIES + 1]) {
      const at = new Date(second * 1000);
      const found = await repository.trialBalance(false, at);
      expect(found, `after ${second} seconds`).to.deep.equal(await addedUp(at));
      expect(found).to.have.length(second === 0 ? 0 : second < 11 ? 2 : 4);
    }
    expect(await repository.trialBalance(false)).to.deep.equal(await addedUp(new Date(ENTRIES * 1000)));
    expect(await repository.trialBalance(true, new Date(ENTRIES * 1000))).to.deep.equal([]);
  });

  it("reads of each account one entry, however many there are", async () => {
    const plans: PlanNode[] = [];
    const query = async (text: string, values: unknown[]) => {
      const { rows } = await core.pool.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
        `explain (analyze, format json) ${text}`,
        values,
      );
      plans.push(...rows.flatMap((row) => row["QUERY PLAN"]).map(({ Plan }) => Plan));
      return { rows: [] };
    };
    await new LedgerRepository({ query } as unknown as pg.Pool).trialBalance(false, new Date(1_000_000));
    expect(plans).to.have.length(1);
    expect(plans.reduce((sum, plan) => sum + rowsRead(plan), 0)).to.be.within(4, 60);
  });
});
