import { fails, of, passes, unknown, UNKNOWN, type Case } from "./case.ts";
import { switchedOnCases } from "./switched-on.ts";

const instance = of("aws:rds/instance:Instance");
const cluster = of("aws:rds/cluster:Cluster");
const globalCluster = of("aws:rds/globalCluster:GlobalCluster");
const clusterInstance = of("aws:rds/clusterInstance:ClusterInstance");
const parameters = of("aws:rds/parameterGroup:ParameterGroup");
const clusterParameters = of("aws:rds/clusterParameterGroup:ClusterParameterGroup");
const proxy = of("aws:rds/proxy:Proxy");

const payments = { identifier: "payments", engine: "postgres" };
const paymentsCluster = { clusterIdentifier: "payments", engine: "aurora-postgresql" };
const inGroup = { parameterGroupName: ["ParameterGroup"] };
const postgres = { engine: "postgres", parameterGroupName: UNKNOWN };
const forced = (value: string, family: string) =>
  parameters({ family, parameters: [{ name: "rds.force_ssl", value }] });

/** The same questions for a name of an administrator. */
const adminCases = (rule: string, resource: typeof instance, property: string, given: object): Case[] => [
  fails(rule, resource({ ...given, [property]: "postgres" })),
  fails(rule, resource({ [property]: "Admin" })),
  passes(rule, resource({ ...given, [property]: "payments_owner" })),
  passes(rule, resource({ snapshotIdentifier: "before-migration" })),
  unknown(rule, resource({ [property]: UNKNOWN })),
];

