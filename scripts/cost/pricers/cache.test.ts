import { expect } from "chai";
import { PlanBuilder } from "../plan-builder.test-support.ts";
import { dollars, lines, priced } from "./lines.test-support.ts";

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
