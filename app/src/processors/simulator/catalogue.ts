/** The simulator's test cards and amounts: what each of them makes the processor do. Numbers and codes as developers know them. */
import type { Declined } from "../processor.ts";

/**
 * How an answer goes astray:
 * - `timeout`: no answer comes; the processor still works on it and declines in the end;
 * - `late_success`: no answer comes; the processor still works on it and approves in the end;
 * - `lost_answer`: the processor does it at once, the answer is lost;
 * - `never_arrived`: the request is lost;
 * - `duplicate_answer`: the answer comes, and a second time as a notice.
 */
export const FAULTS = [
  "timeout",
  "late_success",
  "lost_answer",
  "never_arrived",
  "duplicate_answer",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Behaviour {
  decline?: Omit<Declined, "outcome">;
  /** A 3-D Secure challenge comes first; `fails`: the customer does not pass it. */
  challenge?: "passes" | "fails";
  fault?: Fault;
  /** The customer disputes the charge once it is settled, for this reason. */
  dispute?: "fraudulent" | "product_not_received";
  /** `pending`: its outcome comes as a notice. `fails_later`: approved, and a notice tells that it failed. */
  refund?: "pending" | "fails_later";
  /** The amount of each operation decides: `AMOUNTS`. */
  byAmount?: true;
}

function decline(
  code: string,
  declineCode: string | undefined,
  message: string,
  retryable = false,
): Behaviour {
  return { decline: { code, declineCode, message, retryable } };
}

const DECLINED = "The card was declined.";

const BEHAVIOURS = {
  approve: {},
  generic_decline: decline("card_declined", "generic_decline", DECLINED, true),
  insufficient_funds: decline(
    "card_declined",
    "insufficient_funds",
    "The card has insufficient funds.",
    true,
  ),
  lost_card: decline("card_declined", "lost_card", DECLINED),
  stolen_card: decline("card_declined", "stolen_card", DECLINED),
  velocity_exceeded: decline("card_declined", "card_velocity_exceeded", DECLINED, true),
  expired_card: decline("expired_card", undefined, "The card has expired."),
  incorrect_cvc: decline("incorrect_cvc", undefined, "The card's security code is incorrect."),
  processing_error: decline(
    "processing_error",
    undefined,
    "An error occurred while processing the card.",
    true,
  ),
  challenge_passes: { challenge: "passes" },
  challenge_fails: { challenge: "fails" },
  challenge_then_decline: {
    challenge: "passes",
    ...decline("card_declined", "generic_decline", DECLINED, true),
  },
  challenge_then_insufficient_funds: {
    challenge: "passes",
    ...decline("card_declined", "insufficient_funds", "The card has insufficient funds.", true),
  },
  timeout: { fault: "timeout" },
  late_success: { fault: "late_success" },
  lost_answer: { fault: "lost_answer" },
  never_arrived: { fault: "never_arrived" },
  duplicate_answer: { fault: "duplicate_answer" },
  dispute_fraudulent: { dispute: "fraudulent" },
  dispute_product_not_received: { dispute: "product_not_received" },
  refund_fails_later: { refund: "fails_later" },
  refund_pending: { refund: "pending" },
  by_amount: { byAmount: true },
} satisfies Record<string, Behaviour>;

export type BehaviourName = keyof typeof BEHAVIOURS;

/** Test cards; every other number is approved. Any expiry that is not past and any security code will do. */
export const CARDS: Readonly<Record<string, BehaviourName>> = {
  "4242424242424242": "approve",
  "4000056655665556": "approve",
  "5555555555554444": "approve",
  "2223003122003222": "approve",
  "378282246310005": "approve",
  "6011111111111117": "approve",
  "3056930009020004": "approve",
  "3566002020360505": "approve",
  "6200000000000005": "approve",
  "4000000000000002": "generic_decline",
  "4000000000009995": "insufficient_funds",
  "4000000000009987": "lost_card",
  "4000000000009979": "stolen_card",
  "4000000000006975": "velocity_exceeded",
  "4000000000000069": "expired_card",
  "4000000000000127": "incorrect_cvc",
  "4000000000000119": "processing_error",
  "4000002500003155": "challenge_passes",
  "4000000000003220": "challenge_fails",
  "4000008400001629": "challenge_then_decline",
  "4000008260003178": "challenge_then_insufficient_funds",
  "4000000000000259": "dispute_fraudulent",
  "4000000000002685": "dispute_product_not_received",
  "4000000000005126": "refund_fails_later",
  "4000000000007726": "refund_pending",
  "4000000000900011": "timeout",
  "4000000000900029": "late_success",
  "4000000000900037": "lost_answer",
  "4000000000900045": "never_arrived",
  "4000000000900052": "duplicate_answer",
  "4000000000900060": "by_amount",
};

/** For the card `by_amount`: the last two digits of the amount of an authorisation, a capture or a refund; others are approved. */
const AMOUNTS: Readonly<Record<number, BehaviourName>> = {
  1: "generic_decline",
  2: "insufficient_funds",
  3: "processing_error",
  11: "timeout",
  12: "late_success",
  13: "lost_answer",
  14: "never_arrived",
  15: "duplicate_answer",
};

export function behaviourOf(name: BehaviourName): Behaviour {
  return BEHAVIOURS[name];
}

/** What a card does; its number goes no further than here. */
export function behaviourOfCard(number: string): BehaviourName {
  return CARDS[number] ?? "approve";
}

export function behaviourOfAmount(amount: number): BehaviourName {
  return AMOUNTS[amount % 100] ?? "approve";
}
