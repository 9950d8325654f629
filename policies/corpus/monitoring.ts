import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const alarm = of("aws:cloudwatch/metricAlarm:MetricAlarm");
const compositeAlarm = of("aws:cloudwatch/compositeAlarm:CompositeAlarm");
const logGroup = of("aws:cloudwatch/logGroup:LogGroup");
const trail = of("aws:cloudtrail/trail:Trail");
const vpc = of("aws:ec2/vpc:Vpc");
const bucket = of("aws:s3/bucket:Bucket");
const block = of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
const policy = of("aws:s3/bucketPolicy:BucketPolicy");

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
  fails("alarm-actions", alarm()),
  fails("alarm-actions", compositeAlarm({ alarmActions: [UNKNOWN], actionsEnabled: false })),
  passes("alarm-actions", alarm({ alarmActions: [UNKNOWN] })),
  unknown("alarm-actions", alarm({ alarmActions: [UNKNOWN], actionsEnabled: UNKNOWN })),
  fails("log-group-retention", logGroup()),
  fails("log-group-retention", logGroup({ retentionInDays: 30 })),
  { ...passes("log-group-retention", logGroup({ retentionInDays: 90 })), parameters: { minimumDays: 90 } },
  passes("log-group-retention", logGroup({ retentionInDays: 365 })),
  unknown("log-group-retention", logGroup({ retentionInDays: UNKNOWN })),
  fails("log-group-kms", logGroup()),
  passes("log-group-kms", logGroup({ kmsKeyId: UNKNOWN })),

  fails("cloudtrail-exists-multi-region", trail()),
  fails("cloudtrail-exists-multi-region", trail({ ...everywhere, enableLogging: false })),
  fails("cloudtrail-exists-multi-region", trail({ ...everywhere, includeGlobalServiceEvents: false })),
  fails(
    "cloudtrail-exists-multi-region",
    trail({ ...everywhere, eventSelectors: [{ includeManagementEvents: false }] }),
  ),
  fails(
    "cloudtrail-exists-multi-region",
    trail({
      ...everywhere,
      advancedEventSelectors: [{ fieldSelectors: [{ field: "eventCategory", equals: ["Data"] }] }],
    }),
  ),
  passes("cloudtrail-exists-multi-region", trail(everywhere)),
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
  passes("cloudtrail-bucket-private", logs, bucket(), closed),
  unknown(
    "cloudtrail-bucket-private",
    logs,
    bucket(),
    closed,
    policy({ bucket: UNKNOWN, policy: UNKNOWN }, ofBucket),
  ),
  fails("cloudtrail-kms", trail()),
  passes("cloudtrail-kms", trail({ kmsKeyId: UNKNOWN })),
  fails("cloudtrail-file-validation", trail()),
  passes("cloudtrail-file-validation", trail({ enableLogFileValidation: true })),
  unknown("cloudtrail-file-validation", trail({ enableLogFileValidation: UNKNOWN })),
  fails("cloudtrail-to-cloudwatch", trail()),
  passes("cloudtrail-to-cloudwatch", trail({ cloudWatchLogsGroupArn: UNKNOWN })),
];
