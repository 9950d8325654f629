import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import type { Link } from "../link.ts";
import { type Protection, protectionSettings } from "../protection.ts";
import { days, type Duration } from "../units.ts";
import { Problems, show } from "../validation.ts";
import {
  BUCKET_DELIVERIES,
  type BucketDelivery,
  DELIVERIES_WITHOUT_KEY,
  deliveryStatements,
} from "./bucket-deliveries.ts";
import { type BucketLifecycle, lifecycleRules } from "./bucket-lifecycle.ts";
import { type BucketAccess, bucketLink, type ObjectStore } from "./bucket-link.ts";
import { type BucketReplication, replicationStatements } from "./bucket-replication.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { requireServices } from "./key.ts";
import {
  denyPlaintext,
  placementOf,
  policyDocument,
  type ResourceStatement,
  trustOf,
} from "./policy-document.ts";

/** Keeps every version of every object from being deleted or overwritten for a time. */
export interface ObjectLock {
  /** `governance`: whom IAM allows to may still delete. `compliance`: nobody may, the account's root included. */
  mode: "governance" | "compliance";
  /** Whole days or years. */
  retain: Duration;
}

/** Arguments of {@link Bucket}. */
export interface BucketArgs extends ComponentArgs {
  /**
   * Customer key that objects are encrypted with, or `"s3-managed"` for S3's own, which is all that access logs and
   * load balancer logs can be delivered under.
   */
  key: EncryptionKey | "s3-managed";
  /** Name, unique in all of AWS. A change replaces. @default generated */
  name?: string;
  /** @default keep objects for ever, old versions 90 days, unfinished uploads 7 days */
  lifecycle?: BucketLifecycle | BucketLifecycle[];
  /** Services that deliver to the bucket by themselves. @default none */
  accepts?: BucketDelivery[];
  /** Where S3 logs who reads and writes; that bucket must accept `access-logs`. @default nowhere */
  accessLogs?: { bucket: ObjectStore; prefix?: string };
  /** Can be added and lengthened later, never taken away. @default none */
  objectLock?: ObjectLock;
  /** @default none */
  replication?: BucketReplication;
  /** More statements of the bucket's policy, given its ARN. @default none */
  statements?: (arn: pulumi.Output<string>) => ResourceStatement[];
  /** Decides whether the bucket can be deleted with what it holds, and Pulumi's `protect`. @default "standard" */
  protection?: Protection;
  transform?: {
    bucket?: Transform<aws.s3.BucketArgs>;
    ownership?: Transform<aws.s3.BucketOwnershipControlsArgs>;
    publicAccess?: Transform<aws.s3.BucketPublicAccessBlockArgs>;
    policy?: Transform<aws.s3.BucketPolicyArgs>;
    encryption?: Transform<aws.s3.BucketServerSideEncryptionConfigurationArgs>;
    versioning?: Transform<aws.s3.BucketVersioningArgs>;
    lifecycle?: Transform<aws.s3.BucketLifecycleConfigurationArgs>;
    objectLock?: Transform<aws.s3.BucketObjectLockConfigurationArgs>;
    logging?: Transform<aws.s3.BucketLoggingArgs>;
    replication?: Transform<aws.s3.BucketReplicationConfigArgs>;
    replicationRole?: Transform<aws.iam.RoleArgs>;
  };
}

