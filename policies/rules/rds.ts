import { resourceRule, stackRule, type Severity } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { UnknownValue, type Props } from "../values.ts";

const INSTANCE = "aws:rds/instance:Instance";
const CLUSTER = "aws:rds/cluster:Cluster";
const CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const GLOBAL_CLUSTER = "aws:rds/globalCluster:GlobalCluster";
const PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup";
const CLUSTER_PARAMETER_GROUP = "aws:rds/clusterParameterGroup:ClusterParameterGroup";

/** The parameter by which an engine refuses plaintext, and since which major version it does so by default. */
function tlsParameter(engine: string): { name: string; defaultSince: number } | undefined {
  if (engine.startsWith("aurora-postgresql")) return { name: "rds.force_ssl", defaultSince: 17 };
  if (engine.startsWith("postgres")) return { name: "rds.force_ssl", defaultSince: 15 };
  if (engine.startsWith("sqlserver")) return { name: "rds.force_ssl", defaultSince: Infinity };
  if (/^(aurora-mysql|mysql|mariadb)/.test(engine))
    return { name: "require_secure_transport", defaultSince: Infinity };
  return undefined;
}

/** Fails when the database lets plaintext connections in. */
function checkForcedTls(database: StackResource, stack: Stack, fail: (message: string) => void): void {
  const [property, type] =
    database.type === CLUSTER
      ? (["dbClusterParameterGroupName", CLUSTER_PARAMETER_GROUP] as const)
      : (["parameterGroupName", PARAMETER_GROUP] as const);
  const group = stack.referred(database, property, [type]);
  const family = group?.props.text("family") ?? "";
  const parameter = tlsParameter(database.props.text("engine") || family);
  if (parameter === undefined) return;

  const setting = group?.props
    .list("parameters")
    .find((candidate) => candidate.text("name") === parameter.name)
    ?.text("value");
  if (setting !== undefined) {
    if (!["1", "ON", "on"].includes(setting)) fail(`${parameter.name} is ${setting}`);
    return;
  }
  // A group of another stack may set it.
  if (group === undefined && database.props.given(property)) throw new UnknownValue([property]);
  const major = Number(
    /\d+/.exec(family.replace(/^\D+/, "") || database.props.text("engineVersion"))?.[0] ?? 0,
  );
  if (major < parameter.defaultSince) fail(`no parameter group sets ${parameter.name} to 1`);
}

/** Whether encryption follows from a source in the same region, whose own rule judges it. */
function inheritsEncryption(props: Props): boolean {
  const source = props.text("replicateSourceDb");
  return source !== "" && !source.startsWith("arn:");
}

function logExports(id: string, type: string, what: string) {
  return resourceRule({
    id,
    title: `${what} logs are exported to CloudWatch`,
    severity: "medium",
    types: [type],
    remedy: 'Set `enabledCloudwatchLogsExports`, such as `["postgresql"]`.',
    check(props, fail) {
      if (!props.given("enabledCloudwatchLogsExports")) fail("enabledCloudwatchLogsExports is empty");
    },
  });
}

function minorUpgrades(id: string, types: string[], severity: Severity, what: string) {
  return resourceRule({
    id,
    title: `Minor patches of ${what} apply by themselves`,
    severity,
    types,
    remedy: "Leave `autoMinorVersionUpgrade` out or set it to true.",
    check(props, fail) {
      if (!props.flag("autoMinorVersionUpgrade", true)) fail("autoMinorVersionUpgrade is off");
    },
    remediate: () => ({ autoMinorVersionUpgrade: true }),
  });
}

export const rdsRules = [
  resourceRule({
    id: "rds-storage-encrypted",
    title: "Database instances encrypt their storage",
    severity: "high",
    types: [INSTANCE],
    remedy: "Set `storageEncrypted: true` and `kmsKeyId`; a change replaces the instance.",
    check(props, fail) {
      if (props.flag("storageEncrypted") || inheritsEncryption(props)) return;
      fail("storageEncrypted is not on");
    },
  }),
  resourceRule({
    id: "rds-cluster-storage-encrypted",
    title: "Database clusters and global clusters encrypt their storage",
    severity: "high",
    types: [CLUSTER, GLOBAL_CLUSTER],
    remedy: "Set `storageEncrypted: true` and, for a cluster, `kmsKeyId`; a change replaces it.",
    check(props, fail) {
      // A global cluster made from an existing one takes its encryption.
      if (props.flag("storageEncrypted") || props.declares("sourceDbClusterIdentifier")) return;
      fail("storageEncrypted is not on");
    },
  }),
  resourceRule({
    id: "rds-not-public",
    title: "Databases have no public address",
    severity: "critical",
    types: [INSTANCE, CLUSTER_INSTANCE],
    remedy: "Leave `publiclyAccessible` out or set it to false.",
    check(props, fail) {
      if (props.flag("publiclyAccessible")) fail("publiclyAccessible is on");
    },
    remediate: () => ({ publiclyAccessible: false }),
  }),
  stackRule({
    id: "rds-force-tls",
    title: "Databases refuse plaintext connections",
    severity: "high",
    types: [INSTANCE, CLUSTER],
    joins: [PARAMETER_GROUP, CLUSTER_PARAMETER_GROUP],
    remedy:
      'Give the database a parameter group with `{ name: "rds.force_ssl", value: "1" }` (PostgreSQL, SQL Server) or ' +
      '`{ name: "require_secure_transport", value: "1" }` (MySQL, MariaDB).',
    check: checkForcedTls,
  }),
  resourceRule({
    id: "rds-managed-master-password",
    title: "Master passwords are made and kept by the secret store, not by the program",
    severity: "high",
    types: [INSTANCE, CLUSTER],
    remedy:
      "Set `manageMasterUserPassword: true`, or hand a generated secret over by the write-only `passwordWo`.",
    check(props, fail) {
      for (const property of ["password", "masterPassword"]) {
        // Given is given: what the password is need not be known.
        if (props.declares(property)) fail(`${property} is given, and so kept in the stack's state`);
      }
    },
  }),
  minorUpgrades("rds-minor-upgrades", [INSTANCE, CLUSTER_INSTANCE], "high", "database instances"),
  minorUpgrades("rds-cluster-minor-upgrades", [CLUSTER], "medium", "database clusters"),
  logExports("rds-log-exports", INSTANCE, "Database instances'"),
  logExports("rds-cluster-log-exports", CLUSTER, "Database clusters'"),
];
