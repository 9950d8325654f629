import { CommandError } from "../exit.ts";
import { didYouMean } from "../suggest.ts";

/** What is assumed of a month's use where the Plan cannot say. Every number is from zero up. */
export interface Usage {
  /** Low estimate: usage as a share of what is assumed. */
  usageLow: number;
  /** High estimate: usage as a multiple of what is assumed. */
  usageHigh: number;
  /** Millions of requests that reach each public entrance (load balancer, CDN, firewall). */
  requests: number;
  /** GB of requests and answers through each load balancer. */
  loadBalancerGb: number;
  /** GB answered to the internet by each public load balancer. */
  internetGb: number;
  /** GB a month that each account sends to the internet without charge. */
  internetFreeGb: number;
  /** Load balancer: average new connections a second. */
  newConnections: number;
  /** GB through each NAT gateway or NAT instance. */
  natGb: number;
  /** GB through each interface endpoint. */
  endpointGb: number;
  /** GB between zones, in both directions, for each database and cache with a standby or replica. */
  crossZoneGb: number;
  /** GB of logs of each ECS task definition's log group. */
  serviceLogGb: number;
  /** GB of logs of each VPC's flow logs. */
  flowLogGb: number;
  /** GB of logs of each web firewall. */
  firewallLogGb: number;
  /** GB of logs of each other log group. */
  otherLogGb: number;
  /** Size of stored logs as a share of what was taken in. */
  logCompression: number;
  /** Dashboards that are free in an account and not used up by other stacks. */
  freeDashboards: number;
  /** GB of performance logs that Container Insights writes for each running task. */
  insightsLogGb: number;
  /** kB of one sample of RDS enhanced monitoring. */
  enhancedMonitoringKb: number;
  /** GB of backups beyond what each database has free; used for snapshots of databases and clusters. */
  databaseBackupGb: number;
  /** GB stored by each Aurora cluster. */
  auroraStorageGb: number;
  /** Millions of reads and writes of each Aurora cluster's storage. */
  auroraIo: number;
  /** Average ACUs of each Aurora Serverless v2 instance; at least its minimum is charged. */
  auroraAcu: number;
  /** GB of snapshots of each cache. */
  cacheBackupGb: number;
  /** GB in each serverless cache. */
  cacheGb: number;
  /** Millions of processing units (ECPUs) of each serverless cache. */
  cacheEcpu: number;
  /** GB in each DynamoDB table. */
  tableGb: number;
  /** Millions of reads of each on-demand table. */
  tableReads: number;
  /** Millions of writes of each on-demand table. */
  tableWrites: number;
  /** GB in each S3 bucket. */
  bucketGb: number;
  /** Thousands of writes and listings of each bucket. */
  bucketPuts: number;
  /** Thousands of reads of each bucket. */
  bucketGets: number;
  /** GB in each file system. */
  fileSystemGb: number;
  /** GB of images in each repository. */
  imageGb: number;
  /** Images pushed to each repository. */
  imagePushes: number;
  /** Ten thousands of requests to each key. */
  keyRequests: number;
  /** Ten thousands of reads of each secret. */
  secretRequests: number;
  /** Hundred thousands of data events that each trail records, if it records any. */
  trailDataEvents: number;
  /** Millions of messages published to each topic or sent to each queue. */
  messages: number;
  /** E-mails sent by each subscribed address. */
  emails: number;
  /** Millions of DNS queries to each hosted zone. */
  dnsQueries: number;
  /** Millions of calls of each function. */
  functionCalls: number;
  /** Seconds that one call of a function takes. */
  functionSeconds: number;
  /** GB that each content distribution delivers. */
  cdnGb: number;
  /** GB a month that each account delivers by CloudFront without charge. */
  cdnFreeGb: number;
  /** GB that each backup plan stores, for each copy. */
  backupGb: number;
  /** Configuration items that AWS Config records. */
  configItems: number;
  /** Checks that Security Hub makes. */
  securityChecks: number;
  /** Minutes of each build project. */
  buildMinutes: number;
  /** Average running tasks of an ECS service by its name in the program, where not its minimum. */
  averageTasks: Record<string, number>;
  /** GB of logs by the log group's name in the program, where not the figure of its kind. */
  logGb: Record<string, number>;
}

