import { allOf, ifKnown, some, type Props } from "../../values.ts";
import { isInternet } from "./addresses.ts";

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

/** Properties that hold the ranges of addresses of a permission. */
const RANGES = ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"];

/** One permission of a security group, inline or standalone: protocol, ports and the addresses it opens them to. */
export class Opening {
  readonly #props: Props;

  constructor(props: Props) {
    this.#props = props;
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

  /** Whether it opens to a range of addresses of which the condition holds. */
  admits(condition: (cidr: string) => boolean): boolean {
    return some(RANGES, (key) => some(this.#props.list(key), (cidr) => condition(cidr.text())));
  }

  toInternet(): boolean {
    return this.admits(isInternet);
  }

  /** What it opens, as far as that is known. */
  toString(): string {
    const ports = ifKnown(() => this.#describePorts()) ?? "ports that are not known yet";
    return `${ports} to ${this.#ranges().join(", ")}`;
  }

  #describePorts(): string {
    if (this.everyProtocol) return "every protocol and port";
    const [from, to] = this.ports;
    return from === to ? `port ${from}` : `ports ${from}-${to}`;
  }

  #ranges(): string[] {
    return RANGES.flatMap((key) => {
      const listed = ifKnown(() => this.#props.list(key)) ?? [];
      return listed.flatMap((cidr) => ifKnown(() => cidr.text()) ?? []);
    });
  }

  get #protocol(): string {
    return (this.#props.text("protocol") || this.#props.text("ipProtocol")).toLowerCase();
  }
}

/** The openings that a group or a rule declares in one direction. */
export function openings(direction: "ingress" | "egress", type: string, props: Props): Opening[] {
  if (SECURITY_GROUPS.includes(type)) return props.list(direction).map((inline) => new Opening(inline));
  if (type === SHARED_RULE && props.text("type") !== direction) return [];
  return [new Opening(props)];
}
