import { isInternet, prefixLength } from "../cidr.ts";
import { resourceRule, stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, some, visit } from "../values.ts";
import { accountSettingRule } from "./shared/account-settings.ts";
import {
  ASSOCIATION,
  destinationOf,
  GATEWAY,
  hasWayOut,
  isDefault,
  isMain,
  leadsToInternet,
  MAIN_ASSOCIATION,
  ROUTE,
  ROUTING,
  routesIn,
  SUBNETS,
  TABLES,
  VPC,
  withRoutes,
} from "./shared/internet-routes.ts";

const DEFAULT_SUBNET = "aws:ec2/defaultSubnet:DefaultSubnet";
const DEFAULT_VPC = "aws:ec2/defaultVpc:DefaultVpc";
const VPCS = [VPC, DEFAULT_VPC];
const ROUTES = [ROUTE, ...TABLES];
const PEERINGS = ["aws:ec2/vpcPeeringConnection:VpcPeeringConnection"];

/** What must not stand in a subnet with a route to the internet, and the property that names its subnets. */
const PRIVATE_WORKLOADS: Record<string, string> = {
  "aws:ecs/service:Service": "networkConfiguration.subnets",
  "aws:lambda/function:Function": "vpcConfig.subnetIds",
  "aws:rds/subnetGroup:SubnetGroup": "subnetIds",
  "aws:elasticache/subnetGroup:SubnetGroup": "subnetIds",
};

/** Whether a table has a default route through a NAT gateway, and so serves private subnets. */
function leadsThroughNat(stack: Stack, table: StackResource): boolean {
  return some(withRoutes(stack, table).flatMap(routesIn), ({ props }) =>
    allOf(
      () => isDefault(props),
      () => props.declares("natGatewayId"),
    ),
  );
}

/** The table that a route is in, or the network whose main table that is; a table is in itself. */
function tableOf(stack: Stack, resource: StackResource): StackResource | undefined {
  return resource.type === ROUTE ? stack.referred(resource, "routeTableId", [...TABLES, VPC]) : resource;
}

/** Subnets that take their routes from the table by an association. */
function subnetsOf(stack: Stack, table: StackResource): StackResource[] {
  return stack
    .referring([ASSOCIATION], "routeTableId", table)
    .flatMap((association) => stack.referred(association, "subnetId", SUBNETS) ?? []);
}

/** The workload that stands in the subnet, if any. */
function workloadIn(stack: Stack, subnet: StackResource): StackResource | undefined {
  return Object.entries(PRIVATE_WORKLOADS).flatMap(([type, property]) =>
    stack.referring([type], property, subnet),
  )[0];
}

/** Whether subnets are in two zones or more; one that names none may be in any, even the same. */
function spanZones(subnets: readonly StackResource[]): boolean {
  const zones = new Set<string>();
  return some(subnets, ({ props }) => {
    zones.add(props.text("availabilityZone") || props.text("availabilityZoneId"));
    return zones.size > 1;
  });
}

/** The ranges of the networks that a peering connection joins, as far as the stack has them. */
function peeredRanges(stack: Stack, resource: StackResource, property: string): string[] {
  return stack
    .allReferred(resource, property, PEERINGS)
    .flatMap((peering) => ["vpcId", "peerVpcId"].flatMap((key) => stack.referred(peering, key, [VPC]) ?? []))
    .map((vpc) => vpc.props.text("cidrBlock"));
}

