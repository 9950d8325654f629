import { type Json, UNKNOWN } from "../plan.ts";
import { bucketZone, dnsSuffix, shortRegion } from "./cloud.ts";
import { type Draft, type Shapes, arn, fill, input, text, uuid } from "./template.ts";

const PORTS: Record<string, number> = {
  "aurora-mysql": 3306,
  "aurora-postgresql": 5432,
  mariadb: 3306,
  mysql: 3306,
  postgres: 5432,
  "oracle-ee": 1521,
  "oracle-se2": 1521,
  "sqlserver-ee": 1433,
  "sqlserver-ex": 1433,
  "sqlserver-se": 1433,
  "sqlserver-web": 1433,
};

function databasePort(draft: Draft): number | string {
  const given = input(draft, "port");
  return typeof given === "number" ? given : (PORTS[text(draft, "engine")] ?? UNKNOWN);
}

/** The secret that RDS keeps when it manages the master password itself. */
function masterUserSecrets(kind: "db" | "cluster") {
  return (draft: Draft): Json => {
    if (input(draft, "manageMasterUserPassword") !== true) return [];
    return fill(
      [
        {
          secretArn: arn("secretsmanager", `secret:rds!${kind}-${uuid(draft, "secret")}-{#6:secret}`),
          kmsKeyId: "{masterUserSecretKmsKeyId|alias/aws/secretsmanager}",
          secretStatus: "active",
        },
      ],
      draft,
    );
  };
}

const resourceId = (prefix: string) => (draft: Draft) => `${prefix}-${draft.hex(26).toUpperCase()}`;

export const RDS: Shapes = {
  Instance: {
    named: "identifier",
    lower: true,
    limit: 63,
    id: resourceId("db"),
    outputs: {
      arn: arn("rds", "db:{name}"),
      resourceId: "{id}",
      address: "{name}.c{#11}.{region}.rds.{suffix}",
      port: databasePort,
      endpoint: (draft) => fill(`{name}.c{#11}.{region}.rds.{suffix}:${databasePort(draft)}`, draft),
      hostedZoneId: "Z{#13}",
      status: "available",
      engineVersionActual: "{engineVersion}",
      masterUserSecrets: masterUserSecrets("db"),
    },
  },
  Cluster: {
    named: "clusterIdentifier",
    lower: true,
    limit: 63,
    id: "{name}",
    outputs: {
      arn: arn("rds", "cluster:{name}"),
      clusterResourceId: resourceId("cluster"),
      endpoint: "{name}.cluster-c{#11}.{region}.rds.{suffix}",
      readerEndpoint: "{name}.cluster-ro-c{#11}.{region}.rds.{suffix}",
      port: databasePort,
      hostedZoneId: "Z{#13}",
      engineVersionActual: "{engineVersion}",
      masterUserSecrets: masterUserSecrets("cluster"),
    },
  },
  ClusterInstance: {
    named: "identifier",
    lower: true,
    limit: 63,
    id: "{name}",
    outputs: {
      arn: arn("rds", "db:{name}"),
      dbiResourceId: resourceId("db"),
      endpoint: "{name}.c{#11}.{region}.rds.{suffix}",
      port: databasePort,
    },
  },
  SubnetGroup: { named: "name", lower: true, id: "{name}", outputs: { arn: arn("rds", "subgrp:{name}") } },
  ParameterGroup: { named: "name", lower: true, id: "{name}", outputs: { arn: arn("rds", "pg:{name}") } },
  ClusterParameterGroup: {
    named: "name",
    lower: true,
    id: "{name}",
    outputs: { arn: arn("rds", "cluster-pg:{name}") },
  },
  OptionGroup: { named: "name", lower: true, id: "{name}", outputs: { arn: arn("rds", "og:{name}") } },
  EventSubscription: { named: "name", id: "{name}", outputs: { arn: arn("rds", "es:{name}") } },
  Proxy: {
    named: "name",
    id: "{name}",
    outputs: {
      arn: arn("rds", "db-proxy:prx-{#17}"),
      endpoint: "{name}.proxy-c{#11}.{region}.rds.{suffix}",
    },
  },
  GlobalCluster: {
    id: "{globalClusterIdentifier}",
    outputs: { arn: "arn:{partition}:rds::{account}:global-cluster:{id}" },
  },
  Snapshot: { id: "{dbSnapshotIdentifier}", outputs: { dbSnapshotArn: arn("rds", "snapshot:{id}") } },
};

/** Host name of a replication group's or cache's endpoint, as ElastiCache builds it. */
function cacheHost(prefix: string, name: string, draft: Draft): Json {
  return fill(
    `${prefix}${name}.{#6}.${shortRegion(draft.cloud.region)}.cache.${dnsSuffix(draft.cloud.partition)}`,
    draft,
  );
}

