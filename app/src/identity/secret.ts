/**
 * The text of an API key: `sk_test_` + 43 base-62 digits (256 random bits) + 6 base-62 digits of a CRC-32 of what stands
 * before. The checksum lets a mistyped key, and noise, be refused without a look into the database, and lets scanners of
 * repositories recognise a leaked one.
 */
import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** `sk` may do everything, `rk` (restricted) what its scopes say. */
export type SecretKind = "sk" | "rk";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FORM = /^([sr]k_(?:test|live)_[0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

export interface Secret {
  /** The whole value: shown once, kept nowhere. */
  value: string;
  /** SHA-256 of the value: what is kept. */
  hash: Buffer;
  /** What may be shown: `sk_test_` and the last four characters. */
  prefix: string;
  lastFour: string;
}

export function makeSecret(kind: SecretKind, livemode: boolean, random = randomBytes(32)): Secret {
  const prefix = `${kind}_${livemode ? "live" : "test"}_`;
  const body = prefix + base62(BigInt(`0x${random.toString("hex")}`), 43);
  const value = body + checksum(body);
  return { value, hash: hashOf(value), prefix, lastFour: value.slice(-4) };
}

/** True when the text has the form of an API key, right checksum included. */
export function isSecret(text: string): boolean {
  const [, body, digits] = FORM.exec(text) ?? [];
  return body !== undefined && checksum(body) === digits;
}

export function hashOf(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}

function checksum(text: string): string {
  return base62(BigInt(crc32(text)), 6);
}

function base62(number: bigint, length: number): string {
  let digits = "";
  for (let rest = number; digits.length < length; rest /= 62n)
    digits = DIGITS.charAt(Number(rest % 62n)) + digits;
  return digits;
}
