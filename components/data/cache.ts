import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component } from "../component.ts";
import type { Link, SecretReference } from "../link.ts";
import type { Observable, Observables } from "../observability/observables.ts";
import type { Recoverable, RecoveryPoint } from "../recovery/recoverable.ts";
import type { CacheArgs, CacheUser, NodeCacheArgs, ServerlessCacheArgs } from "./cache-args.ts";
import { cacheObservables } from "./cache-observables.ts";
import { type CachePlan, type NodePlan, planCache } from "./cache-plan.ts";

const TOKEN = "strongroom:data:Cache";

/** The raw resources of a {@link Cache}. */
export interface CacheNodes {
  securityGroup: aws.ec2.SecurityGroup;
  /** On nodes. */
  replicationGroup?: aws.elasticache.ReplicationGroup;
  subnetGroup?: aws.elasticache.SubnetGroup;
  parameterGroup?: aws.elasticache.ParameterGroup;
  logGroups: aws.cloudwatch.LogGroup[];
  /** Without nodes. */
  serverlessCache?: aws.elasticache.ServerlessCache;
  users: aws.elasticache.User[];
  userGroup?: aws.elasticache.UserGroup;
}

/**
 * Valkey or Redis OSS in the data tier: TLS only, encrypted with a customer key, with a token or users, in two zones
 * with automatic failover, daily snapshots and logs.
 *
 * ```ts
 * const token = new Secret("redis-auth", { name: "payment-system-production/redis/auth-token", key });
 * const cache = new Cache("payments", {
 *   network, key, nodeType: "cache.r7g.large", authentication: { token }, snapshots: { retention: "3 days" },
 * });
 * new FargateService("backend", { links: [cache.link], … });   // REDIS_HOST, REDIS_PORT, REDIS_TLS, REDIS_AUTH_TOKEN
 * ```
 *
 * The security group has no rule: whoever links makes the one that it needs.
 *
 * AWS Backup does not know ElastiCache: the snapshots here are the cache's backup, and a `BackupPlan` that is asked to
 * protect a cache leaves it to them. They go back into a new cache by `restoreFrom`.
 *
 * Cost (us-east-1, a month and node): cache.t4g.micro about 9 USD, cache.t4g.small 19 USD, cache.r7g.large 128 USD with
 * Valkey, a quarter more with Redis; a second node doubles it. Serverless: 0.084 USD per GB and hour (at least 100 MB)
 * and 0.0023 USD per million processing units. One snapshot is free, further ones cost 0.085 USD per GB.
 */
export class Cache extends Component implements Observable, Recoverable {
  readonly name: string;
  readonly identifier: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Address to write to; with cluster mode, the one that tells of all shards. */
  readonly endpoint: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  /** Address to read from; absent with one node and with cluster mode. */
  readonly readerHost: pulumi.Output<string> | undefined;
  readonly securityGroupId: pulumi.Output<string>;
  /** The resources that the component made. */
  readonly nodes: CacheNodes;
  readonly #args: CacheArgs;
  readonly #plan: CachePlan;

  constructor(name: string, args: CacheArgs, options?: pulumi.ComponentResourceOptions) {
    const plan = planCache(TOKEN, name, args);
    super(TOKEN, name, args, options);
    this.name = name;
    this.#args = args;
    this.#plan = plan;

    const identifier = this.#chooseIdentifier();
    const securityGroup = this.make(
      aws.ec2.SecurityGroup,
      "security-group",
      {
        description: `${plan.engine === "valkey" ? "Valkey" : "Redis"} ${name}`,
        vpcId: args.network.vpcId,
        revokeRulesOnDelete: true,
      },
      { transform: args.transform?.securityGroup },
    );
    const logins = this.#logins(identifier);
    const design = { identifier, securityGroupId: securityGroup.id, userGroup: logins.userGroup };
    const made =
      args.nodeType === undefined || plan.nodes === undefined
        ? this.#serverless(design, args as ServerlessCacheArgs)
        : this.#replicationGroup(design, args, plan.nodes);
    this.nodes = { securityGroup, ...logins, ...made.nodes };
    this.identifier = made.identifier;
    this.arn = made.arn;
    this.endpoint = made.host;
    this.port = made.port;
    this.readerHost = made.readerHost;
    this.securityGroupId = securityGroup.id;
    this.registerOutputs({ identifier: this.identifier, endpoint: this.endpoint, port: this.port });
  }

  /** New whenever the cache is replaced, so that neither the old one nor its final snapshot is in the way. */
  #chooseIdentifier(): pulumi.Output<string> {
    const { key, shards } = this.#args;
    const suffix = this.make(random.RandomId, "identifier", {
      byteLength: 4,
      keepers: {
        engine: this.#plan.engine,
        key: key.arn,
        port: String(this.#plan.port),
        clusterMode: String(shards !== undefined),
      },
    });
    return pulumi.interpolate`${this.name}-${suffix.hex}`;
  }

