/**
 * The service as it should be, small enough to be seen to be right: what each request is answered with, and what becomes of
 * payments, accounts and balances by it. Amounts are minor units of one currency.
 */

/** What a payment method of the test account does, by the name of the method. */
export const METHODS = {
  pm_card_visa: {},
  pm_card_chargeDeclined: { declines: "card_declined" },
  pm_card_authenticationRequired: { challenge: "passes" },
  pm_card_authenticationFails: { challenge: "fails" },
  pm_card_byAmount: { byAmount: true },
  pm_card_pendingRefund: { refundsLater: true },
  pm_card_createDispute: {},
  pm_usBankAccount: { bank: true },
} as const satisfies Record<string, Behaviour>;

interface Behaviour {
  declines?: string;
  challenge?: "passes" | "fails";
  /** The last two digits of amounts decide. */
  byAmount?: boolean;
  refundsLater?: boolean;
  /** Takes days; dollars only; no holds. */
  bank?: boolean;
}

export type Method = keyof typeof METHODS;

/** Declines of the method `pm_card_byAmount`. */
const DECLINED_AMOUNTS: Readonly<Record<number, string>> = {
  1: "card_declined",
  2: "card_declined",
  3: "processing_error",
};

/** True for an amount whose answers go astray: its outcome comes at a time that nobody can predict. */
export function isAstray(amount: number): boolean {
  return amount % 100 >= 11 && amount % 100 <= 15;
}

/** An answer: its status, and for an error the codes of which it must have one; several where several things are wrong. */
export interface Expected {
  status: number | readonly number[];
  codes?: readonly string[];
}

export interface ModelPayment {
  id: string;
  status: string;
  amount: number;
  amount_capturable: number;
  amount_captured: number;
  amount_refunded: number;
  amount_disputed: number;
  fee: number;
  capture_method: "automatic" | "manual";
  /** What it will be paid with; nothing after a decline. */
  method?: Method;
  /** What it was paid with. */
  paidWith?: Method;
}

export interface ModelAccount {
  id: string;
  type: "asset" | "liability";
  /** Null: without limit. */
  overdraft: number | null;
  balance: number;
  status: "open" | "closed";
}

export interface ModelRefund {
  id: string;
  payment: string;
  amount: number;
  status: string;
}

export interface ModelDispute {
  id: string;
  payment: ModelPayment;
  amount: number;
  status: string;
}

/** The service's own accounts, by code, each on its normal side. */
export interface Books {
  "processor_receivable.simulator": number;
  dispute_reserve: number;
  dispute_losses: number;
  merchant_balance: number;
  fee_revenue: number;
  payouts_in_transit: number;
}

const DISPUTE_FEE = 1500;

const error = (status: number, ...codes: string[]): Expected => ({ status, codes });
const OK: Expected = { status: 200 };
const WRONG_STATE = error(400, "payment_unexpected_state");
const PROCESSING = error(409, "payment_processing");

export class Reference {
  readonly currency: string;
  readonly books: Books;
  readonly accounts: ModelAccount[] = [];
  readonly payments: ModelPayment[] = [];
  readonly refunds: ModelRefund[] = [];
  readonly disputes: ModelDispute[] = [];
  readonly payouts: { id: string; amount: number }[] = [];
  /** @param books balances that there are at the beginning */
  constructor(currency: string, books: Books) {
    this.currency = currency;
    this.books = books;
  }

  create(
    amount: number,
    method: Method | undefined,
    capture: ModelPayment["capture_method"],
    confirm: boolean,
  ): { expected: Expected; payment?: ModelPayment } {
    const payment: ModelPayment = {
      id: "",
      status: method === undefined ? "requires_payment_method" : "requires_confirmation",
      amount,
      amount_capturable: 0,
      amount_captured: 0,
      amount_refunded: 0,
      amount_disputed: 0,
      fee: 0,
      capture_method: capture,
      method,
    };
    const expected = confirm ? this.confirm(payment) : OK;
    // What was declined is kept; what could not even be tried is not.
    if (expected.status !== 200 && expected.status !== 402) return { expected };
    this.payments.push(payment);
    return { expected, payment };
  }

  confirm(payment: ModelPayment, given?: Method): Expected {
    switch (payment.status) {
      case "processing":
        return PROCESSING;
      case "requires_action":
        // The customer is asked about the method that the payment was sent with.
        if (given !== undefined && given !== payment.paidWith) return WRONG_STATE;
        if (payment.paidWith === "pm_card_authenticationFails")
          return this.#decline(payment, "authentication_failed");
        this.#paid(payment);
        return OK;
      case "requires_payment_method":
      case "requires_confirmation": {
        const method = given ?? payment.method;
        return method === undefined
          ? error(400, "payment_method_required")
          : this.#authorize(payment, method);
      }
      default:
        return WRONG_STATE;
    }
  }

  capture(payment: ModelPayment, wanted: number | undefined, final: boolean): Expected {
    const { status, amount_capturable: most } = payment;
    if (status === "processing") return PROCESSING;
    if (status !== "authorized" && status !== "partially_captured") return WRONG_STATE;
    const amount = wanted ?? most;
    if (amount > most) return error(400, "amount_too_large");
    const code = this.#declineOf(payment, amount);
    if (code !== undefined) return error(402, code);
    const isLast = final || amount === most;
    payment.amount_capturable = isLast ? 0 : most - amount;
    this.#take(payment, amount, isLast);
    return OK;
  }

  cancel(payment: ModelPayment): Expected {
    switch (payment.status) {
      case "processing":
        return PROCESSING;
      case "requires_payment_method":
      case "requires_confirmation":
      case "requires_action":
      case "authorized":
        payment.status = "canceled";
        payment.amount_capturable = 0;
        return OK;
      default:
        return WRONG_STATE;
    }
  }

