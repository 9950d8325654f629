import type * as aws from "@pulumi/aws";
import type { ComponentArgs, Transform } from "../component.ts";
import { Problems, show } from "../validation.ts";
import { checkEndpoints, type EndpointsArgs, type EndpointTransforms } from "./endpoints.ts";
import { checkFlowLogs, type FlowLogsArgs, type FlowLogTransforms } from "./flow-logs.ts";
import { elasticIpCount, type NatArgs, type NatMode, type NatTransforms } from "./nat.ts";
import { MAX_ZONES, planSubnets, type SubnetPlan } from "./subnet-plan.ts";

/** Arguments of {@link Vpc}. */
export interface VpcArgs extends ComponentArgs {
  /**
   * IPv4 range, private, /16 to /23; see {@link planSubnets} for what each subnet gets. A change replaces everything.
   * @default "10.0.0.0/16"
   */
  cidr?: string;
  /**
   * Availability zones: how many of the region's (in AWS's order), or their names, two to four. Only ever append: a
   * zone's place in the list decides its ranges, and a change of a zone replaces its subnets.
   * @default 2
   */
  zones?: 2 | 3 | string[];
  /** How the app tier reaches the internet. @default "none": it does not, and reaches AWS through endpoints */
  nat?: NatMode | NatArgs;
  /** AWS services that are reached privately; `"none"` for no endpoint at all. @default {@link EndpointsArgs} */
  endpoints?: EndpointsArgs | "none";
  /** Where records of connections go, or `"none"`. @default to CloudWatch, kept 365 days */
  flowLogs?: FlowLogsArgs | "none";
  /**
   * Ports of the internet that the app tier's network ACL lets out to. At most 16, of 1 to 65535.
   * @default [80, 443]
   */
  egressPorts?: number[];
  transform?: {
    vpc?: Transform<aws.ec2.VpcArgs>;
    subnet?: Transform<aws.ec2.SubnetArgs>;
    routeTable?: Transform<aws.ec2.RouteTableArgs>;
    networkAcl?: Transform<aws.ec2.NetworkAclArgs>;
  } & NatTransforms &
    EndpointTransforms &
    FlowLogTransforms;
}

export const VPC_TOKEN = "strongroom:network:Vpc";
const NAT_MODES: readonly NatMode[] = ["none", "single", "perZone", "regional", "instance"];

/** What the arguments come to. @throws {pulumi.InputPropertiesError} with every mistake. */
export function normalizeVpc(
  name: string,
  args: VpcArgs,
): {
  cidr: string;
  plan: SubnetPlan;
  nat: NatArgs;
  zoneCount: number;
  egressPorts: number[];
} {
  const problems = new Problems(VPC_TOKEN, name);
  const { cidr = "10.0.0.0/16", zones = 2, egressPorts = [80, 443], endpoints, flowLogs } = args;
  const zoneCount = Array.isArray(zones) ? zones.length : zones;
  checkZones(problems, zones, args.region);
  const plan = problems.parse("cidr", () => planSubnets(cidr, Math.min(zoneCount, MAX_ZONES)));
  const nat: NatArgs = typeof args.nat === "object" ? args.nat : { mode: args.nat ?? "none" };
  checkNat(problems, nat, zoneCount);
  if (endpoints !== undefined && endpoints !== "none") checkEndpoints(problems, endpoints);
  if (flowLogs !== undefined && flowLogs !== "none") checkFlowLogs(problems, flowLogs);
  problems.check(
    egressPorts.length <= 16 &&
      egressPorts.every((port) => Number.isInteger(port) && port >= 1 && port <= 65_535),
    "egressPorts",
    `${show(egressPorts)} is not a list of at most 16 ports of 1 to 65535`,
  );
  problems.throwIfAny();
  if (plan === undefined) throw new Error("a range without plan is a mistake, and thrown before");
  return { cidr, plan, nat, zoneCount, egressPorts };
}

function checkZones(problems: Problems, zones: 2 | 3 | string[], region: string | undefined): void {
  const count = Array.isArray(zones) ? zones.length : zones;
  problems.check(
    Number.isInteger(count) && count >= 2 && count <= (Array.isArray(zones) ? MAX_ZONES : 3),
    "zones",
    `${show(zones)} is not 2, 3 or a list of two to four names; write 3 for production`,
  );
  if (!Array.isArray(zones)) return;
  for (const [index, zone] of zones.entries()) {
    problems.check(
      /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(zone) && (region === undefined || zone.startsWith(region)),
      `zones[${index}]`,
      `${show(zone)} is not the name of a zone; write one such as "${region ?? "eu-west-1"}a"`,
    );
    problems.check(
      zones.indexOf(zone) === index,
      `zones[${index}]`,
      `${show(zone)} is there twice; write it once`,
    );
  }
}

function checkNat(problems: Problems, nat: NatArgs, zones: number): void {
  const { mode, elasticIps, instanceType } = nat;
  if (
    !problems.check(
      NAT_MODES.includes(mode),
      "nat",
      `${show(mode)} is not one of ${NAT_MODES.map(show).join(", ")}`,
    )
  ) {
    return;
  }
  const count = elasticIpCount(mode, zones);
  problems.check(
    elasticIps === undefined || elasticIps.length === count,
    "nat.elasticIps",
    `has ${elasticIps?.length} addresses, and "${mode}" in ${zones} zones takes ${count}`,
  );
  problems.check(
    instanceType === undefined || mode === "instance",
    "nat.instanceType",
    `is for the mode "instance", and the mode is "${mode}"; leave it out`,
  );
  problems.check(
    instanceType === undefined || /^[a-z]+\d+g[a-z]*\./.test(instanceType),
    "nat.instanceType",
    `${show(instanceType)} is not of the arm64 kind that the image is for; write one such as "t4g.nano"`,
  );
}
