import { HOME_REGION } from "../prices/price-table.ts";

/** How the AWS Price List knows a price. */
export interface PriceQuery {
  /** Service code, such as `AmazonRDS`. */
  service: string;
  /** Product attributes that must match exactly, the region's code included. */
  attributes: Record<string, string>;
  /** The product's usage type without the region's abbreviation (`EUC1-`, `USW2-`, none at home). */
  usage?: string;
  /** Our unit in units of the list: a million where it prices one request. @default 1 */
  scale?: number;
}

/** Attributes and usage type of prices that are charged by what is used. */
interface Usage {
  service: string;
  attributes?: Record<string, string>;
  /** Price id → usage type, with the scale where the units differ. */
  types: Record<string, string | [usage: string, scale: number]>;
  /** True where the list names no region. */
  global?: boolean;
}

const THOUSAND = 1e3;
const TEN_THOUSAND = 1e4;
const HUNDRED_THOUSAND = 1e5;
const MILLION = 1e6;

const USAGES: readonly Usage[] = [
  {
    service: "AmazonECS",
    types: {
      "fargate.vcpu": "Fargate-vCPU-Hours:perCPU",
      "fargate.memory": "Fargate-GB-Hours",
      "fargate.arm.vcpu": "Fargate-ARM-vCPU-Hours:perCPU",
      "fargate.arm.memory": "Fargate-ARM-GB-Hours",
      "fargate.storage": "Fargate-EphemeralStorage-GB-Hours",
    },
  },
  { service: "AmazonEKS", types: { "eks.cluster": "AmazonEKS-Hours:perCluster" } },
  {
    service: "AmazonEC2",
    attributes: { productFamily: "NAT Gateway" },
    types: { "nat.hour": "NatGateway-Hours", "nat.gb": "NatGateway-Bytes" },
  },
  {
    service: "AmazonVPC",
    types: {
      "ipv4.hour": "PublicIPv4:InUseAddress",
      "endpoint.hour": "VpcEndpoint-Hours",
      "endpoint.gb": "VpcEndpoint-Bytes",
      "transit-gateway.attachment": "TransitGateway-Hours",
      "transit-gateway.gb": "TransitGateway-Bytes",
    },
  },
  {
    service: "AWSELB",
    attributes: { productFamily: "Load Balancer-Application" },
    types: { "alb.hour": "LoadBalancerUsage", "alb.lcu": "LCUUsage" },
  },
  {
    service: "AWSELB",
    attributes: { productFamily: "Load Balancer-Network" },
    types: { "nlb.hour": "LoadBalancerUsage", "nlb.lcu": "LCUUsage" },
  },
  {
    service: "AWSLambda",
    types: {
      "lambda.requests": ["Request", MILLION],
      "lambda.duration": "Lambda-GB-Second",
      "lambda.arm.duration": "Lambda-GB-Second-ARM",
      "lambda.provisioned": "Lambda-Provisioned-Concurrency",
      "lambda.arm.provisioned": "Lambda-Provisioned-Concurrency-ARM",
    },
  },
  {
    service: "AmazonEC2",
    attributes: { productFamily: "System Operation" },
    types: {
      "ebs.gp3.iops": "EBS:VolumeP-IOPS.gp3",
      "ebs.io1.iops": "EBS:VolumeP-IOPS.piops",
      "ebs.io2.iops": "EBS:VolumeP-IOPS.io2",
    },
  },
  {
    service: "AmazonRDS",
    attributes: { productFamily: "Database Storage" },
    types: {
      "rds.gp2.storage": "RDS:GP2-Storage",
      "rds.gp3.storage": "RDS:GP3-Storage",
      "rds.io1.storage": "RDS:PIOPS-Storage",
      "rds.io2.storage": "RDS:PIOPS-Storage-IO2",
      "rds.multi-az.gp2.storage": "RDS:Multi-AZ-GP2-Storage",
      "rds.multi-az.gp3.storage": "RDS:Multi-AZ-GP3-Storage",
      "rds.multi-az.io1.storage": "RDS:Multi-AZ-PIOPS-Storage",
      "rds.multi-az.io2.storage": "RDS:Multi-AZ-PIOPS-Storage-IO2",
    },
  },
  {
    service: "AmazonRDS",
    attributes: { productFamily: "Provisioned IOPS" },
    types: {
      "rds.gp3.iops": "RDS:GP3-PIOPS",
      "rds.io1.iops": "RDS:PIOPS",
      "rds.io2.iops": "RDS:PIOPS-IO2",
      "rds.multi-az.gp3.iops": "RDS:Multi-AZ-GP3-PIOPS",
      "rds.multi-az.io1.iops": "RDS:Multi-AZ-PIOPS",
      "rds.multi-az.io2.iops": "RDS:Multi-AZ-PIOPS-IO2",
    },
  },
  {
    service: "AmazonRDS",
    attributes: { productFamily: "Provisioned Throughput" },
    types: {
      "rds.gp3.throughput": "RDS:GP3-Throughput",
      "rds.multi-az.gp3.throughput": "RDS:Multi-AZ-GP3-Throughput",
    },
  },
  {
    service: "AmazonRDS",
    attributes: { productFamily: "Storage Snapshot", databaseEngine: "PostgreSQL" },
    types: { "rds.backup": "RDS:ChargedBackupUsage", "backup.rds": "RDS:ChargedBackupUsage" },
  },
  {
    service: "AmazonRDS",
    attributes: { databaseEngine: "Aurora PostgreSQL" },
    types: {
      "aurora.acu": "Aurora:ServerlessV2Usage",
      "aurora.io-optimized.acu": "Aurora:ServerlessV2IOOptimizedUsage",
      "aurora.storage": "Aurora:StorageUsage",
      "aurora.io-optimized.storage": "Aurora:IO-OptimizedStorageUsage",
      "aurora.io": ["Aurora:StorageIOUsage", MILLION],
      "aurora.backup": "Aurora:BackupUsage",
    },
  },
  { service: "AmazonElastiCache", types: { "elasticache.backup": "BackupUsage" } },
  ...["Redis", "Valkey"].map((engine) => ({
    service: "AmazonElastiCache",
    attributes: { cacheEngine: engine },
    types: {
      [`elasticache.${engine.toLowerCase()}.serverless.storage`]: `CachedData:${engine}`,
      [`elasticache.${engine.toLowerCase()}.serverless.ecpu`]: [
        `ElastiCacheProcessingUnits:${engine}`,
        MILLION,
      ] as [string, number],
    },
  })),
  {
    service: "AmazonDynamoDB",
    types: {
      "dynamodb.write": ["WriteRequestUnits", MILLION],
      "dynamodb.read": ["ReadRequestUnits", MILLION],
      "dynamodb.storage": "TimedStorage-ByteHrs",
      "dynamodb.ia.storage": "IA-TimedStorage-ByteHrs",
      "dynamodb.pitr": "TimedPITRStorage-ByteHrs",
      "dynamodb.backup": "TimedBackupStorage-ByteHrs",
      "dynamodb.wcu": "WriteCapacityUnit-Hrs",
      "dynamodb.rcu": "ReadCapacityUnit-Hrs",
      "backup.dynamodb": "TimedBackupStorage-ByteHrs",
    },
  },
  {
    service: "AmazonS3",
    types: {
      "s3.standard": "TimedStorage-ByteHrs",
      "s3.standard-ia": "TimedStorage-SIA-ByteHrs",
      "s3.onezone-ia": "TimedStorage-ZIA-ByteHrs",
      "s3.intelligent-tiering": "TimedStorage-INT-FA-ByteHrs",
      "s3.glacier-ir": "TimedStorage-GIR-ByteHrs",
      "s3.glacier": "TimedStorage-GlacierByteHrs",
      "s3.deep-archive": "TimedStorage-GDA-ByteHrs",
      "s3.put": ["Requests-Tier1", THOUSAND],
      "s3.get": ["Requests-Tier2", THOUSAND],
    },
  },
  { service: "AmazonECR", types: { "ecr.storage": "TimedStorage-ByteHrs" } },
  {
    service: "AmazonEFS",
    types: { "efs.standard": "TimedStorage-ByteHrs", "efs.onezone": "TimedStorage-Z-ByteHrs" },
  },
  {
    service: "AmazonCloudWatch",
    types: {
      "logs.ingest": "DataProcessing-Bytes",
      "logs.ia.ingest": "DataProcessingIA-Bytes",
      "logs.vended": "VendedLog-Bytes",
      "logs.vended.s3": "S3-Egress-Bytes",
      "logs.storage": "TimedStorage-ByteHrs",
      "cloudwatch.metric": "CW:MetricMonitorUsage",
      "cloudwatch.alarm": "CW:AlarmMonitorUsage",
      "cloudwatch.alarm.high": "CW:HighResAlarmMonitorUsage",
      "cloudwatch.alarm.composite": "CW:CompositeAlarmMonitorUsage",
      "cloudwatch.dashboard": "DashboardsUsageHour",
      "cloudwatch.canary": "CW:Canary-runs",
    },
  },
  {
    service: "awswaf",
    types: { "waf.acl": "WebACLV2", "waf.rule": "RuleV2", "waf.requests": ["RequestV2-Tier1", MILLION] },
  },
  { service: "awskms", types: { "kms.key": "KMS-Keys", "kms.requests": ["KMS-Requests", TEN_THOUSAND] } },
  {
    service: "AWSSecretsManager",
    types: {
      "secrets.secret": "AWSSecretsManager-Secrets",
      "secrets.requests": ["AWSSecretsManagerAPIRequest", TEN_THOUSAND],
    },
  },
  {
    service: "AWSCloudTrail",
    types: {
      "cloudtrail.data": ["DataEventsRecorded", HUNDRED_THOUSAND],
      "cloudtrail.management": ["PaidEventsRecorded", HUNDRED_THOUSAND],
      "cloudtrail.insights": ["InsightsEvents", HUNDRED_THOUSAND],
    },
  },
  {
    service: "AWSConfig",
    types: { "config.item": "ConfigurationItemRecorded", "config.evaluation": "ConfigRuleEvaluations" },
  },
  {
    service: "AmazonSNS",
    types: {
      "sns.requests": ["Requests-Tier1", MILLION],
      "sns.http": ["DeliveryAttempts-HTTP", HUNDRED_THOUSAND],
      "sns.email": ["DeliveryAttempts-SMTP", HUNDRED_THOUSAND],
    },
  },
  {
    service: "AWSQueueService",
    types: {
      "sqs.requests": ["Requests-Tier1", MILLION],
      "sqs.fifo.requests": ["Requests-FIFO-Tier1", MILLION],
    },
  },
  {
    service: "AmazonRoute53",
    types: { "route53.zone": "HostedZone", "route53.queries": ["DNS-Queries", MILLION] },
    global: true,
  },
  {
    service: "AmazonCloudFront",
    attributes: { location: "United States" },
    types: {
      "cloudfront.gb": "US-DataTransfer-Out-Bytes",
      "cloudfront.requests": ["US-Requests-Tier2-HTTPS", TEN_THOUSAND],
    },
    global: true,
  },
];

