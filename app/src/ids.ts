/** Ids of objects: a prefix that tells the kind and a UUIDv7 in base 32 (TypeID), so that ids sort by time of making. */
import { randomFillSync } from "node:crypto";
import { V7Generator } from "uuidv7";
import type { Clock } from "./clock.ts";

export const ID_PREFIXES = {
  account: "acct",
  achEntry: "ach",
  achFile: "achf",
  apiKey: "key",
  attempt: "att",
  customer: "cus",
  delivery: "whd",
  dispute: "dp",
  erasure: "era",
  event: "evt",
  export: "exp",
  flag: "flag",
  payment: "pay",
  paymentMethod: "pm",
  payout: "po",
  reconciliation: "rec",
  refund: "re",
  request: "req",
  token: "tok",
  transaction: "txn",
  transfer: "tr",
  vaultEntry: "vault",
  webhookEndpoint: "we",
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

/** Makes an id of a kind, as `pay_01m80pvkadecrbzqsgybvvvmqg`: greater than all that it made before. */
export type MakeId = (kind: IdKind) => string;

/**
 * @param random 32 random bits; given in tests for ids that are the same in every run. @default cryptographic random numbers
 */
export function makeIds(clock: Clock, random = cryptographicRandom()): MakeId {
  const generator = new V7Generator({ nextUint32: random });
  // When the clock steps back a little, ids go on from the last one.
  return (kind) => `${ID_PREFIXES[kind]}_${base32(generator.generateOrResetWithTs(clock()).bytes)}`;
}

/** Whether a text has the form of a kind's ids; there need be no object of that id. */
export function isId(kind: IdKind, text: string): boolean {
  const prefix = `${ID_PREFIXES[kind]}_`;
  if (kind === "account" && OWN_ACCOUNT.test(text)) return true;
  return text.startsWith(prefix) && SUFFIX.test(text.slice(prefix.length));
}

/** Random numbers drawn many at a time: a request makes several ids, and a draw costs more than all else of an id. */
function cryptographicRandom(): () => number {
  const drawn = Buffer.alloc(1024);
  let next = drawn.length;
  return () => {
    if (next === drawn.length) {
      randomFillSync(drawn);
      next = 0;
    }
    next += 4;
    return drawn.readUInt32LE(next - 4);
  };
}

/** TypeID's digits: Crockford's base 32 in lower case. */
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
/** The 26 digits of 128 bits: the first is 7 at most. */
const SUFFIX = new RegExp(`^[0-7][${DIGITS}]{25}$`);
/** The ledger's own accounts are named by what they keep, as `acct_processor_receivable.simulator_usd_test`. */
const OWN_ACCOUNT = /^acct_[a-z0-9_.]+_[a-z]{3}_(live|test)$/;
/** Two digits for each value of ten bits. */
const PAIRS = Array.from(DIGITS, (high) => Array.from(DIGITS, (low) => high + low)).flat();

/** 16 bytes as 26 digits: 130 bits, of which the first two are zero. */
function base32(bytes: Uint8Array): string {
  let digits = "";
  let bits = 0;
  let count = 2;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    count += 8;
    if (count < 10) continue;
    count -= 10;
    digits += PAIRS[bits >> count] ?? "";
    bits &= (1 << count) - 1;
  }
  return digits;
}