type Scalar = Exclude<keyof Usage, "averageTasks" | "logGb">;

/** Default and unit of each assumption; docs/cost.md shows the same table. */
export const ASSUMPTIONS: Readonly<Record<Scalar, { value: number; unit: string }>> = {
  usageLow: { value: 0.5, unit: "× the assumption" },
  usageHigh: { value: 2, unit: "× the assumption" },
  requests: { value: 5, unit: "million requests" },
  loadBalancerGb: { value: 100, unit: "GB" },
  internetGb: { value: 100, unit: "GB" },
  internetFreeGb: { value: 100, unit: "GB" },
  newConnections: { value: 10, unit: "connections/second" },
  natGb: { value: 20, unit: "GB" },
  endpointGb: { value: 10, unit: "GB" },
  crossZoneGb: { value: 20, unit: "GB" },
  serviceLogGb: { value: 5, unit: "GB" },
  flowLogGb: { value: 5, unit: "GB" },
  firewallLogGb: { value: 2, unit: "GB" },
  otherLogGb: { value: 0.5, unit: "GB" },
  logCompression: { value: 0.15, unit: "share" },
  freeDashboards: { value: 3, unit: "dashboards" },
  insightsLogGb: { value: 0.1, unit: "GB" },
  enhancedMonitoringKb: { value: 4, unit: "kB" },
  databaseBackupGb: { value: 20, unit: "GB" },
  auroraStorageGb: { value: 50, unit: "GB" },
  auroraIo: { value: 20, unit: "million requests" },
  auroraAcu: { value: 1, unit: "ACU" },
  cacheBackupGb: { value: 1, unit: "GB" },
  cacheGb: { value: 1, unit: "GB" },
  cacheEcpu: { value: 100, unit: "million ECPUs" },
  tableGb: { value: 5, unit: "GB" },
  tableReads: { value: 10, unit: "million requests" },
  tableWrites: { value: 2, unit: "million requests" },
  bucketGb: { value: 10, unit: "GB" },
  bucketPuts: { value: 50, unit: "thousand requests" },
  bucketGets: { value: 100, unit: "thousand requests" },
  fileSystemGb: { value: 10, unit: "GB" },
  imageGb: { value: 5, unit: "GB" },
  imagePushes: { value: 20, unit: "images" },
  keyRequests: { value: 10, unit: "10,000 requests" },
  secretRequests: { value: 0.1, unit: "10,000 requests" },
  trailDataEvents: { value: 10, unit: "100,000 events" },
  messages: { value: 0.01, unit: "million messages" },
  emails: { value: 100, unit: "e-mails" },
  dnsQueries: { value: 1, unit: "million queries" },
  functionCalls: { value: 0.1, unit: "million calls" },
  functionSeconds: { value: 0.2, unit: "seconds" },
  cdnGb: { value: 100, unit: "GB" },
  cdnFreeGb: { value: 0, unit: "GB" },
  backupGb: { value: 20, unit: "GB" },
  configItems: { value: 1000, unit: "items" },
  securityChecks: { value: 5000, unit: "checks" },
  buildMinutes: { value: 300, unit: "minutes" },
};

const SCALARS = Object.keys(ASSUMPTIONS) as Scalar[];
const MAPS = ["averageTasks", "logGb"] as const;

/** The assumptions with some of them replaced. */
export function usageWith(replaced: Partial<Usage> = {}): Usage {
  const defaults = Object.fromEntries(SCALARS.map((name) => [name, ASSUMPTIONS[name].value])) as Record<
    Scalar,
    number
  >;
  return { ...defaults, averageTasks: {}, logGb: {}, ...replaced };
}