/**
 * How to ask the Price List for a price, or undefined where it has no single answer: Spot prices, figures that are
 * derived, prices of services without an unambiguous usage type.
 */
export function queryOf(id: string, region: string): PriceQuery | undefined {
  const instance = instanceQuery(id, region);
  if (instance !== undefined) return instance;
  for (const { service, attributes = {}, types, global = false } of USAGES) {
    const type = types[id];
    if (type === undefined) continue;
    if (global && region !== HOME_REGION) return undefined;
    const [usage, scale = 1] = typeof type === "string" ? [type] : type;
    return {
      service,
      attributes: { ...attributes, ...(global ? {} : { regionCode: region }) },
      usage,
      scale,
    };
  }
  return undefined;
}

/** Prices of instances, nodes and volumes, whose ids end in the class as AWS writes it. */
function instanceQuery(id: string, region: string): PriceQuery | undefined {
  const regionCode = region;
  const [, volume] = /^ebs\.(\w+)\.storage$/.exec(id) ?? [];
  if (volume !== undefined) {
    return {
      service: "AmazonEC2",
      attributes: { regionCode, productFamily: "Storage", volumeApiName: volume },
    };
  }
  const [, ec2] = /^ec2\.(\w+\.\w+)$/.exec(id) ?? [];
  if (ec2 !== undefined) {
    const linux = {
      operatingSystem: "Linux",
      tenancy: "Shared",
      preInstalledSw: "NA",
      capacitystatus: "Used",
    };
    return { service: "AmazonEC2", attributes: { regionCode, instanceType: ec2, ...linux } };
  }
  const [, list, multi, db] = /^(rds|aurora)\.postgres\.(multi-az\.)?(db\..+)$/.exec(id) ?? [];
  if (db !== undefined) {
    const engine = list === "rds" ? "PostgreSQL" : "Aurora PostgreSQL";
    const deploymentOption = multi === undefined ? "Single-AZ" : "Multi-AZ";
    const usage = multi === undefined ? `InstanceUsage:${db}` : `Multi-AZUsage:${db}`;
    return {
      service: "AmazonRDS",
      attributes: { regionCode, instanceType: db, databaseEngine: engine, deploymentOption },
      usage,
    };
  }
  const [, engine, node] = /^elasticache\.(redis|valkey)\.(cache\..+)$/.exec(id) ?? [];
  if (node !== undefined) {
    const cacheEngine = engine === "redis" ? "Redis" : "Valkey";
    return {
      service: "AmazonElastiCache",
      attributes: { regionCode, instanceType: node, cacheEngine, productFamily: "Cache Instance" },
    };
  }
  return undefined;
}
