/** Security groups: what their rules admit, wherever these are declared. */

import type { StackResource } from "../stack.ts";
import { ifKnown, type Props } from "../values.ts";
import { parseRange, type Range } from "./addresses.ts";
import { anything, type FilterRule } from "./filter.ts";
import { isUnknown, pushTo, type Links, type Linked } from "./links.ts";
import { hasUnknown, PREFIX_LIST_KEYS, PREFIX_LIST_TYPES, PrefixLists } from "./prefix-lists.ts";
import { EVERY_PORT, formatPorts, type Match, type Ports } from "./traffic.ts";
import { GROUPS, VPCS } from "./tokens.ts";

const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const SHARED_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

/** Types of rules that stand for themselves. */
export const GROUP_RULES = [SHARED_RULE, INGRESS_RULE, EGRESS_RULE];

/** Types that security groups are made of. */
export const GROUP_TYPES = [...GROUPS, ...GROUP_RULES, ...PREFIX_LIST_TYPES];

export type Direction = "ingress" | "egress";

/** The groups that something stands in. */
export interface Membership {
  /** URNs of groups of the stack, identifiers of others, and {@link defaultGroupOf} VPCs. */
  keys: readonly string[];
  /** Paths of groups that may be any. */
  unknown: readonly string[];
  /** Paths of all groups whose rules the stack does not show. */
  unseen: readonly string[];
}

/** Who is at the other end of a rule. */
export type Peer =
  | { kind: "range"; range: Range }
  /** Groups; none of them is known where there is no key. */
  | { kind: "groups"; keys: readonly string[] }
  /** Addresses of a service of AWS, by the endpoint that leads there. */
  | { kind: "endpoint"; urn: string }
  | { kind: "anyone" };

/** A peer, and the path of what is not known of it. */
interface DoubtfulPeer {
  peer: Peer;
  doubt?: string;
}

/** Where a rule stands. */
interface RuleContext {
  /** Path of the rule within its resource. */
  at: string;
  /** The groups that have it. */
  self: readonly string[];
  /** Whether the groups that it refers to cannot be told from those of other rules of the same resource. */
  isAmbiguous: boolean;
}

/** What one rule of a group admits. */
export interface Permission {
  direction: Direction;
  protocol: string | undefined;
  ports: Ports;
  peer: Peer;
  by: StackResource;
  unknown: readonly string[];
}

/** What somebody is to the rules of the other end. */
export interface Counterpart {
  groups: Membership;
  /** URNs of the endpoints by which it is reached. @default none */
  endpoints?: readonly string[];
}

/** The security groups of a stack. */
export class SecurityGroups {
  readonly #links: Links;
  readonly #prefixLists: PrefixLists;
  readonly #permissions = new Map<string, Permission[]>();
  /** VPC's key → its default group, where the stack declares it. */
  readonly #defaults = new Map<string, string>();
  /** Rules that may belong to any group. */
  readonly #stray: Permission[] = [];

  constructor(links: Links) {
    this.#links = links;
    this.#prefixLists = new PrefixLists(links);
    for (const group of links.of([DEFAULT_GROUP])) {
      for (const vpc of links.follow(group, "vpcId", VPCS).found) this.#defaults.set(vpc.urn, group.urn);
    }
    for (const group of links.of(GROUPS)) {
      for (const direction of ["ingress", "egress"] as const) {
        this.#inline(group, direction).forEach((one) => pushTo(this.#permissions, group.urn, one));
      }
    }
    for (const rule of links.of([SHARED_RULE, INGRESS_RULE, EGRESS_RULE])) {
      const owner = this.membership(links.follow(rule, "securityGroupId", GROUPS), () =>
        links.follow(rule, "securityGroupId", VPCS),
      );
      for (const permission of this.#standalone(rule, owner)) {
        owner.keys.forEach((key) => pushTo(this.#permissions, key, permission));
        if (owner.keys.length === 0 && rule.originsOf("securityGroupId").length === 0) {
          this.#stray.push({
            ...permission,
            unknown: [...permission.unknown, `${rule.name} securityGroupId`],
          });
        }
      }
    }
  }

  /** The groups that references lead to; `vpcs` gives the VPCs whose default group they may mean. */
  membership(linked: Linked, vpcs: () => Linked): Membership {
    const { found, elsewhere, unknown, unseen } = linked;
    if (found.length === 0 && unseen.length > 0) {
      const ofVpcs = vpcs().found.map(({ urn }) => this.defaultGroupOf(urn));
      if (ofVpcs.length > 0) return { keys: ofVpcs, unknown: [], unseen: [] };
    }
    return { keys: [...found.map(({ urn }) => urn), ...elsewhere], unknown, unseen };
  }

  /** The group that stands for all that names none, by the VPC's key. */
  defaultGroupOf(vpc: string): string {
    return this.#defaults.get(vpc) ?? `default group of ${vpc}`;
  }

