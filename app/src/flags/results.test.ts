import { expect } from "chai";
import { experimentResults } from "./results.ts";
import type { ExperimentDefinition } from "./schemas.ts";

const experiment: ExperimentDefinition = {
  key: "size",
  flag: "size",
  split: { a: 50, b: 25, c: 25 },
  control: "a",
  metrics: ["paid"],
};

function compare(...samples: [variant: string, subjects: number, conversions: number][]) {
  const counts = samples.flatMap(([variant, subjects, conversions]) => [
    { variant, metric: null, subjects },
    { variant, metric: "paid", subjects: conversions },
  ]);
  return experimentResults(experiment, counts).metrics[0]?.comparisons ?? [];
}

describe("results of experiments", () => {
  it("warn of too few subjects for the test itself", () => {
    const [b] = compare(["a", 100, 9], ["b", 100, 30], ["c", 100, 20]);
    expect(b?.significant).to.equal(false);
    expect(b?.warning).to.equal(
      "Too few subjects to judge: control and treatment each need 10 who converted and 10 who did not.",
    );
  });

  it("warn while there are fewer subjects than the smallest effect takes", () => {
    const [b] = compare(["a", 1000, 100], ["b", 1000, 160], ["c", 1000, 100]);
    expect(b?.significant).to.equal(true);
    expect(b?.warning).to.match(/^1000 of the \d+ subjects per variant .* wait before you decide\.$/);
  });

  it("stop warning when there are enough", () => {
    const [b] = compare(["a", 30_000, 3000], ["b", 30_000, 3600], ["c", 30_000, 3000]);
    expect(b).to.deep.include({ significant: true, warning: null });
  });

  it("ask more of each of several treatments (Bonferroni)", () => {
    // p = 0.0347: below 0.05, not below 0.05 / 2.
    const [b] = compare(["a", 1000, 100], ["b", 1000, 130], ["c", 1000, 100]);
    expect(b?.p_value).to.be.within(0.025, 0.05);
    expect(b?.significant).to.equal(false);
  });

  it("of nobody are zeros, not errors", () => {
    const [b] = compare();
    expect(b).to.deep.include({ difference: 0, lift: null, z: null, p_value: null, significant: false });
  });
});
