import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  Cluster,
  FargateService,
  type FargateServiceArgs,
  type ScalingArgs,
} from "../../components/compute/index.ts";
import { Cache, Postgres } from "../../components/data/index.ts";
import { buildImage, ImageRepository, parseImage } from "../../components/delivery/index.ts";
import { DnsZone, LoadBalancer } from "../../components/edge/index.ts";
import { TASK_SERVICES, Vpc } from "../../components/network/index.ts";
import { Budget, Monitoring, Notifications } from "../../components/observability/index.ts";
import { BackupPlan, OffHours } from "../../components/recovery/index.ts";
import { AuditTrail, generate, Key, Secret } from "../../components/security/index.ts";
import type { StackConfig } from "../config.ts";
import { LIVENESS, PATHS, REDIRECTS, serviceLink } from "./payment-service.ts";

/** What the command line and other stacks need to know of a deployed `enterprise-payments`. */
export interface EnterprisePaymentsOutputs {
  /** Public address. */
  url: pulumi.Output<string>;
  /** Name servers to enter at the parent domain, where the stack made the zone. */
  nameServers: pulumi.Output<string[]> | undefined;
  /** ECS cluster and the services in it, by role. */
  cluster: pulumi.Output<string>;
  services: { backend: pulumi.Output<string>; frontend: pulumi.Output<string> };
  /** Log groups by service. */
  logGroups: { backend: pulumi.Output<string>; frontend: pulumi.Output<string> };
  /** ECR repositories by service, for the pipeline that pushes images. */
  repositories: { backend: pulumi.Output<string>; frontend: pulumi.Output<string> };
  /** What `strongroom db migrate` runs. */
  migration: {
    taskDefinition: pulumi.Output<string>;
    subnets: pulumi.Output<string>[];
    securityGroup: pulumi.Output<string>;
  };
  /** RDS instance: identifier and address. */
  database: { identifier: pulumi.Output<string>; endpoint: pulumi.Output<string> };
  /** ElastiCache replication group, where there is one. */
  cache: { identifier: pulumi.Output<string>; endpoint: pulumi.Output<string> } | undefined;
  /** ARNs of the secrets, by purpose. Never values. */
  secrets: Record<"database" | "jwt" | "app", pulumi.Output<string>> & { redis?: pulumi.Output<string> };
  /** ARN of the KMS key that the card vault's keys are wrapped by. */
  vaultKey: pulumi.Output<string>;
  /** SNS topic of alarms. */
  alertsTopic: pulumi.Output<string>;
  /** AWS Backup vault, where there is one. */
  backupVault: pulumi.Output<string> | undefined;
}

type Tier = "backend" | "frontend";

/** Paths in the configuration are relative to it. */
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The enterprise payment system: a load balancer with a firewall, two Fargate services, PostgreSQL and a cache in
 * private tiers, everything encrypted with the stack's own key, watched, backed up and budgeted. Card numbers are under a
 * second key, which only the backend's tasks use.
 */
