import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { estimate } from "./estimate.ts";
import { FREE, isFree } from "./free.ts";
import { PlanBuilder } from "./plan-builder.test-support.ts";
import { PRICERS } from "./pricers/index.ts";
import { ASSUMPTIONS } from "./usage.ts";
import type { Usage } from "./usage.ts";

/** One of everything that usage decides the price of. */
function system(region = "us-east-1"): PlanBuilder {
  return new PlanBuilder(region)
    .add("aws:ecs/cluster:Cluster", "cluster", {
      settings: [{ name: "containerInsights", value: "enhanced" }],
    })
    .fargate("backend", { vcpu: 1, gb: 2 }, { min: 1, max: 20 })
    .fargate("frontend", { vcpu: 0.5, gb: 1, arm: true }, { min: 1, max: 10, spot: 50 })
    .add("aws:lb/loadBalancer:LoadBalancer", "edge", { subnets: ["a", "b"] })
    .add("aws:ec2/natGateway:NatGateway", "nat")
    .add("aws:ec2/vpcEndpoint:VpcEndpoint", "logs", { vpcEndpointType: "Interface", subnetIds: ["a", "b"] })
    .add("aws:rds/instance:Instance", "db", {
      engine: "postgres",
      instanceClass: "db.t3.medium",
      storageType: "gp3",
      allocatedStorage: 50,
      maxAllocatedStorage: 200,
      multiAz: true,
      backupRetentionPeriod: 7,
      monitoringInterval: 60,
    })
    .add("aws:rds/cluster:Cluster", "aurora", {
      engine: "aurora-postgresql",
      serverlessv2ScalingConfiguration: { minCapacity: 1, maxCapacity: 4 },
    })
    .add(
      "aws:rds/clusterInstance:ClusterInstance",
      "aurora-1",
      { engine: "aurora-postgresql", instanceClass: "db.serverless" },
      { refers: { clusterIdentifier: "aurora" } },
    )
    .add("aws:elasticache/replicationGroup:ReplicationGroup", "cache", {
      engine: "valkey",
      nodeType: "cache.t4g.micro",
      numCacheClusters: 2,
      snapshotRetentionLimit: 3,
    })
    .add("aws:elasticache/serverlessCache:ServerlessCache", "serverless", { engine: "valkey" })
    .add("aws:dynamodb/table:Table", "table", { billingMode: "PAY_PER_REQUEST" })
    .add("aws:s3/bucket:Bucket", "bucket")
    .add("aws:ecr/repository:Repository", "images")
    .add("aws:cloudwatch/logGroup:LogGroup", "log", { name: "/log", retentionInDays: 90 })
    .add("aws:wafv2/webAcl:WebAcl", "firewall", { rules: [{}] })
    .add("aws:kms/key:Key", "key")
    .add("aws:secretsmanager/secret:Secret", "secret")
    .add("aws:lambda/function:Function", "function")
    .add("aws:cloudfront/distribution:Distribution", "cdn")
    .add("aws:route53/zone:Zone", "zone")
    .add("aws:backup/plan:Plan", "backups")
    .add("aws:sns/topic:Topic", "topic");
}

