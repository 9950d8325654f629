import * as pulumi from "@pulumi/pulumi";
import type { ObjectStore } from "./bucket-link.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import type { RoleStatement } from "./policy-document.ts";

/** Copies new objects to another bucket, which must be versioned. */
export interface BucketReplication {
  to: ObjectStore;
  /** Key of the target; needed when this bucket encrypts with a customer key. */
  key?: EncryptionKey;
  /** @default that of the source */
  storageClass?: "STANDARD" | "STANDARD_IA" | "GLACIER_IR" | "GLACIER" | "DEEP_ARCHIVE";
}

/** What the role that copies may do: read versions here, write copies there. */
export function replicationStatements(
  source: pulumi.Output<string>,
  sourceKey: EncryptionKey | undefined,
  to: ObjectStore,
  targetKey: EncryptionKey | undefined,
): RoleStatement[] {
  return [
    {
      Sid: "ReadConfiguration",
      Effect: "Allow",
      Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      Resource: source,
    },
    {
      Sid: "ReadVersions",
      Effect: "Allow",
      Action: [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      Resource: pulumi.interpolate`${source}/*`,
    },
    {
      Sid: "WriteCopies",
      Effect: "Allow",
      Action: ["s3:ReplicateObject", "s3:ReplicateTags"],
      Resource: pulumi.interpolate`${to.arn}/*`,
    },
    ...(sourceKey === undefined
      ? []
      : [{ Sid: "Decrypt", Effect: "Allow" as const, Action: "kms:Decrypt", Resource: sourceKey.arn }]),
    ...(targetKey === undefined
      ? []
      : [{ Sid: "Encrypt", Effect: "Allow" as const, Action: "kms:Encrypt", Resource: targetKey.arn }]),
  ];
}
