/** The chart of accounts: the accounts that the service keeps for itself, one each per currency and mode. */
import type pg from "pg";
import type { AccountType } from "../journal/write.ts";

interface ChartEntry {
  type: AccountType;
  name: string;
}

export const CHART = {
  /** What banks hold for us. */
  cash: { type: "asset", name: "Cash" },
  /** What a processor owes us for captures, less refunds and chargebacks; settlement turns it into cash. */
  processor_receivable: { type: "asset", name: "Receivable from processor" },
  /** Disputed money that a processor took back until the dispute is decided. */
  dispute_reserve: { type: "asset", name: "Disputed payments" },
  /** What the merchant may pay out. */
  merchant_balance: { type: "liability", name: "Merchant balance" },
  /** Payouts that left and have not arrived. */
  payouts_in_transit: { type: "liability", name: "Payouts in transit" },
  /** Differences that reconciliation found and nobody has explained yet. */
  suspense: { type: "liability", name: "Suspense" },
  /** Fees that the merchant pays us. */
  fee_revenue: { type: "revenue", name: "Payment fees" },
  /** Fees that processors charge. */
  processor_fees: { type: "expense", name: "Processor fees" },
  /** Disputes that were lost. */
  dispute_losses: { type: "expense", name: "Dispute losses" },
} as const satisfies Record<string, ChartEntry>;

export type AccountCode = keyof typeof CHART;

/** Finds the service's own accounts; opens each, empty, when it is first needed. */
export class Chart {
  readonly #pool: pg.Pool;
  readonly #open = new Map<string, Promise<string>>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /**
   * The account's id, as `acct_processor_receivable.simulator_usd_test`.
   * @param detail What there are several of: the processor's name.
   */
  account(code: AccountCode, currency: string, livemode: boolean, detail?: string): string | Promise<string> {
    const fullCode = detail === undefined ? code : `${code}.${detail}`;
    const id = `acct_${fullCode}_${currency}_${livemode ? "live" : "test"}`;
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    const { type, name } = CHART[code];
    const opened = this.#pool
      .query(
        `insert into ledger_accounts (id, livemode, code, name, type, currency, created)
         values ($1, $2, $3, $4, $5, $6, now()) on conflict do nothing`,
        [id, livemode, fullCode, detail === undefined ? name : `${name} ${detail}`, type, currency],
      )
      .then(() => id);
    this.#open.set(id, opened);
    opened.catch(() => this.#open.delete(id));
    return opened;
  }
}
