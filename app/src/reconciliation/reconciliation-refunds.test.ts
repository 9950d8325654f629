import { expect } from "chai";
import { refunded, refundFailed } from "../payments/postings.ts";
import type { SettlementLine } from "../processors/processor.ts";
import { csv, DAY, faultsOf, type Kit, line, PROCESSOR, startKit } from "./reconciliation.test-support.ts";
import type { Item, Reconciliation } from "./schemas.ts";

describe("reconciliation of refunds that failed", () => {
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
});
