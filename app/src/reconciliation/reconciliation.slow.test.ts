import { expect } from "chai";
import type { SettlementLine } from "../processors/processor.ts";
import type { FaultKind } from "./match.ts";
import { capture, csv, type Kit, line, PROCESSOR, startKit } from "./reconciliation.test-support.ts";

const PAYMENTS = 10_000;

const reference = (index: number) => `ch_${String(index).padStart(5, "0")}`;
const amountOf = (index: number) => 100 + ((index * 7919) % 90_000);
const lineOf = (index: number, more: Partial<SettlementLine> = {}) =>
  line(reference(index), { amount: amountOf(index), ...more });

type Lines = (SettlementLine | undefined)[];

const FAULTS: [FaultKind, (lines: Lines, index: number) => void][] = [
  ["missing_there", (lines, index) => (lines[index] = undefined)],
  ["amount_differs", (lines, index) => (lines[index] = lineOf(index, { amount: amountOf(index) + 1 }))],
  ["currency_differs", (lines, index) => (lines[index] = lineOf(index, { currency: "eur" }))],
  ["fee_differs", (lines, index) => (lines[index] = lineOf(index, { net: amountOf(index) - 31 }))],
  ["duplicate", (lines, index) => lines.push(lineOf(index))],
  ["missing_here", (lines, index) => lines.push(line(`stranger_${index}`))],
];
/** Payments that are held here and settled there. */
const HELD = 16;

describe("reconciliation of a large file", () => {
  let kit: Kit;

  before(async function () {
    this.timeout(60_000);
    kit = await startKit();
  });

  after(() => kit.close());

  it("of 10,000 payments with 100 faults of seven kinds reports exactly those 100", async function () {
    this.timeout(180_000);
    const indexes = Array.from({ length: PAYMENTS }, (_, index) => index);
    await kit.post(indexes.map((index) => capture(reference(index), amountOf(index))));
    const lines: Lines = indexes.map((index) => lineOf(index));
    const expected = new Set<string>();
    for (let fault = 0; fault < 100 - HELD; fault++) {
      const index = 50 + fault * 97;
      const [kind, seed] = FAULTS[fault % FAULTS.length] ?? [];
      if (!kind || !seed) throw new Error("There is no such fault.");
      seed(lines, index);
      expected.add(`${kind} ${kind === "missing_here" ? `stranger_${index}` : reference(index)}`);
    }
    for (let held = 0; held < HELD; held++) {
      await hold(`held_${held}`);
      lines.push(line(`held_${held}`));
      expected.add(`status_differs held_${held}`);
    }
    expect(expected.size).to.equal(100);

    const file = lines.filter((each) => each !== undefined);
    const done = await kit.reconcile(csv(...file));
    // The first of two equal lines agrees; so does a payment of whose line there is a stranger beside it.
    expect(done).to.deep.include({ lines: file.length, matched: PAYMENTS - 4 * 14, known: 0, items: 101 });
    const items = await kit.items(done.id);
    const reported = items
      .filter(({ kind }) => kind !== "settlement")
      .map(({ kind, line: there, movement }) => `${kind} ${there?.reference ?? movement?.reference ?? ""}`);
    expect(reported.sort()).to.deep.equal([...expected].sort());

    // Applied whole, the ledger agrees with the bank to the cent, and still with itself.
    for (const { number } of items) {
      const { status } = await kit.call("POST", `/reconciliations/${done.id}/items/${number}/apply`);
      expect(status).to.equal(200);
    }
    expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
    for (const currency of ["usd", "eur"]) {
      const net = file.reduce((sum, each) => sum + (each.currency === currency ? each.net : 0), 0);
      expect(await kit.balance("cash", currency), currency).to.equal(net);
    }
    const { rows } = await kit.core.database.pool.query(
      "select account from ledger_drift() union all select problem from audit_violations()",
    );
    expect(rows).to.deep.equal([]);
  });

  async function hold(processor_reference: string): Promise<void> {
    const amounts = { amount: 1000, amount_captured: 0, amount_refunded: 0 };
    const data = {
      status: "authorized",
      ...amounts,
      processor: PROCESSOR,
      processor_reference,
      metadata: {},
    };
    const object = {
      kind: "payments" as const,
      id: `pay_${processor_reference}`,
      version: 1,
      created: kit.core.clock(),
    };
    await kit.core.journal.commit({ livemode: false, actor: "key_test", objects: [{ ...object, data }] });
  }
});
