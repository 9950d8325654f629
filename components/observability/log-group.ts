import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { type Protection, protectionSettings } from "../protection.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import { requireServices } from "../security/key.ts";
import { placementOf, policyDocument, trustOf } from "../security/policy-document.ts";
import type { Duration } from "../units.ts";
import { known, Problems, show } from "../validation.ts";
import { cardDataMask, handlesCardData } from "./card-data.ts";
import { retentionDays } from "./log-retention.ts";
import { type Observable, type Observables, observablesIn } from "./observables.ts";

/** Arguments of {@link LogGroup}. */
export interface LogGroupArgs extends ComponentArgs {
  /** Name, such as `/ecs/payment-system-production/backend`. A change replaces. @default generated */
  name?: string;
  /** Customer key that events are encrypted with; it must let `logs` use it. @default CloudWatch's own key */
  key?: EncryptionKey;
  /**
   * How long events are kept; CloudWatch knows 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096,
   * 1827, 2192, 2557, 2922, 3288 and 3653 days.
   * @default "1 year", of which PCI DSS 10.5.1 wants three months at hand
   */
  retention?: Duration;
  /**
   * Mask card numbers, expiry dates and security codes to all readers without `logs:Unmask`, and count the events that
   * held one (PCI DSS 3.4.1). Not possible in the class `INFREQUENT_ACCESS`.
   * @default whether the group has the tag `data-class: cardholder`
   */
  maskCardNumbers?: boolean;
  /** `INFREQUENT_ACCESS` costs half and has no metric filters, subscriptions or masks. A change replaces. @default "STANDARD" */
  class?: "STANDARD" | "INFREQUENT_ACCESS";
  /** Stream every event to a Firehose delivery stream, which writes it to a bucket. @default none */
  archive?: { firehoseArn: pulumi.Input<string>; filter?: string };
  /** `critical` keeps the group, with its events, when the stack goes. @default "standard" */
  protection?: Protection;
  transform?: {
    logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
    dataProtection?: Transform<aws.cloudwatch.LogDataProtectionPolicyArgs>;
    archive?: Transform<aws.cloudwatch.LogSubscriptionFilterArgs>;
    archiveRole?: Transform<aws.iam.RoleArgs>;
  };
}

const TOKEN = "strongroom:observability:LogGroup";

/**
 * A log group that is encrypted and does not keep events for ever.
 *
 * ```ts
 * const logs = new LogGroup("backend", {
 *   name: "/ecs/payment-system-production/backend", key, retention: "1 year", maskCardNumbers: true,
 * });
 * ```
 *
 * Cost: 0.50 USD per GB taken in (0.25 in `INFREQUENT_ACCESS`), 0.03 USD per GB and month kept, and 0.12 USD per GB
 * scanned for card numbers.
 */
export class LogGroup extends Component implements Observable {
  readonly arn: pulumi.Output<string>;
  /** The group's name in CloudWatch. */
  readonly logGroupName: pulumi.Output<string>;
  readonly observables: Observables;
  /** The resources that the component made. */
  readonly nodes: {
    readonly logGroup: aws.cloudwatch.LogGroup;
    readonly dataProtection?: aws.cloudwatch.LogDataProtectionPolicy;
  };

