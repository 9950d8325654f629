import * as aws from "@pulumi/aws";
import { expect } from "chai";
import fc from "fast-check";
import { expectGolden, mistakesOf, planOf, resource, resources } from "../testing/index.ts";
import { Problems } from "../validation.ts";
import { OffHours, type OffHoursArgs } from "./off-hours.ts";
import { key } from "../stand-ins.test-support.ts";
import { restingDatabase, restingService } from "./recoverables.test-support.ts";
import { planWorkingHours } from "./working-hours.ts";

const SCHEDULE = "aws:scheduler/schedule:Schedule";
const ACTION = "aws:appautoscaling/scheduledAction:ScheduledAction";
const IN = { region: "eu-west-1" };

const scalable = () => ({
  target: new aws.appautoscaling.Target("backend", {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: "service/payments/backend",
    minCapacity: 2,
    maxCapacity: 20,
  }),
});
const offHours = (args: Partial<OffHoursArgs> = {}) =>
  new OffHours("staging", {
    key,
    timezone: "Europe/Berlin",
    start: "08:00",
    stop: "20:00",
    rest: [restingDatabase("payments")],
    ...args,
  });

describe("OffHours", () => {
  it("E16: is as recorded for a database, a service that scales and one that does not", async () => {
    const plan = await planOf(
      () =>
        offHours({
          rest: [
            restingDatabase("payments"),
            restingDatabase("reports", { kind: "databaseCluster" }),
            restingService("backend", scalable()),
            restingService("worker"),
          ],
        }),
      IN,
    );
    await expectGolden(plan, new URL("golden/off-hours.json", import.meta.url));
  });

  it("E16: wakes databases before services and rests them after, in the environment's time zone", async () => {
    const plan = await planOf(
      () => offHours({ rest: [restingDatabase("payments"), restingService("backend", scalable())] }),
      IN,
    );
    const when = (name: string) => resource(plan, SCHEDULE, name).inputs;
    expect(when("staging-wake-payments")).to.deep.include({
      scheduleExpression: "cron(40 7 ? * MON-FRI *)",
      scheduleExpressionTimezone: "Europe/Berlin",
    });
    expect(when("staging-rest-payments").scheduleExpression).to.equal("cron(10 20 ? * MON-FRI *)");
    expect(when("staging-rest-payments").target).to.deep.include({
      arn: "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance",
      input: '{"DbInstanceIdentifier":"payments-1a2b3c4d"}',
    });
    expect(resource(plan, ACTION, "staging-rest-backend").inputs).to.deep.include({
      schedule: "cron(0 20 ? * MON-FRI *)",
      timezone: "Europe/Berlin",
      scalableTargetAction: { minCapacity: 0, maxCapacity: 0 },
    });
    expect(resource(plan, ACTION, "staging-wake-backend").inputs).to.deep.include({
      schedule: "cron(0 8 ? * MON-FRI *)",
      scalableTargetAction: { minCapacity: 2, maxCapacity: 20 },
    });
  });

  it("moves the bounds only after the target exists, and sets the number of tasks where nothing scales", async () => {
    const plan = await planOf(
      () => offHours({ rest: [restingService("backend", scalable()), restingService("worker")] }),
      IN,
    );
    const target = resource(plan, "aws:appautoscaling/target:Target");
    for (const action of resources(plan, ACTION)) expect(action.dependencies).to.include(target.urn);
    expect(resource(plan, SCHEDULE, "staging-wake-worker").inputs.target).to.deep.include({
      arn: "arn:aws:scheduler:::aws-sdk:ecs:updateService",
      input: '{"Cluster":"payments","Service":"worker","DesiredCount":2}',
    });
  });

  it("may do nothing but this, to nothing but these", async () => {
    const plan = await planOf(
      () => offHours({ rest: [restingDatabase("payments"), restingService("worker")] }),
      IN,
    );
    const document = JSON.parse(resource(plan, "aws:iam/rolePolicy:RolePolicy").inputs.policy as string) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    const actions = document.Statement.flatMap(({ Action }) => Action);
    expect(actions).to.deep.equal([
      "rds:StartDBInstance",
      "rds:StopDBInstance",
      "ecs:UpdateService",
      "sqs:SendMessage",
      "kms:Decrypt",
      "kms:GenerateDataKey",
    ]);
    for (const { Resource } of document.Statement) {
      for (const arn of Resource) expect(arn).to.match(/^arn:aws:[a-z]+:eu-west-1:123456789012:[^*]+$/);
    }
    const trust = JSON.parse(resource(plan, "aws:iam/role:Role").inputs.assumeRolePolicy as string) as {
      Statement: { Condition: Record<string, Record<string, string>> }[];
    };
    expect(trust.Statement[0]?.Condition).to.have.keys("StringEquals", "ArnLike");
  });

  it("never rests longer than the six days after which RDS would wake a database, and never shows another day", () => {
    const clock = (minute: number) =>
      `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
    const minute = fc.integer({ min: 0, max: 1439 });
    fc.assert(
      fc.property(minute, minute, fc.boolean(), (start, stop, weekends) => {
        const problems = new Problems("strongroom:recovery:Test", "test");
        const plan = planWorkingHours({ start: clock(start), stop: clock(stop), weekends }, problems);
        let refused = false;
        try {
          problems.throwIfAny();
        } catch {
          refused = true;
        }
        expect(refused, `${clock(start)}-${clock(stop)}`).to.equal(
          start >= stop || start < 20 || stop >= 1430,
        );
        if (refused) return;
        const minutes = [
          plan.wake.databases,
          plan.wake.services,
          plan.rest.services,
          plan.rest.databases,
        ].map((cron) => {
          const [, at, hour] = /^cron\((\d+) (\d+) \? \* (?:\*|MON-FRI) \*\)$/.exec(cron) ?? [];
          return Number(hour) * 60 + Number(at);
        });
        expect(minutes).to.deep.equal([start - 20, start, stop, stop + 10]);
      }),
    );
  });

  describe("refuses", () => {
    const cases: [string, Partial<OffHoursArgs>, string][] = [
      [
        "a time zone that is none",
        { timezone: "Berlin" },
        'timezone: "Berlin" is not a time zone; write a name such as "Europe/Berlin" or "UTC"',
      ],
      [
        "hours over midnight",
        { start: "20:00", stop: "08:00" },
        'stop: "08:00" is not later than "20:00"; working hours lie within one day',
      ],
      [
        "a day that begins before databases can wake",
        { start: "00:10" },
        'start: "00:10" is too early; databases wake 20 minutes before, on the same day: write 00:20 or later',
      ],
      [
        "a day that ends too late",
        { stop: "23:55" },
        'stop: "23:55" is too late; databases rest 10 minutes after, on the same day: write 23:49 or earlier',
      ],
      ["a time that is none", { start: "8:00" }, 'start: "8:00" is not a time; write hh:mm, such as "08:00"'],
      ["nothing to rest", { rest: [] }, "rest: is empty; write at least one database or service"],
      [
        "a database with read replicas",
        {
          rest: [
            restingDatabase("payments", { obstacle: "RDS does not stop an instance that has read replicas" }),
          ],
        },
        "rest[0]: payments cannot rest: RDS does not stop an instance that has read replicas; leave it out, or write replicas: 0 there",
      ],
      [
        "one name twice",
        { rest: [restingDatabase("payments"), restingService("payments")] },
        "rest[1]: payments is listed before; two components of one name cannot rest together",
      ],
      [
        "names too long for a schedule",
        { rest: [restingDatabase("a-database-with-a-very-long-name-of-forty-five")] },
        'rest[0]: "staging-wake-a-database-with-a-very-long-name-of-forty-five" is too long for the name of a schedule; write shorter names, at most 56 characters together',
      ],
    ];
    for (const [title, args, message] of cases) {
      it(title, async () => {
        expect(await mistakesOf(() => offHours(args), IN)).to.equal(
          `OffHours "staging" has wrong arguments:\n  ${message}`,
        );
      });
    }
  });
});
