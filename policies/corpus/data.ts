import { document, fails, of, passes, unknown, UNKNOWN, type Case } from "./case.ts";

const instance = of("aws:rds/instance:Instance");
const cluster = of("aws:rds/cluster:Cluster");
const globalCluster = of("aws:rds/globalCluster:GlobalCluster");
const clusterInstance = of("aws:rds/clusterInstance:ClusterInstance");
const parameters = of("aws:rds/parameterGroup:ParameterGroup");
const clusterParameters = of("aws:rds/clusterParameterGroup:ClusterParameterGroup");
const cache = of("aws:elasticache/replicationGroup:ReplicationGroup");
const cacheCluster = of("aws:elasticache/cluster:Cluster");
const topic = of("aws:sns/topic:Topic");
const topicPolicy = of("aws:sns/topicPolicy:TopicPolicy");
const queue = of("aws:sqs/queue:Queue");
const queuePolicy = of("aws:sqs/queuePolicy:QueuePolicy");

const inGroup = { parameterGroupName: ["ParameterGroup"] };
const postgres = { engine: "postgres", parameterGroupName: UNKNOWN };
const forced = (value: string, family: string) =>
  parameters({ family, parameters: [{ name: "rds.force_ssl", value }] });

const everyone = { Effect: "Allow", Principal: "*", Action: "sns:Publish", Resource: "*" };
const ownAccount = { ...everyone, Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } } };
/** The same questions for topics and queues, whose policy is a property of theirs or a resource of its own. */
const openPolicy = (rule: string, resource: typeof topic, policy: typeof topic): Case[] => [
  fails(rule, resource({ policy: document(everyone) })),
  fails(rule, policy({ policy: document(everyone) })),
  fails(rule, policy({ policy: document({ ...everyone, Principal: { AWS: ["*"] } }) })),
  fails(rule, policy({ policy: document({ ...everyone, Resource: UNKNOWN }) })),
  passes(rule, policy({ policy: document(ownAccount) })),
  passes(
    rule,
    policy({ policy: document({ ...everyone, Principal: { Service: "cloudwatch.amazonaws.com" } }) }),
  ),
  passes(rule, resource()),
  unknown(rule, policy({ policy: UNKNOWN })),
  unknown(rule, policy({ policy: document({ ...everyone, Principal: { AWS: UNKNOWN } }) })),
];

