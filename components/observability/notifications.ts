import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import { requireServices } from "../security/key.ts";
import type { KeyService } from "../security/key-services.ts";
import {
  denyPlaintext,
  type Placement,
  placementOf,
  policyDocument,
  type ResourceStatement,
  trustOf,
} from "../security/policy-document.ts";
import { known, Problems, show } from "../validation.ts";
import type { AlertTarget } from "./alarms.ts";
import { type Metric, type Observable, type Observables, observablesIn } from "./observables.ts";

/** A Slack channel, by way of Amazon Q Developer (formerly AWS Chatbot). */
export interface SlackChannel {
  /** Workspace id, `T…`; the workspace is authorised once by hand in the console of Amazon Q Developer. */
  workspace: pulumi.Input<string>;
  /** Channel id, `C…` or `G…` (the last part of the channel's link), into which the app was invited. */
  channel: pulumi.Input<string>;
  /** Where the configuration is kept: the service has four regions, whichever region the topic is in. @default "us-east-2" */
  region?: "us-east-2" | "us-west-2" | "eu-west-1" | "ap-southeast-1";
}

/** Arguments of {@link Notifications}. */
export interface NotificationsArgs extends ComponentArgs {
  /** Customer key of the messages; it must let `cloudwatch`, `eventbridge`, `budgets` and `costalerts` use it. */
  key: EncryptionKey;
  /** Addresses, each of which must confirm a message of AWS's once. @default none */
  email?: pulumi.Input<string>[];
  /** @default none */
  slack?: SlackChannel | SlackChannel[];
  /**
   * Integration URLs of PagerDuty services ("Amazon CloudWatch" integration), such as
   * `config.requireSecret("pagerDutyUrl")`; kept as Pulumi secrets, since who knows one can raise alarms.
   * @default none
   */
  pagerDuty?: pulumi.Input<string>[];
  /** More services that may publish, such as `backup.amazonaws.com`. @default CloudWatch, Budgets, cost anomalies */
  publishers?: string[];
  /**
   * Let rules of EventBridge publish. SNS knows no condition that would hold EventBridge to this account; what does is
   * the key's policy, when the key is a `Key`.
   * @default true
   */
  eventBridge?: boolean;
  /** Name of the topic. A change replaces it and all subscriptions. @default generated */
  name?: string;
  transform?: {
    topic?: Transform<aws.sns.TopicArgs>;
    policy?: Transform<aws.sns.TopicPolicyArgs>;
    /** Of every subscription, by e-mail and by HTTPS. */
    subscription?: Transform<aws.sns.TopicSubscriptionArgs>;
    /** Of every channel. */
    slack?: Transform<aws.chatbot.SlackChannelConfigurationArgs>;
    slackRole?: Transform<aws.iam.RoleArgs>;
    deliveryRole?: Transform<aws.iam.RoleArgs>;
  };
}

const TOKEN = "strongroom:observability:Notifications";
const SLACK_REGION = "us-east-2";
const PUBLISHERS = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com"];
/** What a key must let in for those of further publishers that it knows. */
const KEY_SERVICES: Readonly<Record<string, KeyService>> = {
  "backup.amazonaws.com": "backup-events",
  "s3.amazonaws.com": "s3",
};

/**
 * Where alarms, events and budgets are sent to: an encrypted topic, and who is told by it.
 *
 * ```ts
 * const alerts = new Notifications("alerts", {
 *   key, email: ["oncall@example.com"], slack: { workspace: "T0123ABCD", channel: "C0123ABCD" },
 *   pagerDuty: [config.requireSecret("pagerDutyUrl")],
 * });
 * new Monitoring("payments", { watch: [backend], alerts });
 * ```
 *
 * Cost: the first 1,000 e-mails a month are free, then 2 USD per 100,000; 0.60 USD per million HTTPS deliveries;
 * Slack is free.
 */
export class Notifications extends Component implements AlertTarget, Observable {
  readonly topicArn: pulumi.Output<string>;
  readonly topicName: pulumi.Output<string>;
  readonly observables: Observables;
  /** The resources that the component made. */
  readonly nodes: {
    readonly topic: aws.sns.Topic;
    readonly policy: aws.sns.TopicPolicy;
    readonly subscriptions: readonly aws.sns.TopicSubscription[];
    readonly slack: readonly aws.chatbot.SlackChannelConfiguration[];
  };

