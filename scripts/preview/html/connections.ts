import type { Json, PlanResource } from "../../../components/testing/plan.ts";
import { KINDS } from "./kinds.ts";
import { firewalled } from "./placement.ts";
import { isRecord, text } from "./references.ts";
import type { References } from "./references.ts";

/** One resource that reaches or uses another. */
export interface Connection {
  from: PlanResource | "internet";
  to: PlanResource | "internet";
  /** `traffic` crosses security groups or a load balancer; `uses` is a reference, such as to a secret or a bucket. */
  kind: "traffic" | "uses";
  /** Ports and paths. */
  labels: string[];
}

/** All connections among the resources that a diagram shows; the same one may come more than once. */
export function connectionsOf(references: References): Connection[] {
  const drawn = references.all.filter(({ type }) => KINDS[type] !== undefined);
  const connections = [
    ...traffic(references, drawn),
    ...routes(references, drawn),
    ...egress(references),
    ...connectors(references),
    ...uses(references, drawn),
  ];
  return throughFirewalls(references, connections);
}

/** What security groups allow. */
function traffic(references: References, drawn: PlanResource[]): Connection[] {
  const members = new Map<PlanResource, PlanResource[]>();
  for (const resource of drawn) {
    for (const group of references.of(resource))
      members.set(group, [...(members.get(group) ?? []), resource]);
  }
  const within = (groups: PlanResource[]) => groups.flatMap((group) => members.get(group) ?? []);
  return allowances(references).flatMap(({ group, sources, open, ports }) =>
    within(group).flatMap((to) =>
      [...within(sources), ...(open ? ["internet" as const] : [])].map((from): Connection => ({
        from,
        to,
        kind: "traffic",
        labels: [ports],
      })),
    ),
  );
}

/** What a rule lets into a security group. */
interface Allowance {
  group: PlanResource[];
  sources: PlanResource[];
  /** From anywhere. */
  open: boolean;
  ports: string;
}

/** Rules in all three forms that AWS's provider has for them. */
function allowances(references: References): Allowance[] {
  const single = references.ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
  const former = references
    .ofType("aws:ec2/securityGroupRule:SecurityGroupRule")
    .filter(({ inputs }) => inputs.type === "ingress");
  const groups = references.ofType("aws:ec2/securityGroup:SecurityGroup");
  return [
    ...[...single, ...former].map((rule) => ({
      group: references.of(rule, "securityGroupId"),
      sources: references.of(rule, "referencedSecurityGroupId", "sourceSecurityGroupId"),
      open: isOpen(rule.inputs),
      ports: portsOf(rule.inputs),
    })),
    ...groups.flatMap((group) =>
      recordsIn(group.inputs.ingress).map((rule) => ({
        group: [group],
        sources: references.within(rule.securityGroups),
        open: isOpen(rule),
        ports: portsOf(rule),
      })),
    ),
  ];
}

/** Load balancer to service, with the paths that lead there. */
function routes(references: References, drawn: PlanResource[]): Connection[] {
  const services = drawn.filter(({ type }) => KINDS[type]?.role === "compute");
  const byTarget = new Map<PlanResource, PlanResource[]>();
  for (const service of services) {
    for (const target of references.of(service))
      byTarget.set(target, [...(byTarget.get(target) ?? []), service]);
  }
  const isRule = ({ type }: PlanResource) => type.endsWith(":ListenerRule");
  return references.all
    .filter((rule) => isRule(rule) || rule.type.endsWith(":Listener"))
    .flatMap((rule) => {
      const listeners = isRule(rule) ? references.of(rule, "listenerArn") : [rule];
      const balancers = listeners.flatMap((listener) => references.of(listener, "loadBalancerArn"));
      const targets = references
        .of(rule, "actions", "defaultActions")
        .flatMap((target) => byTarget.get(target) ?? []);
      return balancers.flatMap((from) =>
        targets.map((to): Connection => ({ from, to, kind: "traffic", labels: pathsOf(rule) })),
      );
    });
}

