import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { LogGroup, type LogGroupArgs } from "../observability/log-group.ts";
import { retentionDays } from "../observability/log-retention.ts";
import { type Observable, type Observables, observablesIn } from "../observability/observables.ts";
import type { Protection } from "../protection.ts";
import { days, type Duration } from "../units.ts";
import { Problems, show } from "../validation.ts";
import { Bucket, type BucketArgs, type ObjectLock } from "./bucket.ts";
import type { ObjectStore } from "./bucket-link.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { requireServices } from "./key.ts";
import { placementOf, policyDocument, type ResourceStatement, trustOf } from "./policy-document.ts";
import { TRAIL_FILTERS } from "./trail-filters.ts";

/** Reads and writes of data that the trail records as well, at 0.10 USD per 100,000 events. */
export interface DataEvents {
  type: "AWS::S3::Object" | "AWS::DynamoDB::Table" | "AWS::Lambda::Function" | "AWS::KMS::Key";
  /** Only resources whose ARNs begin so, such as `arn:aws:s3:::cards/`. @default all, but for the trail's own bucket */
  arns?: pulumi.Input<string>[];
  /** @default "all" */
  only?: "reads" | "writes" | "all";
}

/** Arguments of {@link AuditTrail}. */
export interface AuditTrailArgs extends ComponentArgs {
  /** Customer key of files and log group; it must let `cloudtrail` and `logs` use it. */
  key: EncryptionKey;
  /** The trail's name. A change replaces the trail, not what it recorded. @default "<name>-<stack>" */
  name?: string;
  /** How long files are kept, a year at least (PCI DSS 10.5.1). @default "1 year" */
  keep?: Duration;
  /** When files move to Glacier Instant Retrieval, still readable at once. @default "90 days", where they are kept longer */
  archiveAfter?: Duration;
  /** How the files are locked. @default governance mode for as long as they are kept */
  lock?: ObjectLock;
  /** How long the log group keeps events for searches and alarms. @default "90 days" */
  searchable?: Duration;
  /** @default none: management events only */
  dataEvents?: DataEvents[];
  /** Let CloudTrail learn usual call rates and report unusual ones, at 0.35 USD per 100,000 events. @default false */
  insights?: boolean;
  /** Name of an SNS topic that is told of every file; its policy must let CloudTrail publish. @default none */
  topicName?: pulumi.Input<string>;
  /** Where S3 logs who reads the files. @default nowhere */
  accessLogs?: { bucket: ObjectStore; prefix?: string };
  /** Decides whether the bucket can be deleted with what it holds. @default "standard" */
  protection?: Protection;
  transform?: {
    trail?: Transform<aws.cloudtrail.TrailArgs>;
    logRole?: Transform<aws.iam.RoleArgs>;
    /** Of every metric filter. */
    filter?: Transform<aws.cloudwatch.LogMetricFilterArgs>;
    bucket?: BucketArgs["transform"];
    logGroup?: LogGroupArgs["transform"];
  };
}

const TOKEN = "strongroom:security:AuditTrail";
const YEAR_DAYS = 365;
const ARCHIVE_DAYS = 90;

/**
 * The record of who did what in the account: CloudTrail in all regions, with validated, encrypted files in a locked
 * bucket, and a log group with the alarms of the CIS benchmark.
 *
 * ```ts
 * const key = new Key("audit", { services: ["cloudtrail", "logs"], protection: "critical" });
 * const trail = new AuditTrail("audit", { key, keep: "7 years", protection: "critical" });
 * new Monitoring("security", { watch: [trail], alerts });
 * ```
 *
 * Cost: the first trail's management events are free, a second trail's cost 2 USD per 100,000; 15 metrics at
 * 0.30 USD and as many alarms at 0.10 USD a month; storage, and 0.50 USD per GB in the log group.
 */
export class AuditTrail extends Component implements Observable {
  readonly arn: pulumi.Output<string>;
  /** The files. */
  readonly bucket: Bucket;
  /** The events of the last months, to search. */
  readonly logGroup: LogGroup;
  readonly observables: Observables;
  /** The resources that the component made. */
  readonly nodes: { readonly trail: aws.cloudtrail.Trail; readonly logRole: aws.iam.Role };