  constructor(name: string, args: NotificationsArgs, options?: pulumi.ComponentResourceOptions) {
    const slack = [args.slack ?? []].flat();
    validate(name, args, slack);
    super(TOKEN, name, args, options);
    const at = placementOf(this.inRegion, this.lookup);
    const feedback = (args.pagerDuty ?? []).length === 0 ? {} : this.#deliveryStatus(args, at);
    const topic = this.make(
      aws.sns.Topic,
      "topic",
      { name: args.name, displayName: name, kmsMasterKeyId: args.key.arn, signatureVersion: 2, ...feedback },
      { transform: args.transform?.topic },
    );
    const policy = this.make(
      aws.sns.TopicPolicy,
      "topic-policy",
      { arn: topic.arn, policy: policyDocument(topicStatements(topic.arn, args, at)) },
      { transform: args.transform?.policy },
    );
    this.nodes = {
      topic,
      policy,
      subscriptions: [
        ...(args.email ?? []).map((endpoint, index) =>
          this.#subscribe(args, `email-${index + 1}`, topic, { protocol: "email", endpoint }),
        ),
        ...(args.pagerDuty ?? []).map((url, index) =>
          this.#subscribe(args, `pagerduty-${index + 1}`, topic, {
            protocol: "https",
            endpoint: pulumi.secret(url),
            endpointAutoConfirms: true,
          }),
        ),
      ],
      slack: slack.length === 0 ? [] : this.#slack(args, slack, topic, at),
    };
    this.topicArn = topic.arn;
    this.topicName = topic.name;
    this.observables = observablesIn(this.region, observablesOf(name, topic.name));
    this.registerOutputs({ topicArn: this.topicArn });
  }

  /** Uses a topic that exists. */
  static get(topicArn: pulumi.Input<string>, args: { region?: string } = {}): AlertTarget {
    return { topicArn, ...args };
  }

  #subscribe(
    args: NotificationsArgs,
    role: string,
    topic: aws.sns.Topic,
    subscription: Omit<aws.sns.TopicSubscriptionArgs, "topic">,
  ): aws.sns.TopicSubscription {
    return this.make(
      aws.sns.TopicSubscription,
      role,
      { topic: topic.arn, ...subscription },
      { transform: args.transform?.subscription },
    );
  }

  /** Logs what became of deliveries over HTTPS, so that a page that never came can be explained. */
  #deliveryStatus(args: NotificationsArgs, at: Placement): Partial<aws.sns.TopicArgs> {
    const role = this.make(
      aws.iam.Role,
      "delivery-role",
      {
        description: `Logs the deliveries of ${this.componentName}`,
        assumeRolePolicy: trustOf("sns.amazonaws.com"),
      },
      { transform: args.transform?.deliveryRole },
    );
    this.make(aws.iam.RolePolicy, "delivery-policy", {
      role: role.id,
      policy: policyDocument([
        {
          Sid: "LogDeliveries",
          Effect: "Allow",
          Action: [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "logs:PutMetricFilter",
            "logs:PutRetentionPolicy",
          ],
          // SNS names its log groups by itself: sns/<region>/<account>/<topic>.
          Resource: pulumi.interpolate`arn:${at.partition}:logs:${at.region}:${at.account}:log-group:sns/*`,
        },
      ]),
    });
    return {
      httpFailureFeedbackRoleArn: role.arn,
      httpSuccessFeedbackRoleArn: role.arn,
      httpSuccessFeedbackSampleRate: 100,
    };
  }

  #slack(
    args: NotificationsArgs,
    channels: SlackChannel[],
    topic: aws.sns.Topic,
    { partition }: Placement,
  ): aws.chatbot.SlackChannelConfiguration[] {
    // Reading is all that anybody in the channel can ask for; guard rails hold even if the role is widened.
    const readOnly = pulumi.interpolate`arn:${partition}:iam::aws:policy/CloudWatchReadOnlyAccess`;
    const role = this.make(
      aws.iam.Role,
      "slack-role",
      {
        description: `Shows metrics of alarms in the channels of ${this.componentName}`,
        assumeRolePolicy: trustOf("chatbot.amazonaws.com"),
      },
      { transform: args.transform?.slackRole },
    );
    const attachment = this.make(aws.iam.RolePolicyAttachment, "slack-policy", {
      role: role.name,
      policyArn: readOnly,
    });
    return channels.map(({ workspace, channel, region = SLACK_REGION }, index) =>
      this.make(
        aws.chatbot.SlackChannelConfiguration,
        `slack-${index + 1}`,
        {
          configurationName: `${this.componentName}-${pulumi.getStack()}-${index + 1}`.replace(
            /[^A-Za-z0-9_-]/g,
            "-",
          ),
          slackTeamId: workspace,
          slackChannelId: channel,
          iamRoleArn: role.arn,
          guardrailPolicyArns: [readOnly],
          snsTopicArns: [topic.arn],
          loggingLevel: "ERROR",
          region,
        },
        { transform: args.transform?.slack, options: { dependsOn: [attachment] } },
      ),
    );
  }
}