  /** The group's own permissions. */
  permissionsOf(key: string): readonly Permission[] {
    return this.#permissions.get(key) ?? [];
  }

  /** What the groups let in from the other end, or out to it. */
  rules(own: Membership, direction: Direction, other: Counterpart): FilterRule[] {
    const known = own.keys.flatMap((key) =>
      this.permissionsOf(key).filter((permission) => permission.direction === direction),
    );
    const stray = this.#stray.filter((permission) => permission.direction === direction);
    return [
      ...own.keys.flatMap((key) => implied(key, direction, other)),
      ...[...known, ...stray].flatMap((permission) => ruleOf(permission, other, (key) => this.#nameOf(key))),
      ...own.unseen.map((path) => anything(`rules of a group elsewhere (${path})`, undefined, [path])),
    ];
  }

  /** Names of groups, for readers. */
  describe({ keys }: Membership): string {
    const names = keys.map((key) => this.#nameOf(key));
    return names.length === 0 ? "no security group" : names.join(", ");
  }

  #nameOf(key: string): string {
    return this.#links.byUrn(key)?.name ?? key;
  }

  #inline(group: StackResource, direction: Direction): Permission[] {
    const list = ifKnown(() => group.props.list(direction));
    if (list === undefined) {
      const peer: Peer = { kind: "anyone" };
      const unknown = [`${group.name} ${direction}`];
      return [{ direction, protocol: undefined, ports: EVERY_PORT, peer, by: group, unknown }];
    }
    // Of all inline rules the engine records together what they refer to: with several, which is whose is not known.
    const isAmbiguous = list.filter((inline) => hasUnknown(inline, "securityGroups")).length > 1;
    return list.flatMap((inline, i) =>
      this.#permissionsIn(group, direction, inline, {
        at: `${direction}.${i}`,
        self: [group.urn],
        isAmbiguous,
      }),
    );
  }

  #standalone(rule: StackResource, owner: Membership): Permission[] {
    const direction =
      rule.type === SHARED_RULE
        ? ifKnown(() => rule.props.text("type"))
        : rule.type === INGRESS_RULE
          ? "ingress"
          : "egress";
    const directions: Direction[] =
      direction === undefined ? ["ingress", "egress"] : [direction === "egress" ? "egress" : "ingress"];
    return directions.flatMap((one) =>
      this.#permissionsIn(rule, one, rule.props, { at: "", self: owner.keys, isAmbiguous: false }).map(
        (permission) =>
          direction === undefined
            ? { ...permission, unknown: [...permission.unknown, `${rule.name} type`] }
            : permission,
      ),
    );
  }

  /** One permission for each peer that a rule names. */
  #permissionsIn(by: StackResource, direction: Direction, props: Props, context: RuleContext): Permission[] {
    const { at } = context;
    const path = (key: string) => `${by.name} ${[at, key].filter(Boolean).join(".")}`;
    const unknown: string[] = [];
    const read = <T>(key: string, otherwise: T, get: () => T): T => {
      const value = ifKnown(get);
      if (value === undefined && isUnknown(props, key)) unknown.push(path(key));
      return value ?? otherwise;
    };
    const protocolKey = props.declares("ipProtocol") ? "ipProtocol" : "protocol";
    const protocol = read(protocolKey, undefined, () => protocolNamed(props.text(protocolKey)));
    const from = read("fromPort", undefined, () => props.number("fromPort"));
    const to = read("toPort", undefined, () => props.number("toPort"));
    const hasPorts = (protocol === "tcp" || protocol === "udp") && from !== undefined && from >= 0;
    const last = to ?? (isUnknown(props, "toPort") ? EVERY_PORT[1] : from);
    const ports: Ports = hasPorts ? [from, last ?? from] : EVERY_PORT;
    return this.#peersIn(by, props, context).map(({ peer, doubt }) => ({
      direction,
      protocol,
      ports,
      peer,
      by,
      unknown: [...unknown, ...(doubt === undefined ? [] : [doubt])],
    }));
  }

  #peersIn(by: StackResource, props: Props, { at, self, isAmbiguous }: RuleContext): DoubtfulPeer[] {
    const full = (key: string) => [at, key].filter(Boolean).join(".");
    const doubtful = (key: string) => ({
      peer: { kind: "anyone" } as const,
      doubt: `${by.name} ${full(key)}`,
    });
    const listed = (keys: readonly string[], each: (value: Props, key: string) => DoubtfulPeer[]) =>
      keys.flatMap(
        (key) => ifKnown(() => props.list(key))?.flatMap((value) => each(value, key)) ?? [doubtful(key)],
      );

    const ranges = listed(["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"], (value, key) => {
      const text = ifKnown(() => value.text());
      const range = text === undefined ? undefined : parseRange(text);
      return range ? [{ peer: { kind: "range", range } }] : [doubtful(key)];
    });
    const groups = ["securityGroups", "sourceSecurityGroupId", "referencedSecurityGroupId"].flatMap((key) => {
      const values = ifKnown(() => props.list(key));
      const followed = (types: readonly string[]) => this.#links.followItems(by, full(key), values, types);
      const { keys, unknown, unseen } = this.membership(followed(GROUPS), () => followed(VPCS));
      const doubt = `${by.name} ${full(key)}`;
      // A group that is not known is still one: whoever stands in none, such as the internet, is not meant.
      const isUnseen = unknown.length > 0 || (keys.length === 0 && unseen.length > 0);
      return [
        ...(keys.length > 0
          ? [{ peer: groupPeer(keys), ...(isAmbiguous && keys.length > 1 && { doubt }) }]
          : []),
        ...(isUnseen ? [{ peer: groupPeer([]), doubt }] : []),
      ];
    });
    const lists = PREFIX_LIST_KEYS.flatMap((key) => this.#peersOfLists(by, props, at, key));
    const own = ifKnown(() => props.flag("self"));
    return [
      ...ranges,
      ...groups,
      ...lists,
      ...(own === false
        ? []
        : [
            {
              peer: { kind: "groups", keys: self } as const,
              ...(own === undefined && { doubt: `${by.name} ${full("self")}` }),
            },
          ]),
    ];
  }

  /** The ranges of prefix lists, or the services of AWS whose addresses they hold. */
  #peersOfLists(by: StackResource, props: Props, at: string, key: string): DoubtfulPeer[] {
    const { lists, endpoints, path, isUnseen, isAmbiguous } = this.#prefixLists.named(by, props, at, key);
    const doubt = `${by.name} ${path}`;
    return [
      ...endpoints.map(({ urn }): DoubtfulPeer => ({ peer: { kind: "endpoint", urn } })),
      ...lists
        .flatMap((list) => this.#rangesOf(list))
        .map((one): DoubtfulPeer => (isAmbiguous ? { ...one, doubt } : one)),
      ...(isUnseen ? [{ peer: { kind: "anyone" } as const, doubt }] : []),
    ];
  }

  #rangesOf(list: StackResource): DoubtfulPeer[] {
    const { entries, unknown } = this.#prefixLists.entriesOf(list);
    return [
      ...(unknown === undefined ? [] : [{ peer: { kind: "anyone" } as const, doubt: unknown }]),
      ...entries.map((entry) => {
        const range = parseRange(ifKnown(() => entry.text("cidr")) ?? "");
        return range
          ? { peer: { kind: "range", range } as const }
          : { peer: { kind: "anyone" } as const, doubt: `${list.name} entries` };
      }),
    ];
  }
}

