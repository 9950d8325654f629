import { expect } from "chai";
import fc from "fast-check";
import { metrics } from "@opentelemetry/api";
import pino from "pino";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { commitWrites } from "./commit-writes.ts";
import { Journal } from "./journal.ts";
import type { CommitResult, LedgerEntry, Write } from "./write.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

describe("Journal", () => {
  let core: TestCore;

  beforeEach(async () => {
    core = await testCore();
  });

  afterEach(async () => {
    await core.close();
  });

  it("commits a transfer with its entries, running balances and event", async () => {
    await open("a", { overdraft: 1000 });
    await open("b");
    expect(await core.journal.commit(transfer("a", "b", 300))).to.deep.equal({ committed: true });
    expect(await core.journal.commit(transfer("a", "b", 200))).to.deep.equal({ committed: true });

    expect(await balances()).to.deep.equal({ a: -500, b: 500 });
    const entries = await rows(
      "select account, sequence, direction, amount, balance from ledger_entries order by 1, 2",
    );
    expect(entries).to.deep.equal([
      { account: "a", sequence: 1, direction: "debit", amount: 300, balance: -300 },
      { account: "a", sequence: 2, direction: "debit", amount: 200, balance: -500 },
      { account: "b", sequence: 1, direction: "credit", amount: 300, balance: 300 },
      { account: "b", sequence: 2, direction: "credit", amount: 200, balance: 500 },
    ]);
    expect(await rows("select type, object, actor from events order by id")).to.have.length(2);
    await expectIntact();
  });

  it("commits writes that wait as two groups, the second on its way while the first commits", async () => {
    await open("a", { overdraft: null });
    await open("b");
    await Promise.all(Array.from({ length: 50 }, () => core.journal.commit(transfer("a", "b", 1))));
    const { rows: blocks } = await core.database.pool.query(
      "select chain, height, count(*) from ledger_transactions group by 1, 2 order by 2",
    );
    expect(blocks).to.deep.equal([
      { chain: 0, height: 1, count: 25 },
      { chain: 0, height: 2, count: 25 },
    ]);
    expect(await balances()).to.deep.equal({ a: -50, b: 50 });
    await expectIntact();
  });

  it("refuses one write of a group and commits the others", async () => {
    await open("a", { overdraft: 100 });
    await open("b");
    const results = await Promise.all(
      [60, 60, 40].map((amount) => core.journal.commit(transfer("a", "b", amount))),
    );
    expect(results).to.deep.equal([
      { committed: true },
      { committed: false, reason: "insufficient_funds", account: "a" },
      { committed: true },
    ]);
    expect(await balances()).to.deep.equal({ a: -100, b: 100 });
    await expectIntact();
  });

  it("tells of each write that it has committed, and of no other", async () => {
    await open("a", { overdraft: 100 });
    await open("b");
    const told: Write[] = [];
    const committed = (write: Write) => void told.push(write);
    const journal = new Journal(core.pool, core.log, core.meter, { committed });
    const writes = [60, 60, 40].map((amount) => transfer("a", "b", amount));
    await Promise.all(writes.map((write) => journal.commit(write)));
    expect(told).to.deep.equal([writes[0], writes[2]]);
  });

  it("lets money that came earlier in a group be spent later in it", async () => {
    await open("a", { overdraft: 100 });
    await open("b");
    await open("c");
    const results = await Promise.all([
      core.journal.commit(transfer("b", "c", 1)),
      core.journal.commit(transfer("a", "b", 100)),
      core.journal.commit(transfer("b", "c", 100)),
    ]);
    expect(results.map(({ committed }) => committed)).to.deep.equal([false, true, true]);
    expect(await balances()).to.deep.equal({ a: -100, b: 0, c: 100 });
  });

  it("keeps sums exact when the writes that wait exceed them together", async () => {
    await open("a", { overdraft: null });
    await open("b");
    const amounts = [LARGEST - 1, 1, 1];
    const results = await Promise.all(
      amounts.map((amount) => core.journal.commit(transfer("a", "b", amount))),
    );
    expect(results).to.deep.equal([
      { committed: true },
      { committed: true },
      { committed: false, reason: "balance_overflow", account: "a" },
    ]);
    expect(await balances()).to.deep.equal({ a: -LARGEST, b: LARGEST });
    await expectIntact();
  });

  it("tells each reason of a refusal, and leaves nothing behind", async () => {
    await open("a", { overdraft: null });
    await open("b");
    await open("euro", { currency: "eur" });
    await open("live", { livemode: true });
    await open("closed", { status: "closed" });
    await open("full", { credits: LARGEST, debits: LARGEST });
    await core.journal.commit({ ...transfer("a", "b", 1), key: key("taken") });

    const results = await Promise.all([
      core.journal.commit(transfer("a", "nobody", 1)),
      core.journal.commit(transfer("a", "live", 1)),
      core.journal.commit(transfer("a", "euro", 1)),
      core.journal.commit(transfer("a", "closed", 1)),
      core.journal.commit(transfer("a", "full", 1)),
      core.journal.commit(transfer("b", "a", 5)),
      core.journal.commit({ ...transfer("a", "b", 1), key: key("taken") }),
      core.journal.commit({ ...transfer("a", "b", 1), objects: [payment("pay_1", 2)] }),
    ]);
    expect(
      results.map((result) => (result.committed ? "committed" : Object.values(result).slice(1).join(" "))),
    ).to.deep.equal([
      "account_missing nobody",
      "account_missing live",
      "currency_mismatch euro",
      "account_closed closed",
      "balance_overflow full",
      "insufficient_funds b",
      "key_taken",
      "conflict pay_1",
    ]);
    expect(await rows("select count(*) from ledger_transactions")).to.deep.equal([{ count: 1 }]);
    expect(await rows("select count(*) from events")).to.deep.equal([{ count: 1 }]);
    await expectIntact();
  });

  it("does not keep the key of a refused write", async () => {
    await open("a");
    await open("b");
    const refused = await core.journal.commit({ ...transfer("a", "b", 1), key: key("k") });
    expect(refused).to.include({ reason: "insufficient_funds" });
    expect(await rows("select * from idempotency_keys")).to.deep.equal([]);
  });

  it("holds pending money: what is held cannot be spent, and is released or posted", async () => {
    await open("a", { credits: 100 });
    await open("b");
    const hold = (amount: number): LedgerEntry[] => [
      { account: "a", direction: "debit", layer: "pending", amount },
      { account: "b", direction: "credit", layer: "pending", amount },
    ];
    expect(await core.journal.commit(write(hold(80)))).to.deep.equal({ committed: true });
    expect(await core.journal.commit(transfer("a", "b", 30))).to.include({ reason: "insufficient_funds" });
    expect(await core.journal.commit(transfer("b", "a", 1))).to.include({ reason: "insufficient_funds" });
    // Captured in part, the rest released, in one write.
    const capture = [...hold(-80), ...transferEntries("a", "b", 50)];
    expect(await core.journal.commit(write(capture))).to.deep.equal({ committed: true });
    expect(await core.journal.commit(transfer("a", "b", 50))).to.deep.equal({ committed: true });
    expect(await balances()).to.deep.equal({ a: 0, b: 100 });
    await expectIntact();
  });

  it("changes an object only from the version that the write was decided upon", async () => {
    expect(await core.journal.commit(write([], [payment("pay_1", 1)]))).to.deep.equal({ committed: true });
    const results = await Promise.all(
      [1, 2, 3].map(() => core.journal.commit(write([], [payment("pay_1", 2)]))),
    );
    expect(results.filter(({ committed }) => committed)).to.have.length(1);
    expect(results.filter(({ committed }) => !committed)).to.deep.equal([
      { committed: false, reason: "conflict", object: "pay_1" },
      { committed: false, reason: "conflict", object: "pay_1" },
    ]);
    expect(await core.objects.get("payments", "pay_1", false)).to.include({ version: 2 });
    expect(await core.objects.get("payments", "pay_1", true)).to.equal(undefined);
  });

  it("finds the write that breaks a rule of the database and commits the others", async () => {
    await open("a", { overdraft: null });
    await open("b");
    const broken = payment("pay_1", 1, { amount: 10, amount_captured: 11, amount_refunded: 0 });
    const results = await Promise.allSettled([
      core.journal.commit(transfer("a", "b", 1)),
      core.journal.commit(write([], [broken])),
      core.journal.commit(transfer("a", "b", 2)),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "fulfilled"]);
    expect(await balances()).to.deep.equal({ a: -3, b: 3 });
  });

  it("answers 503 while the database is away and works again when it is back, with nothing to do by hand", async () => {
    await open("a", { overdraft: null });
    await open("b");
    await core.database.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()",
    );
    const first = await core.journal.commit(transfer("a", "b", 1)).catch((error: unknown) => error);
    expect(first).to.satisfy(
      (value: unknown) => "committed" in (value as object) || (value as { status: number }).status === 503,
    );
    expect(await core.journal.commit(transfer("a", "b", 1))).to.deep.equal({ committed: true });
  });

  it("gives in groups the very answers that it gives one by one", async () => {
    const names = ["a", "b", "c", "d"];
    const amount = fc.integer({ min: 1, max: 120 });
    const step = fc.record({
      from: fc.constantFrom(...names),
      to: fc.constantFrom(...names, "nobody"),
      amount,
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          step.filter(({ from, to }) => from !== to),
          // As many as go in one group: of two that are under way, the second may be done before what is left of the first.
          { minLength: 1, maxLength: 15, size: "max" },
        ),
        async (steps) => {
          round += 1;
          const outcomes: CommitResult[][] = [];
          const ends: unknown[] = [];
          for (const side of ["grouped", "single"]) {
            const prefix = `${side}_${String(round)}_`;
            for (const name of names)
              await open(`${prefix}${name}`, { credits: 100, overdraft: name === "d" ? null : 0 });
            const writes = steps.map(({ from, to, amount }) => transfer(prefix + from, prefix + to, amount));
            // One lane: writes of one group keep their order, as those that come one by one do.
            const journal = new Journal(core.pool, pino({ level: "silent" }), metrics.getMeter("test"), {
              lanes: 1,
            });
            const results: CommitResult[] = [];
            if (side === "grouped")
              results.push(...(await Promise.all(writes.map((each) => journal.commit(each)))));
            else for (const each of writes) results.push(await journal.commit(each));
            outcomes.push(
              results.map(
                (result) => JSON.parse(JSON.stringify(result).replaceAll(prefix, "")) as CommitResult,
              ),
            );
            const found = await rows(
              `select replace(account, '${prefix}', '') as account, sequence, direction, amount, balance
             from ledger_entries where account like '${prefix}%' order by account, sequence`,
            );
            ends.push(found);
          }
          expect(outcomes[0]).to.deep.equal(outcomes[1]);
          expect(ends[0]).to.deep.equal(ends[1]);
        },
      ),
      { numRuns: 40 },
    );
    await expectIntact();
  }).timeout(60_000);

  it("reads no more of large tables than of the small ones for which its statements were planned", async () => {
    await open("a", { overdraft: null });
    await open("b");
    const client = await core.database.pool.connect();
    const commit = async (...writes: Write[]) => {
      expect(await commitWrites(client, writes, false)).to.deep.equal([]);
    };
    const writes = (n: number): Write[] => [
      { ...transfer("a", "b", 1), key: key(`done-${n}`) },
      {
        ...transfer("a", "b", 1),
        key: { key: `claimed-${n}`, fingerprint: "f", step: "claim", object: "pay" },
      },
      { ...transfer("a", "b", 1), objects: [payment(`pay_${n}`, 1)] },
    ];
    const answer = { status: 200, body: "{}" };
    const changes = (n: number): Write[] => [
      { ...transfer("a", "b", 1), key: { key: `claimed-${n}`, fingerprint: "f", step: "complete", answer } },
      { ...transfer("a", "b", 1), objects: [payment(`pay_${n}`, 2)] },
    ];
    await core.journal.commit({
      ...transfer("a", "b", 1),
      key: key("first"),
      objects: [payment("pay_0", 1)],
    });
    await client.query("analyze idempotency_keys, payments, ledger_accounts");
    await commit(...writes(1));
    await commit(...changes(1));
    await client.query(`
      insert into idempotency_keys (livemode, key, fingerprint) select false, 'k' || n, '' from generate_series(1, 5000) n;
      insert into payments (id, livemode, version, created, data)
        select 'pay_x' || n, false, 1, now(), '{"amount": 1, "amount_captured": 0, "amount_refunded": 0}'
        from generate_series(1, 5000) n;
      insert into ledger_accounts (id, livemode, name, type, currency, created)
        select 'x' || n, false, '', 'asset', 'usd', now() from generate_series(1, 5000) n`);
    await client.query("begin");
    await commit(...writes(2));
    await commit(...changes(2));
    const { rows: read } = await client.query(
      `select sum(pg_stat_get_xact_tuples_returned(c.oid)) as rows from pg_class c
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')`,
    );
    await client.query("rollback");
    client.release();
    expect(Number((read as [{ rows: string }])[0].rows)).to.be.within(1, 200);
  });

  describe("the database itself", () => {
    it("refuses to change or remove entries, transactions and blocks, also for their owner", async () => {
      await open("a", { overdraft: null });
      await open("b");
      await core.journal.commit(transfer("a", "b", 1));
      for (const table of ["ledger_entries", "ledger_transactions", "audit_blocks"]) {
        for (const statement of [`delete from ${table}`, `truncate ${table}`]) {
          expect(await failure(core.database.pool.query(statement))).to.contain("append-only");
        }
      }
      for (const statement of [
        "update ledger_entries set amount = 2",
        "update ledger_transactions set type = 'x'",
        "update audit_blocks set height = 2",
      ]) {
        expect(await failure(core.database.pool.query(statement)), statement).to.contain("append-only");
      }
    });

    it("refuses an account of an unknown type, currency or status, or that may go above zero, also from its owner", async () => {
      await open("a");
      const { pool } = core.database;
      const terms = ["type = 'debt'", "currency = 'USD'", "status = 'frozen'", "overdraft = -1"];
      for (const change of terms) {
        const statement = `update ledger_accounts set ${change} where id = 'a'`;
        expect(await failure(pool.query(statement)), statement).to.contain("account a cannot be of");
      }
      const insert = `insert into ledger_accounts (id, livemode, name, type, currency, created)
                      values ('b', false, 'b', 'asset', 'US', now())`;
      expect(await failure(pool.query(insert))).to.contain("account b cannot be of type asset, currency US");
    });

    it("gives the service no right to write money, objects, keys or events around the journal", async () => {
      const statements = [
        "update ledger_accounts set credits_posted = 5",
        "insert into ledger_entries default values",
        "delete from ledger_entries",
        "update payments set data = '{}'",
        "delete from idempotency_keys",
        "update events set type = 'x'",
        "update audit_chains set height = 0",
      ];
      for (const statement of statements) {
        expect(await failure(core.pool.query(statement)), statement).to.contain("permission denied");
      }
    });

    it("gives the service no way but the journal into any table of money, of objects or of what is proved", async () => {
      const { rows } = await core.database.pool.query<{ name: string }>(
        `select distinct c.relname as name
         from pg_class c cross join unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) as p (privilege)
         where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
           and (has_table_privilege('strongroom_service', c.oid, p.privilege)
             or p.privilege in ('INSERT', 'UPDATE') and has_any_column_privilege('strongroom_service', c.oid, p.privilege))`,
      );
      const written = rows.map(({ name }) => name);
      expect(written).to.include("webhook_deliveries");
      const guarded = [
        ...["ledger_entries", "ledger_transactions", "audit_blocks", "audit_chains"],
        ...["events", "idempotency_keys", "payments", "refunds", "disputes", "payouts", "customers"],
        ...["payment_methods", "reconciliations", "exports", "webhook_endpoints", "flags", "flag_segments"],
        ...["experiments", "erasures", "migrations"],
      ];
      expect(guarded.filter((table) => written.includes(table))).to.deep.equal([]);

      // It opens accounts, which are empty, and changes none.
      const { rows: columns } = await core.database.pool.query<{ right: string }>(
        `select distinct privilege_type || ' ' || column_name as right from information_schema.column_privileges
         where grantee = 'strongroom_service' and table_name = 'ledger_accounts' and privilege_type <> 'SELECT'`,
      );
      const rights = columns.map(({ right }) => right);
      expect(rights).to.include("INSERT name");
      expect(rights.filter((right) => !/^INSERT (?!debits_|credits_|entries$)/.test(right))).to.deep.equal(
        [],
      );
    });

    it("refuses entries that do not sum to zero, whoever inserts them", async () => {
      await open("a");
      const unbalanced = write([{ account: "a", direction: "credit", layer: "posted", amount: 5 }]);
      expect(await failure(core.journal.commit(unbalanced))).to.match(
        /debits and credits of transaction .* differ/,
      );
    });

    it("notices what was changed behind its back", async () => {
      await open("a", { overdraft: null });
      await open("b");
      for (const amount of [1, 2, 3]) await core.journal.commit(transfer("a", "b", amount));
      const tamper = async (statement: string) => {
        const client = await core.database.pool.connect();
        await client.query("begin");
        await client.query("set local session_replication_role = replica");
        await client.query(statement);
        const { rows: found } = await client.query<{ problem: string }>(
          "select problem from audit_violations()",
        );
        await client.query("rollback");
        client.release();
        return found.map(({ problem }) => problem);
      };
      expect(await tamper("update ledger_entries set amount = 9 where sequence = 2")).to.deep.equal([
        "rows were changed, added or removed",
      ]);
      expect(
        await tamper("delete from ledger_transactions where id = (select min(id) from ledger_transactions)"),
      ).to.have.length(1);
      expect(await tamper("update events set actor = 'me' where version = 1")).to.have.length(3);
      expect(await tamper("delete from audit_blocks where height = 2")).to.include(
        "a block before this one is missing",
      );
      expect(await tamper("delete from audit_blocks where height = 3")).to.include(
        "the chain's head is not its last block",
      );
      expect(await tamper("update ledger_accounts set credits_posted = 99 where id = 'b'")).to.deep.equal([]);
      await core.database.pool.query("update ledger_accounts set credits_posted = 99 where id = 'b'");
      expect(await rows("select account, kept, counted from ledger_drift()")).to.deep.equal([
        { account: "b", kept: 99, counted: 6 },
      ]);
    });
  });

  async function rows(sql: string): Promise<unknown[]> {
    return (await core.database.pool.query<Record<string, unknown>>(sql)).rows;
  }

  async function failure(promise: Promise<unknown>): Promise<string> {
    try {
      await promise;
    } catch (error) {
      return (error as Error).message;
    }
    return "it succeeded";
  }

  interface Opening {
    overdraft?: number | null;
    currency?: string;
    livemode?: boolean;
    status?: string;
    credits?: number;
    debits?: number;
  }

  async function open(id: string, opening: Opening = {}): Promise<void> {
    const {
      overdraft = 0,
      currency = "usd",
      livemode = false,
      status = "open",
      credits = 0,
      debits = 0,
    } = opening;
    await core.database.pool.query(
      `insert into ledger_accounts (id, livemode, name, type, currency, overdraft, status, credits_posted, debits_posted, created)
       values ($1, $2, $1, 'liability', $3, $4, $5, $6, $7, now())`,
      [id, livemode, currency, overdraft, status, credits, debits],
    );
  }

  async function balances(): Promise<Record<string, number>> {
    const found = (await rows(
      "select id, credits_posted - debits_posted as balance from ledger_accounts",
    )) as {
      id: string;
      balance: number;
    }[];
    return Object.fromEntries(found.map(({ id, balance }) => [id, balance]));
  }

  async function expectIntact(): Promise<void> {
    expect(await rows("select * from audit_violations()")).to.deep.equal([]);
    const drift = (await rows("select account from ledger_drift() where column_name = 'entries'")) as {
      account: string;
    }[];
    expect(drift).to.deep.equal([]);
  }

  function transferEntries(from: string, to: string, amount: number): LedgerEntry[] {
    return [
      { account: from, direction: "debit", layer: "posted", amount },
      { account: to, direction: "credit", layer: "posted", amount },
    ];
  }

  function transfer(from: string, to: string, amount: number): Write {
    return write(transferEntries(from, to, amount));
  }

  function write(entries: LedgerEntry[], objects?: Write["objects"]): Write {
    const created = core.clock();
    const id = core.makeId("transaction");
    const transaction = { id, type: "test", currency: "usd", object: id, created, entries };
    const event = { id: core.makeId("event"), object: id, version: 1, created, data: "{}" };
    return {
      livemode: false,
      actor: "key_test",
      objects,
      transactions: entries.length > 0 ? [transaction] : undefined,
      events: [{ ...event, type: "transfer.created" }],
    };
  }

  function payment(
    id: string,
    version: number,
    data: object = { amount: 10, amount_captured: 0, amount_refunded: 0 },
  ) {
    return {
      kind: "payments" as const,
      id,
      version,
      created: core.clock(),
      data: { ...data, status: "processing" },
    };
  }

  function key(name: string): NonNullable<Write["key"]> {
    return { key: name, fingerprint: "f", step: "answer", answer: { status: 200, body: "{}" } };
  }
});
