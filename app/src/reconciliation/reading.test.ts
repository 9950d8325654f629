import { expect } from "chai";
import type { SettlementLine } from "../processors/processor.ts";
import { settlementCamt053 } from "../processors/simulator/settlement.ts";
import { readPortions } from "./reading.ts";
import { csv, line } from "./reconciliation.test-support.ts";
import { LINES_AT_ONCE, readSettlementFile, type SettlementFile } from "./settlement-file.ts";

const LINES = 8000;
const many = Array.from({ length: LINES }, (_, index) => line(`ch_${index}`, { amount: 100 + index }));
const account = { id: "1", account: "DE1", created: 0 };
const CSV: SettlementFile = { format: "csv", content: csv(...many) };
const CAMT: SettlementFile = { format: "camt053", content: settlementCamt053(many, account) };
const broken = { ...CSV, content: CSV.content.replace(/^(ch_5000,.*)charge/m, "$1sale") };

async function all(portions: AsyncIterable<SettlementLine[]>): Promise<SettlementLine[][]> {
  const found: SettlementLine[][] = [];
  for await (const lines of portions) found.push(lines);
  return found;
}

/** Turns of the event loop until work is done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await work.finally(() => (isDone = true));
  return turns;
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail("It did not fail."),
    (error: unknown) => error as Error,
  );

describe("reading a settlement file", () => {
  for (const file of [CSV, CAMT]) {
    it(`leaves the event loop free while a large one is read (${file.format})`, async () => {
      const portions = readPortions(file);
      const first = portions.next();
      expect(await turnsDuring(first)).to.be.above(1000);
      expect((await first).value).to.deep.equal(many.slice(0, LINES_AT_ONCE));
      await portions.return(undefined);
      // What it would be in this thread.
      expect(await turnsDuring(readSettlementFile(file))).to.be.below(1000);
    });

    it(`has all lines of a large one in portions, in their order (${file.format})`, async () => {
      const portions = await all(readPortions(file));
      expect(portions.flat()).to.deep.equal(many);
      expect(new Set(portions.map(({ length }) => length))).to.deep.equal(new Set([LINES_AT_ONCE]));
    });
  }

  it("tells of a large one what is wrong with it, as of a small one", async () => {
    const told = await failureOf(all(readPortions(broken)));
    expect(told).to.deep.include(await failureOf(readSettlementFile(broken)));
    expect(told).to.have.property(
      "message",
      'line 5002: type "sale" is not one of charge, refund, refund_reversal, chargeback, chargeback_reversal, payout, payout_reversal, fee.',
    );
  });

  it("refuses one that takes too much memory, and goes on with the next", async () => {
    const failure = await failureOf(all(readPortions(CAMT, { heapLimit: 32 })));
    expect(failure.message).to.equal(
      "file: It takes more than 32 MB of memory to read: send it in several files.",
    );
    expect((await all(readPortions(CAMT))).flat()).to.have.length(LINES);
  });

  for (const end of ["process.exit(0)", "throw new Error('a defect')"]) {
    it(`tells that the thread came to an end, and that the request may be sent again (${end})`, async () => {
      const thread = new URL(`data:text/javascript,${end}`);
      const failure = await failureOf(all(readPortions(CSV, { thread })));
      expect(failure).to.deep.include({ status: 503, code: "service_unavailable" });
    });
  }

  it("is broken off by a signal, and by who wants no more of it", async () => {
    const ending = new AbortController();
    const read = failureOf(all(readPortions(CSV, { signal: ending.signal })));
    ending.abort();
    expect(await read).to.have.property("name", "AbortError");
    const before = process.getActiveResourcesInfo().length;
    for await (const lines of readPortions(CSV)) {
      expect(lines).to.have.length(LINES_AT_ONCE);
      break;
    }
    expect(process.getActiveResourcesInfo().length).to.equal(before);
  });
});