export async function enterprisePayments(given: StackConfig): Promise<EnterprisePaymentsOutputs> {
  const config = { ...given, tags: { ...standardTags(given), ...given.tags } };
  const { environment, protection, tags } = config;
  const cardTags = { ...tags, ...cardholderTags(given) };
  const system = `payment-system-${environment}`;
  const retention = config.logs.retention;

  const key = new Key("payments", {
    description: `Encrypts the payment system (${environment})`,
    services: ["logs", "cloudwatch", "eventbridge", "budgets", "costalerts", "backup-events", "cloudtrail"],
    protection,
    tags,
  });
  // No AWS service uses it, so that access to what is stored (backups, logs, secrets) opens no card number: PCI DSS 3.6, 3.7.
  const vault = new Key("vault", {
    description: `Wraps the keys of the card vault (${environment})`,
    services: [],
    protection,
    tags: cardTags,
  });
  const network = new Vpc("payments", {
    cidr: config.cidr,
    zones: config.zones === 3 ? 3 : 2,
    nat: config.nat,
    // What runs the migration asks ECS, and without NAT there is no other way to it.
    ...(config.nat === "none" ? { endpoints: { interface: [...TASK_SERVICES, "ecs"] } } : {}),
    flowLogs: { key, retention },
    tags,
  });

  const zone = dnsZone(config, key);
  const edge = new LoadBalancer("edge", {
    network,
    exposure: "internet",
    ...(config.domain && zone ? { domain: { name: config.domain.name, zone } } : { allowPlainHttp: true }),
    testListener: config.rollout !== "rolling",
    redirects: REDIRECTS,
    // Besides its own, who reads what the trail recorded.
    ...(config.auditTrail ? { accessLogs: { accepts: ["access-logs"] } } : {}),
    firewall: {
      // Settlement files and bank returns are larger than the 8 KB that the firewall reads; the service bounds them itself.
      managedRules: { core: { count: ["SizeRestrictions_BODY"] } },
      requestsPerFiveMinutes: config.firewall.requestsPerFiveMinutes,
      logs: { name: `aws-waf-logs-${system}`, reachableAs: `/aws/wafv2/${system}`, key, retention },
    },
    protection,
    tags,
  });

  const secret = (name: string, path: string, args: object = {}) =>
    new Secret(name, { name: `${system}/${path}`, key, protection, tags, ...args });
  const secrets = {
    database: secret("database-password", "db/password", { tags: cardTags }),
    jwt: secret("jwt", "jwt/secret", { generate: { length: 64 } }),
    app: secret("app", "app/config", {
      fields: { cursorKey: generate({ length: 64 }) },
      environment: { CURSOR_KEY: "cursorKey" },
    }),
  };

  const database = new Postgres("payments", {
    network,
    key,
    instance: {
      class: config.database.class,
      storage: { size: config.database.storage, max: config.database.maxStorage },
    },
    zones: config.database.zones,
    replicas: config.database.replicas,
    password: { secret: secrets.database },
    databaseName: "payments",
    backups: { retention: config.database.backupRetention },
    logs: { retention },
    // Nobody studies the processes of a database that is about to go.
    ...(protection === "ephemeral" ? { enhancedMonitoring: false } : {}),
    protection,
    tags: cardTags,
  });
  const redis =
    config.cache.nodes > 0 ? secret("redis", "redis/auth-token", { generate: { length: 64 } }) : undefined;
  const cache =
    redis &&
    new Cache("payments", {
      network,
      key,
      nodeType: config.cache.nodeType,
      nodes: config.cache.nodes,
      zones: config.cache.nodes > 1 ? "multi" : "single",
      authentication: { token: redis },
      snapshots: { retention: config.cache.snapshotRetention },
      protection,
      tags,
    });

  const cluster = new Cluster("payments", {
    network,
    key,
    insights: "enabled",
    execLogRetention: retention,
    tags,
  });
  const repositories = {
    backend: repository("backend", config, key),
    frontend: repository("frontend", config, key),
  };
  const service = async (
    tier: Tier,
    args: Omit<FargateServiceArgs, "cluster" | "image" | "environment" | "secrets">,
  ) =>
    new FargateService(tier, {
      cluster,
      image: await image(tier, config, repositories[tier]),
      cpu: config[tier].cpu,
      memory: config[tier].memory,
      // Of all, not even the first is spared.
      spot: { share: config[tier].spot / 100, base: config[tier].spot === 100 ? 0 : 1 },
      tmp: ["/tmp"],
      logs: { name: `/ecs/${system}/${tier}`, retention },
      rollout: config.rollout,
      wait: config.waitForServices,
      rests: config.offHours !== undefined,
      ...(liesElsewhere(config.images[tier]) ? { internetEgress: true } : {}),
      tags,
      environment: config[tier].environment,
      secrets: secretReferences(config[tier].secrets),
      ...args,
    });
  const backend = await service("backend", {
    port: 3000,
    tags: cardTags,
    ...size(config.backend, { requestsPerTarget: 1000 }),
    route: {
      loadBalancer: edge,
      paths: PATHS,
      health: "/api/v1/actuator/health/readiness",
      // A database that fails over is away for up to two minutes. New tasks would not bring it back.
      healthCheck: { interval: "15 seconds", unhealthyThreshold: 10 },
      // Not less than the service takes to finish (SHUTDOWN_TIMEOUT, 25 seconds).
      deregistrationDelay: "30 seconds",
    },
    stopTimeout: "30 seconds",
    // What new tasks do help against: a process that hangs. The image's own check is not looked at by ECS.
    healthCheck: { command: LIVENESS, interval: "10 seconds", startPeriod: "60 seconds" },
    links: [
      database.link,
      ...(cache ? [cache.link] : []),
      secrets.jwt.link,
      secrets.app.link,
      serviceLink(environment, vault),
    ],
    migration: { command: ["npm", "run", "migrate"] },
    // Processors' and customers' webhook addresses are on the internet.
    internetEgress: network.appTierHasEgress || undefined,
  });
  const frontend = await service("frontend", {
    port: 8080,
    ...size(config.frontend),
    route: { loadBalancer: edge, paths: ["/*"], health: "/health" },
  });

  const alerts = new Notifications("alerts", {
    key,
    email: config.notify.emails,
    slack: config.notify.slack,
    publishers: ["backup.amazonaws.com"],
    pagerDuty: config.pagerDutyUrl === undefined ? [] : [pulumi.secret(config.pagerDutyUrl)],
    tags,
  });
  const backups = config.backups
    ? new BackupPlan("payments", {
        key,
        protect: [database, ...(cache ? [cache] : [])],
        retention: "35 days",
        // A database at rest cannot be read.
        ...(config.offHours === undefined ? { at: "06:00" } : { within: config.offHours }),
        restoreTest: environment === "production" ? "weekly" : undefined,
        notify: alerts.topicArn,
        protection,
        tags: cardTags,
      })
    : undefined;
  const trail = config.auditTrail
    ? new AuditTrail("audit", {
        key,
        searchable: retention,
        ...(edge.nodes.logBucket && { accessLogs: { bucket: edge.nodes.logBucket } }),
        protection,
        tags,
      })
    : undefined;
  new Monitoring("payments", {
    watch: [
      ...[edge, backend, backend.nodes.identity.logs, frontend, database, cache],
      ...[network, backups, alerts, trail],
    ].filter((watched) => watched !== undefined),
    alerts,
    limits: config.alarms,
    dashboards: system,
    tags,
  });
  if (config.budget !== undefined) {
    new Budget("payments", { monthly: config.budget, alerts, tags });
  }
  if (config.offHours !== undefined) {
    new OffHours("payments", { ...config.offHours, rest: [backend, frontend, database], key, tags });
  }

  return {
    url: edge.url,
    nameServers: zone instanceof DnsZone ? zone.nameServers : undefined,
    cluster: cluster.name,
    services: { backend: backend.serviceName, frontend: frontend.serviceName },
    logGroups: { backend: backend.logGroupName, frontend: frontend.logGroupName },
    repositories: { backend: repositories.backend.url, frontend: repositories.frontend.url },
    migration: {
      taskDefinition: backend.taskDefinitionArn,
      subnets: network.subnetIds.app,
      securityGroup: backend.securityGroupId,
    },
    database: { identifier: database.identifier, endpoint: database.endpoint },
    cache: cache && { identifier: cache.identifier, endpoint: cache.endpoint },
    secrets: {
      database: secrets.database.arn,
      jwt: secrets.jwt.arn,
      ...(redis ? { redis: redis.arn } : {}),
      app: secrets.app.arn,
    },
    vaultKey: vault.arn,
    alertsTopic: alerts.topicArn,
    backupVault: backups?.vaultName,
  };
}

