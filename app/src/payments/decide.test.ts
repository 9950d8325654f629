import { expect } from "chai";
import fc from "fast-check";
import { ApiError } from "../errors.ts";
import type { Declined } from "../processors/processor.ts";
import { isOpen } from "./attempt.ts";
import { conclude, remainUnknown, takeBack, takenBack, type Decided, type Known } from "./conclude.ts";
import { cancel, capture, confirm, newPayment, withMethod } from "./decide.ts";
import type { FeeRate } from "./fees.ts";
import { refundable, showPayment, type Payment } from "./payment.ts";
import type { Posting } from "./postings.ts";
import { PAYMENT_TRANSITIONS, type PaymentStatus } from "./states.ts";

const RATE = { basisPoints: 30, fixed: 5 };
const ORIGIN = { now: 1_000, lease: 3_000 };
const DECLINED: Declined = { outcome: "declined", code: "card_declined", message: "No.", retryable: true };
const APPROVED = { outcome: "approved", reference: "ch_1" } as const;
const METHOD = { id: "pm_1", type: "card" };

/** What may happen to a payment: a client's wish, or a processor's answer. */
type Step =
  | {
      type:
        | "method"
        | "confirm"
        | "cancel"
        | "unknown"
        | "unsent"
        | "pending"
        | "challenge"
        | "decline"
        | "expire"
        | "approve"
        | "approve_part"
        | "return";
    }
  | { type: "capture"; amount: number | undefined; final: boolean };

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constantFrom("confirm" as const, "approve" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("capture" as const),
      amount: fc.option(fc.integer({ min: 1, max: 1_200 }), { nil: undefined }),
      final: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom(
        ...([
          "method",
          "cancel",
          "unknown",
          "unsent",
          "pending",
          "challenge",
          "decline",
          "expire",
          "approve_part",
          "return",
        ] as const),
      ),
    }),
  },
);

/** What the ledger holds of the payment, by the postings alone. */
class Books {
  receivable = 0;
  balance = 0;
  revenue = 0;
  held = 0;

  post(postings: readonly Posting[] = []): void {
    for (const { lines, currency } of postings) {
      expect(currency).to.equal("usd");
      for (const layer of ["posted", "pending"] as const) {
        const sum = lines
          .filter((line) => line.layer === layer)
          .reduce((total, { direction, amount }) => total + (direction === "debit" ? amount : -amount), 0);
        expect(sum, `debits less credits, ${layer}`).to.equal(0);
      }
      for (const { account, direction, layer, amount } of lines) {
        expect(Number.isSafeInteger(amount) && amount !== 0).to.equal(true);
        if (layer === "posted") expect(amount).to.be.greaterThan(0);
        const signed = direction === "debit" ? amount : -amount;
        if (layer === "pending") this.held += account === "processor_receivable" ? signed : 0;
        else if (account === "processor_receivable") this.receivable += signed;
        else if (account === "merchant_balance") this.balance -= signed;
        else this.revenue -= signed;
      }
    }
  }
}

function apply(payment: Payment, { type, ...terms }: Step): Decided {
  const answer = (result: Known) => conclude("pay_1", payment, result, RATE, ORIGIN.now);
  switch (type) {
    case "method":
      return { data: withMethod(payment, METHOD) };
    case "confirm":
      return { data: confirm(payment, "simulator", ORIGIN) };
    case "capture":
      return { data: capture(payment, terms, ORIGIN) };
    case "cancel":
      return { data: cancel(payment, undefined, ORIGIN).data };
    case "unknown":
      return { data: remainUnknown(payment, ORIGIN.now) };
    case "unsent":
      return { data: takeBack(payment) };
    case "pending":
      return answer({ outcome: "pending", reference: "ch_1" });
    case "challenge":
      return answer({
        outcome: "requires_action",
        reference: "ch_1",
        challenge: { url: "https://x.example", token: "t" },
      });
    case "decline":
      return answer(DECLINED);
    case "expire":
      return answer({ ...DECLINED, code: "authorization_expired" });
    case "approve":
      return answer({ ...APPROVED, amount: payment.attempt?.amount ?? 0 });
    case "approve_part":
      return answer({ ...APPROVED, amount: Math.floor((payment.attempt?.amount ?? 0) / 2) });
    case "return":
      return takenBack("pay_1", payment, { code: "R10", message: "Returned.", reference: "ch_1" });
  }
}

/** Processors answer what they were asked, and only that. */
function canHappen(payment: Payment, { type }: Step): boolean {
  const isAsked = isOpen(payment.attempt);
  const isFirst = payment.attempt?.operation === "authorize";
  switch (type) {
    case "challenge":
      return isAsked && isFirst && payment.attempt?.outcome !== "pending";
    case "pending":
      return isAsked && isFirst;
    case "unsent":
      return isAsked && payment.attempt?.outcome === "asked";
    case "unknown":
    case "decline":
    case "expire":
    case "approve":
    case "approve_part":
      return isAsked;
    case "return":
      return payment.status === "succeeded";
    default:
      return true;
  }
}

