/**
 * What each movement of money does to the ledger. Nothing else in the service posts for payments, refunds, disputes and
 * payouts, so this table is the whole truth:
 *
 * | movement           | debit                                    | credit                                      | layer   |
 * |--------------------|------------------------------------------|---------------------------------------------|---------|
 * | authorisation      | processor_receivable amount              | merchant_balance amount                     | pending |
 * | release of a hold  | the same, negative: by a void, by a capture of that share, by a final capture of the rest | | pending |
 * | capture            | processor_receivable amount              | merchant_balance amount − fee, fee_revenue fee | posted |
 * | bank return        | merchant_balance amount − fee, fee_revenue fee | processor_receivable amount           | posted  |
 * | refund             | merchant_balance amount                  | processor_receivable amount                 | posted  |
 * | refund failed      | processor_receivable amount              | merchant_balance amount                     | posted  |
 * | dispute opened     | dispute_reserve amount, dispute_losses fee | processor_receivable amount + fee         | posted  |
 * | dispute won        | processor_receivable amount              | dispute_reserve amount                      | posted  |
 * | dispute lost       | dispute_losses amount                    | dispute_reserve amount                      | posted  |
 * | payout             | merchant_balance amount                  | payouts_in_transit amount                   | posted  |
 * | payout paid        | payouts_in_transit amount                | cash amount                                 | posted  |
 * | payout returned    | cash amount                              | merchant_balance amount                     | posted  |
 * | payout given up    | payouts_in_transit amount                | merchant_balance amount                     | posted  |
 *
 * processor_receivable is kept per processor: what the processor owes us until it settles; settlement moves it to cash and
 * books the processor's own costs (reconciliation). A fee is kept when a payment is refunded or disputed, and given back when
 * a bank takes a debit back. merchant_balance may go below zero, so that a refund never fails for want of funds; a payout
 * that would take it there is refused.
 */
import type { Direction, Layer } from "../journal/write.ts";
import type { AccountCode } from "../ledger/chart.ts";

/** One line, on one of the service's own accounts, in minor units. */
export interface Line {
  account: AccountCode;
  /** The processor, where the account is kept per processor. */
  detail?: string;
  direction: Direction;
  layer: Layer;
  amount: number;
}

/** A transaction before it has an id and its accounts theirs. */
export interface Posting {
  type: string;
  currency: string;
  /** Id of the object that causes it. */
  object: string;
  lines: Line[];
  /** The processor and its id of the movement, by which settlements are matched. */
  metadata?: Record<string, string>;
}

/** The movement's money and cause. */
export interface Movement {
  object: string;
  currency: string;
  /** Minor units, above zero. */
  amount: number;
}

/** A movement at a processor; `reference` is the processor's id of it. */
export interface ProcessorMovement extends Movement {
  processor: string;
  reference?: string;
}

export function authorised(movement: ProcessorMovement): Posting {
  return hold("payment.authorized", movement, movement.amount);
}

export function released(movement: ProcessorMovement): Posting {
  return hold("payment.released", movement, -movement.amount);
}

export function captured(movement: ProcessorMovement, fee: number): Posting {
  return processorPosting("payment.captured", movement, [
    debit("processor_receivable", movement.amount, movement.processor),
    credit("merchant_balance", movement.amount - fee),
    credit("fee_revenue", fee),
  ]);
}

/** A bank took back what was captured. */
export function returned(movement: ProcessorMovement, fee: number): Posting {
  return processorPosting("payment.returned", movement, [
    debit("merchant_balance", movement.amount - fee),
    debit("fee_revenue", fee),
    credit("processor_receivable", movement.amount, movement.processor),
  ]);
}

export function refunded(movement: ProcessorMovement): Posting {
  return processorPosting("refund.posted", movement, [
    debit("merchant_balance", movement.amount),
    credit("processor_receivable", movement.amount, movement.processor),
  ]);
}

export function refundFailed(movement: ProcessorMovement): Posting {
  return processorPosting("refund.failed", movement, [
    debit("processor_receivable", movement.amount, movement.processor),
    credit("merchant_balance", movement.amount),
  ]);
}

/** @param fee What the processor charges for the dispute. */
export function disputeOpened(movement: ProcessorMovement, fee: number): Posting {
  return processorPosting("dispute.opened", movement, [
    debit("dispute_reserve", movement.amount),
    debit("dispute_losses", fee),
    credit("processor_receivable", movement.amount + fee, movement.processor),
  ]);
}

export function disputeWon(movement: ProcessorMovement): Posting {
  return processorPosting("dispute.won", movement, [
    debit("processor_receivable", movement.amount, movement.processor),
    credit("dispute_reserve", movement.amount),
  ]);
}

export function disputeLost(movement: ProcessorMovement): Posting {
  return processorPosting("dispute.lost", movement, [
    debit("dispute_losses", movement.amount),
    credit("dispute_reserve", movement.amount),
  ]);
}

export function payoutRequested(movement: Movement): Posting {
  return posting("payout.requested", movement, [
    debit("merchant_balance", movement.amount),
    credit("payouts_in_transit", movement.amount),
  ]);
}

export function payoutPaid(movement: ProcessorMovement): Posting {
  return processorPosting("payout.paid", movement, [
    debit("payouts_in_transit", movement.amount),
    credit("cash", movement.amount),
  ]);
}

/** A bank sent back what had been paid out. */
export function payoutReturned(movement: ProcessorMovement): Posting {
  return processorPosting("payout.returned", movement, [
    debit("cash", movement.amount),
    credit("merchant_balance", movement.amount),
  ]);
}

/** The payout failed or was canceled. */
export function payoutReversed(movement: Movement): Posting {
  return posting("payout.reversed", movement, [
    debit("payouts_in_transit", movement.amount),
    credit("merchant_balance", movement.amount),
  ]);
}

function hold(type: string, movement: ProcessorMovement, amount: number): Posting {
  return {
    type,
    currency: movement.currency,
    object: movement.object,
    lines: [
      {
        account: "processor_receivable",
        detail: movement.processor,
        direction: "debit",
        layer: "pending",
        amount,
      },
      { account: "merchant_balance", direction: "credit", layer: "pending", amount },
    ],
  };
}

function debit(account: AccountCode, amount: number, detail?: string): Line {
  return { account, detail, direction: "debit", layer: "posted", amount };
}

function credit(account: AccountCode, amount: number, detail?: string): Line {
  return { account, detail, direction: "credit", layer: "posted", amount };
}

function posting(type: string, { object, currency }: Movement, lines: Line[]): Posting {
  return { type, currency, object, lines: lines.filter(({ amount }) => amount !== 0) };
}

function processorPosting(type: string, movement: ProcessorMovement, lines: Line[]): Posting {
  const { processor, reference } = movement;
  const metadata: Record<string, string> =
    reference === undefined ? { processor } : { processor, processor_reference: reference };
  return { ...posting(type, movement, lines), metadata };
}
