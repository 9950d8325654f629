import type { Duration } from "./units.ts";

/**
 * How much must stand between a mistake and lost data.
 *
 * - `ephemeral`: everything goes with the stack (reviews, tests).
 * - `standard`: deletion needs a deliberate step first; final snapshots are kept (staging).
 * - `critical`: as standard, and Pulumi itself refuses to delete (production).
 */
export type Protection = "ephemeral" | "standard" | "critical";

/** What a {@link Protection} means for the resources of a component. */
export interface ProtectionSettings {
  /** AWS's own deletion protection, where a resource has it. */
  readonly deletionProtection: boolean;
  /** Take a final snapshot before a data store goes. */
  readonly finalSnapshot: boolean;
  /** Let buckets and repositories be deleted with what they hold. */
  readonly forceDestroy: boolean;
  /** Pulumi's `protect` option on resources that hold data. */
  readonly protect: boolean;
  /** Days in which a deleted key or secret can be recovered: KMS 7–30, Secrets Manager 0 or 7–30. */
  readonly recoveryDays: 7 | 30;
  /** Automated backups' retention where the component is told nothing else. */
  readonly backupRetention: Duration;
}

const SETTINGS: Readonly<Record<Protection, ProtectionSettings>> = {
  ephemeral: {
    deletionProtection: false,
    finalSnapshot: false,
    forceDestroy: true,
    protect: false,
    recoveryDays: 7,
    backupRetention: "1 day",
  },
  standard: {
    deletionProtection: true,
    finalSnapshot: true,
    forceDestroy: false,
    protect: false,
    recoveryDays: 30,
    backupRetention: "7 days",
  },
  critical: {
    deletionProtection: true,
    finalSnapshot: true,
    forceDestroy: false,
    protect: true,
    recoveryDays: 30,
    backupRetention: "30 days",
  },
};

/** The settings of a protection level; `standard` when none is given. */
export function protectionSettings(protection: Protection = "standard"): ProtectionSettings {
  return SETTINGS[protection];
}
