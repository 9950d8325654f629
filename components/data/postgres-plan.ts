import { handlesCardData } from "../observability/card-data.ts";
import { retentionDays } from "../observability/log-retention.ts";
import { protectionSettings, type ProtectionSettings } from "../protection.ts";
import { requireServices } from "../security/key.ts";
import { days, type Duration, seconds } from "../units.ts";
import { known, Problems, show } from "../validation.ts";
import { type CapacityPlan, planCapacity } from "./aurora-capacity.ts";
import { planStorage, type StoragePlan } from "./database-storage.ts";
import { instanceMemory } from "./instance-class.ts";
import type { DatabaseLog, PostgresArgs } from "./postgres-args.ts";
import {
  DEFAULT_VERSION,
  type DatabaseParameter,
  parameterFamily,
  parametersOf,
  type PostgresEngine,
  versionMistake,
} from "./postgres-version.ts";
import { dailyWindow, weeklyWindow, windowsOverlap } from "./windows.ts";

/** Arguments of `Postgres` with every default filled in, in the names and units of RDS. */
export interface PostgresPlan {
  engine: PostgresEngine;
  version: string;
  family: string;
  parameters: DatabaseParameter[];
  databaseName: string;
  username: string;
  port: number;
  multiAz: boolean;
  replicas: number;
  backupRetention: number;
  backupWindow: string;
  maintenanceWindow: string;
  logs: DatabaseLog[];
  logRetention: number;
  masksCardNumbers: boolean;
  insights: { mode: "standard" | "advanced"; retention: number } | undefined;
  monitoringInterval: number;
  iamUsers: string[];
  protection: ProtectionSettings;
  /** Of an RDS instance. */
  instance: { class: string; storage: StoragePlan } | undefined;
  /** Of an Aurora cluster. */
  capacity: CapacityPlan | undefined;
}

const MONITORING_INTERVALS = [1, 5, 10, 15, 30, 60];
/** Words that RDS or PostgreSQL keeps for itself. */
const RESERVED_USERS = ["admin", "rdsadmin", "rdsrepladmin", "rds_superuser", "rds_iam", "public", "user"];
const LOGS: Readonly<Record<PostgresEngine, DatabaseLog[]>> = {
  postgres: ["postgresql", "upgrade", "iam-db-auth-error"],
  "aurora-postgresql": ["postgresql", "instance", "iam-db-auth-error"],
};

/** @throws {pulumi.InputPropertiesError} naming every mistake in the arguments. */
export function planPostgres(token: string, name: string, args: PostgresArgs): PostgresPlan {
  const problems = new Problems(token, name);
  const engine = args.engine === "auroraServerless" ? "aurora-postgresql" : "postgres";
  const protection = protectionSettings(args.protection);
  const version = args.version ?? DEFAULT_VERSION;
  const versionIsWrong = versionMistake(version);
  if (versionIsWrong !== undefined) problems.add("version", versionIsWrong);

  const username = args.username ?? "dbowner";
  const databaseName = args.databaseName ?? "app";
  checkNames(problems, name, username, databaseName);
  const port = args.port ?? 5432;
  problems.check(
    Number.isInteger(port) && port >= 1150 && port <= 65_535,
    "port",
    `${port} is not possible; write 1150 to 65535`,
  );
  const replicas = args.replicas ?? 0;
  const multiAz = (args.zones ?? "multi") === "multi";
  // An Aurora cluster has 15 readers, and the standby is one of them.
  const mostReplicas = engine === "aurora-postgresql" && multiAz ? 14 : 15;
  problems.check(
    Number.isInteger(replicas) && replicas >= 0 && replicas <= mostReplicas,
    "replicas",
    `${replicas} is not possible; write 0 to ${mostReplicas}`,
  );
  checkCombinations(problems, args, replicas);

  const plan: PostgresPlan = {
    engine,
    version,
    family: parameterFamily(engine, version),
    parameters: parametersOf(args.parameters),
    databaseName,
    username,
    port,
    multiAz,
    replicas,
    backupRetention: backupRetention(problems, args.backups?.retention ?? protection.backupRetention),
    ...windows(problems, args),
    logs: logs(problems, engine, args.logs?.exports),
    logRetention: logRetention(problems, args),
    masksCardNumbers: args.logs?.maskCardNumbers ?? handlesCardData(args.tags),
    insights: insights(problems, args),
    monitoringInterval: monitoringInterval(problems, args.enhancedMonitoring ?? "60 seconds"),
    iamUsers: iamUsers(args, username),
    protection,
    instance: instance(problems, args),
    capacity: args.serverless === undefined ? undefined : planCapacity(args.serverless, version, problems),
  };
  problems.throwIfAny();
  return plan;
}

function checkNames(problems: Problems, name: string, username: string, databaseName: string): void {
  problems.check(
    /^[a-z](-?[a-z0-9])*$/.test(name) && name.length <= 40,
    "name",
    `${show(name)} cannot begin an identifier of RDS; write at most 40 lower-case letters, digits and single ` +
      "hyphens, beginning with a letter",
  );
  problems.check(
    /^[a-zA-Z]\w{0,62}$/.test(username),
    "username",
    `${show(username)} is not possible; write 1 to 63 letters, digits and "_", beginning with a letter`,
  );
  problems.check(
    !RESERVED_USERS.includes(username.toLowerCase()) && !/^pg_/i.test(username),
    "username",
    `${show(username)} is reserved; write another one, such as "dbowner"`,
  );
  problems.check(
    /^[a-zA-Z]\w{0,62}$/.test(databaseName),
    "databaseName",
    `${show(databaseName)} is not possible; write 1 to 63 letters, digits and "_", beginning with a letter`,
  );
}

