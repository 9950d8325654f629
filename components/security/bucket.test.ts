import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { expectGolden, mistakesOf, planOf, resource, resources } from "../testing/index.ts";
import { Bucket, type BucketArgs } from "./bucket.ts";
import { Key } from "./key.ts";
import { statementOf } from "./statements.test-support.ts";

const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const KEY = { arn: "arn:aws:kms:eu-west-1:123456789012:key/one" };
const OTHER_KEY = { arn: "arn:aws:kms:eu-central-1:123456789012:key/two" };
const TARGET = {
  arn: pulumi.output("arn:aws:s3:::target"),
  bucketName: pulumi.output("target"),
};

async function planWith(args: BucketArgs) {
  return planOf(
    () => {
      new Bucket("records", args);
    },
    { region: "eu-west-1" },
  );
}

describe("Bucket", () => {
  it("is private, versioned, encrypted, without access lists and only speaks TLS 1.2", async () => {
    await expectGolden(await planWith({ key: KEY }), new URL("golden/bucket.json", import.meta.url));
  });

  it("encrypts with S3's own key only when that is named", async () => {
    const encryption = resource(
      await planWith({ key: "s3-managed" }),
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    );
    expect(encryption.inputs.rules).to.deep.equal([
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, bucketKeyEnabled: false },
    ]);
  });

  it("closes itself before it takes a policy", async () => {
    const plan = await planWith({ key: KEY });
    expect(resource(plan, POLICY).dependencies).to.include.members([
      resource(plan, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").urn,
      resource(plan, "aws:s3/bucketOwnershipControls:BucketOwnershipControls").urn,
    ]);
  });

  it("lets AWS deliver logs of this account's sources only, beside the given statements", async () => {
    const policy = resource(
      await planWith({
        key: "s3-managed",
        accepts: ["load-balancer-logs", "access-logs", "vended-logs"],
        statements: (arn) => [
          {
            Sid: "Own",
            Effect: "Allow",
            Principal: { AWS: "123456789012" },
            Action: "s3:GetObject",
            Resource: arn,
          },
        ],
      }),
      POLICY,
    );
    expect(statementOf(policy, "LoadBalancerLogs").Condition).to.deep.equal({
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/*" },
    });
    expect(statementOf(policy, "AccessLogs").Principal).to.deep.equal({
      Service: "logging.s3.amazonaws.com",
    });
    expect(statementOf(policy, "VendedLogsWrite").Condition?.StringEquals).to.deep.equal({
      "aws:SourceAccount": "123456789012",
      "s3:x-amz-acl": "bucket-owner-full-control",
    });
    expect(statementOf(policy, "Own").Resource).to.match(/^arn:aws:s3:::records/);
  });

  it("locks objects for whole years or days, once it is versioned", async () => {
    const lockOf = async (retain: "7 years" | "400 days") => {
      const plan = await planWith({ key: KEY, objectLock: { mode: "compliance", retain } });
      expect(resource(plan, "aws:s3/bucket:Bucket").inputs.objectLockEnabled).to.equal(true);
      const lock = resource(plan, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration");
      expect(lock.dependencies).to.include(resource(plan, "aws:s3/bucketVersioning:BucketVersioning").urn);
      return lock.inputs.rule;
    };
    expect(await lockOf("7 years")).to.deep.equal({ defaultRetention: { mode: "COMPLIANCE", years: 7 } });
    expect(await lockOf("400 days")).to.deep.equal({ defaultRetention: { mode: "COMPLIANCE", days: 400 } });
  });

  it("copies objects under the target's key with a role that may do nothing else", async () => {
    const plan = await planWith({ key: KEY, replication: { to: TARGET, key: OTHER_KEY } });
    const [rule] = resource(plan, "aws:s3/bucketReplicationConfig:BucketReplicationConfig").inputs
      .rules as object[];
    expect(rule).to.deep.include({
      sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
      destination: {
        bucket: "arn:aws:s3:::target",
        encryptionConfiguration: { replicaKmsKeyId: OTHER_KEY.arn },
      },
    });
    const policy = resource(plan, "aws:iam/rolePolicy:RolePolicy");
    expect(statementOf(policy, "Decrypt").Resource).to.equal(KEY.arn);
    expect(statementOf(policy, "Encrypt").Resource).to.equal(OTHER_KEY.arn);
    expect(statementOf(policy, "WriteCopies").Resource).to.equal("arn:aws:s3:::target/*");
  });

  it("logs who reads and writes to another bucket", async () => {
    const plan = await planOf(() => {
      const logs = new Bucket("logs", { key: "s3-managed", accepts: ["access-logs"] });
      new Bucket("records", { key: KEY, accessLogs: { bucket: logs } });
    });
    expect(resource(plan, "aws:s3/bucketLogging:BucketLogging").inputs).to.deep.include({
      targetPrefix: "records/",
      targetBucket: resource(plan, "aws:s3/bucket:Bucket", "logs-bucket").outputs.bucket,
    });
  });

  it("is emptied with an ephemeral stack and protected in a critical one", async () => {
    const ephemeral = resource(await planWith({ key: KEY, protection: "ephemeral" }), "aws:s3/bucket:Bucket");
    expect(ephemeral.inputs.forceDestroy).to.equal(true);
    const critical = resource(await planWith({ key: KEY, protection: "critical" }), "aws:s3/bucket:Bucket");
    expect(critical.inputs.forceDestroy).to.equal(false);
    expect(critical.options.protect).to.equal(true);
  });

  it("links the least that a service needs, below a prefix", async () => {
    const plan = await planOf(() => {
      const bucket = new Bucket("records", { key: KEY });
      return { read: bucket.link("read", { prefix: "in/" }), write: bucket.link("write") };
    });
    const { arn, bucket } = resource(plan, "aws:s3/bucket:Bucket").outputs;
    expect(plan.outputs.read).to.deep.equal({
      name: "records-bucket",
      environment: { RECORDS_BUCKET: bucket },
      statements: [
        { actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [`${arn as string}/in/*`] },
        {
          actions: ["s3:ListBucket"],
          resources: [arn],
          conditions: [{ test: "StringLike", variable: "s3:prefix", values: ["in/*"] }],
        },
        { actions: ["kms:Decrypt"], resources: [KEY.arn] },
      ],
    });
    expect(plan.outputs.write)
      .to.have.nested.property("statements[1].actions")
      .that.includes("kms:GenerateDataKey");
    expect(JSON.stringify(plan.outputs.write)).not.to.contain("s3:GetObject");
  });

  it("uses a bucket that exists without making one", async () => {
    const plan = await planOf(() => ({ arn: Bucket.get("evidence").arn }));
    expect(resources(plan, "aws:s3/bucket:Bucket")).to.be.empty;
    expect(plan.outputs.arn).to.equal("arn:aws:s3:::evidence");
  });

  const wrong: [string, BucketArgs, string][] = [
    [
      "a name in capitals",
      { key: KEY, name: "Records" },
      'name: "Records" is not a bucket\'s name; write 3 to 63 lower-case letters, digits, "-" and ".", beginning and ' +
        "ending with a letter or digit",
    ],
    [
      "a name that AWS keeps for itself",
      { key: KEY, name: "records-s3alias" },
      'name: "records-s3alias" has "-s3alias", which AWS keeps for itself; write another name',
    ],
    [
      "access logs under a customer key",
      { key: KEY, accepts: ["access-logs"] },
      'accepts[0]: AWS cannot deliver access-logs under a customer key; write key: "s3-managed"',
    ],
    [
      "access logs in a locked bucket",
      { key: "s3-managed", accepts: ["access-logs"], objectLock: { mode: "governance", retain: "1 year" } },
      "accepts[0]: S3 does not deliver access logs to a bucket with object lock; use another bucket for them",
    ],
    [
      "a delivery that there is not",
      { key: KEY, accepts: ["mail" as "access-logs"] },
      'accepts[0]: "mail" is not a delivery; write one of access-logs, load-balancer-logs, vended-logs',
    ],
    [
      "a lock of no length",
      { key: KEY, objectLock: { mode: "governance", retain: "0 days" } },
      'objectLock.retain: "0 days" is not possible; write 1 day to 100 years',
    ],
    [
      "copies without a key",
      { key: KEY, replication: { to: TARGET } },
      "replication.key: is missing; objects under a customer key are copied under a key of the target",
    ],
    [
      "copies with a key and nothing to decrypt",
      { key: "s3-managed", replication: { to: TARGET, key: OTHER_KEY } },
      "replication.key: the bucket has no customer key to translate from; leave it out",
    ],
  ];
  for (const [what, args, mistake] of wrong) {
    it(`refuses ${what}`, async () => {
      expect(await mistakesOf(() => new Bucket("records", args))).to.equal(
        `Bucket "records" has wrong arguments:\n  ${mistake}`,
      );
    });
  }

  it("refuses a component's name that no bucket's can begin with, unless a name is given", async () => {
    for (const name of ["customer_exports", "b".repeat(49)]) {
      expect(await mistakesOf(() => new Bucket(name, { key: KEY }))).to.include(
        'cannot begin a bucket\'s name; write at most 48 letters, digits, "-" and ".", or a name',
      );
    }
    const named = await planOf(() => {
      new Bucket("customer_exports", { key: KEY, name: "exports-1" });
    });
    expect(resource(named, "aws:s3/bucket:Bucket").inputs.bucket).to.equal("exports-1");
  });

  it("refuses to log to a bucket that does not accept it", async () => {
    const message = await mistakesOf(() => {
      const logs = new Bucket("logs", { key: "s3-managed" });
      new Bucket("records", { key: KEY, accessLogs: { bucket: logs } });
    });
    expect(message).to.equal(
      'Bucket "records" has wrong arguments:\n' +
        '  accessLogs.bucket: the target does not let S3 write; add "access-logs" to its accepts',
    );
  });

  it("refuses a key that keeps the delivery out, and says what to write at the key", async () => {
    const message = await mistakesOf(() => {
      const key = new Key("payments", { services: ["logs"] });
      new Bucket("records", { key, accepts: ["vended-logs"] });
    });
    expect(message).to.equal(
      'Bucket "records" has wrong arguments:\n' +
        `  key: the key's policy keeps out "delivery.logs"; write services: ["logs", "delivery.logs"] at the key`,
    );
  });
});