  constructor(name: string, args: AuditTrailArgs, options?: pulumi.ComponentResourceOptions) {
    const { trailName, archiveAfter } = normalize(name, args);
    super(TOKEN, name, args, options);
    const at = placementOf(this.inRegion, this.lookup);
    // Written down before the trail exists, because bucket and role must name it and it must name them.
    const trailArn = pulumi.interpolate`arn:${at.partition}:cloudtrail:${at.region}:${at.account}:trail/${trailName}`;
    const shared = { region: this.region, tags: this.tags, protection: args.protection };
    const keep = args.keep ?? "1 year";

    this.bucket = new Bucket(
      name,
      {
        ...shared,
        key: args.key,
        objectLock: args.lock ?? { mode: "governance", retain: keep },
        lifecycle: {
          transitions: archiveAfter === undefined ? [] : [{ after: archiveAfter, to: "GLACIER_IR" }],
          expire: keep,
          expireNoncurrent: "1 day",
        },
        accessLogs: args.accessLogs,
        statements: (bucketArn) => deliveryStatements(bucketArn, trailArn, at.account),
        transform: args.transform?.bucket,
      },
      { parent: this },
    );
    this.logGroup = new LogGroup(
      name,
      {
        ...shared,
        key: args.key,
        retention: args.searchable ?? "90 days",
        transform: args.transform?.logGroup,
      },
      { parent: this },
    );
    const logRole = this.make(
      aws.iam.Role,
      "log-role",
      {
        description: `Writes the events of ${name} to CloudWatch Logs`,
        assumeRolePolicy: trustOf("cloudtrail.amazonaws.com", { account: at.account, arn: trailArn }),
      },
      { transform: args.transform?.logRole },
    );
    const logPolicy = this.make(aws.iam.RolePolicy, "log-policy", {
      role: logRole.id,
      policy: policyDocument([
        {
          Sid: "WriteEvents",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          // CloudTrail names its streams <account>_CloudTrail_<region>.
          Resource: pulumi.interpolate`${this.logGroup.arn}:log-stream:${at.account}_CloudTrail_*`,
        },
      ]),
    });
    this.nodes = {
      logRole,
      trail: this.make(
        aws.cloudtrail.Trail,
        "trail",
        {
          name: trailName,
          s3BucketName: this.bucket.bucketName,
          kmsKeyId: args.key.arn,
          isMultiRegionTrail: true,
          includeGlobalServiceEvents: true,
          enableLogFileValidation: true,
          enableLogging: true,
          cloudWatchLogsGroupArn: pulumi.interpolate`${this.logGroup.arn}:*`,
          cloudWatchLogsRoleArn: logRole.arn,
          snsTopicName: args.topicName,
          ...eventSelection(args, this.bucket.arn),
        },
        {
          transform: args.transform?.trail,
          // CloudTrail tries both when the trail is made.
          options: { dependsOn: [this.bucket.nodes.policy, logPolicy] },
        },
      ),
    };
    this.observables = this.#watch(args, trailName);
    this.arn = this.nodes.trail.arn;
    this.registerOutputs({ arn: this.arn });
  }

  /** Makes a metric of every filter and proposes an alarm on it. */
  #watch(args: AuditTrailArgs, trailName: string): Observables {
    const namespace = `AuditTrail/${trailName}`;
    const metrics = TRAIL_FILTERS.map((filter) => {
      const name = filter.role.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
      this.make(
        aws.cloudwatch.LogMetricFilter,
        `filter-${filter.role}`,
        {
          logGroupName: this.logGroup.logGroupName,
          pattern: filter.pattern,
          metricTransformation: { name, namespace, value: "1", defaultValue: "0" },
        },
        { transform: args.transform?.filter },
      );
      return { filter, metric: { namespace, name, dimensions: {}, statistic: "Sum", period: 300 } };
    });
    return observablesIn(this.region, {
      name: this.componentName,
      alarms: metrics.map(({ filter, metric }) => ({
        role: filter.role,
        kind: "security",
        description: filter.description,
        metric,
        comparison: "atLeast",
        threshold: filter.threshold,
        periods: 1,
      })),
      widgets: [
        {
          title: `${this.componentName}: events of note`,
          group: "operations",
          metrics: metrics.map(({ filter, metric }) => ({ ...metric, label: filter.title })),
        },
      ],
    });
  }
}