function checkCombinations(problems: Problems, args: PostgresArgs, replicas: number): void {
  const { password = "managed" } = args;
  const managed = password === "managed";
  problems.check(
    password === "managed" || password.secret.isDocument !== true,
    "password",
    "is a document of fields, and a password is one value; write a Secret without fields",
  );
  if (args.instance !== undefined) {
    problems.check(
      !managed || replicas <= 0,
      "password",
      "RDS cannot replicate a database whose password it manages; write password: { secret }, or replicas: 0",
    );
    problems.check(
      !managed || args.blueGreenUpdates !== true,
      "password",
      "blue/green updates are not possible with a managed password; write password: { secret }, or leave " +
        "blueGreenUpdates out",
    );
    problems.check(
      replicas <= 0 || args.blueGreenUpdates !== true,
      "blueGreenUpdates",
      `is not possible with ${replicas} replicas; write replicas: 0, or leave blueGreenUpdates out`,
    );
  }
  const { pointInTime } = args.restoreFrom ?? {};
  if (pointInTime !== undefined) {
    problems.check(
      pointInTime.time === "latest" ||
        (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(pointInTime.time) &&
          !Number.isNaN(Date.parse(pointInTime.time))),
      "restoreFrom.pointInTime.time",
      `${show(pointInTime.time)} is not a moment; write "latest" or UTC such as "2026-01-31T12:00:00Z"`,
    );
  }
  const topic = known(args.events?.topicArn);
  problems.check(
    topic === undefined || /^arn:[a-z-]+:sns:/.test(topic),
    "events.topicArn",
    `${show(topic)} is not the ARN of an SNS topic`,
  );
}

function backupRetention(problems: Problems, retention: Duration): number {
  const count = problems.parse("backups.retention", () => days(retention)) ?? 1;
  problems.check(
    count >= 1 && count <= 35,
    "backups.retention",
    `"${retention}" is not possible; RDS keeps 1 to 35 days. A BackupPlan keeps longer`,
  );
  return count;
}

function windows(
  problems: Problems,
  args: PostgresArgs,
): { backupWindow: string; maintenanceWindow: string } {
  const backupWindow = args.backups?.window ?? "03:00-04:00";
  const maintenanceWindow = args.maintenanceWindow ?? "sun:05:00-sun:06:00";
  const backup = problems.parse("backups.window", () => dailyWindow(backupWindow));
  const maintenance = problems.parse("maintenanceWindow", () => weeklyWindow(maintenanceWindow));
  if (backup !== undefined) {
    problems.check(
      backup.length >= 30,
      "backups.window",
      `"${backupWindow}" is too short; RDS needs at least 30 minutes`,
    );
  }
  if (maintenance !== undefined) {
    problems.check(
      maintenance.length >= 30 && maintenance.length <= 1440,
      "maintenanceWindow",
      `"${maintenanceWindow}" is not possible; RDS needs 30 minutes to 24 hours`,
    );
  }
  if (backup !== undefined && maintenance !== undefined) {
    problems.check(
      !windowsOverlap(backup, maintenance),
      "maintenanceWindow",
      `"${maintenanceWindow}" overlaps the backup window "${backupWindow}"; write another time`,
    );
  }
  return { backupWindow, maintenanceWindow };
}

function logs(problems: Problems, engine: PostgresEngine, exports?: DatabaseLog[]): DatabaseLog[] {
  const allowed = LOGS[engine];
  for (const log of exports ?? []) {
    problems.check(
      allowed.includes(log),
      "logs.exports",
      `"${log}" is not a log of ${engine}; write ${allowed.join(", ")}`,
    );
  }
  return exports ?? (engine === "postgres" ? ["postgresql", "upgrade"] : ["postgresql"]);
}

function logRetention(
  problems: Problems,
  { logs: { retention = "1 year" } = {}, key }: PostgresArgs,
): number {
  requireServices(problems, "key", key, ["logs"]);
  return retentionDays(problems, "logs.retention", retention) ?? 0;
}

function insights(problems: Problems, args: PostgresArgs): PostgresPlan["insights"] {
  if (args.insights === false) return undefined;
  const { mode = "standard", retention = mode === "advanced" ? "465 days" : "7 days" } = args.insights ?? {};
  const count = problems.parse("insights.retention", () => days(retention)) ?? 7;
  problems.check(
    count === 7 || count === 731 || (count % 31 === 0 && count >= 31 && count <= 713),
    "insights.retention",
    `"${retention}" is not possible; write 7 days, a multiple of 31 up to 713, or 731`,
  );
  problems.check(
    mode === "standard" || count >= 465,
    "insights.retention",
    `"${retention}" is too short for advanced insights; write at least "465 days"`,
  );
  return { mode, retention: count };
}

function monitoringInterval(problems: Problems, interval: false | Duration): number {
  if (interval === false) return 0;
  const count = problems.parse("enhancedMonitoring", () => seconds(interval)) ?? 60;
  problems.check(
    MONITORING_INTERVALS.includes(count),
    "enhancedMonitoring",
    `"${interval}" is not possible; write ${MONITORING_INTERVALS.join(", ")} seconds, or false`,
  );
  return count;
}

function iamUsers({ iamAuthentication = true }: PostgresArgs, username: string): string[] {
  if (iamAuthentication === false) return [];
  return iamAuthentication === true ? [username] : iamAuthentication.users;
}

function instance(problems: Problems, args: PostgresArgs): PostgresPlan["instance"] {
  if (args.instance === undefined) return undefined;
  const { class: instanceClass, storage = { size: "100 GB" } } = args.instance;
  problems.parse("instance.class", () => instanceMemory(instanceClass));
  const planned = planStorage(storage, problems);
  return planned && { class: instanceClass, storage: planned };
}
