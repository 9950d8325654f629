/** Ids of objects: a prefix that tells the kind and a UUIDv7 in base 32 (TypeID), so that ids sort by time of making. */
import { TypeID } from "typeid-js";
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
export function makeIds(clock: Clock, random?: () => number): MakeId {
  const generator = random ? new V7Generator({ nextUint32: random }) : new V7Generator();
  // When the clock steps back a little, ids go on from the last one.
  return (kind) =>
    TypeID.fromUUIDBytes(ID_PREFIXES[kind], generator.generateOrResetWithTs(clock()).bytes).toString();
}
