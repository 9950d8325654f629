import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ComponentArgs, Transform } from "../component.ts";
import type { Network } from "../network/network.ts";
import type { Protection } from "../protection.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import type { SecretSource } from "../security/secret-source.ts";
import type { Duration } from "../units.ts";
import type { ServerlessCapacity } from "./aurora-capacity.ts";
import type { DatabaseStorage } from "./database-storage.ts";

/** Arguments of {@link Postgres}: an RDS instance, or an Aurora Serverless v2 cluster. */
export type PostgresArgs = RdsArgs | AuroraArgs;

/** PostgreSQL on an RDS instance of a fixed size. */
export interface RdsArgs extends PostgresCommonArgs {
  /** @default "rds" */
  engine?: "rds";
  instance: InstanceShape;
  serverless?: never;
  /**
   * Update on a copy that takes over within a minute. Not with `password: "managed"`, read replicas, or a retention
   * of 0 days.
   * @default false: in place
   */
  blueGreenUpdates?: boolean;
}

/** PostgreSQL on Aurora Serverless v2, whose storage grows by itself. */
export interface AuroraArgs extends PostgresCommonArgs {
  engine: "auroraServerless";
  serverless: ServerlessCapacity;
  instance?: never;
  blueGreenUpdates?: never;
}

/** Machine and disk of an RDS instance. */
export interface InstanceShape {
  /** Instance class, such as `db.r6g.large`. A change restarts the database. */
  class: string;
  /** @default 100 GB of gp3 */
  storage?: DatabaseStorage;
}

/** What both engines take. */
export interface PostgresCommonArgs extends ComponentArgs {
  /**
   * The database stands in its data tier, and stays there: AWS moves no subnet group to another network, and refuses the
   * update. To move, make a second `Postgres` by another name there, with `restoreFrom`.
   */
  network: Network;
  /** Encrypts storage, backups, Performance Insights, logs and a managed password. A change replaces. */
  key: EncryptionKey;
  /** Major version, or one with its minor version. RDS refuses a lower one than it runs. @default "17" */
  version?: string;
  /** Lets a change of `version` cross a major version, which cannot be undone. @default false */
  majorUpgrades?: boolean;
  /** Name of the database that is made first. A change replaces. @default "app" */
  databaseName?: string;
  /** Master user. A change replaces. @default "dbowner" */
  username?: string;
  /**
   * `"managed"`: RDS generates the password, keeps it in Secrets Manager and rotates it every 7 days; the link then
   * reads its JSON key `password`. Or a secret of one's own, given to RDS through a write-only input.
   * @default "managed"
   */
  password?: "managed" | { secret: SecretSource };
  /** Let IAM roles log in; links then allow `users`. @default true, for the master user */
  iamAuthentication?: boolean | { users: string[] };
  /** @default 5432 */
  port?: number;
  /**
   * `multi` keeps a synchronous standby (Aurora: a reader) in another zone, which takes over within a minute or two.
   * @default "multi"
   */
  zones?: "single" | "multi";
  /** How many read-only copies there are besides, 0 to 15; of Aurora in two zones 0 to 14. @default 0 */
  replicas?: number;
  /** Automated backups; the database can be restored to any second of the retention. */
  backups?: DatabaseBackups;
  /** Weekly, UTC: 30 minutes to 24 hours; must not overlap the backup window. @default "sun:05:00-sun:06:00" */
  maintenanceWindow?: string;
  /** Minor versions by themselves, in the maintenance window. @default true */
  minorUpgrades?: boolean;
  /** Apply changes now, restarts included, instead of in the maintenance window. @default false */
  applyImmediately?: boolean;
  /** Parameters of PostgreSQL that are added to, or replace, the defaults. @default none */
  parameters?: Record<string, string | number>;
  /** CloudWatch Logs. @default PostgreSQL's log (and RDS's upgrade log), kept for 1 year */
  logs?: DatabaseLogs;
  /** Query statistics. @default standard, 7 days */
  insights?: false | DatabaseInsights;
  /** Interval of operating system metrics; false switches them off. @default "60 seconds" */
  enhancedMonitoring?: false | Duration;
  /**
   * SNS topic that hears of failures, maintenance and configuration changes. RDS sends nothing to an encrypted topic, as
   * that of `Notifications` is.
   * @default none
   */
  events?: { topicArn: pulumi.Input<string> };
  /** Certificate authority of the server's certificate. @default "rds-ca-rsa2048-g1" */
  ca?: "rds-ca-rsa2048-g1" | "rds-ca-rsa4096-g1" | "rds-ca-ecc384-g1";
  /**
   * Begin with existing data instead of an empty database; `databaseName` and `username` must be as they were there.
   * Read only when the database is made: adding, changing or removing it later has no effect.
   *
   * @default empty
   */
  restoreFrom?: RestoreSource;
  /** Deletion protection, final snapshot, default retention, Pulumi's `protect`. @default "standard" */
  protection?: Protection;
  transform?: PostgresTransforms;
}

/** Automated backups of a database. */
export interface DatabaseBackups {
  /** 1 to 35 days; a `BackupPlan` keeps longer. @default by protection: 1, 7 or 30 days */
  retention?: Duration;
  /** Daily, UTC, at least 30 minutes. @default "03:00-04:00" */
  window?: string;
}

/** Logs of a database. */
export interface DatabaseLogs {
  /** RDS: postgresql, upgrade, iam-db-auth-error; Aurora: postgresql, instance, iam-db-auth-error. */
  exports?: DatabaseLog[];
  /** As CloudWatch Logs takes it. @default "1 year" */
  retention?: Duration;
  /** Mask card data to all readers without `logs:Unmask`. @default whether the tags hold `data-class: cardholder` */
  maskCardNumbers?: boolean;
}

/** A log that RDS writes to CloudWatch Logs. */
export type DatabaseLog = "postgresql" | "upgrade" | "instance" | "iam-db-auth-error";

/** Performance Insights, which is part of CloudWatch Database Insights. */
export interface DatabaseInsights {
  /** `advanced` adds execution plans and fleet views, and needs 465 days. @default "standard" */
  mode?: "standard" | "advanced";
  /** 7, 31, 62, … (months of 31 days) to 713, or 731 days. @default "7 days", advanced "465 days" */
  retention?: Duration;
}

/** Where existing data comes from. */
export type RestoreSource =
  | { snapshot: pulumi.Input<string>; pointInTime?: never }
  | {
      /** Identifier of the instance or cluster, and the moment in UTC such as `2026-01-31T12:00:00Z`. */
      pointInTime: { source: pulumi.Input<string>; time: "latest" | (string & {}) };
      snapshot?: never;
    };

/** One transform for each kind of child. */
export interface PostgresTransforms {
  instance?: Transform<aws.rds.InstanceArgs>;
  replica?: Transform<aws.rds.InstanceArgs>;
  cluster?: Transform<aws.rds.ClusterArgs>;
  clusterInstance?: Transform<aws.rds.ClusterInstanceArgs>;
  parameterGroup?: Transform<aws.rds.ParameterGroupArgs>;
  clusterParameterGroup?: Transform<aws.rds.ClusterParameterGroupArgs>;
  subnetGroup?: Transform<aws.rds.SubnetGroupArgs>;
  securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  monitoringRole?: Transform<aws.iam.RoleArgs>;
  logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  eventSubscription?: Transform<aws.rds.EventSubscriptionArgs>;
}
