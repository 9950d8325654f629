import * as pulumi from "@pulumi/pulumi";
import { closest } from "fastest-levenshtein";
import { z } from "zod";
import { cpuUnits, days, megabytes, type Cpu, type Duration, type Size } from "../components/units.ts";
import { consistency, productionGuards } from "./config-checks.ts";

/** Pulumi's project name, which is the configuration's namespace: `strongroom:zones`. */
const NAMESPACE = "strongroom";

/** A string that `parse` accepts; what it throws is the message. */
function parsed<T extends string>(parse: (text: T) => number): z.ZodType<T> {
  return z.string().superRefine((text, context) => {
    try {
      parse(text as T);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
    }
  }) as unknown as z.ZodType<T>;
}

const wholeDays = parsed<Duration>(days);
const size = parsed<Size>(megabytes);
const cpu = parsed<Cpu>(cpuUnits);

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hexadecimal digits");

const tag = z
  .string()
  .regex(/^[\w][\w.-]{0,127}$/, "must be a tag such as 1.0.0")
  .refine((name) => name !== "latest", "must name one image for good, such as 1.0.0: tags cannot be moved");

/**
 * Where a service's image comes from: a full reference, a tag (and digest) in the stack's own repository, or a folder
 * that `pulumi up` builds from. Tags cannot be moved, so that each build needs its own.
 */
const image = z.union(
  [
    z.string().min(1),
    z.strictObject({ tag, digest: digest.optional() }),
    z.strictObject({
      /** Folder that Docker gets to see, from the repository's root. */
      context: z.string().min(1),
      /** From the repository's root, too. */
      dockerfile: z.string().min(1).optional(),
      tag,
      /** Build arguments, which the image's history shows: never a secret. */
      buildArgs: z.record(z.string(), z.string()).optional(),
    }),
  ],
  {
    error:
      'must be a reference such as "registry/name:tag@sha256:…", {tag, digest} of the stack\'s own repository, or {context, dockerfile, tag, buildArgs} to build',
  },
);

/** A secret of Secrets Manager that exists. */
const secretReference = z.strictObject({
  arn: z
    .string()
    .regex(/^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/, "must be the ARN of a secret"),
  /** Key of its JSON document. */
  field: z.string().min(1).optional(),
  /** Customer key that it is encrypted with. */
  keyArn: z
    .string()
    .regex(/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/\S+$/, "must be the ARN of a KMS key")
    .optional(),
});

const service = (defaults: { cpu: Cpu; memory: Size; min: number; max: number }) =>
  z
    .strictObject({
      /** Processors of one task. */
      cpu: cpu.default(defaults.cpu),
      /** Memory of one task. */
      memory: size.default(defaults.memory),
      /** Fewest tasks; without any there is nothing that would tell when to start one. */
      min: z.int().min(1).default(defaults.min),
      /** Most tasks. */
      max: z.int().min(1).default(defaults.max),
      /**
       * Share of tasks on Fargate Spot, in percent; for work that may be interrupted. The first task stays on regular
       * Fargate, but at 100 none does.
       */
      spot: z.int().min(0).max(100).default(0),
      /** Further settings of the service, in plain text. */
      environment: z.record(z.string(), z.string()).default({}),
      /** Further settings that are secret, by reference. */
      secrets: z.record(z.string(), secretReference).default({}),
    })
    .refine(({ min, max }) => min <= max, { path: ["min"], error: "must not be above max" })
    .prefault({});

const email = z.email({ error: "must be an e-mail address" });

/**
 * Everything that a stack can configure, with its defaults. Keys stand in `Pulumi.<stack>.yaml` as
 * `strongroom:<key>`; `docs/configuration.md` explains them.
 */
