import * as pulumi from "@pulumi/pulumi";
import type { Link } from "../link.ts";
import type { EncryptionKey } from "./encryption-key.ts";

/** What a service may do with a bucket's objects. */
export type BucketAccess = "read" | "write" | "read-write";

/** A bucket of objects: a `Bucket`, or one adopted with `Bucket.get`. */
export interface ObjectStore {
  readonly arn: pulumi.Output<string>;
  /** The bucket's name. */
  readonly bucketName: pulumi.Output<string>;
}

const ACTIONS = {
  read: ["s3:GetObject", "s3:GetObjectVersion"],
  write: ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
} as const;
const KEY_ACTIONS = { read: ["kms:Decrypt"], write: ["kms:GenerateDataKey", "kms:Decrypt"] } as const;

/** The least that a service needs of a bucket, for its objects below `prefix`. */
export function bucketLink(
  name: string,
  { arn, bucketName }: ObjectStore,
  access: BucketAccess,
  { prefix = "", key }: { prefix?: string; key?: EncryptionKey | undefined } = {},
): Link {
  const modes = access === "read-write" ? (["read", "write"] as const) : [access];
  return {
    name: `${name}-bucket`,
    environment: { [`${name.replace(/[^A-Za-z0-9]+/g, "_").toUpperCase()}_BUCKET`]: bucketName },
    statements: [
      {
        actions: modes.flatMap((mode) => ACTIONS[mode]),
        resources: [pulumi.interpolate`${arn}/${prefix}*`],
      },
      // Without the right to list, a missing object answers 403 instead of 404.
      ...(access === "write"
        ? []
        : [
            {
              actions: ["s3:ListBucket"],
              resources: [arn],
              ...(prefix === ""
                ? {}
                : { conditions: [{ test: "StringLike", variable: "s3:prefix", values: [`${prefix}*`] }] }),
            },
          ]),
      ...(key === undefined
        ? []
        : [
            {
              actions: [...new Set(modes.flatMap((mode) => KEY_ACTIONS[mode]))],
              resources: [key.arn],
            },
          ]),
    ],
  };
}
