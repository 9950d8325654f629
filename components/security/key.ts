import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { type Protection, protectionSettings } from "../protection.ts";
import { days, type Duration } from "../units.ts";
import { known, Problems, show } from "../validation.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { KEY_SERVICES, type KeyService, serviceStatements } from "./key-services.ts";
import { placementOf, policyDocument, type ResourceStatement } from "./policy-document.ts";

/** Arguments of {@link Key}. */
export interface KeyArgs extends ComponentArgs {
  /** What the key protects, as KMS's list shows it. @default "Encrypts <name>" */
  description?: string;
  /** Alias, with or without `alias/`. A change replaces the alias, not the key. @default a generated one */
  alias?: string;
  /** How often KMS draws new key material: 90 to 2560 days. Old data stays readable. @default "365 days" */
  rotation?: Duration;
  /**
   * Services that may use the key; see {@link KeyService} for which need it.
   * @default "logs", "cloudwatch", "eventbridge", "budgets", "costalerts": log groups and alerts work
   */
  services?: KeyService[];
  /** ARNs of IAM roles and users that manage the key without using it. @default only what IAM policies say */
  administrators?: pulumi.Input<string>[];
  /** ARNs of IAM roles and users that encrypt and decrypt. @default only what IAM policies say */
  users?: pulumi.Input<string>[];
  /** Make a primary key that can be replicated to other regions. A change replaces the key. @default false */
  multiRegion?: boolean;
  /**
   * Decides how long a deleted key can be recovered (7 or 30 days) and whether Pulumi refuses to delete it.
   *
   * @default "standard"
   */
  protection?: Protection;
  transform?: { key?: Transform<aws.kms.KeyArgs>; alias?: Transform<aws.kms.AliasArgs> };
}

/** What lets alarms and logs use the key without further thought. */
const DEFAULT_SERVICES: KeyService[] = ["logs", "cloudwatch", "eventbridge", "budgets", "costalerts"];
const TOKEN = "strongroom:security:Key";

/**
 * A customer key of KMS that rotates, with a key policy that names who may use it.
 *
 * The account's administration is part of the policy: without it, a wrong policy would lock everybody out of the key,
 * AWS's support included. It delegates to IAM policies; nobody is let in by it alone.
 *
 * ```ts
 * const key = new Key("payments", { services: ["logs", "cloudtrail"], protection: "critical" });
 * new LogGroup("backend", { key });
 * ```
 *
 * Cost: 1 USD a month, plus 1 USD a month for each of the first two rotations, plus 0.03 USD per 10,000 requests.
 */
export class Key extends Component implements EncryptionKey {
  readonly arn: pulumi.Output<string>;
  readonly keyId: pulumi.Output<string>;
  /** `alias/…`. */
  readonly aliasName: pulumi.Output<string>;
  /** Services that the key's policy lets in. */
  readonly services: readonly KeyService[];
  /** The resources that the component made. */
  readonly nodes: { readonly key: aws.kms.Key; readonly alias: aws.kms.Alias };

