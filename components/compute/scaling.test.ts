import { expect } from "chai";
import fc from "fast-check";
import { Problems } from "../validation.ts";
import { capacityStrategy } from "./capacity.ts";
import { planScaling, type ScalingArgs } from "./scaling.ts";

const plan = (args: ScalingArgs, hasRoute = true): ReturnType<typeof planScaling> => {
  const problems = new Problems("strongroom:compute:Test", "test");
  const planned = planScaling(args, hasRoute, problems);
  problems.throwIfAny();
  return planned;
};

describe("planScaling", () => {
  it("takes any bounds in order and keeps the floor at or below the minimum", () => {
    const count = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(count, count, fc.option(fc.nat(500), { nil: undefined }), (a, b, night) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        const schedule = night === undefined ? [] : [{ cron: "0 20 ? * * *", min: night }];
        const planned = plan({ min, max, cpu: 70, schedule });
        expect(planned.floor).to.equal(Math.min(min, night ?? min));
        expect(planned.targets).to.deep.equal([{ metric: "cpu", value: 70 }]);
      }),
    );
  });

  it("writes schedules as Application Auto Scaling reads them", () => {
    const { schedule } = plan({
      min: 1,
      max: 4,
      cpu: 70,
      schedule: [{ cron: "0 7  ? * MON-FRI *", timezone: "Europe/Zurich", min: 2 }],
    });
    expect(schedule).to.deep.equal([
      { schedule: "cron(0 7 ? * MON-FRI *)", timezone: "Europe/Zurich", min: 2 },
    ]);
  });

  const wrong: [string, ScalingArgs, string][] = [
    [
      "a maximum below the minimum",
      { min: 3, max: 2, cpu: 70 },
      "scaling.max: 2 is less than min (3); write 3 or more",
    ],
    [
      "half a task",
      { min: 1.5, max: 2, cpu: 70 },
      "scaling.min: 1.5 is not a number of tasks; write a whole number from 0",
    ],
    [
      "no task at all",
      { min: 0, max: 0, cpu: 70 },
      "scaling.max: 0 is not a number of tasks; write a whole number from 1",
    ],
    [
      "a utilisation of zero",
      { min: 1, max: 2, cpu: 0 },
      "scaling.cpu: 0 is not a utilisation; write percent from 1 to 100",
    ],
    [
      "a utilisation above 100",
      { min: 1, max: 2, memory: 101 },
      "scaling.memory: 101 is not a utilisation; write percent from 1 to 100",
    ],
    [
      "nothing to scale by",
      { min: 1, max: 2 },
      "scaling: nothing says when to scale; write cpu, memory, requestsPerTarget or schedule, or count instead of scaling",
    ],
    [
      "zero tasks for good",
      { min: 0, max: 2, cpu: 70 },
      "scaling.min: 0 without a schedule would never grow again: tasks that do not run use no CPU; write 1 or more",
    ],
    [
      "an unknown zone",
      { min: 1, max: 2, schedule: [{ cron: "0 7 ? * * *", timezone: "Zurich", min: 1 }] },
      'scaling.schedule[0].timezone: "Zurich" is not a time zone; write an IANA name such as "Europe/Zurich"',
    ],
    [
      "five fields",
      { min: 1, max: 2, schedule: [{ cron: "0 7 * * *", min: 1 }] },
      'scaling.schedule[0].cron: "0 7 * * *" is not a schedule; write six fields such as "0 7 ? * MON-FRI *"',
    ],
    [
      "days of month and of week",
      { min: 1, max: 2, schedule: [{ cron: "0 7 1 * MON *", min: 1 }] },
      'scaling.schedule[0].cron: "0 7 1 * MON *" must have "?" either as day of month (third) or as day of week (fifth)',
    ],
    [
      "a schedule without effect",
      { min: 1, max: 2, schedule: [{ cron: "0 7 ? * * *" }] },
      "scaling.schedule[0]: changes nothing; write min, max or both",
    ],
    [
      "a schedule that contradicts itself",
      { min: 1, max: 2, schedule: [{ cron: "0 7 ? * * *", min: 2, max: 1 }] },
      "scaling.schedule[0].max: 1 is less than min (2); write 2 or more",
    ],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuses ${what}`, () => {
      expect(() => plan(args)).to.throw(Error, `Test "test" has wrong arguments:\n  ${message}`);
    });
  }

  it("refuses requests where nothing routes them, and takes them where something does", () => {
    const args = { min: 1, max: 2, requestsPerTarget: 100 };
    expect(() => plan(args, false)).to.throw(
      "scaling.requestsPerTarget: 100 needs requests; give the service a route",
    );
    expect(plan(args).targets).to.deep.equal([{ metric: "requests", value: 100 }]);
  });
});

describe("capacityStrategy", () => {
  it("gives Spot its share of the tasks above the floor, which stays on regular Fargate", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.nat(20), (percent, base) => {
        const strategy = capacityStrategy({ share: percent / 100, base });
        const spot = strategy.find(({ capacityProvider }) => capacityProvider === "FARGATE_SPOT");
        const weights = strategy.reduce((sum, { weight }) => sum + weight, 0);
        expect((spot?.weight ?? 0) / weights).to.be.closeTo(percent / 100, 0.001);
        expect(spot?.base).to.equal(undefined);
        // ECS places nothing on a provider of weight 0, and takes weights up to 1000.
        for (const { weight } of strategy) expect(weight).to.be.within(1, 1000);
        const regular = strategy.find(({ capacityProvider }) => capacityProvider === "FARGATE");
        expect(regular?.base ?? 0).to.equal(base);
      }),
    );
  });

  it("runs all on Spot but the floor, and all where there is none", () => {
    expect(capacityStrategy(1)).to.deep.equal([
      { capacityProvider: "FARGATE", base: 1, weight: 1 },
      { capacityProvider: "FARGATE_SPOT", weight: 1000 },
    ]);
    expect(capacityStrategy({ share: 1, base: 0 })).to.deep.equal([
      { capacityProvider: "FARGATE_SPOT", weight: 1 },
    ]);
  });

  it("refuses shares and bases out of bounds", () => {
    expect(() => capacityStrategy(1.2)).to.throw(
      Error,
      "1.2 is not a share of Spot; write a number from 0 (none) to 1 (all above the base)",
    );
    expect(() => capacityStrategy({ share: 0.5, base: -1 })).to.throw(
      Error,
      "-1 is not a number of tasks; write a whole number from 0 to 100000 as base",
    );
  });
});
