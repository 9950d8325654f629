import { expect } from "chai";
import fc from "fast-check";
import { estimate } from "./estimate.ts";
import { PlanBuilder } from "./plan-builder.test-support.ts";
import { hoursOfWeek, shares } from "./schedule.ts";

describe("weekly schedules", () => {
  it("are read as EventBridge writes them", () => {
    expect(hoursOfWeek("cron(30 7 ? * MON *)")).to.deep.equal([31.5]);
    expect(hoursOfWeek("cron(0 20 ? * MON-FRI *)")).to.deep.equal([44, 68, 92, 116, 140]);
    expect(hoursOfWeek("cron(0 0 ? * 1,7 *)")).to.deep.equal([0, 144]);
    expect(hoursOfWeek("cron(0 12 * * ? *)")).to.have.length(7);
    expect(hoursOfWeek("cron(0 6 ? * fri-mon *)")).to.deep.equal([126, 150, 6, 30]);
    expect(hoursOfWeek("cron(0 0/6 ? * SUN *)")).to.deep.equal([0, 6, 12, 18]);
  });

  it("are none when they do not repeat weekly or cannot be read", () => {
    for (const expression of [
      "rate(5 minutes)",
      "at(2026-01-01T00:00:00)",
      "cron(0 8 1 * ? *)",
      "cron(0 8 ? 12 MON *)",
      "cron(0 8 ? * 2#1 *)",
      "cron(0 25 ? * MON *)",
      "cron(0 8)",
      "",
    ]) {
      expect(hoursOfWeek(expression), expression).to.equal(undefined);
    }
  });

  it("share out the whole week", () => {
    const changes = fc.uniqueArray(
      fc.record({ hour: fc.integer({ min: 0, max: 167 }), state: fc.boolean() }),
      { selector: ({ hour }) => hour, minLength: 1 },
    );
    fc.assert(
      fc.property(changes, (all) => {
        expect(shares(all).reduce((sum, { share }) => sum + share, 0)).to.be.closeTo(1, 1e-9);
      }),
    );
    expect(shares([])).to.deep.equal([]);
  });
});

describe("E16: resources that rest outside working hours", () => {
  const schedule = (
    name: string,
    action: string,
    expression: string,
    input: string,
  ): [string, string, Record<string, string | { arn: string; input: string }>] => [
    "aws:scheduler/schedule:Schedule",
    name,
    { scheduleExpression: expression, target: { arn: `arn:aws:scheduler:::aws-sdk:${action}`, input } },
  ];
  const database = {
    engine: "postgres",
    instanceClass: "db.t3.medium",
    storageType: "gp3",
    allocatedStorage: 50,
  };
  const costs = (builder: PlanBuilder) =>
    Object.fromEntries(
      estimate(builder.plan).parts.flatMap(({ lines }) =>
        lines.map(({ what, monthly, formula }) => [what, { ...monthly, formula }]),
      ),
    );

  it("cost a database's hours only while it runs, and its storage always", () => {
    const builder = new PlanBuilder()
      .add("aws:rds/instance:Instance", "db", database, { outputs: { identifier: "db-1" } })
      .add(
        ...schedule(
          "start",
          "rds:startDBInstance",
          "cron(0 8 ? * MON-FRI *)",
          '{"DbInstanceIdentifier":"db-1"}',
        ),
      )
      .add(
        ...schedule(
          "stop",
          "rds:stopDBInstance",
          "cron(0 20 ? * MON-FRI *)",
          '{"DbInstanceIdentifier":"db-1"}',
        ),
      );
    // 5 days of 12 hours are 60 of 168
    const found = costs(builder);
    expect(found["db.t3.medium Single-AZ"]?.expected).to.be.closeTo((730 * 60 * 0.072) / 168, 1e-9);
    expect(found["db.t3.medium Single-AZ"]?.formula).to.contain("730 h × 35.7 % (as scheduled)");
    expect(found["storage gp3 Single-AZ"]?.expected).to.equal(5.75);
  });

  it("do not follow another's schedule, a disabled one, or one that only stops", () => {
    const stopOnly = new PlanBuilder()
      .add("aws:rds/instance:Instance", "db", database, { outputs: { identifier: "db-1" } })
      .add(
        ...schedule(
          "stop",
          "rds:stopDBInstance",
          "cron(0 20 ? * MON-FRI *)",
          '{"DbInstanceIdentifier":"db-1"}',
        ),
      )
      .add(
        ...schedule(
          "other",
          "rds:startDBInstance",
          "cron(0 8 ? * MON-FRI *)",
          '{"DbInstanceIdentifier":"db-2"}',
        ),
      );
    expect(costs(stopOnly)["db.t3.medium Single-AZ"]?.expected).to.be.closeTo(52.56, 1e-9);
  });

  it("count the tasks that schedules give a service without scaling", () => {
    const builder = new PlanBuilder()
      .fargate("job", { vcpu: 1, gb: 2 }, { min: 2 })
      .add(
        ...schedule(
          "wake",
          "ecs:updateService",
          "cron(0 0 ? * MON *)",
          '{"Service":"job-service","DesiredCount":2}',
        ),
      )
      .add(
        ...schedule(
          "rest",
          "ecs:updateService",
          "cron(0 12 ? * THU *)",
          '{"Service":"job-service","DesiredCount":0}',
        ),
      );
    // Monday to Thursday noon: half the week
    expect(costs(builder)["Fargate: 1 vCPU a task"]?.expected).to.be.closeTo(730 * 0.04048, 1e-9);
    expect(costs(builder)["Fargate: 1 vCPU a task"]?.formula).to.contain("1 task (as scheduled)");
  });

  it("average an ECS service's bounds over the week", () => {
    const builder = new PlanBuilder().fargate("api", { vcpu: 1, gb: 2 }, { min: 2, max: 4 });
    const scale = (name: string, expression: string, min: number, max: number) =>
      builder.add(
        "aws:appautoscaling/scheduledAction:ScheduledAction",
        name,
        { schedule: expression, scalableTargetAction: { minCapacity: min, maxCapacity: max } },
        { after: ["api-scaling"] },
      );
    scale("morning", "cron(0 8 ? * MON-FRI *)", 2, 4);
    scale("evening", "cron(0 20 ? * MON-FRI *)", 0, 0);
    const line = costs(builder)["Fargate: 1 vCPU a task"];
    // 60 of 168 hours: 0.714 and 1.429 tasks
    expect(line?.expected).to.be.closeTo(0.714 * 730 * 0.04048, 1e-9);
    expect(line?.high).to.be.closeTo(1.429 * 730 * 0.04048, 1e-9);
    expect(line?.formula).to.contain("0.714 tasks (0.714–1.429, as scheduled)");
  });
});
