import * as pulumi from "@pulumi/pulumi";
import type { Network } from "./network/network.ts";
import type { EncryptionKey } from "./security/encryption-key.ts";

/** What components stand in during tests: plain values, so that a Plan shows the component alone. */

/** A customer key that exists. */
export const key: EncryptionKey = {
  arn: "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555",
};

/** A network of two zones with endpoints. Its outputs belong to the running program: make it within. */
export function standInNetwork(changes: Partial<Network> = {}): Network {
  const tier = (name: string) => [pulumi.output(`subnet-${name}-a`), pulumi.output(`subnet-${name}-b`)];
  return {
    vpcId: pulumi.output("vpc-0123456789abcdef0"),
    cidrBlock: pulumi.output("10.0.0.0/16"),
    subnetIds: { public: tier("public"), app: tier("app"), data: tier("data") },
    zones: [pulumi.output("eu-west-1a"), pulumi.output("eu-west-1b")],
    endpointSecurityGroupId: pulumi.output("sg-endpoints"),
    gatewayPrefixListIds: [pulumi.output("pl-s3")],
    appTierHasEgress: false,
    ...changes,
  };
}