export default [
  fails("rds-storage-encrypted", instance()),
  fails("rds-storage-encrypted", instance({ storageEncrypted: false, kmsKeyId: UNKNOWN })),
  passes("rds-storage-encrypted", instance({ storageEncrypted: true })),
  passes("rds-storage-encrypted", instance({ replicateSourceDb: "primary" })),
  fails("rds-storage-encrypted", instance({ replicateSourceDb: "arn:aws:rds:us-east-1:1:db:primary" })),
  unknown("rds-storage-encrypted", instance({ storageEncrypted: UNKNOWN })),
  fails("rds-cluster-storage-encrypted", cluster()),
  fails("rds-cluster-storage-encrypted", globalCluster()),
  passes("rds-cluster-storage-encrypted", cluster({ storageEncrypted: true })),
  passes("rds-cluster-storage-encrypted", globalCluster({ sourceDbClusterIdentifier: UNKNOWN })),
  unknown("rds-cluster-storage-encrypted", cluster({ storageEncrypted: UNKNOWN })),
  fails("rds-not-public", instance({ publiclyAccessible: true })),
  fails("rds-not-public", clusterInstance({ publiclyAccessible: true })),
  passes("rds-not-public", instance()),
  unknown("rds-not-public", instance({ publiclyAccessible: UNKNOWN })),

  fails("rds-force-tls", instance({ ...postgres }, inGroup), forced("0", "postgres16")),
  fails("rds-force-tls", instance({ ...postgres }, inGroup), parameters({ family: "postgres14" })),
  fails("rds-force-tls", instance({ engine: "postgres", engineVersion: "14.9" })),
  fails("rds-force-tls", instance({ engine: "mysql", engineVersion: "8.4" })),
  fails("rds-force-tls", cluster({ engine: "aurora-postgresql", engineVersion: "16.4" })),
  passes("rds-force-tls", instance({ ...postgres }, inGroup), forced("1", "postgres14")),
  passes("rds-force-tls", instance({ engine: "postgres", engineVersion: "16.3" })),
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

  fails("rds-managed-master-password", instance({ password: UNKNOWN })),
  fails("rds-managed-master-password", instance({ password: "[secret]" })),
  fails("rds-managed-master-password", cluster({ masterPassword: "hunter2" })),
  passes("rds-managed-master-password", instance({ manageMasterUserPassword: true })),
  passes("rds-managed-master-password", instance({ passwordWo: UNKNOWN, passwordWoVersion: 1 })),
  fails("rds-minor-upgrades", instance({ autoMinorVersionUpgrade: false })),
  passes("rds-minor-upgrades", clusterInstance()),
  unknown("rds-minor-upgrades", instance({ autoMinorVersionUpgrade: UNKNOWN })),
  fails("rds-cluster-minor-upgrades", cluster({ autoMinorVersionUpgrade: false })),
  passes("rds-cluster-minor-upgrades", cluster()),
  unknown("rds-cluster-minor-upgrades", cluster({ autoMinorVersionUpgrade: UNKNOWN })),
  fails("rds-log-exports", instance({ enabledCloudwatchLogsExports: [] })),
  passes("rds-log-exports", instance({ enabledCloudwatchLogsExports: ["postgresql"] })),
  unknown("rds-log-exports", instance({ enabledCloudwatchLogsExports: UNKNOWN })),
  fails("rds-cluster-log-exports", cluster()),
  passes("rds-cluster-log-exports", cluster({ enabledCloudwatchLogsExports: ["postgresql"] })),
  unknown("rds-cluster-log-exports", cluster({ enabledCloudwatchLogsExports: UNKNOWN })),

  fails("elasticache-minor-upgrades", cache({ autoMinorVersionUpgrade: false })),
  fails("elasticache-minor-upgrades", cacheCluster({ autoMinorVersionUpgrade: "false" })),
  passes("elasticache-minor-upgrades", cache()),
  unknown("elasticache-minor-upgrades", cache({ autoMinorVersionUpgrade: UNKNOWN })),
  fails("elasticache-transit-encryption", cache()),
  fails(
    "elasticache-transit-encryption",
    cache({ transitEncryptionEnabled: true, transitEncryptionMode: "preferred" }),
  ),
  passes("elasticache-transit-encryption", cache({ transitEncryptionEnabled: true })),
  passes("elasticache-transit-encryption", cache({ globalReplicationGroupId: UNKNOWN })),
  unknown("elasticache-transit-encryption", cache({ transitEncryptionEnabled: UNKNOWN })),
  fails("elasticache-at-rest-encryption", cache({ engine: "redis" })),
  fails("elasticache-at-rest-encryption", cache({ engine: "valkey", atRestEncryptionEnabled: false })),
  passes("elasticache-at-rest-encryption", cache({ engine: "valkey" })),
  passes("elasticache-at-rest-encryption", cache({ atRestEncryptionEnabled: true })),
  unknown("elasticache-at-rest-encryption", cache({ atRestEncryptionEnabled: UNKNOWN })),
  fails("elasticache-auth", cache({ transitEncryptionEnabled: true })),
  passes("elasticache-auth", cache({ authToken: UNKNOWN })),
  passes("elasticache-auth", cache({ userGroupIds: ["users"] })),

  ...openPolicy("sns-policy-not-public", topic, topicPolicy),
  ...openPolicy("sqs-policy-not-public", queue, queuePolicy),
  fails("sns-kms", topic()),
  passes("sns-kms", topic({ kmsMasterKeyId: UNKNOWN })),
  fails("sqs-encrypted", queue({ sqsManagedSseEnabled: false })),
  passes("sqs-encrypted", queue()),
  passes("sqs-encrypted", queue({ sqsManagedSseEnabled: false, kmsMasterKeyId: "alias/queues" })),
  unknown("sqs-encrypted", queue({ sqsManagedSseEnabled: UNKNOWN })),
];