describe("estimate", () => {
  it("is of nothing for an empty Plan", () => {
    const { parts, total, notPriced, currency } = estimate(new PlanBuilder().plan);
    expect({ parts, total, notPriced, currency }).to.deep.equal({
      parts: [],
      total: { low: 0, expected: 0, high: 0 },
      notPriced: [],
      currency: "USD",
    });
  });

  it("prices what is made, says nothing of what is free, and names all that it cannot price", () => {
    const builder = new PlanBuilder()
      .add("aws:ec2/eip:Eip", "address")
      .add("aws:ec2/eip:Eip", "found", {}, { read: true })
      .add("strongroom:network:Vpc", "component", {}, { custom: false })
      .add("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "rule")
      .add("aws:iam/role:Role", "role")
      .add("random:index/randomPassword:RandomPassword", "password")
      .add("awsx:ec2:Vpc", "remote", {}, { custom: false, opaque: true })
      .add("aws:redshift/cluster:Cluster", "warehouse")
      .add("gcp:storage/bucket:Bucket", "elsewhere")
      .add("aws:rds/instance:Instance", "odd", {
        engine: "postgres",
        instanceClass: "db.x9.tiny",
        storageType: "gp3",
        allocatedStorage: 10,
      });
    const { total, notPriced, parts } = estimate(builder.plan);
    expect(total.expected).to.be.closeTo(3.65 + 1.15, 1e-9);
    expect(parts.flatMap(({ lines }) => lines.map(({ urn }) => urn.split("::")[3]))).to.deep.equal([
      "odd",
      "address",
    ]);
    expect(notPriced.map(({ urn, why }) => `${urn.split("::")[3] ?? ""}: ${why}`)).to.deep.equal([
      "remote: a remote component, whose resources a Plan cannot show",
      "warehouse: no price known for aws:redshift/cluster:Cluster",
      "elsewhere: no price known for gcp:storage/bucket:Bucket",
      "odd: no price known for db.x9.tiny Single-AZ (rds.postgres.db.x9.tiny)",
    ]);
  });

  it("prices each resource in its own region, and all in another when asked", () => {
    const builder = new PlanBuilder("us-east-1")
      .add("aws:ec2/natGateway:NatGateway", "home")
      .add("aws:ec2/natGateway:NatGateway", "away", {}, { region: "eu-central-1" });
    const hours = (region?: string) =>
      estimate(builder.plan, { region, usage: { natGb: 0 } })
        .parts.flatMap(({ lines }) => lines)
        .filter(({ what }) => what === "NAT gateway")
        .map(({ monthly }) => Math.round(monthly.expected * 100) / 100);
    expect(hours()).to.deep.equal([32.85, 37.96]);
    expect(hours("ap-southeast-1")).to.deep.equal([43.07, 43.07]);
  });

  it("marks what stands on a regional factor, and prices nothing in a region that it does not know", () => {
    const cache = { engine: "valkey", nodeType: "cache.t4g.small", numCacheClusters: 1 };
    const factored = new PlanBuilder("eu-west-1").add(
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "cache",
      cache,
    );
    const [line] = estimate(factored.plan).parts.flatMap(({ lines }) => lines);
    expect(line?.approximate).to.equal(true);
    expect(line?.formula).to.equal("1 node × 730 h × about $0.02816 per hour");
    expect(line?.monthly.expected).to.be.closeTo(730 * 0.0256 * 1.1, 1e-9);
    const brazil = new PlanBuilder("sa-east-1").add("aws:ec2/eip:Eip", "ip");
    expect(estimate(brazil.plan).total.expected).to.be.closeTo(3.65 * 1.6, 1e-9);
    const moon = new PlanBuilder("moon-1").add("aws:ec2/eip:Eip", "ip");
    expect(estimate(moon.plan).notPriced.map(({ why }) => why)).to.deep.equal([
      "no prices known for the region moon-1",
    ]);
  });

  it("tells the date of the oldest table used, and every assumption", () => {
    const found = estimate(new PlanBuilder().plan, { usage: { requests: 7, averageTasks: { backend: 3 } } });
    expect(found.pricesAsOf).to.match(/^\d{4}-\d{2}-\d{2}$/);
    expect(found.assumptions).to.include({
      requests: 7,
      natGb: ASSUMPTIONS.natGb.value,
      "averageTasks.backend": 3,
    });
  });

  it("adds up: lines to parts, parts to the total; low ≤ expected ≤ high everywhere", () => {
    fc.assert(
      fc.property(
        usages(),
        fc.constantFrom("us-east-1", "eu-west-1", "ap-southeast-1", "sa-east-1"),
        (usage, region) => {
          const { parts, total } = estimate(system(region).plan, { usage });
          for (const bound of ["low", "expected", "high"] as const) {
            for (const part of parts)
              expect(part.monthly[bound]).to.be.closeTo(
                part.lines.reduce((sum, line) => sum + line.monthly[bound], 0),
                1e-6,
              );
            expect(total[bound]).to.be.closeTo(
              parts.reduce((sum, part) => sum + part.monthly[bound], 0),
              1e-6,
            );
          }
          for (const { monthly } of parts.flatMap(({ lines }) => lines)) {
            expect(monthly.low).to.be.at.least(0);
            expect(monthly.low).to.be.at.most(monthly.expected + 1e-9);
            expect(monthly.expected).to.be.at.most(monthly.high + 1e-9);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("never falls when more is used", () => {
    const growing = Object.keys(ASSUMPTIONS).filter(
      (name) => !/Free|^free|^usage/.test(name),
    ) as (keyof typeof ASSUMPTIONS)[];
    fc.assert(
      fc.property(
        usages(),
        fc.constantFrom(...growing),
        fc.double({ min: 0, max: 1000, noNaN: true }),
        (usage, name, more) => {
          const plan = system().plan;
          const [before, after] = [
            usage,
            { ...usage, [name]: (usage[name] ?? ASSUMPTIONS[name].value) + more },
          ].map((each) => estimate(plan, { usage: each }).total);
          for (const bound of ["low", "expected", "high"] as const) {
            expect(after?.[bound], name).to.be.at.least((before?.[bound] ?? 0) - 1e-6);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("reacts to every assumption", () => {
    // These need something that the sample system has not.
    const elsewhere = [
      "fileSystemGb",
      "imagePushes",
      "trailDataEvents",
      "emails",
      "configItems",
      "securityChecks",
      "buildMinutes",
    ];
    const silent = [
      "flowLogGb",
      "firewallLogGb",
      "serviceLogGb",
      "freeDashboards",
      "newConnections",
      "cdnFreeGb",
    ];
    const plan = system().plan;
    const base = estimate(plan).total;
    for (const [name, { value }] of Object.entries(ASSUMPTIONS)) {
      if ([...elsewhere, ...silent].includes(name)) continue;
      const changed = estimate(plan, { usage: { [name]: value * 3 + 1 } }).total;
      expect(changed, name).not.to.deep.equal(base);
    }
  });
});

/** Assumptions that differ from the defaults anyhow. */
function usages(): fc.Arbitrary<Partial<Usage>> {
  const names = Object.keys(ASSUMPTIONS).filter((name) => name !== "usageLow" && name !== "usageHigh");
  const amounts = Object.fromEntries(
    names.map((name) => [name, fc.double({ min: 0, max: 5000, noNaN: true })]),
  );
  return fc.record(
    {
      ...amounts,
      usageLow: fc.double({ min: 0, max: 1, noNaN: true }),
      usageHigh: fc.double({ min: 1, max: 9, noNaN: true }),
      averageTasks: fc.dictionary(fc.constantFrom("backend-service", "frontend-service"), fc.nat(30)),
    },
    { requiredKeys: [] },
  );
}

describe("estimate: type tokens", () => {
  it("are those of @pulumi/aws, each either free or priced", () => {
    const tokens = awsTokens();
    expect(tokens.size).to.be.above(1000);
    for (const token of [...FREE, ...Object.keys(PRICERS)]) expect(tokens, token).to.include(token);
    expect(Object.keys(PRICERS).filter(isFree)).to.deep.equal([]);
  });
});

/** Every type token that the provider's SDK knows. */
function awsTokens(): Set<string> {
  const folder = path.dirname(createRequire(import.meta.url).resolve("@pulumi/aws"));
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const texts = files.flatMap(({ name }) => {
    try {
      return readFileSync(path.join(folder, name, "index.js"), "utf8");
    } catch {
      return [];
    }
  });
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/case "(aws:[^"]+)"/g)].map((match) => match[1] ?? "")),
  );
}
