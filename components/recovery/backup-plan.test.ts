import { expect } from "chai";
import { expectGolden, mistakesOf, planOf, resource, resources } from "../testing/index.ts";
import type { BackupPlanArgs } from "./backup-args.ts";
import { BackupPlan } from "./backup-plan.ts";
import { BackupVault } from "./backup-vault.ts";
import { key } from "../stand-ins.test-support.ts";
import { keyElsewhere, recoverable } from "./recoverables.test-support.ts";

const VAULT = "aws:backup/vault:Vault";
const LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration";
const POLICY = "aws:backup/vaultPolicy:VaultPolicy";
const PLAN = "aws:backup/plan:Plan";
const SELECTION = "aws:backup/selection:Selection";
const TEST = "aws:backup/restoreTestingPlan:RestoreTestingPlan";
const TESTED = "aws:backup/restoreTestingSelection:RestoreTestingSelection";
const IN = { region: "eu-west-1" };

const backups = (args: Partial<BackupPlanArgs> = {}) =>
  new BackupPlan("payments", { key, protect: [recoverable("payments", "RDS")], ...args });

describe("BackupPlan", () => {
  it("E13: is as recorded with a lock, a copy elsewhere, tests, reports and audits", async () => {
    const plan = await planOf(
      () =>
        backups({
          protect: [
            recoverable("payments", "RDS"),
            recoverable("budgets", "DynamoDB"),
            recoverable("payments", "self"),
          ],
          rules: [
            { name: "changes", every: "hour", retention: "14 days", continuous: true },
            { name: "yearly", every: "month", retention: "1 year", coldAfter: "30 days" },
          ],
          lock: { mode: "compliance", minRetention: "7 days", maxRetention: "2 years", coolOff: "5 days" },
          copyTo: { region: "eu-central-1", key: keyElsewhere, retention: "35 days" },
          restoreTest: "weekly",
          notify: "arn:aws:sns:eu-west-1:123456789012:alerts",
          reports: { bucket: "audit-reports" },
          audit: true,
          protection: "critical",
        }),
      IN,
    );
    await expectGolden(plan, new URL("golden/backup-plan.json", import.meta.url));
  });

  it("E13: keeps a daily backup of each component for 35 days in a vault nobody deletes from", async () => {
    const plan = await planOf(() => backups(), IN);
    const [rule] = resource(plan, PLAN).inputs.rules as Record<string, unknown>[];
    expect(rule).to.deep.include({
      ruleName: "daily",
      schedule: "cron(30 0 ? * * *)",
      lifecycle: { deleteAfter: 35 },
      enableContinuousBackup: false,
    });
    expect(rule).not.to.have.property("copyActions");
    expect(resource(plan, VAULT).inputs).to.include({ kmsKeyArn: key.arn, forceDestroy: false });
    const policy = JSON.parse(resource(plan, POLICY).inputs.policy as string) as {
      Statement: { Effect: string; Principal: { AWS: string }; Action: string[] }[];
    };
    expect(policy.Statement[0]).to.deep.include({ Effect: "Deny", Principal: { AWS: "*" } });
    expect(policy.Statement[0]?.Action).to.include("backup:DeleteRecoveryPoint");
    expect(resource(plan, SELECTION).inputs.resources).to.deep.equal([
      "arn:aws:rds:eu-west-1:123456789012:db:payments",
    ]);
  });

  it("refuses a vault whose name AWS would not take", async () => {
    expect(await mistakesOf(() => new BackupVault("v".repeat(37), { key }))).to.equal(
      `BackupVault "${"v".repeat(37)}" has wrong arguments:\n  name: "${"v".repeat(37)}" cannot begin the name of a ` +
        'vault; write at most 36 letters, digits, "-" and "_"',
    );
  });

  it("leaves to its own snapshots what AWS Backup does not know", async () => {
    const plan = await planOf(
      () =>
        backups({
          protect: [recoverable("payments", "RDS"), recoverable("cache", "self")],
          restoreTest: "weekly",
        }),
      IN,
    );
    expect(resource(plan, SELECTION).inputs.resources).to.have.length(1);
    expect(resources(plan, TESTED)).to.have.length(1);
  });

  it("takes what carries all of some tags", async () => {
    const plan = await planOf(
      () => backups({ protectTagged: { "data-class": "cardholder", backup: "yes" } }),
      IN,
    );
    expect(resource(plan, SELECTION, "payments-tagged").inputs).to.deep.include({
      resources: ["*"],
      conditions: [
        {
          stringEquals: [
            { key: "aws:ResourceTag/data-class", value: "cardholder" },
            { key: "aws:ResourceTag/backup", value: "yes" },
          ],
        },
      ],
    });
  });

  it("E13: tries restores with names that AWS takes, where the database belongs", async () => {
    const plan = await planOf(() => backups({ restoreTest: "monthly" }), IN);
    const test = resource(plan, TEST);
    expect(test.inputs.name).to.match(/^\w{1,50}$/);
    expect(test.inputs.scheduleExpression).to.equal("cron(0 4 1 * ? *)");
    const tested = resource(plan, TESTED);
    expect(tested.inputs).to.deep.include({
      name: "payments_RDS",
      protectedResourceType: "RDS",
      restoreMetadataOverrides: { dbSubnetGroupName: "payments-subnets" },
    });
    expect(tested.options.replaceOnChanges).to.deep.equal(["protectedResourceArns"]);
  });

  it("copies to a vault of the other region, with the same lock", async () => {
    const plan = await planOf(
      () =>
        backups({
          copyTo: { region: "eu-central-1", key: keyElsewhere },
          lock: { mode: "governance", minRetention: "7 days" },
        }),
      IN,
    );
    expect(resource(plan, VAULT, "payments-copy-vault")).to.include({ region: "eu-central-1" });
    expect(resource(plan, VAULT, "payments-copy-vault").inputs.kmsKeyArn).to.equal(keyElsewhere.arn);
    const locks = resources(plan, LOCK);
    expect(locks.map(({ region }) => region)).to.have.members(["eu-west-1", "eu-central-1"]);
    for (const { inputs } of locks) {
      expect(inputs.minRetentionDays).to.equal(7);
      expect(inputs).not.to.have.property("changeableForDays");
    }
  });

  it("lets the vault go with what it holds when it is ephemeral", async () => {
    const plan = await planOf(() => backups({ protection: "ephemeral" }), IN);
    expect(resource(plan, VAULT).inputs.forceDestroy).to.equal(true);
    expect(resources(plan, POLICY)).to.be.empty;
  });

  it("lets AWS Backup use S3 only where a bucket is protected", async () => {
    const policies = async (args: Partial<BackupPlanArgs>) =>
      resources(
        await planOf(() => backups(args), IN),
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
      ).map(({ inputs }) => (inputs.policyArn as string).split("/").at(-1));
    expect(await policies({})).to.have.members([
      "AWSBackupServiceRolePolicyForBackup",
      "AWSBackupServiceRolePolicyForRestores",
    ]);
    expect(await policies({ protect: [recoverable("files", "S3")] })).to.include.members([
      "AWSBackupServiceRolePolicyForS3Backup",
      "AWSBackupServiceRolePolicyForS3Restore",
    ]);
  });

  it("proposes alarms for backups that fail and, with a daily rule, for those that never came", async () => {
    const roles = async (args: Partial<BackupPlanArgs>) => {
      let found: string[] = [];
      await planOf(() => void (found = backups(args).observables.alarms.map(({ role }) => role)), IN);
      return found;
    };
    expect(await roles({})).to.deep.equal(["backup-failed", "restore-failed", "backup-missing"]);
    expect(
      await roles({
        rules: [{ name: "weekly", every: "week", retention: "35 days" }],
        copyTo: { region: "eu-central-1", key: keyElsewhere },
      }),
    ).to.deep.equal(["backup-failed", "restore-failed", "copy-failed"]);
  });

  it("backs up within the working hours of what rests, and misses no backup at weekends", async () => {
    let missing: unknown;
    const plan = await planOf(() => {
      const within = { timezone: "Asia/Tokyo", start: "08:00", stop: "20:00" };
      missing = backups({ within }).observables.alarms.find(({ role }) => role === "backup-missing");
    }, IN);
    expect((resource(plan, PLAN).inputs.rules as object[])[0]).to.deep.include({
      schedule: "cron(0 14 ? * MON-FRI *)",
      scheduleExpressionTimezone: "Asia/Tokyo",
    });
    expect(missing).to.deep.include({ periods: 4 });
  });

  describe("refuses", () => {
    const cases: [string, Partial<BackupPlanArgs>, string][] = [
      [
        "to protect nothing",
        { protect: [] },
        "protect: nothing is protected; write protect: [database], or protectTagged",
      ],
      [
        "a retention beside rules",
        { retention: "7 days", rules: [{ name: "daily", retention: "7 days" }] },
        "retention: is each rule's own when there are rules; write it there",
      ],
      [
        "working hours beside a time",
        { at: "12:00", within: { start: "08:00", stop: "20:00" } },
        "at: stands beside within, which decides the time; write one of them",
      ],
      [
        "working hours that end before they begin",
        { within: { start: "20:00", stop: "08:00" } },
        'within.stop: "08:00" is not later than "20:00"; working hours lie within one day',
      ],
      [
        "a copy to its own region",
        { region: "eu-west-1", copyTo: { region: "eu-west-1", key } },
        'copyTo.region: "eu-west-1" holds the backups already; write another region',
      ],
      [
        "a cool-off of two days",
        { lock: { mode: "compliance", coolOff: "2 days" } },
        'lock.coolOff: "2 days" is not possible; write 3 to 36500 days',
      ],
      [
        "a cool-off of a lock that can be lifted",
        { lock: { mode: "governance", coolOff: "5 days" } },
        "lock.coolOff: belongs to compliance mode; a lock in governance mode can always be lifted",
      ],
      [
        "bounds that exclude everything",
        {
          retention: "40 days",
          lock: { mode: "governance", minRetention: "40 days", maxRetention: "30 days" },
        },
        'lock.maxRetention: "30 days" is not possible; write 40 to 36500 days\n  rules[0].retention: "40 days" is longer than the vault\'s lock allows; write at most "30 days"',
      ],
      [
        "a rule that the lock would refuse",
        { retention: "7 days", lock: { mode: "governance", minRetention: "30 days" } },
        'rules[0].retention: "7 days" is shorter than the vault\'s lock allows; write at least "30 days"',
      ],
      [
        "compliance in a review stack",
        { protection: "ephemeral", lock: { mode: "compliance" } },
        'lock.mode: a vault in compliance mode cannot go with an ephemeral stack; write "governance"',
      ],
      [
        "a time within the hour before a database's own backups",
        {
          at: "02:30",
          protect: [
            {
              name: "payments",
              recoveryPoint: { ...recoverable("payments", "RDS").recoveryPoint, ownWindow: "03:00-04:00" },
            },
          ],
        },
        'rules[0].at: jobs begin within 60 minutes, too close to the backup window "03:00-04:00" of payments; write another time, further than an hour before it',
      ],
      [
        "a component too long for its restore test",
        { restoreTest: "weekly", protect: [recoverable("p".repeat(47), "RDS")] },
        `restoreTest: "${"p".repeat(47)}_RDS" is too long for the name of a restore test; ${"p".repeat(47)} may have at most 46 characters`,
      ],
      ["a topic that is none", { notify: "alerts" }, 'notify: "alerts" is not the ARN of an SNS topic'],
    ];
    for (const [title, args, message] of cases) {
      it(title, async () => {
        expect(await mistakesOf(() => backups(args), IN)).to.equal(
          `BackupPlan "payments" has wrong arguments:\n  ${message}`,
        );
      });
    }
  });
});
