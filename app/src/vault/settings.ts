/** Settings of the vault. */
import { Type } from "typebox";
import type { Config } from "../config.ts";

export const vaultSettings = {
  VAULT_KMS_KEY_ID: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "Id, ARN or alias of the AWS KMS key that wraps the card vault's keys; required in production",
    }),
  ),
  VAULT_KEY_FILE: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "File (mode 0600) with the key that wraps the card vault's keys, where AWS KMS is not used; made when missing",
    }),
  ),
  VAULT_KEY_CACHE_SECONDS: Type.Integer({
    minimum: 1,
    maximum: 3600,
    default: 300,
    description: "How long an unwrapped key of the card vault is kept in memory",
  }),
  VAULT_ROTATION_DAYS: Type.Integer({
    minimum: 1,
    maximum: 730,
    default: 365,
    description: "Age at which the card vault's keys are replaced and everything is encrypted anew",
  }),
};

/** Mistakes of the vault's settings. */
export function vaultGuards(config: Config): string[] {
  const mistakes: string[] = [];
  if (config.VAULT_KMS_KEY_ID !== undefined && config.VAULT_KEY_FILE !== undefined) {
    mistakes.push(
      `VAULT_KEY_FILE is ${config.VAULT_KEY_FILE} although VAULT_KMS_KEY_ID is set: the vault has one root key; unset one of them.`,
    );
  }
  if (config.NODE_ENV === "production" && config.VAULT_KMS_KEY_ID === undefined) {
    mistakes.push(
      "VAULT_KMS_KEY_ID is not set: in production the card vault's root key is in AWS KMS; set it to the key's ARN.",
    );
  }
  return mistakes;
}