const TOKEN = "strongroom:security:Bucket";
/** Beginnings and endings of names that S3 refuses. */
const RESERVED_STARTS = ["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_ENDINGS = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
const MAX_LOCK_DAYS = 36_500;

type Rules = aws.types.input.s3.BucketLifecycleConfigurationRule[];

/**
 * A private, versioned bucket that only speaks TLS 1.2 and later, encrypted, without access lists.
 *
 * It stands among the security components because trails, logs and backups are what this library keeps in buckets:
 * evidence, whose worth depends on nobody having changed it.
 *
 * ```ts
 * const logs = new Bucket("logs", { key: "s3-managed", accepts: ["access-logs"], lifecycle: { expire: "1 year" } });
 * const exports = new Bucket("exports", { key, accessLogs: { bucket: logs } });
 * new FargateService("backend", { links: [exports.link("write")], … });
 * ```
 *
 * Cost: 0.023 USD per GB and month in the standard class, 0.0125 in STANDARD_IA, 0.0036 in GLACIER, 0.00099 in
 * DEEP_ARCHIVE; 0.005 USD per 1,000 writes. The bucket key keeps requests to KMS few.
 */
export class Bucket extends Component implements ObjectStore {
  readonly arn: pulumi.Output<string>;
  readonly bucketName: pulumi.Output<string>;
  /** Deliveries that the bucket's policy lets in. */
  readonly accepts: readonly BucketDelivery[];
  /** The resources that the component made. */
  readonly nodes: {
    readonly bucket: aws.s3.Bucket;
    readonly policy: aws.s3.BucketPolicy;
    readonly versioning: aws.s3.BucketVersioning;
    readonly lifecycle: aws.s3.BucketLifecycleConfiguration;
  };
  readonly #key: EncryptionKey | undefined;

  constructor(name: string, args: BucketArgs, options?: pulumi.ComponentResourceOptions) {
    const { rules, retention } = normalize(name, args);
    super(TOKEN, name, args, options);
    this.#key = args.key === "s3-managed" ? undefined : args.key;
    this.accepts = args.accepts ?? [];

    const { forceDestroy, protect } = protectionSettings(args.protection);
    const bucket = this.make(
      aws.s3.Bucket,
      "bucket",
      { bucket: args.name, forceDestroy, objectLockEnabled: retention !== undefined },
      { transform: args.transform?.bucket, options: { protect } },
    );
    const versioning = this.make(
      aws.s3.BucketVersioning,
      "versioning",
      { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
      { transform: args.transform?.versioning },
    );
    this.#encrypt(args, bucket);
    this.nodes = {
      bucket,
      versioning,
      policy: this.#close(args, bucket),
      lifecycle: this.make(
        aws.s3.BucketLifecycleConfiguration,
        "lifecycle",
        { bucket: bucket.id, rules },
        { transform: args.transform?.lifecycle, options: { dependsOn: [versioning] } },
      ),
    };
    if (retention !== undefined) this.#lock(args, retention, versioning);
    if (args.accessLogs !== undefined) this.#logAccess(args, args.accessLogs, bucket);
    if (args.replication !== undefined) this.#replicate(args, args.replication, bucket, versioning);
    this.arn = bucket.arn;
    this.bucketName = bucket.bucket;
    this.registerOutputs({ arn: this.arn, bucketName: this.bucketName });
  }

  /** Uses a bucket that exists. */
  static get(
    bucketName: pulumi.Input<string>,
    args: { region?: string } = {},
    options?: pulumi.InvokeOptions,
  ): ObjectStore {
    const bucket = aws.s3.getBucketOutput({ bucket: bucketName, ...args }, options);
    return { arn: bucket.arn, bucketName: bucket.bucket };
  }

  /** Lets a service read or write objects, below `prefix` when one is given; names the bucket in `<NAME>_BUCKET`. */
  link(access: BucketAccess, { prefix = "" }: { prefix?: string } = {}): Link {
    return bucketLink(this.componentName, this, access, { prefix, key: this.#key });
  }

  #encrypt(args: BucketArgs, bucket: aws.s3.Bucket): void {
    const encryption =
      this.#key === undefined
        ? { sseAlgorithm: "AES256" }
        : { sseAlgorithm: "aws:kms", kmsMasterKeyId: this.#key.arn };
    this.make(
      aws.s3.BucketServerSideEncryptionConfiguration,
      "encryption",
      {
        bucket: bucket.id,
        rules: [
          {
            applyServerSideEncryptionByDefault: encryption,
            bucketKeyEnabled: this.#key !== undefined,
          },
        ],
      },
      { transform: args.transform?.encryption },
    );
  }

  /** No access lists, no public access, and a policy without plain text. */
  #close(args: BucketArgs, bucket: aws.s3.Bucket): aws.s3.BucketPolicy {
    const ownership = this.make(
      aws.s3.BucketOwnershipControls,
      "ownership",
      { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
      { transform: args.transform?.ownership },
    );
    const access = this.make(
      aws.s3.BucketPublicAccessBlock,
      "public-access",
      {
        bucket: bucket.id,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      { transform: args.transform?.publicAccess },
    );
    const everything = [bucket.arn, pulumi.interpolate`${bucket.arn}/*`];
    const statements: ResourceStatement[] = [
      denyPlaintext("s3:*", everything),
      {
        Sid: "DenyOldTls",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "s3:*",
        Resource: everything,
        Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
      },
      ...deliveryStatements(this.accepts, bucket.arn, placementOf(this.inRegion, this.lookup)),
      ...(args.statements?.(bucket.arn) ?? []),
    ];
    return this.make(
      aws.s3.BucketPolicy,
      "policy",
      { bucket: bucket.id, policy: policyDocument(statements) },
      // S3 answers with a conflict when a bucket's settings are changed side by side.
      { transform: args.transform?.policy, options: { dependsOn: [ownership, access] } },
    );
  }

  #lock(args: BucketArgs, retention: Retention, versioning: aws.s3.BucketVersioning): void {
    this.make(
      aws.s3.BucketObjectLockConfiguration,
      "object-lock",
      { bucket: versioning.bucket, rule: { defaultRetention: retention } },
      { transform: args.transform?.objectLock, options: { dependsOn: [versioning] } },
    );
  }

  #logAccess(
    args: BucketArgs,
    { bucket: target, prefix }: NonNullable<BucketArgs["accessLogs"]>,
    bucket: aws.s3.Bucket,
  ): void {
    this.make(
      aws.s3.BucketLogging,
      "logging",
      {
        bucket: bucket.id,
        targetBucket: target.bucketName,
        targetPrefix: prefix ?? `${this.componentName}/`,
      },
      {
        transform: args.transform?.logging,
        options: { dependsOn: target instanceof Bucket ? [target.nodes.policy] : [] },
      },
    );
  }

  #replicate(
    args: BucketArgs,
    { to, key, storageClass }: BucketReplication,
    bucket: aws.s3.Bucket,
    versioning: aws.s3.BucketVersioning,
  ): void {
    const role = this.make(
      aws.iam.Role,
      "replication-role",
      {
        description: `Copies the objects of ${this.componentName}`,
        assumeRolePolicy: trustOf("s3.amazonaws.com"),
      },
      { transform: args.transform?.replicationRole },
    );
    const policy = this.make(aws.iam.RolePolicy, "replication-policy", {
      role: role.id,
      policy: policyDocument(replicationStatements(bucket.arn, this.#key, to, key)),
    });
    this.make(
      aws.s3.BucketReplicationConfig,
      "replication",
      {
        bucket: bucket.id,
        role: role.arn,
        rules: [
          {
            id: "all",
            status: "Enabled",
            priority: 0,
            filter: { prefix: "" },
            deleteMarkerReplication: { status: "Disabled" },
            ...(key === undefined
              ? {}
              : { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } } }),
            destination: {
              bucket: to.arn,
              storageClass,
              ...(key === undefined ? {} : { encryptionConfiguration: { replicaKmsKeyId: key.arn } }),
            },
          },
        ],
      },
      { transform: args.transform?.replication, options: { dependsOn: [versioning, policy] } },
    );
  }
}

interface Retention {
  mode: string;
  days?: number;
  years?: number;
}

function normalize(name: string, args: BucketArgs): { rules: Rules; retention: Retention | undefined } {
  const problems = new Problems(TOKEN, name);
  if (args.name !== undefined) checkName(problems, args.name);
  // S3's 63 characters, less "-bucket-" and Pulumi's seven digits; its letters become small by themselves.
  problems.check(
    args.name !== undefined || /^[A-Za-z0-9][A-Za-z0-9.-]{0,47}$/.test(name),
    "name",
    `${show(name)} cannot begin a bucket's name; write at most 48 letters, digits, "-" and ".", or a name`,
  );
  const rules = lifecycleRules([args.lifecycle ?? {}].flat(), problems);
  const retention = args.objectLock === undefined ? undefined : retentionOf(args.objectLock, problems);
  (args.accepts ?? []).forEach((delivery, index) => {
    const path = `accepts[${index}]`;
    if (
      !problems.check(
        BUCKET_DELIVERIES.includes(delivery),
        path,
        `${show(delivery)} is not a delivery; write one of ${BUCKET_DELIVERIES.join(", ")}`,
      )
    ) {
      return;
    }
    problems.check(
      args.key === "s3-managed" || !DELIVERIES_WITHOUT_KEY.includes(delivery),
      path,
      `AWS cannot deliver ${delivery} under a customer key; write key: "s3-managed"`,
    );
    problems.check(
      args.objectLock === undefined || delivery !== "access-logs",
      path,
      "S3 does not deliver access logs to a bucket with object lock; use another bucket for them",
    );
  });
  const target = args.accessLogs?.bucket;
  problems.check(
    !(target instanceof Bucket) || target.accepts.includes("access-logs"),
    "accessLogs.bucket",
    'the target does not let S3 write; add "access-logs" to its accepts',
  );
  if (args.key !== "s3-managed" && args.accepts?.includes("vended-logs") === true) {
    requireServices(problems, "key", args.key, ["delivery.logs"]);
  }
  const { replication } = args;
  problems.check(
    replication === undefined || (args.key === "s3-managed") === (replication.key === undefined),
    "replication.key",
    args.key === "s3-managed"
      ? "the bucket has no customer key to translate from; leave it out"
      : "is missing; objects under a customer key are copied under a key of the target",
  );
  problems.throwIfAny();
  return { rules, retention };
}

function checkName(problems: Problems, name: string): void {
  problems.check(
    /^[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/^\d+\.\d+\.\d+\.\d+$/.test(name),
    "name",
    `${show(name)} is not a bucket's name; write 3 to 63 lower-case letters, digits, "-" and ".", beginning and ` +
      "ending with a letter or digit",
  );
  const reserved = [
    ...RESERVED_STARTS.filter((start) => name.startsWith(start)),
    ...RESERVED_ENDINGS.filter((ending) => name.endsWith(ending)),
  ];
  for (const part of reserved) {
    problems.add("name", `${show(name)} has ${show(part)}, which AWS keeps for itself; write another name`);
  }
}

function retentionOf({ mode, retain }: ObjectLock, problems: Problems): Retention {
  const count = problems.parse("objectLock.retain", () => days(retain)) ?? 1;
  problems.check(
    count >= 1 && count <= MAX_LOCK_DAYS,
    "objectLock.retain",
    `${show(retain)} is not possible; write 1 day to 100 years`,
  );
  const aws = { mode: mode.toUpperCase() };
  return /years?$/.test(retain) && count % 365 === 0
    ? { ...aws, years: count / 365 }
    : { ...aws, days: count };
}
