import { expect } from "chai";
import fc from "fast-check";
import { exponentOf } from "../money/currency.ts";
import type { SettlementLine } from "../processors/processor.ts";
import { settlementCamt053, settlementCsv } from "../processors/simulator/settlement.ts";
import { readCamt053 } from "./camt053.ts";
import { readCsv } from "./settlement-csv.ts";
import { FileFault, netOf, SETTLEMENT_TYPES } from "./settlement-line.ts";

const lines = fc.array(
  fc
    .record({
      processorReference: fc
        .stringMatching(/^[A-Za-z0-9_&<>"'=+-]{1,35}$/)
        .filter((text) => text !== "NOTPROVIDED"),
      type: fc.constantFrom(...SETTLEMENT_TYPES),
      amount: fc.integer({ min: 1, max: 999_999_999 }),
      currency: fc.constantFrom("usd", "jpy", "kwd"),
      fee: fc.integer({ min: 0, max: 9_999 }),
      date: fc.constantFrom("2026-01-31", "2024-02-29"),
    })
    .map((line): SettlementLine => ({ ...line, net: netOf(line) })),
  { minLength: 1, maxLength: 20 },
);

const statement = (entries: string) =>
  `<?xml version="1.0"?><Document><BkToCstmrStmt><Stmt><Id>1</Id>${entries}</Stmt></BkToCstmrStmt></Document>`;
const entry = (more = "", amount = '<Amt Ccy="EUR">12.34</Amt>') =>
  `<Ntry>${amount}<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>2026-01-31T10:00:00Z</DtTm></BookgDt>` +
  `<AcctSvcrRef>ref_1</AcctSvcrRef>${more}</Ntry>`;

function faultOf(content: string): string {
  try {
    readCamt053(content);
  } catch (error) {
    if (error instanceof FileFault) return error.message;
    throw error;
  }
  return "none";
}

const csvFault = (content: string) =>
  readCsv(content).then(
    () => "none",
    (error: unknown) => (error as Error).message,
  );

describe("settlement files as CSV", () => {
  it("are read as they were written", async () => {
    await fc.assert(
      fc.asyncProperty(lines, async (written) => {
        expect(await readCsv(settlementCsv(written))).to.deep.equal(written);
      }),
      { numRuns: 50 },
    );
  });

  it("may have other columns, another order, a byte order mark and Windows' line ends", async () => {
    const content =
      "\ufeffDate,Type,Reference,Currency,Amount,Fee,Net,Note\r\n2026-01-31,charge,a,USD,100,3,97,x\r\n\r\n";
    expect(await readCsv(content)).to.deep.equal([
      {
        processorReference: "a",
        type: "charge",
        amount: 100,
        currency: "usd",
        fee: 3,
        net: 97,
        date: "2026-01-31",
      },
    ]);
  });

  it("without their columns, with broken quotes or endless lines are refused", async () => {
    expect(await csvFault("reference,amount\na,1\n")).to.equal(
      "line 1: The header lacks type, currency, fee, net, date; it needs reference,type,amount,currency,fee,net,date.",
    );
    const header = "reference,type,amount,currency,fee,net,date\n";
    expect(await csvFault(`${header}"a,charge`)).to.match(/^file: Quote Not Closed/);
    expect(await csvFault(`${header}a,charge,1\n`)).to.match(/^file: Invalid Record Length/);
    expect(await csvFault(`${header}${"a".repeat(20_000)},charge,1,usd,0,1,2026-01-31\n`)).to.match(
      /^file: Max Record Size/,
    );
  });

  it("tell the first faults of many", async () => {
    const fault = await csvFault(
      `reference,type,amount,currency,fee,net,date\n${"a,charge,x,usd,0,1,2026-01-31\n".repeat(50)}`,
    );
    expect(fault.split("line ")).to.have.length(21);
  });
});

describe("settlement files as camt.053", () => {
  it("are read as they were written", () => {
    fc.assert(
      fc.property(lines, (written) => {
        const content = settlementCamt053(written, {
          id: "1",
          account: "DE1",
          created: 0,
          exponent: exponentOf,
        });
        expect(readCamt053(content)).to.deep.equal(written);
      }),
      { numRuns: 100 },
    );
  });

  it("of a bank that tells no more are charges and payouts of the booked amount", () => {
    expect(readCamt053(statement(entry()))).to.deep.equal([
      {
        processorReference: "ref_1",
        type: "charge",
        amount: 1234,
        currency: "eur",
        fee: 0,
        net: 1234,
        date: "2026-01-31",
      },
    ]);
  });

  it("with several transactions in an entry are a line for each; what is pending is none", () => {
    const transaction = (id: string, amount: string) =>
      `<TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>`;
    const batch = entry(`<NtryDtls>${transaction("po_1", "5.00")}${transaction("po_2", "7.34")}</NtryDtls>`);
    const pending = entry().replace("BOOK", "PDNG");
    const read = readCamt053(statement(batch + pending));
    expect(read.map(({ processorReference, type, net }) => [processorReference, type, net])).to.deep.equal([
      ["po_1", "payout", -500],
      ["po_2", "payout", -734],
    ]);
  });

  const paid = (id: string, amount: string, more = "") =>
    `<TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs><Amt Ccy="EUR">${amount}</Amt>${more}</TxDtls>`;
  const charges = (amount: string) =>
    `<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">${amount}</TtlChrgsAndTaxAmt></Chrgs>`;
  const amountsOf = (more: string) =>
    readCamt053(statement(entry(more))).map(({ processorReference, type, amount, fee, net }) => [
      `${type} ${processorReference}`,
      amount,
      fee,
      net,
    ]);

  it("with charges of a whole batch have one fee line for them", () => {
    const whole = paid("a", "10.00") + paid("b", "5.34");
    expect(amountsOf(`${charges("3.00")}<NtryDtls>${whole}</NtryDtls>`)).to.deep.equal([
      ["charge a", 1000, 0, 1000],
      ["charge b", 534, 0, 534],
      ["fee ref_1", 300, 0, -300],
    ]);
    expect(amountsOf(`${charges("0.00")}<NtryDtls>${whole}</NtryDtls>`)).to.have.length(2);
    const unnamed = entry(`${charges("3.00")}<NtryDtls>${whole}</NtryDtls>`).replace("ref_1", "");
    expect(readCamt053(statement(unnamed)).at(-1)).to.include({ type: "fee", processorReference: "a" });
  });

  it("with charges that were kept from a batch's transactions take nothing from the booked amount for them", () => {
    const kept = paid("a", "10.00") + paid("b", "2.34");
    expect(amountsOf(`${charges("3.00")}<NtryDtls>${kept}</NtryDtls>`).at(-1)).to.deep.equal([
      "fee ref_1",
      300,
      0,
      0,
    ]);
  });

  it("with charges of each transaction have no fee line for their sum", () => {
    const told = paid("a", "10.00", charges("1.00")) + paid("b", "2.34", charges("2.00"));
    expect(amountsOf(`${charges("3.00")}<NtryDtls>${told}</NtryDtls>`)).to.deep.equal([
      ["charge a", 1100, 100, 1000],
      ["charge b", 434, 200, 234],
    ]);
  });

  it("may tell an entry's transactions in several details", () => {
    const details = [paid("a", "10.00"), paid("b", "2.34")].map((each) => `<NtryDtls>${each}</NtryDtls>`);
    expect(amountsOf(details.join(""))).to.deep.equal([
      ["charge a", 1000, 0, 1000],
      ["charge b", 234, 0, 234],
    ]);
  });

  it("have the instructed amount as gross only where it is in the booked currency", () => {
    const instructed = (amount: string) =>
      amountsOf(
        `<NtryDtls>${paid("a", "12.34", `<AmtDtls><InstdAmt>${amount}</InstdAmt></AmtDtls>`)}</NtryDtls>`,
      );
    expect(instructed('<Amt Ccy="EUR">13.00</Amt>')).to.deep.equal([["charge a", 1300, 0, 1234]]);
    expect(instructed('<Amt Ccy="JPY">44000</Amt>')).to.deep.equal([["charge a", 1234, 0, 1234]]);
  });

  it("have charges only where they are in the booked currency", () => {
    const yen = '<Chrgs><TtlChrgsAndTaxAmt Ccy="JPY">44</TtlChrgsAndTaxAmt></Chrgs>';
    expect(amountsOf(yen)).to.deep.equal([["charge ref_1", 1234, 0, 1234]]);
    const batch = `<NtryDtls>${paid("a", "10.00")}${paid("b", "2.34")}</NtryDtls>`;
    expect(amountsOf(yen + batch)).to.have.length(2);
  });

  it("with entities, document types, cut off, or of another kind are refused", () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${statement(entry())}`;
    expect(faultOf(bomb)).to.equal("file: A statement has no document type and no entities: take them out.");
    expect(faultOf(statement(entry()).slice(0, -20))).to.equal(
      "file: It does not end with </Document>: is it cut off?",
    );
    expect(faultOf("<Document><Other/></Document>")).to.equal(
      "file: It holds no Document/BkToCstmrStmt/Stmt: is it a camt.053?",
    );
    expect(faultOf(statement(`${entry()}<Ntry>`))).to.match(/entries begin/);
    expect(faultOf(`${"<a>".repeat(1000)}</Document>`)).to.match(/^file: /);
  });

  it("with references to what is no character are refused: nobody could keep that", () => {
    for (const reference of ["&#0;", "&#x1f;", "&#XD800;", "&#65535;", "&#x110000;"])
      expect(faultOf(statement(entry().replace("ref_1", `ref_${reference}`)))).to.equal(
        `file: It is not XML: ${reference} is no character.`,
      );
  });

  it("with amounts that the currency does not have are refused", () => {
    expect(faultOf(statement(entry("", '<Amt Ccy="EUR">12.345</Amt>')))).to.include(
      'entry 1: net "12.345" is not an amount of minor units.',
    );
    expect(readCamt053(statement(entry("", '<Amt Ccy="EUR">12.340</Amt>')))[0]?.net).to.equal(1234);
    expect(faultOf(statement(entry("", '<Amt Ccy="EUR">-1</Amt>')))).to.include(
      "is not an amount of minor units",
    );
  });
});
