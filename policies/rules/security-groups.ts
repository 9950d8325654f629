import { prefixLength } from "../cidr.ts";
import { stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, some, visit } from "../values.ts";
import {
  ENCRYPTED,
  LISTENER_RULES,
  LISTENERS,
  onlyRedirectsToHttps,
  protocolOf,
} from "./shared/listeners.ts";
import { LOAD_BALANCERS } from "./shared/load-balancers.ts";
import {
  EGRESS_RULES,
  INGRESS_RULES,
  OPENING_JOINS,
  openings,
  SECURITY_GROUPS,
  type Opening,
} from "./shared/openings.ts";

/** Data stores, and the property that names their security groups. */
const DATA_STORES: Record<string, string> = {
  "aws:rds/instance:Instance": "vpcSecurityGroupIds",
  "aws:rds/cluster:Cluster": "vpcSecurityGroupIds",
  "aws:elasticache/replicationGroup:ReplicationGroup": "securityGroupIds",
  "aws:elasticache/cluster:Cluster": "securityGroupIds",
  "aws:elasticache/serverlessCache:ServerlessCache": "securityGroupIds",
  "aws:memorydb/cluster:Cluster": "securityGroupIds",
  "aws:redshift/cluster:Cluster": "vpcSecurityGroupIds",
  "aws:redshiftserverless/workgroup:Workgroup": "securityGroupIds",
  "aws:docdb/cluster:Cluster": "vpcSecurityGroupIds",
  "aws:neptune/cluster:Cluster": "vpcSecurityGroupIds",
  "aws:opensearch/domain:Domain": "vpcOptions.securityGroupIds",
  "aws:elasticsearch/domain:Domain": "vpcOptions.securityGroupIds",
};

/** Workloads that may not stand behind a group that is open for a load balancer's redirect. */
const WORKLOADS: Record<string, string> = {
  ...DATA_STORES,
  "aws:ecs/service:Service": "networkConfiguration.securityGroups",
  "aws:ec2/instance:Instance": "vpcSecurityGroupIds",
  "aws:lambda/function:Function": "vpcConfig.securityGroupIds",
};

/** A rule on what a group opens to the whole internet. */
function publicIngress(
  text: { id: string; title: string; severity: "critical" | "high"; why: string; remedy: string },
  isWrong: (opening: Opening) => boolean,
) {
  return stackRule({
    ...text,
    types: [...SECURITY_GROUPS, ...INGRESS_RULES],
    joins: OPENING_JOINS,
    check(resource, stack, fail) {
      visit(openings("ingress", resource, stack), (opening) => {
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
  return SECURITY_GROUPS.includes(resource.type)
    ? resource
    : stack.referred(resource, "securityGroupId", SECURITY_GROUPS);
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
  const added = openings(direction, resource, stack);
  const group = added.length > 0 ? groupOf(stack, resource) : undefined;
  return group && uses(stack, DATA_STORES, group) ? added : [];
}

/** Whether a listener takes plain HTTP, or on its port whatever comes, as those of network load balancers do. */
function takesPlainHttp({ props }: StackResource): boolean {
  const protocol = protocolOf(props);
  return protocol === "HTTP" || (!ENCRYPTED.includes(protocol) && props.number("port") === 80);
}

/** Whether the group belongs to load balancers alone, all of whose listeners for HTTP do nothing but redirect to HTTPS. */
function onlyRedirects(stack: Stack, group: StackResource): boolean {
  const balancers = stack.referring(LOAD_BALANCERS, "securityGroups", group);
  return (
    balancers.length > 0 &&
    !uses(stack, WORKLOADS, group) &&
    !some(balancers, (balancer) =>
      stack.hasReferring(LISTENERS, "loadBalancerArn", balancer, (listener) =>
        allOf(
          () => takesPlainHttp(listener),
          () => !onlyRedirectsToHttps(stack, listener),
        ),
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
      why: "Machines all over the internet try passwords and stolen keys on every open SSH port, within minutes.",
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
      why: "Machines all over the internet try passwords on every open RDP port; it is how most ransomware gets in.",
      remedy: "Close port 3389 to the internet; use Session Manager's port forwarding.",
    },
    (opening) => opening.opens(3389),
  ),
  publicIngress(
    {
      id: "sg-no-public-high-risk-ports",
      title: "Database, cache and administration ports are never open to the whole internet",
      severity: "critical",
      why: "One weak password, or one hole in a database or console, hands its data to whoever scans the internet for it.",
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
      why: "Whatever listens on a server, also what was forgotten or only meant for the inside, is open to attack.",
      remedy: "Open the one port that the service listens on, such as `fromPort: 443, toPort: 443`.",
    },
    (opening) => opening.everyPort,
  ),
  stackRule({
    id: "sg-public-ingress-only-approved-ports",
    title: "Only approved ports are open to the whole internet",
    severity: "high",
    types: [...SECURITY_GROUPS, ...INGRESS_RULES],
    joins: OPENING_JOINS,
    why: "A port that nobody decided to open is one that nobody patches, watches or protects by a web ACL.",
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
    check(resource, stack, fail, parameters) {
      const approved = parameters.texts("ports").map(Number);
      visit(openings("ingress", resource, stack), (opening) => {
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
    types: [...SECURITY_GROUPS, ...INGRESS_RULES],
    joins: [...OPENING_JOINS, ...LOAD_BALANCERS, ...LISTENERS, ...LISTENER_RULES, ...Object.keys(WORKLOADS)],
    why: "Over plain HTTP anybody on the way reads and changes what users send and get.",
    remedy:
      "Close port 80, or let every HTTP listener of the load balancer only redirect: `defaultActions: [{ type: " +
      '"redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }]`.',
    check(resource, stack, fail) {
      visit(openings("ingress", resource, stack), (opening) => {
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
    types: [...SECURITY_GROUPS, ...INGRESS_RULES],
    joins: [...OPENING_JOINS, ...Object.keys(DATA_STORES)],
    why: "Every server in a wide range, also one that an intruder took, can try its luck on the database.",
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
        const isWide = (cidr: string) => cidr.includes(":") || prefixLength(cidr) < shortest;
        if (opening.admits(isWide)) fail(`a data store's group opens ${opening.toString()}`);
      });
    },
  }),
  stackRule({
    id: "sg-egress-restricted",
    title: "No security group lets every port out to the whole internet",
    severity: "medium",
    types: [...SECURITY_GROUPS, ...EGRESS_RULES],
    joins: OPENING_JOINS,
    why: "Software that an intruder runs can fetch more and send data anywhere, by whatever protocol it likes.",
    remedy:
      "Open the ports that the service calls, such as 443, or name the groups and prefix lists that it must reach.",
    check(resource, stack, fail) {
      visit(openings("egress", resource, stack), (opening) => {
        const isWrong = allOf(
          () => opening.toInternet(),
          () => opening.everyPort,
        );
        if (isWrong) fail(`opens ${opening.toString()}`);
      });
    },
  }),
  stackRule({
    id: "sg-database-egress-restricted",
    title: "Data stores cannot open connections to the internet",
    severity: "high",
    types: [...SECURITY_GROUPS, ...EGRESS_RULES],
    joins: [...OPENING_JOINS, ...Object.keys(DATA_STORES)],
    why: "A database that an intruder took can send its contents anywhere, and fetch more tools.",
    remedy: "Give the data store's security group no egress, or name the groups that it must reach.",
    check(resource, stack, fail) {
      visit(dataStoreOpenings(stack, "egress", resource), (opening) => {
        if (opening.toInternet()) fail(`a data store's group opens ${opening.toString()}`);
      });
    },
  }),
];
