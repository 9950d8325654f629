import { expect } from "chai";
import { refunded, refundFailed } from "../payments/postings.ts";
import type { SettlementLine } from "../processors/processor.ts";
import { csv, DAY, faultsOf, type Kit, line, PROCESSOR, startKit } from "./reconciliation.test-support.ts";
import type { Item, Reconciliation } from "./schemas.ts";

describe("reconciliation of refunds that failed, or were done only in part", () => {
  let kit: Kit;

  beforeEach(async function () {
    this.timeout(60_000);
    kit = await startKit();
  });

  afterEach(() => kit.close());

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
    for (const item of await kit.items(id)) expect((await kit.apply(item)).status).to.equal(200);
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
    expect((await kit.apply(item)).body).to.have.nested.property("error.code", "item_resolved");
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

  /** A refund of 200 of which 120 were done; the other 80 came back to the merchant. */
  const inPart = [refunded(refund), refundFailed({ ...refund, amount: 80 })];
  const [part, rest] = [
    line("rf_1", { type: "refund", amount: 120, fee: 0 }),
    { ...again, amount: 80, net: 80 },
  ];
  const RECEIVABLE = "processor_receivable.simulator";

  for (const { title, lines, matched } of [
    { title: "by the part that was done", lines: [part], matched: 2 },
    { title: "as a whole and a reversal", lines: [back, rest], matched: 3 },
  ])
    it(`settles a refund of which only a part was done ${title}`, async () => {
      await kit.post(inPart);
      const first = await reconcileDay(DAY, ...lines);
      expect(first.matched).to.equal(matched);
      expect(faultsOf(first)).to.deep.equal({});
      await applyAll(first);
      expect(await kit.balance(RECEIVABLE)).to.equal(0);
      expect(await kit.balance("suspense")).to.equal(0);
      const second = await reconcileDay(DAY, ...lines);
      expect(second).to.deep.include({ known: lines.length, matched: 1 });
      expect(faultsOf(second)).to.deep.equal({});
    });

  for (const isBefore of [false, true])
    it(`settles the part that was done, and that it was sent back${isBefore ? " earlier in the file" : ""}`, async () => {
      const sentBack = { ...again, amount: 120, net: 120 };
      await kit.post([...inPart, refundFailed({ ...refund, amount: 120 })]);
      const done = await reconcileDay(DAY, ...(isBefore ? [sentBack, part] : [part, sentBack]));
      expect(done.matched).to.equal(3);
      expect(faultsOf(done)).to.deep.equal({});
      await applyAll(done);
      expect(await kit.balance(RECEIVABLE)).to.equal(0);
    });

  it("settles the part that was done out of suspense where it was given up before", async () => {
    await kit.post(inPart);
    const first = await reconcileDay(DAY);
    expect(faultsOf(first)).to.deep.equal({ missing_there: 2 });
    await applyAll(first);
    expect(await kit.balance("suspense")).to.equal(-120);
    await applyAll(await reconcileDay("2026-01-02", part));
    expect(await kit.balance("suspense")).to.equal(0);
    expect(await kit.balance(RECEIVABLE)).to.equal(0);
  });

  it("misses what was not done where the whole refund was settled", async () => {
    await kit.post(inPart);
    const done = await reconcileDay(DAY, back);
    expect(faultsOf(done)).to.deep.equal({ missing_there: 1 });
    await applyAll(done);
    expect(await kit.balance(RECEIVABLE)).to.equal(0);
    expect(await kit.balance("suspense")).to.equal(80);
  });

  for (const files of [[[part, rest]], [[part], [rest]], [[rest], [part]]])
    it(`settles what was not done once, where it comes as well (${files.length} files, the ${files[0]?.[0]?.type} first)`, async () => {
      await kit.post(inPart);
      const ids: Reconciliation[] = [];
      for (const lines of files) ids.push(await reconcileDay(DAY, ...lines));
      for (const { id } of ids)
        for (const item of await kit.items(id)) if (item.status === "open") await kit.apply(item);
      expect(await kit.balance(RECEIVABLE)).to.equal(0);
      // The days' fees apart.
      expect((await kit.balance("cash")) + (await kit.balance("processor_fees"))).to.equal(80 - 120);
      expect(await kit.balance("suspense")).to.equal(-80);
    });
});
