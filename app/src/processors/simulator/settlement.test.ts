import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { XMLParser } from "fast-xml-parser";
import type { SettlementLine } from "../processor.ts";
import { settlementLine } from "../settlement-line.ts";
import { settlementCamt053, settlementCsv } from "./settlement.ts";

const LINES: SettlementLine[] = [
  { ...settlementLine("ch_1", "charge", 2000, "usd", 6), key: "pay_1-capture-2", date: "2026-01-05" },
  { ...settlementLine("dp_1", "chargeback", 2000, "usd", 1500), date: "2026-01-05" },
  { ...settlementLine("rf_<1>", "refund", 5, "usd", 0), date: "2026-01-05" },
];

describe("simulator: settlement files", () => {
  it("writes CSV in minor units", () => {
    expect(settlementCsv(LINES)).to.equal(
      [
        "reference,key,type,amount,currency,fee,net,date",
        "ch_1,pay_1-capture-2,charge,2000,usd,6,1994,2026-01-05",
        "dp_1,,chargeback,2000,usd,1500,-3500,2026-01-05",
        "rf_<1>,,refund,5,usd,0,-5,2026-01-05",
        "",
      ].join("\n"),
    );
    expect(parse(settlementCsv(LINES))).to.have.length(4);
    expect(settlementCsv([])).to.equal("reference,key,type,amount,currency,fee,net,date\n");
  });

  it("writes camt.053 with the net as the entry's amount, gross and fee in its details", () => {
    const xml = settlementCamt053(LINES, {
      id: "S&1",
      account: "DE89370400440532013000",
      created: Date.UTC(2026, 0, 6),
    });
    const reader = new XMLParser({ ignoreAttributes: false, parseTagValue: false });
    const { Document: document } = reader.parse(xml) as {
      Document: { BkToCstmrStmt: { Stmt: { Id: string; Ntry: Entry[] } } };
    };
    const { Id: id, Ntry: entries } = document.BkToCstmrStmt.Stmt;
    expect(id).to.equal("S&1");
    expect(
      entries.map((entry) => [entry.AcctSvcrRef, entry.Amt["#text"], entry.Amt["@_Ccy"], entry.CdtDbtInd]),
    ).to.deep.equal([
      ["ch_1", "19.94", "USD", "CRDT"],
      ["dp_1", "35.00", "USD", "DBIT"],
      ["rf_<1>", "0.05", "USD", "DBIT"],
    ]);
  });

  it("writes currencies without minor units as they are", () => {
    const line = { ...settlementLine("ch_1", "charge", 500, "jpy", 2), date: "2026-01-05" };
    const xml = settlementCamt053([line], { id: "1", account: "1", created: 0, exponent: () => 0 });
    expect(xml).to.contain('<Amt Ccy="JPY">498</Amt>');
  });
});

interface Entry {
  AcctSvcrRef: string;
  CdtDbtInd: string;
  Amt: { "#text": string; "@_Ccy": string };
}
