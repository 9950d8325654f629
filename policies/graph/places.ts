/** Places: what traffic goes from and to, and where it stands. */

import type { StackResource } from "../stack.ts";
import { everyAddress } from "./addresses.ts";
import type { FilterRule } from "./filter.ts";
import type { Linked, Links } from "./links.ts";
import { itemsOf } from "./paths.ts";
import { PLACE_TYPES, type PlaceKind, type PlaceType } from "./place-types.ts";
import type { Membership, SecurityGroups } from "./security-groups.ts";
import { GROUPS, SUBNETS, VPCS } from "./tokens.ts";
import type { Networks, Subnet } from "./vpcs.ts";
import { ifKnown, UnknownValue } from "../values.ts";

const CLUSTER = "aws:rds/cluster:Cluster";
const CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const INSTANCE = "aws:ec2/instance:Instance";
const INTERFACE = "aws:ec2/networkInterface:NetworkInterface";
const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const EIP = "aws:ec2/eip:Eip";
const EIP_ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation";

/** Entries that stand at AWS's edge, in no network of the account. */
const EDGE_TYPES: Readonly<Record<string, PlaceKind>> = {
  "aws:cloudfront/distribution:Distribution": "distribution",
  "aws:apigateway/restApi:RestApi": "api",
  "aws:apigatewayv2/api:Api": "api",
  "aws:lambda/functionUrl:FunctionUrl": "function address",
};

/** Kinds that, where they stand in no network of the account, have an address of AWS's own on the internet. */
export const AT_EDGE: readonly PlaceKind[] = ["broker", "search"];

/** Types of all places. */
export const ALL_PLACE_TYPES = [...Object.keys(PLACE_TYPES), ...Object.keys(EDGE_TYPES)];

/** Something that traffic goes from or to. */
export interface Place {
  resource: StackResource;
  kind: PlaceKind;
  /** Where it stands; none for what stands in no network of the account. */
  subnets: readonly Subnet[];
  groups: Membership;
  /** Whether nothing filters what reaches it, since it has no group. */
  isUnfiltered: boolean;
  /** The port that it listens on, where that is known. */
  port: number | undefined;
  /** Paths of what is not known and decides on which port it listens, or whether it stands in a network at all. */
  doubts: readonly string[];
  /** Whether everybody on the internet may connect to it at an address of AWS's own. */
  isAtEdge: boolean;
}

/** Finds where things stand. */
export class Places {
  readonly #links: Links;
  readonly #networks: Networks;
  readonly #groups: SecurityGroups;
  readonly #all = new Map<string, Place>();
  readonly #members: Map<StackResource, StackResource[]>;
  readonly #addresses = new Map<StackResource, StackResource>();
  #open: readonly string[] | undefined;

  constructor(links: Links, networks: Networks, groups: SecurityGroups) {
    this.#links = links;
    this.#networks = networks;
    this.#groups = groups;
    this.#members = links.referring([CLUSTER_INSTANCE], "clusterIdentifier", [CLUSTER]);
    for (const [type, property] of [
      [EIP, "instance"],
      [EIP, "networkInterface"],
      [EIP_ASSOCIATION, "instanceId"],
      [EIP_ASSOCIATION, "networkInterfaceId"],
    ] as const) {
      for (const [holder, [eip]] of links.referring([type], property, [INSTANCE, INTERFACE])) {
        if (eip) this.#addresses.set(holder, eip);
      }
    }
    for (const [type, description] of Object.entries(PLACE_TYPES)) {
      for (const resource of links.of([type]))
        this.#all.set(resource.urn, this.#place(resource, description));
    }
    for (const [type, kind] of Object.entries(EDGE_TYPES)) {
      for (const resource of links.of([type])) this.#all.set(resource.urn, edgePlace(resource, kind));
    }
  }

