import type * as pulumi from "@pulumi/pulumi";
import type { AlarmProposal, Metric, Observables } from "../observability/observables.ts";

/** What the metrics of a backup plan are found by. */
export interface WatchedBackups {
  name: string;
  vaultName: pulumi.Input<string>;
  /** Whether backups are copied to another region. */
  copies: boolean;
  /** Days after which a backup that did not come is missing; undefined where nobody can tell. */
  expectedWithin: number | undefined;
  region?: string | undefined;
}

/** Alarms for backups that fail, that nobody can restore, and that never came; and a graph of them. */
export function backupObservables({
  name,
  vaultName,
  copies,
  expectedWithin,
  region,
}: WatchedBackups): Observables {
  const metric = (metricName: string, period: number): Metric => ({
    namespace: "AWS/Backup",
    name: metricName,
    dimensions: { BackupVaultName: vaultName },
    statistic: "Sum",
    period,
    ...(region === undefined ? {} : { region }),
  });
  const failed = (role: string, metricName: string, description: string): AlarmProposal => ({
    role,
    kind: "backup",
    description,
    metric: metric(metricName, 3600),
    comparison: "above",
    threshold: 0,
    periods: 1,
  });
  const days = expectedWithin ?? 1;
  const missing: AlarmProposal = {
    role: "backup-missing",
    kind: "backup",
    description: `No backup came in for ${expectedWithin === 1 ? "a day" : `${days} days`}. Look at the plan's jobs.`,
    metric: metric("NumberOfBackupJobsCompleted", 86_400),
    comparison: "below",
    threshold: 1,
    periods: days,
    missingData: "breaching",
  };
  return {
    name,
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
      ...(copies
        ? [
            failed(
              "copy-failed",
              "NumberOfCopyJobsFailed",
              "A copy to the other region failed. Look at its key and vault.",
            ),
          ]
        : []),
      ...(expectedWithin === undefined ? [] : [missing]),
    ],
    widgets: [
      {
        title: `${name}: backups`,
        group: "operations",
        metrics: [
          { ...metric("NumberOfBackupJobsCompleted", 86_400), label: "completed" },
          { ...metric("NumberOfBackupJobsFailed", 86_400), label: "failed" },
        ],
      },
    ],
  };
}
