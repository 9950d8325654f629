/** Keys of the service's own (fingerprints, cursors), derived from one secret by HKDF (RFC 5869): one purpose, one key. */
import { hkdfSync, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** 256 bits for a purpose, as `idempotency`; the same in every instance that has the same secret. */
export type DeriveKey = (purpose: string) => Buffer;

/** @param secret At least 32 characters (setting CURSOR_KEY). */
export function deriveFrom(secret: string): DeriveKey {
  return (purpose) => Buffer.from(hkdfSync("sha256", secret, "strongroom", purpose, 32));
}

/** The secret of the embedded default: made at first start, kept in the data folder, readable for its owner only. */
export function localSecret(folder: string): string {
  const file = join(folder, "root-key");
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(file, "utf8");
}
