/** The vault: card and account numbers, and the keys of personal data. */
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { KeyEncryption } from "./key-encryption.ts";
import { keyFile } from "./key-file.ts";

/**
 * The root key that the settings name.
 * @param folder the embedded default's data folder, where a key file is made when no setting names a key
 */
export async function rootKey(config: Config, folder: string): Promise<KeyEncryption> {
  if (config.VAULT_KMS_KEY_ID !== undefined) {
    // Not loaded where it is not used: the client of KMS is large.
    const { awsKms } = await import("./aws-kms.ts");
    return awsKms(config.VAULT_KMS_KEY_ID);
  }
  return keyFile(config.VAULT_KEY_FILE ?? join(folder, "vault-key"));
}

export { checkBankAccount } from "./bank-account.ts";
export { checkCard, checkExpiry, type CardFace } from "./card.ts";
export type { KeyEncryption } from "./key-encryption.ts";
export { keyFile } from "./key-file.ts";
export type { Subject } from "./repository.ts";
export { vaultRoutes } from "./routes.ts";
export { sealedRows } from "./sealed-rows.ts";
export { createVault, type Vault } from "./vault.ts";
