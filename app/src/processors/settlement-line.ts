import type { SettlementLine, SettlementType } from "./processor.ts";

const COMES_IN: ReadonlySet<SettlementType> = new Set([
  "charge",
  "refund_reversal",
  "chargeback_reversal",
  "payout_reversal",
]);

/** A line of a settlement report with its net worked out; the day is added where it is known. */
export function settlementLine(
  processorReference: string,
  type: SettlementType,
  amount: number,
  currency: string,
  fee: number,
): Omit<SettlementLine, "date"> {
  return {
    processorReference,
    type,
    amount,
    currency,
    fee,
    net: (COMES_IN.has(type) ? amount : -amount) - fee,
  };
}
