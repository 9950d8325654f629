import { expect } from "chai";
import fc from "fast-check";
import {
  disputeOpened,
  payoutPaid,
  payoutRequested,
  refunded,
  refundFailed,
  returned,
} from "../payments/postings.ts";
import type { SettlementLine } from "../processors/processor.ts";
import { finishReconciliation } from "./finish.ts";
import type { FaultKind } from "./match.ts";
import { capture, csv, DAY, type Kit, line, PROCESSOR, startKit } from "./reconciliation.test-support.ts";
import { claimItem, resolveLines } from "./repository.ts";
import type { Item, Reconciliation } from "./schemas.ts";
import { ReconciliationService } from "./service.ts";
import { LINES_AT_ONCE } from "./settlement-file.ts";

describe("reconciliation", () => {
  let kit: Kit;

  beforeEach(async function () {
    this.timeout(60_000);
    kit = await startKit();
  });

  afterEach(() => kit.close());

  const apply = async (item: Item) => {
    const answer = await kit.call(
      "POST",
      `/reconciliations/${item.reconciliation}/items/${item.number}/apply`,
    );
    return { status: answer.status, body: answer.body as Item };
  };
  const entries = (item: Item | undefined) =>
    item?.proposed.map(({ currency, entries: each }) => [
      currency,
      ...each.map(({ account, direction, amount }) => `${direction} ${account} ${amount}`),
    ]);
  const faultsOf = ({ faults }: Reconciliation) =>
    Object.fromEntries(Object.entries(faults).filter(([, count]) => count > 0));

  it("settles what agrees: cash comes, the processor's fees are booked, nothing is owed any more", async () => {
    await kit.post([
      capture("ch_1"),
      capture("ch_2", 500),
      refunded({ object: "re_1", currency: "usd", amount: 200, processor: PROCESSOR, reference: "rf_1" }),
      disputeOpened(
        { object: "dp_1", currency: "usd", amount: 500, processor: PROCESSOR, reference: "cb_1" },
        1500,
      ),
    ]);
    const file = csv(
      line("ch_1"),
      line("ch_2", { amount: 500, fee: 15 }),
      line("rf_1", { type: "refund", amount: 200, fee: 0 }),
      line("cb_1", { type: "chargeback", amount: 500, fee: 1500 }),
      line("monthly", { type: "fee", amount: 99, fee: 0 }),
    );
    const done = await kit.reconcile(file);
    expect(done).to.deep.include({
      status: "completed",
      lines: 5,
      matched: 5,
      items: 1,
      period: { from: DAY, to: DAY },
    });
    expect(faultsOf(done)).to.deep.equal({});
    expect(done.totals).to.deep.equal([{ currency: "usd", gross: 701, fees: 1545, net: -844 }]);
    const [settlement] = await kit.items(done.id);
    expect(settlement).to.deep.include({ kind: "settlement", status: "open", line: null, movement: null });

    if (!settlement) throw new Error("There is no settlement.");
    const applied = await apply(settlement);
    expect(applied.body).to.deep.include({ status: "applied" });
    expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
    expect(await kit.balance("cash")).to.equal(-844);
    expect(await kit.balance("processor_fees")).to.equal(144);
    expect(await kit.balance("suspense")).to.equal(0);
  });

  it("applies an item once, however often and however many at once", async () => {
    await kit.post([capture("ch_1")]);
    const { id } = await kit.reconcile(csv(line("ch_1")));
    const [item] = (await kit.items(id)) as [Item];
    const answers = await Promise.all(Array.from({ length: 16 }, () => apply(item)));
    for (const { status, body } of answers) {
      expect(status).to.equal(200);
      expect(body).to.deep.equal(answers[0]?.body);
    }
    expect(await kit.balance("cash")).to.equal(970);
    const { rows } = await kit.core.pool.query("select from ledger_transactions where object = $1", [id]);
    expect(rows).to.have.length(1);
    const { rows: events } = await kit.core.pool.query<{ type: string }>(
      "select type from events where object = $1 order by version",
      [id],
    );
    expect(events.map(({ type }) => type)).to.deep.equal([
      "reconciliation.created",
      "reconciliation.completed",
      "reconciliation.item_applied",
    ]);
  });

  const CASES: { kind: FaultKind; file: () => string; proposed: unknown; more?: object }[] = [
    {
      kind: "missing_here",
      file: () => csv(line("ch_1"), line("unknown")),
      proposed: [["usd", "debit cash 970", "debit processor_fees 30", "credit suspense 1000"]],
    },
    {
      kind: "missing_there",
      file: () => csv(line("fee", { type: "fee", amount: 5, fee: 0 })),
      proposed: [["usd", "credit processor_receivable 1000", "debit suspense 1000"]],
    },
    {
      kind: "amount_differs",
      file: () => csv(line("ch_1", { amount: 900 })),
      proposed: [
        [
          "usd",
          "debit cash 870",
          "debit processor_fees 30",
          "credit processor_receivable 1000",
          "debit suspense 100",
        ],
      ],
    },
    {
      kind: "currency_differs",
      file: () => csv(line("ch_1", { currency: "eur" })),
      proposed: [
        ["eur", "debit cash 970", "debit processor_fees 30", "credit suspense 1000"],
        ["usd", "credit processor_receivable 1000", "debit suspense 1000"],
      ],
    },
    {
      kind: "fee_differs",
      file: () => csv(line("ch_1", { fee: 45 })),
      more: { fees: "300" },
      proposed: [
        [
          "usd",
          "debit cash 955",
          "debit processor_fees 30",
          "credit processor_receivable 1000",
          "debit suspense 15",
        ],
      ],
    },
    {
      kind: "fee_differs",
      file: () => csv(line("ch_1", { net: 960 })),
      proposed: [
        [
          "usd",
          "debit cash 960",
          "debit processor_fees 30",
          "credit processor_receivable 1000",
          "debit suspense 10",
        ],
      ],
    },
    {
      kind: "duplicate",
      file: () => csv(line("ch_1"), line("ch_1")),
      proposed: [["usd", "debit cash 970", "debit processor_fees 30", "credit suspense 1000"]],
    },
  ];
  for (const { kind, file, proposed, more } of CASES) {
    it(`reports ${kind} with the entries that set it right, and posts them`, async () => {
      await kit.post([capture("ch_1")]);
      const done = await kit.reconcile(file(), more);
      expect(faultsOf(done)).to.deep.equal({ [kind]: 1 });
      const [item] = await kit.items(done.id, kind);
      expect(entries(item)).to.deep.equal(proposed);
      for (const each of await kit.items(done.id)) expect((await apply(each)).status).to.equal(200);
      expect(await kit.balance("processor_receivable.simulator"), "nothing is owed any more").to.equal(0);
    });
  }

  it("knows the processor's agreed fees by currency", async () => {
    await kit.post([capture("ch_1"), capture("ch_2", 1000, "eur"), capture("ch_3", 1000, "eur")]);
    const file = csv(
      line("ch_1"),
      line("ch_2", { currency: "eur", fee: 15 }),
      line("ch_3", { currency: "eur" }),
    );
    const done = await kit.reconcile(file, { fees: "300;eur=100+5" });
    expect(done.matched).to.equal(2);
    const wrong = await kit.items(done.id, "fee_differs");
    expect(wrong.map((item) => item.line?.reference)).to.deep.equal(["ch_3"]);
    const refused = await kit.call("POST", "/reconciliations", {
      processor: PROCESSOR,
      format: "csv",
      content: file,
      fees: "3 %",
    });
    expect(refused.body).to.have.nested.property("error.param", "fees");
  });

  it("reports status_differs when the payment has not come so far here", async () => {
    const data = {
      status: "authorized",
      amount: 1000,
      amount_captured: 0,
      amount_refunded: 0,
      processor: PROCESSOR,
      processor_reference: "ch_9",
      metadata: {},
    };
    const objects = [{ kind: "payments" as const, id: "pay_9", version: 1, created: kit.core.clock(), data }];
    await kit.core.journal.commit({ livemode: false, actor: "key_test", objects });
    const done = await kit.reconcile(csv(line("ch_9")));
    expect(faultsOf(done)).to.deep.equal({ status_differs: 1 });
    const [item] = await kit.items(done.id);
    expect(item).to.deep.include({ known: { object: "pay_9", status: "authorized" } });
  });

  it("answers the same file again with the same reconciliation", async () => {
    await kit.post([capture("ch_1")]);
    const file = csv(line("ch_1"));
    const first = await kit.reconcile(file);
    const again = await kit.call("POST", "/reconciliations", {
      processor: PROCESSOR,
      format: "csv",
      content: file,
    });
    expect(again).to.deep.equal({ status: 200, body: first });
    const twins = await Promise.all(
      Array.from({ length: 8 }, () =>
        kit.call("POST", "/reconciliations", { processor: PROCESSOR, format: "csv", content: `${file}\n` }),
      ),
    );
    expect(new Set(twins.map(({ body }) => (body as Reconciliation).id)).size).to.equal(1);
    expect(twins.filter(({ status }) => status === 201)).to.have.length(1);
  });

  it("leaves alone what an earlier file had: files that overlap settle nothing twice", async () => {
    await kit.post([capture("ch_1"), capture("ch_2")]);
    const first = await kit.reconcile(csv(line("ch_1")));
    expect(faultsOf(first)).to.deep.equal({ missing_there: 1 });
    const second = await kit.reconcile(csv(line("ch_1"), line("ch_2")));
    expect(second).to.deep.include({ matched: 1, known: 1 });
    expect(faultsOf(second)).to.deep.equal({});
    for (const id of [first.id, second.id])
      for (const item of await kit.items(id, "settlement")) await apply(item);
    expect(await kit.balance("cash")).to.equal(2 * 970);
    expect(await kit.balance("processor_receivable.simulator")).to.equal(0);

    const [missing] = (await kit.items(first.id, "missing_there")) as [Item];
    expect(missing.status).to.equal("resolved");
    expect((await apply(missing)).body).to.have.nested.property("error.code", "item_resolved");
  });

  it("leaves alone duplicates that an earlier file had, as often as it had them", async () => {
    await kit.post([capture("ch_1"), capture("ch_2")]);
    const otherwise = line("ch_2", { fee: 31 });
    const first = await kit.reconcile(csv(line("ch_1"), line("ch_1"), line("ch_2")));
    const second = await kit.reconcile(csv(otherwise));
    expect([first, second].map(faultsOf)).to.deep.equal([{ duplicate: 1 }, { duplicate: 1 }]);
    for (const again of [
      csv(line("ch_1"), line("ch_2"), otherwise, line("ch_1")),
      csv(otherwise, line("ch_1"), line("ch_1"), line("ch_2")),
    ])
      expect(await kit.reconcile(again)).to.deep.include({ known: 4, items: 0 });
    const more = await kit.reconcile(csv(line("ch_1"), line("ch_1"), line("ch_1"), line("ch_2"), otherwise));
    expect(more).to.deep.include({ known: 4, items: 1 });
    expect(faultsOf(more)).to.deep.equal({ duplicate: 1 });
  });

  it("settles a movement that was given up before out of suspense", async () => {
    await kit.post([capture("ch_1"), capture("ch_2")]);
    const first = await kit.reconcile(csv(line("ch_1")));
    for (const item of await kit.items(first.id)) await apply(item);
    expect(await kit.balance("suspense")).to.equal(1000);
    const second = await kit.reconcile(csv(line("ch_2", { date: "2026-01-03" })), {
      period: { from: DAY, to: DAY },
    });
    for (const item of await kit.items(second.id)) await apply(item);
    expect(await kit.balance("suspense")).to.equal(0);
    expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
    expect(await kit.balance("cash")).to.equal(2 * 970);
  });

  it("gives up once what two files lack: the later file's item takes the place of the earlier's", async () => {
    await kit.post([capture("ch_1")]);
    const first = await kit.reconcile(csv(line("fee_1", { type: "fee" })));
    const second = await kit.reconcile(csv(line("fee_2", { type: "fee" })));
    const [earlier] = (await kit.items(first.id, "missing_there")) as [Item];
    const [later] = (await kit.items(second.id, "missing_there")) as [Item];
    expect([earlier.status, later.status]).to.deep.equal(["resolved", "open"]);
    expect((await apply(earlier)).status).to.equal(409);
    expect((await apply(later)).status).to.equal(200);
    expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
    expect(await kit.balance("suspense")).to.equal(1000);
    const third = await kit.reconcile(csv(line("fee_3", { type: "fee" })));
    expect((await kit.items(third.id, "missing_there"))[0]?.proposed).to.deep.equal([]);
  });

  it("explains a charge and not the return of it, which has the same reference", async () => {
    const movement = {
      object: "pay_1",
      currency: "usd",
      amount: 1000,
      processor: PROCESSOR,
      reference: "ch_1",
    };
    await kit.post([capture("ch_1"), returned(movement, 3)]);
    const first = await kit.reconcile(csv(line("fee_1", { type: "fee" })));
    await kit.reconcile(csv(line("ch_1", { date: "2026-01-03" })));
    const items = await kit.items(first.id, "missing_there");
    expect(items.map((item) => [item.movement?.type, item.status])).to.have.deep.members([
      ["charge", "resolved"],
      ["chargeback", "open"],
    ]);
  });

  describe("of refunds that failed", () => {
    const refund = { object: "re_1", currency: "usd", amount: 200, processor: PROCESSOR, reference: "rf_1" };
    const [back, again] = (["refund", "refund_reversal"] as const).map((type) =>
      line("rf_1", { type, amount: 200, fee: 0 }),
    ) as [SettlementLine, SettlementLine];
    let files = 0;
    /** A file of a day, with what it has besides a fee. */
    const reconcileDay = (date: string, ...lines: SettlementLine[]) => {
      const fee = line(`fee_${(files += 1)}`, { type: "fee", fee: 0, date });
      return kit.reconcile(csv(fee, ...lines.map((each) => ({ ...each, date }))));
    };
    const nextDay = () => kit.core.advance(24 * 3_600_000);
    const applyAll = async ({ id }: Reconciliation) => {
      for (const item of await kit.items(id)) expect((await apply(item)).status).to.equal(200);
    };

    it("misses nothing where neither the refund nor its failure was settled: nothing comes for them", async () => {
      await kit.post([refunded(refund), refundFailed(refund)]);
      expect(faultsOf(await reconcileDay(DAY))).to.deep.equal({});
      expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
    });

    it("misses a refund until it fails", async () => {
      await kit.post([refunded(refund)]);
      const first = await reconcileDay(DAY);
      expect(faultsOf(first)).to.deep.equal({ missing_there: 1 });
      nextDay();
      await kit.post([refundFailed(refund)]);
      expect(faultsOf(await reconcileDay("2026-01-02"))).to.deep.equal({});
      const [item] = (await kit.items(first.id, "missing_there")) as [Item];
      expect(item.status).to.equal("resolved");
      expect((await apply(item)).body).to.have.nested.property("error.code", "item_resolved");
    });

    it("misses the failure of a refund that was given up before: it takes it out of suspense", async () => {
      await kit.post([refunded(refund)]);
      await applyAll(await reconcileDay(DAY));
      expect(await kit.balance("suspense")).to.equal(-200);
      nextDay();
      await kit.post([refundFailed(refund)]);
      const second = await reconcileDay("2026-01-02");
      expect(faultsOf(second)).to.deep.equal({ missing_there: 1 });
      await applyAll(second);
      expect(await kit.balance("suspense")).to.equal(0);
      expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
    });

    it("misses the other side when one of them is settled after all", async () => {
      await kit.post([refunded(refund), refundFailed(refund)]);
      await reconcileDay(DAY);
      nextDay();
      const second = await reconcileDay("2026-01-02", back);
      expect(second.matched).to.equal(2);
      expect(faultsOf(second)).to.deep.equal({ missing_there: 1 });
      const [missing] = await kit.items(second.id, "missing_there");
      expect(missing?.movement).to.include({ type: "refund_reversal", change: 200 });
      // Told once: later files, also with the refund again, leave it to that item.
      expect(faultsOf(await reconcileDay("2026-01-03", back))).to.deep.equal({ duplicate: 1 });
      const last = await reconcileDay("2026-01-04", again);
      expect(faultsOf(last)).to.deep.equal({});
      const [settled] = await kit.items(second.id, "missing_there");
      expect(settled?.status).to.equal("resolved");
    });

    it("misses the other side whichever of the days' files comes first", async () => {
      await kit.post([refunded(refund)]);
      nextDay();
      await kit.post([refundFailed(refund)]);
      expect(faultsOf(await reconcileDay("2026-01-02"))).to.deep.equal({});
      const late = await reconcileDay(DAY, back);
      const [missing] = await kit.items(late.id, "missing_there");
      expect(missing?.movement).to.include({ type: "refund_reversal", date: "2026-01-02" });
    });

    it("does not miss what the file of its own day is still to tell", async () => {
      await kit.post([refunded(refund)]);
      nextDay();
      await kit.post([refundFailed(refund)]);
      expect(faultsOf(await reconcileDay(DAY, back))).to.deep.equal({});
      expect(faultsOf(await reconcileDay("2026-01-02"))).to.deep.equal({ missing_there: 1 });
    });

    it("misses the refund when only its failure is settled, and nothing when both are", async () => {
      const other = { ...refund, object: "re_2", reference: "rf_2" };
      const both = [back, again].map((each) => ({ ...each, processorReference: "rf_2" }));
      await kit.post([refund, other].flatMap((each) => [refunded(each), refundFailed(each)]));
      const done = await reconcileDay(DAY, again, ...both);
      expect(done.matched).to.equal(4);
      const missing = await kit.items(done.id, "missing_there");
      expect(missing.map(({ movement }) => [movement?.reference, movement?.type])).to.deep.equal([
        ["rf_1", "refund"],
      ]);
      await applyAll(done);
      expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
      expect(await kit.balance("suspense")).to.equal(-200);
    });
  });

  describe("of lines that files have several times, and otherwise", () => {
    /** Fees by which lines of one charge differ. */
    const FEES = [30, 31, 32];
    /** Of each charge, a period without any movement: nothing else is missing. */
    const period = { from: "2025-01-01", to: "2025-01-01" };
    /** Lines of a file: which of the fees each has, in their order. */
    const file = fc.array(fc.constantFrom(...FEES), { minLength: 1, maxLength: 6 });
    const copies = (fees: readonly number[], fee: number) => fees.filter((each) => each === fee).length;
    const most = (all: readonly (readonly number[])[], fee: number) =>
      Math.max(...all.map((fees) => copies(fees, fee)));
    let charges = 0;
    let note = 0;
    /** No two files are the same, so that all are worked through. */
    const fileOf = (reference: string, fees: readonly number[]) =>
      `${csv(...fees.map((fee) => line(reference, { fee })))}${"\n".repeat((note += 1) % 50)}`;

    const RECEIVABLE = "processor_receivable.simulator";

    /**
     * Applied whole, all files together have moved the money of each line as often as the file with most of it.
     * @param owed what the processor owed before
     */
    async function expectMoney(
      ids: readonly string[],
      all: readonly number[][],
      owed: number,
    ): Promise<void> {
      const cash = await kit.balance("cash");
      for (const id of ids)
        for (const item of await kit.items(id))
          if (item.status === "open") expect((await apply(item)).status).to.equal(200);
      const expected = FEES.reduce((sum, fee) => sum + most(all, fee) * (1000 - fee), 0);
      expect((await kit.balance("cash")) - cash).to.equal(expected);
      expect(await kit.balance(RECEIVABLE)).to.equal(owed);
    }

    it("knows each as often as the earlier file with most of it had it, in any order of files and lines", async function () {
      this.timeout(60_000);
      await fc.assert(
        fc.asyncProperty(
          fc.array(file, { minLength: 3, maxLength: 5 }),
          fc.nat(5),
          async (all, captureBefore) => {
            const reference = `ch_${(charges += 1)}`;
            const owed = await kit.balance(RECEIVABLE);
            const ids: string[] = [];
            for (const [index, fees] of all.entries()) {
              // The ledger may get its movement before any of the files, between them, or at last.
              if (index === captureBefore) await kit.post([capture(reference)]);
              const done = await kit.reconcile(fileOf(reference, fees), { period });
              const before = all.slice(0, index);
              const known = FEES.reduce(
                (sum, fee) => sum + Math.min(copies(fees, fee), index === 0 ? 0 : most(before, fee)),
                0,
              );
              // A line that the ledger has come to know since is judged anew, and no more just known.
              const anew = (await kit.items(done.id, "settlement")).length > 0 && index > 0 ? 1 : 0;
              expect(done.known + anew, `file ${index}`).to.equal(known);
              ids.push(done.id);
            }
            if (captureBefore >= all.length) await kit.post([capture(reference)]);
            // Whatever came when, a file with all of it leaves nothing open.
            const whole = FEES.flatMap((fee) => Array.from({ length: most(all, fee) }, () => fee)).reverse();
            ids.push((await kit.reconcile(fileOf(reference, whole), { period })).id);
            await expectMoney(ids, all, owed);
          },
        ),
        { numRuns: 25 },
      );
    });

    it("knows them as well when several instances work at several files at once", async function () {
      this.timeout(60_000);
      await kit.reconciliations.stop();
      await fc.assert(
        fc.asyncProperty(fc.array(file, { minLength: 3, maxLength: 4 }), async (all) => {
          const reference = `at_once_${(charges += 1)}`;
          const owed = await kit.balance(RECEIVABLE);
          await kit.post([capture(reference)]);
          const { core, parts } = kit;
          const service = new ReconciliationService(core, { ...parts, enqueue: () => undefined });
          const ids: string[] = [];
          for (const fees of all) {
            const input = { processor: PROCESSOR, format: "csv", content: fileOf(reference, fees), period };
            ids.push(((await kit.call("POST", "/reconciliations", input)).body as Reconciliation).id);
          }
          await Promise.all([...ids, ...ids].map((id) => finishReconciliation(core, service, id)));
          await expectMoney(ids, all, owed);
        }),
        { numRuns: 10 },
      );
    });

    it("knows more of them than go to the database at once", async () => {
      const content = csv(...Array.from({ length: 2 * LINES_AT_ONCE + 1 }, () => line("ch_1")));
      expect(faultsOf(await kit.reconcile(content))).to.deep.equal({
        missing_here: 1,
        duplicate: 2 * LINES_AT_ONCE,
      });
      const more = csv(line("ch_1", { fee: 31 }), line("ch_1"));
      const second = await kit.reconcile(more + content.slice(content.indexOf("\n") + 1));
      expect(faultsOf(second)).to.deep.equal({ duplicate: 2 });
      expect(second.known).to.equal(2 * LINES_AT_ONCE + 1);
    });

    for (const isClaimed of [false, true]) {
      it(`judges the line that stands anew also where the file has another one before it${isClaimed ? ", while it is applied" : ""}`, async () => {
        const first = await kit.reconcile(csv(line("ch_1")));
        const [stranger] = (await kit.items(first.id)) as [Item];
        await kit.post([capture("ch_1")]);
        // As an `apply` leaves it that has not posted its entries yet.
        if (isClaimed) expect(await claimItem(kit.core.pool, first.id, stranger.number)).to.be.true;
        const second = await kit.reconcile(csv(line("ch_1", { fee: 31 }), line("ch_1")));
        expect(second).to.deep.include({ matched: 1, known: 0 });
        expect(faultsOf(second)).to.deep.equal({ duplicate: 1 });
        if (isClaimed) expect((await apply(stranger)).status).to.equal(200);
        else expect((await apply(stranger)).status).to.equal(409);
        for (const item of await kit.items(second.id)) expect((await apply(item)).status).to.equal(200);
        expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
        expect(await kit.balance("cash")).to.equal(970 + 969);
        expect(await kit.balance("suspense")).to.equal(-1000);
      });
    }
  });

  it("counts on an item that is being applied while a later file is worked through", async () => {
    await kit.post([capture("ch_1")]);
    const first = await kit.reconcile(csv(line("fee_1", { type: "fee" })));
    const [missing] = (await kit.items(first.id, "missing_there")) as [Item];
    // As an `apply` leaves it that has not posted its entries yet.
    expect(await claimItem(kit.core.pool, first.id, missing.number)).to.be.true;
    const second = await kit.reconcile(csv(line("ch_1")));
    expect((await kit.items(first.id, "missing_there"))[0]?.status).to.equal("open");
    for (const item of [missing, ...(await kit.items(second.id))])
      expect((await apply(item)).status).to.equal(200);
    expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
    expect(await kit.balance("suspense")).to.equal(0);
  });

  for (const isApplied of [false, true]) {
    it(`settles a line that came before its movement${isApplied ? ", out of suspense where it was applied" : ""}`, async () => {
      const first = await kit.reconcile(csv(line("ch_1"), line("ch_2")));
      const strangers = await kit.items(first.id, "missing_here");
      if (isApplied) for (const item of strangers) await apply(item);
      await kit.post([capture("ch_1"), capture("ch_2", 900)]);
      const second = await kit.reconcile(
        csv(line("ch_1"), line("ch_2"), line("fee", { type: "fee", fee: 0 })),
      );
      expect(second).to.deep.include({ known: 0, matched: 2 });
      expect(faultsOf(second)).to.deep.equal({ amount_differs: 1 });
      for (const item of await kit.items(second.id)) expect((await apply(item)).status).to.equal(200);
      expect((await kit.items(first.id)).map(({ status }) => status)).to.deep.equal(
        strangers.map(() => (isApplied ? "applied" : "resolved")),
      );
      expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
      expect(await kit.balance("cash")).to.equal(2 * 970 - 1000);
      expect(await kit.balance("processor_fees")).to.equal(2 * 30 + 1000);
      expect(await kit.balance("suspense")).to.equal(-100);
      // As a run that broke off before it was completed begins anew.
      const earlier = { type: "charge", reference: "ch_1", digest: "", reconciliation: first.id } as const;
      const again = await resolveLines(kit.core.pool, second.id, [earlier]);
      expect(again.map(({ posted }) => posted.length)).to.deep.equal([isApplied ? 1 : 0]);
      const third = await kit.reconcile(csv(line("ch_2"), line("ch_1")));
      expect(third).to.deep.include({ known: 2, matched: 0, items: 0 });
    });
  }

  it("leaves a line's item open when a later file has the line otherwise", async () => {
    const first = await kit.reconcile(csv(line("ch_1")));
    await kit.post([capture("ch_1")]);
    const second = await kit.reconcile(csv(line("ch_1", { date: "2026-01-02" })));
    expect(faultsOf(second)).to.deep.equal({ duplicate: 1 });
    expect((await kit.items(first.id))[0]?.status).to.equal("open");
  });

  it("misses only movements of the file's period", async () => {
    await kit.post([capture("early")]);
    kit.core.advance(24 * 3_600_000);
    await kit.post([capture("in_time")]);
    kit.core.advance(24 * 3_600_000);
    await kit.post([capture("late")]);
    const done = await kit.reconcile(csv(line("fee", { type: "fee", date: "2026-01-02" })));
    const missing = await kit.items(done.id, "missing_there");
    expect(missing.map(({ movement }) => movement?.reference)).to.deep.equal(["in_time"]);
    const wide = await kit.reconcile(csv(line("fee_2", { type: "fee", date: "2026-01-05" })), {
      period: { from: "2026-01-01", to: "2026-01-03" },
    });
    expect(wide.faults.missing_there).to.equal(3);
  });

  it("confirms payouts by the bank's statement", async () => {
    const payout = { object: "po_1", currency: "usd", amount: 5000 };
    await kit.post([
      payoutRequested(payout),
      payoutPaid({ ...payout, processor: "ach", reference: "trace_1" }),
    ]);
    const statement = `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
      <GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>
      <Ntry><Amt Ccy="USD">50.25</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${DAY}</Dt></BookgDt>
        <Chrgs><TtlChrgsAndTaxAmt Ccy="USD">0.25</TtlChrgsAndTaxAmt></Chrgs>
        <NtryDtls><TxDtls><Refs><EndToEndId>trace_1</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
      </Stmt></BkToCstmrStmt></Document>`;
    const done = await kit.reconcile(statement, { processor: "ach", format: "camt053" });
    expect(done).to.deep.include({ matched: 1 });
    const [item] = (await kit.items(done.id)) as [Item];
    expect(entries(item)).to.deep.equal([["usd", "credit cash 25", "debit processor_fees 25"]]);
  });

  it("settles what a file itself has ended, though it was open before", async () => {
    const told: SettlementLine[] = [];
    const lines = [line("ch_open", { key: "pay_open-capture-1" }), line("ch_stranger")];
    kit.settled = async (report, portion) => {
      expect(report).to.include({ processor: PROCESSOR, livemode: false });
      told.push(...portion);
      await kit.post([capture("ch_open")]);
    };
    const done = await kit.reconcile(csv(...lines));
    kit.settled = () => Promise.resolve();
    expect(told).to.deep.equal(lines);
    expect(done).to.deep.include({ matched: 1 });
    expect(done.faults).to.include({ missing_here: 1, missing_there: 0 });
  });

  it("refuses a processor that there is none of, but not one that has settled before", async () => {
    const file = (processor: string) => ({ processor, format: "csv", content: csv(line("ch_former")) });
    const { status, body } = await kit.call("POST", "/reconciliations", file("former"));
    expect(status).to.equal(400);
    expect((body as { error: object }).error).to.include({
      param: "processor",
      message: "There is no processor former; there are simulator, ach.",
    });
    await kit.chart.account("processor_receivable", "usd", false, "former");
    expect((await kit.call("POST", "/reconciliations", file("former"))).status).to.equal(201);
  });

  it("refuses files that it cannot read, with line, value and remedy, and keeps nothing of them", async () => {
    const header = "reference,type,amount,currency,fee,net,date";
    const content = `${header}\nch_1,charge,1000,usd,30,970,${DAY}\nch_2,sale,10.50,xyz,-1,10,2026-02-30\n`;
    const { status, body } = await kit.call("POST", "/reconciliations", {
      processor: PROCESSOR,
      format: "csv",
      content,
    });
    expect(status).to.equal(400);
    const { error } = body as { error: { code: string; mistakes: { message: string }[] } };
    expect(error.code).to.equal("file_invalid");
    expect(error.mistakes.map(({ message }) => message)).to.deep.equal([
      'line 3: type "sale" is not one of charge, refund, refund_reversal, chargeback, chargeback_reversal, payout, payout_reversal, fee.',
      'line 3: currency "xyz" is not a currency of ISO 4217.',
      'line 3: amount "10.50" is not an amount of minor units above zero.',
      'line 3: fee "-1" is not an amount of minor units, 0 or more.',
      'line 3: date "2026-02-30" is not a day as 2026-01-31.',
    ]);
    const { rows } = await kit.core.pool.query("select from reconciliation_files");
    expect(rows).to.be.empty;
  });

  it("refuses days before the year 1, which the database does not know", async () => {
    const input = { processor: PROCESSOR, format: "csv" };
    const content = csv(line("ch_1", { date: "0000-12-31" }));
    const file = await kit.call("POST", "/reconciliations", { ...input, content });
    expect(file.body).to.have.nested.property(
      "error.message",
      'line 2: date "0000-12-31" is not a day as 2026-01-31.',
    );
    const period = { from: "0000-12-31", to: DAY };
    const asked = await kit.call("POST", "/reconciliations", {
      ...input,
      content: csv(line("ch_1")),
      period,
    });
    expect(asked.body).to.have.nested.property("error.param", "period.from");
    const done = await kit.reconcile(csv(line("ch_1")), { period: { from: "0001-01-01", to: "9999-12-31" } });
    expect(done.lines).to.equal(1);
  });

  it("shows and posts lines and settlements above the largest amount of a payment", async () => {
    const large = { amount: 1_000_000_000_000, currency: "idr", fee: 0 };
    const { id } = await kit.reconcile(csv(line("ch_1", large), line("monthly", { ...large, type: "fee" })));
    const [stranger, settlement] = (await kit.items(id)) as [Item, Item];
    expect(stranger).to.have.nested.property("line.amount", large.amount);
    expect(entries(settlement)).to.deep.equal([
      ["idr", "credit cash 1000000000000", "debit processor_fees 1000000000000"],
    ]);
    for (const item of [stranger, settlement]) expect((await apply(item)).status).to.equal(200);
  });

  it("finishes after a restart what was begun, from the file that it kept", async () => {
    await kit.post([capture("ch_1")]);
    await kit.reconciliations.stop();
    const content = csv(line("ch_1"));
    const { body } = await kit.call("POST", "/reconciliations", {
      processor: PROCESSOR,
      format: "csv",
      content,
    });
    const { id, status } = body as Reconciliation;
    expect(status).to.equal("processing");
    const { createReconciliations } = await import("./index.ts");
    const next = createReconciliations(kit.core, kit.parts);
    next.start();
    const done = await kit.reconcile(content);
    expect(done).to.deep.include({ id, status: "completed", matched: 1 });
    await next.stop();
    const { rows } = await kit.core.pool.query<{ content: string | null }>(
      "select content from reconciliation_files",
    );
    expect(rows).to.deep.equal([{ content: null }]);
  });
});
