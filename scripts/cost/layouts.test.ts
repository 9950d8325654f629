import { expect } from "chai";
import { estimate } from "./estimate.ts";
import { PlanBuilder } from "./plan-builder.test-support.ts";

const ENDPOINTS = ["ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "ssmmessages", "sts"];

interface Layout {
  zones: number;
  nat: number;
  database: { class: string; gb: number; multiAz: boolean };
  node: string;
  tasks: { vcpu: number; gb: number; min: number; max: number }[];
  alarms: number;
  restoreTests: boolean;
}

const PRODUCTION: Layout = {
  zones: 3,
  nat: 3,
  database: { class: "db.r6g.large", gb: 100, multiAz: true },
  node: "cache.t4g.small",
  tasks: [
    { vcpu: 1, gb: 2, min: 2, max: 20 },
    { vcpu: 0.5, gb: 1, min: 2, max: 10 },
  ],
  alarms: 50,
  restoreTests: true,
};

const STAGING: Layout = {
  zones: 2,
  nat: 1,
  database: { class: "db.t3.medium", gb: 50, multiAz: false },
  node: "cache.t4g.micro",
  tasks: [
    { vcpu: 0.5, gb: 1, min: 1, max: 4 },
    { vcpu: 0.25, gb: 0.5, min: 1, max: 2 },
  ],
  alarms: 45,
  restoreTests: false,
};

/** The enterprise payment system as docs/cost.md lays it out. */
function system({ zones, nat, database, node, tasks, alarms, restoreTests }: Layout): PlanBuilder {
  const builder = new PlanBuilder().add("aws:ecs/cluster:Cluster", "cluster", {
    settings: [{ name: "containerInsights", value: "enabled" }],
  });
  const subnets = ["a", "b", "c"].slice(0, zones);
  for (const [index, { vcpu, gb, min, max }] of tasks.entries()) {
    builder.fargate(`service-${index}`, { vcpu, gb, arm: true }, { min, max });
  }
  for (let each = 0; each < nat; each++) {
    builder.add("aws:ec2/natGateway:NatGateway", `nat-${each}`).add("aws:ec2/eip:Eip", `eip-${each}`);
  }
  for (const service of ENDPOINTS) {
    const serviceName = `com.amazonaws.us-east-1.${service}`;
    builder.add("aws:ec2/vpcEndpoint:VpcEndpoint", service, {
      vpcEndpointType: "Interface",
      serviceName,
      subnetIds: subnets,
    });
  }
  builder
    .add("aws:lb/loadBalancer:LoadBalancer", "edge", { subnets })
    .add("aws:rds/instance:Instance", "database", {
      engine: "postgres",
      instanceClass: database.class,
      storageType: "gp3",
      allocatedStorage: database.gb,
      multiAz: database.multiAz,
      backupRetentionPeriod: 30,
      monitoringInterval: 60,
    })
    .add("aws:elasticache/replicationGroup:ReplicationGroup", "cache", {
      engine: "valkey",
      nodeType: node,
      numCacheClusters: 2,
      snapshotRetentionLimit: 3,
    })
    .add("aws:wafv2/webAcl:WebAcl", "firewall", { rules: [{}, {}, {}, {}, {}] })
    .add("aws:kms/key:Key", "key")
    .add("aws:route53/zone:Zone", "zone")
    .add("aws:backup/plan:Plan", "backups");
  if (restoreTests)
    builder.add("aws:backup/restoreTestingPlan:RestoreTestingPlan", "restore", {
      scheduleExpression: "cron(0 5 ? * SUN *)",
    });
  for (const name of ["password", "jwt", "token", "app"])
    builder.add("aws:secretsmanager/secret:Secret", name);
  for (const name of ["backend", "frontend"]) {
    builder
      .add("aws:ecr/repository:Repository", `${name}-images`)
      .add("aws:cloudwatch/logGroup:LogGroup", `${name}-logs`, { retentionInDays: 365 })
      .add("aws:ecs/taskDefinition:TaskDefinition", `${name}-logged`, {}, { after: [`${name}-logs`] });
  }
  for (let each = 0; each < 10; each++)
    builder.add("aws:cloudwatch/logGroup:LogGroup", `log-${each}`, { retentionInDays: 365 });
  for (let each = 0; each < alarms; each++)
    builder.add("aws:cloudwatch/metricAlarm:MetricAlarm", `alarm-${each}`, { period: 60 });
  for (const name of ["log-bucket", "audit-bucket"]) builder.add("aws:s3/bucket:Bucket", name);
  return builder;
}

/** Stops the database, and leaves a quarter of the tasks' hours, as `OffHours` does. */
function resting(builder: PlanBuilder): PlanBuilder {
  const about = { after: ["database"] };
  const target = (action: string) => ({ arn: `arn:aws:scheduler:::aws-sdk:rds:${action}`, input: "{}" });
  builder
    .add(
      "aws:scheduler/schedule:Schedule",
      "start",
      { scheduleExpression: "cron(0 7 ? * MON-FRI *)", target: target("startDBInstance") },
      about,
    )
    .add(
      "aws:scheduler/schedule:Schedule",
      "stop",
      { scheduleExpression: "cron(0 20 ? * MON-FRI *)", target: target("stopDBInstance") },
      about,
    );
  for (const index of STAGING.tasks.keys()) {
    const scaling = { after: [`service-${index}-scaling`] };
    builder
      .add(
        "aws:appautoscaling/scheduledAction:ScheduledAction",
        `wake-${index}`,
        { schedule: "cron(0 7 ? * MON-FRI *)", scalableTargetAction: { minCapacity: 1, maxCapacity: 2 } },
        scaling,
      )
      .add(
        "aws:appautoscaling/scheduledAction:ScheduledAction",
        `rest-${index}`,
        { schedule: "cron(0 20 ? * MON-FRI *)", scalableTargetAction: { minCapacity: 0, maxCapacity: 0 } },
        scaling,
      );
  }
  return builder;
}

describe("E16: the layouts of docs/cost.md", () => {
  const partsOf = (builder: PlanBuilder) => {
    const { parts, total, notPriced } = estimate(builder.plan);
    expect(notPriced).to.deep.equal([]);
    return {
      total,
      parts: Object.fromEntries(parts.map(({ part, monthly }) => [part, Math.round(monthly.expected)])),
    };
  };

  it("puts production within 725–925 USD a month, most of it the Multi-AZ database", () => {
    const { total, parts } = partsOf(system(PRODUCTION));
    expect(total.expected).to.be.within(725, 925);
    expect(parts).to.include({ compute: 87, database: 352, cache: 37, "load balancing": 30, network: 267 });
  });

  it("keeps production within the row in two zones, as long as each has its NAT gateway", () => {
    expect(partsOf(system({ ...PRODUCTION, zones: 2, nat: 2 })).total.expected).to.be.within(725, 925);
  });

  it("puts staging within 255–355 USD a month, with and without its rest outside working hours", () => {
    const always = partsOf(system(STAGING));
    const withRest = partsOf(resting(system(STAGING)));
    expect(always.total.expected).to.be.within(255, 355);
    expect(withRest.total.expected).to.be.within(255, always.total.expected - 40);
    expect(always.parts).to.include({ database: 58, cache: 19, network: 141 });
  });

  it("lets scaling alone decide most of the high estimate", () => {
    const { total } = partsOf(system(PRODUCTION));
    // 18 more backend and 8 more frontend tasks on ARM64
    const more = 730 * (18 * (0.03238 + 2 * 0.00356) + 8 * (0.5 * 0.03238 + 0.00356));
    expect(total.high - total.expected).to.be.within(more, more + 60);
  });
});
