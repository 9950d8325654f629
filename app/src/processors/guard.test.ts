import { expect } from "chai";
import { retryBackoff } from "./guard.ts";

describe("the guard's waits before retries", () => {
  const waits = Array.from({ length: 100 }, () => {
    const first = retryBackoff(100).next();
    return [first.duration, first.next(undefined).duration] as const;
  });

  it("differ, so that calls which failed together do not come back together", () => {
    expect(new Set(waits.map(([first]) => first)).size).to.be.above(90);
    expect(new Set(waits.map(([, second]) => second)).size).to.be.above(90);
  });

  it("stay near the delay that was asked for, and grow to about twice it", () => {
    for (const [first, second] of waits) {
      expect(first).to.be.within(0, 140);
      expect(second).to.be.within(0, 285);
    }
    const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
    expect(mean(waits.map(([, second]) => second))).to.be.above(mean(waits.map(([first]) => first)));
  });
});