  refund(payment: ModelPayment, wanted?: number): { expected: Expected; refund?: ModelRefund } {
    const most = payment.amount_captured - payment.amount_refunded - payment.amount_disputed;
    if (most <= 0) return { expected: error(400, "nothing_to_refund") };
    const amount = wanted ?? most;
    if (amount > most) return { expected: error(400, "amount_too_large") };
    const refund = { id: "", payment: payment.id, amount, status: "succeeded" };
    this.refunds.push(refund);
    // The simulated network gives nothing back for what is disputed, or was and not won.
    const isDisputed = this.disputes.some(
      (dispute) => dispute.payment === payment && dispute.status !== "won",
    );
    if (isDisputed || this.#declineOf(payment, amount) !== undefined) {
      refund.status = "failed";
      return { expected: OK, refund };
    }
    payment.amount_refunded += amount;
    this.books.merchant_balance -= amount;
    this.books["processor_receivable.simulator"] -= amount;
    return { expected: OK, refund };
  }

  /** The customer disputes all of it. */
  dispute(payment: ModelPayment): ModelDispute {
    const { amount } = payment;
    const dispute = { id: "", payment, amount, status: "needs_response" };
    this.disputes.push(dispute);
    payment.amount_disputed += amount;
    this.books.dispute_reserve += amount;
    this.books.dispute_losses += DISPUTE_FEE;
    this.books["processor_receivable.simulator"] -= amount + DISPUTE_FEE;
    return dispute;
  }

  respond(dispute: ModelDispute, response: "won" | "lost" | "accepted"): Expected {
    if (dispute.status !== "needs_response") return error(400, "dispute_unexpected_state");
    const { payment, amount } = dispute;
    dispute.status = response;
    this.books.dispute_reserve -= amount;
    if (response === "won") {
      payment.amount_disputed -= amount;
      this.books["processor_receivable.simulator"] += amount;
    } else {
      this.books.dispute_losses += amount;
    }
    return OK;
  }

  payOut(amount: number): Expected {
    if (amount > this.books.merchant_balance) return error(402, "insufficient_funds");
    this.books.merchant_balance -= amount;
    this.books.payouts_in_transit += amount;
    return OK;
  }

  /** @param destination undefined: an account that does not exist */
  transfer(
    source: ModelAccount,
    destination: ModelAccount | undefined,
    amount: number,
    isOtherCurrency: boolean,
  ): Expected {
    if (source === destination) return error(400, "same_account");
    const codes = new Set<string>();
    if (destination === undefined) codes.add("resource_missing");
    if (source.status === "closed" || destination?.status === "closed") codes.add("account_closed");
    if (isOtherCurrency) codes.add("currency_mismatch");
    if (codes.size > 0) {
      return { status: 400, codes: [...codes] };
    }
    const moves: [ModelAccount, number][] = [
      [source, source.type === "asset" ? amount : -amount],
      ...(destination === undefined
        ? []
        : [[destination, destination.type === "asset" ? -amount : amount] as [ModelAccount, number]]),
    ];
    const isShort = moves.some(
      ([{ balance, overdraft }, change]) => change < 0 && overdraft !== null && balance + change < -overdraft,
    );
    if (isShort) return error(402, "insufficient_funds");
    for (const [account, change] of moves) account.balance += change;
    return { status: 201 };
  }

  close(account: ModelAccount): Expected {
    if (account.balance !== 0) return error(400, "account_not_empty");
    account.status = "closed";
    return OK;
  }

  /** Whether anything has a final answer. */
  get hasAsked(): boolean {
    return this.accounts.length + this.payments.length > 0;
  }

  /** What is held for payments that can still be captured. */
  get held(): number {
    return this.payments.reduce((sum, { amount_capturable }) => sum + amount_capturable, 0);
  }

  #authorize(payment: ModelPayment, method: Method): Expected {
    const does: Behaviour = METHODS[method];
    if (does.bank && this.currency !== "usd") return error(400, "payment_method_not_available");
    if (does.bank && payment.capture_method === "manual") return error(400, "capture_method_not_available");
    payment.method = method;
    payment.paidWith = method;
    if (does.bank) {
      payment.status = "processing";
      return OK;
    }
    const code = does.declines ?? this.#declineOf(payment, payment.amount);
    if (code !== undefined) return this.#decline(payment, code);
    if (does.challenge === undefined) this.#paid(payment);
    else payment.status = "requires_action";
    return OK;
  }

  #declineOf({ paidWith }: ModelPayment, amount: number): string | undefined {
    return paidWith === "pm_card_byAmount" ? DECLINED_AMOUNTS[amount % 100] : undefined;
  }

  #decline(payment: ModelPayment, code: string): Expected {
    payment.status = "requires_payment_method";
    payment.method = undefined;
    return error(402, code);
  }

  #paid(payment: ModelPayment): void {
    if (payment.capture_method === "automatic") {
      this.#take(payment, payment.amount, true);
    } else {
      payment.status = "authorized";
      payment.amount_capturable = payment.amount;
    }
  }

  #take(payment: ModelPayment, amount: number, isLast: boolean): void {
    payment.status = isLast ? "succeeded" : "partially_captured";
    payment.amount_captured += amount;
    // 30 basis points of all that was captured, half a cent counting as one.
    const fee = Math.floor((payment.amount_captured * 30 + 5_000) / 10_000) - payment.fee;
    payment.fee += fee;
    this.books["processor_receivable.simulator"] += amount;
    this.books.merchant_balance += amount - fee;
    this.books.fee_revenue += fee;
  }
}
