import { retentionDays } from "../observability/log-retention.ts";
import { protectionSettings, type ProtectionSettings } from "../protection.ts";
import { requireServices } from "../security/key.ts";
import { days } from "../units.ts";
import { known, Problems, show } from "../validation.ts";
import type { CacheArgs, CacheUser, NodeCacheArgs, ServerlessLimits } from "./cache-args.ts";
import { dailyWindow, weeklyWindow, windowsOverlap } from "./windows.ts";

/** Arguments of `Cache` with every default filled in, in the names and units of ElastiCache. */
export interface CachePlan {
  engine: "valkey" | "redis";
  version: string;
  port: number;
  snapshotRetention: number;
  snapshotWindow: string;
  protection: ProtectionSettings;
  /** Of a cache on nodes; undefined of a serverless one. */
  nodes: NodePlan | undefined;
}

/** How the nodes of a replication group are laid out. */
export interface NodePlan {
  nodeType: string;
  /** Nodes of each shard. */
  nodes: number;
  /** Undefined without cluster mode. */
  shards: number | undefined;
  multiAz: boolean;
  automaticFailover: boolean;
  maintenanceWindow: string;
  logRetention: number | undefined;
  /** Family of the parameter group, and what it sets; undefined when the defaults of the version do. */
  parameters: { family: string; values: { name: string; value: string }[] } | undefined;
}

const DEFAULT_VERSIONS = { valkey: "8.1", redis: "7.1" } as const;
const SUPPORTED = { valkey: /^(7\.2|8\.\d|9\.\d)$/, redis: /^7\.[01]$/ } as const;
const SHOWN = { valkey: "7.2, 8.0, 8.1 or newer", redis: "7.0 or 7.1" } as const;

/** @throws {pulumi.InputPropertiesError} naming every mistake in the arguments. */
export function planCache(token: string, name: string, args: CacheArgs): CachePlan {
  const problems = new Problems(token, name);
  const engine = args.engine ?? "valkey";
  const version = args.version ?? DEFAULT_VERSIONS[engine];
  const protection = protectionSettings(args.protection);
  problems.check(
    /^[a-z](-?[a-z0-9])*$/.test(name) && name.length <= 28,
    "name",
    `${show(name)} cannot begin an identifier of ElastiCache; write at most 28 lower-case letters, digits and single ` +
      "hyphens, beginning with a letter",
  );
  problems.check(
    SUPPORTED[engine].test(version),
    "version",
    `"${version}" is not a version of ${engine} that encrypts all connections; write ${SHOWN[engine]}`,
  );
  checkLogins(problems, args);
  const plan: CachePlan = {
    engine,
    version,
    port: args.port ?? 6379,
    ...snapshots(problems, args, protection),
    protection,
    nodes: args.nodeType === undefined ? undefined : nodes(problems, args, engine, version),
  };
  problems.check(
    Number.isInteger(plan.port) && plan.port >= 1024 && plan.port <= 65_535,
    "port",
    `${plan.port} is not possible; write 1024 to 65535`,
  );
  if (args.serverless !== undefined) checkLimits(problems, args.serverless);
  problems.throwIfAny();
  return plan;
}

function checkLogins(problems: Problems, { authentication, serverless, engine = "valkey" }: CacheArgs): void {
  problems.check(
    serverless === undefined || authentication.users !== undefined,
    "authentication",
    'a serverless cache takes no token; write users: [{ name: "app", access: "on ~* +@all -@dangerous", password }]',
  );
  const { users, token } = authentication;
  problems.check(
    token?.isDocument !== true,
    "authentication.token",
    "is a document of fields, and a token is one value; write a Secret without fields",
  );
  if (users === undefined) return;
  problems.check(users.length > 0, "authentication.users", "is empty; write at least one user");
  users.forEach((user, index) =>
    checkUser(problems, `authentication.users[${index}]`, user, users.slice(0, index)),
  );
  problems.check(
    engine === "valkey" || !users.some(({ name }) => name === "default"),
    "authentication.users",
    'Redis needs its user "default" switched off, which is done here; write another name',
  );
}

function checkUser(
  problems: Problems,
  path: string,
  { name, access, password }: CacheUser,
  others: CacheUser[],
): void {
  problems.check(
    password.isDocument !== true,
    `${path}.password`,
    "is a document of fields, and a password is one value; write a Secret without fields",
  );
  problems.check(
    /^[A-Za-z][\w-]{0,39}$/.test(name),
    `${path}.name`,
    `${show(name)} is not possible; write 1 to 40 letters, digits, "_" and "-", beginning with a letter`,
  );
  problems.check(
    !others.some((other) => other.name === name),
    `${path}.name`,
    `${show(name)} is listed before; write another name`,
  );
  problems.check(
    /^(on|off)( |$)/.test(access),
    `${path}.access`,
    `${show(access)} is not an access string; begin with "on" or "off", such as "on ~* +@all -@dangerous"`,
  );
}

