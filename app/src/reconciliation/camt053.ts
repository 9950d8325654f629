/**
 * Settlement files as ISO 20022 bank statements (camt.053, BankToCustomerStatement): what a processor paid into our account,
 * and what our bank paid out for us.
 *
 * Every booked entry is a line; an entry of several transactions (a batch) is a line for each of them. Its reference is the
 * transaction's `EndToEndId`, else the servicer's reference; its type the proprietary code where that is one of ours, else
 * `charge` for a credit and `payout` for a debit. The gross is `InstdAmt` where it is told in the booked currency, and the fee
 * `TtlChrgsAndTaxAmt`; that of a whole batch is a line of its own.
 */
import { XMLParser } from "fast-xml-parser";
import { exponentOf } from "../money/currency.ts";
import type { SettlementLine, SettlementType } from "../processors/processor.ts";
import { FileFault, isCurrency, type LineFault, readLine, SETTLEMENT_TYPES } from "./settlement-line.ts";

type Node = Readonly<Record<string, unknown>>;

const LISTS = new Set(["Stmt", "Ntry", "NtryDtls", "TxDtls"]);
/** What a statement nests is far less. */
const DEPTH_LIMIT = 40;
const FAULTS_TOLD = 20;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  // Entities are a way to make small files huge: those of XML itself are read below, others never.
  processEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: true,
  trimValues: true,
  maxNestedTags: DEPTH_LIMIT,
  isArray: (name) => LISTS.has(name),
});

/** @throws FileFault with the first faults of the file, each with its entry, value and remedy */
export function readCamt053(content: string): SettlementLine[] {
  const statements = statementsOf(content);
  const lines: SettlementLine[] = [];
  const faults: LineFault[] = [];
  let number = 0;
  for (const statement of statements) {
    for (const entry of list(statement, "Ntry")) {
      number += 1;
      if (statusOf(entry) !== "BOOK") continue;
      for (const fields of entryLines(entry)) {
        const { line, faults: found } = readLine(fields, `entry ${number}`);
        if (line) lines.push(line);
        faults.push(...found);
      }
      if (faults.length >= FAULTS_TOLD) throw new FileFault(faults.slice(0, FAULTS_TOLD));
    }
  }
  if (faults.length > 0) throw new FileFault(faults);
  return lines;
}

function statementsOf(content: string): Node[] {
  const refuse = (message: string) => new FileFault([{ where: "file", message }]);
  if (/<!DOCTYPE|<!ENTITY/i.test(content))
    throw refuse("A statement has no document type and no entities: take them out.");
  for (const [reference, code = ""] of content.matchAll(NUMBERED))
    if (!isCharacter(pointOf(code))) throw refuse(`It is not XML: ${reference} is no character.`);
  // The parser is lenient: a file that was cut off would pass for a shorter one.
  if (!/<\/(?:\w+:)?Document\s*>\s*$/.test(content))
    throw refuse("It does not end with </Document>: is it cut off?");
  let root: Node;
  try {
    root = parser.parse(content) as Node;
  } catch (error) {
    throw refuse(`It is not XML: ${(error as Error).message}`);
  }
  const statements = list(child(child(root, "Document"), "BkToCstmrStmt"), "Stmt");
  if (statements.length === 0) throw refuse("It holds no Document/BkToCstmrStmt/Stmt: is it a camt.053?");
  const found = statements.reduce((sum, statement) => sum + list(statement, "Ntry").length, 0);
  const [opened, closed] = [/<(?:\w+:)?Ntry[\s>]/g, /<\/(?:\w+:)?Ntry\s*>/g].map(
    (tag) => content.match(tag)?.length ?? 0,
  );
  if (opened !== found || closed !== found)
    throw refuse(`${opened ?? 0} entries begin, ${closed ?? 0} end, ${found} are part of a statement.`);
  return statements;
}

/** The texts of an entry's lines, amounts in minor units. */
function entryLines(entry: Node): Record<string, string>[] {
  const details = list(entry, "NtryDtls").flatMap((each) => list(each, "TxDtls"));
  const charges = chargesOf(entry);
  // An entry that tells no more of its transaction is that transaction.
  if (details.length <= 1) {
    const transaction = details[0] ?? {};
    return [lineFields(entry, transaction, child(entry, "Amt"), chargesOf(transaction) ?? charges)];
  }
  const lines = details.map((transaction) => {
    const amount = transaction.Amt ?? child(child(transaction, "AmtDtls"), "TxAmt").Amt;
    return lineFields(entry, transaction, amount as Node | undefined, chargesOf(transaction));
  });
  // Where the transactions tell theirs, the entry's charges are the sum of them.
  if (charges === undefined || details.some((transaction) => chargesOf(transaction) !== undefined))
    return lines;
  const fee = batchFee(entry, charges, lines);
  return fee.amount === "0" ? lines : [...lines, fee];
}

