/** The network of a stack as a graph: places as its nodes, and what lets traffic from one to another. */

import { oncePerStack } from "../once-per-stack.ts";
import type { Stack, StackResource } from "../stack.ts";
import { FORWARDING_TYPES, Forwards } from "./forwarding.ts";
import { linksOf, type Links } from "./links.ts";
import { ACL_TYPES } from "./network-acls.ts";
import { PLACE_JOINS } from "./place-types.ts";
import { ALL_PLACE_TYPES, AT_EDGE, Places, type Place } from "./places.ts";
import { ROUTE_TYPES } from "./routes.ts";
import { GROUP_TYPES, SecurityGroups } from "./security-groups.ts";
import { Services, SERVICE_JOINS } from "./services.ts";
import { Networks, VPC_TYPES } from "./vpcs.ts";

/** Every type that the graph is made from. */
export const NETWORK_TYPES: readonly string[] = [
  ...new Set([
    ...ALL_PLACE_TYPES,
    ...PLACE_JOINS,
    ...FORWARDING_TYPES,
    ...VPC_TYPES,
    ...ROUTE_TYPES,
    ...ACL_TYPES,
    ...GROUP_TYPES,
    ...SERVICE_JOINS,
  ]),
];

/** Who can reach whom in a stack. */
export class Network {
  readonly links: Links;
  readonly networks: Networks;
  readonly groups: SecurityGroups;
  readonly places: Places;
  readonly forwards: Forwards;
  readonly services: Services;

  constructor(stack: Stack) {
    this.links = linksOf(stack);
    this.networks = new Networks(this.links);
    this.groups = new SecurityGroups(this.links);
    this.places = new Places(this.links, this.networks, this.groups);
    this.forwards = new Forwards(this.links);
    this.services = new Services(this.links, this.places);
  }

  /** The place that a resource is. */
  place(resource: StackResource): Place | undefined {
    return this.places.of(resource);
  }

  /** What the internet is invited to connect to: load balancers that are not internal, and entries at AWS's edge. */
  get entries(): readonly Place[] {
    const isPublic = (place: Place) =>
      place.subnets.some((subnet) => this.places.publicAddress(place, subnet).length > 0);
    return this.places.all.filter((place) =>
      place.isAtEdge ? !AT_EDGE.includes(place.kind) : place.kind === "load balancer" && isPublic(place),
    );
  }
}

/** The graph of a stack, built once. */
export const networkOf = oncePerStack((stack) => new Network(stack));
