import * as pulumi from "@pulumi/pulumi";
import type { Placement, ResourceStatement } from "./policy-document.ts";

/** Encrypt and decrypt, as services that store data under the key do. */
const ENCRYPT_AND_DECRYPT = [
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:ReEncrypt*",
  "kms:GenerateDataKey*",
  "kms:DescribeKey",
];
/** What a service needs to publish to an encrypted SNS topic. */
const PUBLISH = ["kms:GenerateDataKey*", "kms:Decrypt"];

type StatementsFor = (at: Placement) => ResourceStatement[];

/**
 * What each service needs of a key, held to this account by the condition that the service documents: its encryption
 * context where it has one, else the source's account or ARN.
 */
const STATEMENTS = {
  // CloudWatch Logs calls from its regional principal and names the log group in the encryption context.
  logs: ({ partition, region, account }) => [
    allow("CloudWatchLogs", pulumi.interpolate`logs.${region}.amazonaws.com`, ENCRYPT_AND_DECRYPT, {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": pulumi.interpolate`arn:${partition}:logs:${region}:${account}:log-group:*`,
      },
    }),
  ],
  // Vended logs to S3: flow logs, WAF logs.
  "delivery.logs": ({ partition, region, account }) => [
    allow("LogDelivery", "delivery.logs.amazonaws.com", ENCRYPT_AND_DECRYPT, {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": pulumi.interpolate`arn:${partition}:logs:${region}:${account}:*` },
    }),
  ],
  // Decrypt, because the trail's bucket uses a bucket key; DescribeKey carries no encryption context.
  cloudtrail: ({ partition, account }) => {
    const trails = pulumi.interpolate`arn:${partition}:cloudtrail:*:${account}:trail/*`;
    return [
      allow("CloudTrailEncrypt", "cloudtrail.amazonaws.com", ["kms:GenerateDataKey*"], {
        ArnLike: { "aws:SourceArn": trails },
        StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": trails },
      }),
      allow("CloudTrailRead", "cloudtrail.amazonaws.com", ["kms:Decrypt", "kms:DescribeKey"], {
        ArnLike: { "aws:SourceArn": trails },
      }),
    ];
  },
  cloudwatch: ({ partition, account }) => [
    allow("CloudWatchAlarms", "cloudwatch.amazonaws.com", PUBLISH, {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": pulumi.interpolate`arn:${partition}:cloudwatch:*:${account}:alarm:*` },
    }),
  ],
  // SNS does not support source conditions in key policies for EventBridge, and drops the events where one stands; for
  // AWS Backup none is documented. The topic in the encryption context holds both to this account instead.
  eventbridge: (at) => [allow("EventBridge", "events.amazonaws.com", PUBLISH, topicsOf(at))],
  "backup-events": (at) => [allow("BackupEvents", "backup.amazonaws.com", PUBLISH, topicsOf(at))],
  budgets: ({ account }) => [allow("Budgets", "budgets.amazonaws.com", PUBLISH, sourceAccount(account))],
  costalerts: ({ account }) => [
    allow("CostAnomalies", "costalerts.amazonaws.com", PUBLISH, sourceAccount(account)),
  ],
  // SNS delivering to encrypted queues.
  sns: ({ account }) => [allow("Sns", "sns.amazonaws.com", PUBLISH, sourceAccount(account))],
  // S3 sending event notifications to encrypted topics and queues.
  s3: ({ account }) => [allow("S3Events", "s3.amazonaws.com", PUBLISH, sourceAccount(account))],
  // Ephemeral storage of Fargate tasks.
  fargate: ({ account }) => {
    const cluster = { StringEquals: { "kms:EncryptionContext:aws:ecs:clusterAccount": account } };
    return [
      allow("FargateDataKey", "fargate.amazonaws.com", ["kms:GenerateDataKeyWithoutPlaintext"], cluster),
      allow("FargateGrant", "fargate.amazonaws.com", ["kms:CreateGrant"], {
        ...cluster,
        "ForAllValues:StringEquals": { "kms:GrantOperations": ["Decrypt"] },
      }),
    ];
  },
  secretsmanager: (at) => delegated("SecretsManager", "secretsmanager", at),
  rds: (at) => delegated("Rds", "rds", at),
  elasticache: (at) => delegated("ElastiCache", "elasticache", at),
  dynamodb: (at) => delegated("DynamoDb", "dynamodb", at),
  backup: (at) => delegated("Backup", "backup", at),
  ssm: (at) => delegated("ParameterStore", "ssm", at),
  ecr: (at) => delegated("Ecr", "ecr", at),
} satisfies Record<string, StatementsFor>;

/**
 * A service that a {@link Key} lets encrypt and decrypt.
 *
 * `logs`, `delivery.logs`, `cloudtrail`, `cloudwatch`, `eventbridge`, `budgets`, `costalerts`, `sns`, `s3` and
 * `fargate` act as themselves and cannot use the key without being named. The others (`rds`, `elasticache`,
 * `dynamodb`, `secretsmanager`, `ssm`, `ecr`, `backup`) act with the caller's rights: name them only for callers
 * whose own policies do not grant the key.
 */
export type KeyService = keyof typeof STATEMENTS;

/** Every service's name, in the order in which messages show them. */
export const KEY_SERVICES = Object.keys(STATEMENTS) as KeyService[];

/** The key policy's statements for these services, in the order of {@link KEY_SERVICES}. */
export function serviceStatements(services: readonly KeyService[], at: Placement): ResourceStatement[] {
  return KEY_SERVICES.filter((service) => services.includes(service)).flatMap((service) =>
    STATEMENTS[service](at),
  );
}

/** A statement of a key's policy; `*` there means this key. */
function allow(
  sid: string,
  service: pulumi.Input<string>,
  actions: string[],
  condition: NonNullable<ResourceStatement["Condition"]>,
): ResourceStatement {
  return {
    Sid: sid,
    Effect: "Allow",
    Principal: { Service: service },
    Action: actions,
    Resource: "*",
    Condition: condition,
  };
}

/** Holds a publisher to topics of this account, by the context that SNS encrypts with. */
function topicsOf({ partition, account }: Placement) {
  return {
    ArnLike: {
      "kms:EncryptionContext:aws:sns:topicArn": pulumi.interpolate`arn:${partition}:sns:*:${account}:*`,
    },
  };
}

function sourceAccount(account: pulumi.Input<string>): NonNullable<ResourceStatement["Condition"]> {
  return { StringEquals: { "aws:SourceAccount": account } };
}

/** Whoever in this account may use the service may use the key through it, and in no other way. */
function delegated(sid: string, service: string, { account, region }: Placement): ResourceStatement[] {
  const through = {
    "kms:CallerAccount": account,
    "kms:ViaService": pulumi.interpolate`${service}.${region}.amazonaws.com`,
  };
  return [
    {
      Sid: sid,
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: ENCRYPT_AND_DECRYPT,
      Resource: "*",
      Condition: { StringEquals: through },
    },
    {
      Sid: `${sid}Grants`,
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: ["kms:CreateGrant"],
      Resource: "*",
      Condition: { StringEquals: through, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}