describe("decisions about payments", () => {
  it("10,000 random histories: no way but the table's, amounts never beyond, every posting zero-sum, books and payment agree", () => {
    const reached = new Set<PaymentStatus>();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.constantFrom("automatic" as const, "manual" as const),
        fc.array(step, { maxLength: 14 }),
        (amount, capture_method, steps) => {
          const terms = { amount, currency: "usd", capture_method, metadata: {} };
          const books = new Books();
          let payment = newPayment(terms, METHOD);
          for (const each of steps) {
            if (!canHappen(payment, each)) continue;
            let decided: Decided;
            try {
              decided = apply(payment, each);
            } catch (error) {
              // Refused: the client asked for what the state does not allow, and nothing has changed.
              if (error instanceof ApiError && error.status < 500) continue;
              throw error;
            }
            const after = decided.data;
            if (after.status !== payment.status) {
              expect(PAYMENT_TRANSITIONS[payment.status]).to.include(after.status);
            }
            books.post(decided.postings);
            payment = after;
            reached.add(payment.status);

            const { amount_captured: captured, amount_capturable: capturable, fee } = payment;
            expect(captured).to.be.within(0, amount);
            expect(capturable).to.be.within(0, amount - captured);
            expect(books.held).to.equal(capturable);
            const kept = payment.status === "failed" && captured > 0 ? 0 : captured;
            expect(books.receivable).to.equal(kept);
            expect(books.revenue).to.equal(kept === 0 ? 0 : fee);
            expect(books.balance).to.equal(books.receivable - books.revenue);
            expect(fee).to.be.within(0, captured);
            expect(refundable(payment)).to.equal(kept);
            expect(isOpen(payment.attempt)).to.equal(payment.status === "processing");
          }
        },
      ),
      { numRuns: 10_000 },
    );
    expect([...reached]).to.have.members(Object.keys(PAYMENT_TRANSITIONS));
  });

  /** A payment whose money is held. */
  function authorized(amount: number, approved = amount): Payment {
    const terms = { amount, currency: "usd", capture_method: "manual" as const, metadata: {} };
    const asked = confirm(newPayment(terms, METHOD), "p", ORIGIN);
    return conclude("pay_1", asked, { ...APPROVED, amount: approved }, RATE, ORIGIN.now).data;
  }

  it("fees that change between two captures: none is given back, and none exceeds what is captured with it", () => {
    const captured = (payment: Payment, amount: number, rate: FeeRate) => {
      const asked = capture(payment, { amount, final: false }, ORIGIN);
      const { data, postings } = conclude("pay_1", asked, { ...APPROVED, amount }, rate, ORIGIN.now);
      new Books().post(postings);
      return data;
    };
    const first = captured(authorized(10_000), 9_000, { basisPoints: 300, fixed: 0 });
    expect(first.fee).to.equal(270);
    expect(captured(first, 500, { basisPoints: 30, fixed: 0 }).fee).to.equal(270);
    expect(captured(first, 500, { basisPoints: 300, fixed: 900 }).fee).to.equal(270 + 500);
    expect(captured(first, 500, { basisPoints: 400, fixed: 0 }).fee).to.equal(380);
  });

  it("what is approved counts, not what was asked: less is held and captured, nothing is a decline", () => {
    const held = authorized(1_000, 400);
    expect(held).to.include({ status: "authorized", amount: 1_000, amount_capturable: 400 });
    const asked = capture(held, {}, ORIGIN);
    const captured = (amount: number) =>
      conclude("pay_1", asked, { ...APPROVED, amount }, RATE, ORIGIN.now).data;
    expect(captured(300)).to.include({ status: "succeeded", amount_captured: 300, amount_capturable: 0 });
    expect(captured(500)).to.include({ status: "succeeded", amount_captured: 400, amount_capturable: 0 });
    expect(captured(0)).to.include({ status: "authorized", amount_captured: 0, amount_capturable: 400 });
    expect(authorized(1_000, 0).last_error).to.include({ code: "card_declined" });
  });

  it("what never went out leaves the payment as it was", () => {
    const terms = { amount: 9, currency: "usd", capture_method: "manual" as const, metadata: {} };
    const challenge = { url: "https://x.example", token: "t" };
    const answer: Known = { outcome: "requires_action", reference: "ch_1", challenge };
    const asked = confirm(newPayment(terms, METHOD), "p", ORIGIN);
    const challenged = conclude("pay_1", asked, answer, RATE, ORIGIN.now).data;
    const held = authorized(9);
    for (const [payment, begun] of [
      [challenged, confirm(challenged, "p", ORIGIN)],
      [held, capture(held, {}, ORIGIN)],
      [held, cancel(held, "fraudulent", ORIGIN).data],
    ] as const) {
      const shown = (data: Payment) => {
        const stored = { id: "pay_1", livemode: false, version: 1, created: 0, data };
        return { ...showPayment(stored), latest_attempt: undefined };
      };
      expect(shown(takeBack(begun))).to.deep.equal(shown(payment));
      expect(shown(begun).next_action).to.equal(undefined);
    }
  });

  it("a capture that is refused leaves what is held", () => {
    const held = authorized(9);
    const refused = conclude("pay_1", capture(held, {}, ORIGIN), DECLINED, RATE, ORIGIN.now);
    expect(refused.data).to.include({ status: "authorized", amount_capturable: 9, amount_captured: 0 });
    expect(refused.event).to.equal("payment.capture_failed");
    expect(refused.postings).to.equal(undefined);
  });
});
