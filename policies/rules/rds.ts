import { resourceRule, stackRule, type Severity } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, visit, type Props } from "../values.ts";
import { customerKeyRule } from "./shared/customer-key.ts";
import {
  CLUSTER,
  CLUSTER_INSTANCE,
  GLOBAL_CLUSTER,
  hasEngine,
  INSTANCE,
  isReplica,
  isRestored,
  PARAMETER_GROUPS,
  Parameters,
} from "./shared/databases.ts";
import { switchedOnRule } from "./shared/switched-on.ts";

/** The parameter by which an engine refuses plaintext, and since which major version it does so by default. */
function tlsParameter(engine: string): { name: string; defaultSince: number } | undefined {
  if (engine.startsWith("aurora-postgresql")) return { name: "rds.force_ssl", defaultSince: 17 };
  if (engine.startsWith("postgres")) return { name: "rds.force_ssl", defaultSince: 15 };
  if (engine.startsWith("sqlserver")) return { name: "rds.force_ssl", defaultSince: Infinity };
  if (/^(aurora-mysql|mysql|mariadb)/.test(engine))
    return { name: "require_secure_transport", defaultSince: Infinity };
  return undefined;
}

/** What AWS takes at least where a program names no version of PostgreSQL, the one engine that asks. */
const DEFAULT_VERSION = "16";

/** Fails when the database lets plaintext connections in. */
function checkForcedTls(database: StackResource, stack: Stack, fail: (message: string) => void): void {
  const parameters = new Parameters(database, stack);
  const parameter = tlsParameter(database.props.text("engine") || parameters.family);
  if (parameter === undefined) return;

  const setting = parameters.value(parameter.name);
  if (setting !== undefined) {
    if (!["1", "ON", "on"].includes(setting)) fail(`${parameter.name} is ${setting}`);
    return;
  }
  const version =
    parameters.family.replace(/^\D+/, "") || database.props.text("engineVersion") || DEFAULT_VERSION;
  const [major = 0] = numbersOf(version);
  if (major < parameter.defaultSince) fail(`no parameter group sets ${parameter.name} to 1`);
}

/** The numbers of a version, such as 8, 0, 3 and 5 of `8.0.mysql_aurora.3.05`. */
function numbersOf(version: string): number[] {
  return [...version.matchAll(/\d+/g)].map(([number]) => Number(number));
}

/** Whether a version comes before the oldest one that will do, as far as it says: `8` may be any 8. */
function isOlder(version: string, oldest: string): boolean {
  const numbers = numbersOf(version);
  const [number, limit] = numbersOf(oldest)
    .map((wanted, i) => [numbers[i] ?? wanted, wanted] as const)
    .find(([given, wanted]) => given !== wanted) ?? [0, 0];
  return number < limit;
}

/** Ports that engines listen on unless told otherwise. */
const DEFAULT_PORTS: Record<string, number> = {
  "aurora-mysql": 3306,
  "aurora-postgresql": 5432,
  mariadb: 3306,
  mysql: 3306,
  oracle: 1521,
  postgres: 5432,
  sqlserver: 1433,
};

/** Ports that the engine listens on unless told otherwise; those of all engines where it is not given. */
function defaultPorts(props: Props): number[] {
  return Object.entries(DEFAULT_PORTS)
    .filter(([engine]) => hasEngine(props, [engine], true))
    .map(([, port]) => port);
}

function minorUpgrades(id: string, types: string[], severity: Severity, what: string) {
  return resourceRule({
    id,
    title: `Minor patches of ${what} apply by themselves`,
    severity,
    types,
    why: "Holes in the engine that the maker has long closed stay open until somebody remembers to patch.",
    remedy: "Leave `autoMinorVersionUpgrade` out or set it to true.",
    check(props, fail) {
      const isOff = allOf(
        () => !props.flag("autoMinorVersionUpgrade", true),
        // RDS Custom patches no engine by itself.
        () => !hasEngine(props, ["custom-"]),
      );
      if (isOff) fail("autoMinorVersionUpgrade is off");
    },
    remediate: () => ({ autoMinorVersionUpgrade: true }),
  });
}

function customAdmin(id: string, type: string, property: string, what: string) {
  return resourceRule({
    id,
    title: `The administrator of ${what} does not have the default name`,
    severity: "medium",
    types: [type],
    why: "Whoever guesses passwords need not guess the name of the one login that may do everything.",
    remedy: `Give \`${property}\` a name of your own; a change replaces the database.`,
    check(props, fail) {
      const name = props.text(property);
      if (["admin", "postgres"].includes(name.toLowerCase())) fail(`${property} is ${name}`);
    },
  });
}

