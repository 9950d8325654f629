import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PostgresArgs } from "./postgres-args.ts";
import type { PostgresPlan } from "./postgres-plan.ts";

/** What the arguments of the databases are written from. */
export interface Design {
  args: PostgresArgs;
  plan: PostgresPlan;
  identifier: pulumi.Input<string>;
  subnetGroupName: pulumi.Input<string>;
  securityGroupId: pulumi.Input<string>;
  parameterGroupName: pulumi.Input<string>;
  monitoringRoleArn: pulumi.Input<string> | undefined;
}

/** The primary of RDS. */
export function instanceArgs(design: Design): aws.rds.InstanceArgs {
  const { args, plan, identifier } = design;
  return {
    ...bothInstances(design),
    ...plan.instance?.storage,
    engine: "postgres",
    engineVersion: plan.version,
    allowMajorVersionUpgrade: args.majorUpgrades ?? false,
    dbName: plan.databaseName,
    username: plan.username,
    ...(args.password === undefined || args.password === "managed"
      ? { manageMasterUserPassword: true, masterUserSecretKmsKeyId: args.key.arn }
      : { passwordWo: args.password.secret.value, passwordWoVersion: args.password.secret.version }),
    port: plan.port,
    multiAz: plan.multiAz,
    dbSubnetGroupName: design.subnetGroupName,
    kmsKeyId: args.key.arn,
    backupRetentionPeriod: plan.backupRetention,
    backupWindow: plan.backupWindow,
    ...(args.blueGreenUpdates === true ? { blueGreenUpdate: { enabled: true } } : {}),
    ...finalSnapshot(plan, identifier),
    ...instanceRestore(args),
  };
}

/**
 * A read replica. Engine, user, key, size, port and subnets are the primary's, and RDS refuses to hear them again;
 * `storageEncrypted` must be repeated all the same, because the provider would otherwise see a change and replace.
 */
export function replicaArgs(design: Design, primary: pulumi.Input<string>): aws.rds.InstanceArgs {
  return {
    ...bothInstances(design),
    replicateSourceDb: primary,
    maxAllocatedStorage: design.plan.instance?.storage.maxAllocatedStorage,
    backupRetentionPeriod: 0,
    skipFinalSnapshot: true,
  };
}

/** What a primary and its replicas have in common. */
function bothInstances(design: Design) {
  const { args, plan } = design;
  return {
    identifier: design.identifier,
    instanceClass: plan.instance?.class ?? "",
    storageEncrypted: true,
    vpcSecurityGroupIds: [design.securityGroupId],
    parameterGroupName: design.parameterGroupName,
    iamDatabaseAuthenticationEnabled: plan.iamUsers.length > 0,
    enabledCloudwatchLogsExports: plan.logs,
    ...insights(args, plan),
    ...(plan.insights?.mode === "advanced" ? { databaseInsightsMode: "advanced" } : {}),
    ...machine(design),
    deletionProtection: plan.protection.deletionProtection,
    maintenanceWindow: plan.maintenanceWindow,
  } satisfies aws.rds.InstanceArgs;
}

/** The Aurora cluster: storage, backups and users. */
export function clusterArgs({ args, plan, ...design }: Design): aws.rds.ClusterArgs {
  return {
    clusterIdentifier: design.identifier,
    engine: aws.rds.EngineType.AuroraPostgresql,
    engineVersion: plan.version,
    allowMajorVersionUpgrade: args.majorUpgrades ?? false,
    autoMinorVersionUpgrade: args.minorUpgrades ?? true,
    databaseName: plan.databaseName,
    masterUsername: plan.username,
    ...(args.password === undefined || args.password === "managed"
      ? { manageMasterUserPassword: true, masterUserSecretKmsKeyId: args.key.arn }
      : {
          masterPasswordWo: args.password.secret.value,
          masterPasswordWoVersion: args.password.secret.version,
        }),
    port: plan.port,
    dbSubnetGroupName: design.subnetGroupName,
    vpcSecurityGroupIds: [design.securityGroupId],
    dbClusterParameterGroupName: design.parameterGroupName,
    storageEncrypted: true,
    kmsKeyId: args.key.arn,
    serverlessv2ScalingConfiguration: plan.capacity,
    iamDatabaseAuthenticationEnabled: plan.iamUsers.length > 0,
    enabledCloudwatchLogsExports: plan.logs,
    // Advanced insights are the whole cluster's, standard ones each instance's.
    ...(plan.insights?.mode === "advanced"
      ? { databaseInsightsMode: "advanced", ...insights(args, plan) }
      : {}),
    backupRetentionPeriod: plan.backupRetention,
    preferredBackupWindow: plan.backupWindow,
    preferredMaintenanceWindow: plan.maintenanceWindow,
    copyTagsToSnapshot: true,
    applyImmediately: args.applyImmediately ?? false,
    deletionProtection: plan.protection.deletionProtection,
    ...finalSnapshot(plan, design.identifier),
    ...clusterRestore(args),
  };
}