/** What lets others out to the internet. */
function egress(references: References): Connection[] {
  return references
    .ofType("aws:ec2/natGateway:NatGateway")
    .filter(({ inputs }) => inputs.connectivityType !== "private")
    .map((from) => ({ from, to: "internet", kind: "traffic", labels: ["egress"] }));
}

/** Types whose whole purpose is to connect two others, with the inputs that name these. */
const CONNECTORS: readonly [type: string, from: string, to: string][] = [
  ["aws:lambda/eventSourceMapping:EventSourceMapping", "eventSourceArn", "functionName"],
  ["aws:lambda/permission:Permission", "sourceArn", "function"],
  ["aws:sns/topicSubscription:TopicSubscription", "topic", "endpoint"],
  ["aws:cloudwatch/eventTarget:EventTarget", "rule", "arn"],
  ["aws:apigatewayv2/integration:Integration", "apiId", "integrationUri"],
  ["aws:apigateway/integration:Integration", "restApi", "uri"],
];

function connectors(references: References): Connection[] {
  return CONNECTORS.flatMap(([type, source, target]) =>
    references
      .ofType(type)
      .flatMap((connector) =>
        references
          .of(connector, source)
          .flatMap((from) =>
            references
              .of(connector, target)
              .map((to): Connection => ({ from, to, kind: "uses", labels: [] })),
          ),
      ),
  );
}

/** Containers are given a version; what is drawn is the secret. */
const SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion";

/** What services refer to: in their own inputs, in their task's, and in their roles' policies. */
function uses(references: References, drawn: PlanResource[]): Connection[] {
  const policies = new Map<PlanResource, PlanResource[]>();
  for (const policy of references.ofType(
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  )) {
    for (const role of references.of(policy, "role"))
      policies.set(role, [...(policies.get(role) ?? []), policy]);
  }
  return drawn
    .filter(({ type }) => ["compute", "edge"].includes(KINDS[type]?.role ?? ""))
    .flatMap((from) => {
      const own = references.of(from);
      const tasks = own.filter(({ type }) => type === "aws:ecs/taskDefinition:TaskDefinition");
      const roles = [...own, ...tasks.flatMap((task) => references.of(task))];
      const granted = roles.flatMap((role) => policies.get(role) ?? []);
      return [from, ...tasks, ...granted]
        .flatMap((each) => references.of(each))
        .flatMap((each) => (each.type === SECRET_VERSION ? references.of(each, "secretId") : [each]))
        .filter(({ type }) => KINDS[type]?.used === true)
        .map((to): Connection => ({ from, to, kind: "uses", labels: [] }));
    });
}

/** A web firewall stands between the internet and what it protects. */
function throughFirewalls(references: References, connections: Connection[]): Connection[] {
  const firewalls = new Map<Connection["to"], PlanResource>(
    firewalled(references).map(({ firewall, target }) => [target, firewall]),
  );
  return connections.flatMap((connection) => {
    const firewall = connection.from === "internet" ? firewalls.get(connection.to) : undefined;
    if (firewall === undefined) return [connection];
    return [
      { ...connection, to: firewall },
      { ...connection, from: firewall, labels: [] },
    ];
  });
}

function portsOf({ fromPort, toPort, ipProtocol, protocol }: Record<string, Json>): string {
  if ((ipProtocol ?? protocol) === "-1") return "all ports";
  return fromPort === toPort ? text(fromPort) : `${text(fromPort)}–${text(toPort)}`;
}

function isOpen({ cidrIpv4, cidrIpv6, cidrBlocks, ipv6CidrBlocks }: Record<string, Json>): boolean {
  return [cidrIpv4, cidrIpv6, cidrBlocks, ipv6CidrBlocks]
    .flat()
    .some((cidr) => cidr === "0.0.0.0/0" || cidr === "::/0");
}

function pathsOf({ inputs }: PlanResource): string[] {
  return recordsIn(inputs.conditions).flatMap(({ pathPattern }) =>
    isRecord(pathPattern) && Array.isArray(pathPattern.values) ? pathPattern.values.map(text) : [],
  );
}

function recordsIn(value: Json | undefined): Record<string, Json>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
