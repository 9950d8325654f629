import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { LogGroup } from "../observability/log-group.ts";
import { retentionDays } from "../observability/log-retention.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import { requireServices } from "../security/key.ts";
import { placementOf, policyDocument, trustOf } from "../security/policy-document.ts";
import type { Duration } from "../units.ts";
import type { Problems } from "../validation.ts";

/** A record of the network's connections: who, to whom, accepted or refused; never what was said. */
export interface FlowLogsArgs {
  /** Customer key of the log group; it must let `logs` use it. @default CloudWatch's own key */
  key?: EncryptionKey;
  /** How long CloudWatch keeps them. PCI DSS wants a year. @default "1 year" */
  retention?: Duration;
  /**
   * ARN of a bucket to write to instead of CloudWatch; its own lifecycle then decides the retention.
   *
   * @default CloudWatch
   */
  bucketArn?: pulumi.Input<string>;
  /** @default "ALL" */
  traffic?: "ALL" | "ACCEPT" | "REJECT";
  /** How long connections are gathered into one record. @default "10 minutes" */
  interval?: "1 minute" | "10 minutes";
}

/** The child resources that can be changed on their way. */
export interface FlowLogTransforms {
  flowLog?: Transform<aws.ec2.FlowLogArgs>;
  flowLogGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
}

/** Finds mistakes in `flowLogs`. */
export function checkFlowLogs(problems: Problems, args: FlowLogsArgs): void {
  retentionDays(problems, "flowLogs.retention", args.retention);
  requireServices(problems, "flowLogs.key", args.key, ["logs"]);
  problems.check(
    args.bucketArn === undefined || (args.key === undefined && args.retention === undefined),
    "flowLogs.bucketArn",
    "the bucket decides encryption and retention; leave out key and retention, or the bucket",
  );
}

/**
 * Flow logs of a network, to CloudWatch with a role that can write to their own group only, or to a bucket. `Vpc`
 * makes it.
 *
 * Cost: 0.50 USD a gigabyte to CloudWatch (0.25 USD to S3), and storage.
 */
export class FlowLogs extends Component {
  readonly nodes: {
    readonly flowLog: aws.ec2.FlowLog;
    readonly logGroup: aws.cloudwatch.LogGroup | undefined;
    readonly role: aws.iam.Role | undefined;
  };

  constructor(
    name: string,
    args: FlowLogsArgs &
      ComponentArgs & { vpcId: pulumi.Input<string>; transform?: FlowLogTransforms | undefined },
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("strongroom:network:FlowLogs", name, args, options);
    const logGroup =
      args.bucketArn === undefined
        ? new LogGroup(
            `${name}-logs`,
            {
              ...this.inRegion,
              tags: this.tags,
              retention: args.retention ?? "1 year",
              ...(args.key === undefined ? {} : { key: args.key }),
              transform: { logGroup: args.transform?.flowLogGroup },
            },
            { parent: this },
          )
        : undefined;
    const writer = logGroup === undefined ? undefined : this.#writer(logGroup);
    const flowLog = this.make(
      aws.ec2.FlowLog,
      "flow-log",
      {
        vpcId: args.vpcId,
        trafficType: args.traffic ?? "ALL",
        maxAggregationInterval: args.interval === "1 minute" ? 60 : 600,
        logDestinationType: logGroup === undefined ? "s3" : "cloud-watch-logs",
        logDestination: logGroup?.arn ?? args.bucketArn,
        iamRoleArn: writer?.role.arn,
        tags: { Name: name },
      },
      {
        transform: args.transform?.flowLog,
        // AWS tries the role at once, which can write only with its policy.
        options: writer === undefined ? {} : { dependsOn: writer.policy },
      },
    );
    this.nodes = { flowLog, logGroup: logGroup?.nodes.logGroup, role: writer?.role };
    this.registerOutputs({ flowLogId: flowLog.id });
  }

  /** The role that writes to the log group, with its policy. */
  #writer(logGroup: LogGroup): { role: aws.iam.Role; policy: aws.iam.RolePolicy } {
    const { account, partition, region } = placementOf(this.inRegion, this.lookup);
    const role = this.make(aws.iam.Role, "role", {
      description: "Writes the flow logs of a network",
      assumeRolePolicy: trustOf("vpc-flow-logs.amazonaws.com", {
        account,
        arn: pulumi.interpolate`arn:${partition}:ec2:${region}:${account}:vpc-flow-log/*`,
      }),
    });
    const policy = this.make(aws.iam.RolePolicy, "policy", {
      role: role.id,
      policy: policyDocument([
        {
          Sid: "WriteFlowLogs",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          Resource: [logGroup.arn, pulumi.interpolate`${logGroup.arn}:*`],
        },
        {
          Sid: "FindLogGroup",
          Effect: "Allow",
          Action: "logs:DescribeLogGroups",
          Resource: pulumi.interpolate`arn:${partition}:logs:${region}:${account}:log-group:*`,
        },
      ]),
    });
    return { role, policy };
  }
}
