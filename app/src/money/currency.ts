/** Currencies of ISO 4217, in lower case as the API writes them. */
import currencyCodes from "currency-codes";

/** Codes that are no money: metals, bond units, testing, no currency. */
const NOT_MONEY = new Set([
  "xag",
  "xau",
  "xba",
  "xbb",
  "xbc",
  "xbd",
  "xdr",
  "xpd",
  "xpt",
  "xsu",
  "xts",
  "xua",
  "xxx",
]);

/** What the list does not have yet: the Caribbean guilder, since March 2025. */
const NEWER: [string, number][] = [["xcg", 2]];

const DIGITS = new Map(
  currencyCodes.data
    .map(({ code, digits }): [string, number] => [code.toLowerCase(), digits])
    .filter(([code]) => !NOT_MONEY.has(code))
    .concat(NEWER),
);

export const CURRENCIES: readonly string[] = [...DIGITS.keys()].sort();

/** Number of decimal digits between a currency's unit and its minor unit: 2 for usd, 0 for jpy, 3 for kwd. */
export function exponentOf(currency: string): number {
  const digits = DIGITS.get(currency);
  if (digits === undefined) throw new RangeError(`${currency} is not a currency of ISO 4217`);
  return digits;
}

/** An amount of minor units for people, as `12.34 USD`. */
export function formatAmount(amount: number, currency: string): string {
  const exponent = exponentOf(currency);
  const digits = String(Math.abs(amount)).padStart(exponent + 1, "0");
  const units = digits.slice(0, digits.length - exponent);
  const sign = amount < 0 ? "-" : "";
  const fraction = exponent === 0 ? "" : `.${digits.slice(-exponent)}`;
  return `${sign}${units}${fraction} ${currency.toUpperCase()}`;
}
