import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ComponentArgs, Transform } from "../component.ts";
import type { Protection } from "../protection.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import type { Duration } from "../units.ts";
import type { BackupRule } from "./backup-rules.ts";
import type { BackupVaultArgs, VaultLock } from "./backup-vault.ts";
import type { Recoverable } from "./recoverable.ts";
import type { WorkingHours } from "./working-hours.ts";

/** Arguments of {@link BackupPlan}. */
export interface BackupPlanArgs extends ComponentArgs {
  /** Encrypts the vault. A change replaces the vault. */
  key: EncryptionKey;
  /**
   * Components whose data is backed up. Those that take snapshots themselves, because AWS Backup does not know their
   * service (`Cache`), are left to them.
   */
  protect?: Recoverable[];
  /** Everything that carries all of these tags, made here or not. @default nothing */
  protectTagged?: Record<string, string>;
  /** Retention of the one daily rule; `rules` replace it. @default "35 days" */
  retention?: Duration;
  /**
   * Time of the one daily rule, UTC.
   * @default "00:30"
   */
  at?: string;
  /**
   * Working hours of an environment that rests (`OffHours`), instead of `at`: AWS Backup cannot read a stopped database.
   * The one daily rule then runs within them, and on the days on which people work.
   * @default around the clock
   */
  within?: WorkingHours;
  /** @default one daily rule */
  rules?: BackupRule[];
  /** A second copy of each backup in another region, under a key of that region. @default none */
  copyTo?: { region: string; key: EncryptionKey; retention?: Duration };
  /** Makes backups undeletable before their time, in both vaults. @default none: deletion is denied by the vault's policy only */
  lock?: VaultLock;
  /**
   * Restores the newest backups on a schedule, measures how long it takes, and deletes what was restored.
   * @default none
   */
  restoreTest?: "daily" | "weekly" | "monthly";
  /** ARN of an SNS topic that hears of every job; its policy must let `backup.amazonaws.com` publish. @default none */
  notify?: pulumi.Input<string>;
  /** Daily report of all jobs to a bucket, whose policy must let `reports.backup.amazonaws.com` write. @default none */
  reports?: { bucket: pulumi.Input<string> };
  /** AWS Backup Audit Manager's controls over this plan; needs AWS Config to record. @default false */
  audit?: boolean;
  /** `ephemeral` lets the vault go with what it holds; `critical` adds Pulumi's `protect`. @default "standard" */
  protection?: Protection;
  transform?: {
    vault?: BackupVaultArgs["transform"];
    copyVault?: BackupVaultArgs["transform"];
    role?: Transform<aws.iam.RoleArgs>;
    plan?: Transform<aws.backup.PlanArgs>;
    selection?: Transform<aws.backup.SelectionArgs>;
    restoreTestingPlan?: Transform<aws.backup.RestoreTestingPlanArgs>;
    restoreTestingSelection?: Transform<aws.backup.RestoreTestingSelectionArgs>;
    framework?: Transform<aws.backup.FrameworkArgs>;
    reportPlan?: Transform<aws.backup.ReportPlanArgs>;
  };
}
