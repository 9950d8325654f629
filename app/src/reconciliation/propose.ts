/**
 * What would set the ledger right: the entries of a fault, or of all that agrees. Pure.
 *
 * One rule makes them all. The line's net came to the bank (cash), its fee is the processor's cost (processor_fees), the
 * movement is settled (processor_receivable; cash, for payouts), and what remains cannot be explained yet (suspense):
 *
 *     cash net + processor_fees fee − receivable movement ± suspense = 0        (debits above zero)
 */
import type { Direction } from "../journal/write.ts";
import type { AccountCode } from "../ledger/chart.ts";
import type { SettlementLine } from "../processors/processor.ts";
import type { Finding, Movement } from "./match.ts";

export interface ProposedEntry {
  account: AccountCode;
  direction: Direction;
  /** Minor units, above zero. */
  amount: number;
}

/** Of one currency; debits equal credits. */
export interface ProposedTransaction {
  currency: string;
  entries: ProposedEntry[];
}

/** Signed changes of accounts, debits above zero. */
type Changes = Partial<Record<AccountCode, number>>;

/** Adds up changes per currency. */
export class Proposal {
  readonly #currencies = new Map<string, Changes>();

  /** A line that agrees with the ledger, or as much of it as there is. */
  add(line: SettlementLine | undefined, movement: Movement | undefined, expectedFee?: number): this {
    if (line) {
      this.#change(line.currency, "cash", line.net);
      this.#change(line.currency, "processor_fees", costOf(line, movement, expectedFee));
    }
    for (const each of [movement, movement?.undone])
      if (each) this.#change(each.currency, clearingAccount(each), -each.change);
    return this;
  }

  /** Takes off what is posted already. */
  less(posted: readonly ProposedTransaction[]): this {
    for (const { currency, entries } of posted)
      for (const { account, direction, amount } of entries)
        this.#change(currency, account, direction === "debit" ? -amount : amount);
    return this;
  }

  /** The transactions, with what remains in suspense; none where nothing changes. */
  transactions(): ProposedTransaction[] {
    return [...this.#currencies]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([currency, changes]) => ({ currency, entries: balanced(changes) }))
      .filter(({ entries }) => entries.length > 0);
  }

  #change(currency: string, account: AccountCode, amount: number): void {
    const changes = this.#currencies.get(currency) ?? {};
    changes[account] = (changes[account] ?? 0) + amount;
    this.#currencies.set(currency, changes);
  }
}

/** @param posted what an earlier item of the line has posted */
export function propose(
  { line, movement, expectedFee }: Finding,
  posted: readonly ProposedTransaction[] = [],
): ProposedTransaction[] {
  return new Proposal().add(line, movement, expectedFee).less(posted).transactions();
}

/** What a line costs us now. */
function costOf(
  line: SettlementLine,
  movement: Movement | undefined,
  expectedFee: number | undefined,
): number {
  if (line.type === "fee") return line.amount + line.fee;
  if (movement?.feeBooked) return 0;
  return expectedFee ?? line.fee;
}

function clearingAccount({ type, parked }: Movement): AccountCode {
  if (parked) return "suspense";
  // A payout took from cash when the bank said that it was paid: the statement confirms that.
  return type === "payout" || type === "payout_reversal" ? "cash" : "processor_receivable";
}

function balanced(changes: Changes): ProposedEntry[] {
  const total = Object.values(changes).reduce((sum, change) => sum + change, 0);
  const all: Changes = { ...changes, suspense: (changes.suspense ?? 0) - total };
  return (Object.entries(all) as [AccountCode, number][])
    .filter(([, change]) => change !== 0)
    .map(([account, change]) => ({
      account,
      direction: change > 0 ? "debit" : "credit",
      amount: Math.abs(change),
    }));
}
