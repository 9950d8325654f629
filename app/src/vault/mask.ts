/** Hides card numbers in text that leaves the service, where somebody has put one in a place that is shown or kept. */
import cardValidator from "card-validator";

/** 13 to 19 digits that a card's number may be, in groups or not, also as in URLs; the first is the card network's. */
const CANDIDATE = /(?<!\d)[2-6](?:(?:[ -]|%20)?\d){12,18}(?!\d)/g;

/** The text with all but the first six and last four digits of card numbers as asterisks. */
export function maskCardNumbers(text: string): string {
  return text.replace(CANDIDATE, (candidate) => {
    const digits = candidate.replace(/%20|[ -]/g, "");
    if (!isLuhn(digits)) return candidate;
    return `${digits.slice(0, 6)}${"*".repeat(digits.length - 10)}${digits.slice(-4)}`;
  });
}

/** As a card's number is written: in one piece, or in its groups. Other groups are the digits of a UUID, as like as not. */
const WRITTEN = /(?<!\d)\d{13,19}(?!\d)|(?<![\da-z-])\d{4}(?:[ -]\d{2,6}){2,4}(?![\da-z-])/gi;

/**
 * True for a text with a number of a known card network in it, also one that is escaped as in URLs. Stricter than what is
 * masked, as texts are refused for it: a UUID never is.
 */
export function holdsCardNumber(text: string): boolean {
  const plain = text.replace(/%([2-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  );
  return (plain.match(WRITTEN) ?? []).some(
    (run) => cardValidator.number(run.replace(/[ -]/g, ""), { luhnValidateUnionPay: true }).isValid,
  );
}

/** The check digit of ISO/IEC 7812-1, annex B: wider than what the vault takes, which knows the networks' lengths. */
function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = digit * 2;
    if (i % 2 === 0) sum += digit;
    else sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
