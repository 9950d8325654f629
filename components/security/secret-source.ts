import type * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "../link.ts";

/**
 * A secret that other components hand to AWS as a password or token (`Secret` implements it).
 *
 * Consumers pass `value` to write-only inputs (`passwordWo`, `authTokenWo`) together with `version`: AWS is told the
 * value again only when the version changes. The value must therefore be the same at every run of the program as long
 * as the version is: one that is drawn anew each time would reach the secret and the data store in different runs.
 */
export interface SecretSource {
  /** ARN of the secret in Secrets Manager. */
  readonly arn: pulumi.Output<string>;
  /** The value; a Pulumi secret, so that state and logs never hold it in plain text. */
  readonly value: pulumi.Output<string>;
  /** Raised by one whenever the value is to be replaced. */
  readonly version: pulumi.Input<number>;
  /** Whether the value is a JSON document, which no data store takes for a password. @default false */
  readonly isDocument?: boolean;
  /** Where a container reads the value from, or one key of it when it is a JSON object. */
  reference(key?: string): SecretReference;
}
