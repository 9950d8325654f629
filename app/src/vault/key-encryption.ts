/**
 * Where the vault's root key is: outside of the database, so that the database alone opens nothing. The root key encrypts
 * the vault's few branch keys; those encrypt everything else (keyring.ts).
 */

/** A key, encrypted under the root key that `root` names. */
export interface WrappedKey {
  root: string;
  wrapped: Buffer;
}

/** What a wrapped key is for: bound to it, so that it serves for nothing else. */
export type KeyContext = Record<string, string>;

/** Every call may reject with ApiError 503, when the root key is out of reach, and IntegrityError. */
export interface KeyEncryption {
  /** Whether a root key's name is today's; false also when that cannot be told. */
  isToday(root: string): boolean;
  /** A new key of 256 bits, wrapped by today's root key; the caller wipes `plain`. */
  generate(context: KeyContext): Promise<WrappedKey & { plain: Buffer }>;
  /** The key in the clear; the caller wipes it. */
  unwrap(key: WrappedKey, context: KeyContext): Promise<Buffer>;
  /** The same key, wrapped by today's root key instead of the one it was wrapped by. */
  rewrap(key: WrappedKey, context: KeyContext): Promise<WrappedKey>;
}
