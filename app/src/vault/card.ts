/** What can be told of a card from its number, and whether it can be a card at all. */
import cardValidator from "card-validator";
import type { Clock } from "../clock.ts";
import { ApiError, type Mistake } from "../errors.ts";

/** A card as a client sends it. */
export interface CardInput {
  /** Digits, in groups or not. */
  number: string;
  exp_month: number;
  /** Four digits, or the last two. */
  exp_year: number;
  cvc?: string;
}

/** What may be kept and shown of a card. */
export interface CardFace {
  brand: string;
  /** First six digits: the issuer's number. */
  first6: string;
  last4: string;
  exp_month: number;
  exp_year: number;
}

export interface CheckedCard {
  /** Digits alone. */
  number: string;
  cvc?: string;
  face: CardFace;
}

/** Lengths of a card number (ISO/IEC 7812); below 13 digits, showing ten of them would hide too few. */
const SHORTEST = 13;
/** Years that a card may be valid from now on at most. */
const LONGEST_VALIDITY = 50;

/** Brands by the names that developers know; others keep the name that card-validator gives them. */
const BRAND_NAMES: Record<string, string> = { "american-express": "amex", "diners-club": "diners" };

/** Checks everything about a card. @throws ApiError 402 `card_error`, with all mistakes */
export function checkCard(input: CardInput, clock: Clock, param = "card"): CheckedCard {
  const number = input.number.replace(/[ -]/g, "");
  const year = fullYear(input.exp_year);
  // Some UnionPay cards have no check digit; without it a mistyped number could not be told from theirs.
  const { card, isValid } = cardValidator.number(number, { luhnValidateUnionPay: true });
  const mistakes: Mistake[] = [];

  if (!card || !isValid || number.length < SHORTEST) {
    mistakes.push({
      param: `${param}.number`,
      code: "incorrect_number",
      message: "The card number is incorrect. Check its digits.",
    });
  }
  mistakes.push(...expiryMistakes(input.exp_month, year, clock, param));
  if (input.cvc !== undefined && card && !cardValidator.cvv(input.cvc, card.code.size).isValid) {
    mistakes.push({
      param: `${param}.cvc`,
      code: "invalid_cvc",
      message: `The security code must have ${card.code.size} digits, as on ${card.niceType} cards.`,
    });
  }
  refuse(mistakes);

  const brand = card?.type ?? "unknown";
  return {
    number,
    cvc: input.cvc,
    face: {
      brand: BRAND_NAMES[brand] ?? brand,
      first6: number.slice(0, 6),
      last4: number.slice(-4),
      exp_month: input.exp_month,
      exp_year: year,
    },
  };
}

/**
 * Checks a date of expiry alone.
 * @param year four digits, or the last two
 * @returns it with the year's four digits
 * @throws ApiError 402 `card_error`, with all mistakes
 */
export function checkExpiry(
  month: number,
  year: number,
  clock: Clock,
  param = "card",
): Pick<CardFace, "exp_month" | "exp_year"> {
  const expiry = { exp_month: month, exp_year: fullYear(year) };
  refuse(expiryMistakes(expiry.exp_month, expiry.exp_year, clock, param));
  return expiry;
}

function fullYear(year: number): number {
  return year < 100 ? 2000 + year : year;
}

/** A card is valid until the last day of its month (UTC). */
function expiryMistakes(month: number, year: number, clock: Clock, param: string): Mistake[] {
  const today = new Date(clock());
  const [thisYear, thisMonth] = [today.getUTCFullYear(), today.getUTCMonth() + 1];
  if (!Number.isInteger(month) || month < 1 || month > 12) {
    const message = `The expiry month is ${month}; it must be from 1 to 12.`;
    return [{ param: `${param}.exp_month`, code: "invalid_expiry_month", message }];
  }
  if (!Number.isInteger(year) || year < thisYear || year > thisYear + LONGEST_VALIDITY) {
    const message = `The expiry year is ${year}; it must be from ${thisYear} to ${thisYear + LONGEST_VALIDITY}.`;
    return [{ param: `${param}.exp_year`, code: "invalid_expiry_year", message }];
  }
  if (year === thisYear && month < thisMonth) {
    const message = `The card expired in month ${month} of ${year}.`;
    return [{ param: `${param}.exp_month`, code: "expired_card", message }];
  }
  return [];
}

function refuse(mistakes: Mistake[]): void {
  const [first] = mistakes;
  if (first)
    throw new ApiError(402, "card_error", first.code, first.message, { param: first.param, mistakes });
}