export const CONFIG = z.strictObject({
  system: z.enum(["enterprise-payments"]).default("enterprise-payments"),
  environment: z
    .string()
    .regex(
      /^(?=.{2,16}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
      "must be 2–16 lower-case letters, digits and single hyphens between them, beginning with a letter",
    ),
  protection: z.enum(["ephemeral", "standard", "critical"]).optional(),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}),
  cidr: z.cidrv4({ error: "must be an IPv4 range such as 10.0.0.0/16" }).default("10.0.0.0/16"),
  zones: z.int().min(1).max(3).default(2),
  nat: z.enum(["none", "single", "perZone", "regional", "instance"]).default("single"),
  domain: z
    .strictObject({
      name: z
        .string()
        .regex(
          /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
          "must be a domain name such as payments.example.com",
        ),
      zoneId: z
        .string()
        .regex(/^Z[A-Z0-9]{5,31}$/, "must be the id of a Route 53 hosted zone")
        .optional(),
    })
    .optional(),
  firewall: z
    .strictObject({ requestsPerFiveMinutes: z.int().min(10).max(2_000_000_000).default(2000) })
    .prefault({}),
  database: z
    .strictObject({
      class: z
        .string()
        .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "must be an RDS class such as db.r6g.large")
        .default("db.t4g.medium"),
      storage: size.default("50 GB"),
      maxStorage: size.optional(),
      zones: z.enum(["single", "multi"]).default("single"),
      replicas: z.int().min(0).max(5).default(0),
      backupRetention: wholeDays.default("30 days"),
      publiclyAccessible: z.boolean().default(false),
    })
    .prefault({}),
  cache: z
    .strictObject({
      nodeType: z
        .string()
        .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, "must be an ElastiCache node type such as cache.t4g.small")
        .default("cache.t4g.micro"),
      /** 0 for none. */
      nodes: z.int().min(0).max(6).default(1),
      snapshotRetention: wholeDays.default("3 days"),
    })
    .prefault({}),
  images: z.strictObject({ backend: image, frontend: image }),
  backend: service({ cpu: "1 vCPU", memory: "2 GB", min: 1, max: 20 }),
  frontend: service({ cpu: "0.5 vCPU", memory: "1 GB", min: 1, max: 10 }),
  rollout: z.enum(["rolling", "blueGreen", "linear", "canary"]).default("rolling"),
  /** Wait on `up` until ECS has rolled out; false only for emulators of AWS, which start no tasks. */
  waitForServices: z.boolean().default(true),
  notify: z
    .strictObject({
      emails: z.array(email).default([]),
      slack: z
        .strictObject({
          workspace: z.string().regex(/^T[A-Z0-9]{8,}$/, "must be a Slack workspace id such as T0123456789"),
          channel: z.string().regex(/^[CG][A-Z0-9]{8,}$/, "must be a Slack channel id such as C0123456789"),
        })
        .optional(),
    })
    .prefault({}),
  /** PagerDuty's HTTPS integration address; `pulumi config set --secret`. */
  pagerDutyUrl: z.string().min(1).optional(),
  budget: z.number().positive().optional(),
  logs: z.strictObject({ retention: wholeDays.default("365 days") }).prefault({}),
  alarms: z
    .strictObject({
      cpu: z.number().min(1).max(100).default(90),
      memory: z.number().min(1).max(100).default(90),
      connections: z.int().min(1).default(150),
      http5xx: z.number().min(1).default(10),
      responseTime: z.number().positive().default(2),
    })
    .prefault({}),
  auditTrail: z.boolean().default(true),
  /** AWS Backup in this stack. */
  backups: z.boolean().default(true),
  offHours: z
    .strictObject({
      timezone: z.string().default("UTC"),
      start: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 08:00")
        .default("08:00"),
      stop: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 20:00")
        .default("20:00"),
      weekends: z.boolean().default(false),
    })
    .optional(),
  /** Assumptions of the cost estimate; read by `strongroom cost`, see `docs/cost.md`. */
  usage: z.record(z.string(), z.number().nonnegative()).default({}),
  /** Levels and parameters of policy rules; read by the packs and by whoever judges, see `docs/policies.md`. */
  policies: z.record(z.string(), z.unknown()).default({}),
});

/** A stack's configuration as the schema gives it. */
export type GivenConfig = z.infer<typeof CONFIG>;

/** A stack's configuration, complete and valid. */
export type StackConfig = GivenConfig & { protection: "ephemeral" | "standard" | "critical" };

/** Keys that must be set with `--secret`. */
const SECRET_KEYS: readonly string[] = ["pagerDutyUrl"];

/** The configuration of a stack is wrong; the message lists every mistake. */
export class ConfigError extends pulumi.RunError {}

/**
 * Reads and validates the configuration of the running stack.
 *
 * @throws {ConfigError} with every mistake at once.
 */
export function readConfig(): StackConfig {
  return parseConfig(pulumi.runtime.allConfig(), pulumi.getStack(), setAsSecret);
}

