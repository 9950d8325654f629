import { expect } from "chai";
import fc from "fast-check";
import { ApiError } from "../errors.ts";
import { checkBankAccount, isRoutingNumber } from "./bank-account.ts";
import { checkCard, checkExpiry, type CardInput } from "./card.ts";
import { maskCardNumbers } from "./mask.ts";

/** 2026-11-22 */
const CLOCK = () => Date.UTC(2026, 10, 22);
const VALID: CardInput = { number: "4242424242424242", exp_month: 12, exp_year: 2030 };

/** Digits and the check digit after them (ISO/IEC 7812-1, Luhn). */
function withCheckDigit(digits: string): string {
  const sum = Array.from(digits, Number)
    .reverse()
    .reduce((total, digit, index) => {
      const value = index % 2 === 0 ? digit * 2 : digit;
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((list) => list.join(""));

/** Numbers of brands that no other brand's prefix is within. */
const cards = fc.oneof(
  fc.record({ number: digits(12).map((rest) => withCheckDigit(`424${rest}`)), brand: fc.constant("visa") }),
  fc.record({
    number: digits(13).map((rest) => withCheckDigit(`55${rest}`)),
    brand: fc.constant("mastercard"),
  }),
  fc.record({ number: digits(12).map((rest) => withCheckDigit(`37${rest}`)), brand: fc.constant("amex") }),
  fc.record({
    number: digits(11).map((rest) => withCheckDigit(`6011${rest}`)),
    brand: fc.constant("discover"),
  }),
  fc.record({ number: digits(11).map((rest) => withCheckDigit(`36${rest}`)), brand: fc.constant("diners") }),
  fc.record({ number: digits(11).map((rest) => withCheckDigit(`3530${rest}`)), brand: fc.constant("jcb") }),
);

function errorOf(work: () => unknown): ApiError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

describe("card numbers", () => {
  it("with a right check digit are taken, in groups or not, and known by their brand", () => {
    fc.assert(
      fc.property(cards, fc.constantFrom("", " ", "-"), ({ number, brand }, separator) => {
        const grouped = number.replace(/(.{4})(?=.)/g, `$1${separator}`);
        const checked = checkCard({ ...VALID, number: grouped }, CLOCK);
        expect(checked.number).to.equal(number);
        expect(checked.face).to.deep.equal({
          brand,
          first6: number.slice(0, 6),
          last4: number.slice(-4),
          exp_month: 12,
          exp_year: 2030,
        });
      }),
    );
  });

  it("with one wrong digit, or two neighbours swapped, are refused without being shown", () => {
    fc.assert(
      fc.property(cards, fc.nat(), fc.integer({ min: 1, max: 9 }), ({ number }, place, difference) => {
        const at = place % number.length;
        const wrong = `${number.slice(0, at)}${(Number(number[at]) + difference) % 10}${number.slice(at + 1)}`;
        const error = errorOf(() => checkCard({ ...VALID, number: wrong }, CLOCK));
        expect(error).to.include({ status: 402, type: "card_error", code: "incorrect_number" });
        expect(JSON.stringify([error?.message, error?.details])).not.to.include(wrong.slice(6, -4));
      }),
    );
    // Luhn finds every swap of neighbours but 09 and 90.
    expect(errorOf(() => checkCard({ ...VALID, number: "4224424242424242" }, CLOCK))?.code).to.equal(
      "incorrect_number",
    );
  });

  it("of the wrong length, of no brand, or that are no digits are refused", () => {
    const wrong = [
      "424242424242",
      withCheckDigit("42424242424242"),
      "4242 4242 4242 424x",
      "",
      "0000000000000000",
      withCheckDigit("1".repeat(15)),
      withCheckDigit("4".repeat(19)),
    ];
    for (const number of wrong) {
      expect(errorOf(() => checkCard({ ...VALID, number }, CLOCK))?.code, number).to.equal(
        "incorrect_number",
      );
    }
  });

  it("need a security code of their brand's length, where there is one", () => {
    const amex = { ...VALID, number: "378282246310005" };
    expect(checkCard({ ...amex, cvc: "1234" }, CLOCK).cvc).to.equal("1234");
    expect(errorOf(() => checkCard({ ...amex, cvc: "123" }, CLOCK))).to.include({
      code: "invalid_cvc",
      message: "The security code must have 4 digits, as on American Express cards.",
    });
    expect(errorOf(() => checkCard({ ...VALID, cvc: "12a" }, CLOCK))?.code).to.equal("invalid_cvc");
    expect(checkCard(VALID, CLOCK).cvc).to.equal(undefined);
  });

  it("are valid until the end of the month on the card", () => {
    expect(checkCard({ ...VALID, exp_month: 11, exp_year: 26 }, CLOCK).face).to.include({
      exp_month: 11,
      exp_year: 2026,
    });
    const cases: [number, number, string, string][] = [
      [10, 2026, "expired_card", "The card expired in month 10 of 2026."],
      [0, 2030, "invalid_expiry_month", "The expiry month is 0; it must be from 1 to 12."],
      [13, 2030, "invalid_expiry_month", "The expiry month is 13; it must be from 1 to 12."],
      [1.5, 2030, "invalid_expiry_month", "The expiry month is 1.5; it must be from 1 to 12."],
      [1, 2025, "invalid_expiry_year", "The expiry year is 2025; it must be from 2026 to 2076."],
      [1, 2077, "invalid_expiry_year", "The expiry year is 2077; it must be from 2026 to 2076."],
    ];
    for (const [month, year, code, message] of cases) {
      expect(errorOf(() => checkExpiry(month, year, CLOCK))).to.include({ code, message });
    }
  });
});

describe("bank account numbers", () => {
  it("take routing numbers with a right check digit, and refuse any with one wrong digit", () => {
    for (const known of ["110000000", "021000021", "011401533", "121042882"])
      expect(isRoutingNumber(known), known).to.equal(true);
    fc.assert(
      fc.property(fc.nat({ max: 8 }), fc.integer({ min: 1, max: 9 }), (at, difference) => {
        const right = "021000021";
        const wrong = `${right.slice(0, at)}${(Number(right[at]) + difference) % 10}${right.slice(at + 1)}`;
        expect(isRoutingNumber(wrong)).to.equal(false);
      }),
    );
    for (const wrong of ["000000000", "12345678", "1234567890", "99999999x", "500000005"]) {
      expect(isRoutingNumber(wrong), wrong).to.equal(false);
    }
  });

  it("tell every mistake", () => {
    expect(errorOf(() => checkBankAccount("110000000", "000123456789"))).to.equal(undefined);
    const error = errorOf(() => checkBankAccount("110000001", "12"));
    expect(error).to.include({ status: 400, code: "invalid_routing_number" });
    expect(error?.details.mistakes).to.deep.equal([
      {
        param: "us_bank_account.routing_number",
        code: "invalid_routing_number",
        message: "The routing number is incorrect. It has nine digits, the last of which is a check digit.",
      },
      {
        param: "us_bank_account.account_number",
        code: "invalid_account_number",
        message: "The account number is incorrect. It has 4 to 17 digits.",
      },
    ]);
  });
});

describe("masking", () => {
  it("leaves of every card number the first six and last four digits", () => {
    fc.assert(
      fc.property(cards, fc.constantFrom("", " ", "-"), ({ number }, separator) => {
        const masked = maskCardNumbers(`to ${number.replace(/(.{4})(?=.)/g, `$1${separator}`)}, please`);
        const middle = "*".repeat(number.length - 10);
        expect(masked).to.equal(`to ${number.slice(0, 6)}${middle}${number.slice(-4)}, please`);
      }),
    );
  });

  it("leaves other numbers as they are", () => {
    const text = "1795305600000 and 4242424242424241, 9007199254740991, 12345678901234567890123";
    expect(maskCardNumbers(text)).to.equal(text);
  });
});
