import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ComponentArgs, Transform } from "../component.ts";
import type { Network } from "../network/network.ts";
import type { Protection } from "../protection.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import type { SecretSource } from "../security/secret-source.ts";
import type { Duration } from "../units.ts";

/** Arguments of {@link Cache}: nodes of a fixed size, or a serverless cache. */
export type CacheArgs = NodeCacheArgs | ServerlessCacheArgs;

/** A cache on nodes of a fixed size (an ElastiCache replication group). */
export interface NodeCacheArgs extends CommonCacheArgs {
  /** Node type, such as `cache.t4g.small` or `cache.r7g.large`. */
  nodeType: string;
  serverless?: never;
  /** Nodes: one that is written to and copies of it, 1 to 6; with `shards`, so many in each. @default 2 */
  nodes?: number;
  /**
   * Spreads the keys over 2 to 500 shards, which clients must support (cluster mode). A change between none and some
   * replaces.
   * @default none
   */
  shards?: number;
  /** `multi` puts the nodes in several zones and fails over by itself; needs 2 nodes. @default "multi" */
  zones?: "single" | "multi";
  /** Parameters of the engine, beside the defaults of its version. @default none */
  parameters?: Record<string, string | number>;
  /** Slow commands and the engine's messages to CloudWatch Logs. @default kept for 1 year */
  logs?: false | { retention?: Duration };
  /** Weekly, UTC, at least 1 hour; must not overlap the snapshot window. @default "sun:05:00-sun:06:00" */
  maintenanceWindow?: string;
  /** Minor versions by themselves, in the maintenance window. @default true */
  minorUpgrades?: boolean;
  /** Apply changes now, restarts included, instead of in the maintenance window. @default false */
  applyImmediately?: boolean;
  /** SNS topic that hears of failovers and replaced nodes. @default none */
  events?: { topicArn: pulumi.Input<string> };
  /** @default 6379 */
  port?: number;
}

/** A cache that scales by itself; always in several zones, over TLS, with cluster mode. */
export interface ServerlessCacheArgs extends CommonCacheArgs {
  serverless: ServerlessLimits;
  nodeType?: never;
  nodes?: never;
  shards?: never;
  zones?: "multi";
  parameters?: never;
  logs?: never;
  maintenanceWindow?: never;
  minorUpgrades?: never;
  applyImmediately?: never;
  events?: never;
  port?: never;
}

/** Limits of a serverless cache, which bound what it can cost. */
export interface ServerlessLimits {
  /** GB of data, 1 to 5000. */
  maxStorage: number;
  /** Kept ready although unused, and paid for. GB, 1 to 5000. @default none */
  minStorage?: number;
  /** ElastiCache processing units a second, 1000 to 15000000. */
  maxRequests: number;
  /** Kept ready although unused, and paid for. @default none */
  minRequests?: number;
}

/** What both kinds take. */
export interface CommonCacheArgs extends ComponentArgs {
  /**
   * The cache stands in its data tier, and stays there: AWS moves no subnet group to another network, and refuses the
   * update. To move, make a second `Cache` by another name there, with `restoreFrom`.
   */
  network: Network;
  /** Encrypts data at rest, snapshots and logs. A change replaces. */
  key: EncryptionKey;
  /** Valkey is compatible with Redis OSS, and a fifth cheaper. A change replaces. @default "valkey" */
  engine?: "valkey" | "redis";
  /**
   * Major and minor version; serverless takes the major one. ElastiCache goes to no lower one: it would have to be made
   * anew while its identifier is taken, and AWS refuses that. Make a second `Cache` by another name instead.
   * @default Valkey 8.1, Redis 7.1
   */
  version?: string;
  /**
   * How clients log in. Nodes take a token of one's own (handed over through a write-only input; raising the secret's
   * version adds the new token and keeps the former one valid until the next) or users with access strings. A
   * serverless cache takes users only.
   */
  authentication: { token: SecretSource; users?: never } | { users: CacheUser[]; token?: never };
  /** Automatic snapshots, the only backup: AWS Backup does not know ElastiCache. */
  snapshots?: CacheSnapshots;
  /**
   * Snapshot to begin with: its name, for a serverless cache its ARN. Read only when the cache is made: adding,
   * changing or removing it later has no effect.
   *
   * @default empty
   */
  restoreFrom?: { snapshot: pulumi.Input<string> };
  /** Final snapshot, default retention, Pulumi's `protect`. @default "standard" */
  protection?: Protection;
  transform?: CacheTransforms;
}

/** Automatic snapshots. */
export interface CacheSnapshots {
  /** 0 to 35 days; 0 switches them off. @default by protection: 1, 7 or 30 days */
  retention?: Duration;
  /** Daily, UTC, at least 1 hour; serverless begins at its first minute. @default "03:00-04:00" */
  window?: string;
}

/** Somebody who may log in to the cache. */
export interface CacheUser {
  /** Name to log in with; `default` is switched off unless it is listed. */
  name: string;
  /** What the user may do, in the syntax of ACLs, such as `on ~app::* +@all -@dangerous`. */
  access: string;
  password: SecretSource;
}

/** One transform for each kind of child. */
export interface CacheTransforms {
  replicationGroup?: Transform<aws.elasticache.ReplicationGroupArgs>;
  serverlessCache?: Transform<aws.elasticache.ServerlessCacheArgs>;
  parameterGroup?: Transform<aws.elasticache.ParameterGroupArgs>;
  subnetGroup?: Transform<aws.elasticache.SubnetGroupArgs>;
  securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  user?: Transform<aws.elasticache.UserArgs>;
  userGroup?: Transform<aws.elasticache.UserGroupArgs>;
  logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
}
