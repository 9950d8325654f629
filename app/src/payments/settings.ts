/** Environment variables of payments: what they cost the merchant, and how their loose ends are picked up. */
import { Type } from "typebox";
import type { Config } from "../config.ts";
import { parseFeeSchedule } from "./fees.ts";

export const paymentsSettings = {
  PAYMENT_FEES: Type.String({
    default: "30",
    description:
      "Fees of captures: basis points with an optional fixed part in minor units, then those of methods and currencies, as `30; us_bank_account=8; card/eur=25+10`",
  }),
  JANITOR_INTERVAL: Type.Integer({
    minimum: 100,
    maximum: 60_000,
    default: 1_000,
    description: "Milliseconds between two looks for payments, refunds and payouts whose outcome is open",
  }),
  JANITOR_BATCH: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 100,
    description: "Open outcomes that one look asks about at most",
  }),
};

export function paymentsGuards({ PAYMENT_FEES }: Pick<Config, "PAYMENT_FEES">): string[] {
  try {
    parseFeeSchedule(PAYMENT_FEES);
    return [];
  } catch (error) {
    return [`PAYMENT_FEES: ${(error as Error).message}.`];
  }
}
