import { expect } from "chai";
import type { Json } from "../../../components/testing/plan.ts";
import type { CostLine } from "../cost.ts";
import { estimate } from "../estimate.ts";
import { PlanBuilder } from "../plan-builder.ts";
import type { Usage } from "../usage.ts";

/** Lines of a Plan by what they charge. */
function lines(builder: PlanBuilder, usage: Partial<Usage> = {}): Record<string, CostLine> {
  const { parts, notPriced } = estimate(builder.plan, { usage });
  expect(notPriced).to.deep.equal([]);
  return Object.fromEntries(parts.flatMap((part) => part.lines.map((line) => [line.what, line])));
}

/** Lines of a single resource. */
const priced = (type: string, inputs: Record<string, Json> = {}, usage: Partial<Usage> = {}) =>
  lines(new PlanBuilder().add(type, "it", inputs), usage);

/** Expected dollars a month, to a hundredth of a cent. */
const dollars = (all: Record<string, CostLine>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(all).map(([what, { monthly }]) => [what, Math.round(monthly.expected * 1e4) / 1e4]),
  );

describe("pricers: compute", () => {
  it("price Fargate tasks by vCPU and GB, low at the scaling minimum and high at its maximum", () => {
    const found = lines(new PlanBuilder().fargate("api", { vcpu: 1, gb: 2 }, { min: 2, max: 20 }));
    // 2 × 1 × 730 × 0.04048 and 2 × 2 × 730 × 0.004445
    expect(found["Fargate: 1 vCPU a task"]?.monthly.expected).to.be.closeTo(59.1008, 1e-6);
    expect(found["Fargate: 1 vCPU a task"]?.monthly.low).to.be.closeTo(59.1008, 1e-6);
    expect(found["Fargate: 1 vCPU a task"]?.monthly.high).to.be.closeTo(591.008, 1e-6);
    expect(found["Fargate: 2 GB a task"]?.monthly.expected).to.be.closeTo(12.9794, 1e-6);
    expect(found["Fargate: 1 vCPU a task"]?.formula).to.equal(
      "2 tasks (2–20) × 1 vCPU × 730 h × $0.04048 per vCPU-hour",
    );
  });

  it("take the average number of tasks from the usage, by the component's name, within the bounds", () => {
    const builder = new PlanBuilder().fargate("api", { vcpu: 0.5, gb: 1, arm: true }, { min: 1, max: 4 });
    const vcpu = (average: number) =>
      lines(builder, { averageTasks: { "api-service": average } })["Fargate ARM64: 0.5 vCPU a task"]?.monthly
        .expected;
    expect(vcpu(3)).to.be.closeTo(3 * 0.5 * 730 * 0.03238, 1e-9);
    expect(vcpu(9)).to.be.closeTo(4 * 0.5 * 730 * 0.03238, 1e-9);
    expect(vcpu(0)).to.be.closeTo(1 * 0.5 * 730 * 0.03238, 1e-9);
  });

  it("share tasks between on demand and Spot by the strategy's weights, and mark Spot approximate", () => {
    const found = lines(new PlanBuilder().fargate("web", { vcpu: 1, gb: 2 }, { min: 4, spot: 75 }));
    expect(found["Fargate: 1 vCPU a task"]?.monthly.expected).to.be.closeTo(1 * 730 * 0.04048, 1e-9);
    expect(found["Fargate Spot: 1 vCPU a task"]?.monthly.expected).to.be.closeTo(3 * 730 * 0.012144, 1e-9);
    expect(found["Fargate Spot: 1 vCPU a task"]?.approximate).to.equal(true);
    expect(found["Fargate: 1 vCPU a task"]).not.to.have.property("approximate");
  });

  it("charge ephemeral storage from 20 GB on", () => {
    const found = lines(new PlanBuilder().fargate("api", { vcpu: 1, gb: 2, storage: 50 }, { min: 1 }));
    expect(found["Fargate: ephemeral storage beyond 20 GB"]?.monthly.expected).to.be.closeTo(
      30 * 730 * 0.000111,
      1e-9,
    );
    expect(
      lines(new PlanBuilder().fargate("api", { vcpu: 1, gb: 2, storage: 20 }, { min: 1 })),
    ).not.to.have.any.keys("Fargate: ephemeral storage beyond 20 GB");
  });

  it("do not price services on instances, on Windows, or without a task definition", () => {
    const why = (builder: PlanBuilder) => estimate(builder.plan).notPriced.map((each) => each.why);
    const service = "aws:ecs/service:Service";
    const task = "aws:ecs/taskDefinition:TaskDefinition";
    const refers = { taskDefinition: "task" };
    expect(
      why(new PlanBuilder().add(service, "s", { launchType: "FARGATE", taskDefinition: "elsewhere:1" })),
    ).to.deep.equal(["its task definition is not part of the Plan"]);
    expect(
      why(
        new PlanBuilder()
          .add(task, "task", { cpu: "256" })
          .add(service, "s", { launchType: "EC2" }, { refers }),
      ),
    ).to.deep.equal(["its tasks run on instances, which are charged where they are made"]);
    const windows = { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" };
    expect(
      why(
        new PlanBuilder()
          .add(task, "task", { runtimePlatform: windows })
          .add(service, "s", { launchType: "FARGATE" }, { refers }),
      ),
    ).to.deep.equal(["no price known for Windows on Fargate"]);
  });

  it("price instances with their volumes, and NAT instances as network", () => {
    const nat = new PlanBuilder().add("aws:ec2/instance:Instance", "nat", {
      instanceType: "t4g.nano",
      sourceDestCheck: false,
    });
    expect(dollars(lines(nat))).to.deep.equal({ "EC2 t4g.nano": 3.066, "EBS gp3": 0.64 });
    expect(estimate(nat.plan).parts.map(({ part }) => part)).to.deep.equal(["compute", "network"]);
    expect(
      dollars(priced("aws:ebs/volume:Volume", { type: "gp3", size: 100, iops: 4000, throughput: 225 })),
    ).to.deep.equal({ "EBS gp3": 8, "EBS gp3 IOPS": 5, "EBS gp3 throughput": 4 });
  });

  it("price functions by calls and GB-seconds", () => {
    const usage = { functionCalls: 3, functionSeconds: 0.5 };
    // 3 million × 0.5 s × 0.25 GB = 375,000 GB-s
    expect(dollars(priced("aws:lambda/function:Function", { memorySize: 256 }, usage))).to.deep.equal({
      "Lambda calls": 0.6,
      "Lambda: 0.25 GB": 6.25,
    });
    expect(
      dollars(priced("aws:lambda/function:Function", { memorySize: 256, architectures: ["arm64"] }, usage))[
        "Lambda: 0.25 GB"
      ],
    ).to.equal(5);
  });
});

describe("pricers: network and load balancing", () => {
  it("price NAT gateways by hour and GB, regional ones in every zone", () => {
    expect(dollars(priced("aws:ec2/natGateway:NatGateway", {}, { natGb: 100 }))).to.deep.equal({
      "NAT gateway": 32.85,
      "NAT gateway data": 4.5,
    });
    const regional = new PlanBuilder()
      .add("aws:ec2/subnet:Subnet", "a", { availabilityZone: "us-east-1a" })
      .add("aws:ec2/subnet:Subnet", "a2", { availabilityZone: "us-east-1a" })
      .add("aws:ec2/subnet:Subnet", "b", { availabilityZone: "us-east-1b" })
      .add("aws:ec2/natGateway:NatGateway", "nat", { availabilityMode: "regional" });
    expect(dollars(lines(regional))["regional NAT gateway"]).to.equal(65.7);
  });

  it("price public addresses, and interface endpoints in each zone; gateway endpoints are free", () => {
    expect(dollars(priced("aws:ec2/eip:Eip"))).to.deep.equal({ "public IPv4 address": 3.65 });
    const endpoint = {
      vpcEndpointType: "Interface",
      serviceName: "com.amazonaws.us-east-1.ecr.api",
      subnetIds: ["a", "b", "c"],
    };
    expect(dollars(priced("aws:ec2/vpcEndpoint:VpcEndpoint", endpoint, { endpointGb: 5 }))).to.deep.equal({
      "endpoint ecr.api": 21.9,
      "endpoint ecr.api data": 0.05,
    });
    expect(priced("aws:ec2/vpcEndpoint:VpcEndpoint", { vpcEndpointType: "Gateway" })).to.deep.equal({});
  });

  it("price load balancers by hour, by the dimension that needs most capacity, by address and by what leaves", () => {
    const usage = { newConnections: 50, loadBalancerGb: 365, internetGb: 300, internetFreeGb: 100 };
    const found = priced("aws:lb/loadBalancer:LoadBalancer", { subnets: ["a", "b"] }, usage);
    // connections: 50/25 = 2 LCU; bytes: 365/730 = 0.5 LCU
    expect(dollars(found)).to.deep.equal({
      ALB: 16.425,
      "ALB capacity units": 11.68,
      "ALB: public IPv4 addresses": 7.3,
      "answers to the internet": 18,
    });
    // half of 300 GB is 50 GB above the free ones, twice is 500 GB
    expect(found["answers to the internet"]?.monthly).to.deep.equal({ low: 4.5, expected: 18, high: 45 });
  });

  it("charge internal load balancers neither addresses nor traffic, and the free traffic only once", () => {
    expect(Object.keys(priced("aws:lb/loadBalancer:LoadBalancer", { internal: true }))).to.deep.equal([
      "ALB",
      "ALB capacity units",
    ]);
    const two = new PlanBuilder()
      .add("aws:lb/loadBalancer:LoadBalancer", "a")
      .add("aws:lb/loadBalancer:LoadBalancer", "b");
    const out = estimate(two.plan, { usage: { internetGb: 100, internetFreeGb: 100 } })
      .parts.flatMap((part) => part.lines)
      .filter(({ what }) => what === "answers to the internet");
    expect(out.map(({ monthly }) => monthly.expected)).to.deep.equal([0, 9]);
  });
});

describe("pricers: databases", () => {
  const postgres = {
    engine: "postgres",
    instanceClass: "db.r6g.large",
    allocatedStorage: 100,
    storageType: "gp3",
  };

  it("price a Multi-AZ instance twice, with its storage, and traffic between zones", () => {
    const usage = { crossZoneGb: 10, databaseBackupGb: 30 };
    expect(
      dollars(
        priced("aws:rds/instance:Instance", { ...postgres, multiAz: true, backupRetentionPeriod: 30 }, usage),
      ),
    ).to.deep.equal({
      "db.r6g.large Multi-AZ": 328.5,
      "storage gp3 Multi-AZ": 23,
      "between zones: application and database": 0.2,
      "backups beyond the free 100 GB": 2.85,
    });
    expect(dollars(priced("aws:rds/instance:Instance", postgres))).to.deep.equal({
      "db.r6g.large Single-AZ": 164.25,
      "storage gp3 Single-AZ": 11.5,
    });
  });

  it("let storage grow to its maximum in the high estimate", () => {
    const found = priced("aws:rds/instance:Instance", { ...postgres, maxAllocatedStorage: 500 });
    expect(found["storage gp3 Single-AZ"]?.monthly).to.deep.equal({ low: 11.5, expected: 11.5, high: 57.5 });
  });

  it("charge IOPS and throughput only above what the storage brings", () => {
    const small = { ...postgres, iops: 4000, storageThroughput: 225 };
    expect(dollars(priced("aws:rds/instance:Instance", small))).to.include({
      "IOPS gp3": 20,
      "throughput gp3": 8,
    });
    const striped = {
      ...postgres,
      allocatedStorage: 400,
      iops: 12_000,
      storageThroughput: 500,
      multiAz: false,
    };
    expect(priced("aws:rds/instance:Instance", striped)).not.to.have.any.keys("IOPS gp3", "throughput gp3");
    const io2 = { ...postgres, storageType: "io2", iops: 3000, multiAz: true };
    expect(dollars(priced("aws:rds/instance:Instance", io2))).to.include({
      "IOPS io2": 600,
      "storage io2 Multi-AZ": 25,
    });
  });

  it("charge Performance Insights beyond seven days, Database Insights by vCPU, enhanced monitoring by logs", () => {
    const week = { ...postgres, performanceInsightsEnabled: true, performanceInsightsRetentionPeriod: 7 };
    expect(Object.keys(priced("aws:rds/instance:Instance", week))).to.have.length(2);
    const quarter = { ...week, performanceInsightsRetentionPeriod: 93 };
    expect(dollars(priced("aws:rds/instance:Instance", quarter))).to.include({
      "Performance Insights, first month kept": 2.92,
      "Performance Insights, 2 more months kept": 0.246,
    });
    // 2 vCPU × 2 nodes × 730 h × 0.0125
    const advanced = {
      ...postgres,
      instanceClass: "db.r6g.large",
      multiAz: true,
      databaseInsightsMode: "advanced",
    };
    expect(dollars(priced("aws:rds/instance:Instance", advanced))["Database Insights, Advanced"]).to.equal(
      36.5,
    );
    const xlarge = { ...postgres, instanceClass: "db.r6g.2xlarge", databaseInsightsMode: "advanced" };
    expect(dollars(priced("aws:rds/instance:Instance", xlarge))["Database Insights, Advanced"]).to.equal(73);
    // 43,800 samples of 4 kB are 0.1752 GB
    const watched = { ...postgres, monitoringInterval: 60 };
    expect(
      dollars(priced("aws:rds/instance:Instance", watched, { enhancedMonitoringKb: 4 }))[
        "enhanced monitoring of the database"
      ],
    ).to.equal(0.0876);
  });

  it("do not price other engines", () => {
    const oracle = new PlanBuilder().add("aws:rds/instance:Instance", "it", {
      engine: "oracle-se2",
      instanceClass: "db.t3.large",
    });
    expect(estimate(oracle.plan).notPriced.map(({ why }) => why)).to.deep.equal([
      'no price known for the engine "oracle-se2"',
    ]);
  });

  it("price Aurora Serverless v2 between its bounds, storage and I/O by use", () => {
    const aurora = (storageType?: string) =>
      new PlanBuilder()
        .add("aws:rds/cluster:Cluster", "db", {
          engine: "aurora-postgresql",
          serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 8 },
          ...(storageType === undefined ? {} : { storageType }),
        })
        .add(
          "aws:rds/clusterInstance:ClusterInstance",
          "one",
          { instanceClass: "db.serverless", engine: "aurora-postgresql" },
          { refers: { clusterIdentifier: "db" } },
        );
    const usage = { auroraAcu: 2, auroraStorageGb: 100, auroraIo: 10, databaseBackupGb: 10 };
    const standard = lines(aurora(), usage);
    expect(dollars(standard)).to.deep.equal({
      "Aurora storage": 10,
      "Aurora reads and writes of storage": 2,
      "backups beyond the free ones": 0.21,
      "Aurora Serverless v2": 175.2,
    });
    expect(standard["Aurora Serverless v2"]?.monthly.low).to.be.closeTo(0.5 * 730 * 0.12, 1e-9);
    expect(standard["Aurora Serverless v2"]?.monthly.high).to.be.closeTo(8 * 730 * 0.12, 1e-9);
    expect(dollars(lines(aurora("aurora-iopt1"), usage))).to.deep.equal({
      "Aurora storage, I/O-Optimized": 22.5,
      "backups beyond the free ones": 0.21,
      "Aurora Serverless v2": 233.6,
    });
  });

  it("price DynamoDB tables on demand and provisioned, with indexes and replicas", () => {
    const usage = { tableGb: 10, tableReads: 8, tableWrites: 4 };
    const onDemand = { billingMode: "PAY_PER_REQUEST", pointInTimeRecovery: { enabled: true } };
    expect(dollars(priced("aws:dynamodb/table:Table", onDemand, usage))).to.deep.equal({
      "DynamoDB storage": 2.5,
      "DynamoDB writes": 2.5,
      "DynamoDB reads": 1,
      "DynamoDB point-in-time recovery": 2,
    });
    const global = {
      ...onDemand,
      replicas: [{ regionName: "us-west-2" }],
      globalSecondaryIndexes: [{ name: "by-date" }],
    };
    expect(dollars(priced("aws:dynamodb/table:Table", global, usage))).to.include({
      "DynamoDB storage": 5,
      "DynamoDB writes": 10,
    });
    const provisioned = {
      readCapacity: 10,
      writeCapacity: 10,
      globalSecondaryIndexes: [{ readCapacity: 5, writeCapacity: 5 }],
    };
    expect(dollars(priced("aws:dynamodb/table:Table", provisioned, usage))).to.include({
      "DynamoDB write capacity": 7.1175,
      "DynamoDB read capacity": 1.4235,
    });
  });
});

