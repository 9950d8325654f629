/** Forwarding: what passes connections on by its configuration, as load balancers do, and to whom. */

import type { StackResource } from "../stack.ts";
import { ifKnown, type Props } from "../values.ts";
import { pushTo, type Linked, type Links } from "./links.ts";
import { itemsOf } from "./paths.ts";
import { follow } from "./places.ts";

export const BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
export const CLASSIC_BALANCER = "aws:elb/loadBalancer:LoadBalancer";
const LISTENERS = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];
const LISTENER_RULES = ["aws:lb/listenerRule:ListenerRule", "aws:alb/listenerRule:ListenerRule"];
const TARGET_GROUPS = ["aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"];
const ATTACHMENTS = [
  "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  "aws:alb/targetGroupAttachment:TargetGroupAttachment",
];
const SERVICE = "aws:ecs/service:Service";
const SCALING_GROUP = "aws:autoscaling/group:Group";
const SCALING_ATTACHMENT = "aws:autoscaling/attachment:Attachment";
const INSTANCE = "aws:ec2/instance:Instance";
const FUNCTION = "aws:lambda/function:Function";
export const FUNCTION_URL = "aws:lambda/functionUrl:FunctionUrl";
export const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const VPC_ORIGIN = "aws:cloudfront/vpcOrigin:VpcOrigin";
export const HTTP_API = "aws:apigatewayv2/api:Api";
const HTTP_INTEGRATION = "aws:apigatewayv2/integration:Integration";
const HTTP_LINK = "aws:apigatewayv2/vpcLink:VpcLink";
export const REST_API = "aws:apigateway/restApi:RestApi";
const REST_INTEGRATION = "aws:apigateway/integration:Integration";
const REST_LINK = "aws:apigateway/vpcLink:VpcLink";

/** Types that say who passes connections on. */
export const FORWARDING_TYPES = [
  ...LISTENERS,
  ...LISTENER_RULES,
  ...TARGET_GROUPS,
  ...ATTACHMENTS,
  SCALING_ATTACHMENT,
  VPC_ORIGIN,
  HTTP_INTEGRATION,
  REST_INTEGRATION,
  REST_LINK,
];

/** One way that connections are passed on. */
export interface Forward {
  from: StackResource;
  to: StackResource;
  /** The port that it takes connections on; undefined for any. */
  port: number | undefined;
  /** The port that it passes them to; undefined for any. */
  targetPort: number | undefined;
  /** Whether AWS calls the target by itself, past all networks. */
  isInvocation: boolean;
  /** The resource that says so. */
  by: StackResource;
}

/** A target group's target. */
interface Target {
  to: StackResource;
  port: number | undefined;
}

/** Everything that passes connections on, by whom it passes them to. */
export class Forwards {
  readonly #links: Links;
  readonly #to = new Map<StackResource, Forward[]>();
  readonly #from = new Map<StackResource, Forward[]>();
  readonly #open = new Map<StackResource, string[]>();

  constructor(links: Links) {
    this.#links = links;
    this.#balancers();
    this.#classic();
    this.#distributions();
    this.#apis();
    for (const url of links.of([FUNCTION_URL])) {
      for (const to of links.follow(url, "functionName", [FUNCTION]).found)
        this.#add(url, to, url, { isInvocation: true });
    }
  }

  /** Who passes connections on to a resource. */
  to(resource: StackResource): readonly Forward[] {
    return this.#to.get(resource) ?? [];
  }

  /** Whom a resource passes connections on to. */
  from(resource: StackResource): readonly Forward[] {
    return this.#from.get(resource) ?? [];
  }

  /** Paths of what is not known yet and would tell whom else a resource passes connections on to. */
  openOf(resource: StackResource): readonly string[] {
    return this.#open.get(resource) ?? [];
  }

