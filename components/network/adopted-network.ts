import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Problems } from "../validation.ts";
import type { Network, Tier } from "./network.ts";

/** A network that something else made. */
export interface AdoptedNetworkArgs {
  vpcId: pulumi.Input<string>;
  /** Subnet ids by tier, one a zone, in the same order in every tier. */
  subnetIds: Record<Tier, pulumi.Input<string>[]>;
  /** Whether the app tier reaches the internet. Services that need it refuse to start without. */
  appTierHasEgress: boolean;
  /** Security group of the interface endpoints, that services are let out to. @default none */
  endpointSecurityGroupId?: pulumi.Input<string>;
  /**
   * Services with an interface endpoint, such as `"ecr.api"`; with them, a component that could not reach a service says
   * so before anything is made.
   * @default not known
   */
  endpointServices?: readonly string[];
  /** Prefix lists of the gateway endpoints, that services are let out to. @default none */
  gatewayPrefixListIds?: pulumi.Input<string>[];
  /** Zones' names. @default looked up from the app subnets */
  zones?: pulumi.Input<string>[];
  /** IPv4 range. @default looked up */
  cidr?: pulumi.Input<string>;
  /** @default the provider's region */
  region?: string;
}

/** Looks up what the arguments leave out. @throws {pulumi.InputPropertiesError} when the tiers do not match. */
export function adoptNetwork(args: AdoptedNetworkArgs, options: pulumi.InvokeOptions): Network {
  const { subnetIds, endpointSecurityGroupId } = args;
  const problems = new Problems("strongroom:network:Vpc", "adopted");
  const expected = subnetIds.app.length;
  for (const tier of ["public", "app", "data"] as const) {
    problems.check(
      subnetIds[tier].length > 0 && subnetIds[tier].length === expected,
      `subnetIds.${tier}`,
      `has ${subnetIds[tier].length} subnets, and the app tier has ${expected}; write one a zone in every tier`,
    );
  }
  problems.check(
    args.zones === undefined || args.zones.length === expected,
    "zones",
    `has ${args.zones?.length} names for ${expected} subnets a tier`,
  );
  problems.throwIfAny();

  const inRegion = args.region === undefined ? {} : { region: args.region };
  const ids = (tier: Tier) => subnetIds[tier].map((id) => pulumi.output(id));
  return {
    vpcId: pulumi.output(args.vpcId),
    cidrBlock:
      args.cidr === undefined
        ? aws.ec2.getVpcOutput({ id: args.vpcId, ...inRegion }, options).cidrBlock
        : pulumi.output(args.cidr),
    subnetIds: { public: ids("public"), app: ids("app"), data: ids("data") },
    zones:
      args.zones?.map((zone) => pulumi.output(zone)) ??
      subnetIds.app.map((id) => aws.ec2.getSubnetOutput({ id, ...inRegion }, options).availabilityZone),
    ...(endpointSecurityGroupId === undefined
      ? {}
      : { endpointSecurityGroupId: pulumi.output(endpointSecurityGroupId) }),
    ...(args.endpointServices === undefined ? {} : { endpointServices: args.endpointServices }),
    gatewayPrefixListIds: (args.gatewayPrefixListIds ?? []).map((id) => pulumi.output(id)),
    appTierHasEgress: args.appTierHasEgress,
  };
}