  constructor(name: string, args: KeyArgs = {}, options?: pulumi.ComponentResourceOptions) {
    const { rotationDays, alias } = normalize(name, args);
    super(TOKEN, name, args, options);
    this.services = args.services ?? DEFAULT_SERVICES;

    const { recoveryDays, protect } = protectionSettings(args.protection);
    const key = this.make(
      aws.kms.Key,
      "key",
      {
        description: args.description ?? `Encrypts ${name}`,
        enableKeyRotation: true,
        rotationPeriodInDays: rotationDays,
        multiRegion: args.multiRegion ?? false,
        deletionWindowInDays: recoveryDays,
        policy: policyDocument(this.#statements(args)),
      },
      { transform: args.transform?.key, options: { protect } },
    );
    this.nodes = {
      key,
      alias: this.make(
        aws.kms.Alias,
        "alias",
        { name: alias, targetKeyId: key.keyId },
        { transform: args.transform?.alias },
      ),
    };
    this.arn = key.arn;
    this.keyId = key.keyId;
    this.aliasName = this.nodes.alias.name;
    this.registerOutputs({ arn: this.arn, keyId: this.keyId, aliasName: this.aliasName });
  }

  /** Uses a key that exists: its id, ARN, alias (`alias/payments`) or alias ARN. */
  static get(
    keyId: pulumi.Input<string>,
    args: { region?: string } = {},
    options?: pulumi.InvokeOptions,
  ): { readonly arn: pulumi.Output<string>; readonly keyId: pulumi.Output<string> } {
    const key = aws.kms.getKeyOutput({ keyId, ...args }, options);
    return { arn: key.arn, keyId: key.id };
  }

  #statements(args: KeyArgs): ResourceStatement[] {
    const at = placementOf(this.inRegion, this.lookup);
    return [
      {
        Sid: "AccountAdministration",
        Effect: "Allow",
        Principal: { AWS: pulumi.interpolate`arn:${at.partition}:iam::${at.account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      ...(args.administrators === undefined ? [] : [administration(args.administrators)]),
      ...(args.users === undefined ? [] : usage(args.users)),
      ...serviceStatements(this.services, at),
    ];
  }
}

/**
 * Records that a component's key keeps out a service that the component needs. A key that was not made here cannot be
 * looked into and is taken as it is.
 */
export function requireServices(
  problems: Problems,
  propertyPath: string,
  key: EncryptionKey | undefined,
  services: KeyService[],
): void {
  if (!(key instanceof Key)) return;
  const missing = services.filter((service) => !key.services.includes(service));
  problems.check(
    missing.length === 0,
    propertyPath,
    `the key's policy keeps out ${missing.map(show).join(", ")}; write services: ` +
      `[${[...key.services, ...missing].map(show).join(", ")}] at the key`,
  );
}

function normalize(name: string, args: KeyArgs): { rotationDays: number; alias: string | undefined } {
  const problems = new Problems(TOKEN, name);
  const rotation = args.rotation ?? "365 days";
  const rotationDays = problems.parse("rotation", () => days(rotation)) ?? 365;
  problems.check(
    rotationDays >= 90 && rotationDays <= 2560,
    "rotation",
    `${show(rotation)} is not possible; KMS rotates every 90 to 2560 days`,
  );
  (args.services ?? []).forEach((service, index) =>
    problems.check(
      KEY_SERVICES.includes(service),
      `services[${index}]`,
      `${show(service)} is not a service that a key knows; write one of ${KEY_SERVICES.join(", ")}`,
    ),
  );
  for (const role of ["administrators", "users"] as const) {
    (args[role] ?? []).forEach((principal, index) => {
      const arn = known(principal);
      problems.check(
        arn === undefined || /^arn:[a-z-]+:(iam|sts)::\d{12}:.+$/.test(arn),
        `${role}[${index}]`,
        `${show(arn)} is not the ARN of a role or user, such as "arn:aws:iam::123456789012:role/auditor"`,
      );
    });
  }
  const alias = args.alias?.replace(/^(?!alias\/)/, "alias/");
  problems.check(
    alias === undefined || (/^alias\/[A-Za-z0-9/_-]{1,250}$/.test(alias) && !alias.startsWith("alias/aws/")),
    "alias",
    `${show(args.alias)} is not an alias; write up to 250 letters, digits, "/", "_" and "-", not beginning with "aws/"`,
  );
  problems.throwIfAny();
  return { rotationDays, alias };
}

function administration(principals: pulumi.Input<string>[]): ResourceStatement {
  return {
    Sid: "Administration",
    Effect: "Allow",
    Principal: { AWS: principals },
    Action: [
      "kms:Create*",
      "kms:Describe*",
      "kms:Enable*",
      "kms:List*",
      "kms:Put*",
      "kms:Update*",
      "kms:Revoke*",
      "kms:Disable*",
      "kms:Get*",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:ScheduleKeyDeletion",
      "kms:CancelKeyDeletion",
      "kms:RotateKeyOnDemand",
    ],
    Resource: "*",
  };
}

function usage(principals: pulumi.Input<string>[]): ResourceStatement[] {
  const base = { Effect: "Allow", Principal: { AWS: principals }, Resource: "*" } as const;
  return [
    {
      ...base,
      Sid: "Usage",
      Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    },
    {
      ...base,
      Sid: "UsageByServices",
      Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}
