import { expect } from "chai";
import fc from "fast-check";
import { finishReconciliation } from "./finish.ts";
import {
  capture,
  csv,
  faultsOf,
  type Kit,
  line,
  PROCESSOR,
  startKit,
} from "./reconciliation.test-support.ts";
import { claimItem } from "./repository.ts";
import type { Item, Reconciliation } from "./schemas.ts";
import { ReconciliationService } from "./service.ts";
import { LINES_AT_ONCE } from "./settlement-file.ts";

describe("reconciliation of lines that files have several times, and otherwise", () => {
  let kit: Kit;

  beforeEach(async function () {
    this.timeout(60_000);
    kit = await startKit();
  });

  afterEach(() => kit.close());

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
  async function expectMoney(ids: readonly string[], all: readonly number[][], owed: number): Promise<void> {
    const cash = await kit.balance("cash");
    for (const id of ids)
      for (const item of await kit.items(id))
        if (item.status === "open") expect((await kit.apply(item)).status).to.equal(200);
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
      if (isClaimed) expect((await kit.apply(stranger)).status).to.equal(200);
      else expect((await kit.apply(stranger)).status).to.equal(409);
      for (const item of await kit.items(second.id)) expect((await kit.apply(item)).status).to.equal(200);
      expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
      expect(await kit.balance("cash")).to.equal(970 + 969);
      expect(await kit.balance("suspense")).to.equal(-1000);
    });
  }
});