function clustered(draft: Draft): boolean {
  const groups = input(draft, "numNodeGroups");
  return input(draft, "clusterMode") === "enabled" || (typeof groups === "number" && groups > 1);
}

function serverlessEndpoint(port: number, host: string) {
  return (draft: Draft): Json => [
    {
      address: fill(
        `{name}-{#6}.${host}.${shortRegion(draft.cloud.region)}.cache.${dnsSuffix(draft.cloud.partition)}`,
        draft,
      ),
      port,
    },
  ];
}

export const ELASTICACHE: Shapes = {
  ReplicationGroup: {
    named: "replicationGroupId",
    lower: true,
    limit: 40,
    id: "{name}",
    outputs: {
      arn: arn("elasticache", "replicationgroup:{name}"),
      port: 6379,
      clusterEnabled: clustered,
      primaryEndpointAddress: (draft) => (clustered(draft) ? "" : cacheHost("master.", draft.name, draft)),
      readerEndpointAddress: (draft) => (clustered(draft) ? "" : cacheHost("replica.", draft.name, draft)),
      configurationEndpointAddress: (draft) =>
        clustered(draft) ? cacheHost("clustercfg.", draft.name, draft) : "",
      memberClusters: (draft) => {
        const count = input(draft, "numCacheClusters");
        if (typeof count !== "number" || clustered(draft)) return UNKNOWN;
        return Array.from(
          { length: count },
          (_, index) => `${draft.name}-${String(index + 1).padStart(3, "0")}`,
        );
      },
      engineVersionActual: "{engineVersion}",
    },
  },
  Cluster: {
    named: "clusterId",
    lower: true,
    limit: 50,
    id: "{name}",
    outputs: {
      arn: arn("elasticache", "cluster:{name}"),
      port: (draft) => (input(draft, "engine") === "memcached" ? 11211 : 6379),
      clusterAddress: (draft) => cacheHost("", `${draft.name}.cfg`, draft),
      configurationEndpoint: (draft) => cacheHost("", `${draft.name}.cfg`, draft),
      cacheNodes: (draft) => [
        {
          id: "0001",
          address: cacheHost("", draft.name, draft),
          port: input(draft, "engine") === "memcached" ? 11211 : 6379,
        },
      ],
    },
  },
  ServerlessCache: {
    named: "name",
    lower: true,
    limit: 40,
    id: "{name}",
    outputs: {
      arn: arn("elasticache", "serverlesscache:{name}"),
      endpoints: serverlessEndpoint(6379, "serverless"),
      readerEndpoints: serverlessEndpoint(6380, "serverless"),
      status: "available",
    },
  },
  SubnetGroup: {
    named: "name",
    lower: true,
    id: "{name}",
    outputs: { arn: arn("elasticache", "subnetgroup:{name}") },
  },
  ParameterGroup: {
    named: "name",
    lower: true,
    id: "{name}",
    outputs: { arn: arn("elasticache", "parametergroup:{name}") },
  },
  User: { id: "{userId}", outputs: { arn: arn("elasticache", "user:{userId}") } },
  UserGroup: { id: "{userGroupId}", outputs: { arn: arn("elasticache", "usergroup:{userGroupId}") } },
};

const bucketArn = "arn:{partition}:s3:::{name}";

/** Older regions join their name with a dash in website host names, the rest with a dot. */
function websiteDomain(draft: Draft): string {
  const { region, partition } = draft.cloud;
  const dashed = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "eu-west-1",
    "sa-east-1",
  ];
  return `s3-website${dashed.includes(region) ? "-" : "."}${region}.${dnsSuffix(partition)}`;
}

const ofBucket = { id: "{bucket}" };
const object = {
  id: "{key}",
  outputs: { arn: "arn:{partition}:s3:::{bucket}/{key}", etag: "{#32}", versionId: "{#32:version}" },
};

export const S3: Shapes = {
  Bucket: {
    named: "bucket",
    lower: true,
    limit: 63,
    id: "{name}",
    outputs: {
      arn: bucketArn,
      region: "{region}",
      bucketRegion: "{region}",
      bucketDomainName: "{name}.s3.{suffix}",
      bucketRegionalDomainName: "{name}.s3.{region}.{suffix}",
      hostedZoneId: (draft) => bucketZone(draft.cloud.region) ?? `Z${draft.hex(13).toUpperCase()}`,
      websiteDomain,
      websiteEndpoint: (draft) => `${draft.name}.${websiteDomain(draft)}`,
    },
  },
  BucketWebsiteConfiguration: {
    id: "{bucket}",
    outputs: { websiteDomain, websiteEndpoint: (draft) => fill(`{bucket}.${websiteDomain(draft)}`, draft) },
  },
  BucketPolicy: ofBucket,
  BucketPublicAccessBlock: ofBucket,
  BucketOwnershipControls: ofBucket,
  BucketAcl: ofBucket,
  BucketVersioning: ofBucket,
  BucketLogging: ofBucket,
  BucketLifecycleConfiguration: ofBucket,
  BucketServerSideEncryptionConfiguration: ofBucket,
  BucketObjectLockConfiguration: ofBucket,
  BucketCorsConfiguration: ofBucket,
  BucketNotification: ofBucket,
  BucketReplicationConfig: ofBucket,
  BucketIntelligentTieringConfiguration: { id: "{bucket}:{name}" },
  BucketMetric: { id: "{bucket}:{name}" },
  BucketObject: object,
  BucketObjectv2: object,
};

