import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const trail = of("aws:cloudtrail/trail:Trail");
const vpc = of("aws:ec2/vpc:Vpc");
const bucket = of("aws:s3/bucket:Bucket");
const block = of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
const accountBlock = of("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock");
const policy = of("aws:s3/bucketPolicy:BucketPolicy");
const logging = of("aws:s3/bucketLogging:BucketLogging");
const logGroup = of("aws:cloudwatch/logGroup:LogGroup");

const groupArn = "arn:aws:logs:eu-west-1:123456789012:log-group:audit";
const toGroup = { cloudWatchLogsGroupArn: ["LogGroup"] };
const toBucket = { s3BucketName: ["Bucket"] };
const ofBucket = { bucket: ["Bucket"] };
const allBlocks = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};
const closed = block({ ...allBlocks, bucket: UNKNOWN }, ofBucket);
const logs = trail({ s3BucketName: UNKNOWN }, toBucket);
const everywhere = { isMultiRegionTrail: true };
const everyone = { Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "*" };

export default [
  fails("cloudtrail-exists-multi-region", trail({ name: "audit" })),
  fails("cloudtrail-exists-multi-region", trail({ ...everywhere, enableLogging: false })),
  fails("cloudtrail-exists-multi-region", trail({ ...everywhere, includeGlobalServiceEvents: false })),
  fails(
    "cloudtrail-exists-multi-region",
    trail({ ...everywhere, eventSelectors: [{ includeManagementEvents: false }] }),
  ),
  fails(
    "cloudtrail-exists-multi-region",
    trail({ ...everywhere, eventSelectors: [{ readWriteType: "WriteOnly" }] }),
  ),
  fails(
    "cloudtrail-exists-multi-region",
    trail({
      ...everywhere,
      advancedEventSelectors: [{ fieldSelectors: [{ field: "eventCategory", equals: ["Data"] }] }],
    }),
  ),
  fails(
    "cloudtrail-exists-multi-region",
    trail({ ...everywhere, eventSelectors: [{ excludeManagementEventSources: ["kms.amazonaws.com"] }] }),
  ),
  fails(
    "cloudtrail-exists-multi-region",
    trail({
      ...everywhere,
      advancedEventSelectors: [
        {
          fieldSelectors: [
            { field: "eventCategory", equals: ["Management"] },
            { field: "eventSource", notEquals: ["kms.amazonaws.com"] },
          ],
        },
      ],
    }),
  ),
  passes("cloudtrail-exists-multi-region", trail({ name: "audit", ...everywhere })),
  // Several selectors may share the work.
  passes(
    "cloudtrail-exists-multi-region",
    trail({ ...everywhere, eventSelectors: [{ readWriteType: "ReadOnly" }, { readWriteType: "WriteOnly" }] }),
  ),
  passes(
    "cloudtrail-exists-multi-region",
    trail({
      ...everywhere,
      advancedEventSelectors: ["true", "false"].map((readOnly) => ({
        fieldSelectors: [
          { field: "eventCategory", equals: ["Management"] },
          { field: "readOnly", equals: [readOnly] },
        ],
      })),
    }),
  ),
  passes("cloudtrail-exists-multi-region", trail(), trail(everywhere, undefined, "main")),
  passes(
    "cloudtrail-exists-multi-region",
    trail({
      ...everywhere,
      advancedEventSelectors: [{ fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }] }],
    }),
  ),
  unknown("cloudtrail-exists-multi-region", trail({ isMultiRegionTrail: UNKNOWN })),
  { ...passes("cloudtrail-exists-multi-region", vpc()), parameters: { elsewhere: true } },

  fails("cloudtrail-bucket-private", logs, bucket()),
  fails(
    "cloudtrail-bucket-private",
    logs,
    bucket(),
    closed,
    policy({ bucket: UNKNOWN, policy: document(everyone) }, ofBucket),
  ),
  // Another bucket's block does not help.
  fails(
    "cloudtrail-bucket-private",
    trail({ s3BucketName: "audit" }),
    bucket({ bucket: "audit" }),
    block({ ...allBlocks, bucket: "payments" }),
  ),
  passes("cloudtrail-bucket-private", logs, bucket(), closed),
  passes("cloudtrail-bucket-private", logs, bucket(), accountBlock(allBlocks)),
  passes(
    "cloudtrail-bucket-private",
    trail({ s3BucketName: "audit" }),
    bucket({ bucket: "audit" }),
    block({ ...allBlocks, bucket: "audit" }),
  ),
  // A bucket of another stack.
  passes("cloudtrail-bucket-private", trail({ s3BucketName: "log-archive" })),
  unknown(
    "cloudtrail-bucket-private",
    logs,
    bucket(),
    closed,
    policy({ bucket: UNKNOWN, policy: UNKNOWN }, ofBucket),
  ),

  fails("cloudtrail-kms", trail({ name: "audit" })),
  fails("cloudtrail-kms", trail({ kmsKeyId: "alias/aws/s3" })),
  passes("cloudtrail-kms", trail({ name: "audit", kmsKeyId: UNKNOWN })),
  fails("cloudtrail-file-validation", trail({ name: "audit" })),
  passes("cloudtrail-file-validation", trail({ name: "audit", enableLogFileValidation: true })),
  unknown("cloudtrail-file-validation", trail({ enableLogFileValidation: UNKNOWN })),
  fails("cloudtrail-to-cloudwatch", trail({ name: "audit" })),
  fails(
    "cloudtrail-to-cloudwatch",
    trail({ cloudWatchLogsGroupArn: UNKNOWN }, toGroup),
    logGroup({ logGroupClass: "INFREQUENT_ACCESS" }),
  ),
  passes(
    "cloudtrail-to-cloudwatch",
    trail({ name: "audit", cloudWatchLogsGroupArn: UNKNOWN }, toGroup),
    logGroup({ retentionInDays: 365 }),
  ),
  passes(
    "cloudtrail-to-cloudwatch",
    trail({ cloudWatchLogsGroupArn: `${groupArn}:*` }),
    logGroup({ arn: groupArn, logGroupClass: "STANDARD" }),
    logGroup({ logGroupClass: "INFREQUENT_ACCESS" }, undefined, "archive"),
  ),
  passes("cloudtrail-to-cloudwatch", trail({ cloudWatchLogsGroupArn: UNKNOWN })),
  unknown(
    "cloudtrail-to-cloudwatch",
    trail({ cloudWatchLogsGroupArn: UNKNOWN }, toGroup),
    logGroup({ logGroupClass: UNKNOWN }),
  ),

  fails("cloudtrail-bucket-logged", logs, bucket()),
  fails(
    "cloudtrail-bucket-logged",
    trail({ s3BucketName: "audit" }),
    bucket({ bucket: "audit" }),
    logging({ bucket: "payments", targetBucket: UNKNOWN }),
  ),
  passes(
    "cloudtrail-bucket-logged",
    logs,
    bucket(),
    logging({ bucket: UNKNOWN, targetBucket: UNKNOWN }, ofBucket),
  ),
  passes("cloudtrail-bucket-logged", logs, bucket({ logging: { targetBucket: "access" } })),
  passes(
    "cloudtrail-bucket-logged",
    trail({ s3BucketName: "audit" }),
    bucket({ bucket: "audit" }),
    logging({ bucket: "audit", targetBucket: UNKNOWN }),
  ),
  passes("cloudtrail-bucket-logged", trail({ s3BucketName: "log-archive" })),
  unknown("cloudtrail-bucket-logged", logs, bucket({ logging: UNKNOWN })),

  fails("cloudtrail-sns", trail({ name: "audit" })),
  passes("cloudtrail-sns", trail({ name: "audit", snsTopicName: UNKNOWN })),
];
