import { isInternet } from "../../cidr.ts";
import type { Stack, StackResource } from "../../stack.ts";
import { allOf, anyOf, some, type Props } from "../../values.ts";

export const VPC = "aws:ec2/vpc:Vpc";
export const SUBNETS = ["aws:ec2/subnet:Subnet", "aws:ec2/defaultSubnet:DefaultSubnet"];
export const ROUTE = "aws:ec2/route:Route";
/** The table that AWS makes with a network: its main one, which subnets use that name no other, unless told otherwise. */
const MAIN_TABLE = "aws:ec2/defaultRouteTable:DefaultRouteTable";
/** Makes another table the main one of a network. */
export const MAIN_ASSOCIATION = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation";
export const TABLES = ["aws:ec2/routeTable:RouteTable", MAIN_TABLE];
export const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
export const GATEWAY = "aws:ec2/internetGateway:InternetGateway";

/** Types that a check on the routes of subnets joins. */
export const ROUTING = [VPC, ...SUBNETS, ...TABLES, ROUTE, ASSOCIATION, MAIN_ASSOCIATION, GATEWAY];

const DESTINATIONS = ["destinationCidrBlock", "cidrBlock", "destinationIpv6CidrBlock", "ipv6CidrBlock"];

/** A route, by itself or inline in a table. */
export interface RouteEntry {
  props: Props;
  /** The path to a property of it from the resource that declares it. */
  path: (key: string) => string;
}

/** The routes that a route or a table declares. */
export function routesIn({ type, props }: StackResource): RouteEntry[] {
  if (type === ROUTE) return [{ props, path: (key) => key }];
  return props.list("routes").map((route, i) => ({ props: route, path: (key) => `routes.${i}.${key}` }));
}

/** The range that a route leads to; empty where it is a prefix list. */
export function destinationOf(route: Props): string {
  return DESTINATIONS.map((key) => route.text(key)).find((cidr) => cidr !== "") ?? "";
}

/** Whether a route leads everywhere, or to a good part of the internet: two halves are a default route as well. */
export function isDefault(route: Props): boolean {
  return some(DESTINATIONS, (key) => isInternet(route.text(key)));
}

/** Whether a route, or a table with routes of its own, has a default route to an internet gateway. */
export function hasWayOut(stack: Stack, resource: StackResource): boolean {
  return some(routesIn(resource), ({ props, path }) =>
    allOf(
      () => isDefault(props),
      () => props.declares("gatewayId"),
      () =>
        anyOf(
          () => stack.referred(resource, path("gatewayId"), [GATEWAY]) !== undefined,
          () => props.text("gatewayId").startsWith("igw-"),
        ),
    ),
  );
}

/** A table, or a network in place of its main table, and the routes of their own that are in it. */
export function withRoutes(stack: Stack, table: StackResource): StackResource[] {
  return [table, ...stack.referring([ROUTE], "routeTableId", table)];
}

/** Whether a subnet has a default route to an internet gateway, by its own table or the main one of its network. */
export function leadsToInternet(stack: Stack, subnet: StackResource): boolean {
  return some(tablesOf(stack, subnet), (table) =>
    some(withRoutes(stack, table), (resource) => hasWayOut(stack, resource)),
  );
}

function tablesOf(stack: Stack, subnet: StackResource): StackResource[] {
  const associations = stack.referring([ASSOCIATION], "subnetId", subnet);
  if (associations.length > 0) {
    return associations.flatMap((association) => stack.referred(association, "routeTableId", TABLES) ?? []);
  }
  const vpc = stack.referred(subnet, "vpcId", [VPC]);
  return vpc ? mainTablesOf(stack, vpc) : [];
}

/** The main table of a network, by whatever name: routes of `vpc.mainRouteTableId` refer to the network itself. */
function mainTablesOf(stack: Stack, vpc: StackResource): StackResource[] {
  const chosen = stack
    .referring([MAIN_ASSOCIATION], "vpcId", vpc)
    .flatMap((association) => stack.referred(association, "routeTableId", TABLES) ?? []);
  return chosen.length > 0 ? chosen : [vpc, ...stack.referring([MAIN_TABLE], "defaultRouteTableId", vpc)];
}

/** Whether subnets that name no table use this one, or the one that a network stands for. */
export function isMain(stack: Stack, table: StackResource): boolean {
  return (
    [MAIN_TABLE, VPC].includes(table.type) || stack.hasReferring([MAIN_ASSOCIATION], "routeTableId", table)
  );
}