/** All assumptions by name, maps as `averageTasks.backend`, as an estimate reports them. */
export function flattened(usage: Usage): Record<string, number> {
  const flat: Record<string, number> = Object.fromEntries(SCALARS.map((name) => [name, usage[name]]));
  for (const map of MAPS) {
    for (const [key, value] of Object.entries(usage[map])) flat[`${map}.${key}`] = value;
  }
  return flat;
}

/** Configuration key of the assumptions, in every project. */
export const USAGE_KEY = "strongroom:usage";

/** Reads the assumptions as configuration holds them: as JSON. @throws {CommandError} as {@link parseUsage} */
export function readUsage(text: string | undefined): Partial<Usage> {
  if (text === undefined) return {};
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON, so no object: what is wrong with it is said below.
  }
  return parseUsage(value);
}

/**
 * Reads the stack configuration's `strongroom:usage`.
 *
 * @throws {CommandError} with every mistake found: not an object, unknown names (with the nearest known one), values that
 *   are not numbers from zero up, `usageLow` above one or `usageHigh` below.
 */
export function parseUsage(value: unknown): Partial<Usage> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw new CommandError(`${USAGE_KEY} must be an object such as { requests: 5 }`);
  const problems: string[] = [];
  const usage: Partial<Usage> = {};
  for (const [name, given] of Object.entries(nested(value))) {
    if (isMap(name)) {
      usage[name] = readMap(name, given, problems);
    } else if (isScalar(name)) {
      const number = readNumber(name, given, problems);
      if (number !== undefined) usage[name] = number;
    } else {
      problems.push(
        `${name}: unknown.${didYouMean(name, [...SCALARS, ...MAPS]) || " docs/cost.md lists the assumptions."}`,
      );
    }
  }
  if (usage.usageLow !== undefined && usage.usageLow > 1) {
    problems.push(
      `usageLow: ${usage.usageLow} is above 1; the low estimate cannot assume more than the expected one`,
    );
  }
  if (usage.usageHigh !== undefined && usage.usageHigh < 1) {
    problems.push(
      `usageHigh: ${usage.usageHigh} is below 1; the high estimate cannot assume less than the expected one`,
    );
  }
  if (problems.length > 0)
    throw new CommandError(`${USAGE_KEY} is wrong:\n${problems.map((line) => `  ${line}`).join("\n")}`);
  return usage;
}

/** `averageTasks.backend: 2`, as estimates report it, means the same as `averageTasks: { backend: 2 }`. */
function nested(value: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    const map = MAPS.find((each) => name.startsWith(`${each}.`));
    if (map === undefined) result[name] = given;
    else result[map] = { ...(isRecord(result[map]) ? result[map] : {}), [name.slice(map.length + 1)]: given };
  }
  return result;
}

function readMap(name: string, given: unknown, problems: string[]): Record<string, number> {
  const map: Record<string, number> = {};
  if (!isRecord(given)) {
    problems.push(`${name}: must map names to numbers, such as { backend: 2 }`);
    return map;
  }
  for (const [key, value] of Object.entries(given)) {
    const number = readNumber(`${name}.${key}`, value, problems);
    if (number !== undefined) map[key] = number;
  }
  return map;
}

function readNumber(name: string, given: unknown, problems: string[]): number | undefined {
  // Numbers set by `pulumi config set --path` are strings in the stack file.
  const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  if (typeof number === "number" && Number.isFinite(number) && number >= 0) return number;
  problems.push(`${name}: ${JSON.stringify(given)} is not a number from 0 up`);
  return undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isScalar = (name: string): name is Scalar => Object.hasOwn(ASSUMPTIONS, name);
const isMap = (name: string): name is (typeof MAPS)[number] => (MAPS as readonly string[]).includes(name);
