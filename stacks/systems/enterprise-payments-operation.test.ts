import { expect } from "chai";
import { type Plan, type PlanResource, resource, resources } from "../../components/testing/index.ts";
import { containers, drawn, everywhere, type Inputs, inputsOf, planned } from "./test-surroundings.ts";

const dependsOn = ({ dependencies }: PlanResource, { urn }: PlanResource) => dependencies.includes(urn);

describe("enterprise-payments: operation", () => {
  describe("E6: alarms", () => {
    const ALARMS: [string, string, number, number][] = [
      ["AWS/ECS", "CPUUtilization", 90, 2],
      ["AWS/ECS", "MemoryUtilization", 90, 2],
      ["AWS/RDS", "CPUUtilization", 90, 1],
      ["AWS/RDS", "DatabaseConnections", 150, 1],
      ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", 10, 1],
      ["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", 10, 1],
      ["AWS/ApplicationELB", "TargetResponseTime", 2, 1],
    ];

    for (const [namespace, metricName, threshold, count] of ALARMS) {
      it(
        `E6: alarms when ${namespace} ${metricName} is above ${threshold}, on the topic`,
        everywhere((plan) => {
          const topic = resource(plan, "aws:sns/topic:Topic");
          const alarms = inputsOf(plan, "aws:cloudwatch/metricAlarm:MetricAlarm").filter(
            (alarm) =>
              alarm.namespace === namespace &&
              alarm.metricName === metricName &&
              alarm.comparisonOperator === "GreaterThanThreshold",
          );
          expect(alarms).to.have.lengthOf(count);
          for (const alarm of alarms) {
            expect(alarm).to.deep.include({ threshold, alarmActions: [topic.outputs.arn] });
          }
        }),
      );
    }

    it("E6: tells e-mail, PagerDuty and Slack", async () => {
      const production = await planned("production");
      const staging = await planned("staging");
      const subscriptions = inputsOf(production, "aws:sns/topicSubscription:TopicSubscription");
      expect(subscriptions.map(({ protocol, endpoint }) => [protocol, endpoint])).to.deep.equal([
        ["email", "oncall@example.com"],
        ["https", "[secret]"],
      ]);
      expect(
        resource(staging, "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration").inputs,
      ).to.deep.include({
        slackTeamId: "T0123456789",
        slackChannelId: "C0123456789",
        snsTopicArns: [resource(staging, "aws:sns/topic:Topic").outputs.arn],
      });
    });
  });

  describe("E7: dashboards", () => {
    const DASHBOARDS: Record<string, string[]> = {
      application: ["AWS/ECS CPUUtilization", "AWS/ECS MemoryUtilization", "AWS/ApplicationELB RequestCount"],
      database: ["AWS/RDS DatabaseConnections", "AWS/RDS CPUUtilization", "AWS/RDS FreeStorageSpace"],
      "load-balancer": [
        "AWS/ApplicationELB TargetResponseTime",
        "AWS/ApplicationELB HTTPCode_Target_5XX_Count",
      ],
    };
    for (const [group, metrics] of Object.entries(DASHBOARDS)) {
      it(
        `E7: draws ${metrics.join(", ")} for ${group}`,
        everywhere((plan, environment) => {
          const dashboard = resource(
            plan,
            "aws:cloudwatch/dashboard:Dashboard",
            `payments-${group}-dashboard`,
          );
          expect(dashboard.inputs.dashboardName).to.equal(`payment-system-${environment}-${group}`);
          expect(drawn(dashboard)).to.include.members(metrics);
        }),
      );
    }
  });

  describe("E8: scaling and failover", () => {
    const bounds = (plan: Plan, tier: string) => {
      const { minCapacity, maxCapacity } = resource(
        plan,
        "aws:appautoscaling/target:Target",
        `${tier}-scaling`,
      ).inputs;
      return [minCapacity, maxCapacity];
    };

    it("E8: scales the backend to 20 tasks and the frontend to 10, from one where nothing is configured", async () => {
      const production = await planned("production");
      expect(bounds(production, "backend")).to.deep.equal([2, 20]);
      expect(bounds(production, "frontend")).to.deep.equal([2, 10]);
      const bare = await planned("bare");
      expect(bounds(bare, "backend")).to.deep.equal([1, 20]);
      expect(bounds(bare, "frontend")).to.deep.equal([1, 10]);
    });

    it(
      "E8: follows CPU and memory, and requests for the backend",
      everywhere((plan) => {
        const policies = resources(plan, "aws:appautoscaling/policy:Policy").map(({ name, inputs }) => [
          name,
          (inputs.targetTrackingScalingPolicyConfiguration as Inputs).targetValue,
        ]);
        expect(policies).to.have.deep.members([
          ["backend-scaling-cpu", 70],
          ["backend-scaling-memory", 80],
          ["backend-scaling-requests", 1000],
          ["frontend-scaling-cpu", 70],
          ["frontend-scaling-memory", 80],
        ]);
        for (const { options } of resources(plan, "aws:ecs/service:Service")) {
          expect(options.ignoreChanges).to.include("desiredCount");
        }
      }),
    );

    it("E8: adds read replicas of PostgreSQL on demand", async () => {
      expect(resources(await planned("production"), "aws:rds/instance:Instance")).to.have.lengthOf(1);
      const [primary, ...replicas] = resources(await planned("bare"), "aws:rds/instance:Instance");
      expect(replicas).to.have.lengthOf(2);
      for (const replica of replicas) {
        expect(primary && dependsOn(replica, primary)).to.be.true;
        expect(replica.inputs.replicateSourceDb).to.equal(primary?.outputs.identifier);
      }
    });

    it("E8: spreads the cache over zones with automatic failover", async () => {
      const production = await planned("production");
      expect(
        resource(production, "aws:elasticache/replicationGroup:ReplicationGroup").inputs,
      ).to.deep.include({ numCacheClusters: 2, multiAzEnabled: true, automaticFailoverEnabled: true });
    });
  });

  it(
    "E10: migrates with the backend's own image before the backend changes",
    everywhere((plan) => {
      const migration = resource(plan, "aws:lambda/invocation:Invocation", "backend-migration-run");
      const task = resource(plan, "aws:ecs/taskDefinition:TaskDefinition", "backend-migration-task");
      const service = resources(plan, "aws:ecs/service:Service").find(({ name }) =>
        name.startsWith("backend-"),
      );
      expect(service && dependsOn(service, migration)).to.be.true;
      expect(migration.inputs.triggers).to.deep.equal({ taskDefinition: task.outputs.arn });
      const own = containers(plan).find(({ name }) => name === "backend-migration");
      expect(own?.command).to.deep.equal(["npm", "run", "migrate"]);
      expect(own?.image).to.equal(containers(plan).find(({ name }) => name === "backend")?.image);
    }),
  );

  it(
    "E13: keeps database backups 30 days and cache snapshots 3, and backs the database up apart",
    everywhere((plan) => {
      const database = resource(plan, "aws:rds/instance:Instance", "payments-instance");
      expect(database.inputs).to.include({ backupRetentionPeriod: 30, skipFinalSnapshot: false });
      expect(
        resource(plan, "aws:elasticache/replicationGroup:ReplicationGroup").inputs.snapshotRetentionLimit,
      ).to.equal(3);
      expect(resource(plan, "aws:backup/selection:Selection").inputs.resources).to.deep.equal([
        database.outputs.arn,
      ]);
    }),
  );

  it("E13: restores a backup of production every week to see that it can be", async () => {
    const production = await planned("production");
    expect(
      resource(production, "aws:backup/restoreTestingPlan:RestoreTestingPlan").inputs.scheduleExpression,
    ).to.equal("cron(0 4 ? * SUN *)");
  });

  describe("E16: economy", () => {
    it("E16: shuts staging down outside working hours, database included", async () => {
      const production = await planned("production");
      const staging = await planned("staging");
      const actions = inputsOf(staging, "aws:appautoscaling/scheduledAction:ScheduledAction").map(
        ({ schedule, timezone, scalableTargetAction }) =>
          `${String(schedule)} ${String(timezone)} ${String((scalableTargetAction as Inputs).maxCapacity)}`,
      );
      expect(actions).to.have.members([
        "cron(0 7 ? * MON-FRI *) Europe/Berlin 4",
        "cron(0 7 ? * MON-FRI *) Europe/Berlin 2",
        "cron(0 20 ? * MON-FRI *) Europe/Berlin 0",
        "cron(0 20 ? * MON-FRI *) Europe/Berlin 0",
      ]);
      const schedules = inputsOf(staging, "aws:scheduler/schedule:Schedule").map(
        ({ target }) => (target as Inputs).arn,
      );
      expect(schedules).to.have.members([
        "arn:aws:scheduler:::aws-sdk:rds:startDBInstance",
        "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance",
      ]);
      const { rules } = resource(staging, "aws:backup/plan:Plan").inputs;
      expect((rules as Inputs[])[0], "backups find the database awake").to.include({
        schedule: "cron(30 13 ? * MON-FRI *)",
        scheduleExpressionTimezone: "Europe/Berlin",
      });
      const missing = (plan: Plan) =>
        resources(plan, "aws:cloudwatch/metricAlarm:MetricAlarm")
          .filter(({ name }) => name.endsWith("-running-tasks"))
          .map(({ inputs }) => inputs.treatMissingData);
      expect(missing(staging), "nobody is called at night").to.deep.equal(["notBreaching", "notBreaching"]);
      expect(missing(production)).to.deep.equal(["breaching", "breaching"]);
      expect(resources(production, "aws:scheduler/schedule:Schedule")).to.be.empty;
      expect(resources(production, "aws:appautoscaling/scheduledAction:ScheduledAction")).to.be.empty;
    });

    it("E16: runs the staging front end on Spot and all of production on what is not interrupted", async () => {
      const production = await planned("production");
      const staging = await planned("staging");
      const providers = (plan: Plan) =>
        resources(plan, "aws:ecs/service:Service").map(({ name, inputs }) => [
          name.split("-")[0],
          (inputs.capacityProviderStrategies as { capacityProvider: string }[]).map(
            ({ capacityProvider }) => capacityProvider,
          ),
        ]);
      expect(providers(staging)).to.have.deep.members([
        ["backend", ["FARGATE"]],
        ["frontend", ["FARGATE_SPOT"]],
      ]);
      expect(providers(production)).to.have.deep.members([
        ["backend", ["FARGATE"]],
        ["frontend", ["FARGATE"]],
      ]);
    });

    it(
      "E16: expires what every bucket holds",
      everywhere((plan) => {
        const buckets = resources(plan, "aws:s3/bucket:Bucket").map(({ outputs }) => outputs.bucket);
        const lifecycles = inputsOf(plan, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
        expect(lifecycles.map(({ bucket }) => bucket)).to.have.members(buckets);
        for (const { rules } of lifecycles) {
          expect((rules as Inputs[])[0]).to.have.property("expiration");
        }
      }),
    );

    it("E16: warns at 80 % and 100 % of the budget", async () => {
      const production = await planned("production");
      const staging = await planned("staging");
      for (const [plan, limitAmount] of [
        [production, "1000"],
        [staging, "400"],
      ] as const) {
        const { inputs } = resource(plan, "aws:budgets/budget:Budget");
        expect(inputs).to.include({ limitAmount, limitUnit: "USD", timeUnit: "MONTHLY" });
        expect((inputs.notifications as Inputs[]).map(({ threshold }) => threshold)).to.include.members([
          80, 100,
        ]);
      }
    });
  });
});
