import type * as pulumi from "@pulumi/pulumi";

/** Resource types as AWS Backup's restore testing names them. */
export type BackupResourceType = "RDS" | "Aurora" | "DynamoDB" | "S3" | "EFS";

/**
 * How a component's data comes back.
 *
 * - a resource type of AWS Backup: a `BackupPlan` copies it into its vault;
 * - `self`: AWS Backup does not know the service (ElastiCache); the component takes its own snapshots.
 */
export interface RecoveryPoint {
  arn: pulumi.Input<string>;
  kind: BackupResourceType | "self";
  /**
   * Daily window of the service's own backups, such as `03:00-04:00` UTC. RDS refuses AWS Backup within it and in the
   * hour before.
   */
  ownWindow?: string;
  /**
   * Where a restore test puts the data, in the keys of AWS Backup's restore metadata: without a default VPC a database
   * comes back only with its own subnet group.
   */
  restoreOverrides?: Record<string, pulumi.Input<string>>;
}

/** A component whose data a `BackupPlan` can protect. */
export interface Recoverable {
  /** The component's name; names the selection that protects it. */
  readonly name: string;
  readonly recoveryPoint: RecoveryPoint;
}