export const DYNAMODB: Shapes = {
  Table: {
    named: "name",
    limit: 255,
    id: "{name}",
    outputs: {
      arn: arn("dynamodb", "table/{name}"),
      streamLabel: (draft) => (input(draft, "streamEnabled") === true ? "2024-01-01T00:00:00.000" : ""),
      streamArn: (draft) =>
        input(draft, "streamEnabled") === true ? fill("{arn}/stream/2024-01-01T00:00:00.000", draft) : "",
      billingMode: "PROVISIONED",
    },
  },
  TableItem: { id: "{tableName}|{#10}" },
};

export const EFS: Shapes = {
  FileSystem: {
    id: "fs-{#17}",
    outputs: { arn: arn("elasticfilesystem", "file-system/{id}"), dnsName: "{id}.efs.{region}.{suffix}" },
  },
  AccessPoint: {
    id: "fsap-{#17}",
    outputs: {
      arn: arn("elasticfilesystem", "access-point/{id}"),
      fileSystemArn: arn("elasticfilesystem", "file-system/{fileSystemId}"),
    },
  },
  MountTarget: {
    id: "fsmt-{#17}",
    outputs: {
      dnsName: "{fileSystemId}.efs.{region}.{suffix}",
      fileSystemArn: arn("elasticfilesystem", "file-system/{fileSystemId}"),
      networkInterfaceId: "eni-{#17:eni}",
    },
  },
  FileSystemPolicy: { id: "{fileSystemId}" },
  BackupPolicy: { id: "{fileSystemId}" },
};

export const OPENSEARCH: Shapes = {
  Domain: {
    named: "domainName",
    lower: true,
    limit: 28,
    id: "{arn}",
    outputs: {
      arn: arn("es", "domain/{name}"),
      domainId: "{account}/{name}",
      endpoint: "vpc-{name}-{#26}.{region}.es.{suffix}",
    },
  },
};

export const DOCDB: Shapes = {
  Cluster: RDS.Cluster ?? { id: "{name}" },
  ClusterInstance: RDS.ClusterInstance ?? { id: "{name}" },
  SubnetGroup: RDS.SubnetGroup ?? { id: "{name}" },
  ClusterParameterGroup: RDS.ClusterParameterGroup ?? { id: "{name}" },
};

export const REDSHIFT: Shapes = {
  Cluster: {
    named: "clusterIdentifier",
    lower: true,
    limit: 63,
    id: "{name}",
    outputs: {
      arn: arn("redshift", "cluster:{name}"),
      dnsName: "{name}.c{#11}.{region}.redshift.{suffix}",
      endpoint: "{name}.c{#11}.{region}.redshift.{suffix}:5439",
      port: 5439,
    },
  },
  SubnetGroup: {
    named: "name",
    lower: true,
    id: "{name}",
    outputs: { arn: arn("redshift", "subnetgroup:{name}") },
  },
  ParameterGroup: {
    named: "name",
    lower: true,
    id: "{name}",
    outputs: { arn: arn("redshift", "parametergroup:{name}") },
  },
};

export const BACKUP: Shapes = {
  Vault: {
    named: "name",
    id: "{name}",
    outputs: { arn: arn("backup", "backup-vault:{name}"), recoveryPoints: 0 },
  },
  VaultLockConfiguration: { id: "{backupVaultName}" },
  VaultPolicy: { id: "{backupVaultName}" },
  VaultNotifications: { id: "{backupVaultName}" },
  Plan: { named: "name", id: uuid, outputs: { arn: arn("backup", "backup-plan:{id}"), version: "{#22}" } },
  Selection: { named: "name", id: uuid },
  RestoreTestingPlan: {
    named: "name",
    id: "{name}",
    outputs: { arn: arn("backup", "restore-testing-plan:{name}-{#8}") },
  },
  RestoreTestingSelection: { named: "name", id: "{name}" },
  Framework: { named: "name", id: "{name}", outputs: { arn: arn("backup", "framework:{name}-{#8}") } },
  GlobalSettings: { id: "{account}" },
  RegionSettings: { id: "{region}" },
};