  #replicationGroup(design: Design, args: NodeCacheArgs, plan: NodePlan): Made {
    const subnetGroup = this.make(
      aws.elasticache.SubnetGroup,
      "subnets",
      { description: `Data tier of ${this.name}`, subnetIds: args.network.subnetIds.data },
      { transform: args.transform?.subnetGroup },
    );
    const parameterGroup =
      plan.parameters &&
      this.make(
        aws.elasticache.ParameterGroup,
        "parameters",
        {
          family: plan.parameters.family,
          description: `Parameters of ${this.name}`,
          parameters: plan.parameters.values,
        },
        { transform: args.transform?.parameterGroup },
      );
    const logs = this.#logs(plan.logRetention);
    const { identifier, securityGroupId, userGroup } = design;
    const group = this.make(
      aws.elasticache.ReplicationGroup,
      "cache",
      {
        replicationGroupId: identifier,
        description: `Cache ${this.name}`,
        engine: this.#plan.engine,
        engineVersion: this.#plan.version,
        nodeType: plan.nodeType,
        ...(plan.shards === undefined
          ? { numCacheClusters: plan.nodes }
          : { clusterMode: "enabled", numNodeGroups: plan.shards, replicasPerNodeGroup: plan.nodes - 1 }),
        automaticFailoverEnabled: plan.automaticFailover,
        multiAzEnabled: plan.multiAz,
        port: this.#plan.port,
        subnetGroupName: subnetGroup.name,
        securityGroupIds: [securityGroupId],
        ...(parameterGroup === undefined ? {} : { parameterGroupName: parameterGroup.name }),
        transitEncryptionEnabled: true,
        transitEncryptionMode: "required",
        atRestEncryptionEnabled: true,
        kmsKeyId: args.key.arn,
        ...(args.authentication.token === undefined
          ? {}
          : {
              authTokenWo: args.authentication.token.value,
              authTokenWoVersion: args.authentication.token.version,
            }),
        ...(userGroup === undefined ? {} : { userGroupIds: [userGroup.userGroupId] }),
        snapshotRetentionLimit: this.#plan.snapshotRetention,
        snapshotWindow: this.#plan.snapshotWindow,
        ...(this.#plan.protection.finalSnapshot
          ? { finalSnapshotIdentifier: pulumi.interpolate`${identifier}-final` }
          : {}),
        ...(args.restoreFrom === undefined ? {} : { snapshotName: args.restoreFrom.snapshot }),
        maintenanceWindow: plan.maintenanceWindow,
        autoMinorVersionUpgrade: args.minorUpgrades ?? true,
        applyImmediately: args.applyImmediately ?? false,
        ...(args.events === undefined ? {} : { notificationTopicArn: args.events.topicArn }),
        logDeliveryConfigurations: logs.map(({ type, group }) => ({
          destination: group.name,
          destinationType: "cloudwatch-logs",
          logFormat: "json",
          logType: type,
        })),
      },
      { transform: args.transform?.replicationGroup, options: this.#dataOptions("snapshotName") },
    );
    const clustered = plan.shards !== undefined;
    return {
      nodes: {
        replicationGroup: group,
        subnetGroup,
        ...(parameterGroup === undefined ? {} : { parameterGroup }),
        logGroups: logs.map((log) => log.group),
      },
      identifier: group.replicationGroupId,
      arn: group.arn,
      host: clustered ? group.configurationEndpointAddress : group.primaryEndpointAddress,
      port: pulumi.output(this.#plan.port),
      readerHost: clustered || plan.nodes === 1 ? undefined : group.readerEndpointAddress,
    };
  }

  #serverless(design: Design, args: ServerlessCacheArgs): Made {
    const { serverless: limits, network, key, restoreFrom, transform } = args;
    const cache = this.make(
      aws.elasticache.ServerlessCache,
      "cache",
      {
        name: design.identifier,
        description: `Cache ${this.name}`,
        engine: this.#plan.engine,
        majorEngineVersion: this.#plan.version.split(".")[0],
        cacheUsageLimits: {
          dataStorage: { unit: "GB", maximum: limits.maxStorage, minimum: limits.minStorage },
          ecpuPerSeconds: [{ maximum: limits.maxRequests, minimum: limits.minRequests }],
        },
        subnetIds: network.subnetIds.data,
        securityGroupIds: [design.securityGroupId],
        kmsKeyId: key.arn,
        ...(design.userGroup === undefined ? {} : { userGroupId: design.userGroup.userGroupId }),
        snapshotRetentionLimit: this.#plan.snapshotRetention,
        dailySnapshotTime: this.#plan.snapshotWindow.slice(0, 5),
        ...(restoreFrom === undefined ? {} : { snapshotArnsToRestores: [restoreFrom.snapshot] }),
      },
      { transform: transform?.serverlessCache, options: this.#dataOptions("snapshotArnsToRestores") },
    );
    return {
      nodes: { serverlessCache: cache, logGroups: [] },
      identifier: cache.name,
      arn: cache.arn,
      host: cache.endpoints.apply(([endpoint]) => endpoint?.address ?? ""),
      port: pulumi.output(this.#plan.port),
      readerHost: undefined,
    };
  }

  /** Where the data came from is history: AWS would replace the cache for a change of it. */
  #dataOptions(origin: string): pulumi.CustomResourceOptions {
    return { protect: this.#plan.protection.protect, ignoreChanges: [origin] };
  }

  #logs(retentionInDays: number | undefined) {
    if (retentionInDays === undefined) return [];
    return (["slow-log", "engine-log"] as const).map((type) => ({
      type,
      group: this.make(
        aws.cloudwatch.LogGroup,
        type,
        { retentionInDays, kmsKeyId: this.#args.key.arn },
        { transform: this.#args.transform?.logGroup },
      ),
    }));
  }

  #logins(identifier: pulumi.Output<string>): {
    users: aws.elasticache.User[];
    userGroup?: aws.elasticache.UserGroup;
  } {
    const { authentication, transform } = this.#args;
    if (authentication.users === undefined) return { users: [] };
    const engine = this.#plan.engine;
    const users = authentication.users.map(({ name, access, password }) =>
      this.make(
        aws.elasticache.User,
        `user-${name}`,
        {
          userId: userId(identifier, authentication.users, name),
          userName: name,
          accessString: access,
          engine,
          passwordsWo: password.value,
          passwordsWoVersion: password.version,
        },
        { transform: transform?.user },
      ),
    );
    // A group of Redis must have this user, who may otherwise do everything without a password.
    if (engine === "redis") users.push(this.#defaultUser(identifier));
    const userGroup = this.make(
      aws.elasticache.UserGroup,
      "users",
      { userGroupId: identifier, engine, userIds: users.map((user) => user.userId) },
      { transform: transform?.userGroup },
    );
    return { users, userGroup };
  }

  #defaultUser(identifier: pulumi.Output<string>): aws.elasticache.User {
    return this.make(
      aws.elasticache.User,
      "user-default",
      {
        userId: pulumi.interpolate`${identifier}-0`,
        userName: "default",
        accessString: "off -@all",
        engine: "redis",
        noPasswordRequired: true,
      },
      { transform: this.#args.transform?.user },
    );
  }

  /** `REDIS_HOST`, `REDIS_PORT`, `REDIS_TLS` and `REDIS_AUTH_TOKEN`; with users, as the first of them. */
  get link(): Link {
    const { token, users } = this.#args.authentication;
    return token === undefined ? this.linkAs(users[0]?.name ?? "") : this.#linkWith(token.reference());
  }

  /** The link of one of the users, with `REDIS_USER`. @throws {Error} when there is no such user */
  linkAs(name: string): Link {
    const users = this.#args.authentication.users ?? [];
    const user = users.find((each) => each.name === name);
    if (user === undefined) {
      const names = users.map((each) => JSON.stringify(each.name)).join(", ") || "none";
      throw new Error(`Cache "${this.name}" has no user ${JSON.stringify(name)}; its users are: ${names}`);
    }
    return this.#linkWith(user.password.reference(), user.name);
  }

  #linkWith(token: SecretReference, user?: string): Link {
    const clustered = this.#args.serverless !== undefined || this.#args.shards !== undefined;
    return {
      name: `${this.name}-cache`,
      environment: {
        REDIS_HOST: this.endpoint,
        REDIS_PORT: this.port.apply(String),
        REDIS_TLS: "true",
        ...(clustered ? { REDIS_CLUSTER: "true" } : {}),
        ...(this.readerHost === undefined ? {} : { REDIS_READER_HOST: this.readerHost }),
        ...(user === undefined ? {} : { REDIS_USER: user }),
      },
      secrets: { REDIS_AUTH_TOKEN: token },
      network: { securityGroupId: this.securityGroupId, port: this.port },
    };
  }

  get observables(): Observables {
    return cacheObservables({
      name: this.name,
      identifier: this.identifier,
      nodes: this.#plan.nodes,
      region: this.region,
    });
  }

  get recoveryPoint(): RecoveryPoint {
    return { arn: this.arn, kind: "self" };
  }
}

/** What both kinds of cache are made with. */
interface Design {
  identifier: pulumi.Output<string>;
  securityGroupId: pulumi.Output<string>;
  userGroup: aws.elasticache.UserGroup | undefined;
}

/** What both kinds of cache come to. */
interface Made {
  nodes: Omit<CacheNodes, "securityGroup" | "users" | "userGroup">;
  identifier: pulumi.Output<string>;
  arn: pulumi.Output<string>;
  host: pulumi.Output<string>;
  port: pulumi.Output<number>;
  readerHost: pulumi.Output<string> | undefined;
}

/** User ids are unique in the account and region, and short. */
function userId(identifier: pulumi.Output<string>, users: CacheUser[], name: string): pulumi.Output<string> {
  return pulumi.interpolate`${identifier}-${users.findIndex((user) => user.name === name) + 1}`;
}
