import { expect } from "chai";
import fc from "fast-check";
import { feeOn, parseFeeSchedule, rateFor } from "./fees.ts";
import { paymentsGuards } from "./settings.ts";

describe("fees", () => {
  it("N9: 0.30 USD on 100 USD at 30 basis points", () => {
    expect(feeOn(10_000, rateFor(parseFeeSchedule("30"), "card", "usd"))).to.equal(30);
  });

  it("rounds half a minor unit up, for every amount exactly", () => {
    expect([166, 167, 500].map((amount) => feeOn(amount, { basisPoints: 30, fixed: 0 }))).to.deep.equal([
      0, 1, 2,
    ]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999_999 }),
        fc.integer({ min: 0, max: 9_999 }),
        fc.integer({ min: 0, max: 999_999 }),
        (amount, basisPoints, fixed) => {
          const exact = (BigInt(amount) * BigInt(basisPoints) + 5_000n) / 10_000n + BigInt(fixed);
          const capped = exact > BigInt(amount) ? BigInt(amount) : exact;
          expect(BigInt(feeOn(amount, { basisPoints, fixed }))).to.equal(capped);
        },
      ),
    );
  });

  it("chooses the rate of method and currency, then method, then currency, then the one for all", () => {
    const schedule = parseFeeSchedule("30; us_bank_account=8; eur=20; card/eur=25+10");
    expect(rateFor(schedule, "card", "eur")).to.deep.equal({ basisPoints: 25, fixed: 10 });
    expect(rateFor(schedule, "us_bank_account", "eur")).to.deep.equal({ basisPoints: 8, fixed: 0 });
    expect(rateFor(schedule, "other", "eur")).to.deep.equal({ basisPoints: 20, fixed: 0 });
    expect(rateFor(schedule, "card", "usd")).to.deep.equal({ basisPoints: 30, fixed: 0 });
  });

  it("says which part of a schedule cannot be read", () => {
    const mistake = (text: string) => paymentsGuards({ PAYMENT_FEES: text });
    expect(mistake("30")).to.deep.equal([]);
    expect(mistake("3%")).to.deep.equal([
      'PAYMENT_FEES: "3%" is no fee: write basis points with an optional fixed part, as 30, 25+10, us_bank_account=8 or card/eur=25+10.',
    ]);
    expect(mistake("30; 40")).to.deep.equal(['PAYMENT_FEES: "40" repeats the fee of all payments.']);
    expect(mistake("card=40")).to.deep.equal([
      'PAYMENT_FEES: "card=40" has no fee for all other payments: add one, as 30.',
    ]);
  });
});
