import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component } from "../component.ts";
import type { AlarmProposal, Metric, Observable, Observables } from "../observability/observables.ts";
import { protectionSettings } from "../protection.ts";
import { placementOf, policyDocument, trustOf } from "../security/policy-document.ts";
import { days } from "../units.ts";
import { known, Problems, show } from "../validation.ts";
import type { BackupPlanArgs } from "./backup-args.ts";
import { planRules, type RetentionBounds, type RulePlan } from "./backup-rules.ts";
import type { BackupResourceType, Recoverable, RecoveryPoint } from "./recoverable.ts";

const TOKEN = "strongroom:recovery:BackupPlan";
const TESTS = {
  daily: "cron(0 4 ? * * *)",
  weekly: "cron(0 4 ? * SUN *)",
  monthly: "cron(0 4 1 * ? *)",
} as const;
/** What AWS Backup calls success and failure in its events; the others of the API are deprecated. */
const EVENTS = [
  "BACKUP_JOB_COMPLETED",
  "COPY_JOB_FAILED",
  "RESTORE_JOB_COMPLETED",
  "RECOVERY_POINT_MODIFIED",
];

/** What a vault and its companions are. */
interface Vault {
  vault: aws.backup.Vault;
  policy?: aws.backup.VaultPolicy;
  lock?: aws.backup.VaultLockConfiguration;
}

/** The raw resources of a {@link BackupPlan}. */
export interface BackupPlanNodes extends Vault {
  copy?: Vault;
  role: aws.iam.Role;
  plan: aws.backup.Plan;
  selections: aws.backup.Selection[];
  notifications?: aws.backup.VaultNotifications;
  restoreTestingPlan?: aws.backup.RestoreTestingPlan;
  restoreTestingSelections: aws.backup.RestoreTestingSelection[];
  framework?: aws.backup.Framework;
  reportPlan?: aws.backup.ReportPlan;
}

/** A component that AWS Backup can back up. */
interface Protected {
  name: string;
  point: RecoveryPoint & { kind: BackupResourceType };
}

/**
 * Backups that outlive what they back up: a vault under a customer key that nobody deletes from, daily backups of all
 * data components, optionally a lock, a copy in another region, and restores that are tried on a schedule.
 *
 * ```ts
 * new BackupPlan("payments", {
 *   key, protect: [database, table, cache], retention: "35 days",
 *   lock: { mode: "governance", minRetention: "7 days" },
 *   copyTo: { region: "eu-central-1", key: frankfurtKey },
 *   restoreTest: "weekly", notify: alerts.topicArn,
 * });
 * ```
 *
 * ElastiCache is not known to AWS Backup: a cache is kept by its own snapshots, whatever is written here. The database's
 * automated backups go on beside this plan; they reach any second but vanish with the database.
 *
 * Cost: 0.095 USD per GB and month of RDS snapshots, 0.10 USD of DynamoDB (0.03 cold), 0.05 USD of S3; a copy costs the
 * same again plus the transfer. A restore test costs what runs while it lasts, usually below 1 USD for each database.
 */
export class BackupPlan extends Component implements Observable {
  readonly vaultName: pulumi.Output<string>;
  readonly vaultArn: pulumi.Output<string>;
  readonly planId: pulumi.Output<string>;
  /** The role with which AWS Backup reads and restores; `strongroom backup restore` uses it too. */
  readonly roleArn: pulumi.Output<string>;
  /** The resources that the component made. */
  readonly nodes: BackupPlanNodes;
  readonly #args: BackupPlanArgs;
  readonly #rules: RulePlan[];

