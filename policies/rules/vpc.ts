import { resourceRule, stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, anyOf, some, visit, type Props } from "../values.ts";

const SUBNET = "aws:ec2/subnet:Subnet";
const DEFAULT_SUBNET = "aws:ec2/defaultSubnet:DefaultSubnet";
const SUBNETS = [SUBNET, DEFAULT_SUBNET];
const ROUTE = "aws:ec2/route:Route";
const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";
const DEFAULT_ROUTE_TABLE = "aws:ec2/defaultRouteTable:DefaultRouteTable";
const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const GATEWAY = "aws:ec2/internetGateway:InternetGateway";
const TABLES = [ROUTE_TABLE, DEFAULT_ROUTE_TABLE];
const ROUTES = [ROUTE, ...TABLES];
const ROUTING = [...ROUTES, ASSOCIATION, GATEWAY, ...SUBNETS];
const VPCS = ["aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc"];

const DESTINATIONS = ["destinationCidrBlock", "cidrBlock", "destinationIpv6CidrBlock", "ipv6CidrBlock"];
const EVERYWHERE = ["0.0.0.0/0", "::/0"];

/** What must not stand in a subnet with a route to the internet, and the property that names its subnets. */
const PRIVATE_WORKLOADS: Record<string, string> = {
  "aws:ecs/service:Service": "networkConfiguration.subnets",
  "aws:lambda/function:Function": "vpcConfig.subnetIds",
  "aws:rds/subnetGroup:SubnetGroup": "subnetIds",
  "aws:elasticache/subnetGroup:SubnetGroup": "subnetIds",
};

/** Whether a route, or a table with routes of its own, has a default route to an internet gateway. */
function leadsToInternet(stack: Stack, resource: StackResource): boolean {
  const leads = (route: Props, path: string): boolean =>
    allOf(
      () => some(DESTINATIONS, (key) => EVERYWHERE.includes(route.text(key))),
      () => route.declares("gatewayId"),
      () =>
        anyOf(
          () => some(stack.of([GATEWAY]), (gateway) => resource.refersTo(path, gateway)),
          () => route.text("gatewayId").startsWith("igw-"),
        ),
    );
  if (resource.type === ROUTE) return leads(resource.props, "gatewayId");
  const routes = resource.props.list("routes").map((route, i) => ({ route, path: `routes.${i}.gatewayId` }));
  return some(routes, ({ route, path }) => leads(route, path));
}

/** The table that a route is in; a table is in itself. */
function tableOf(stack: Stack, resource: StackResource): StackResource | undefined {
  return resource.type === ROUTE ? stack.referred(resource, "routeTableId", TABLES) : resource;
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

export const vpcRules = [
  resourceRule({
    id: "subnet-no-auto-public-ip",
    title: "Subnets do not hand out public addresses on launch",
    severity: "high",
    types: SUBNETS,
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
    joins: [ASSOCIATION, GATEWAY, ...SUBNETS, ...Object.keys(PRIVATE_WORKLOADS)],
    remedy:
      "Put services, functions and data stores into subnets without a default route to the internet gateway.",
    check(resource, stack, fail) {
      if (!leadsToInternet(stack, resource)) return;
      const table = tableOf(stack, resource);
      if (table === undefined) return;
      if (table.type === DEFAULT_ROUTE_TABLE) {
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
    remedy: "Give the subnet group subnets whose route tables have no default route to an internet gateway.",
    check(group, stack, fail) {
      visit(stack.of(ROUTES), (route) => {
        if (!leadsToInternet(stack, route)) return;
        const table = tableOf(stack, route);
        const exposed =
          table && subnetsOf(stack, table).find((subnet) => group.refersTo("subnetIds", subnet));
        if (exposed) fail(`${exposed.name} has a default route to an internet gateway`);
      });
    },
  }),
  stackRule({
    id: "vpc-flow-logs",
    title: "Each network records its traffic flows",
    severity: "medium",
    types: VPCS,
    joins: ["aws:ec2/flowLog:FlowLog"],
    remedy: 'Declare an `aws.ec2.FlowLog` with the network\'s `vpcId` and `trafficType: "ALL"`.',
    check(vpc, stack, fail) {
      const recorded = stack.hasReferring(["aws:ec2/flowLog:FlowLog"], "vpcId", vpc, ({ props }) =>
        ["", "ALL"].includes(props.text("trafficType")),
      );
      if (!recorded) fail("no flow log records all its traffic");
    },
  }),
];
