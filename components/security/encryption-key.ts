import type * as pulumi from "@pulumi/pulumi";

/** A customer key of KMS: a `Key`, or any object that knows the key's ARN. */
export interface EncryptionKey {
  readonly arn: pulumi.Input<string>;
}
