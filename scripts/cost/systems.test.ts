import { expect } from "chai";
import type { Plan } from "../../components/testing/plan.ts";
import { planStack } from "../../stacks/systems/test-surroundings.ts";
import type { CostEstimate } from "./cost.ts";
import { estimate } from "./estimate.ts";

describe("E16: the estimate of enterprise-payments as its stacks are configured", () => {
  const RANGES = { production: [725, 925], staging: [255, 355] } as const;

  /** An estimate that names every part and leaves nothing out. */
  function complete(plan: Plan): CostEstimate {
    const found = estimate(plan);
    expect(found.notPriced).to.deep.equal([]);
    expect(found.parts.map(({ part }) => part)).to.include.members([
      "compute",
      "database",
      "cache",
      "load balancing",
      "network",
      "security",
      "observability",
      "storage",
      "backup",
    ]);
    const sum = found.parts.reduce((total, { monthly }) => total + monthly.expected, 0);
    expect(sum).to.be.closeTo(found.total.expected, 0.01);
    return found;
  }

  for (const [stack, [low, high]] of Object.entries(RANGES)) {
    it(`E16: puts ${stack} between ${low} and ${high} USD a month`, async () => {
      expect(complete(await planStack(stack)).total.expected).to.be.within(low, high);
    });
  }

  it("E16: counts what staging saves by its working hours", async () => {
    const resting = complete(await planStack("staging"));
    const awake = complete(await planStack("staging", { "strongroom:offHours": undefined }));
    expect(awake.total.expected).to.be.above(resting.total.expected + 30);
  });
});
