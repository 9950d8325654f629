import { resourceRule, stackRule } from "../rule.ts";
import { allOf, anyOf, some, visit, type Props } from "../values.ts";
import { publicBlocksMissing, publicRead } from "./s3.ts";

const TRAILS = ["aws:cloudtrail/trail:Trail"];
const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const BUCKET_ACCESS = [
  "aws:s3/bucketAcl:BucketAcl",
  "aws:s3/bucketAclV2:BucketAclV2",
  "aws:s3/bucketPolicy:BucketPolicy",
];
const ACCESS_BLOCKS = [
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
];

/** Whether a trail records management events, which it does unless its selectors leave them out. */
function recordsManagement(trail: Props): boolean {
  const selectors = trail.list("eventSelectors");
  const advanced = trail.list("advancedEventSelectors");
  if (selectors.length + advanced.length === 0) return true;
  return anyOf(
    () =>
      some(selectors, (selector) =>
        allOf(
          () => selector.flag("includeManagementEvents", true),
          () => ["", "All"].includes(selector.text("readWriteType")),
        ),
      ),
    () =>
      some(advanced, (selector) =>
        allOf(
          () =>
            some(selector.list("fieldSelectors"), (field) =>
              allOf(
                () => field.text("field") === "eventCategory",
                () => field.texts("equals").includes("Management"),
              ),
            ),
          // Another field (readOnly, eventSource) would leave some of them out.
          () => selector.list("fieldSelectors").length === 1,
        ),
      ),
  );
}

/** What keeps a trail from recording everything everywhere, if anything. */
function shortfall(trail: Props): string | undefined {
  if (!trail.flag("enableLogging", true)) return "enableLogging is off";
  if (!trail.flag("isMultiRegionTrail")) return "isMultiRegionTrail is not on";
  if (!trail.flag("includeGlobalServiceEvents", true)) return "includeGlobalServiceEvents is off";
  return recordsManagement(trail) ? undefined : "its selectors leave management events out";
}

export const cloudtrailRules = [
  stackRule({
    id: "cloudtrail-exists-multi-region",
    title: "A trail records management events of all Regions",
    severity: "high",
    types: TRAILS,
    joins: [],
    remedy: "Declare one `aws.cloudtrail.Trail` with `isMultiRegionTrail: true`.",
    parameters: {
      elsewhere: {
        type: "boolean",
        description:
          "True where another stack or the organisation declares the trail; then only trails here are judged.",
        default: false,
      },
    },
    check(trail, stack, fail) {
      // Beside one trail that records everything there may be others for a purpose.
      if (some(stack.of(TRAILS), ({ props }) => shortfall(props) === undefined)) return;
      fail(shortfall(trail.props) ?? "");
    },
    checkStack(stack, fail, parameters) {
      const recorded =
        parameters.flag("elsewhere") || stack.of(TRAILS).length > 0 || !stack.hasProvider("aws");
      if (!recorded) fail("the stack declares no trail; set `elsewhere` where another one does");
    },
  }),
  stackRule({
    id: "cloudtrail-bucket-private",
    title: "The bucket of a trail is not public",
    severity: "critical",
    types: TRAILS,
    joins: [...BUCKETS, ...BUCKET_ACCESS, ...ACCESS_BLOCKS],
    remedy:
      "Give the trail's bucket an `aws.s3.BucketPublicAccessBlock` with all four blocks on, and no public grants.",
    check(trail, stack, fail) {
      const bucket = stack.referred(trail, "s3BucketName", BUCKETS);
      if (bucket === undefined) return;
      visit([bucket, ...stack.referring(BUCKET_ACCESS, "bucket", bucket)], ({ props }) => {
        const how = publicRead(props);
        if (how) fail(`${bucket.name}: ${how}`);
      });
      const missing = publicBlocksMissing(stack, bucket);
      if (missing) fail(`${bucket.name}: ${missing}`);
    },
  }),
  resourceRule({
    id: "cloudtrail-kms",
    title: "Trail files are encrypted under a customer key",
    severity: "medium",
    types: TRAILS,
    remedy: "Set `kmsKeyId: key.arn`; the key's policy must let CloudTrail use it.",
    check(props, fail) {
      if (!props.declares("kmsKeyId")) fail("kmsKeyId is not given");
    },
  }),
  resourceRule({
    id: "cloudtrail-file-validation",
    title: "Trail files are signed against tampering",
    severity: "low",
    types: TRAILS,
    remedy: "Set `enableLogFileValidation: true`.",
    check(props, fail) {
      if (!props.flag("enableLogFileValidation")) fail("enableLogFileValidation is not on");
    },
    remediate: () => ({ enableLogFileValidation: true }),
  }),
  resourceRule({
    id: "cloudtrail-to-cloudwatch",
    title: "Trails also write to a log group, where they can be watched",
    severity: "medium",
    types: TRAILS,
    remedy: "Set `cloudWatchLogsGroupArn` and `cloudWatchLogsRoleArn`.",
    check(props, fail) {
      if (!props.declares("cloudWatchLogsGroupArn")) fail("cloudWatchLogsGroupArn is not given");
    },
  }),
];
