/**
 * What a capture costs the merchant: a share in basis points and a fixed part, by kind of method and currency.
 *
 * Rounding: half up on the minor unit (0.5 cents become 1 cent). The fee of several captures is the fee of their sum, so it
 * does not depend on how an amount is split, and the fixed part is charged once per payment. A fee is never more than what
 * it is charged for.
 */

export interface FeeRate {
  /** Hundredths of a per cent. */
  basisPoints: number;
  /** Minor units of the payment's currency. */
  fixed: number;
}

/** Rates by `method/currency`, `method`, `currency`, and `""` for all others; the first that there is counts. */
export type FeeSchedule = ReadonlyMap<string, FeeRate>;

const RATE = /^(?:([a-z_]+(?:\/[a-z]{3})?)=)?(\d{1,4})(?:\+(\d{1,6}))?$/;

/**
 * Reads a schedule: rates separated by `;`, each `basis points[+fixed]` for all payments or
 * `selector=basis points[+fixed]` for a method, a currency or both, as `30; us_bank_account=8; card/eur=25+10`.
 * @throws RangeError that names the part that cannot be read
 */
export function parseFeeSchedule(text: string): FeeSchedule {
  const schedule = new Map<string, FeeRate>();
  for (const part of text.split(";").map((piece) => piece.trim())) {
    const [, selector = "", basisPoints, fixed = "0"] = RATE.exec(part) ?? [];
    if (basisPoints === undefined) {
      throw new RangeError(
        `"${part}" is no fee: write basis points with an optional fixed part, as 30, 25+10, us_bank_account=8 or card/eur=25+10`,
      );
    }
    if (schedule.has(selector))
      throw new RangeError(`"${part}" repeats the fee of ${selector || "all payments"}`);
    schedule.set(selector, { basisPoints: Number(basisPoints), fixed: Number(fixed) });
  }
  if (!schedule.has("")) throw new RangeError(`"${text}" has no fee for all other payments: add one, as 30`);
  return schedule;
}

export function rateFor(schedule: FeeSchedule, method: string, currency: string): FeeRate {
  const rate =
    schedule.get(`${method}/${currency}`) ??
    schedule.get(method) ??
    schedule.get(currency) ??
    schedule.get("");
  if (rate === undefined) throw new RangeError("the fee schedule has no rate for all other payments");
  return rate;
}

/** Fee on an amount captured in all, in minor units. */
export function feeOn(amount: number, { basisPoints, fixed }: FeeRate): number {
  // Split so that no product exceeds what a number holds exactly.
  const share =
    Math.floor(amount / 10_000) * basisPoints +
    Math.floor(((amount % 10_000) * basisPoints + 5_000) / 10_000);
  return Math.min(amount, share + fixed);
}
