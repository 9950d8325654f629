import { isInternet, prefixLength } from "../../cidr.ts";
import { PREFIX_LIST_KEYS, PREFIX_LIST_TYPES, PrefixLists } from "../../graph/prefix-lists.ts";
import type { Stack, StackResource } from "../../stack.ts";
import { listed } from "../../text.ts";
import { allOf, anyOf, ifKnown, knownText, some, UnknownValue, type Props } from "../../values.ts";

/** Security groups; every network has one that AWS makes. */
export const SECURITY_GROUPS = [
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
];
const SHARED_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
/** Rules of their own, by what they let in or out. */
export const INGRESS_RULES = [SHARED_RULE, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"];
export const EGRESS_RULES = [SHARED_RULE, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"];
export const GROUP_RULES = [...new Set([...INGRESS_RULES, ...EGRESS_RULES])];

/** Types that a check on openings joins: those whose ranges rules name instead of giving them. */
export const OPENING_JOINS = PREFIX_LIST_TYPES;

/** Properties that hold the ranges of addresses of a permission. */
const RANGES = ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"];

/** One permission of a security group, inline or standalone: protocol, ports and the addresses it opens them to. */
export class Opening {
  readonly #props: Props;
  readonly #by: StackResource;
  readonly #at: string;
  readonly #lists: PrefixLists;

  /**
   * @param props The permission itself.
   * @param by The resource that declares it.
   * @param at Its path there; empty where they are one.
   */
  constructor(props: Props, by: StackResource, at: string, lists: PrefixLists) {
    this.#props = props;
    this.#by = by;
    this.#at = at;
    this.#lists = lists;
  }

  get ports(): [from: number, to: number] {
    if (this.everyProtocol) return [0, 65_535];
    const from = this.#props.number("fromPort") ?? 0;
    return [from, this.#props.number("toPort") ?? from];
  }

  get everyProtocol(): boolean {
    return ["-1", "all"].includes(this.#protocol);
  }

  get everyPort(): boolean {
    const [from, to] = this.ports;
    // Nothing listens on port 0.
    return from <= 1 && to >= 65_535;
  }

  /** Whether it opens the TCP port. */
  opens(port: number): boolean {
    return allOf(
      () => ["tcp", "6", "-1", "all"].includes(this.#protocol),
      () => this.ports[0] <= port && port <= this.ports[1],
    );
  }

  /** Whether it opens to a range of addresses of which the condition holds, by itself or by a prefix list. */
  admits(condition: (cidr: string) => boolean): boolean {
    return anyOf(
      () => some(RANGES, (key) => some(this.#props.list(key), (cidr) => condition(cidr.text()))),
      () => some(PREFIX_LIST_KEYS, (key) => this.#admitsByList(key, condition)),
    );
  }

  toInternet(): boolean {
    return this.admits(isInternet);
  }

  /** What it opens, as far as that is known. */
  toString(): string {
    const ports = ifKnown(() => this.#describePorts()) ?? "ports that are not known yet";
    return `${ports} to ${[...this.#ranges(), ...this.#describeLists()].join(", ")}`;
  }

  #describePorts(): string {
    if (this.everyProtocol) return "every protocol and port";
    const [from, to] = this.ports;
    return from === to ? `port ${from}` : `ports ${from}-${to}`;
  }

  #ranges(): string[] {
    return RANGES.flatMap((key) => {
      const items = ifKnown(() => this.#props.list(key)) ?? [];
      return items.flatMap((cidr) => ifKnown(() => cidr.text()) ?? []);
    });
  }

  #describeLists(): string[] {
    return PREFIX_LIST_KEYS.flatMap((key) =>
      this.#named(key).lists.map((list) => {
        const { entries } = this.#lists.entriesOf(list);
        const ranges = entries.flatMap((entry) => knownText(entry, "cidr") ?? []);
        // The widest first, since the others may be left out.
        ranges.sort((one, other) => prefixLength(one) - prefixLength(other));
        return `the prefix list ${list.name} (${listed(ranges)})`;
      }),
    );
  }

  /** Whether it names a prefix list of the stack that holds such a range. Those of others are not seen. */
  #admitsByList(key: string, condition: (cidr: string) => boolean): boolean {
    const { lists, path, mayBeAny, isAmbiguous } = this.#named(key);
    const admits = some(lists, (list) => {
      const { entries, unknown } = this.#lists.entriesOf(list);
      if (some(entries, (entry) => condition(entry.text("cidr")))) return true;
      if (unknown !== undefined) throw new UnknownValue([unknown]);
      return false;
    });
    if (admits ? isAmbiguous : mayBeAny) throw new UnknownValue([path]);
    return admits;
  }

  #named(key: string) {
    return this.#lists.named(this.#by, this.#props, this.#at, key);
  }

  get #protocol(): string {
    return (this.#props.text("protocol") || this.#props.text("ipProtocol")).toLowerCase();
  }
}

/** The openings that a group or a rule declares in one direction. */
export function openings(direction: "ingress" | "egress", resource: StackResource, stack: Stack): Opening[] {
  const { type, props } = resource;
  const opening = (one: Props, at: string) => new Opening(one, resource, at, PrefixLists.of(stack));
  if (SECURITY_GROUPS.includes(type))
    return props.list(direction).map((inline, i) => opening(inline, `${direction}.${i}`));
  if (type === SHARED_RULE && props.text("type") !== direction) return [];
  return [opening(props, "")];
}
