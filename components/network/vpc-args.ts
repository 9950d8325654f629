import type * as aws from "@pulumi/aws";
import type { ComponentArgs, Transform } from "../component.ts";
import { Problems, show } from "../validation.ts";
import { type Cidr, overlaps, parseCidr } from "./cidr.ts";
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
  /**
   * IPv4 ranges beyond the network, such as an office's behind a VPN or a peered network's, whose requests to internal
   * load balancers the app tier's network ACL lets in. At most 7, and with `egressPorts` at most 17, since AWS takes 20
   * rules a direction. The routes to them are yours.
   * @default none
   */
  clients?: string[];
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
  clients: string[];
} {
  const problems = new Problems(VPC_TOKEN, name);
  const {
    cidr = "10.0.0.0/16",
    zones = 2,
    egressPorts = [80, 443],
    clients = [],
    endpoints,
    flowLogs,
  } = args;
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
  checkClients(problems, clients, egressPorts, plan && parseCidr(cidr));
  problems.throwIfAny();
  if (plan === undefined) throw new Error("a range without plan is a mistake, and thrown before");
  return { cidr, plan, nat, zoneCount, egressPorts, clients };
}

/** Each client takes two of the ACL's 20 rules inward, beside five, and one outward, beside three. */
function checkClients(
  problems: Problems,
  clients: string[],
  egressPorts: number[],
  own: Cidr | undefined,
): void {
  problems.check(
    clients.length <= 7 && clients.length + egressPorts.length <= 17,
    "clients",
    `has ${clients.length} ranges beside ${egressPorts.length} egressPorts; write at most 7, and of both at most 17, or ` +
      "wider ranges",
  );
  for (const [index, client] of clients.entries()) {
    const path = `clients[${index}]`;
    const range = problems.parse(path, () => parseCidr(client));
    problems.check(clients.indexOf(client) === index, path, `${show(client)} is there twice; write it once`);
    if (range === undefined) continue;
    problems.check(
      range.prefix >= 8,
      path,
      `${show(client)} is a good part of the internet, whose clients come by a load balancer with exposure "internet"; ` +
        "write ranges of /8 and narrower",
    );
    problems.check(
      own === undefined || !overlaps(own, range),
      path,
      `${show(client)} overlaps the network's own range, which is let in anyhow; leave it out`,
    );
  }
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
