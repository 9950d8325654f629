/** Card numbers in text that leaves the process. */

/** 13 to 19 digits that a card's number may be, also in groups; the first digit is the card network's. */
const CANDIDATE = /(?<!\d)[2-6](?:[ -]?\d){12,18}(?!\d)/g;

/** The text with all but the first six and last four digits of card numbers as asterisks. */
export function maskCardNumbers(text: string): string {
  return text.replace(CANDIDATE, (candidate) => {
    const digits = candidate.replace(/\D/g, "");
    return isLuhn(digits)
      ? `${digits.slice(0, 6)}${"*".repeat(digits.length - 10)}${digits.slice(-4)}`
      : candidate;
  });
}

/** The check digit of ISO/IEC 7812-1, annex B. */
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
