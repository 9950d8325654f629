import { expect } from "chai";
import { DISPUTE_TRANSITIONS } from "../disputes/dispute.ts";
import { PAYOUT_TRANSITIONS } from "../payouts/payout.ts";
import { REFUND_TRANSITIONS } from "../refunds/refund.ts";
import { attemptKey, mayRepeat, parseAttemptKey, type Attempt } from "./attempt.ts";
import { checkTransitions, PAYMENT_STATUSES, PAYMENT_TRANSITIONS, transition } from "./states.ts";

describe("tables of transitions", () => {
  it("those of payments, refunds, payouts and disputes are sound", () => {
    checkTransitions("payment", PAYMENT_TRANSITIONS, [
      "requires_payment_method",
      "requires_confirmation",
      "processing",
    ]);
    checkTransitions("refund", REFUND_TRANSITIONS, ["pending"]);
    checkTransitions("payout", PAYOUT_TRANSITIONS, ["pending"]);
    checkTransitions("dispute", DISPUTE_TRANSITIONS, ["needs_response"]);
    expect(Object.keys(PAYMENT_TRANSITIONS)).to.have.members([...PAYMENT_STATUSES]);
  });

  it("a wrong table is told with all that is wrong", () => {
    const table: Record<string, string[]> = { a: ["b", "b", "x"], b: ["b"], c: [] };
    expect(() => checkTransitions("thing", table, ["a"])).to.throw(
      "The states of a thing are wrong: a leads to b twice; a leads to x, which is no state; b leads to itself; a leads to no end; b leads to no end; c cannot be reached.",
    );
  });

  it("a way that the table does not know is a mistake of the program", () => {
    expect(transition(PAYMENT_TRANSITIONS, "processing", "succeeded")).to.equal("succeeded");
    expect(transition(PAYMENT_TRANSITIONS, "succeeded", "succeeded")).to.equal("succeeded");
    expect(() => transition(PAYMENT_TRANSITIONS, "canceled", "succeeded")).to.throw(
      "No way leads from canceled to succeeded.",
    );
  });
});

describe("attempts", () => {
  const attempt: Attempt = {
    operation: "authorize",
    ordinal: 3,
    amount: 5,
    outcome: "asked",
    started: 0,
    due: 10,
  };

  it("have a key that tells what they are, and is read back", () => {
    const key = attemptKey("pay_01m80pvkadecrbzqsgybvvvmqg", { operation: "confirm_challenge", ordinal: 12 });
    expect(key).to.equal("pay_01m80pvkadecrbzqsgybvvvmqg-confirm_challenge-12");
    expect(parseAttemptKey(key)).to.deep.equal({
      id: "pay_01m80pvkadecrbzqsgybvvvmqg",
      operation: "confirm_challenge",
      ordinal: 12,
    });
    expect(parseAttemptKey("order-17")).to.equal(undefined);
  });

  it("are repeated when that cannot surprise anybody", () => {
    expect(mayRepeat(attempt, 1_000)).to.equal(true);
    expect(mayRepeat(attempt, 600_000)).to.equal(false);
    expect(mayRepeat({ ...attempt, outcome: "unknown" }, 1_000)).to.equal(false);
    expect(mayRepeat({ ...attempt, operation: "refund", outcome: "unknown" }, 10 ** 9)).to.equal(true);
    expect(mayRepeat({ ...attempt, operation: "refund", outcome: "pending" }, 1_000)).to.equal(false);
  });
});
