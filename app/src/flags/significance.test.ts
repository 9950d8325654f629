import { expect } from "chai";
import fc from "fast-check";
import {
  compareProportions,
  isLargeEnough,
  normalCdf,
  normalQuantile,
  subjectsNeeded,
} from "./significance.ts";

describe("two-proportion z-test (N6)", () => {
  it("gives the p-value of the example in statsmodels' documentation of proportions_ztest: 5 of 83, 12 of 99", () => {
    const { pValue } = compareProportions(
      { subjects: 99, conversions: 12 },
      { subjects: 83, conversions: 5 },
      0.95,
    );
    expect(pValue).to.be.closeTo(0.159, 0.0005);
  });

  it("gives statsmodels' statistic and p-value for 91 of 247 and 120 of 308", () => {
    const { z, pValue } = compareProportions(
      { subjects: 308, conversions: 120 },
      { subjects: 247, conversions: 91 },
      0.95,
    );
    expect(z).to.be.closeTo(-0.5110545335044571, 1e-12);
    expect(pValue).to.be.closeTo(0.6093128715165157, 1e-12);
  });

  it("gives an interval of the difference with separate variances", () => {
    // By hand: 0.12 - 0.10 ± 1.959964 × sqrt(0.12 × 0.88 / 1000 + 0.10 × 0.90 / 1000) = 0.02 ± 0.027411
    const { difference, lift, interval } = compareProportions(
      { subjects: 1000, conversions: 100 },
      { subjects: 1000, conversions: 120 },
      0.95,
    );
    expect(difference).to.be.closeTo(0.02, 1e-12);
    expect(lift).to.be.closeTo(0.2, 1e-12);
    expect(interval.low).to.be.closeTo(-0.007411, 1e-6);
    expect(interval.high).to.be.closeTo(0.047411, 1e-6);
  });

  it("changes only its sign when control and treatment change places", () => {
    const sample = fc
      .tuple(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([subjects, rate]) => ({ subjects, conversions: Math.round(subjects * rate) }));
    fc.assert(
      fc.property(sample, sample, (one, other) => {
        const there = compareProportions(one, other, 0.95);
        const back = compareProportions(other, one, 0.95);
        expect((there.z ?? 0) + (back.z ?? 0)).to.be.closeTo(0, 1e-9);
        expect(there.pValue ?? 1).to.be.closeTo(back.pValue ?? 1, 1e-12);
      }),
    );
  });

  it("tests nothing when nobody took part, nobody converted or everybody did", () => {
    for (const [subjects, conversions] of [
      [0, 0],
      [50, 0],
      [50, 50],
    ] as const) {
      const { z, pValue } = compareProportions({ subjects, conversions }, { subjects, conversions }, 0.95);
      expect([z, pValue]).to.deep.equal([null, null]);
    }
  });

  it("knows the normal distribution's published values", () => {
    expect(normalCdf(0)).to.equal(0.5);
    expect(normalCdf(1)).to.be.closeTo(0.841344746068543, 1e-14);
    expect(normalCdf(-2.5)).to.be.closeTo(0.006209665325776, 1e-14);
    expect(normalQuantile(0.975)).to.be.closeTo(1.959963984540054, 1e-12);
    expect(normalQuantile(0.8)).to.be.closeTo(0.841621233572914, 1e-12);
  });

  it("tells how many subjects it takes: 3,839 in each group for 10 against 12 per cent", () => {
    // A widely published case (two-sided 5 per cent, power 80 per cent): 3,841 with the simpler formula.
    expect(subjectsNeeded(0.1, 0.02, 0.95)).to.be.within(3835, 3845);
  });

  it("needs ten who converted and ten who did not", () => {
    expect(isLargeEnough({ subjects: 20, conversions: 10 })).to.equal(true);
    expect(isLargeEnough({ subjects: 20, conversions: 9 })).to.equal(false);
    expect(isLargeEnough({ subjects: 20, conversions: 11 })).to.equal(false);
  });
});
