import { expect } from "chai";
import * as aws from "@pulumi/aws";
import { planOf } from "../testing/index.ts";
import { Problems } from "../validation.ts";
import { planRollout, type RolloutArgs, type RolloutStrategy } from "./rollout.ts";
import { rolloutVerification, verifyRollout } from "./rollout-verification.ts";

const WITH_TESTS = { hasTestListener: true };
const plan = (
  args: RolloutStrategy | RolloutArgs,
  route: { hasTestListener: boolean } | undefined = WITH_TESTS,
): ReturnType<typeof planRollout> => {
  const problems = new Problems("strongroom:compute:Test", "test");
  const planned = planRollout(args, route, problems);
  problems.throwIfAny();
  return planned;
};

describe("planRollout", () => {
  it("gives each strategy ECS's own configuration", () => {
    expect(plan("rolling").configuration).to.deep.equal({ strategy: "ROLLING" });
    expect(plan("blueGreen").configuration).to.deep.equal({
      strategy: "BLUE_GREEN",
      bakeTimeInMinutes: "10",
    });
    expect(plan({ strategy: "linear", step: 25, stepInterval: "5 minutes" }).configuration).to.deep.equal({
      strategy: "LINEAR",
      bakeTimeInMinutes: "10",
      linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: "5" },
    });
    expect(
      plan({ strategy: "canary", canaryPercent: 0.5, bakeTime: "0 minutes" }).configuration,
    ).to.deep.equal({
      strategy: "CANARY",
      bakeTimeInMinutes: "0",
      canaryConfiguration: { canaryPercent: 0.5, canaryBakeTimeInMinutes: "10" },
    });
  });

  it("waits as long as the roll-out can take", () => {
    expect(plan("rolling").timeoutMinutes).to.equal(30);
    expect(plan({ strategy: "linear", step: 30, stepInterval: "5 minutes" }).timeoutMinutes).to.equal(
      30 + 10 + 20,
    );
    expect(plan({ strategy: "canary", canaryTime: "1 hour" }).timeoutMinutes).to.equal(30 + 10 + 60);
    expect(plan({ strategy: "blueGreen", approval: { timeout: "1 day" } }).timeoutMinutes).to.equal(
      30 + 10 + 1440,
    );
  });

  it("asks for approval when the new version can be tried, and rolls back without an answer", () => {
    const approved = { strategy: "blueGreen", approval: true } as const;
    expect(plan(approved).pause).to.deep.equal({
      stage: "POST_TEST_TRAFFIC_SHIFT",
      timeoutInMinutes: "60",
      action: "ROLLBACK",
    });
    expect(plan(approved, { hasTestListener: false }).pause?.stage).to.equal("POST_SCALE_UP");
    expect(plan({ ...approved, approval: false }).pause).to.equal(undefined);
  });

  const wrong: [string, RolloutArgs, string][] = [
    [
      "a step of 2 %",
      { strategy: "linear", step: 2 },
      "rollout.step: 2 is not possible; write percent from 3 to 100",
    ],
    [
      "a canary of nothing",
      { strategy: "canary", canaryPercent: 0 },
      "rollout.canaryPercent: 0 is not possible; write percent from 0.1 to 100",
    ],
    [
      "two days of baking",
      { strategy: "blueGreen", bakeTime: "2 days" },
      'rollout.bakeTime: "2 days" is not possible; write whole minutes, "0 minutes" to "1440 minutes"',
    ],
    [
      "half a minute",
      { strategy: "canary", canaryTime: "30 seconds" },
      'rollout.canaryTime: "30 seconds" is not a whole number of minutes',
    ],
    [
      "steps of a canary",
      { strategy: "canary", step: 10 },
      'rollout.step: 10 means nothing to "canary"; leave it out or write strategy: "linear"',
    ],
    [
      "baking a rolling update",
      { strategy: "rolling", bakeTime: "5 minutes" },
      'rollout.bakeTime: "5 minutes" means nothing to "rolling"; leave it out or write strategy: "blueGreen" or "linear" or "canary"',
    ],
    [
      "approving a rolling update",
      { strategy: "rolling", approval: true },
      'rollout.approval: there is no moment to approve in "rolling"; write strategy: "blueGreen", "linear" or "canary"',
    ],
    [
      "15 days to answer",
      { strategy: "blueGreen", approval: { timeout: "15 days" } },
      'rollout.approval.timeout: "15 days" is not possible; write whole minutes, "1 minutes" to "20160 minutes"',
    ],
    [
      "a hook without stage",
      { strategy: "blueGreen", hooks: [{ stages: [], functionArn: "arn" }] },
      'rollout.hooks[0].stages: names no stage; write one such as "POST_TEST_TRAFFIC_SHIFT"',
    ],
    [
      "a traffic stage where no traffic moves",
      { strategy: "rolling", hooks: [{ stages: ["POST_TEST_TRAFFIC_SHIFT"], functionArn: "arn" }] },
      'rollout.hooks[0].stages: "POST_TEST_TRAFFIC_SHIFT" never comes in "rolling", which moves no traffic; write another strategy or stage',
    ],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuses ${what}`, () => {
      expect(() => plan(args)).to.throw(Error, `Test "test" has wrong arguments:\n  ${message}`);
    });
  }

  it("refuses to move traffic that nobody routes", () => {
    const problems = new Problems("strongroom:compute:Test", "test");
    planRollout("canary", undefined, problems);
    expect(() => problems.throwIfAny()).to.throw(
      'rollout: "canary" moves the traffic of a load balancer; give the service a route or write "rolling"',
    );
  });
});

describe("verifyRollout", () => {
  const wanted = { cluster: "c", name: "backend", taskDefinition: "arn:task/backend:8" };

  it("is content when the wanted version runs", () => {
    verifyRollout("backend", wanted, "arn:task/backend:8");
  });

  it("fails when ECS went back to another version, and says what to do", () => {
    expect(() => verifyRollout("backend", wanted, "arn:task/backend:7")).to.throw(
      Error,
      "ECS rolled backend back: backend runs arn:task/backend:7, not arn:task/backend:8. Read the service's events " +
        "and logs, then deploy a corrected version; to stay with the running one, run `pulumi refresh` and go back " +
        "to its image.",
    );
  });
});

describe("rolloutVerification", () => {
  it("asks AWS after a creation or update what the service runs, and never in a preview", async () => {
    await planOf(async () => {
      const { afterCreate, afterUpdate } = rolloutVerification("backend", {}, {});
      expect(afterCreate).to.equal(afterUpdate);
      const [hook] = afterUpdate;
      expect(hook.opts).to.deep.equal({ onDryRun: false });

      const deployed = { cluster: "arn:aws:ecs:us-east-1:123456789012:cluster/payments", name: "backend-1" };
      const about = { urn: "urn", id: "id", name: "service", type: "aws:ecs/service:Service" };
      const { taskDefinition } = await aws.ecs.getService({
        clusterArn: deployed.cluster,
        serviceName: deployed.name,
      });
      await hook.callback({ ...about, newInputs: { ...deployed, taskDefinition } });
      const failure: unknown = await Promise.resolve(
        hook.callback({ ...about, newInputs: { ...deployed, taskDefinition: "arn:new" } }),
      ).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(Error).with.property("message").that.contains("not arn:new");
    });
  });
});