function groupPeer(keys: readonly string[]): Peer {
  return { kind: "groups", keys };
}

/** What a default group that the stack does not declare admits: its own members, and everything outward. */
function implied(key: string, direction: Direction, other: Counterpart): FilterRule[] {
  if (!key.startsWith("default group of ")) return [];
  const isOpen = direction === "egress" || other.groups.keys.includes(key);
  return isOpen ? [anything("the VPC's default group", undefined)] : [];
}

/** A permission as it concerns the other end; nothing where it does not. */
function ruleOf(
  { direction, protocol, ports, peer, by, unknown }: Permission,
  other: Counterpart,
  nameOf: (key: string) => string,
): FilterRule[] {
  const what: Match = { ...(protocol !== undefined && { protocol }), ports };
  const [end, word] =
    direction === "ingress" ? (["source", "from"] as const) : (["destination", "to"] as const);
  const rule = (peers: string) => ({
    allows: true,
    match: what,
    by,
    text: `${formatPorts(protocol, ports)} ${word} ${peers}`,
  });
  switch (peer.kind) {
    case "range":
      return [{ allows: true, match: { ...what, [end]: peer.range }, by, unknown }];
    case "anyone":
      return [{ ...rule("what is not known"), unknown }];
    case "endpoint":
      return other.endpoints?.includes(peer.urn) ? [{ ...rule(nameOf(peer.urn)), unknown }] : [];
    case "groups": {
      const isSomewhere = other.groups.keys.length + other.groups.unknown.length > 0;
      if (peer.keys.length === 0)
        return isSomewhere ? [{ ...rule("a group that is not known"), unknown }] : [];
      const shared = peer.keys.filter((key) => other.groups.keys.includes(key));
      // Groups that are not known may be among them; identifiers of other stacks' groups are compared.
      const doubts = shared.length > 0 ? [] : other.groups.unknown;
      if (shared.length + doubts.length === 0) return [];
      const names = (shared.length > 0 ? shared : peer.keys).map(nameOf).join(", ");
      return [{ ...rule(`the group ${names}`), unknown: [...unknown, ...doubts] }];
    }
  }
}

/** A protocol's name, by its number or name; undefined for all. */
export function protocolNamed(text: string): string | undefined {
  const name = text.toLowerCase();
  if (["", "-1", "all"].includes(name)) return undefined;
  return { "6": "tcp", "17": "udp", "1": "icmp" }[name] ?? name;
}
