/** Settlement reports: from the simulator's facts, and as files (CSV, ISO 20022 camt.053). */
import { stringify } from "csv-stringify/sync";
import type { SettlementLine } from "../processor.ts";
import { settlementLine } from "../settlement-line.ts";
import type { Fact } from "./facts.ts";

/** The lines of a day (UTC), in the order in which the money moved. */
export async function* settlementLines(
  history: AsyncIterable<Fact>,
  date: string,
): AsyncIterable<SettlementLine> {
  const from = Date.parse(`${date}T00:00:00Z`);
  const to = from + 24 * 3_600_000;
  for await (const fact of history) {
    const line = fact.at >= from && fact.at < to ? lineOf(fact) : undefined;
    if (line) {
      yield { ...line, date };
    }
  }
}

/** The money that moved with a fact. */
function lineOf(fact: Fact): Omit<SettlementLine, "date"> | undefined {
  if (fact.type === "notice") {
    return fact.line;
  }
  if (fact.type === "key_closed" || fact.type === "contest" || fact.type === "void") {
    return undefined;
  }
  const { result, currency } = fact;
  if (result.outcome !== "approved") {
    return undefined;
  }
  const { key } = fact;
  if (fact.type === "refund") {
    return { ...settlementLine(result.reference, "refund", result.amount, currency, 0), key };
  }
  // An authorisation that only holds the money has no fee.
  return result.fee === undefined
    ? undefined
    : { ...settlementLine(result.reference, "charge", result.amount, currency, result.fee), key };
}

/** A settlement file with a header line: reference, key, type, amount, currency, fee, net, date; amounts in minor units. */
export function settlementCsv(lines: readonly SettlementLine[]): string {
  return stringify(
    lines.map((line) => ({ ...line, reference: line.processorReference })),
    {
      header: true,
      columns: ["reference", "key", "type", "amount", "currency", "fee", "net", "date"],
      record_delimiter: "unix",
    },
  );
}

/** What the statement says of itself. */
export interface StatementOptions {
  /** Id of the message and the statement, up to 35 characters. */
  id: string;
  /** IBAN or other number of the account that the processor pays into. */
  account: string;
  /** Milliseconds since 1970 (UTC). */
  created: number;
  /** Digits after the point of the currency. @default 2 */
  exponent?: (currency: string) => number;
}

/**
 * The lines of one currency as an ISO 20022 bank statement, camt.053.001.08. Each entry is the net that reached the account,
 * with the gross and the fee in its details, and the processor's reference as `AcctSvcrRef` and `EndToEndId`.
 */
export function settlementCamt053(lines: readonly SettlementLine[], options: StatementOptions): string {
  const { id, account, created, exponent = () => 2 } = options;
  const money = (tag: string, amount: number, currency: string): string =>
    `<${tag} Ccy="${currency.toUpperCase()}">${toDecimal(amount, exponent(currency))}</${tag}>`;
  const when = new Date(created).toISOString();
  const entries = lines.map((line) => {
    const reference = escapeXml(line.processorReference);
    return [
      "<Ntry>",
      money("Amt", Math.abs(line.net), line.currency),
      `<CdtDbtInd>${line.net < 0 ? "DBIT" : "CRDT"}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>`,
      `<BookgDt><Dt>${line.date}</Dt></BookgDt><ValDt><Dt>${line.date}</Dt></ValDt>`,
      `<AcctSvcrRef>${reference}</AcctSvcrRef>`,
      `<BkTxCd><Prtry><Cd>${line.type}</Cd></Prtry></BkTxCd>`,
      `<Chrgs><TtlChrgsAndTaxAmt Ccy="${line.currency.toUpperCase()}">${toDecimal(line.fee, exponent(line.currency))}</TtlChrgsAndTaxAmt></Chrgs>`,
      `<NtryDtls><TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs>`,
      `<AmtDtls><InstdAmt>${money("Amt", line.amount, line.currency)}</InstdAmt></AmtDtls></TxDtls></NtryDtls>`,
      "</Ntry>",
    ].join("");
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>',
    `<GrpHdr><MsgId>${escapeXml(id)}</MsgId><CreDtTm>${when}</CreDtTm></GrpHdr>`,
    `<Stmt><Id>${escapeXml(id)}</Id><CreDtTm>${when}</CreDtTm>`,
    `<Acct><Id><Othr><Id>${escapeXml(account)}</Id></Othr></Id></Acct>`,
    ...entries,
    "</Stmt></BkToCstmrStmt></Document>",
    "",
  ].join("\n");
}

function toDecimal(amount: number, exponent: number): string {
  const digits = String(amount).padStart(exponent + 1, "0");
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

const ENTITIES: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" };

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => ENTITIES[sign] ?? sign);
}