/** The charges of a batch: which transaction caused how much of them, nobody tells. */
function batchFee(
  entry: Node,
  charges: unknown,
  lines: readonly Record<string, string>[],
): Record<string, string> {
  const booked = lineFields(entry, {}, child(entry, "Amt"), undefined);
  const { currency = "", net, date = "" } = booked;
  const amount = chargesIn(currency, charges);
  const sum = lines.reduce((total, line) => total + Number(line.net), 0);
  return {
    // A batch without one is known by its first transaction.
    reference: [booked, ...lines].find((line) => line.reference !== "")?.reference ?? "",
    type: "fee",
    currency,
    amount,
    fee: "0",
    // Transactions that make up what was booked had the charges taken from them already.
    net: sum === Number(net) ? "0" : `-${amount}`,
    date,
  };
}

function chargesOf(node: Node): unknown {
  return child(node, "Chrgs").TtlChrgsAndTaxAmt;
}

/** In minor units; none where they are told in another currency than the one that was booked, as a gross is. */
function chargesIn(currency: string, charges: unknown): string {
  const isForeign = typeof charges === "object" && text(charges as Node, "@Ccy").toLowerCase() !== currency;
  return charges === undefined || isForeign ? "0" : toMinor(charges, currency);
}

function lineFields(
  entry: Node,
  transaction: Node,
  booked: Node | undefined,
  charges: unknown,
): Record<string, string> {
  const currency = text(booked, "@Ccy").toLowerCase();
  const direction = text(transaction, "CdtDbtInd") || text(entry, "CdtDbtInd");
  const fee = chargesIn(currency, charges);
  const net = toMinor(booked, currency);
  const instructed = child(child(child(transaction, "AmtDtls"), "InstdAmt"), "Amt");
  // A payment that was converted tells what was instructed in its own currency.
  const isGross = text(instructed, "@Ccy").toLowerCase() === currency;
  const code =
    text(child(child(transaction, "BkTxCd"), "Prtry"), "Cd") ||
    text(child(child(entry, "BkTxCd"), "Prtry"), "Cd");
  const known = SETTLEMENT_TYPES.includes(code as SettlementType);
  const references = child(transaction, "Refs");
  const endToEnd = text(references, "EndToEndId");
  return {
    reference:
      (endToEnd === "NOTPROVIDED" ? "" : endToEnd) ||
      text(references, "AcctSvcrRef") ||
      text(entry, "AcctSvcrRef"),
    type: known ? code : direction === "DBIT" ? "payout" : "charge",
    currency,
    amount: isGross ? toMinor(instructed, currency) : grossOf(net, fee, direction),
    fee,
    net: direction === "DBIT" && /^[1-9]/.test(net) ? `-${net}` : net,
    date: text(child(entry, "BookgDt"), "Dt") || text(child(entry, "BookgDt"), "DtTm").slice(0, 10),
  };
}

/** Before the fee was kept from a credit, or added to a debit. */
function grossOf(net: string, fee: string, direction: string): string {
  return String(direction === "DBIT" ? Number(net) - Number(fee) : Number(net) + Number(fee));
}

/** A decimal of the currency as minor units; what cannot be one stays as it is, to be refused. */
function toMinor(amount: unknown, currency: string): string {
  const decimal = typeof amount === "string" ? amount : text(amount as Node, "#text");
  const [, units, decimals = ""] = /^(\d{1,15})(?:\.(\d{0,5}))?$/.exec(decimal) ?? [];
  if (units === undefined || !isCurrency(currency)) return decimal;
  const exponent = exponentOf(currency);
  if (/[1-9]/.test(decimals.slice(exponent))) return decimal;
  return String(Number(units + decimals.slice(0, exponent).padEnd(exponent, "0")));
}

/** `<Sts><Cd>BOOK</Cd></Sts>` since version 8 of the message, `<Sts>BOOK</Sts>` before. */
function statusOf(entry: Node): string {
  return text(entry, "Sts") || text(child(entry, "Sts"), "Cd");
}

function child(node: Node, name: string): Node {
  const value = node[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Node) : {};
}

function list(node: Node, name: string): Node[] {
  const value = node[name];
  return Array.isArray(value)
    ? value.filter((each): each is Node => typeof each === "object" && each !== null)
    : [];
}

function text(node: Node | undefined, name: string): string {
  const value = node?.[name];
  return typeof value === "string"
    ? value.replace(REFERENCES, (reference, code: string) => decode(reference, code))
    : "";
}

/** References to characters, by number or by one of XML's own five names. */
const REFERENCES = /&(#\d{1,9}|#x[0-9a-f]{1,8}|lt|gt|amp|quot|apos);/gi;
const NUMBERED = /&(#\d{1,9}|#x[0-9a-f]{1,8});/gi;
const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decode(reference: string, code: string): string {
  return code.startsWith("#") ? String.fromCodePoint(pointOf(code)) : (NAMED[code] ?? reference);
}

function pointOf(code: string): number {
  return Number(code.replace(/#x/i, "0x").replace("#", ""));
}

/** What an XML document may hold (XML 1.0, 2.2): no control characters, and no halves of characters. */
function isCharacter(point: number): boolean {
  if (point < 0x20) return [0x9, 0xa, 0xd].includes(point);
  return point <= 0xd7ff || (point >= 0xe000 && point <= 0xfffd) || (point >= 0x10000 && point <= 0x10ffff);
}
