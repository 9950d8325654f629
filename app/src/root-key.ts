/** Keys of the service's own (fingerprints, cursors), derived from one secret by HKDF (RFC 5869): one purpose, one key. */
import { hkdfSync, randomBytes, randomUUID } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) makeSecret(file);
  const secret = readFileSync(file, "utf8");
  if (secret.length < SHORTEST) {
    throw new Error(
      `The root key ${file} has ${secret.length} characters instead of 43; restore the file from its backup, or remove it for a new one.`,
    );
  }
  return secret;
}

/** Writes a whole file beside the real one, then links it: whoever is killed meanwhile leaves no half a secret. */
function makeSecret(file: string): void {
  const temporary = `${file}.${randomUUID()}`;
  writeFileSync(temporary, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx", flush: true });
  try {
    // A link never replaces a file: of two processes that start at once, one makes the secret and both use it.
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporary);
  }
}