  #add(
    from: StackResource,
    to: StackResource,
    by: StackResource,
    {
      port,
      targetPort,
      isInvocation = false,
    }: { port?: number | undefined; targetPort?: number | undefined; isInvocation?: boolean },
  ): void {
    const forward = { from, to, by, port, targetPort, isInvocation };
    pushTo(this.#to, to, forward);
    pushTo(this.#from, from, forward);
  }

  /** Load balancer → listener → target group → targets. */
  #balancers(): void {
    const targets = this.#targets();
    const rules = this.#links.referring(LISTENER_RULES, "listenerArn", LISTENERS);
    for (const listener of this.#links.of(LISTENERS)) {
      const port = ifKnown(() => listener.props.number("port"));
      const speakers: [StackResource, string][] = [
        [listener, "defaultActions"],
        ...(rules.get(listener) ?? []).map((rule): [StackResource, string] => [rule, "actions"]),
      ];
      for (const from of this.#links.follow(listener, "loadBalancerArn", BALANCERS).found) {
        const linked = speakers.map(([by, path]) => this.#groupsIn(by, path));
        for (const path of linked.flatMap(({ unknown }) => unknown)) pushTo(this.#open, from, path);
        for (const group of new Set(linked.flatMap(({ found }) => found))) {
          for (const { to, port: targetPort } of targets.get(group) ?? []) {
            this.#add(from, to, listener, { port, targetPort, isInvocation: to.type === FUNCTION });
          }
        }
      }
    }
  }

  #groupsIn(by: StackResource, path: string): Linked {
    const actions = ifKnown(() => by.props.list(path));
    const values = actions?.flatMap((action) => [
      ...itemsOf(action, "targetGroupArn"),
      ...itemsOf(action, "forward.targetGroups").flatMap((group) => itemsOf(group, "arn")),
    ]);
    return this.#links.followItems(by, path, values, TARGET_GROUPS);
  }

  /** Target group → its targets, wherever they are said to be. */
  #targets(): Map<StackResource, Target[]> {
    const links = this.#links;
    const all = new Map<StackResource, Target[]>();
    const portOf = (group: StackResource) => ifKnown(() => group.props.number("port"));
    for (const service of links.of([SERVICE])) {
      const balancers = ifKnown(() => service.props.list("loadBalancers")) ?? [];
      const ports = balancers.map((one) => ifKnown(() => one.number("containerPort")));
      const paths = ["targetGroupArn", "advancedConfiguration.alternateTargetGroupArn"];
      for (const [i, balancer] of balancers.entries()) {
        const values = paths.flatMap((path) => itemsOf(balancer, path));
        for (const group of links.followItems(service, "loadBalancers", values, TARGET_GROUPS).found) {
          pushTo(all, group, { to: service, port: ports[i] });
        }
      }
    }
    for (const attachment of links.of(ATTACHMENTS)) {
      for (const group of links.follow(attachment, "targetGroupArn", TARGET_GROUPS).found) {
        const port = ifKnown(() => attachment.props.number("port")) ?? portOf(group);
        for (const to of links.follow(attachment, "targetId", [INSTANCE, FUNCTION, ...BALANCERS]).found) {
          pushTo(all, group, { to, port });
        }
      }
    }
    for (const to of links.of([SCALING_GROUP])) {
      for (const group of links.follow(to, "targetGroupArns", TARGET_GROUPS).found) {
        pushTo(all, group, { to, port: portOf(group) });
      }
    }
    for (const attachment of links.of([SCALING_ATTACHMENT])) {
      for (const group of links.follow(attachment, "lbTargetGroupArn", TARGET_GROUPS).found) {
        for (const to of links.follow(attachment, "autoscalingGroupName", [SCALING_GROUP]).found) {
          pushTo(all, group, { to, port: portOf(group) });
        }
      }
    }
    return all;
  }

  #classic(): void {
    for (const balancer of this.#links.of([CLASSIC_BALANCER])) {
      const targets = this.#links.follow(balancer, "instances", [INSTANCE]).found;
      const listeners = ifKnown(() => balancer.props.list("listeners")) ?? [];
      for (const to of targets) {
        for (const listener of listeners) this.#add(balancer, to, balancer, portsOf(listener));
      }
    }
  }

  #distributions(): void {
    const links = this.#links;
    const hosts = [...BALANCERS, CLASSIC_BALANCER, FUNCTION_URL, HTTP_API, REST_API];
    for (const distribution of links.of([DISTRIBUTION])) {
      const named = follow(links, distribution, "origins.*.domainName", hosts);
      const inVpc = follow(links, distribution, "origins.*.vpcOriginConfig.vpcOriginId", [VPC_ORIGIN]);
      for (const path of [...named.unknown, ...inVpc.unknown]) pushTo(this.#open, distribution, path);
      const found = [
        ...named.found,
        ...inVpc.found.flatMap(
          (origin) => links.follow(origin, "vpcOriginEndpointConfig.arn", [...BALANCERS, INSTANCE]).found,
        ),
      ];
      for (const to of new Set(found)) this.#add(distribution, to, distribution, { port: 443 });
    }
  }

  #apis(): void {
    const links = this.#links;
    for (const integration of links.of([HTTP_INTEGRATION])) {
      for (const api of links.follow(integration, "apiId", [HTTP_API]).found) {
        const link = links.follow(integration, "connectionId", [HTTP_LINK]).found;
        const listeners = links.follow(integration, "integrationUri", LISTENERS).found;
        const balancers = listeners.flatMap((one) => links.follow(one, "loadBalancerArn", BALANCERS).found);
        for (const to of link) this.#add(api, to, integration, { port: 443, isInvocation: true });
        for (const from of link) for (const to of balancers) this.#add(from, to, integration, {});
        for (const to of links.follow(integration, "integrationUri", [FUNCTION]).found) {
          this.#add(api, to, integration, { port: 443, isInvocation: true });
        }
      }
    }
    for (const integration of links.of([REST_INTEGRATION])) {
      for (const api of links.follow(integration, "restApi", [REST_API]).found) {
        const balancers = links
          .follow(integration, "connectionId", [REST_LINK])
          .found.flatMap((link) => links.follow(link, "targetArn", BALANCERS).found);
        // Such a link leads to the load balancer through AWS's own network, past its groups.
        for (const to of balancers) this.#add(api, to, integration, { port: 443, isInvocation: true });
        for (const to of links.follow(integration, "uri", [FUNCTION]).found) {
          this.#add(api, to, integration, { port: 443, isInvocation: true });
        }
      }
    }
  }
}

/** The ports of a classic load balancer's listener. */
function portsOf(listener: Props): { port: number | undefined; targetPort: number | undefined } {
  return {
    port: ifKnown(() => listener.number("lbPort")),
    targetPort: ifKnown(() => listener.number("instancePort")),
  };
}