function normalize(
  name: string,
  args: AuditTrailArgs,
): { trailName: string; archiveAfter: Duration | undefined } {
  const problems = new Problems(TOKEN, name);
  const trailName = args.name ?? `${name}-${pulumi.getStack()}`;
  problems.check(
    /^[A-Za-z0-9](?:[A-Za-z0-9]|[._-](?![._-])){1,126}[A-Za-z0-9]$/.test(trailName),
    "name",
    `${show(trailName)} is not a trail's name; write 3 to 128 letters, digits and single ".", "_" and "-" between them`,
  );
  requireServices(problems, "key", args.key, ["cloudtrail", "logs"]);
  const keep = args.keep ?? "1 year";
  const keepDays = problems.parse("keep", () => days(keep));
  problems.check(
    keepDays === undefined || keepDays >= YEAR_DAYS || args.protection === "ephemeral",
    "keep",
    `${show(keep)} is too short for an audit trail; write "1 year" or more`,
  );
  const { archiveAfter } = args;
  const archiveDays =
    archiveAfter === undefined ? ARCHIVE_DAYS : problems.parse("archiveAfter", () => days(archiveAfter));
  const isArchived = keepDays === undefined || archiveDays === undefined || archiveDays < keepDays;
  problems.check(
    archiveAfter === undefined || isArchived,
    "archiveAfter",
    `${show(archiveAfter)} is not earlier than ${show(keep)}, when files are deleted; write less, or keep them longer`,
  );
  retentionDays(problems, "searchable", args.searchable);
  problems.check(
    args.lock?.mode !== "compliance" || args.protection !== "ephemeral",
    "lock.mode",
    'a bucket in compliance mode cannot be deleted with an ephemeral stack; write "governance"',
  );
  (args.dataEvents ?? []).forEach(({ arns }, index) =>
    problems.check(
      arns === undefined || (arns.length > 0 && arns.length <= 500),
      `dataEvents[${index}].arns`,
      `${arns?.length ?? 0} ARNs are not possible; write 1 to 500, or leave it out for all`,
    ),
  );
  problems.throwIfAny();
  return { trailName, archiveAfter: archiveAfter ?? (isArchived ? `${ARCHIVE_DAYS} days` : undefined) };
}

/** What CloudTrail wants of the bucket, for this trail alone. */
function deliveryStatements(
  bucketArn: pulumi.Output<string>,
  trailArn: pulumi.Output<string>,
  account: pulumi.Output<string>,
): ResourceStatement[] {
  const ofTrail = { "aws:SourceArn": trailArn };
  return [
    {
      Sid: "AWSCloudTrailAclCheck",
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: "s3:GetBucketAcl",
      Resource: bucketArn,
      Condition: { StringEquals: ofTrail },
    },
    {
      Sid: "AWSCloudTrailWrite",
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${bucketArn}/AWSLogs/${account}/*`,
      Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", ...ofTrail } },
    },
  ];
}

/** Selectors are set only where they say more than CloudTrail's default, which is all management events. */
function eventSelection(
  { dataEvents = [], insights = false }: AuditTrailArgs,
  bucketArn: pulumi.Output<string>,
): Pick<aws.cloudtrail.TrailArgs, "advancedEventSelectors" | "insightSelectors"> {
  const selectors = dataEvents.map(({ type, arns, only = "all" }) => ({
    name: `${type} ${only}`,
    fieldSelectors: [
      { field: "eventCategory", equals: ["Data"] },
      { field: "resources.type", equals: [type] },
      ...(only === "all" ? [] : [{ field: "readOnly", equals: [String(only === "reads")] }]),
      ...(arns === undefined ? [] : [{ field: "resources.ARN", startsWiths: arns }]),
      // Recording its own files would record the records.
      ...(arns === undefined && type === "AWS::S3::Object"
        ? [{ field: "resources.ARN", notStartsWiths: [pulumi.interpolate`${bucketArn}/`] }]
        : []),
    ],
  }));
  return {
    ...(selectors.length === 0
      ? {}
      : {
          advancedEventSelectors: [
            { name: "Management", fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }] },
            ...selectors,
          ],
        }),
    ...(insights
      ? {
          insightSelectors: [{ insightType: "ApiCallRateInsight" }, { insightType: "ApiErrorRateInsight" }],
        }
      : {}),
  };
}
