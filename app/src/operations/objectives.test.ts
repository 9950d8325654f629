import { createNoopMeter } from "@opentelemetry/api";
import { expect } from "chai";
import { createObjective, WINDOW } from "./objectives.ts";

describe("an objective", () => {
  let now = 1_795_305_600_000;
  const fresh = () => createObjective(createNoopMeter(), () => now, "availability", "test");

  it("N9, N14: is the share of what went well", () => {
    const objective = fresh();
    expect(objective.ratio()).to.equal(undefined);
    for (let i = 0; i < 199; i += 1) objective.record(true);
    objective.record(false);
    expect(objective.ratio()).to.equal(0.995);
  });

  it("forgets what is older than the window", () => {
    const objective = fresh();
    objective.record(false);
    now += WINDOW / 2;
    objective.record(true);
    expect(objective.ratio()).to.equal(0.5);
    now += WINDOW / 2;
    expect(objective.ratio()).to.equal(1);
    now += WINDOW;
    expect(objective.ratio()).to.equal(undefined);
  });
});