export default [
  fails("rds-storage-encrypted", instance(payments)),
  fails("rds-storage-encrypted", instance({ storageEncrypted: false, kmsKeyId: UNKNOWN })),
  passes("rds-storage-encrypted", instance({ storageEncrypted: true })),
  passes("rds-storage-encrypted", instance({ replicateSourceDb: "primary" })),
  fails("rds-storage-encrypted", instance({ replicateSourceDb: "arn:aws:rds:us-east-1:1:db:primary" })),
  unknown("rds-storage-encrypted", instance({ storageEncrypted: UNKNOWN })),
  unknown("rds-storage-encrypted", instance({ replicateSourceDb: UNKNOWN })),
  fails("rds-cluster-storage-encrypted", cluster(paymentsCluster)),
  fails("rds-cluster-storage-encrypted", globalCluster()),
  passes("rds-cluster-storage-encrypted", cluster({ storageEncrypted: true })),
  passes("rds-cluster-storage-encrypted", globalCluster({ sourceDbClusterIdentifier: UNKNOWN })),
  passes("rds-cluster-storage-encrypted", cluster({ engineMode: "serverless" })),
  fails("rds-cluster-storage-encrypted", cluster({ engineMode: "serverless", storageEncrypted: false })),
  unknown("rds-cluster-storage-encrypted", cluster({ storageEncrypted: UNKNOWN })),
  fails("rds-cmk", instance({ storageEncrypted: true })),
  fails("rds-cmk", cluster({ storageEncrypted: true, kmsKeyId: "arn:aws:kms:eu-west-1:1:alias/aws/rds" })),
  passes("rds-cmk", instance({ storageEncrypted: true, kmsKeyId: UNKNOWN })),
  passes("rds-cmk", cluster({ storageEncrypted: true, kmsKeyId: "arn:aws:kms:eu-west-1:1:key/payments" })),
  passes("rds-cmk", instance({ replicateSourceDb: "primary" })),
  unknown("rds-cmk", instance({ replicateSourceDb: UNKNOWN })),

  fails("rds-not-public", instance({ publiclyAccessible: true })),
  fails("rds-not-public", clusterInstance({ publiclyAccessible: true })),
  passes("rds-not-public", instance(payments)),
  unknown("rds-not-public", instance({ publiclyAccessible: UNKNOWN })),
  fails("rds-in-vpc", instance(payments)),
  fails("rds-in-vpc", cluster({ dbSubnetGroupName: "default" })),
  passes("rds-in-vpc", instance({ dbSubnetGroupName: "payments-data" })),
  passes("rds-in-vpc", instance({ replicateSourceDb: "primary" })),
  unknown("rds-in-vpc", cluster({ dbSubnetGroupName: UNKNOWN })),

  fails("rds-force-tls", instance({ ...postgres }, inGroup), forced("0", "postgres16")),
  fails("rds-force-tls", instance({ ...postgres }, inGroup), parameters({ family: "postgres14" })),
  fails("rds-force-tls", instance({ engine: "postgres", engineVersion: "14.9" })),
  fails(
    "rds-force-tls",
    instance({ engine: "postgres", engineVersion: "14.9", parameterGroupName: "default.postgres14" }),
  ),
  // AWS makes it of a version that refuses plaintext by itself, for Aurora it need not.
  passes("rds-force-tls", instance({ engine: "postgres" })),
  fails("rds-force-tls", cluster({ engine: "aurora-postgresql" })),
  unknown("rds-force-tls", instance({ engine: "postgres", engineVersion: UNKNOWN })),
  fails("rds-force-tls", instance({ engine: "mysql" })),
  fails("rds-force-tls", instance({ engine: "mysql", engineVersion: "8.4" })),
  fails("rds-force-tls", cluster({ engine: "aurora-postgresql", engineVersion: "16.4" })),
  passes("rds-force-tls", instance({ ...postgres }, inGroup), forced("1", "postgres14")),
  passes("rds-force-tls", instance({ engine: "postgres", engineVersion: "16.3" })),
  fails("rds-force-tls", instance({ engine: "sqlserver-se", engineVersion: "16.00" })),
  passes("rds-force-tls", instance({ engine: "oracle-ee" })),
  passes(
    "rds-force-tls",
    instance({ replicateSourceDb: "primary", parameterGroupName: UNKNOWN }, inGroup),
    forced("1", "postgres16"),
  ),
  passes(
    "rds-force-tls",
    cluster({ engine: "aurora-postgresql", dbClusterParameterGroupName: "tls" }),
    clusterParameters({
      name: "tls",
      family: "aurora-postgresql16",
      parameters: [{ name: "rds.force_ssl", value: "1" }],
    }),
  ),
  unknown("rds-force-tls", instance({ ...postgres }, inGroup), forced(UNKNOWN, "postgres16")),
  unknown("rds-force-tls", instance({ engine: "postgres", parameterGroupName: "of-another-stack" })),
  ...switchedOnCases("rds-proxy-require-tls", proxy, "requireTls", {
    name: "payments",
    engineFamily: "POSTGRESQL",
  }),
  fails("rds-modern-ca", instance({ caCertIdentifier: "rds-ca-2019" })),
  fails("rds-modern-ca", clusterInstance({ caCertIdentifier: "rds-ca-2019-me-south-1" })),
  fails("rds-modern-ca", cluster({ caCertificateIdentifier: "rds-ca-2019" })),
  passes("rds-modern-ca", instance({ caCertIdentifier: "rds-ca-rsa2048-g1" })),
  passes("rds-modern-ca", instance()),
  unknown("rds-modern-ca", instance({ caCertIdentifier: UNKNOWN })),

  ...switchedOnCases("rds-iam-auth", instance, "iamDatabaseAuthenticationEnabled", payments),
  fails("rds-iam-auth", instance({ engine: "postgres" })),
  passes("rds-iam-auth", instance({ engine: "sqlserver-ee" })),
  passes("rds-iam-auth", instance({ engine: "oracle-se2", iamDatabaseAuthenticationEnabled: UNKNOWN })),
  ...switchedOnCases("rds-cluster-iam-auth", cluster, "iamDatabaseAuthenticationEnabled", paymentsCluster),
  passes("rds-cluster-iam-auth", cluster({ engineMode: "serverless" })),
  fails("rds-managed-master-password", instance({ password: UNKNOWN })),
  fails("rds-managed-master-password", instance({ password: "[secret]" })),
  fails("rds-managed-master-password", cluster({ masterPassword: "hunter2" })),
  passes("rds-managed-master-password", instance({ manageMasterUserPassword: true })),
  passes("rds-managed-master-password", instance({ passwordWo: UNKNOWN, passwordWoVersion: 1 })),
  ...adminCases("rds-custom-admin-user", instance, "username", payments),
  ...adminCases("rds-cluster-custom-admin-user", cluster, "masterUsername", paymentsCluster),
  fails("rds-non-default-port", instance({ engine: "postgres" })),
  fails("rds-non-default-port", instance({ engine: "postgres", port: 5432 })),
  fails("rds-non-default-port", cluster({ engine: "aurora-mysql", port: 3306 })),
  // Of a replica the engine is not given; the port is one that an engine has by default.
  fails("rds-non-default-port", instance({ replicateSourceDb: UNKNOWN, port: 1433 })),
  passes("rds-non-default-port", instance({ engine: "postgres", port: 15_432 })),
  passes("rds-non-default-port", instance({ engine: "postgres", port: 3306 })),
  passes("rds-non-default-port", instance({ replicateSourceDb: UNKNOWN })),
  passes("rds-non-default-port", instance({ engine: "db2-se" })),
  unknown("rds-non-default-port", instance({ engine: "postgres", port: UNKNOWN })),

  fails("rds-minor-upgrades", instance({ autoMinorVersionUpgrade: false })),
  passes("rds-minor-upgrades", instance({ engine: "postgres" })),
  passes(
    "rds-minor-upgrades",
    clusterInstance({ clusterIdentifier: "payments", instanceClass: "db.r6g.large" }),
  ),
  // RDS Custom takes no other value.
  passes("rds-minor-upgrades", instance({ engine: "custom-oracle-ee", autoMinorVersionUpgrade: false })),
  unknown("rds-minor-upgrades", instance({ autoMinorVersionUpgrade: UNKNOWN })),
  fails("rds-cluster-minor-upgrades", cluster({ autoMinorVersionUpgrade: false })),
  passes("rds-cluster-minor-upgrades", cluster(paymentsCluster)),
  unknown("rds-cluster-minor-upgrades", cluster({ autoMinorVersionUpgrade: UNKNOWN })),
  fails("rds-supported-engine-version", instance({ engine: "postgres", engineVersion: "12.19" })),
  fails("rds-supported-engine-version", instance({ engine: "postgres", engineVersion: "13" })),
  fails("rds-supported-engine-version", instance({ engine: "mysql", engineVersion: "8.0.36" })),
  fails("rds-supported-engine-version", instance({ engine: "mariadb", engineVersion: "10.6" })),
  fails(
    "rds-supported-engine-version",
    instance({ engine: "sqlserver-se", engineVersion: "13.00.6300.2.v1" }),
  ),
  fails(
    "rds-supported-engine-version",
    cluster({ engine: "aurora-mysql", engineVersion: "5.7.mysql_aurora.2.11.5" }),
  ),
  fails(
    "rds-supported-engine-version",
    globalCluster({ engine: "aurora-postgresql", engineVersion: "13.9" }),
  ),
  passes("rds-supported-engine-version", instance({ engine: "postgres", engineVersion: "17" })),
  passes("rds-supported-engine-version", instance({ engine: "postgres", engineVersion: "14.0" })),
  passes("rds-supported-engine-version", instance({ engine: "mysql", engineVersion: "8" })),
  passes(
    "rds-supported-engine-version",
    cluster({ engine: "aurora-mysql", engineVersion: "8.0.mysql_aurora.3.05.2" }),
  ),
  passes("rds-supported-engine-version", instance({ engine: "postgres" })),
  passes("rds-supported-engine-version", instance({ engine: "custom-oracle-ee", engineVersion: "12.1" })),
  {
    ...fails("rds-supported-engine-version", instance({ engine: "postgres", engineVersion: "15.4" })),
    parameters: { oldest: { postgres: "16" } },
  },
  unknown("rds-supported-engine-version", instance({ engine: "postgres", engineVersion: UNKNOWN })),
];
