import type { PlanResource } from "../../../components/testing/plan.ts";
import { runningShare } from "../hours.ts";
import { fixed, HOURS, times } from "../monthly.ts";
import { isOn, listAt, numberAt, objectAt, objectsAt, textAt } from "../site.ts";
import type { Site } from "../site.ts";
import { hoursInWords } from "./compute.ts";
import type { Charge, Pricers, Unpriced } from "./pricer.ts";

const CLUSTER = "aws:rds/cluster:Cluster";
/** From this size on, RDS stripes gp3 over four volumes. */
const STRIPED_FROM_GB = 400;
/** Days of Performance Insights that are free. */
const FREE_INSIGHTS_DAYS = 7;
const SECONDS_OF_MONTH = HOURS * 3600;

/** RDS PostgreSQL, Aurora PostgreSQL, RDS Proxy, DynamoDB. */
export const database: Pricers = {
  "aws:rds/instance:Instance": instance,
  [CLUSTER]: cluster,
  "aws:rds/clusterInstance:ClusterInstance": clusterInstance,
  "aws:rds/proxy:Proxy": proxy,
  "aws:rds/exportTask:ExportTask": (_, site) => [
    {
      part: "backup",
      what: "snapshot export",
      price: "rds.export",
      quantity: site.assumed(site.usage.databaseBackupGb),
    },
  ],
  "aws:rds/snapshot:Snapshot": (_, site) => [
    {
      part: "backup",
      what: "database snapshot",
      price: "rds.backup",
      quantity: site.assumed(site.usage.databaseBackupGb),
    },
  ],
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": (_, site) => [
    {
      part: "backup",
      what: "replicated backups",
      price: "rds.backup",
      quantity: site.assumed(site.usage.databaseBackupGb),
    },
    {
      part: "backup",
      what: "backups to another region",
      price: "transfer.region",
      quantity: site.assumed(site.usage.databaseBackupGb),
    },
  ],
  "aws:dynamodb/table:Table": table,
};

function instance(resource: PlanResource, site: Site): (Charge | Unpriced)[] {
  const { inputs } = resource;
  const source = site.referred(resource, "replicateSourceDb", "aws:rds/instance:Instance");
  const engine = textAt(inputs, "engine", textAt(source?.inputs ?? {}, "engine"));
  if (engine !== "postgres") return [{ why: `no price known for the engine "${engine}"` }];
  const size = textAt(inputs, "instanceClass");
  const multi = isOn(inputs, "multiAz") ? "multi-az." : "";
  const zones = multi === "" ? "Single-AZ" : "Multi-AZ";
  const share = runningShare(resource, site);
  const volume = textAt(inputs, "storageType", inputs.iops === undefined ? "gp2" : "io1");
  const gb = numberAt(inputs, "allocatedStorage", numberAt(source?.inputs ?? {}, "allocatedStorage", 20));
  const most = Math.max(gb, numberAt(inputs, "maxAllocatedStorage"));
  const charges: Charge[] = [
    {
      part: "database",
      what: `${size} ${zones}`,
      price: `rds.postgres.${multi}${size}`,
      quantity: fixed(HOURS * share),
      how: hoursInWords(share),
    },
    {
      part: "database",
      what: `storage ${volume} ${zones}`,
      price: `rds.${multi}${volume}.storage`,
      quantity: { low: gb, expected: gb, high: most },
      how: most > gb ? `${gb} GB (up to ${most} GB)` : `${gb} GB`,
    },
    ...performance(resource, volume, gb, multi),
    ...insights(resource, size, multi === "" ? 1 : 2, share),
    ...enhancedMonitoring(resource, multi === "" ? 1 : 2, site),
  ];
  if (multi !== "") {
    charges.push({
      part: "network",
      what: "between zones: application and database",
      price: "transfer.zone",
      quantity: times(site.assumed(site.usage.crossZoneGb), 2),
      how: `${site.usage.crossZoneGb} GB × 2 directions`,
    });
  }
  if (numberAt(inputs, "backupRetentionPeriod") > 0) {
    charges.push({
      part: "backup",
      what: `backups beyond the free ${gb} GB`,
      price: "rds.backup",
      quantity: site.assumed(site.usage.databaseBackupGb),
    });
  }
  return charges;
}

