import { resourceRule, stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, anyOf, some, visit, type Props } from "../values.ts";

const GROUPS = ["aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"];
const SHARED_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULES = [SHARED_RULE, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"];
const EGRESS_RULES = [SHARED_RULE, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"];
const LOAD_BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
const LISTENERS = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];

/** Data stores, and the property that names their security groups. */
const DATA_STORES: Record<string, string> = {
  "aws:rds/instance:Instance": "vpcSecurityGroupIds",
  "aws:rds/cluster:Cluster": "vpcSecurityGroupIds",
  "aws:elasticache/replicationGroup:ReplicationGroup": "securityGroupIds",
  "aws:elasticache/cluster:Cluster": "securityGroupIds",
  "aws:elasticache/serverlessCache:ServerlessCache": "securityGroupIds",
};

/** Workloads that may not stand behind a group that is open for a load balancer's redirect. */
const WORKLOADS: Record<string, string> = {
  ...DATA_STORES,
  "aws:ecs/service:Service": "networkConfiguration.securityGroups",
  "aws:ec2/instance:Instance": "vpcSecurityGroupIds",
  "aws:lambda/function:Function": "vpcConfig.securityGroupIds",
};

/** One permission of a security group, inline or standalone: protocol, ports and the addresses it opens them to. */
class Opening {
  readonly #props: Props;

  constructor(props: Props) {
    this.#props = props;
  }

  get cidrs(): string[] {
    return ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"].flatMap((key) => this.#props.texts(key));
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
    return from <= 0 && to >= 65_535;
  }

  /** Whether it opens the TCP port. */
  opens(port: number): boolean {
    return allOf(
      () => ["tcp", "6", "-1", "all"].includes(this.#protocol),
      () => this.ports[0] <= port && port <= this.ports[1],
    );
  }

  toInternet(): boolean {
    return some(["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"], (key) =>
      some(this.#props.list(key), (cidr) => isInternet(cidr.text())),
    );
  }

  toString(): string {
    const [from, to] = this.ports;
    const what = this.everyProtocol
      ? "every protocol and port"
      : from === to
        ? `port ${from}`
        : `ports ${from}-${to}`;
    return `${what} to ${this.cidrs.join(", ")}`;
  }

  get #protocol(): string {
    return (this.#props.text("protocol") || this.#props.text("ipProtocol")).toLowerCase();
  }
}

/** The openings that a group or a rule declares in one direction. */
function openings(direction: "ingress" | "egress", type: string, props: Props): Opening[] {
  if (GROUPS.includes(type)) return props.list(direction).map((inline) => new Opening(inline));
  if (type === SHARED_RULE && props.text("type") !== direction) return [];
  return [new Opening(props)];
}

/** Wider than any private range: no block of 10.0.0.0/8 and its like, nor of fc00::/7, has so short a prefix. */
function isInternet(cidr: string): boolean {
  return prefixLength(cidr) < (cidr.includes(":") ? 4 : 8);
}

function prefixLength(cidr: string): number {
  const [, length] = cidr.split("/");
  return length === undefined ? 128 : Number(length);
}

/** A rule on what a group opens to the whole internet. */
function publicIngress(
  text: { id: string; title: string; severity: "critical" | "high"; remedy: string },
  isWrong: (opening: Opening) => boolean,
) {
  return resourceRule({
    ...text,
    types: [...GROUPS, ...INGRESS_RULES],
    check(props, fail, _parameters, type) {
      visit(openings("ingress", type, props), (opening) => {
        if (
          allOf(
            () => opening.toInternet(),
            () => isWrong(opening),
          )
        )
          fail(`opens ${opening.toString()}`);
      });
    },
  });
}

/** Ports of databases, caches, directories, remote shells and consoles. */
const HIGH_RISK_PORTS = [
  20, 21, 22, 23, 25, 110, 135, 143, 389, 445, 636, 1433, 1434, 1521, 2375, 2376, 2379, 2483, 3000, 3306,
  3389, 4333, 5000, 5432, 5500, 5601, 5900, 6379, 6380, 7000, 7199, 8088, 8888, 9042, 9092, 9160, 9200, 9300,
  11211, 27017, 27018,
];

/** The group that a resource is, or that it adds a rule to, where the stack has it. */
function groupOf(stack: Stack, resource: StackResource): StackResource | undefined {
  return GROUPS.includes(resource.type) ? resource : stack.referred(resource, "securityGroupId", GROUPS);
}

/** Whether one of the users, by its property, stands in the group. */
function uses(stack: Stack, users: Record<string, string>, group: StackResource): boolean {
  return some(Object.entries(users), ([type, property]) => stack.hasReferring([type], property, group));
}

/** The openings that a resource adds to the group of a data store. */
function dataStoreOpenings(
  stack: Stack,
  direction: "ingress" | "egress",
  resource: StackResource,
): Opening[] {
  const added = openings(direction, resource.type, resource.props);
  const group = added.length > 0 ? groupOf(stack, resource) : undefined;
  return group && uses(stack, DATA_STORES, group) ? added : [];
}

/** Whether the group belongs to load balancers alone, all of whose HTTP listeners do nothing but redirect to HTTPS. */
function onlyRedirects(stack: Stack, group: StackResource): boolean {
  const balancers = stack.referring(LOAD_BALANCERS, "securityGroups", group);
  return (
    balancers.length > 0 &&
    !uses(stack, WORKLOADS, group) &&
    !some(balancers, (balancer) =>
      stack.hasReferring(LISTENERS, "loadBalancerArn", balancer, ({ props }) =>
        allOf(
          () => ["", "HTTP"].includes(props.text("protocol")) && props.number("port") !== 443,
          () => !redirectsToHttps(props),
        ),
      ),
    )
  );
}

/** Whether a listener's default actions only redirect to HTTPS. */
export function redirectsToHttps(listener: Props): boolean {
  const actions = listener.list("defaultActions");
  return (
    actions.length > 0 &&
    !some(actions, (action) =>
      anyOf(
        () => action.text("type") !== "redirect",
        () => action.text("redirect.protocol") !== "HTTPS",
      ),
    )
  );
}

export const securityGroupRules = [
  publicIngress(
    {
      id: "sg-no-public-ssh",
      title: "No security group lets the whole internet reach SSH",
      severity: "high",
      remedy:
        "Close port 22 to the internet; open shells with ECS Exec or Session Manager, which need no port.",
    },
    (opening) => opening.opens(22),
  ),
  publicIngress(
    {
      id: "sg-no-public-rdp",
      title: "No security group lets the whole internet reach RDP",
      severity: "high",
      remedy: "Close port 3389 to the internet; use Session Manager's port forwarding.",
    },
    (opening) => opening.opens(3389),
  ),
  publicIngress(
    {
      id: "sg-no-public-high-risk-ports",
      title: "Database, cache and administration ports are never open to the whole internet",
      severity: "critical",
      remedy:
        "Name the security group of the client (`referencedSecurityGroupId`) instead of an address range.",
    },
    (opening) => HIGH_RISK_PORTS.some((port) => opening.opens(port)),
  ),
  publicIngress(
    {
      id: "sg-no-all-ports-ingress",
      title: "No rule admits every port or protocol from the internet",
      severity: "critical",
      remedy: "Open the one port that the service listens on, such as `fromPort: 443, toPort: 443`.",
    },
    (opening) => opening.everyPort,
  ),
  resourceRule({
    id: "sg-public-ingress-only-approved-ports",
    title: "Only approved ports are open to the whole internet",
    severity: "high",
    types: [...GROUPS, ...INGRESS_RULES],
    remedy: "Open only approved ports to the internet, or narrow the range of addresses.",
    parameters: {
      ports: {
        type: "array",
        items: { type: "integer", minimum: 0, maximum: 65_535 },
        description:
          "Ports that may be open to the whole internet. Port 80 has a rule of its own: sg-no-public-http.",
        default: [80, 443],
      },
    },
    check(props, fail, parameters, type) {
      const approved = parameters.texts("ports").map(Number);
      visit(openings("ingress", type, props), (opening) => {
        const isWrong = allOf(
          () => opening.toInternet(),
          () => opening.ports[0] !== opening.ports[1] || !approved.includes(opening.ports[0]),
        );
        if (isWrong) fail(`opens ${opening.toString()}; approved are ${approved.join(", ")}`);
      });
    },
  }),
  stackRule({
    id: "sg-no-public-http",
    title: "Plain HTTP is not reachable from everywhere, save to be redirected to HTTPS by a load balancer",
    severity: "high",
    types: [...GROUPS, ...INGRESS_RULES],
    joins: [...LOAD_BALANCERS, ...LISTENERS, ...Object.keys(WORKLOADS)],
    remedy:
      "Close port 80, or let every HTTP listener of the load balancer only redirect: `defaultActions: [{ type: " +
      '"redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }]`.',
    check(resource, stack, fail) {
      visit(openings("ingress", resource.type, resource.props), (opening) => {
        const open = allOf(
          () => opening.toInternet(),
          () => opening.opens(80),
        );
        if (!open) return;
        const group = groupOf(stack, resource);
        if (group && onlyRedirects(stack, group)) return;
        fail(`opens ${opening.toString()}, and not only for a redirect to HTTPS`);
      });
    },
  }),
  stackRule({
    id: "sg-database-ingress-from-groups-only",
    title: "Data stores accept only named security groups or narrow address ranges",
    severity: "high",
    types: [...GROUPS, ...INGRESS_RULES],
    joins: Object.keys(DATA_STORES),
    remedy: "Name the client's security group (`referencedSecurityGroupId`) instead of an address range.",
    parameters: {
      shortestPrefix: {
        type: "integer",
        minimum: 8,
        maximum: 32,
        description: "Shortest IPv4 prefix that still counts as a narrow range. IPv6 ranges never do.",
        default: 26,
      },
    },
    check(resource, stack, fail, parameters) {
      const shortest = parameters.number("shortestPrefix") ?? 26;
      visit(dataStoreOpenings(stack, "ingress", resource), (opening) => {
        const isWide = some(opening.cidrs, (cidr) => cidr.includes(":") || prefixLength(cidr) < shortest);
        if (isWide) fail(`a data store's group opens ${opening.toString()}`);
      });
    },
  }),
  stackRule({
    id: "sg-database-egress-restricted",
    title: "Data stores cannot open connections to the internet",
    severity: "high",
    types: [...GROUPS, ...EGRESS_RULES],
    joins: Object.keys(DATA_STORES),
    remedy: "Give the data store's security group no egress, or name the groups that it must reach.",
    check(resource, stack, fail) {
      visit(dataStoreOpenings(stack, "egress", resource), (opening) => {
        if (opening.toInternet()) fail(`a data store's group opens ${opening.toString()}`);
      });
    },
  }),
];
