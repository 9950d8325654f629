import {
  BALANCERS,
  CLASSIC_BALANCER,
  DISTRIBUTION,
  FUNCTION_URL,
  HTTP_API,
  REST_API,
} from "../graph/forwarding.ts";
import { fromInternet } from "../graph/legs.ts";
import { NETWORK_TYPES, networkOf, type Network } from "../graph/network.ts";
import { stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, anyOf, every, some, UnknownValue, visit, type Props } from "../values.ts";
import {
  ENCRYPTED,
  LISTENER_RULES,
  LISTENERS,
  onlyRedirectsToHttps,
  protocolOf,
} from "./shared/listeners.ts";
import { rulesOf, WEB_ACL_RULE } from "./waf.ts";

const ENTRIES = [...BALANCERS, CLASSIC_BALANCER, DISTRIBUTION, REST_API, HTTP_API, FUNCTION_URL];
const STAGE = "aws:apigateway/stage:Stage";
const WEB_ACL = "aws:wafv2/webAcl:WebAcl";
const GROUP_ASSOCIATION = "aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation";
const WEB_ACL_ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation";

/** Whether the internet is invited to a load balancer, and to an API. Gateway load balancers have no address. */
const isInternetFacing = ({ type, props }: StackResource) =>
  type === REST_API
    ? every(props.list("endpointConfiguration.types"), (one) => one.text() !== "PRIVATE")
    : !props.flag("internal") && props.text("loadBalancerType") !== "gateway";

/** Fails for each listener of a load balancer that takes plain text. */
function checkListeners(balancer: StackResource, stack: Stack, fail: (message: string) => void): void {
  visit(stack.referring(LISTENERS, "loadBalancerArn", balancer), (listener) => {
    const { props } = listener;
    const protocol = protocolOf(props);
    if (ENCRYPTED.includes(protocol)) return;
    const port = props.number("port");
    // What a network load balancer passes on unread may well be TLS, and is on its port.
    if (protocol === "TCP" && port === 443) return;
    if (protocol !== "HTTP" || !onlyRedirectsToHttps(stack, listener))
      fail(`${listener.name} takes ${protocol} on port ${port ?? "unknown"}`);
  });
}

function checkClassicListeners({ props }: StackResource, fail: (message: string) => void): void {
  visit(props.list("listeners"), (listener) => {
    const protocol = listener.text("lbProtocol").toUpperCase();
    const port = listener.number("lbPort");
    if (["HTTPS", "SSL"].includes(protocol) || (protocol === "TCP" && port === 443)) return;
    fail(`takes ${protocol} on port ${port ?? "unknown"}`);
  });
}

function checkViewers({ props }: StackResource, fail: (message: string) => void): void {
  visit([props.object("defaultCacheBehavior"), ...props.list("orderedCacheBehaviors")], (behavior) => {
    if (behavior.text("viewerProtocolPolicy") !== "allow-all") return;
    fail(`viewers may use plain HTTP for ${behavior.text("pathPattern") || "the default behavior"}`);
  });
}

/** The web ACL that stands before a resource; undefined where there is none, unknown where the stack does not show it. */
function aclBefore(resource: StackResource, stack: Stack): StackResource | undefined {
  if (resource.type === DISTRIBUTION) return aclNamed(resource, stack, "webAclId");
  const [association] = stack.referring([WEB_ACL_ASSOCIATION], "resourceArn", resource);
  return association && aclNamed(association, stack, "webAclArn");
}

function aclNamed(resource: StackResource, stack: Stack, property: string): StackResource | undefined {
  const acl = stack.referred(resource, property, [WEB_ACL]);
  if (acl === undefined && resource.props.declares(property)) throw new UnknownValue([property]);
  return acl;
}

/** Fails for each way in which a web ACL lets through what it should block. */
function checkBlocking(
  acl: StackResource,
  stack: Stack,
  fail: (message: string) => void,
  parameters: Props,
): void {
  const rules = [
    ...rulesOf(acl.props),
    ...stack.referring([WEB_ACL_RULE], "webAclArn", acl).map(({ props }) => props),
  ];
  const groups = stack.referring([GROUP_ASSOCIATION], "webAclArn", acl).map(({ props }) => props);
  const mayCount = parameters.texts("countedGroups");
  visit([...rules, ...groups], (rule) => {
    const name = managedGroupOf(rule);
    if (name === "" || mayCount.includes(name)) return;
    if (onlyCounts(rule)) fail(`the managed group ${name} of ${acl.name} only counts`);
  });
  for (const name of parameters.texts("requiredGroups")) {
    if (!some([...rules, ...groups], (rule) => managedGroupOf(rule) === name)) {
      fail(`${acl.name} has no managed group ${name}`);
    }
  }
  const isBlocking = anyOf(
    () => acl.props.declares("defaultAction.block"),
    () => some(rules, blocks),
    () => some(groups, (group) => !onlyCounts(group)),
  );
  if (!isBlocking) fail(`no rule of ${acl.name} blocks anything`);
}

/** The managed group that a rule stands for; empty where it is none. */
function managedGroupOf(rule: Props): string {
  return rule.text("statement.managedRuleGroupStatement.name") || rule.text("managedRuleGroup.name");
}

function onlyCounts(rule: Props): boolean {
  // A rule has an object for it, an association a word.
  return rule.value("overrideAction") === "count" || rule.declares("overrideAction.count");
}