  constructor(name: string, args: LogGroupArgs = {}, options?: pulumi.ComponentResourceOptions) {
    const retentionInDays = normalize(name, args);
    super(TOKEN, name, args, options);
    const logGroup = this.make(
      aws.cloudwatch.LogGroup,
      "log-group",
      {
        name: args.name,
        retentionInDays,
        kmsKeyId: args.key?.arn,
        // Named only where it is asked for: what does not answer with it would have the group replaced.
        logGroupClass: args.class,
        skipDestroy: protectionSettings(args.protection).protect,
      },
      { transform: args.transform?.logGroup },
    );
    this.nodes = {
      logGroup,
      ...(masksCardNumbers(args) ? { dataProtection: this.#maskCardNumbers(args, logGroup) } : {}),
    };
    if (args.archive !== undefined) this.#archive(args, args.archive, logGroup);
    this.arn = logGroup.arn;
    this.logGroupName = logGroup.name;
    this.observables = observablesIn(
      this.region,
      observablesOf(name, masksCardNumbers(args), this.logGroupName),
    );
    this.registerOutputs({ arn: this.arn, logGroupName: this.logGroupName });
  }

  /** Uses a log group that exists. */
  static get(
    logGroupName: pulumi.Input<string>,
    args: { region?: string } = {},
    options?: pulumi.InvokeOptions,
  ): { readonly arn: pulumi.Output<string>; readonly logGroupName: pulumi.Output<string> } {
    const group = aws.cloudwatch.getLogGroupOutput({ name: logGroupName, ...args }, options);
    return { arn: group.arn, logGroupName: group.name };
  }

  #maskCardNumbers(
    args: LogGroupArgs,
    logGroup: aws.cloudwatch.LogGroup,
  ): aws.cloudwatch.LogDataProtectionPolicy {
    const { partition } = placementOf(this.inRegion, this.lookup);
    return this.make(
      aws.cloudwatch.LogDataProtectionPolicy,
      "data-protection",
      { logGroupName: logGroup.name, policyDocument: cardDataMask(partition) },
      { transform: args.transform?.dataProtection },
    );
  }

  #archive(
    args: LogGroupArgs,
    { firehoseArn, filter = "" }: NonNullable<LogGroupArgs["archive"]>,
    logGroup: aws.cloudwatch.LogGroup,
  ): void {
    const { account, partition, region } = placementOf(this.inRegion, this.lookup);
    const role = this.make(
      aws.iam.Role,
      "archive-role",
      {
        description: `Streams the log group of ${this.componentName} to its archive`,
        assumeRolePolicy: trustOf("logs.amazonaws.com", {
          account,
          arn: pulumi.interpolate`arn:${partition}:logs:${region}:${account}:*`,
        }),
      },
      { transform: args.transform?.archiveRole },
    );
    const policy = this.make(aws.iam.RolePolicy, "archive-policy", {
      role: role.id,
      policy: policyDocument([
        {
          Sid: "Stream",
          Effect: "Allow",
          Action: ["firehose:PutRecord", "firehose:PutRecordBatch"],
          Resource: firehoseArn,
        },
      ]),
    });
    this.make(
      aws.cloudwatch.LogSubscriptionFilter,
      "archive",
      {
        logGroup: logGroup.name,
        destinationArn: firehoseArn,
        filterPattern: filter,
        roleArn: role.arn,
      },
      { transform: args.transform?.archive, options: { dependsOn: [policy] } },
    );
  }
}

function normalize(name: string, args: LogGroupArgs): number | undefined {
  const problems = new Problems(TOKEN, name);
  problems.check(
    args.name === undefined ||
      (/^[A-Za-z0-9._\-/#]{1,512}$/.test(args.name) && !args.name.startsWith("aws/")),
    "name",
    `${show(args.name)} is not a log group's name; write 1 to 512 letters, digits and "._-/#", not beginning with "aws/"`,
  );
  const retention = retentionDays(problems, "retention", args.retention ?? "1 year");
  requireServices(problems, "key", args.key, ["logs"]);
  if (args.class === "INFREQUENT_ACCESS") {
    const reason =
      'is not possible in the class "INFREQUENT_ACCESS"; write class: "STANDARD" or leave it out';
    problems.check(args.maskCardNumbers !== true, "maskCardNumbers", reason);
    problems.check(args.archive === undefined, "archive", reason);
  }
  const firehose = known(args.archive?.firehoseArn);
  problems.check(
    firehose === undefined || /^arn:[a-z-]+:firehose:[a-z0-9-]+:\d{12}:deliverystream\/.+$/.test(firehose),
    "archive.firehoseArn",
    `${show(firehose)} is not the ARN of a Firehose delivery stream`,
  );
  problems.throwIfAny();
  return retention;
}

function masksCardNumbers({ maskCardNumbers, tags, class: kind }: LogGroupArgs): boolean {
  return maskCardNumbers ?? (handlesCardData(tags) && kind !== "INFREQUENT_ACCESS");
}

function observablesOf(name: string, masksCards: boolean, logGroupName: pulumi.Output<string>): Observables {
  const dimensions = { LogGroupName: logGroupName };
  return {
    name,
    alarms: masksCards
      ? [
          {
            role: "card-data",
            kind: "security",
            description:
              "Card data was written to this log group. It is masked; find the statement that logs it and remove it.",
            metric: {
              namespace: "AWS/Logs",
              name: "LogEventsWithFindings",
              dimensions: { ...dimensions, DataProtectionOperation: "Audit" },
              statistic: "Sum",
              period: 300,
            },
            comparison: "above",
            threshold: 0,
            periods: 1,
          },
        ]
      : [],
    widgets: [
      {
        title: `${name}: log events and bytes`,
        group: "operations",
        metrics: [
          { namespace: "AWS/Logs", name: "IncomingLogEvents", dimensions, statistic: "Sum", period: 300 },
          { namespace: "AWS/Logs", name: "IncomingBytes", dimensions, statistic: "Sum", period: 300 },
        ],
      },
    ],
  };
}
