import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { type Protection, protectionSettings } from "../protection.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import { policyDocument } from "../security/policy-document.ts";
import { days, type Duration } from "../units.ts";
import { Problems, show } from "../validation.ts";
import type { RetentionBounds } from "./backup-rules.ts";

/** Arguments of {@link BackupVault}. */
export interface BackupVaultArgs extends ComponentArgs {
  /** Encrypts what the vault holds. A change replaces. */
  key: EncryptionKey;
  /** Makes backups undeletable before their time. @default none: deletion is denied by the vault's policy only */
  lock?: VaultLock;
  /** `ephemeral` lets the vault go with what it holds; `critical` adds Pulumi's `protect`. @default "standard" */
  protection?: Protection;
  transform?: {
    vault?: Transform<aws.backup.VaultArgs>;
    lock?: Transform<aws.backup.VaultLockConfigurationArgs>;
    policy?: Transform<aws.backup.VaultPolicyArgs>;
  };
}

/** A vault lock. */
export interface VaultLock {
  /**
   * `governance`: whoever may change the lock can lift it. `compliance`: nobody can, AWS included, once `coolOff` is
   * over, until the last backup has expired.
   */
  mode: "governance" | "compliance";
  /** Shortest retention of what may enter. @default none */
  minRetention?: Duration;
  /** Longest retention of what may enter. @default none */
  maxRetention?: Duration;
  /** With `compliance`: for so long the lock can still be lifted; at least 3 days. @default "3 days" */
  coolOff?: Duration;
}

const TOKEN = "strongroom:recovery:BackupVault";

/**
 * A vault of AWS Backup from which nobody deletes: backups go when their time is over, and in no other way.
 *
 * Cost: none of its own; what it holds is paid by the GB.
 */
export class BackupVault extends Component {
  readonly vaultName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** The resources that the component made. */
  readonly nodes: {
    readonly vault: aws.backup.Vault;
    readonly policy?: aws.backup.VaultPolicy;
    readonly lock?: aws.backup.VaultLockConfiguration;
  };

  constructor(name: string, args: BackupVaultArgs, options?: pulumi.ComponentResourceOptions) {
    const problems = new Problems(TOKEN, name);
    // AWS's 50 characters, less "-vault-" and Pulumi's seven digits.
    problems.check(
      /^[\w-]{1,36}$/.test(name),
      "name",
      `${show(name)} cannot begin the name of a vault; write at most 36 letters, digits, "-" and "_"`,
    );
    const bounds = lockBounds(problems, args);
    problems.throwIfAny();
    super(TOKEN, name, args, options);
    const { forceDestroy, protect } = protectionSettings(args.protection);
    const vault = this.make(
      aws.backup.Vault,
      "vault",
      { kmsKeyArn: args.key.arn, forceDestroy },
      { transform: args.transform?.vault, options: { protect } },
    );
    this.nodes = {
      vault,
      ...(forceDestroy ? {} : { policy: this.#denyDeletion(vault, args) }),
      ...(args.lock === undefined ? {} : { lock: this.#lock(vault, args.lock, bounds, args) }),
    };
    this.vaultName = vault.name;
    this.arn = vault.arn;
    this.registerOutputs({ vaultName: vault.name, arn: vault.arn });
  }

  #denyDeletion(vault: aws.backup.Vault, { transform }: BackupVaultArgs): aws.backup.VaultPolicy {
    return this.make(
      aws.backup.VaultPolicy,
      "policy",
      {
        backupVaultName: vault.name,
        policy: policyDocument([
          {
            Sid: "DenyDeletion",
            Effect: "Deny",
            Principal: { AWS: "*" },
            Action: [
              "backup:DeleteRecoveryPoint",
              "backup:DisassociateRecoveryPoint",
              "backup:UpdateRecoveryPointLifecycle",
            ],
            Resource: "*",
          },
        ]),
      },
      { transform: transform?.policy },
    );
  }

  #lock(
    vault: aws.backup.Vault,
    { mode, coolOff = "3 days" }: VaultLock,
    { min, max }: RetentionBounds,
    { transform }: BackupVaultArgs,
  ): aws.backup.VaultLockConfiguration {
    return this.make(
      aws.backup.VaultLockConfiguration,
      "lock",
      {
        backupVaultName: vault.name,
        minRetentionDays: min,
        maxRetentionDays: max,
        // Its presence is what makes the lock one of compliance.
        changeableForDays: mode === "compliance" ? days(coolOff) : undefined,
      },
      { transform: transform?.lock },
    );
  }
}

/** Checks a lock, and gives the bounds that it sets for every retention. */
export function lockBounds(
  problems: Problems,
  { lock, protection }: Pick<BackupVaultArgs, "lock" | "protection">,
): RetentionBounds {
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
      ? `${show(coolOff)} is not possible; write 3 to 36500 days`
      : "belongs to compliance mode; a lock in governance mode can always be lifted",
  );
  problems.check(
    mode !== "compliance" || protection !== "ephemeral",
    "lock.mode",
    'a vault in compliance mode cannot go with an ephemeral stack; write "governance"',
  );
  return { min, max };
}
