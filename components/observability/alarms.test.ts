import { expect } from "chai";
import { Table } from "../data/index.ts";
import { LoadBalancer } from "../edge/index.ts";
import { Vpc } from "../network/index.ts";
import { AuditTrail } from "../security/index.ts";
import { key } from "../stand-ins.test-support.ts";
import { expectGolden, mistakesOf, planOf, resource, resources } from "../testing/index.ts";
import { Alarms, type AlarmsArgs } from "./alarms.ts";
import { LogGroup } from "./log-group.ts";
import { Notifications } from "./notifications.ts";
import type { AlarmProposal, Observable } from "./observables.ts";
import { BACKEND, DATABASE } from "./observables.test-support.ts";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
const TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts";

async function planWith(args: Partial<AlarmsArgs> = {}) {
  return planOf(
    () => {
      new Alarms("payments", { watch: [BACKEND, DATABASE], alerts: { topicArn: TOPIC }, ...args });
    },
    { region: "eu-west-1" },
  );
}

/** The backend with one alarm, changed. */
function backendWith(change: Partial<AlarmProposal>): Observable {
  const { alarms, ...rest } = BACKEND.observables;
  return { observables: { ...rest, alarms: alarms.slice(0, 1).map((alarm) => ({ ...alarm, ...change })) } };
}

