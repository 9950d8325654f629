import { isInternet, prefixLength } from "../cidr.ts";
import { stackRule, type RuleText } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, some, visit, type Props } from "../values.ts";
import { SUBNETS, VPC } from "./shared/internet-routes.ts";

const ACL = "aws:ec2/networkAcl:NetworkAcl";
const ACLS = [ACL, "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"];
const ACL_RULES = ["aws:ec2/networkAclRule:NetworkAclRule"];
const ASSOCIATIONS = ["aws:ec2/networkAclAssociation:NetworkAclAssociation"];

/** Ports from the first to the last. */
type Ports = readonly [first: number, last: number];

/** Every port that something can listen on, which port 0 is not. */
const EVERY_PORT: Ports = [1, 65_535];

/** One entry of a network ACL, inline or a resource of its own. AWS takes the first that matches, by number. */
class Entry {
  readonly #props: Props;

  constructor(props: Props) {
    this.#props = props;
  }

  get number(): number {
    return this.#props.number("ruleNo") ?? this.#props.number("ruleNumber") ?? 0;
  }

  get action(): string {
    return (this.#props.text("action") || this.#props.text("ruleAction")).toLowerCase();
  }

  /** Whether it speaks of all of these TCP ports. */
  covers([first, last]: Ports): boolean {
    const [from, to] = this.#ports();
    return this.#isTcp() && from <= first && last <= to;
  }

  /** Whether it speaks of one of these TCP ports. */
  touches([first, last]: Ports): boolean {
    const [from, to] = this.#ports();
    return this.#isTcp() && from <= last && first <= to;
  }

  fromInternet(): boolean {
    return some(["cidrBlock", "ipv6CidrBlock"], (key) => {
      const cidr = this.#props.text(key);
      return cidr !== "" && isInternet(cidr);
    });
  }

  /** Whether it speaks of every address that the other speaks of. */
  includesSourcesOf(other: Entry): boolean {
    return ["cidrBlock", "ipv6CidrBlock"].every(
      (key) => other.#props.text(key) === "" || prefixLength(this.#props.text(key) || "/128") === 0,
    );
  }

  toString(): string {
    const [from, to] = this.#ports();
    return `entry ${this.number} for ${from === to ? `port ${from}` : `ports ${from}-${to}`}`;
  }

  #isTcp(): boolean {
    return ["tcp", "6", "-1", "all"].includes(this.#props.text("protocol").toLowerCase());
  }

  #ports(): Ports {
    if (["-1", "all"].includes(this.#props.text("protocol").toLowerCase())) return [0, 65_535];
    const from = this.#props.number("fromPort") ?? 0;
    return [from, this.#props.number("toPort") ?? from];
  }
}

/** The entries for incoming traffic that a resource declares. */
function entriesOf({ type, props }: StackResource): Entry[] {
  if (ACLS.includes(type)) return props.list("ingress").map((inline) => new Entry(inline));
  return props.flag("egress") ? [] : [new Entry(props)];
}

/** All entries of the ACL that a resource is or belongs to. */
function siblingsOf(stack: Stack, resource: StackResource): Entry[] {
  const acl = ACLS.includes(resource.type) ? resource : stack.referred(resource, "networkAclId", ACLS);
  // Of an ACL of another stack only what is added here is known.
  if (acl === undefined) return entriesOf(resource);
  return [acl, ...stack.referring(ACL_RULES, "networkAclId", acl)].flatMap(entriesOf);
}

/** A rule that network ACLs do not admit ports from everywhere; an earlier entry that denies them all counts. */
function notAdmitted(
  rule: Pick<RuleText, "id" | "title" | "severity" | "why" | "remedy">,
  groups: readonly Ports[],
  speaksOf: (entry: Entry, ports: Ports) => boolean,
) {
  return stackRule({
    ...rule,
    types: [...ACLS, ...ACL_RULES],
    joins: [],
    check(resource, stack, fail) {
      visit(entriesOf(resource), (entry) => {
        const admitted = groups.filter((ports) =>
          allOf(
            () => entry.action === "allow",
            () => entry.fromInternet(),
            () => speaksOf(entry, ports),
            () =>
              !some(siblingsOf(stack, resource), (other) =>
                allOf(
                  () => other.action === "deny",
                  () => other.number < entry.number,
                  () => other.covers(ports),
                  () => other.includesSourcesOf(entry),
                ),
              ),
          ),
        );
        if (admitted.length > 0) fail(`${entry.toString()} admits ${describe(admitted)} from everywhere`);
      });
    },
  });
}

function describe(groups: readonly Ports[]): string {
  return groups
    .map((ports) => (ports === EVERY_PORT ? "every port" : [...new Set(ports)].join("-")))
    .join(" and ");
}

export const networkAclRules = [
  notAdmitted(
    {
      id: "nacl-no-all-ports",
      title: "No network ACL admits every port from everywhere",
      severity: "high",
      why: "The subnet then rests on security groups alone: one mistake in a group puts a server on the internet.",
      remedy: "Admit the ports that the subnet serves, such as 443, and 1024-65535 for answers.",
    },
    [EVERY_PORT],
    (entry, ports) => entry.covers(ports),
  ),
  notAdmitted(
    {
      id: "nacl-no-public-admin-ports",
      title: "No network ACL admits SSH or RDP from everywhere",
      severity: "medium",
      why: "Machines all over the internet try passwords on SSH and RDP wherever a security group is opened by mistake.",
      remedy:
        "Deny ports 22 and 3389 before the entry for answers (1024-65535), or leave them out of its range.",
    },
    [
      [22, 22],
      [3389, 3389],
    ],
    (entry, ports) => entry.touches(ports),
  ),
  notAdmitted(
    {
      id: "nacl-no-public-ftp",
      title: "No network ACL admits FTP from everywhere",
      severity: "medium",
      why: "FTP carries names, passwords and files in plain text, and opens further ports as it goes.",
      remedy: "Leave ports 20 and 21 out; exchange files over SFTP or HTTPS.",
    },
    [[20, 21]],
    (entry, ports) => entry.touches(ports),
  ),
  stackRule({
    id: "nacl-in-use",
    title: "Every declared network ACL is bound to a subnet",
    severity: "low",
    types: [ACL],
    joins: [...ASSOCIATIONS, VPC, ...SUBNETS],
    why: "Whoever reads the program believes that the ACL protects something, while its subnets use the default one.",
    remedy:
      "Set `subnetIds`, or declare an `aws.ec2.NetworkAclAssociation`; remove an ACL that no subnet needs.",
    check(acl, stack, fail) {
      if (acl.props.declares("subnetIds") || stack.hasReferring(ASSOCIATIONS, "networkAclId", acl)) return;
      const vpc = stack.referred(acl, "vpcId", [VPC]);
      const subnets = vpc ? stack.referring(SUBNETS, "vpcId", vpc).length : 0;
      fail(subnets > 0 ? `none of the ${subnets} subnets of its network uses it` : "no subnet uses it");
    },
  }),
];
