import * as pulumi from "@pulumi/pulumi";
import type { Placement, ResourceStatement } from "./policy-document.ts";

type StatementsFor = (bucket: pulumi.Input<string>, at: Placement) => ResourceStatement[];

/** What each service of AWS needs of a bucket that it delivers to, for sources in this account only. */
const STATEMENTS = {
  "access-logs": (bucket, { account }) => [
    {
      Sid: "AccessLogs",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${bucket}/*`,
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
  ],
  "load-balancer-logs": (bucket, { account, partition, region }) => [
    {
      Sid: "LoadBalancerLogs",
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: "s3:PutObject",
      // Without the account in the path, because a prefix may stand before it.
      Resource: pulumi.interpolate`${bucket}/*`,
      Condition: {
        StringEquals: { "aws:SourceAccount": account },
        ArnLike: {
          "aws:SourceArn": pulumi.interpolate`arn:${partition}:elasticloadbalancing:${region}:${account}:loadbalancer/*`,
        },
      },
    },
  ],
  // Flow logs and WAF logs, by way of CloudWatch Logs' delivery service.
  "vended-logs": (bucket, { account, partition, region }) => {
    const source = {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": pulumi.interpolate`arn:${partition}:logs:${region}:${account}:*` },
    };
    return [
      {
        Sid: "VendedLogsWrite",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${bucket}/*`,
        Condition: {
          ...source,
          StringEquals: { ...source.StringEquals, "s3:x-amz-acl": "bucket-owner-full-control" },
        },
      },
      {
        Sid: "VendedLogsCheck",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: ["s3:GetBucketAcl", "s3:ListBucket"],
        Resource: bucket,
        Condition: source,
      },
    ];
  },
} satisfies Record<string, StatementsFor>;

/** Something that a service of AWS delivers to a bucket by itself. */
export type BucketDelivery = keyof typeof STATEMENTS;

export const BUCKET_DELIVERIES = Object.keys(STATEMENTS) as BucketDelivery[];

/** Deliveries that fail where the bucket encrypts with a customer key; AWS takes its own S3 key only. */
export const DELIVERIES_WITHOUT_KEY: readonly BucketDelivery[] = ["access-logs", "load-balancer-logs"];

/** Statements of the bucket's policy that let these deliveries in. */
export function deliveryStatements(
  deliveries: readonly BucketDelivery[],
  bucket: pulumi.Input<string>,
  at: Placement,
): ResourceStatement[] {
  return BUCKET_DELIVERIES.filter((delivery) => deliveries.includes(delivery)).flatMap(
    (delivery): ResourceStatement[] => STATEMENTS[delivery](bucket, at),
  );
}
