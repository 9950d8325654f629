import { expect } from "chai";
import type { Json } from "../../../components/testing/plan.ts";
import { estimate } from "../estimate.ts";
import { PlanBuilder } from "../plan-builder.test-support.ts";
import type { Usage } from "../usage.ts";
import { dollars, lines, priced } from "./lines.test-support.ts";

describe("pricers: observability", () => {
  it("price logs taken in, kept and scanned, by what writes them", () => {
    const builder = new PlanBuilder()
      .add("aws:cloudwatch/logGroup:LogGroup", "flows", { name: "/vpc/flows", retentionInDays: 365 })
      .add("aws:ec2/flowLog:FlowLog", "flow-log", {}, { refers: { logDestination: "flows" } })
      .add("aws:cloudwatch/logGroup:LogGroup", "backend", { name: "/ecs/backend", retentionInDays: 30 })
      .add(
        "aws:ecs/taskDefinition:TaskDefinition",
        "task",
        {},
        { refers: { containerDefinitions: "backend" } },
      )
      .add("aws:cloudwatch/logGroup:LogGroup", "rest", { name: "/rest" })
      .add("aws:cloudwatch/logGroup:LogGroup", "masked", { name: "/masked" })
      .add(
        "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        "mask",
        {},
        { refers: { logGroupName: "masked" } },
      );
    const usage = { flowLogGb: 10, serviceLogGb: 20, otherLogGb: 1, logCompression: 0.1 };
    const found = (name: string, more: Partial<Usage> = {}) =>
      estimate(builder.plan, { usage: { ...usage, ...more } })
        .parts.flatMap((part) => part.lines)
        .filter(({ urn }) => urn.endsWith(`::${name}`))
        .map(({ price, monthly }) => [price, Math.round(monthly.expected * 1e4) / 1e4]);
    expect(found("flows")).to.deep.equal([
      ["logs.vended", 5],
      ["logs.storage", 0.36],
    ]);
    // 30 days are 0.99 months
    expect(found("backend")).to.deep.equal([
      ["logs.ingest", 10],
      ["logs.storage", 0.0594],
    ]);
    expect(found("rest")).to.deep.equal([
      ["logs.ingest", 0.5],
      ["logs.storage", 0.036],
    ]);
    expect(found("masked")).to.deep.equal([...found("rest"), ["logs.mask", 0.12]]);
    expect(found("backend", { logGb: { backend: 40 } })[0]).to.deep.equal(["logs.ingest", 20]);
  });

  it("charge flow logs and firewall logs to S3 for their delivery", () => {
    expect(
      dollars(priced("aws:ec2/flowLog:FlowLog", { logDestinationType: "s3" }, { flowLogGb: 8 })),
    ).to.deep.equal({ "flow logs to S3": 2 });
    const configuration = { logDestinationConfigs: ["arn:aws:s3:::aws-waf-logs-x"] };
    expect(
      dollars(
        priced("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", configuration, {
          firewallLogGb: 4,
        }),
      ),
    ).to.deep.equal({ "firewall logs to S3": 1 });
  });

  it("price alarms by metric, resolution and kind", () => {
    const alarm = (inputs: Record<string, Json>) =>
      Object.values(dollars(priced("aws:cloudwatch/metricAlarm:MetricAlarm", inputs)))[0];
    const metric = { metric: { metricName: "m", period: 60 } };
    expect(alarm({ period: 60 })).to.equal(0.1);
    expect(alarm({ period: 10 })).to.equal(0.3);
    expect(
      alarm({
        metricQueries: [
          { ...metric, id: "a" },
          { ...metric, id: "b" },
          { id: "sum", expression: "a+b" },
        ],
      }),
    ).to.equal(0.2);
    expect(alarm({ metricQueries: [{ id: "a", metric: { metricName: "m", period: 10 } }] })).to.equal(0.3);
    expect(
      alarm({
        metricQueries: [
          { ...metric, id: "a" },
          { id: "band", expression: "ANOMALY_DETECTION_BAND(a)" },
        ],
        thresholdMetricId: "band",
      }),
    ).to.equal(0.3);
    expect(dollars(priced("aws:cloudwatch/compositeAlarm:CompositeAlarm"))).to.deep.equal({
      "composite alarm": 0.5,
    });
  });

  it("price canaries by how often they run", () => {
    const canary = (expression: string) =>
      dollars(priced("aws:synthetics/canary:Canary", { schedule: { expression } })).canary;
    expect(canary("rate(1 minute)")).to.equal(52.56);
    expect(canary("rate(1 hour)")).to.equal(0.876);
    expect(canary("rate(0 minute)"), "once").to.equal(0.0012);
    expect(canary("cron(0 10 * * ? *)"), "every five minutes").to.equal(10.512);
  });

  it("leave an account's free dashboards free", () => {
    const builder = new PlanBuilder();
    for (const name of ["a", "b", "c", "d"]) builder.add("aws:cloudwatch/dashboard:Dashboard", name);
    const total = (freeDashboards: number) =>
      estimate(builder.plan, { usage: { freeDashboards } }).total.expected;
    expect([total(3), total(0), total(9)]).to.deep.equal([3, 12, 0]);
  });

  it("price Container Insights by metrics, standard ones whatever runs, enhanced ones by running task", () => {
    const cluster = (value: string) =>
      new PlanBuilder()
        .add("aws:ecs/cluster:Cluster", "cluster", { settings: [{ name: "containerInsights", value }] })
        .fargate("a", { vcpu: 1, gb: 2 }, { min: 2, max: 4 })
        .fargate("b", { vcpu: 1, gb: 2 }, { min: 1 });
    const standard = lines(cluster("enabled"), { insightsLogGb: 0.1 });
    // 8 + 2 × (11 + 6) = 42 metrics at 0.30; logs of 3 tasks
    expect(dollars(standard)).to.include({
      "Container Insights": 12.6,
      "Container Insights: performance logs": 0.15,
    });
    const enhanced = lines(cluster("enhanced"))["Container Insights, enhanced"];
    // 14 + 2 × 18 + 3 × 29 = 137 metrics at 0.07; 5 tasks: 195
    expect(enhanced?.monthly.expected).to.be.closeTo(9.59, 1e-9);
    expect(enhanced?.monthly.high).to.be.closeTo(13.65, 1e-9);
    expect(lines(cluster("disabled"))).not.to.have.any.keys(
      "Container Insights",
      "Container Insights, enhanced",
    );
  });
});