function blocks(rule: Props): boolean {
  const isGroup = ["managedRuleGroupStatement", "ruleGroupReferenceStatement"].some((kind) =>
    rule.declares(`statement.${kind}`),
  );
  return isGroup
    ? !onlyCounts(rule)
    : ["block", "captcha", "challenge"].some((action) => rule.declares(`action.${action}`));
}

export const graphEntryRules = [
  stackRule({
    id: "public-entry-tls",
    title: "Whatever the internet is invited to connect to takes TLS only",
    severity: "high",
    types: ENTRIES,
    joins: [...LISTENERS, ...LISTENER_RULES],
    why: "Over plain HTTP, whoever sits between a customer and the entry reads and changes what they send, sessions and card numbers among it.",
    remedy:
      'Give each listener a certificate (`protocol: "HTTPS"`), let port 80 only redirect, and set `viewerProtocolPolicy: ' +
      '"redirect-to-https"` for every behavior of a distribution.',
    check(entry, stack, fail) {
      // AWS takes nothing but HTTPS for APIs and for functions' own addresses.
      if (entry.type === DISTRIBUTION) checkViewers(entry, fail);
      else if (entry.type === CLASSIC_BALANCER) {
        if (isInternetFacing(entry)) checkClassicListeners(entry, fail);
      } else if (BALANCERS.includes(entry.type)) {
        if (isInternetFacing(entry)) checkListeners(entry, stack, fail);
      }
    },
  }),
  stackRule({
    id: "public-entry-behind-blocking-waf",
    title: "Whatever the internet is invited to connect to stands behind a web ACL that blocks",
    severity: "high",
    types: ENTRIES,
    joins: [
      ...NETWORK_TYPES.filter((type) => !ENTRIES.includes(type)),
      STAGE,
      WEB_ACL,
      WEB_ACL_RULE,
      GROUP_ASSOCIATION,
      WEB_ACL_ASSOCIATION,
    ],
    why:
      "Injected queries, known exploits and floods of requests reach the application itself where nothing before it " +
      "throws them out; a web ACL that only counts looks in every list as if something did.",
    remedy:
      "Associate an `aws.wafv2.WebAcl` whose managed groups have `overrideAction: { none: {} }`. Put what takes no web ACL " +
      "(HTTP APIs, functions' addresses, network load balancers) behind a distribution or an application load balancer.",
    parameters: {
      countedGroups: {
        type: "array",
        items: { type: "string" },
        description: "Managed rule groups that may only count for now, such as one that is being tried out.",
        default: [],
      },
      requiredGroups: {
        type: "array",
        items: { type: "string" },
        description:
          "Managed rule groups that every web ACL must have, such as AWSManagedRulesCommonRuleSet.",
        default: [],
      },
    },
    check(entry, stack, fail, parameters) {
      const { type, props } = entry;
      if (type !== DISTRIBUTION && !isInternetFacing(entry)) return;
      if (type === FUNCTION_URL && props.text("authorizationType") === "AWS_IAM") return;
      if (type === DISTRIBUTION && !props.flag("enabled", true)) return;
      const network = networkOf(stack);
      if ([HTTP_API, FUNCTION_URL].includes(type)) {
        // The distribution is judged by itself.
        if (!isBehindDistribution(network, entry))
          fail("takes no web ACL, and no distribution with one stands before it");
        return;
      }
      if (isPassingOn(entry)) {
        const targets = network.forwards.from(entry);
        const isCovered = every(targets, ({ to }) => aclBefore(to, stack) !== undefined);
        const open = network.forwards.openOf(entry);
        if (isCovered && open.length > 0) throw new UnknownValue([...open]);
        if (!isCovered || targets.length === 0) fail("passes on what no web ACL has looked at");
        return;
      }
      const judged = type === REST_API ? stack.referring([STAGE], "restApi", entry) : [entry];
      visit(judged, (resource) => {
        const acl = aclBefore(resource, stack);
        if (acl) checkBlocking(acl, stack, fail, parameters);
        else if (
          !allOf(
            () => isBehindDistribution(network, entry),
            () => !isOpenToAll(network, entry),
          )
        ) {
          fail(
            resource === entry
              ? "no web ACL stands before it"
              : `no web ACL stands before its stage ${resource.name}`,
          );
        }
      });
    },
  }),
];

/** Whether a distribution passes requests on to an entry. @throws UnknownValue where one may. */
function isBehindDistribution({ forwards, links }: Network, entry: StackResource): boolean {
  if (forwards.to(entry).some(({ from }) => from.type === DISTRIBUTION)) return true;
  const open = links.of([DISTRIBUTION]).flatMap((one) => forwards.openOf(one));
  if (open.length > 0) throw new UnknownValue(open);
  return false;
}

/** Whether more than a distribution comes to a load balancer: the internet straight away. */
function isOpenToAll(network: Network, entry: StackResource): boolean {
  const place = network.place(entry);
  if (place === undefined) return false;
  const way = fromInternet(network, place, {});
  // A prefix list that the stack does not show, such as that of CloudFront's own addresses, is not everybody.
  const doubts = way.status === "unknown" ? way.paths.filter((path) => !/prefixListIds?$/.test(path)) : [];
  if (doubts.length > 0) throw new UnknownValue(doubts);
  return way.status === "open";
}

/** Whether it passes connections on without reading requests, and takes no web ACL. */
function isPassingOn({ type, props }: StackResource): boolean {
  return (
    type === CLASSIC_BALANCER || (BALANCERS.includes(type) && props.text("loadBalancerType") === "network")
  );
}
