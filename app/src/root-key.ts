/** Keys of the service's own (fingerprints, cursors), derived from one secret by HKDF (RFC 5869): one purpose, one key. */
import { hkdfSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeDataFolder } from "./data-folder.ts";
import { createSecretFile } from "./secret-file.ts";

/** 256 bits for a purpose, as `idempotency`; the same in every instance that has the same secret. */
export type DeriveKey = (purpose: string) => Buffer;

/** Characters that a secret has at least, as settings ask for them. */
const SHORTEST = 32;

/** @param secret At least 32 characters (setting CURSOR_KEY). */
export function deriveFrom(secret: string): DeriveKey {
  return (purpose) => Buffer.from(hkdfSync("sha256", secret, "strongroom", purpose, 32));
}

/** The secret of the embedded default: made at first start, kept in the data folder, readable for its owner only. */
export function localSecret(folder: string): string {
  const file = join(folder, "root-key");
  makeDataFolder(folder);
  if (!existsSync(file)) createSecretFile(file, randomBytes(32).toString("base64url"));
  const secret = readFileSync(file, "utf8");
  if (secret.length < SHORTEST) {
    throw new Error(
      `The root key ${file} has ${secret.length} characters instead of 43; restore the file from its backup, or remove it for a new one.`,
    );
  }
  return secret;
}