/** IOPS and throughput above what the storage brings. */
function performance({ inputs }: PlanResource, volume: string, gb: number, multi: string): Charge[] {
  const charges: Charge[] = [];
  const striped = gb >= STRIPED_FROM_GB;
  const included =
    volume === "gp3"
      ? { iops: striped ? 12_000 : 3000, throughput: striped ? 500 : 125 }
      : { iops: 0, throughput: 0 };
  const iops = numberAt(inputs, "iops") - included.iops;
  if (volume !== "gp2" && iops > 0) {
    charges.push({
      part: "database",
      what: `IOPS ${volume}`,
      price: `rds.${multi}${volume}.iops`,
      quantity: fixed(iops),
    });
  }
  const throughput = numberAt(inputs, "storageThroughput") - included.throughput;
  if (volume === "gp3" && throughput > 0) {
    charges.push({
      part: "database",
      what: "throughput gp3",
      price: `rds.${multi}gp3.throughput`,
      quantity: fixed(throughput),
    });
  }
  return charges;
}

/** Database Insights' Advanced mode, which includes 15 months of Performance Insights, or what those cost alone. */
function insights({ inputs }: PlanResource, size: string, nodes: number, share: number): Charge[] {
  const vcpus = vcpusOf(size) * nodes;
  if (textAt(inputs, "databaseInsightsMode") === "advanced") {
    return [
      {
        part: "database",
        what: "Database Insights, Advanced",
        price: "rds.database-insights.vcpu",
        quantity: fixed(vcpus * HOURS * share),
        how: `${vcpus} vCPU × ${hoursInWords(share)}`,
      },
    ];
  }
  const days = numberAt(inputs, "performanceInsightsRetentionPeriod", FREE_INSIGHTS_DAYS);
  if (!isOn(inputs, "performanceInsightsEnabled") || days <= FREE_INSIGHTS_DAYS) return [];
  const months = Math.ceil(days / 31);
  return [
    {
      part: "database",
      what: "Performance Insights, first month kept",
      price: "rds.insights.month",
      quantity: fixed(vcpus),
      how: `${vcpus} vCPU`,
    },
    ...(months > 1
      ? [
          {
            part: "database" as const,
            what: `Performance Insights, ${months - 1} more months kept`,
            price: "rds.insights.more",
            quantity: fixed(vcpus * (months - 1)),
            how: `${vcpus} vCPU × ${months - 1} months`,
          },
        ]
      : []),
  ];
}

/** Burstable and `large` classes have two vCPUs, the next sizes twice as many each. */
function vcpusOf(size: string): number {
  const multiple = /\.(\d*)xlarge$/.exec(size)?.[1];
  return multiple === undefined ? 2 : 4 * Number(multiple || 1);
}

/** Enhanced monitoring writes a log event for each sample. */
function enhancedMonitoring({ inputs }: PlanResource, nodes: number, site: Site): Charge[] {
  const interval = numberAt(inputs, "monitoringInterval");
  if (interval <= 0) return [];
  const gb = (nodes * (SECONDS_OF_MONTH / interval) * site.usage.enhancedMonitoringKb) / 1e6;
  return [
    {
      part: "observability",
      what: "enhanced monitoring of the database",
      price: "logs.ingest",
      quantity: fixed(gb),
      how: `${nodes} × a sample of ${site.usage.enhancedMonitoringKb} kB every ${interval} s`,
    },
  ];
}

const isAurora = (resource: PlanResource | undefined): boolean =>
  textAt(resource?.inputs ?? {}, "engine") === "aurora-postgresql";

const isIoOptimized = (resource: PlanResource | undefined): boolean =>
  textAt(resource?.inputs ?? {}, "storageType") === "aurora-iopt1";

function cluster(resource: PlanResource, site: Site): (Charge | Unpriced)[] {
  if (!isAurora(resource))
    return [{ why: `no price known for a cluster of "${textAt(resource.inputs, "engine")}"` }];
  const { auroraStorageGb, auroraIo, databaseBackupGb } = site.usage;
  const optimized = isIoOptimized(resource);
  return [
    {
      part: "database",
      what: optimized ? "Aurora storage, I/O-Optimized" : "Aurora storage",
      price: optimized ? "aurora.io-optimized.storage" : "aurora.storage",
      quantity: site.assumed(auroraStorageGb),
    },
    ...(optimized
      ? []
      : [
          {
            part: "database" as const,
            what: "Aurora reads and writes of storage",
            price: "aurora.io",
            quantity: site.assumed(auroraIo),
          },
        ]),
    {
      part: "backup",
      what: "backups beyond the free ones",
      price: "aurora.backup",
      quantity: site.assumed(databaseBackupGb),
    },
  ];
}