describe("Alarms", () => {
  it("E6: makes what components propose and tells the topic when it goes on and off", async () => {
    await expectGolden(await planWith(), new URL("golden/alarms.json", import.meta.url));
  });

  it("E6: replaces thresholds by kind, and only in the kind's direction", async () => {
    const plan = await planWith({
      watch: [BACKEND, DATABASE, backendWith({ role: "free-cpu", comparison: "below", threshold: 5 })],
      limits: { cpu: 90, responseTime: 2, storage: 20_000 },
    });
    const threshold = (name: string) => resource(plan, ALARM, name).inputs.threshold;
    expect(threshold("payments-backend-ecs-cpu")).to.equal(90);
    expect(threshold("payments-backend-alb-latency")).to.equal(2);
    expect(threshold("payments-payments-rds-storage")).to.equal(20_000);
    expect(threshold("payments-backend-ecs-free-cpu")).to.equal(5);
  });

  it("takes percentiles as extended statistics", async () => {
    const { inputs } = resource(await planWith(), ALARM, "payments-backend-alb-latency");
    expect(inputs).to.deep.include({ extendedStatistic: "p99", evaluateLowSampleCountPercentiles: "ignore" });
    expect(inputs).not.to.have.property("statistic");
  });

  it("keeps a database and a cache of one name apart", async () => {
    const cache = backendWith({ metric: { ...metricOf(BACKEND), namespace: "AWS/ElastiCache" } });
    const plan = await planWith({ watch: [BACKEND, cache] });
    expect(resources(plan, ALARM).map(({ name }) => name)).to.include.members([
      "payments-backend-ecs-cpu",
      "payments-backend-elasticache-cpu",
    ]);
  });

  it("sets an alarm where its metric is and tells the topic of that region", async () => {
    const global = backendWith({ metric: { ...metricOf(BACKEND), region: "us-east-1" } });
    const there = "arn:aws:sns:us-east-1:123456789012:alerts";
    const { inputs } = resource(
      await planWith({
        watch: [global],
        alerts: [
          { topicArn: TOPIC, region: "eu-west-1" },
          { topicArn: there, region: "us-east-1" },
        ],
      }),
      ALARM,
    );
    expect(inputs).to.deep.include({ region: "us-east-1", alarmActions: [there] });
    expect(
      await mistakesOf(
        () => new Alarms("payments", { watch: [global], alerts: { topicArn: TOPIC, region: "eu-west-1" } }),
      ),
    ).to.equal(
      'Alarms "payments" has wrong arguments:\n' +
        '  alerts: nobody is told of "backend-ecs-cpu", whose metric is in us-east-1; add Notifications with region: "us-east-1"',
    );
  });

  it("stands in the region of each component that it watches", async () => {
    const plan = await planOf(
      () => {
        const region = "eu-central-1";
        const network = new Vpc("net", { region, nat: "single" });
        const certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/1";
        new Alarms("all", {
          watch: [
            network,
            new LoadBalancer("edge", { region, network, certificate, exposure: "internet" }),
            new LogGroup("jobs", { region, maskCardNumbers: true }),
            new Notifications("alerts", { region, key }),
            new AuditTrail("audit", { region, key }),
            new Table("ledger", { region, key, partitionKey: "id" }),
          ],
        });
      },
      { region: "us-east-1" },
    );
    const regions = resources(plan, ALARM).map(({ name, inputs }) => [name, inputs.region]);
    expect(regions).to.have.length.above(20);
    expect(regions.filter(([, region]) => region !== "eu-central-1")).to.deep.equal([]);
  });

  it("tells once for all of them when asked to", async () => {
    const plan = await planWith({ notify: "together" });
    for (const { inputs } of resources(plan, ALARM)) expect(inputs.alarmActions).to.deep.equal([]);
    const { inputs } = resource(plan, COMPOSITE);
    expect(inputs.alarmActions).to.deep.equal([TOPIC]);
    expect(inputs.alarmRule).to.match(
      /^ALARM\("payments-backend-ecs-cpu-\w+"\) OR ALARM\("payments-backend-alb-latency-\w+"\) OR ALARM\(".+"\)$/,
    );
  });

  it("refuses to tell together what one rule has no room for", async () => {
    const alarms = Array.from({ length: 100 }, (_, index) =>
      backendWith({ role: `${"long-".repeat(15)}${index}` }),
    );
    expect(await mistakesOf(() => new Alarms("payments", { watch: alarms, notify: "together" }))).to.match(
      /notify: a composite alarm's rule has 10240 characters, and the names of these come to \d+; give shorter/,
    );
  });

  it("names every mistake at once", async () => {
    const message = await mistakesOf(
      () =>
        new Alarms("payments", {
          watch: [
            backendWith({ metric: { ...metricOf(BACKEND), statistic: "Median", period: 45 } }),
            backendWith({ periods: 2000 }),
          ],
          limits: { cpu: 120, disk: 1 } as AlarmsArgs["limits"],
        }),
    );
    expect(message).to.equal(
      [
        'Alarms "payments" has wrong arguments:',
        "  limits.cpu: 120 is not possible; write a number of per cent from 0 to 100",
        "  limits.disk: is not a kind of alarm; write one of cpu, memory, connections, freeMemory, storage, http5xx, " +
          "responseTime, unhealthyTargets, runningTasks, replication, evictions, errors, blockedRequests, backup, " +
          "certificateExpiry, security",
        '  watch[0].cpu.metric.statistic: "Median" is not a statistic; write one of SampleCount, Average, Sum, ' +
          'Minimum, Maximum or a percentile such as "p99"',
        "  watch[0].cpu.metric.period: 45 seconds are not possible; write 10, 30 or a multiple of 60",
        '  watch[1].cpu: a second component has the alarm "backend-ecs-cpu"; give the components different names',
        "  watch[1].cpu.periods: 2000 periods of 60 seconds are not possible; CloudWatch looks back 1 day at most",
      ].join("\n"),
    );
  });

  it("refuses names longer than CloudWatch takes", async () => {
    const message = await mistakesOf(() => new Alarms("p".repeat(240), { watch: [BACKEND] }));
    expect(message).to.match(
      /watch: "p+-backend-ecs-cpu" has 256 characters, and an alarm's name at most 247;/,
    );
  });
});

function metricOf({ observables }: Observable): AlarmProposal["metric"] {
  const [alarm] = observables.alarms;
  if (alarm === undefined) throw new Error("no alarm");
  return alarm.metric;
}