describe("pricers: caches", () => {
  const group = { nodeType: "cache.t4g.small", engine: "valkey", numCacheClusters: 2 };

  it("price every node, Valkey a fifth below Redis OSS, and snapshots beyond the first", () => {
    expect(
      dollars(
        priced(
          "aws:elasticache/replicationGroup:ReplicationGroup",
          { ...group, snapshotRetentionLimit: 3 },
          { cacheBackupGb: 2, crossZoneGb: 0 },
        ),
      ),
    ).to.deep.equal({
      "cache.t4g.small valkey": 37.376,
      "cache snapshots beyond the first": 0.34,
      "between zones: application and cache": 0,
    });
    expect(
      dollars(priced("aws:elasticache/replicationGroup:ReplicationGroup", { ...group, engine: "redis" }))[
        "cache.t4g.small redis"
      ],
    ).to.equal(46.72);
    const sharded = {
      nodeType: "cache.r7g.large",
      engine: "redis",
      numNodeGroups: 3,
      replicasPerNodeGroup: 1,
    };
    expect(
      dollars(priced("aws:elasticache/replicationGroup:ReplicationGroup", sharded))["cache.r7g.large redis"],
    ).to.equal(959.22);
  });

  it("let automatic scaling add shards and replicas in the high estimate", () => {
    const builder = new PlanBuilder()
      .add("aws:elasticache/replicationGroup:ReplicationGroup", "cache", {
        nodeType: "cache.r7g.large",
        engine: "valkey",
        numNodeGroups: 1,
        replicasPerNodeGroup: 1,
      })
      .add(
        "aws:appautoscaling/target:Target",
        "more",
        { scalableDimension: "elasticache:replication-group:Replicas", minCapacity: 1, maxCapacity: 3 },
        { after: ["cache"] },
      );
    const line = lines(builder)["cache.r7g.large valkey"];
    expect(line?.monthly.expected).to.be.closeTo(2 * 730 * 0.1752, 1e-9);
    expect(line?.monthly.high).to.be.closeTo(4 * 730 * 0.1752, 1e-9);
  });

  it("price serverless caches by GB-hours, with the least that is charged, and by processing units", () => {
    const serverless = (engine: string, cacheGb: number) =>
      dollars(
        priced("aws:elasticache/serverlessCache:ServerlessCache", { engine }, { cacheGb, cacheEcpu: 1000 }),
      );
    expect(serverless("valkey", 2)).to.deep.equal({
      "serverless valkey: data": 122.64,
      "serverless valkey: processing": 2.3,
    });
    expect(serverless("valkey", 0)["serverless valkey: data"]).to.equal(6.132);
    expect(serverless("redis", 0.2)["serverless redis: data"]).to.equal(91.25);
  });
});