function clusterInstance(resource: PlanResource, site: Site): (Charge | Unpriced)[] {
  const parent = site.referred(resource, "clusterIdentifier", CLUSTER);
  if (!isAurora(resource) && !isAurora(parent))
    return [{ why: "no price known for a cluster of this engine" }];
  const size = textAt(resource.inputs, "instanceClass");
  const share = parent === undefined ? 1 : runningShare(parent, site);
  const monitoring = enhancedMonitoring(resource, 1, site);
  const optimized = isIoOptimized(parent);
  const advanced = [resource, parent].some(
    (each) => textAt(each?.inputs ?? {}, "databaseInsightsMode") === "advanced",
  );
  if (size === "db.serverless") {
    const limits = objectAt(parent?.inputs ?? {}, "serverlessv2ScalingConfiguration") ?? {};
    const min = numberAt(limits, "minCapacity", 0.5);
    const max = Math.max(min, numberAt(limits, "maxCapacity", min));
    const acu = { low: min, expected: Math.min(Math.max(site.usage.auroraAcu, min), max), high: max };
    const quantity = times(acu, HOURS * share);
    const how = `${acu.expected} ACU (${min}–${max}) × ${hoursInWords(share)}`;
    return [
      {
        part: "database",
        what: "Aurora Serverless v2",
        price: optimized ? "aurora.io-optimized.acu" : "aurora.acu",
        quantity,
        how,
      },
      ...(advanced
        ? [
            {
              part: "database" as const,
              what: "Database Insights, Advanced",
              price: "rds.database-insights.acu",
              quantity,
              how,
            },
          ]
        : []),
      ...monitoring,
    ];
  }
  if (optimized) return [{ why: `no price known for ${size} with I/O-Optimized storage` }, ...monitoring];
  return [
    {
      part: "database",
      what: `Aurora ${size}`,
      price: `aurora.postgres.${size}`,
      quantity: fixed(HOURS * share),
      how: hoursInWords(share),
    },
    ...(advanced
      ? insights({ ...resource, inputs: { databaseInsightsMode: "advanced" } }, size, 1, share)
      : insights(resource, size, 1, share)),
    ...monitoring,
  ];
}

function proxy(resource: PlanResource, site: Site): (Charge | Unpriced)[] {
  const target = site.dependents(resource, "aws:rds/proxyTarget:ProxyTarget")[0];
  const proxied = target && site.referred(target, "dbInstanceIdentifier", "aws:rds/instance:Instance");
  if (proxied === undefined) return [{ why: "the instance behind the proxy is not part of the Plan" }];
  const vcpus = vcpusOf(textAt(proxied.inputs, "instanceClass"));
  return [
    {
      part: "database",
      what: "RDS Proxy",
      price: "rds.proxy",
      quantity: fixed(vcpus * HOURS),
      how: `${vcpus} vCPU × ${HOURS} h`,
    },
  ];
}

function table({ inputs }: PlanResource, site: Site): Charge[] {
  const { tableGb, tableReads, tableWrites } = site.usage;
  const replicas = objectsAt(inputs, "replicas").length;
  const indexes = listAt(inputs, "globalSecondaryIndexes").length;
  const infrequent = textAt(inputs, "tableClass") === "STANDARD_INFREQUENT_ACCESS";
  const copies = 1 + replicas;
  const storage = times(site.assumed(tableGb), copies);
  const charges: Charge[] = [
    {
      part: "database",
      what: "DynamoDB storage",
      price: infrequent ? "dynamodb.ia.storage" : "dynamodb.storage",
      quantity: storage,
      how: copies === 1 ? `${tableGb} GB` : `${tableGb} GB × ${copies} regions`,
    },
  ];
  if (textAt(inputs, "billingMode", "PROVISIONED") === "PAY_PER_REQUEST") {
    // Every index of the table is written too.
    const writes = (1 + indexes) * copies;
    charges.push(
      {
        part: "database",
        what: "DynamoDB writes",
        price: "dynamodb.write",
        quantity: times(site.assumed(tableWrites), writes),
        how: `${tableWrites} million × ${writes} (indexes and regions)`,
      },
      {
        part: "database",
        what: "DynamoDB reads",
        price: "dynamodb.read",
        quantity: site.assumed(tableReads),
      },
    );
  } else {
    const units = (name: string) =>
      numberAt(inputs, name) +
      objectsAt(inputs, "globalSecondaryIndexes").reduce((sum, index) => sum + numberAt(index, name), 0);
    charges.push(
      {
        part: "database",
        what: "DynamoDB write capacity",
        price: "dynamodb.wcu",
        quantity: fixed(units("writeCapacity") * copies * HOURS),
        how: `${units("writeCapacity") * copies} WCU × ${HOURS} h`,
      },
      {
        part: "database",
        what: "DynamoDB read capacity",
        price: "dynamodb.rcu",
        quantity: fixed(units("readCapacity") * HOURS),
        how: `${units("readCapacity")} RCU × ${HOURS} h`,
      },
    );
  }
  if (isOn(objectAt(inputs, "pointInTimeRecovery") ?? {}, "enabled")) {
    charges.push({
      part: "backup",
      what: "DynamoDB point-in-time recovery",
      price: "dynamodb.pitr",
      quantity: site.assumed(tableGb),
    });
  }
  return charges;
}