export const vpcRules = [
  resourceRule({
    id: "subnet-no-auto-public-ip",
    title: "Subnets do not hand out public addresses on launch",
    severity: "high",
    types: SUBNETS,
    why: "Whatever is started in the subnet is on the internet at once, though nobody asked for it.",
    remedy:
      "Set `mapPublicIpOnLaunch: false`; load balancers and NAT gateways get their addresses without it.",
    check(props, fail, _parameters, type) {
      // AWS makes default subnets with it on.
      if (props.flag("mapPublicIpOnLaunch", type === DEFAULT_SUBNET)) fail("mapPublicIpOnLaunch is on");
    },
    remediate: () => ({ mapPublicIpOnLaunch: false }),
  }),
  stackRule({
    id: "route-no-unrestricted-igw",
    title: "Only subnets of load balancers and NAT have a default route to an internet gateway",
    severity: "high",
    types: ROUTES,
    joins: [VPC, ASSOCIATION, MAIN_ASSOCIATION, GATEWAY, ...SUBNETS, ...Object.keys(PRIVATE_WORKLOADS)],
    why: "A workload with a straight way to the internet can be reached from it, and can send data out past NAT and its logs.",
    remedy:
      "Put services, functions and data stores into subnets without a default route to the internet gateway.",
    check(resource, stack, fail) {
      if (!hasWayOut(stack, resource)) return;
      const table = tableOf(stack, resource);
      if (table === undefined) return;
      if (isMain(stack, table)) {
        fail(
          "the main route table, which every subnet without a table of its own uses, leads to the internet",
        );
      }
      visit(subnetsOf(stack, table), (subnet) => {
        const workload = workloadIn(stack, subnet);
        if (workload) fail(`leads ${workload.name} in ${subnet.name} to the internet`);
      });
    },
  }),
  stackRule({
    id: "rds-subnets-private",
    title: "Database subnet groups hold only subnets without a route to the internet",
    severity: "high",
    types: ["aws:rds/subnetGroup:SubnetGroup"],
    joins: ROUTING,
    why: "One switch or one wrong security group then puts the database on the internet.",
    remedy: "Give the subnet group subnets whose route tables have no default route to an internet gateway.",
    check(group, stack, fail) {
      visit(stack.allReferred(group, "subnetIds", SUBNETS), (subnet) => {
        if (leadsToInternet(stack, subnet)) fail(`${subnet.name} has a default route to an internet gateway`);
      });
    },
  }),
  stackRule({
    id: "vpc-flow-logs",
    title: "Each network records its traffic flows",
    severity: "medium",
    types: VPCS,
    joins: ["aws:ec2/flowLog:FlowLog"],
    why: "Without them nobody can find out who talked to whom: not during an attack, and not after it.",
    remedy: 'Declare an `aws.ec2.FlowLog` with the network\'s `vpcId` and `trafficType: "ALL"`.',
    check(vpc, stack, fail) {
      const recorded = stack.hasReferring(["aws:ec2/flowLog:FlowLog"], "vpcId", vpc, ({ props }) =>
        ["", "ALL"].includes(props.text("trafficType")),
      );
      if (!recorded) fail("no flow log records all its traffic");
    },
  }),
  stackRule({
    id: "route-private-egress-via-nat",
    title: "Private subnets reach out through a NAT gateway only",
    severity: "medium",
    types: ROUTES,
    joins: [VPC, GATEWAY],
    why:
      "A second default route past NAT opens the subnet to the internet, most often by IPv6; a server that forwards " +
      "for others has to be patched and is a single point of failure.",
    remedy:
      "Set `natGatewayId` on the default route of private tables, and `egressOnlyGatewayId` on the one for IPv6.",
    check(resource, stack, fail) {
      visit(routesIn(resource), ({ props }) => {
        if (props.declares("networkInterfaceId") && isDefault(props))
          fail("the default route leads through a network interface, not a NAT gateway");
      });
      if (!hasWayOut(stack, resource)) return;
      const table = tableOf(stack, resource);
      if (table && leadsThroughNat(stack, table))
        fail("leads past the NAT gateway of the same table to an internet gateway");
    },
  }),
  stackRule({
    id: "vpc-peering-routes-narrow",
    title: "Routes to peered networks cover only the ranges that are needed",
    severity: "medium",
    types: ROUTES,
    joins: [...PEERINGS, VPC],
    why: "Whoever is inside one network reaches every server of the other one, not only the service that is shared.",
    remedy: "Set `destinationCidrBlock` to the range of the subnets that are shared.",
    parameters: {
      shortestPrefix: {
        type: "integer",
        minimum: 1,
        maximum: 32,
        description: "Shortest IPv4 prefix that counts as narrow. A network of its own has mostly 16.",
        default: 17,
      },
      shortestPrefixIpv6: {
        type: "integer",
        minimum: 1,
        maximum: 128,
        description: "Shortest IPv6 prefix that counts as narrow. A network of its own has 56.",
        default: 57,
      },
    },
    check(resource, stack, fail, parameters) {
      visit(routesIn(resource), ({ props, path }) => {
        if (!props.declares("vpcPeeringConnectionId")) return;
        const destination = destinationOf(props);
        if (destination === "") return;
        const key = destination.includes(":") ? "shortestPrefixIpv6" : "shortestPrefix";
        const isWide = isInternet(destination) || prefixLength(destination) < (parameters.number(key) ?? 0);
        if (isWide) fail(`leads ${destination} over the peering connection`);
        else if (peeredRanges(stack, resource, path("vpcPeeringConnectionId")).includes(destination))
          fail(`leads ${destination}, the whole of a peered network, over the peering connection`);
      });
    },
  }),
  resourceRule({
    id: "vpc-no-default-vpc",
    title: "The default network is not used",
    severity: "medium",
    types: [...VPCS, DEFAULT_SUBNET],
    why: "All its subnets are public, nobody planned its ranges, and whatever names no network lands in it.",
    remedy:
      "Declare an `aws.ec2.Vpc` with subnets of your own, and delete the default network of the account.",
    check(_props, fail, _parameters, type) {
      if (type === DEFAULT_VPC) fail("adopts the default network");
      if (type === DEFAULT_SUBNET) fail("adopts a subnet of the default network");
    },
  }),
  accountSettingRule(
    {
      id: "vpc-block-public-access",
      title: "The account blocks traffic from internet gateways into its networks",
      severity: "medium",
      types: ["aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"],
      why: "One internet gateway and one route, made by anybody, put a network on the internet past all plans.",
      remedy:
        'Declare an `aws.ec2.VpcBlockPublicAccessOptions` with `internetGatewayBlockMode: "block-ingress"`, and an ' +
        "`aws.ec2.VpcBlockPublicAccessExclusion` for the subnets that are public on purpose.",
    },
    (props, fail) => {
      const mode = props.text("internetGatewayBlockMode");
      if (!mode.startsWith("block-")) fail(`internetGatewayBlockMode is ${mode}`);
    },
  ),
  stackRule({
    id: "vpc-public-private-split",
    title: "Public and private subnets are separate, and each kind spans two zones",
    severity: "medium",
    types: VPCS,
    joins: ROUTING,
    why:
      "Without private subnets, everything is one mistake away from the internet; in one zone, everything fails " +
      "together with it.",
    remedy:
      "Declare private subnets for services and data, public ones for load balancers and NAT only, each in two or " +
      "more `availabilityZone`s.",
    check(vpc, stack, fail) {
      const subnets = stack.referring(SUBNETS, "vpcId", vpc);
      if (subnets.length === 0) return;
      const kinds = {
        public: subnets.filter((subnet) => leadsToInternet(stack, subnet)),
        private: subnets.filter((subnet) => !leadsToInternet(stack, subnet)),
      };
      if (kinds.private.length === 0) fail("all its subnets lead to the internet");
      visit(Object.entries(kinds), ([kind, members]) => {
        if (members.length > 0 && !spanZones(members)) fail(`its ${kind} subnets are in one zone`);
      });
    },
  }),
];