describe("pricers: security", () => {
  it("price the firewall by rules and requests, keys, secrets with replicas, parameters by tier", () => {
    expect(
      dollars(
        priced(
          "aws:wafv2/webAcl:WebAcl",
          { rules: [{}, {}, {}, {}, {}], scope: "REGIONAL" },
          { requests: 10 },
        ),
      ),
    ).to.deep.equal({
      "web firewall": 5,
      "firewall rules and managed rule groups": 5,
      "firewall requests": 6,
    });
    expect(dollars(priced("aws:wafv2/webAclRule:WebAclRule"))).to.deep.equal({ "firewall rule": 1 });
    expect(dollars(priced("aws:kms/key:Key", {}, { keyRequests: 20 }))).to.deep.equal({
      "KMS key": 1,
      "KMS requests": 0.6,
    });
    expect(
      dollars(
        priced(
          "aws:secretsmanager/secret:Secret",
          { replicas: [{ region: "us-west-2" }] },
          { secretRequests: 2 },
        ),
      ),
    ).to.deep.equal({ secret: 0.8, "reads of the secret": 0.1 });
    expect(priced("aws:ssm/parameter:Parameter", { tier: "Standard" })).to.deep.equal({});
    expect(dollars(priced("aws:ssm/parameter:Parameter", { tier: "Advanced" }))).to.deep.equal({
      "advanced parameter": 0.05,
    });
  });

  it("charge neither the first trail's management events, nor a detector that is off", () => {
    expect(priced("aws:cloudtrail/trail:Trail", {})).to.deep.equal({});
    const data = {
      advancedEventSelectors: [{ fieldSelectors: [{ field: "eventCategory", equals: ["Data"] }] }],
    };
    expect(dollars(priced("aws:cloudtrail/trail:Trail", data, { trailDataEvents: 5 }))).to.deep.equal({
      "recorded data events": 0.5,
    });
    const two = new PlanBuilder()
      .add("aws:cloudtrail/trail:Trail", "a")
      .add("aws:cloudtrail/trail:Trail", "b");
    expect(dollars(lines(two))).to.deep.equal({ "management events of a further trail": 2 });
    expect(priced("aws:guardduty/detector:Detector", { enable: false })).to.deep.equal({});
  });
});

