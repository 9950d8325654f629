/** What settlement files of every format come down to, and what is wrong with a file. */
import { exponentOf } from "../money/currency.ts";
import type { SettlementLine, SettlementType } from "../processors/processor.ts";

export const SETTLEMENT_TYPES = [
  "charge",
  "refund",
  "refund_reversal",
  "chargeback",
  "chargeback_reversal",
  "payout",
  "payout_reversal",
  "fee",
] as const satisfies readonly SettlementType[];

export interface LineFault {
  /** As `line 12` or `entry 3`. */
  where: string;
  message: string;
}

/** A file that cannot be read; tells where and why. */
export class FileFault extends Error {
  readonly faults: readonly LineFault[];

  constructor(faults: readonly LineFault[]) {
    super(faults.map(({ where, message }) => `${where}: ${message}`).join(" "));
    this.name = "FileFault";
    this.faults = faults;
  }
}

const REFERENCE_LENGTH = 255;
const INTEGER = /^[+-]?\d{1,15}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Reads the texts of a line; amounts are minor units. */
export function readLine(
  fields: Readonly<Record<string, string | undefined>>,
  where: string,
): { line?: SettlementLine; faults: LineFault[] } {
  const faults: LineFault[] = [];
  const refuse = (name: string, expected: string) =>
    faults.push({ where, message: `${name} ${JSON.stringify(fields[name] ?? "")} is not ${expected}.` });
  const integer = (name: string, least: number, expected: string) => {
    const text = fields[name] ?? "";
    const value = Number(text);
    if (!INTEGER.test(text) || value < least) refuse(name, expected);
    // "-0" is 0.
    return value + 0;
  };

  const reference = fields.reference ?? "";
  if (reference === "" || reference.length > REFERENCE_LENGTH)
    refuse("reference", `1 to ${REFERENCE_LENGTH} characters`);
  const key = fields.key ?? "";
  if (key.length > REFERENCE_LENGTH) refuse("key", `at most ${REFERENCE_LENGTH} characters`);
  const type = fields.type as SettlementType;
  if (!SETTLEMENT_TYPES.includes(type)) refuse("type", `one of ${SETTLEMENT_TYPES.join(", ")}`);
  const currency = (fields.currency ?? "").toLowerCase();
  if (!isCurrency(currency)) refuse("currency", "a currency of ISO 4217");
  const amount = integer("amount", 1, "an amount of minor units above zero");
  const fee = integer("fee", 0, "an amount of minor units, 0 or more");
  const net = integer("net", -Number.MAX_SAFE_INTEGER, "an amount of minor units");
  const date = fields.date ?? "";
  if (!isDay(date)) refuse("date", "a day as 2026-01-31");
  if (faults.length > 0) return { faults };
  const line = { processorReference: reference, type, amount, currency, fee, net, date };
  return { line: key === "" ? line : { ...line, key }, faults };
}

export function isDay(text: string): boolean {
  // The database's calendar has no year 0.
  if (!DAY.test(text) || text < "0001-01-01") return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

export function isCurrency(currency: string): boolean {
  try {
    exponentOf(currency);
    return true;
  } catch {
    return false;
  }
}

const INCOMING: ReadonlySet<SettlementType> = new Set([
  "charge",
  "refund_reversal",
  "chargeback_reversal",
  "payout_reversal",
]);

/** 1 for money that comes in, -1 for money that goes out. */
export function signOf(type: SettlementType): 1 | -1 {
  return INCOMING.has(type) ? 1 : -1;
}

/** The net that amount and fee make. */
export function netOf({ type, amount, fee }: Pick<SettlementLine, "type" | "amount" | "fee">): number {
  return signOf(type) * amount - fee;
}