function snapshots(problems: Problems, args: CacheArgs, protection: ProtectionSettings) {
  const { retention = protection.backupRetention, window: snapshotWindow = "03:00-04:00" } =
    args.snapshots ?? {};
  const snapshotRetention = problems.parse("snapshots.retention", () => days(retention)) ?? 0;
  problems.check(
    snapshotRetention >= 0 && snapshotRetention <= 35,
    "snapshots.retention",
    `"${retention}" is not possible; ElastiCache keeps 0 to 35 days`,
  );
  const window = problems.parse("snapshots.window", () => dailyWindow(snapshotWindow));
  problems.check(
    window === undefined || window.length >= 60,
    "snapshots.window",
    `"${snapshotWindow}" is too short; ElastiCache needs at least 1 hour`,
  );
  return { snapshotRetention, snapshotWindow };
}

function nodes(
  problems: Problems,
  args: NodeCacheArgs,
  engine: "valkey" | "redis",
  version: string,
): NodePlan {
  const { nodeType, nodes: count = 2, shards, zones = "multi" } = args;
  problems.check(
    /^cache\.[a-z][1-9]\d?[a-z]*\.(micro|small|medium|(\d+x)?large|xlarge)$/.test(nodeType),
    "nodeType",
    `"${nodeType}" is not a node type; write one such as "cache.t4g.small" or "cache.r7g.large"`,
  );
  problems.check(
    Number.isInteger(count) && count >= 1 && count <= 6,
    "nodes",
    `${count} is not possible; write 1 to 6`,
  );
  problems.check(
    zones === "single" || count >= 2,
    "zones",
    `two zones need 2 nodes, of which one takes over; write nodes: 2, or zones: "single"`,
  );
  problems.check(
    shards === undefined || (Number.isInteger(shards) && shards >= 2 && shards * count <= 500),
    "shards",
    `${shards ?? 0} is not possible; write 2 to ${Math.floor(500 / count)} (with ${count} nodes each, at most 500)`,
  );
  const topic = known(args.events?.topicArn);
  problems.check(
    topic === undefined || /^arn:[a-z-]+:sns:/.test(topic),
    "events.topicArn",
    `${show(topic)} is not the ARN of an SNS topic`,
  );
  const multiAz = zones === "multi";
  return {
    nodeType,
    nodes: count,
    shards,
    multiAz,
    // Cluster mode cannot do without.
    automaticFailover: multiAz || shards !== undefined,
    maintenanceWindow: maintenanceWindow(problems, args),
    logRetention: logRetention(problems, args),
    parameters: parameters(engine, version, args),
  };
}

function maintenanceWindow(problems: Problems, { maintenanceWindow, snapshots }: NodeCacheArgs): string {
  const text = maintenanceWindow ?? "sun:05:00-sun:06:00";
  const snapshotWindow = snapshots?.window ?? "03:00-04:00";
  const maintenance = problems.parse("maintenanceWindow", () => weeklyWindow(text));
  if (maintenance === undefined) return text;
  problems.check(
    maintenance.length >= 60 && maintenance.length <= 1440,
    "maintenanceWindow",
    `"${text}" is not possible; ElastiCache needs 1 to 24 hours`,
  );
  if (!/^\d\d:\d\d-\d\d:\d\d$/.test(snapshotWindow)) return text;
  problems.check(
    !windowsOverlap(dailyWindow(snapshotWindow), maintenance),
    "maintenanceWindow",
    `"${text}" overlaps the snapshot window "${snapshotWindow}"; write another time`,
  );
  return text;
}

function logRetention(problems: Problems, { logs = {}, key }: NodeCacheArgs): number | undefined {
  if (logs === false) return undefined;
  const { retention = "1 year" } = logs;
  requireServices(problems, "key", key, ["logs"]);
  return retentionDays(problems, "logs.retention", retention);
}

/** A group of one's own only where it says something: AWS's default group of a version is complete and free of drift. */
function parameters(
  engine: "valkey" | "redis",
  version: string,
  args: NodeCacheArgs,
): NodePlan["parameters"] {
  if (args.shards === undefined && args.parameters === undefined) return undefined;
  const all: Record<string, string | number> = {
    ...(args.shards === undefined ? {} : { "cluster-enabled": "yes" }),
    ...args.parameters,
  };
  const values = Object.entries(all)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => ({ name, value: String(value) }));
  return { family: `${engine}${version.split(".")[0] ?? ""}`, values };
}

function checkLimits(problems: Problems, limits: ServerlessLimits): void {
  const within = (value: number | undefined, path: string, least: number, most: number) =>
    problems.check(
      value === undefined || (Number.isInteger(value) && value >= least && value <= most),
      `serverless.${path}`,
      `${value ?? 0} is not possible; write ${least} to ${most}`,
    );
  within(limits.maxStorage, "maxStorage", 1, 5000);
  within(limits.minStorage, "minStorage", 1, limits.maxStorage);
  within(limits.maxRequests, "maxRequests", 1000, 15_000_000);
  within(limits.minRequests, "minRequests", 1000, limits.maxRequests);
}