describe("pricers: observability", () => {
  it("price logs taken in and kept, by what writes them", () => {
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
      .add("aws:cloudwatch/logGroup:LogGroup", "rest", { name: "/rest" });
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

describe("pricers: storage, edge, messaging, backup, delivery", () => {
  it("price buckets and images", () => {
    expect(
      dollars(priced("aws:s3/bucket:Bucket", {}, { bucketGb: 100, bucketPuts: 100, bucketGets: 1000 })),
    ).to.deep.equal({
      "S3 storage": 2.3,
      "S3 writes and listings": 0.5,
      "S3 reads": 0.4,
    });
    const repository = new PlanBuilder().add("aws:ecr/repository:Repository", "r");
    expect(dollars(lines(repository, { imageGb: 20 }))).to.deep.equal({ "container images": 2 });
    repository.add("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration", "scan", {
      scanType: "ENHANCED",
    });
    expect(dollars(lines(repository, { imageGb: 20, imagePushes: 10 }))).to.deep.equal({
      "container images": 2,
      "image scans": 0.9,
    });
  });

  it("price zones, health checks with their features, and content delivery, at home prices in any region", () => {
    const tokyo = new PlanBuilder("ap-northeast-1").add("aws:route53/zone:Zone", "z");
    expect(dollars(lines(tokyo, { dnsQueries: 10 }))).to.deep.equal({ "hosted zone": 0.5, "DNS queries": 4 });
    expect(
      dollars(
        priced("aws:route53/healthCheck:HealthCheck", {
          type: "HTTPS",
          requestInterval: 10,
          fqdn: "pay.example.com",
        }),
      ),
    ).to.deep.equal({
      "DNS health check": 0.75,
      "health check features": 4,
    });
    expect(
      dollars(
        priced("aws:route53/healthCheck:HealthCheck", {
          type: "HTTP",
          fqdn: "lb.us-east-1.elb.amazonaws.com",
        }),
      ),
    ).to.deep.equal({ "DNS health check": 0.5 });
    expect(
      dollars(
        priced("aws:cloudfront/distribution:Distribution", {}, { cdnGb: 200, cdnFreeGb: 100, requests: 3 }),
      ),
    ).to.deep.equal({ "CloudFront delivery": 8.5, "CloudFront requests": 3 });
  });

  it("price topics, e-mails, queues and schedules", () => {
    expect(dollars(priced("aws:sns/topic:Topic", {}, { messages: 2 }))).to.deep.equal({
      "published messages": 1,
    });
    expect(
      dollars(priced("aws:sns/topicSubscription:TopicSubscription", { protocol: "email" }, { emails: 1000 })),
    ).to.deep.equal({ "e-mails": 0.02 });
    expect(priced("aws:sns/topicSubscription:TopicSubscription", { protocol: "sqs" })).to.deep.equal({});
    expect(dollars(priced("aws:sqs/queue:Queue", {}, { messages: 1 }))).to.deep.equal({
      "queue requests": 1.2,
    });
    const schedule = priced("aws:scheduler/schedule:Schedule", {
      scheduleExpression: "cron(0 8 ? * MON-FRI *)",
    });
    expect(schedule.schedule?.formula).to.equal("22 invocations × $1 per million invocations");
  });

  it("price backups with their copies, and restore tests by selection", () => {
    const plan = {
      rules: [
        { copyActions: [{ destinationVaultArn: "arn:aws:backup:us-west-2:123456789012:backup-vault:copy" }] },
      ],
    };
    expect(dollars(priced("aws:backup/plan:Plan", plan, { backupGb: 100 }))).to.deep.equal({
      "backups in the vault": 9.5,
      "copies in other vaults": 9.5,
      "copies to other regions": 2,
    });
    const tests = new PlanBuilder()
      .add("aws:backup/restoreTestingPlan:RestoreTestingPlan", "weekly", {
        scheduleExpression: "cron(0 5 ? * SUN *)",
      })
      .add(
        "aws:backup/restoreTestingSelection:RestoreTestingSelection",
        "database",
        {},
        { refers: { restoreTestingPlanName: "weekly" } },
      );
    expect(lines(tests)["restore tests"]?.monthly.expected).to.be.closeTo(4.35 * 1.5, 1e-9);
  });

  it("price builds by minute, and name machines without a price", () => {
    const build = (type: string, computeType: string) => ({ environment: { type, computeType } });
    expect(
      dollars(
        priced("aws:codebuild/project:Project", build("LINUX_CONTAINER", "BUILD_GENERAL1_SMALL"), {
          buildMinutes: 1000,
        }),
      ),
    ).to.deep.equal({ builds: 5 });
    const gpu = new PlanBuilder().add(
      "aws:codebuild/project:Project",
      "it",
      build("LINUX_GPU_CONTAINER", "BUILD_GENERAL1_LARGE"),
    );
    expect(estimate(gpu.plan).notPriced.map(({ why }) => why)).to.deep.equal([
      "no price known for LINUX_GPU_CONTAINER on BUILD_GENERAL1_LARGE",
    ]);
    expect(dollars(priced("aws:codepipeline/pipeline:Pipeline"))).to.deep.equal({ pipeline: 1 });
  });
});
