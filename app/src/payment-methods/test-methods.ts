/**
 * Payment methods that every account has in test mode, by Stripe's names: no number need be sent for them. Each stands for a
 * test number of the simulator, whose catalogue says what it does.
 */
import type { Instrument } from "../processors/processor.ts";
import type { MethodInput } from "./schemas.ts";

export interface TestMethod {
  type: "card" | "us_bank_account";
  /** Public test number. */
  number: string;
}

const card = (number: string): TestMethod => ({ type: "card", number });

export const TEST_METHODS: Readonly<Record<string, TestMethod>> = {
  pm_card_visa: card("4242424242424242"),
  pm_card_visa_debit: card("4000056655665556"),
  pm_card_mastercard: card("5555555555554444"),
  pm_card_amex: card("378282246310005"),
  pm_card_discover: card("6011111111111117"),
  pm_card_diners: card("3056930009020004"),
  pm_card_jcb: card("3566002020360505"),
  pm_card_unionpay: card("6200000000000005"),

  pm_card_visa_chargeDeclined: card("4000000000000002"),
  pm_card_chargeDeclined: card("4000000000000002"),
  pm_card_visa_chargeDeclinedInsufficientFunds: card("4000000000009995"),
  pm_card_chargeDeclinedInsufficientFunds: card("4000000000009995"),
  pm_card_visa_chargeDeclinedLostCard: card("4000000000009987"),
  pm_card_visa_chargeDeclinedStolenCard: card("4000000000009979"),
  pm_card_visa_chargeDeclinedVelocityLimitExceeded: card("4000000000006975"),
  pm_card_chargeDeclinedExpiredCard: card("4000000000000069"),
  pm_card_chargeDeclinedIncorrectCvc: card("4000000000000127"),
  pm_card_chargeDeclinedProcessingError: card("4000000000000119"),

  pm_card_authenticationRequired: card("4000002500003155"),
  pm_card_authenticationFails: card("4000000000003220"),
  pm_card_authenticationRequiredChargeDeclined: card("4000008400001629"),
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: card("4000008260003178"),

  pm_card_createDispute: card("4000000000000259"),
  pm_card_createDisputeProductNotReceived: card("4000000000002685"),
  pm_card_refundFail: card("4000000000005126"),
  pm_card_pendingRefund: card("4000000000007726"),

  pm_card_timeout: card("4000000000900011"),
  pm_card_lateSuccess: card("4000000000900029"),
  pm_card_lostAnswer: card("4000000000900037"),
  pm_card_neverArrived: card("4000000000900045"),
  pm_card_duplicateAnswer: card("4000000000900052"),
  pm_card_byAmount: card("4000000000900060"),

  pm_usBankAccount: { type: "us_bank_account", number: "000123456789" },
};

/** The bank of the test accounts. */
const TEST_ROUTING_NUMBER = "110000000";

/** Kinds of cards that are known of test numbers; of others only the processor knows. */
export const TEST_FUNDING: Readonly<Record<string, "credit" | "debit" | "prepaid">> = {
  "4242424242424242": "credit",
  "4000056655665556": "debit",
  "5555555555554444": "credit",
  "5200828282828210": "debit",
  "5105105105105100": "prepaid",
  "378282246310005": "credit",
  "6011111111111117": "credit",
};

/** Test methods of a mode: live mode has none. */
export function testMethod(id: string, livemode: boolean): TestMethod | undefined {
  return !livemode && Object.hasOwn(TEST_METHODS, id) ? TEST_METHODS[id] : undefined;
}

/** What the processor is given. @param year the present one; the card expires at the end of the next */
export function testInstrument({ type, number }: TestMethod, year: number): Instrument {
  if (type === "card") return { type, number, expMonth: 12, expYear: year + 1 };
  return {
    type,
    routingNumber: TEST_ROUTING_NUMBER,
    accountNumber: number,
    accountType: "checking",
    holderName: "Test Holder",
    holderType: "individual",
  };
}

/** What a client would send to have this method of its own. */
export function testInput(method: TestMethod, year: number): MethodInput {
  const instrument = testInstrument(method, year);
  if (instrument.type === "card") {
    const { number, expMonth, expYear } = instrument;
    return { type: "card", card: { number, exp_month: expMonth, exp_year: expYear } };
  }
  const { type, routingNumber, accountNumber, accountType, holderName, holderType } = instrument;
  return {
    type,
    us_bank_account: {
      routing_number: routingNumber,
      account_number: accountNumber,
      account_type: accountType,
      account_holder_type: holderType,
      account_holder_name: holderName,
    },
  };
}
