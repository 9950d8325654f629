import type * as pulumi from "@pulumi/pulumi";

/** The tiers of a network: load balancers and NAT only; tasks; data stores without any internet route. */
export type Tier = "public" | "app" | "data";

/** What other components need of a network: a `Vpc`, or one adopted with `Vpc.get`. */
export interface Network {
  readonly vpcId: pulumi.Output<string>;
  /** IPv4 range of the whole network. */
  readonly cidrBlock: pulumi.Output<string>;
  /** Subnet ids by tier, one a zone, in the zones' order. */
  readonly subnetIds: Readonly<Record<Tier, pulumi.Output<string>[]>>;
  /** Names of the availability zones, in the subnets' order. */
  readonly zones: pulumi.Output<string>[];
  /**
   * Security group of the interface endpoints, that tasks need to reach on port 443; absent without such endpoints.
   */
  readonly endpointSecurityGroupId?: pulumi.Output<string>;
  /** Services with an interface endpoint, such as `"ecr.api"`; absent where the network does not know. */
  readonly endpointServices?: readonly string[];
  /** Ids of the prefix lists of gateway endpoints (S3, DynamoDB), for egress rules. */
  readonly gatewayPrefixListIds: pulumi.Output<string>[];
  /**
   * IPv4 ranges whose requests to ports 80 and 443 the app tier's network ACL lets in; absent where the network does not
   * know.
   */
  readonly appTierClients?: readonly string[];
  /** Whether the app tier can reach the internet (any NAT). */
  readonly appTierHasEgress: boolean;
  /**
   * What must exist before anything in the network sends or receives: routes, endpoints, network ACLs. Absent where the
   * network stands already.
   */
  readonly ready?: readonly pulumi.Resource[];
}
