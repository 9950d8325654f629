import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component } from "../component.ts";
import type { Observable, Observables } from "../observability/observables.ts";
import { placementOf, trustOf } from "../security/policy-document.ts";
import { days } from "../units.ts";
import { known, Problems, show } from "../validation.ts";
import type { BackupPlanArgs } from "./backup-args.ts";
import { backupObservables } from "./backup-observables.ts";
import { checkOwnWindow, planRules, type RulePlan, ruleWithin } from "./backup-rules.ts";
import { BackupVault, lockBounds } from "./backup-vault.ts";
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

/** The raw resources of a {@link BackupPlan}. */
export interface BackupPlanNodes {
  vault: BackupVault;
  copyVault?: BackupVault;
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
    const { rules, covered } = validate(name, args);
    super(TOKEN, name, args, options);
    this.#args = args;
    this.#rules = rules;

    const { key, copyTo, lock, protection, region, transform } = args;
    const both = { lock, protection, tags: this.tags };
    const vault = new BackupVault(
      name,
      { ...both, key, region, transform: transform?.vault },
      { parent: this },
    );
    const copyVault =
      copyTo &&
      new BackupVault(
        `${name}-copy`,
        { ...both, key: copyTo.key, region: copyTo.region, transform: transform?.copyVault },
        { parent: this },
      );
    const { account, partition } = placementOf(this.inRegion, this.lookup);
    const { role, policies } = this.#role(account, partition, covered);
    const plan = this.make(
      aws.backup.Plan,
      "plan",
      {
        rules: rules.map((rule) => ({
          ruleName: rule.ruleName,
          schedule: rule.schedule,
          ...(rule.timezone === undefined ? {} : { scheduleExpressionTimezone: rule.timezone }),
          startWindow: rule.startWindow,
          completionWindow: rule.completionWindow,
          enableContinuousBackup: rule.enableContinuousBackup,
          lifecycle: rule.lifecycle,
          targetVaultName: vault.vaultName,
          recoveryPointTags: { ...this.tags, rule: rule.ruleName },
          ...(copyVault === undefined ? {} : { copyActions: [this.#copyAction(copyVault, rule)] }),
        })),
      },
      { transform: transform?.plan },
    );
    const selections = this.#selections(plan, role, policies, covered);
    const suffix =
      args.restoreTest !== undefined || args.audit === true || args.reports !== undefined
        ? this.make(random.RandomId, "names", { byteLength: 4 }).hex
        : pulumi.output("");
    this.nodes = {
      vault,
      ...(copyVault === undefined ? {} : { copyVault }),
      role,
      plan,
      selections,
      ...(args.notify === undefined ? {} : { notifications: this.#notifications(vault, args.notify) }),
      ...this.#restoreTests(vault, role, covered, suffix),
      ...this.#audit(suffix),
      ...this.#reports(suffix),
    };
    this.vaultName = vault.vaultName;
    this.vaultArn = vault.arn;
    this.planId = plan.id;
    this.roleArn = role.arn;
    this.registerOutputs({ vaultName: this.vaultName, planId: this.planId });
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

  #copyAction(vault: BackupVault, { lifecycle }: Pick<RulePlan, "lifecycle">) {
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

  #notifications(vault: BackupVault, topic: pulumi.Input<string>): aws.backup.VaultNotifications {
    return this.make(aws.backup.VaultNotifications, "notifications", {
      backupVaultName: vault.vaultName,
      snsTopicArn: topic,
      backupVaultEvents: EVENTS,
    });
  }

  #restoreTests(vault: BackupVault, role: aws.iam.Role, covered: Protected[], suffix: pulumi.Output<string>) {
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
        `restore-test-${name}-${point.kind.toLowerCase()}`,
        {
          name: restoreTestName(name, point),
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
    const expected = this.#rules.flatMap(({ expectedWithin }) => expectedWithin ?? []);
    return backupObservables({
      name: this.componentName,
      vaultName: this.vaultName,
      copies: this.nodes.copyVault !== undefined,
      expectedWithin: expected.length === 0 ? undefined : Math.min(...expected),
      region: this.region,
    });
  }
}

/** @throws {pulumi.InputPropertiesError} naming every mistake in the arguments. */
function validate(name: string, args: BackupPlanArgs) {
  const problems = new Problems(TOKEN, name);
  const { protect = [], protectTagged, copyTo, retention = "35 days", at, within } = args;
  problems.check(
    /^[A-Za-z][\w-]{0,29}$/.test(name),
    "name",
    `${show(name)} cannot begin the names of a plan; write at most 30 letters, digits, "-" and "_", beginning with a letter`,
  );
  problems.check(
    protect.length > 0 || Object.keys(protectTagged ?? {}).length > 0,
    "protect",
    "nothing is protected; write protect: [database], or protectTagged",
  );
  for (const property of ["retention", "at", "within"] as const) {
    problems.check(
      args.rules === undefined || args[property] === undefined,
      property,
      "is each rule's own when there are rules; write it there",
    );
  }
  problems.check(
    within === undefined || at === undefined,
    "at",
    "stands beside within, which decides the time; write one of them",
  );
  const covered = protect.flatMap(knownToBackup);
  const bounds = lockBounds(problems, args);
  const ownWindows = covered.flatMap(({ point }) => point.ownWindow ?? []);
  const time = within === undefined ? { at } : ruleWithin(within, ownWindows, problems);
  const rules = planRules(args.rules ?? [{ name: "daily", retention, ...time }], bounds, problems);
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
  for (const { name: component, point } of covered) {
    const test = restoreTestName(component, point);
    problems.check(
      args.restoreTest === undefined || test.length <= 50,
      "restoreTest",
      `"${test}" is too long for the name of a restore test; ${component} may have at most ${50 - point.kind.length - 1} characters`,
    );
    if (point.ownWindow !== undefined) checkOwnWindow(rules, component, point.ownWindow, problems);
  }
  const topic = known(args.notify);
  problems.check(
    topic === undefined || /^arn:[a-z-]+:sns:/.test(topic),
    "notify",
    `${show(topic)} is not the ARN of an SNS topic`,
  );
  problems.throwIfAny();
  return { rules, covered };
}

/** Leaves out what takes its own snapshots. */
function knownToBackup({ name, recoveryPoint }: Recoverable): Protected[] {
  const { kind } = recoveryPoint;
  return kind === "self" ? [] : [{ name, point: { ...recoveryPoint, kind } }];
}

/** Name of the test that restores a component's backups. */
function restoreTestName(name: string, { kind }: Protected["point"]): string {
  return underscored(`${name}_${kind}`);
}

/** AWS Backup takes no hyphens in the names of tests, frameworks and reports. */
function underscored(name: string): string {
  return name.replaceAll(/\W/g, "_");
}
