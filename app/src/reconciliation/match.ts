/**
 * What a settlement line and the ledger say of the same movement, side by side. Pure.
 *
 * The ledger's side is what the movement did to the processor's receivable (to cash, for payouts), so that the two sides are
 * the two ends of one balance.
 */
import { type FeeSchedule, feeOn, rateFor } from "../payments/fees.ts";
import type { SettlementLine, SettlementType } from "../processors/processor.ts";
import { netOf } from "./settlement-line.ts";

export const FAULT_KINDS = [
  "missing_here",
  "missing_there",
  "amount_differs",
  "currency_differs",
  "fee_differs",
  "status_differs",
  "duplicate",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A movement of money at a processor, as the ledger has it. */
export interface Movement {
  /** Id of the ledger's transaction. */
  transaction: string;
  reference: string;
  type: SettlementType;
  /** The payment, refund, dispute or payout. */
  object: string;
  currency: string;
  /** Signed, minor units: above zero where the processor owes us more. */
  change: number;
  /** Day, YYYY-MM-DD (UTC). */
  date: string;
  /** The processor's fee is in `change` already: a dispute's is booked when it opens, all others when they are settled. */
  feeBooked: boolean;
  /** An earlier reconciliation gave it up as missing there and moved it to suspense. */
  parked: boolean;
  /** Of a refund that was done only in part before it was settled: what came back of it, which is settled with it. */
  undone?: Movement;
}

/** What a movement did to the processor's receivable, with what is settled with it. */
export function changeOf({ change, undone }: Pick<Movement, "change" | "undone">): number {
  return change + (undone?.change ?? 0);
}

/** An object of ours that a line's reference leads to though the ledger has no such movement. */
export interface Known {
  object: string;
  status: string;
}

export interface Finding {
  kind: FaultKind;
  line?: SettlementLine;
  movement?: Movement;
  known?: Known;
  /** What the processor should have kept, where that is known. */
  expectedFee?: number;
}

/** Kinds of ledger transactions that move money at a processor. */
export const LEDGER_TYPES: Readonly<Record<string, SettlementType>> = {
  "payment.captured": "charge",
  "payment.returned": "chargeback",
  "refund.posted": "refund",
  "refund.failed": "refund_reversal",
  "dispute.opened": "chargeback",
  "dispute.won": "chargeback_reversal",
  "payout.paid": "payout",
  "payout.returned": "payout_reversal",
};

export function isOfRefund({ type }: { type: SettlementType }): boolean {
  return type === "refund" || type === "refund_reversal";
}

/** A line and a movement with this in common are about the same. */
export function identityOf(type: SettlementType, reference: string): string {
  return `${type} ${reference}`;
}

export interface Counterparts {
  movement?: Movement;
  known?: Known;
  /** What processors keep of charges, for those whose fees are agreed. */
  fees?: FeeSchedule;
}

/** What is wrong with a line; undefined when it agrees with the ledger. */
export function judge(line: SettlementLine, { movement, known, fees }: Counterparts): Finding | undefined {
  // A charge of the processor's own has no movement of ours.
  if (line.type === "fee") return line.net === netOf(line) ? undefined : { kind: "fee_differs", line };
  if (!movement) return known ? { kind: "status_differs", line, known } : { kind: "missing_here", line };
  const expectedFee =
    fees && line.type === "charge" ? feeOn(line.amount, rateFor(fees, line.type, line.currency)) : undefined;
  const finding = { line, movement, expectedFee };
  if (line.currency !== movement.currency) return { kind: "currency_differs", ...finding };
  if (settled(line, movement) !== changeOf(movement)) return { kind: "amount_differs", ...finding };
  if (line.net !== netOf(line) || (expectedFee !== undefined && expectedFee !== line.fee))
    return { kind: "fee_differs", ...finding };
  return undefined;
}

/** What a line does to the receivable. */
export function settled(line: SettlementLine, { feeBooked }: Pick<Movement, "feeBooked">): number {
  return netOf(feeBooked ? line : { ...line, fee: 0 });
}
