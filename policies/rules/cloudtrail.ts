import { resourceRule, stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, anyOf, every, some, visit, type Props } from "../values.ts";
import { publicBlocksMissing, publicRead } from "./s3.ts";
import {
  ACLS,
  BUCKET_POLICY,
  BUCKET_TYPES,
  bucketOf,
  BUCKETS,
  hasPart,
  inline,
  LOGGING,
  partsOf,
} from "./shared/buckets.ts";
import { namesCustomerKey } from "./shared/customer-key.ts";
import { switchedOnRule } from "./shared/switched-on.ts";

const TRAILS = ["aws:cloudtrail/trail:Trail"];
const LOG_GROUPS = ["aws:cloudwatch/logGroup:LogGroup"];
const ACCOUNT_ACCESS_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock";

/** The bucket that a trail writes to, where the stack has it. */
function bucketOfTrail(trail: StackResource, stack: Stack): StackResource | undefined {
  const named = stack.referred(trail, "s3BucketName", BUCKET_TYPES);
  return named === undefined || BUCKETS.includes(named.type) ? named : bucketOf(stack, named);
}

/** Whether a trail records all management events, which it does unless its selectors leave some out. */
function recordsManagement(trail: Props): boolean {
  if (!trail.given("eventSelectors") && !trail.given("advancedEventSelectors")) return true;
  // Several selectors may share the work.
  return every([true, false], (readOnly) =>
    anyOf(
      () => some(trail.list("eventSelectors"), (selector) => selects(selector, readOnly)),
      () => some(trail.list("advancedEventSelectors"), (selector) => selectsInFields(selector, readOnly)),
    ),
  );
}

/** Whether a selector takes all management events that only read, or all that change something. */
function selects(selector: Props, readOnly: boolean): boolean {
  return allOf(
    () => selector.flag("includeManagementEvents", true),
    () => !selector.given("excludeManagementEventSources"),
    () => ["", "All", readOnly ? "ReadOnly" : "WriteOnly"].includes(selector.text("readWriteType")),
  );
}

/** As {@link selects}, of an advanced selector, all of whose fields must agree. */
function selectsInFields(selector: Props, readOnly: boolean): boolean {
  const fields = selector.list("fieldSelectors");
  const isCategory = (field: Props) => field.text("field") === "eventCategory";
  return allOf(
    () => some(fields, isCategory),
    () =>
      every(fields, (field) =>
        isCategory(field)
          ? field.texts("equals").includes("Management")
          : field.text("field") === "readOnly" && field.texts("equals").includes(String(readOnly)),
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
    why: "Without a trail nobody can tell who changed or took what; where one Region is left out, an intruder works there.",
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
    joins: [...BUCKET_TYPES, ACCOUNT_ACCESS_BLOCK],
    why: "Whoever reads the trail learns who may do what and when nobody looks; it is the map for the next step.",
    remedy:
      "Give the trail's bucket an `aws.s3.BucketPublicAccessBlock` with all four blocks on, and no public grants.",
    check(trail, stack, fail) {
      const bucket = bucketOfTrail(trail, stack);
      if (bucket === undefined) return;
      visit([bucket, ...partsOf(stack, bucket, [...ACLS, BUCKET_POLICY])], ({ props }) => {
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
    why: "A key of one's own decides who can read the trail, even of those who may read the bucket, and logs each use.",
    remedy: "Set `kmsKeyId: key.arn`; the key's policy must let CloudTrail use it.",
    check(props, fail) {
      if (!namesCustomerKey(props, "kmsKeyId")) fail("kmsKeyId names no customer key");
    },
  }),
  switchedOnRule(
    {
      id: "cloudtrail-file-validation",
      title: "Trail files are signed against tampering",
      severity: "low",
      types: TRAILS,
      why: "Without signed digests a file of the trail can be changed or removed, and nobody can prove it either way.",
    },
    "enableLogFileValidation",
    { remediable: true },
  ),
  stackRule({
    id: "cloudtrail-to-cloudwatch",
    title: "Trails also write to a log group, where they can be watched",
    severity: "medium",
    types: TRAILS,
    joins: LOG_GROUPS,
    why: "Files in a bucket are read after the fact; only a log group can raise an alarm while it happens.",
    remedy:
      "Set `cloudWatchLogsGroupArn`, to a log group of the standard class, and `cloudWatchLogsRoleArn`.",
    check(trail, stack, fail) {
      if (!trail.props.declares("cloudWatchLogsGroupArn")) {
        fail("cloudWatchLogsGroupArn is not given");
        return;
      }
      const group = stack.referred(trail, "cloudWatchLogsGroupArn", LOG_GROUPS);
      if (group === undefined) return;
      const kind = group.props.text("logGroupClass") || "STANDARD";
      if (kind !== "STANDARD") fail(`${group.name} is of the class ${kind}, which no metric filter can read`);
    },
  }),
  stackRule({
    id: "cloudtrail-bucket-logged",
    title: "Access to the bucket of a trail is logged",
    severity: "low",
    types: TRAILS,
    joins: BUCKET_TYPES,
    why: "Whoever reads or removes the trail's own files leaves no trace in the trail.",
    remedy:
      "Declare an `aws.s3.BucketLogging` for the trail's bucket, with another bucket as `targetBucket`.",
    check(trail, stack, fail) {
      const bucket = bucketOfTrail(trail, stack);
      if (bucket === undefined) return;
      const isLogged = anyOf(
        () => some(inline(bucket.props, "logging"), (logging) => logging.declares("targetBucket")),
        () => hasPart(stack, bucket, LOGGING, ({ props }) => props.declares("targetBucket")),
      );
      if (!isLogged) fail(`${bucket.name}: no logging is declared for it`);
    },
  }),
  resourceRule({
    id: "cloudtrail-sns",
    title: "Trails tell a topic of each file that they deliver",
    severity: "low",
    types: TRAILS,
    why: "Whoever evaluates the trail learns at once of a new file, and notices when none comes any more.",
    remedy: "Set `snsTopicName: topic.name`; the topic's policy must let CloudTrail publish.",
    check(props, fail) {
      if (!props.declares("snsTopicName")) fail("snsTopicName is not given");
    },
  }),
];