/** Tags of everything, beside those that the configuration has. */
function standardTags({ environment }: StackConfig): StackConfig["tags"] {
  return { application: "payments", environment, "managed-by": "pulumi" };
}

/**
 * Tags of what card numbers pass through in clear, or lie in as ciphertext, and of what opens that: policies ask more of
 * these. A stack that is made to be thrown away never sees a real card.
 */
function cardholderTags({ protection }: StackConfig): StackConfig["tags"] {
  return protection === "ephemeral" ? {} : { "data-class": "cardholder" };
}

/** Secrets that exist, as a task reads them. */
function secretReferences(secrets: StackConfig[Tier]["secrets"]): FargateServiceArgs["secrets"] {
  return Object.fromEntries(
    Object.entries(secrets).map(([variable, { arn, field, keyArn }]) => [
      variable,
      {
        valueFrom: field === undefined ? arn : `${arn}:${field}::`,
        arn,
        kind: "secretsmanager" as const,
        ...(keyArn === undefined ? {} : { keyArn }),
      },
    ]),
  );
}

/** How many tasks a service has: scaled between its bounds, or always as many where they are equal. */
function size(
  { min, max }: StackConfig[Tier],
  more: Partial<ScalingArgs> = {},
): Pick<FargateServiceArgs, "count" | "scaling"> {
  return min === max ? { count: min } : { scaling: { min, max, cpu: 70, memory: 80, ...more } };
}

/** The hosted zone of the domain: the one that is named, or a new one. */
function dnsZone({ domain, logs, protection, tags }: StackConfig, key: Key) {
  if (domain === undefined) return undefined;
  if (domain.zoneId !== undefined) return DnsZone.get({ zoneId: domain.zoneId });
  // Route 53 logs queries to us-east-1 only, where a key of another region is of no use.
  const queryLogs =
    aws.config.region === "us-east-1" ? { queryLogs: { key, retention: logs.retention } } : {};
  return new DnsZone("payments", { domain: domain.name, ...queryLogs, protection, tags });
}

/** Whether an image lies in another registry than ECR, which is on the internet. */
function liesElsewhere(source: StackConfig["images"][Tier]): boolean {
  return typeof source === "string" && parseImage(source).ecr === undefined;
}

/** Repository of a service's images. */
function repository(tier: Tier, { environment, protection, tags }: StackConfig, key: Key): ImageRepository {
  return new ImageRepository(tier, {
    key,
    repositoryName: `payment-system-${environment}/${tier}`,
    protection,
    tags,
  });
}

/** The image that a service runs: as named, by tag in its own repository, or built now. */
async function image(
  tier: Tier,
  { images }: StackConfig,
  own: ImageRepository,
): Promise<pulumi.Input<string>> {
  const source = images[tier];
  if (typeof source === "string") return source;
  if ("context" in source) {
    const { context, dockerfile = join(context, "Dockerfile"), tag, buildArgs } = source;
    // Docker's provider takes paths from where the program runs, which for the engine is the folder of its main file.
    const fromHere = (path: string) => relative("", join(REPOSITORY, path)) || ".";
    return buildImage(tier, {
      repository: own,
      context: fromHere(context),
      dockerfile: fromHere(dockerfile),
      tag,
      buildArgs,
    });
  }
  const digest = source.digest === undefined ? "" : `@${source.digest}`;
  return pulumi.interpolate`${own.url}:${source.tag}${digest}`;
}
