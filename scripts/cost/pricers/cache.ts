import type { PlanResource } from "../../../components/testing/plan.ts";
import { atLeast, fixed, HOURS, times } from "../monthly.ts";
import { listAt, numberAt, objectAt, textAt } from "../site.ts";
import type { Site } from "../site.ts";
import type { Charge, Pricers, Unpriced } from "./pricer.ts";

const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const SCALING_TARGET = "aws:appautoscaling/target:Target";
/** GB that a serverless cache is charged for at the least. */
const SERVERLESS_FLOOR = { valkey: 0.1, redis: 1 };

/** ElastiCache: replication groups, single clusters, serverless caches. */
export const cache: Pricers = {
  [GROUP]: replicationGroup,
  "aws:elasticache/cluster:Cluster": cluster,
  "aws:elasticache/serverlessCache:ServerlessCache": serverless,
};

function replicationGroup(resource: PlanResource, site: Site): (Charge | Unpriced)[] {
  const { inputs } = resource;
  if (inputs.globalReplicationGroupId !== undefined && inputs.nodeType === undefined) {
    return [{ why: "its node type is its global group's, which is not in the Plan" }];
  }
  const groups = numberAt(inputs, "numNodeGroups");
  const replicas = numberAt(inputs, "replicasPerNodeGroup");
  const nodes = groups > 0 ? groups * (1 + replicas) : numberAt(inputs, "numCacheClusters", 1 + replicas);
  const most = Math.max(nodes, mostNodes(resource, site, groups || 1, replicas));
  const type = textAt(inputs, "nodeType");
  const engine = textAt(inputs, "engine", "redis");
  const charges: Charge[] = [
    {
      part: "cache",
      what: `${type} ${engine}`,
      price: `elasticache.${engine}.${type}`,
      quantity: times({ low: nodes, expected: nodes, high: most }, HOURS),
      how: `${nodes} ${nodes === 1 ? "node" : "nodes"} × ${HOURS} h`,
    },
    ...snapshots(inputs, site),
  ];
  if (nodes > 1) {
    charges.push({
      part: "network",
      what: "between zones: application and cache",
      price: "transfer.zone",
      quantity: times(site.assumed(site.usage.crossZoneGb), 2),
      how: `${site.usage.crossZoneGb} GB × 2 directions`,
    });
  }
  return charges;
}

/** Nodes when automatic scaling has added shards or replicas as far as it may. */
function mostNodes(resource: PlanResource, site: Site, groups: number, replicas: number): number {
  let [shards, copies] = [groups, replicas];
  for (const { inputs } of site.dependents(resource, SCALING_TARGET)) {
    const max = numberAt(inputs, "maxCapacity");
    if (textAt(inputs, "scalableDimension").endsWith("NodeGroups")) shards = Math.max(shards, max);
    if (textAt(inputs, "scalableDimension").endsWith("Replicas")) copies = Math.max(copies, max);
  }
  return shards * (1 + copies);
}

/** The newest snapshot is free. */
function snapshots(inputs: PlanResource["inputs"], site: Site): Charge[] {
  const kept = numberAt(inputs, "snapshotRetentionLimit");
  if (kept <= 1) return [];
  const gb = site.usage.cacheBackupGb;
  return [
    {
      part: "backup",
      what: "cache snapshots beyond the first",
      price: "elasticache.backup",
      quantity: times(site.assumed(gb), kept - 1),
      how: `${gb} GB × ${kept - 1} snapshots`,
    },
  ];
}

function cluster(resource: PlanResource, site: Site): (Charge | Unpriced)[] {
  const { inputs } = resource;
  // A cluster within a group is a read replica of it and inherits what it is.
  const group = site.referred(resource, "replicationGroupId", GROUP);
  const type = textAt(inputs, "nodeType", textAt(group?.inputs ?? {}, "nodeType"));
  const engine = textAt(inputs, "engine", textAt(group?.inputs ?? {}, "engine", "redis"));
  // Memcached nodes cost what Redis OSS nodes cost.
  const list = engine === "valkey" ? "valkey" : "redis";
  const nodes = numberAt(inputs, "numCacheNodes", 1);
  return [
    {
      part: "cache",
      what: `${type} ${engine}`,
      price: `elasticache.${list}.${type}`,
      quantity: fixed(nodes * HOURS),
      how: `${nodes} ${nodes === 1 ? "node" : "nodes"} × ${HOURS} h`,
    },
    ...snapshots(inputs, site),
  ];
}

function serverless({ inputs }: PlanResource, site: Site): Charge[] {
  const engine = textAt(inputs, "engine") === "valkey" ? "valkey" : "redis";
  const limits = objectAt(inputs, "cacheUsageLimits") ?? {};
  const minimum = numberAt(objectAt(limits, "dataStorage") ?? {}, "minimum");
  const floor = Math.max(SERVERLESS_FLOOR[engine], minimum);
  const gb = atLeast(site.assumed(site.usage.cacheGb), floor);
  const ecpu = numberAt(
    listAt(limits, "ecpuPerSeconds").length > 0 ? (objectAt(limits, "ecpuPerSeconds") ?? {}) : {},
    "minimum",
  );
  return [
    {
      part: "cache",
      what: `serverless ${engine}: data`,
      price: `elasticache.${engine}.serverless.storage`,
      quantity: times(gb, HOURS),
      how: `${gb.expected} GB × ${HOURS} h`,
    },
    {
      part: "cache",
      what: `serverless ${engine}: processing`,
      price: `elasticache.${engine}.serverless.ecpu`,
      quantity: atLeast(site.assumed(site.usage.cacheEcpu), (ecpu * HOURS * 3600) / 1e6),
    },
    ...snapshots(inputs, site),
  ];
}
