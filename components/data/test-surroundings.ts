import * as pulumi from "@pulumi/pulumi";
import type { Network } from "../network/network.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import type { SecretSource } from "../security/secret-source.ts";

/** What data components stand in during tests: plain values, so that a Plan shows the component alone. */

/** A customer key that exists. */
export const key: EncryptionKey = {
  arn: "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555",
};

/** A network of two zones. Its outputs belong to the running program: make it within. */
export function standInNetwork(): Network {
  const tier = (name: string) => [pulumi.output(`subnet-${name}-a`), pulumi.output(`subnet-${name}-b`)];
  return {
    vpcId: pulumi.output("vpc-0123456789abcdef0"),
    cidrBlock: pulumi.output("10.0.0.0/16"),
    subnetIds: { public: tier("public"), app: tier("app"), data: tier("data") },
    zones: [pulumi.output("eu-west-1a"), pulumi.output("eu-west-1b")],
    gatewayPrefixListIds: [],
    appTierHasEgress: false,
  };
}

/** A generated secret. */
export function standInSecret(name: string, value = "correct-horse-battery-staple"): SecretSource {
  const arn = pulumi.output(`arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`);
  return {
    arn,
    value: pulumi.secret(value),
    version: 3,
    reference: (jsonKey) => ({
      valueFrom: jsonKey === undefined ? arn : pulumi.interpolate`${arn}:${jsonKey}::`,
      arn,
      kind: "secretsmanager",
      keyArn: key.arn,
    }),
  };
}

/** The value of an input within a program; an error when a part of it is unknown, whose `.apply` never runs. */
export async function settle<T>(input: pulumi.Input<T> | undefined): Promise<pulumi.Unwrap<T> | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<pulumi.Unwrap<T> | undefined>();
  const timer = setTimeout(reject, 1000, new Error("a part of the value is unknown"));
  pulumi.output(input).apply((value) => {
    clearTimeout(timer);
    resolve(value);
  });
  return promise;
}
