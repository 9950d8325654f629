import { expect } from "chai";
import { expectGolden, mistakesOf, type Plan, planOf, resource, resources } from "../testing/index.ts";
import { AuditTrail, type AuditTrailArgs } from "./audit-trail.ts";
import { Key } from "./key.ts";
import { statementOf } from "./statements.test-support.ts";
import { TRAIL_FILTERS } from "./trail-filters.ts";

const KEY = { arn: "arn:aws:kms:eu-west-1:123456789012:key/one" };
const TRAIL = "aws:cloudtrail/trail:Trail";
const ARN = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/audit-production";

async function planWith(args: Partial<AuditTrailArgs> = {}) {
  return planOf(
    () => {
      new AuditTrail("audit", { key: KEY, ...args });
    },
    {
      region: "eu-west-1",
      stack: "production",
    },
  );
}

describe("AuditTrail", () => {
  it("records all regions in validated, encrypted files in a locked bucket", async () => {
    await expectGolden(await planWith(), new URL("golden/audit-trail.json", import.meta.url));
  });

  it("lets this trail, and no other, write to the bucket and the log group", async () => {
    const plan = await planWith();
    const policy = resource(plan, "aws:s3/bucketPolicy:BucketPolicy");
    expect(statementOf(policy, "AWSCloudTrailAclCheck").Condition).to.deep.equal({
      StringEquals: { "aws:SourceArn": ARN },
    });
    expect(statementOf(policy, "AWSCloudTrailWrite")).to.deep.include({
      Condition: {
        StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": ARN },
      },
    });
    expect(statementOf(policy, "AWSCloudTrailWrite").Resource).to.match(/\/AWSLogs\/123456789012\/\*$/);
    const role = resource(plan, "aws:iam/role:Role");
    expect(statementOf(role, "AssumeRole", "assumeRolePolicy").Condition).to.deep.equal({
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": ARN },
    });
    expect(resource(plan, TRAIL).outputs.arn).to.equal(ARN);
  });

  it("is made only when bucket policy and role are there, which CloudTrail tries at once", async () => {
    const plan = await planWith();
    expect(resource(plan, TRAIL).dependencies).to.include.members([
      resource(plan, "aws:s3/bucketPolicy:BucketPolicy").urn,
      resource(plan, "aws:iam/rolePolicy:RolePolicy").urn,
    ]);
  });

  it("keeps files locked for as long as it keeps them, cheaper after 90 days", async () => {
    const plan = await planWith({ keep: "7 years" });
    expect(
      resource(plan, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").inputs.rule,
    ).to.deep.equal({ defaultRetention: { mode: "GOVERNANCE", years: 7 } });
    const [rule] = resource(plan, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs
      .rules as object[];
    expect(rule).to.deep.include({
      transitions: [{ days: 90, storageClass: "GLACIER_IR" }],
      expiration: { days: 2555 },
    });
  });

  it("makes a metric of each event of note and proposes an alarm on that very metric", async () => {
    const plan = await planOf(() => {
      const { observables } = new AuditTrail("audit", { key: KEY });
      return { alarms: observables.alarms };
    });
    const filters = resources(plan, "aws:cloudwatch/logMetricFilter:LogMetricFilter");
    const metrics = filters.map(
      ({ inputs }) => inputs.metricTransformation as { name: string; namespace: string },
    );
    const alarms = plan.outputs.alarms as { role: string; metric: { name: string; namespace: string } }[];
    expect(alarms.map(({ role }) => role)).to.deep.equal(TRAIL_FILTERS.map(({ role }) => role));
    const pair = ({ namespace, name }: { namespace: string; name: string }) => `${namespace} ${name}`;
    expect(alarms.map(({ metric }) => pair(metric))).to.have.members(metrics.map(pair));
  });

  it("has filter patterns that CloudWatch takes: balanced, and at most 1,024 characters", () => {
    for (const { role, pattern } of TRAIL_FILTERS) {
      expect(pattern.length, role).to.be.at.most(1024);
      expect(pattern.split("(").length, role).to.equal(pattern.split(")").length);
      expect(pattern, role).to.match(/^\{ .+ \}$/);
    }
  });

  it("leaves selectors alone by default, and keeps management events when data events join", async () => {
    expect(resource(await planWith(), TRAIL).inputs).not.to.have.any.keys(
      "advancedEventSelectors",
      "insightSelectors",
    );
    const { inputs } = resource(
      await planWith({
        insights: true,
        dataEvents: [
          { type: "AWS::S3::Object", only: "writes" },
          { type: "AWS::DynamoDB::Table", arns: ["arn:aws:dynamodb:eu-west-1:123456789012:table/cards"] },
        ],
      }),
      TRAIL,
    );
    const [management, objects, tables] = inputs.advancedEventSelectors as { fieldSelectors: object[] }[];
    expect(management?.fieldSelectors).to.deep.equal([{ field: "eventCategory", equals: ["Management"] }]);
    expect(objects?.fieldSelectors).to.deep.include({ field: "readOnly", equals: ["false"] });
    expect(JSON.stringify(objects?.fieldSelectors.at(-1))).to.match(
      /notStartsWiths":\["arn:aws:s3:::audit-bucket.*\/"\]/,
    );
    expect(tables?.fieldSelectors.at(-1)).to.deep.equal({
      field: "resources.ARN",
      startsWiths: ["arn:aws:dynamodb:eu-west-1:123456789012:table/cards"],
    });
    expect(inputs.insightSelectors).to.deep.equal([
      { insightType: "ApiCallRateInsight" },
      { insightType: "ApiErrorRateInsight" },
    ]);
  });

  it("names every mistake at once", async () => {
    const message = await mistakesOf(() => {
      const key = new Key("payments", { services: ["logs"] });
      new AuditTrail("audit", {
        key,
        name: "my trail",
        keep: "90 days",
        protection: "standard",
        dataEvents: [{ type: "AWS::S3::Object", arns: [] }],
      });
    });
    expect(message).to.equal(
      [
        'AuditTrail "audit" has wrong arguments:',
        '  name: "my trail" is not a trail\'s name; write 3 to 128 letters, digits and single ".", "_" and "-" between them',
        `  key: the key's policy keeps out "cloudtrail"; write services: ["logs", "cloudtrail"] at the key`,
        '  keep: "90 days" is too short for an audit trail; write "1 year" or more',
        "  dataEvents[0].arns: 0 ARNs are not possible; write 1 to 500, or leave it out for all",
      ].join("\n"),
    );
  });

  it("moves to an archive only what is kept longer", async () => {
    const transitions = (plan: Plan) =>
      (
        resource(plan, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs.rules as {
          transitions?: unknown[];
        }[]
      )[0]?.transitions;
    const short = await planWith({ keep: "30 days", protection: "ephemeral" });
    expect(transitions(short)).to.equal(undefined);
    expect(await mistakesOf(() => new AuditTrail("audit", { key: KEY, archiveAfter: "2 years" }))).to.equal(
      'AuditTrail "audit" has wrong arguments:\n' +
        '  archiveAfter: "2 years" is not earlier than "1 year", when files are deleted; write less, or keep them longer',
    );
  });

  it("refuses a lock that an ephemeral stack could never get rid of", async () => {
    const args: AuditTrailArgs = {
      key: KEY,
      protection: "ephemeral",
      lock: { mode: "compliance", retain: "1 day" },
    };
    expect(await mistakesOf(() => new AuditTrail("audit", args))).to.contain(
      'lock.mode: a bucket in compliance mode cannot be deleted with an ephemeral stack; write "governance"',
    );
  });
});