/** Whether a key was set with `--secret`; the language host tells by this variable. True where nobody can tell. */
function setAsSecret(key: string): boolean {
  const keys = process.env.PULUMI_CONFIG_SECRET_KEYS;
  return keys === undefined || (JSON.parse(keys) as string[]).includes(key);
}

/**
 * Validates configuration as Pulumi hands it over: full keys, values as text or JSON.
 *
 * @param values keys with namespace → values; other namespaces are ignored
 * @param stack the stack's name, which is the environment's where none is configured
 * @param isSecret whether a key was set with `--secret`
 * @throws {ConfigError} with every mistake at once
 */
export function parseConfig(
  values: Readonly<Record<string, string>>,
  stack: string,
  isSecret: (key: string) => boolean = () => true,
): StackConfig {
  const own = Object.entries(values).filter(([key]) => key.startsWith(`${NAMESPACE}:`));
  const raw = Object.fromEntries(
    own.map(([key, text]) => [
      key.slice(NAMESPACE.length + 1),
      fromText(key.slice(NAMESPACE.length + 1), text),
    ]),
  );
  const result = CONFIG.safeParse({ environment: stack, ...raw });
  const mistakes = result.success ? [] : result.error.issues.flatMap((issue) => explain(issue, raw));
  for (const key of SECRET_KEYS) {
    if (key in raw && !isSecret(`${NAMESPACE}:${key}`)) {
      mistakes.push(`${NAMESPACE}:${key} is in plain text; set it with pulumi config set --secret ${key}`);
    }
  }
  if (result.success) mistakes.push(...consistency(result.data), ...productionGuards(result.data));
  if (!result.success || mistakes.length > 0) {
    const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    throw new ConfigError(
      `The configuration of stack "${stack}" has ${count}:\n${mistakes.map((mistake) => `  - ${mistake}`).join("\n")}`,
    );
  }
  const { data } = result;
  return {
    ...data,
    protection: data.protection ?? (data.environment === "production" ? "critical" : "standard"),
  };
}

/** A value as the schema wants it: text where text fits, else what the text says as JSON. */
function fromText(key: string, text: string): unknown {
  const schema = (CONFIG.shape as Record<string, z.ZodType | undefined>)[key];
  if (schema?.safeParse(text).success) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Mistakes that a schema's issue stands for, each naming key, value and remedy. */
function explain(issue: z.core.$ZodIssue, raw: unknown): string[] {
  const at = [NAMESPACE, issue.path.join(".")].filter((part) => part !== "").join(":");
  if (issue.code === "unrecognized_keys") {
    const allowed = keysAt(issue.path);
    const prefix = issue.path.length === 0 ? `${NAMESPACE}:` : `${at}.`;
    return issue.keys.map((key) => {
      const hint = allowed.length > 0 ? `; did you mean ${prefix}${closest(key, allowed)}?` : "";
      return `${prefix}${key} is not known${hint}`;
    });
  }
  const value = issue.path.reduce<unknown>(
    (found, part) => (found as Record<PropertyKey, unknown> | undefined)?.[part],
    raw,
  );
  if (value === undefined) return [`${at} is missing; ${requirement(issue)}`];
  const shown = SECRET_KEYS.includes(String(issue.path[0])) ? "[secret]" : JSON.stringify(value);
  return [`${at} is ${shown}; ${requirement(issue)}`];
}

/** What a value must be, in words. */
function requirement(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "too_small":
      return `it must be at least ${issue.minimum}`;
    case "too_big":
      return `it must be at most ${issue.maximum}`;
    case "invalid_value":
      return `it must be one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "invalid_type":
      return `it must be ${issue.expected === "int" ? "a whole number" : `of type ${issue.expected}`}`;
    default:
      return issue.message.startsWith("must") ? `it ${issue.message}` : issue.message;
  }
}

/** Keys that the schema knows at a path. */
function keysAt(path: PropertyKey[]): string[] {
  let schema: unknown = CONFIG;
  for (const part of path)
    schema = (unwrap(schema) as { shape?: Record<PropertyKey, unknown> }).shape?.[part];
  return Object.keys((unwrap(schema) as { shape?: object }).shape ?? {});
}

/** A schema below its defaults and optionals. */
function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? unwrap(schema.unwrap())
    : schema;
}