/** Who may publish, and only over TLS. */
function topicStatements(
  topicArn: pulumi.Output<string>,
  { publishers = [], eventBridge = true }: NotificationsArgs,
  { account }: Placement,
): ResourceStatement[] {
  const publish = { Effect: "Allow", Action: "sns:Publish", Resource: topicArn } as const;
  return [
    denyPlaintext("sns:Publish", topicArn),
    {
      ...publish,
      Sid: "Services",
      Principal: { Service: [...PUBLISHERS, ...publishers] },
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
    // Without a condition: where one stands, SNS drops EventBridge's messages and says nothing.
    ...(eventBridge
      ? [{ ...publish, Sid: "EventBridge", Principal: { Service: "events.amazonaws.com" } }]
      : []),
  ];
}

function validate(name: string, args: NotificationsArgs, slack: SlackChannel[]): void {
  const problems = new Problems(TOKEN, name);
  problems.check(
    args.name === undefined || /^[A-Za-z0-9_-]{1,256}$/.test(args.name),
    "name",
    `${show(args.name)} is not a topic's name; write 1 to 256 letters, digits, "_" and "-"`,
  );
  requireServices(problems, "key", args.key, [
    "cloudwatch",
    "budgets",
    "costalerts",
    ...((args.eventBridge ?? true) ? (["eventbridge"] as const) : []),
    ...(args.publishers ?? []).flatMap((publisher) => KEY_SERVICES[publisher] ?? []),
  ]);
  (args.email ?? []).forEach((address, index) =>
    checkInput(
      problems,
      `email[${index}]`,
      address,
      /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/,
      'an e-mail address, such as "oncall@example.com"',
    ),
  );
  slack.forEach(({ workspace, channel }, index) => {
    const path = Array.isArray(args.slack) ? `slack[${index}]` : "slack";
    checkInput(
      problems,
      `${path}.workspace`,
      workspace,
      /^T[0-9A-Z]{7,}$/,
      'a Slack workspace\'s id, such as "T07EA123LEP"',
    );
    checkInput(
      problems,
      `${path}.channel`,
      channel,
      /^[CG][0-9A-Z]{7,}$/,
      'a Slack channel\'s id, such as "C07EZ1ABC23" (not its name)',
    );
  });
  (args.pagerDuty ?? []).forEach((url, index) => {
    const path = `pagerDuty[${index}]`;
    const plain = known(url);
    // The URL is a secret, so the message does not repeat it.
    problems.check(
      plain === undefined || /^https:\/\/events\.(eu\.)?pagerduty\.com\/.+$/.test(plain),
      path,
      "is not an integration URL of PagerDuty; write https://events.pagerduty.com/integration/<key>/enqueue",
    );
  });
  (args.publishers ?? []).forEach((publisher, index) =>
    checkInput(
      problems,
      `publishers[${index}]`,
      publisher,
      /^[a-z0-9.-]+\.amazonaws\.com$/,
      'a service, such as "backup.amazonaws.com"',
    ),
  );
  problems.throwIfAny();
}

function checkInput(
  problems: Problems,
  path: string,
  input: pulumi.Input<string>,
  pattern: RegExp,
  what: string,
): void {
  const value = known(input);
  problems.check(value === undefined || pattern.test(value), path, `${show(value)} is not ${what}`);
}

function observablesOf(name: string, topicName: pulumi.Output<string>): Observables {
  const metric = (metricName: string): Metric => ({
    namespace: "AWS/SNS",
    name: metricName,
    dimensions: { TopicName: topicName },
    statistic: "Sum",
    period: 300,
  });
  return {
    name,
    alarms: [
      {
        role: "undelivered",
        kind: "errors",
        description:
          "Alerts do not reach everybody. See the delivery logs (sns/…) for who was not told and why.",
        metric: metric("NumberOfNotificationsFailed"),
        comparison: "above",
        threshold: 0,
        periods: 1,
      },
    ],
    widgets: [
      {
        title: `${name}: alerts`,
        group: "operations",
        metrics: [
          { ...metric("NumberOfNotificationsDelivered"), label: "delivered" },
          { ...metric("NumberOfNotificationsFailed"), label: "failed" },
        ],
      },
    ],
  };
}