const iamLogin = {
  severity: "medium",
  why: "Without it every client needs a password of its own that somebody must keep, rotate and take away.",
} as const;

export const rdsRules = [
  resourceRule({
    id: "rds-storage-encrypted",
    title: "Database instances encrypt their storage",
    severity: "high",
    types: [INSTANCE],
    why: "Disks, snapshots and backups of an unencrypted database can be read by whoever gets hold of a copy.",
    remedy: "Set `storageEncrypted: true` and `kmsKeyId`; a change replaces the instance.",
    check(props, fail) {
      // A replica in the same region is encrypted as its source is, whose own rule judges it.
      if (props.flag("storageEncrypted") || isReplica(props)) return;
      fail("storageEncrypted is not on");
    },
  }),
  resourceRule({
    id: "rds-cluster-storage-encrypted",
    title: "Database clusters and global clusters encrypt their storage",
    severity: "high",
    types: [CLUSTER, GLOBAL_CLUSTER],
    why: "Disks, snapshots and backups of an unencrypted cluster can be read by whoever gets hold of a copy.",
    remedy: "Set `storageEncrypted: true` and, for a cluster, `kmsKeyId`; a change replaces it.",
    check(props, fail) {
      const isWrong = allOf(
        // Serverless clusters of the first generation are encrypted unless told not to be.
        () => !props.flag("storageEncrypted", props.text("engineMode") === "serverless"),
        // A global cluster made from an existing one takes its encryption.
        () => !props.declares("sourceDbClusterIdentifier"),
      );
      if (isWrong) fail("storageEncrypted is not on");
    },
  }),
  customerKeyRule(
    {
      id: "rds-cmk",
      title: "Database storage is encrypted under a customer key",
      severity: "low",
      types: [INSTANCE, CLUSTER],
      why: "Nobody can close a key managed by AWS, limit who uses it, or share a snapshot under it with another account.",
    },
    "kmsKeyId",
    (props) => !isReplica(props),
  ),
  resourceRule({
    id: "rds-not-public",
    title: "Databases have no public address",
    severity: "critical",
    types: [INSTANCE, CLUSTER_INSTANCE],
    why: "Anybody on the internet can try passwords and exploits against the database, one open port away.",
    remedy: "Leave `publiclyAccessible` out or set it to false.",
    check(props, fail) {
      if (props.flag("publiclyAccessible")) fail("publiclyAccessible is on");
    },
    remediate: () => ({ publiclyAccessible: false }),
  }),
  resourceRule({
    id: "rds-in-vpc",
    title: "Databases stand in a subnet group of their own",
    severity: "medium",
    types: [INSTANCE, CLUSTER],
    why: "Without one they land in the default network, whose subnets all lead to the internet.",
    remedy: "Set `dbSubnetGroupName` to an `aws.rds.SubnetGroup` of private subnets.",
    check(props, fail) {
      if (isReplica(props)) return;
      if (!props.declares("dbSubnetGroupName")) fail("dbSubnetGroupName is not given");
      else if (props.text("dbSubnetGroupName") === "default")
        fail("dbSubnetGroupName names the default network's group");
    },
  }),
  stackRule({
    id: "rds-force-tls",
    title: "Databases refuse plaintext connections",
    severity: "high",
    types: [INSTANCE, CLUSTER],
    joins: PARAMETER_GROUPS,
    why: "A client that does not ask for TLS sends its queries, their answers and its password readable for the network.",
    remedy:
      'Give the database a parameter group with `{ name: "rds.force_ssl", value: "1" }` (PostgreSQL, SQL Server) or ' +
      '`{ name: "require_secure_transport", value: "1" }` (MySQL, MariaDB).',
    check: checkForcedTls,
  }),
  switchedOnRule(
    {
      id: "rds-proxy-require-tls",
      title: "Database proxies demand TLS from their clients",
      severity: "medium",
      types: ["aws:rds/proxy:Proxy"],
      why: "The proxy lets plaintext in even where the database behind it does not.",
    },
    "requireTls",
  ),
  resourceRule({
    id: "rds-modern-ca",
    title: "Databases use a certificate authority that is not about to expire",
    severity: "medium",
    types: [INSTANCE, CLUSTER, CLUSTER_INSTANCE],
    why: "When an old authority expires, clients that check certificates can no longer connect, and those that stop checking can be deceived.",
    remedy:
      'Leave the authority out or set `caCertIdentifier` (of a cluster: `caCertificateIdentifier`) to "rds-ca-rsa2048-g1", ' +
      '"rds-ca-rsa4096-g1" or "rds-ca-ecc384-g1".',
    check(props, fail, _parameters, type) {
      const property = type === CLUSTER ? "caCertificateIdentifier" : "caCertIdentifier";
      const authority = props.text(property);
      // The old ones are called by their year, such as rds-ca-2019; the default is a current one.
      if (/^rds-ca-20\d\d/.test(authority)) fail(`${property} is ${authority}`);
    },
  }),
  switchedOnRule(
    { ...iamLogin, id: "rds-iam-auth", title: "Database instances allow login by IAM", types: [INSTANCE] },
    "iamDatabaseAuthenticationEnabled",
    // Of the other engines none can do it.
    { concerns: (props) => hasEngine(props, ["mysql", "mariadb", "postgres"], true), remediable: true },
  ),
  switchedOnRule(
    {
      ...iamLogin,
      id: "rds-cluster-iam-auth",
      title: "Database clusters allow login by IAM",
      types: [CLUSTER],
    },
    "iamDatabaseAuthenticationEnabled",
    { concerns: (props) => props.text("engineMode") !== "serverless", remediable: true },
  ),
  resourceRule({
    id: "rds-managed-master-password",
    title: "Master passwords are made and kept by the secret store, not by the program",
    severity: "high",
    types: [INSTANCE, CLUSTER],
    why: "A password that the program knows lies in its state and its history, and nothing ever rotates it.",
    remedy:
      "Set `manageMasterUserPassword: true`, or hand a generated secret over by the write-only `passwordWo`.",
    check(props, fail) {
      for (const property of ["password", "masterPassword"]) {
        // Given is given: what the password is need not be known.
        if (props.declares(property)) fail(`${property} is given, and so kept in the stack's state`);
      }
    },
  }),
  customAdmin("rds-custom-admin-user", INSTANCE, "username", "a database instance"),
  customAdmin("rds-cluster-custom-admin-user", CLUSTER, "masterUsername", "a database cluster"),
  resourceRule({
    id: "rds-non-default-port",
    title: "Databases do not listen on their engine's default port",
    severity: "low",
    types: [INSTANCE, CLUSTER],
    why: "Scanners and worms try the default port first; another one keeps the noise away and what is left stands out.",
    remedy: "Set `port` to one that is not the engine's default, such as 15432.",
    check(props, fail) {
      const ports = defaultPorts(props);
      const port = props.number("port");
      if (port !== undefined && ports.includes(port)) fail(`port is ${port}, the engine's default`);
      // What is made from another database takes over its port.
      const isLeftOut = allOf(
        () => port === undefined,
        () => ports.length > 0,
        () => !isRestored(props),
      );
      if (isLeftOut) fail("port is not given, so it is the engine's default");
    },
  }),
  minorUpgrades("rds-minor-upgrades", [INSTANCE, CLUSTER_INSTANCE], "high", "database instances"),
  minorUpgrades("rds-cluster-minor-upgrades", [CLUSTER], "medium", "database clusters"),
  resourceRule({
    id: "rds-supported-engine-version",
    title: "Database engines are of a version that is still maintained",
    severity: "high",
    types: [INSTANCE, CLUSTER, GLOBAL_CLUSTER],
    why: "Nobody mends the known holes of a version out of support; of some, such as PostgreSQL 13.2 and before, a login could read the host's files.",
    remedy:
      "Set `engineVersion` to a maintained major version, with `allowMajorVersionUpgrade: true` for the change.",
    parameters: {
      oldest: {
        type: "object",
        additionalProperties: { type: "string" },
        description:
          "Engine → oldest version that will do. An engine that is not listed may have any version.",
        // What had standard support at the end of 2026: the paid extension mends only the worst holes.
        default: {
          "aurora-mysql": "8.0",
          "aurora-postgresql": "14",
          db2: "11.5",
          mariadb: "10.11",
          mysql: "8.4",
          oracle: "19",
          postgres: "14",
          sqlserver: "14",
        },
      },
    },
    check(props, fail, parameters) {
      const version = props.text("engineVersion");
      // Left out, it is the newest that AWS recommends.
      if (version === "") return;
      const engine = props.text("engine");
      visit(parameters.entries("oldest"), ([prefix, oldest]) => {
        if (engine.startsWith(prefix) && isOlder(version, oldest.text())) {
          fail(`engineVersion of ${engine} is ${version}, older than ${oldest.text()}`);
        }
      });
    },
  }),
];