  get all(): readonly Place[] {
    return [...this.#all.values()];
  }

  /** Paths of subnets and groups that are not known yet: what they are of may stand in any of the stack's. */
  get open(): readonly string[] {
    this.#open ??= this.all.flatMap(({ subnets, groups }) => [
      ...subnets.flatMap(({ blank, unseen }) => (blank === "any" ? unseen : [])),
      ...groups.unknown,
    ]);
    return this.#open;
  }

  of(resource: StackResource): Place | undefined {
    return this.#all.get(resource.urn);
  }

  /** Whether a place has a public address in a subnet, as a rule on what comes from the internet. */
  publicAddress(place: Place, subnet: Subnet): FilterRule[] {
    const { resource } = place;
    const type = PLACE_TYPES[resource.type];
    const answer = this.#isPublic(place, type, subnet);
    const of4 = { match: { destination: everyAddress(4) }, by: resource };
    const of6 = { match: { destination: everyAddress(6) }, by: resource };
    return [
      ...(answer === false
        ? []
        : [
            {
              ...of4,
              allows: true,
              text: `${resource.name} has a public address`,
              unknown: answer === true ? [] : answer,
            },
          ]),
      ...(hasIpv6(resource, subnet)
        ? [{ ...of6, allows: true, text: `${resource.name} has an IPv6 address`, unknown: [] }]
        : []),
    ];
  }

  /** Whether it has a public IPv4 address, or the paths of what decides. */
  #isPublic({ resource }: Place, type: PlaceType | undefined, subnet: Subnet): boolean | string[] {
    const { props } = resource;
    if (
      this.#addresses.has(resource) ||
      this.#interfacesOf(resource).some((one) => this.#addresses.has(one))
    ) {
      return true;
    }
    const members = this.#members.get(resource) ?? [];
    const own = [
      answerOf(resource, () => type?.isPublic?.(props) ?? false),
      ...members.map((member) => answerOf(member, () => member.props.flag("publiclyAccessible"))),
      ...this.#templatesOf(resource).map((template) =>
        answerOf(template, () =>
          template.props.list("networkInterfaces").some((one) => one.flag("associatePublicIpAddress")),
        ),
      ),
      ...(takesFromSubnet(resource, type) ? [subnetGivesAddress(subnet)] : []),
    ];
    if (own.includes(true)) return true;
    const doubts = own.flatMap((one) => (Array.isArray(one) ? one : []));
    return doubts.length > 0 && doubts;
  }

  #place(resource: StackResource, type: PlaceType): Place {
    const { props } = resource;
    const { isInNetwork, ...stands } = standing(resource, type);
    const { port, ...listens } = portOf(resource, type);
    const common = { resource, kind: type.kind, port, doubts: [...stands.doubts, ...listens.doubts] };
    if (!isInNetwork) {
      // What is asked by its address in AWS's own network; a function's own address is an entry of its own.
      const isAtEdge = AT_EDGE.includes(type.kind);
      return { ...common, subnets: [], groups: NO_GROUPS, isUnfiltered: true, isAtEdge };
    }
    const subnets = this.#subnets(resource, type);
    const groups = this.#membership(resource, type, subnets);
    const isUnfiltered =
      groups.keys.length + groups.unseen.length === 0 ||
      (!this.#namesGroups(resource, type) && (ifKnown(() => type.isOpenWithoutGroups?.(props)) ?? false));
    return { ...common, subnets, groups, isUnfiltered, isAtEdge: false };
  }

  #subnets(resource: StackResource, type: PlaceType): Subnet[] {
    const { subnets: source } = type;
    if (!("group" in source)) {
      const holders = [
        { holder: resource, paths: source.paths },
        ...this.#interfacesOf(resource).map((holder) => ({ holder, paths: ["subnetId"] })),
      ];
      const found = holders.flatMap(({ holder, paths }) =>
        paths.flatMap((path) => this.#named(holder, path)),
      );
      const templates = this.#templatesOf(resource).flatMap((holder) =>
        this.#named(holder, "networkInterfaces.*.subnetId"),
      );
      const all = found.length > 0 ? found : templates;
      return all.length > 0 ? unique(all) : [this.#networks.ofDefault()];
    }
    const { found, unknown, unseen } = this.#links.follow(resource, source.group, source.types);
    const named = found.flatMap((group) => source.paths.flatMap((path) => this.#named(group, path)));
    if (named.length > 0) return unique(named);
    const [path] = unseen;
    if (path !== undefined) return [this.#networks.elsewhere(path, path, blankOf(unknown))];
    // A replica stands where its source does.
    const [origin] = this.#links.follow(resource, "replicateSourceDb", [resource.type]).found;
    return origin && origin !== resource ? this.#subnets(origin, type) : [this.#networks.ofDefault()];
  }

  /** The subnets that a property names, those that the stack does not show among them. */
  #named(resource: StackResource, path: string): Subnet[] {
    const { found, elsewhere, unknown, unseen } = follow(this.#links, resource, path, SUBNETS);
    const shown = found.flatMap((one) => this.#networks.subnet(one) ?? []);
    const at = unseen[0];
    const hidden = elsewhere.map((id) => this.#networks.elsewhere(id, at ?? id));
    const isBlank = at !== undefined && (elsewhere.length === 0 || unknown.length > 0);
    return [...shown, ...hidden, ...(isBlank ? [this.#networks.elsewhere(at, at, blankOf(unknown))] : [])];
  }

  #membership(resource: StackResource, type: PlaceType, subnets: readonly Subnet[]): Membership {
    const sources: [StackResource, readonly string[]][] = [
      [resource, type.groups],
      ...this.#interfacesOf(resource).map((one): [StackResource, string[]] => [one, ["securityGroups"]]),
      ...this.#templatesOf(resource).map((one): [StackResource, string[]] => [
        one,
        ["vpcSecurityGroupIds", "networkInterfaces.*.securityGroups"],
      ]),
    ];
    const all = sources.flatMap(([holder, paths]) =>
      paths.map((path) =>
        this.#groups.membership(follow(this.#links, holder, path, GROUPS), () =>
          follow(this.#links, holder, path, VPCS),
        ),
      ),
    );
    const joined = {
      keys: [...new Set(all.flatMap(({ keys }) => keys))],
      unknown: all.flatMap(({ unknown }) => unknown),
      unseen: all.flatMap(({ unseen }) => unseen),
    };
    if (joined.keys.length + joined.unseen.length > 0) return joined;
    const networks = new Set(subnets.flatMap(({ vpc }) => vpc?.key ?? []));
    return { ...joined, keys: [...networks].map((vpc) => this.#groups.defaultGroupOf(vpc)) };
  }

  #namesGroups({ props }: StackResource, { groups }: PlaceType): boolean {
    return groups.some((path) => props.declares(path.split(".")[0] ?? path));
  }

  #interfacesOf(resource: StackResource): readonly StackResource[] {
    if (resource.type !== INSTANCE) return [];
    return [
      ...follow(this.#links, resource, "networkInterfaces.*.networkInterfaceId", [INTERFACE]).found,
      ...this.#links.follow(resource, "primaryNetworkInterface.networkInterfaceId", [INTERFACE]).found,
    ];
  }

  #templatesOf(resource: StackResource): readonly StackResource[] {
    if (PLACE_TYPES[resource.type]?.kind !== "instance") return [];
    const paths = [
      "launchTemplate.id",
      "launchTemplate.name",
      "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId",
    ];
    const found = paths.flatMap((path) => this.#links.follow(resource, path, [LAUNCH_TEMPLATE]).found);
    return [...new Set(found)];
  }
}

function blankOf(unknown: readonly string[]): Subnet["blank"] {
  return unknown.length > 0 ? "any" : "elsewhere";
}

const NO_GROUPS: Membership = { keys: [], unknown: [], unseen: [] };

function edgePlace(resource: StackResource, kind: PlaceKind): Place {
  return {
    resource,
    kind,
    subnets: [],
    groups: NO_GROUPS,
    isUnfiltered: true,
    port: 443,
    doubts: [],
    isAtEdge: true,
  };
}

/** Whether it stands in a network; what may have an address of AWS's own has it where that is not known, with doubts. */
function standing(
  { name, props }: StackResource,
  { kind, isInNetwork }: PlaceType,
): { isInNetwork: boolean; doubts: readonly string[] } {
  try {
    return { isInNetwork: isInNetwork?.(props) ?? true, doubts: [] };
  } catch (error) {
    if (!(error instanceof UnknownValue)) throw error;
    if (!AT_EDGE.includes(kind)) return { isInNetwork: true, doubts: [] };
    return { isInNetwork: false, doubts: error.paths.map((path) => `${name} ${path}`) };
  }
}

function portOf({ name, props }: StackResource, type: PlaceType): Pick<Place, "port" | "doubts"> {
  try {
    return { port: type.port?.(props), doubts: [] };
  } catch (error) {
    if (!(error instanceof UnknownValue)) throw error;
    return { port: undefined, doubts: error.paths.map((path) => `${name} ${path}`) };
  }
}

/** What a property refers to; `*` in its path stands for each item of a list. */
export function follow(
  links: Links,
  resource: StackResource,
  path: string,
  types: readonly string[],
): Linked {
  const [list, rest] = path.split(".*.");
  if (list === undefined || rest === undefined) return links.follow(resource, path, types);
  const values = ifKnown(() => resource.props.list(list).flatMap((item) => itemsOf(item, rest)));
  return links.followItems(resource, list, values, types);
}

function unique(subnets: readonly Subnet[]): Subnet[] {
  return [...new Map(subnets.map((subnet) => [subnet.key, subnet])).values()];
}

/** What a read says, or where the unknown value stands. */
function answerOf({ name }: StackResource, read: () => boolean): boolean | string[] {
  return ifKnown(read) ?? [`${name} public address`];
}

function takesFromSubnet({ props, type: token }: StackResource, type: PlaceType | undefined): boolean {
  if (token === "aws:autoscaling/group:Group") return true;
  return type?.takesFromSubnet !== undefined && !props.declares(type.takesFromSubnet);
}

function subnetGivesAddress({ resource, vpc, unseen }: Subnet): boolean | string[] {
  if (resource === undefined) return unseen.length > 0 ? [...unseen] : vpc?.isDefault === true;
  if (vpc?.isDefault === true && !resource.props.declares("mapPublicIpOnLaunch")) return true;
  return (
    ifKnown(() => resource.props.flag("mapPublicIpOnLaunch")) ?? [`${resource.name} mapPublicIpOnLaunch`]
  );
}

/** Whether it has an address of IPv6, all of which are public. */
function hasIpv6({ props, type }: StackResource, { resource }: Subnet): boolean {
  const kind = PLACE_TYPES[type]?.kind;
  if (kind === "load balancer") {
    return (
      ifKnown(() => !props.flag("internal") && props.text("ipAddressType").startsWith("dualstack")) ?? true
    );
  }
  if (kind !== "instance") return false;
  const own = props.declares("ipv6AddressCount") || props.declares("ipv6Addresses");
  return own || (ifKnown(() => resource?.props.flag("assignIpv6AddressOnCreation")) ?? false);
}
