export * from "./backup-args.ts";
export { BackupPlan, type BackupPlanNodes } from "./backup-plan.ts";
export type { BackupRule } from "./backup-rules.ts";
export { BackupVault, type BackupVaultArgs, type VaultLock } from "./backup-vault.ts";
export { OffHours, type OffHoursArgs } from "./off-hours.ts";
export * from "./pausable.ts";
export * from "./recoverable.ts";
