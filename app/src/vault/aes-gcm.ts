/** AES-256-GCM as the vault uses it: a random nonce of 96 bits, a tag of 128 bits (NIST SP 800-38D). */
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** What was read is not what was written: changed, moved to another row, or under another key. */
export class IntegrityError extends Error {
  constructor(what: string, cause?: unknown) {
    super(`${what} fails its integrity check: it was changed, moved, or encrypted under another key.`, {
      cause,
    });
    this.name = "IntegrityError";
  }
}

/** Where a ciphertext belongs, as the additional data that GCM authenticates: it opens nowhere else. */
export type Place = readonly (string | number | boolean)[];

/** Encrypts. @returns nonce, ciphertext and tag, one after the other */
export function seal(key: KeyObject, plain: Uint8Array, place: Place): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(JSON.stringify(place)));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts. @throws IntegrityError when anything but this very ciphertext of this place is given */
export function open(key: KeyObject, sealed: Uint8Array, place: Place): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new IntegrityError(nameOf(place));
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(JSON.stringify(place)));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  // Not yet authenticated: wiped when the tag does not match.
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    decipher.final();
    return plain;
  } catch (cause) {
    plain.fill(0);
    throw new IntegrityError(nameOf(place), cause);
  }
}

/** Takes a key out of JavaScript's memory: OpenSSL keeps it and wipes it when it is let go; the bytes given are wiped now. */
export function importKey(bytes: Buffer): KeyObject {
  try {
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** A new key, encrypted under another. */
export function makeWrappedKey(under: KeyObject, place: Place): Buffer {
  const bytes = randomBytes(KEY_BYTES);
  try {
    return seal(under, bytes, place);
  } finally {
    bytes.fill(0);
  }
}

/** The key in what `makeWrappedKey` made. @throws IntegrityError */
export function unwrapKey(under: KeyObject, wrapped: Uint8Array, place: Place): KeyObject {
  return importKey(open(under, wrapped, place));
}

function nameOf(place: Place): string {
  return `The ${place.join(" ")}`;
}