/** The writer (0) or a reader of an Aurora cluster. */
export function clusterInstanceArgs(
  design: Design,
  cluster: pulumi.Input<string>,
  index: number,
): aws.rds.ClusterInstanceArgs {
  const { args, plan } = design;
  return {
    identifier: pulumi.interpolate`${design.identifier}-${index + 1}`,
    clusterIdentifier: cluster,
    engine: aws.rds.EngineType.AuroraPostgresql,
    instanceClass: "db.serverless",
    dbSubnetGroupName: design.subnetGroupName,
    // Readers of tiers 0 and 1 keep the writer's capacity and take over first; the others scale by themselves.
    promotionTier: index,
    ...(plan.insights?.mode === "standard" ? insights(args, plan) : {}),
    ...machine(design),
  };
}

/** What every database server is told, whichever the engine. */
function machine({ args, plan, monitoringRoleArn }: Design) {
  return {
    publiclyAccessible: false,
    copyTagsToSnapshot: true,
    autoMinorVersionUpgrade: args.minorUpgrades ?? true,
    applyImmediately: args.applyImmediately ?? false,
    caCertIdentifier: args.ca ?? "rds-ca-rsa2048-g1",
    monitoringInterval: plan.monitoringInterval,
    ...(monitoringRoleArn === undefined ? {} : { monitoringRoleArn }),
  };
}

function insights(args: PostgresArgs, plan: PostgresPlan) {
  if (plan.insights === undefined) return { performanceInsightsEnabled: false };
  return {
    performanceInsightsEnabled: true,
    performanceInsightsKmsKeyId: args.key.arn,
    performanceInsightsRetentionPeriod: plan.insights.retention,
  };
}

function finalSnapshot({ protection }: PostgresPlan, identifier: pulumi.Input<string>) {
  return protection.finalSnapshot
    ? { skipFinalSnapshot: false, finalSnapshotIdentifier: pulumi.interpolate`${identifier}-final` }
    : { skipFinalSnapshot: true, deleteAutomatedBackups: true };
}

function instanceRestore({ restoreFrom }: PostgresArgs): Partial<aws.rds.InstanceArgs> {
  if (restoreFrom === undefined) return {};
  if (restoreFrom.pointInTime === undefined) return { snapshotIdentifier: restoreFrom.snapshot };
  const { source, time } = restoreFrom.pointInTime;
  return {
    restoreToPointInTime: {
      sourceDbInstanceIdentifier: source,
      ...(time === "latest" ? { useLatestRestorableTime: true } : { restoreTime: time }),
    },
  };
}

function clusterRestore({ restoreFrom }: PostgresArgs): Partial<aws.rds.ClusterArgs> {
  if (restoreFrom === undefined) return {};
  if (restoreFrom.pointInTime === undefined) return { snapshotIdentifier: restoreFrom.snapshot };
  const { source, time } = restoreFrom.pointInTime;
  return {
    restoreToPointInTime: {
      sourceClusterIdentifier: source,
      ...(time === "latest" ? { useLatestRestorableTime: true } : { restoreToTime: time }),
    },
  };
}
