import { expect } from "chai";
import { estimate } from "../estimate.ts";
import { PlanBuilder } from "../plan-builder.test-support.ts";
import { dollars, lines, priced } from "./lines.test-support.ts";

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
