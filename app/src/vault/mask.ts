/** Hides card numbers in text that leaves the service, where somebody has put one in a place that is shown or kept. */
import cardValidator from "card-validator";

/**
 * What may stand between a number's groups, also as in URLs: one or two spaces, hyphens or plus signs; a dot between short
 * groups, as between long ones it is a fraction's.
 */
const BLANK = String.raw`[ \u00a0\u2007\u2009\u202f+\u2010-\u2015-]|%20`;
const GAP = String.raw`(?:${BLANK}){1,2}|(?<!\d{7})\.(?!\d{7})`;

/**
 * Digits, in groups or not, that are enough for a number, and all that come next to them: an expiry, a code, a date. They
 * begin behind an escaped space, or with a group's first digit that is not such a space's.
 */
const RUN = new RegExp(String.raw`(?:(?<=%20)|(?<!\d)(?!(?<=%)20))\d(?:(?:${GAP})?\d){12,}`, "g");

const GAPS = new RegExp(`(${GAP})`);

/**
 * A cheap first test, as most texts are log lines and keys without a number. Cards' numbers begin with 2 to 6; JCB has a few
 * with 1, which are not masked, since times in milliseconds begin with it.
 */
const startsWith = (first: string) =>
  new RegExp(String.raw`(?:(?<!\d)|(?<=%20))${first}(?:(?:${BLANK}|\.){0,2}\d){12}`);
const MASKABLE = startsWith("[2-6]");
const KNOWN = startsWith("[1-6]");

/** Neighbouring groups of a run which together have 13 to 19 digits, as a card's number. */
interface Window {
  /** Place of the first group, and of the last one. */
  from: number;
  to: number;
  digits: string;
}

/** The text with all but the first six and last four digits of card numbers as asterisks. */
export function maskCardNumbers(text: string): string {
  return MASKABLE.test(text) ? text.replace(RUN, maskRun) : text;
}

/** Where numbers overlap, as a digit more or less can be one as well, what hides one of them is hidden. */
function maskRun(run: string): string {
  const parts = run.split(GAPS);
  const groups = groupsOf(parts);
  const numbers = [...windowsOf(groups)].filter(({ digits }) => /^[2-6]/.test(digits) && isLuhn(digits));
  for (const { from, to, digits } of numbers) {
    let place = 0;
    for (let index = from; index <= to; index += 1) {
      if (index > from) parts[index * 2 - 1] = "";
      parts[index * 2] = (parts[index * 2] ?? "").replace(/./g, (shown) => {
        place += 1;
        return place > 6 && place <= digits.length - 4 ? "*" : shown;
      });
    }
  }
  return parts.join("");
}

/**
 * True for a text with a number of a known card network in it, also one that is escaped as in URLs. Stricter than what is
 * masked, as texts are refused for it: a UUID never is.
 */
export function holdsCardNumber(text: string): boolean {
  const plain = text.replace(/%([2-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  );
  if (!KNOWN.test(plain)) return false;
  for (const { 0: run, index } of plain.matchAll(RUN)) {
    // Groups that touch letters are part of a UUID, as like as not.
    const isApart =
      !/[a-z-]$/i.test(plain.slice(0, index)) && !/^[a-z-]/i.test(plain.slice(index + run.length));
    const groups = groupsOf(run.split(GAPS));
    for (const { from, to, digits } of windowsOf(groups)) {
      const isWritten = from === to || (isApart && isGrouped(groups.slice(from, to + 1)));
      if (isWritten && cardValidator.number(digits, { luhnValidateUnionPay: true }).isValid) return true;
    }
  }
  return false;
}

/** As cards show their numbers: four digits, and two to four groups more. Other groups are the digits of a UUID. */
function isGrouped([first = "", ...others]: string[]): boolean {
  return (
    first.length === 4 &&
    others.length >= 2 &&
    others.length <= 4 &&
    others.every(({ length }) => length >= 2 && length <= 6)
  );
}

/** The groups among a run's parts: every other one is what stands between two of them. */
function groupsOf(parts: readonly string[]): string[] {
  return parts.filter((_, index) => index % 2 === 0);
}

function* windowsOf(groups: readonly string[]): Generator<Window> {
  for (let from = 0; from < groups.length; from += 1) {
    let digits = "";
    for (let to = from; to < groups.length && digits.length < 19; to += 1) {
      digits += groups[to] ?? "";
      if (digits.length >= 13 && digits.length <= 19) yield { from, to, digits };
    }
  }
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