  constructor(name: string, args: BackupPlanArgs, options?: pulumi.ComponentResourceOptions) {
    const { rules, coolOff, bounds, covered } = validate(name, args);
    super(TOKEN, name, args, options);
    this.#args = args;
    this.#rules = rules;

    const lock = { bounds, coolOff };
    const { account, partition } = placementOf(this.inRegion, this.lookup);
    const main = this.#vault("vault", lock, args.key.arn);
    const copy = args.copyTo && this.#vault("copy-vault", lock, args.copyTo.key.arn, args.copyTo.region);
    const { role, policies } = this.#role(account, partition, covered);
    const plan = this.make(
      aws.backup.Plan,
      "plan",
      {
        rules: rules.map(({ daily, ...rule }) => ({
          ...rule,
          targetVaultName: main.vault.name,
          recoveryPointTags: { ...this.tags, rule: rule.ruleName, frequency: daily ? "daily" : "other" },
          ...(copy === undefined ? {} : { copyActions: [this.#copyAction(copy.vault, rule)] }),
        })),
      },
      { transform: args.transform?.plan },
    );
    const selections = this.#selections(plan, role, policies, covered);
    const suffix =
      args.restoreTest !== undefined || args.audit === true || args.reports !== undefined
        ? this.make(random.RandomId, "names", { byteLength: 4 }).hex
        : pulumi.output("");
    this.nodes = {
      ...main,
      ...(copy === undefined ? {} : { copy }),
      role,
      plan,
      selections,
      ...(args.notify === undefined ? {} : { notifications: this.#notifications(main.vault, args.notify) }),
      ...this.#restoreTests(main.vault, role, covered, suffix),
      ...this.#audit(suffix),
      ...this.#reports(suffix),
    };
    this.vaultName = main.vault.name;
    this.vaultArn = main.vault.arn;
    this.planId = plan.id;
    this.roleArn = role.arn;
    this.registerOutputs({ vaultName: this.vaultName, planId: this.planId });
  }

  #vault(
    role: "vault" | "copy-vault",
    { bounds, coolOff }: { bounds: RetentionBounds; coolOff: number | undefined },
    kmsKeyArn: pulumi.Input<string>,
    region?: string,
  ): Vault {
    const { transform, lock, protection } = this.#args;
    const { forceDestroy, protect } = protectionSettings(protection);
    const place = region === undefined ? {} : { region };
    const vault = this.make(
      aws.backup.Vault,
      role,
      { kmsKeyArn, forceDestroy, ...place },
      { transform: role === "vault" ? transform?.vault : transform?.copyVault, options: { protect } },
    );
    return {
      vault,
      ...(forceDestroy ? {} : { policy: this.#denyDeletion(vault, role, place) }),
      ...(lock === undefined
        ? {}
        : {
            lock: this.make(
              aws.backup.VaultLockConfiguration,
              `${role}-lock`,
              {
                backupVaultName: vault.name,
                minRetentionDays: bounds.min,
                maxRetentionDays: bounds.max,
                changeableForDays: coolOff,
                ...place,
              },
              { transform: transform?.lock },
            ),
          }),
    };
  }

  /** Backups go when their time is over, and in no other way. */
  #denyDeletion(vault: aws.backup.Vault, role: string, place: { region?: string }): aws.backup.VaultPolicy {
    return this.make(
      aws.backup.VaultPolicy,
      `${role}-policy`,
      {
        backupVaultName: vault.name,
        policy: policyDocument([
          {
            Sid: "DenyDeletion",
            Effect: "Deny",
            Principal: "*",
            Action: [
              "backup:DeleteRecoveryPoint",
              "backup:DisassociateRecoveryPoint",
              "backup:UpdateRecoveryPointLifecycle",
            ],
            Resource: "*",
          },
        ]),
        ...place,
      },
      { transform: this.#args.transform?.policy },
    );
  }

  #role(account: pulumi.Output<string>, partition: pulumi.Output<string>, covered: Protected[]) {
    const role = this.make(
      aws.iam.Role,
      "role",
      {
        description: `Backups and restores of ${this.componentName}`,
        assumeRolePolicy: trustOf("backup.amazonaws.com", { account }),
      },
      { transform: this.#args.transform?.role },
    );
    const holdsBuckets = covered.some(({ point }) => point.kind === "S3");
    const names = {
      backup: "service-role/AWSBackupServiceRolePolicyForBackup",
      restore: "service-role/AWSBackupServiceRolePolicyForRestores",
      ...(holdsBuckets
        ? {
            "s3-backup": "AWSBackupServiceRolePolicyForS3Backup",
            "s3-restore": "AWSBackupServiceRolePolicyForS3Restore",
          }
        : {}),
    };
    const policies = Object.entries(names).map(([use, policy]) =>
      this.make(aws.iam.RolePolicyAttachment, `${use}-policy`, {
        role: role.name,
        policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/${policy}`,
      }),
    );
    return { role, policies };
  }

  #copyAction(vault: aws.backup.Vault, { lifecycle }: Pick<RulePlan, "lifecycle">) {
    const retention = this.#args.copyTo?.retention;
    return {
      destinationVaultArn: vault.arn,
      lifecycle: retention === undefined ? lifecycle : { deleteAfter: days(retention) },
    };
  }

  #selections(
    plan: aws.backup.Plan,
    role: aws.iam.Role,
    dependsOn: pulumi.Resource[],
    covered: Protected[],
  ): aws.backup.Selection[] {
    const { protectTagged, transform } = this.#args;
    const select = (kind: string, args: Pick<aws.backup.SelectionArgs, "resources" | "conditions">) =>
      this.make(
        aws.backup.Selection,
        kind,
        { planId: plan.id, iamRoleArn: role.arn, ...args },
        { transform: transform?.selection, options: { dependsOn } },
      );
    return [
      ...(covered.length === 0
        ? []
        : [select("components", { resources: covered.map(({ point }) => point.arn) })]),
      ...(protectTagged === undefined
        ? []
        : [
            select("tagged", {
              resources: ["*"],
              conditions: [
                {
                  stringEquals: Object.entries(protectTagged).map(([tag, value]) => ({
                    key: `aws:ResourceTag/${tag}`,
                    value,
                  })),
                },
              ],
            }),
          ]),
    ];
  }

  #notifications(vault: aws.backup.Vault, topic: pulumi.Input<string>): aws.backup.VaultNotifications {
    return this.make(aws.backup.VaultNotifications, "notifications", {
      backupVaultName: vault.name,
      snsTopicArn: topic,
      backupVaultEvents: EVENTS,
    });
  }

  #restoreTests(
    vault: aws.backup.Vault,
    role: aws.iam.Role,
    covered: Protected[],
    suffix: pulumi.Output<string>,
  ) {
    const { restoreTest, transform } = this.#args;
    if (restoreTest === undefined) return { restoreTestingSelections: [] };
    const restoreTestingPlan = this.make(
      aws.backup.RestoreTestingPlan,
      "restore-test",
      {
        name: pulumi.interpolate`${underscored(this.componentName)}_${suffix}`,
        scheduleExpression: TESTS[restoreTest],
        startWindowHours: 4,
        recoveryPointSelection: {
          algorithm: "LATEST_WITHIN_WINDOW",
          includeVaults: [vault.arn],
          recoveryPointTypes: this.#rules.some((rule) => rule.enableContinuousBackup)
            ? ["CONTINUOUS", "SNAPSHOT"]
            : ["SNAPSHOT"],
          selectionWindowDays: restoreTest === "daily" ? 2 : 7,
        },
      },
      { transform: transform?.restoreTestingPlan },
    );
    const restoreTestingSelections = covered.map(({ name, point }) =>
      this.make(
        aws.backup.RestoreTestingSelection,
        `restore-test-${name}`,
        {
          name: underscored(`${name}_${point.kind}`),
          restoreTestingPlanName: restoreTestingPlan.name,
          iamRoleArn: role.arn,
          protectedResourceType: point.kind,
          protectedResourceArns: [point.arn],
          ...(point.restoreOverrides === undefined
            ? {}
            : { restoreMetadataOverrides: point.restoreOverrides }),
        },
        {
          transform: transform?.restoreTestingSelection,
          // The provider does not send changed ARNs, so a replaced database would never be tested again.
          options: { replaceOnChanges: ["protectedResourceArns"], deleteBeforeReplace: true },
        },
      ),
    );
    return { restoreTestingPlan, restoreTestingSelections };
  }

  #audit(suffix: pulumi.Output<string>): { framework?: aws.backup.Framework } {
    if (this.#args.audit !== true) return {};
    const shortest = Math.min(...this.#rules.map(({ lifecycle }) => lifecycle.deleteAfter));
    const framework = this.make(
      aws.backup.Framework,
      "framework",
      {
        name: pulumi.interpolate`${underscored(this.componentName)}_${suffix}`,
        description: `Backups of ${this.componentName}`,
        controls: [
          { name: "BACKUP_RECOVERY_POINT_ENCRYPTED" },
          { name: "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED" },
          {
            name: "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
            inputParameters: [{ name: "requiredRetentionDays", value: String(shortest) }],
          },
          { name: "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN" },
        ],
      },
      { transform: this.#args.transform?.framework },
    );
    return { framework };
  }

  #reports(suffix: pulumi.Output<string>): { reportPlan?: aws.backup.ReportPlan } {
    const { reports, transform } = this.#args;
    if (reports === undefined) return {};
    const reportPlan = this.make(
      aws.backup.ReportPlan,
      "report",
      {
        name: pulumi.interpolate`${underscored(this.componentName)}_${suffix}`,
        description: `Backup jobs of ${this.componentName}`,
        reportDeliveryChannel: { s3BucketName: reports.bucket, formats: ["CSV", "JSON"] },
        reportSetting: { reportTemplate: "BACKUP_JOB_REPORT" },
      },
      { transform: transform?.reportPlan },
    );
    return { reportPlan };
  }

  get observables(): Observables {
    const metric = (name: string, period: number): Metric => ({
      namespace: "AWS/Backup",
      name,
      dimensions: { BackupVaultName: this.vaultName },
      statistic: "Sum",
      period,
      ...this.inRegion,
    });
    const failed = (role: string, name: string, description: string): AlarmProposal => ({
      role,
      kind: "backup",
      description,
      metric: metric(name, 3600),
      comparison: "above",
      threshold: 0,
      periods: 1,
    });
    return {
      name: this.componentName,
      alarms: [
        failed(
          "backup-failed",
          "NumberOfBackupJobsFailed",
          "A backup failed. Read the job's message, then run it again.",
        ),
        failed(
          "restore-failed",
          "NumberOfRestoreJobsFailed",
          "A restore failed: backups may be of no use. Find out now.",
        ),
        ...(this.#args.copyTo === undefined
          ? []
          : [
              failed(
                "copy-failed",
                "NumberOfCopyJobsFailed",
                "A copy to the other region failed. Look at its key and vault.",
              ),
            ]),
        ...(this.#rules.some((rule) => rule.daily)
          ? [
              {
                ...failed(
                  "backup-missing",
                  "NumberOfBackupJobsCompleted",
                  "No backup came in for a day. Look at the plan's jobs.",
                ),
                metric: metric("NumberOfBackupJobsCompleted", 86_400),
                comparison: "below" as const,
                threshold: 1,
                missingData: "breaching" as const,
              },
            ]
          : []),
      ],
      widgets: [
        {
          title: `${this.componentName}: backups`,
          group: "operations",
          metrics: [
            { ...metric("NumberOfBackupJobsCompleted", 86_400), label: "completed" },
            { ...metric("NumberOfBackupJobsFailed", 86_400), label: "failed" },
          ],
        },
      ],
    };
  }
}

/** @throws {pulumi.InputPropertiesError} naming every mistake in the arguments. */
function validate(name: string, args: BackupPlanArgs) {
  const problems = new Problems(TOKEN, name);
  const { protect = [], protectTagged, lock, copyTo, retention = "35 days" } = args;
  problems.check(
    /^[A-Za-z][\w-]{0,34}$/.test(name),
    "name",
    `${show(name)} cannot begin the names of a plan; write at most 35 letters, digits, "-" and "_", beginning with a letter`,
  );
  problems.check(
    protect.length > 0 || Object.keys(protectTagged ?? {}).length > 0,
    "protect",
    "nothing is protected; write protect: [database], or protectTagged",
  );
  problems.check(
    args.rules === undefined || args.retention === undefined,
    "retention",
    "is each rule's own when there are rules; write it there",
  );
  const bounds = lockBounds(problems, args);
  const rules = planRules(args.rules ?? [{ name: "daily", retention }], bounds, problems);
  const coolOff = lock?.mode === "compliance" ? days(lock.coolOff ?? "3 days") : undefined;
  if (copyTo !== undefined) {
    problems.check(
      copyTo.region !== args.region,
      "copyTo.region",
      `${show(copyTo.region)} holds the backups already; write another region`,
    );
    if (copyTo.retention !== undefined) {
      planRules([{ name: "copy", retention: copyTo.retention }], bounds, problems);
    }
  }
  const topic = known(args.notify);
  problems.check(
    topic === undefined || /^arn:[a-z-]+:sns:/.test(topic),
    "notify",
    `${show(topic)} is not the ARN of an SNS topic`,
  );
  problems.throwIfAny();
  return { rules, coolOff, bounds, covered: protect.flatMap(knownToBackup) };
}

function lockBounds(problems: Problems, { lock, protection }: BackupPlanArgs): RetentionBounds {
  if (lock === undefined) return { min: undefined, max: undefined };
  const { mode, minRetention, maxRetention, coolOff } = lock;
  const min = minRetention && problems.parse("lock.minRetention", () => days(minRetention));
  const max = maxRetention && problems.parse("lock.maxRetention", () => days(maxRetention));
  problems.check(
    min === undefined || min >= 1,
    "lock.minRetention",
    `${show(minRetention)} is not possible; write at least "1 day"`,
  );
  problems.check(
    max === undefined || (max >= (min ?? 1) && max <= 36_500),
    "lock.maxRetention",
    `${show(maxRetention)} is not possible; write ${min ?? 1} to 36500 days`,
  );
  const grace = coolOff && problems.parse("lock.coolOff", () => days(coolOff));
  problems.check(
    grace === undefined || (mode === "compliance" && grace >= 3 && grace <= 36_500),
    "lock.coolOff",
    mode === "compliance"
      ? `${show(coolOff)} is not possible; write at least "3 days"`
      : "belongs to compliance mode; a lock in governance mode can always be lifted",
  );
  problems.check(
    mode !== "compliance" || protection !== "ephemeral",
    "lock.mode",
    'a vault in compliance mode cannot go with an ephemeral stack; write "governance"',
  );
  return { min, max };
}

/** Leaves out what takes its own snapshots. */
function knownToBackup({ name, recoveryPoint }: Recoverable): Protected[] {
  const { kind } = recoveryPoint;
  return kind === "self" ? [] : [{ name, point: { ...recoveryPoint, kind } }];
}

/** AWS Backup takes no hyphens in the names of tests, frameworks and reports. */
function underscored(name: string): string {
  return name.replaceAll(/\W/g, "_");
}
