import { fails, of, passes, unknown, UNKNOWN, type Case, type CaseResource } from "./case.ts";

const balancer = of("aws:lb/loadBalancer:LoadBalancer");
const classic = of("aws:elb/loadBalancer:LoadBalancer");
const listener = of("aws:lb/listener:Listener");
const listenerRule = of("aws:lb/listenerRule:ListenerRule");
const targetGroup = of("aws:lb/targetGroup:TargetGroup");
const attachment = of("aws:lb/targetGroupAttachment:TargetGroupAttachment");
const distribution = of("aws:cloudfront/distribution:Distribution");
const restApi = of("aws:apigateway/restApi:RestApi");
const stage = of("aws:apigateway/stage:Stage");
const httpApi = of("aws:apigatewayv2/api:Api");
const functionUrl = of("aws:lambda/functionUrl:FunctionUrl");
const webAcl = of("aws:wafv2/webAcl:WebAcl");
const webAclRule = of("aws:wafv2/webAclRule:WebAclRule");
const groupAssociation = of("aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation");
const association = of("aws:wafv2/webAclAssociation:WebAclAssociation");

const edge = (inputs: Record<string, unknown> = {}) => balancer(inputs, {}, "edge");
const onEdge = { loadBalancerArn: ["edge"] };
const listens = (inputs: object) => listener({ loadBalancerArn: UNKNOWN, ...inputs }, onEdge);
const https = listens({ port: 443, protocol: "HTTPS", certificateArn: UNKNOWN });
const redirect = { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } };
const port80 = listens({ port: 80, protocol: "HTTP", defaultActions: [redirect] });
const ruleOn80 = (action: object) =>
  listenerRule({ listenerArn: UNKNOWN, actions: [action], conditions: [] }, { listenerArn: ["Listener"] });

/** A distribution whose viewers come by this policy. */
const viewed = (viewerProtocolPolicy: unknown, more: object = {}) =>
  distribution({ enabled: true, defaultCacheBehavior: { viewerProtocolPolicy }, ...more });

const tls: Case[] = [
  fails(
    "public-entry-tls",
    edge(),
    listens({ port: 80, protocol: "HTTP", defaultActions: [{ type: "forward" }] }),
  ),
  passes("public-entry-tls", edge(), https, port80),
  passes("public-entry-tls", edge()),
  fails("public-entry-tls", edge(), listens({ port: 80 })),
  passes("public-entry-tls", edge(), listens({ port: 443, certificateArn: UNKNOWN })),
  passes("public-entry-tls", edge({ internal: true }), listens({ port: 80, protocol: "HTTP" })),
  // A rule of the listener takes what its default action would redirect.
  fails("public-entry-tls", edge(), port80, ruleOn80({ type: "forward" })),
  passes("public-entry-tls", edge(), port80, ruleOn80(redirect)),
  // A redirect that stays on HTTP.
  fails("public-entry-tls", edge(), port80, ruleOn80({ type: "redirect", redirect: { path: "/new" } })),
  // Traffic is routed to a gateway load balancer, which has no address of its own.
  passes(
    "public-entry-tls",
    edge({ loadBalancerType: "gateway" }),
    listens({ defaultActions: [{ type: "forward" }] }),
  ),
  fails("public-entry-tls", edge({ loadBalancerType: "network" }), listens({ port: 8080, protocol: "TCP" })),
  fails("public-entry-tls", edge({ loadBalancerType: "network" }), listens({ port: 443, protocol: "UDP" })),
  passes("public-entry-tls", edge({ loadBalancerType: "network" }), listens({ port: 443, protocol: "TCP" })),
  passes("public-entry-tls", edge({ loadBalancerType: "network" }), listens({ port: 8443, protocol: "TLS" })),
  // Of another load balancer.
  passes(
    "public-entry-tls",
    edge(),
    balancer({ internal: true }, {}, "inner"),
    listener({ loadBalancerArn: UNKNOWN, port: 80, protocol: "HTTP" }, { loadBalancerArn: ["inner"] }),
  ),
  fails(
    "public-entry-tls",
    balancer({ arn: "arn:edge" }),
    listener({
      loadBalancerArn: "arn:edge",
      port: 80,
      protocol: "HTTP",
      defaultActions: [{ type: "forward" }],
    }),
  ),
  unknown("public-entry-tls", edge({ internal: UNKNOWN }), listens({ port: 80, protocol: "HTTP" })),
  unknown("public-entry-tls", edge(), listens({ port: 80, protocol: UNKNOWN })),
  fails(
    "public-entry-tls",
    classic({ listeners: [{ lbPort: 80, lbProtocol: "http", instancePort: 80, instanceProtocol: "http" }] }),
  ),
  passes(
    "public-entry-tls",
    classic({
      listeners: [
        { lbPort: 443, lbProtocol: "https" },
        { lbPort: 443, lbProtocol: "tcp" },
      ],
    }),
  ),
  passes("public-entry-tls", classic({ internal: true, listeners: [{ lbPort: 80, lbProtocol: "http" }] })),
  fails("public-entry-tls", viewed("allow-all")),
  fails(
    "public-entry-tls",
    viewed("https-only", {
      orderedCacheBehaviors: [{ pathPattern: "/img/*", viewerProtocolPolicy: "allow-all" }],
    }),
  ),
  passes("public-entry-tls", viewed("redirect-to-https")),
  unknown("public-entry-tls", viewed(UNKNOWN)),
  passes("public-entry-tls", restApi()),
  passes("public-entry-tls", httpApi({ protocolType: "HTTP" })),
  passes("public-entry-tls", functionUrl({ authorizationType: "NONE", functionName: "f" })),
];

const waf = "public-entry-behind-blocking-waf";
const managed = (name: string, overrideAction: unknown) => ({
  name,
  priority: 1,
  overrideAction,
  statement: { managedRuleGroupStatement: { name, vendorName: "AWS" } },
});
const common = managed("AWSManagedRulesCommonRuleSet", { none: {} });
const counting = managed("AWSManagedRulesCommonRuleSet", { count: {} });
const own = (action: object) => ({ name: "rate", priority: 0, action, statement: {} });
const acl = (...rules: unknown[]) => webAcl({ scope: "REGIONAL", defaultAction: { allow: {} }, rules });
const associated = association(
  { resourceArn: UNKNOWN, webAclArn: UNKNOWN },
  { resourceArn: ["edge"], webAclArn: ["WebAcl"] },
);

/** The load balancer behind a web ACL of these resources. */
const behind = (...resources: CaseResource[]) => [edge(), associated, ...resources] as const;

/** A distribution before what is called `origin`. */
const before = distribution(
  { enabled: true, origins: [{ originId: "o", domainName: UNKNOWN }] },
  { origins: ["origin"] },
);

const blocking: Case[] = [
  fails(waf, edge()),
  passes(waf, ...behind(acl(common))),
  passes(waf, edge({ loadBalancerType: "gateway" })),
  fails(waf, ...behind(acl())),
  fails(waf, ...behind(acl(counting))),
  // One that counts among others that block.
  fails(waf, ...behind(acl(counting, managed("AWSManagedRulesKnownBadInputsRuleSet", { none: {} })))),
  {
    ...passes(waf, ...behind(acl(counting, managed("AWSManagedRulesKnownBadInputsRuleSet", { none: {} })))),
    parameters: { countedGroups: ["AWSManagedRulesCommonRuleSet"] },
  },
  {
    ...fails(waf, ...behind(acl(counting))),
    parameters: { countedGroups: ["AWSManagedRulesCommonRuleSet"] },
  },
  { ...fails(waf, ...behind(acl(common))), parameters: { requiredGroups: ["AWSManagedRulesSQLiRuleSet"] } },
  {
    ...passes(waf, ...behind(acl(common))),
    parameters: { requiredGroups: ["AWSManagedRulesCommonRuleSet"] },
  },
  fails(waf, ...behind(acl(own({ count: {} })))),
  passes(waf, ...behind(acl(own({ block: {} })))),
  passes(waf, ...behind(acl(own({ challenge: {} })))),
  fails(waf, ...behind(acl(own({ allow: {} })))),
  // Only what its rules allow comes through.
  passes(
    waf,
    ...behind(webAcl({ scope: "REGIONAL", defaultAction: { block: {} }, rules: [own({ allow: {} })] })),
  ),
  passes(
    waf,
    ...behind(
      webAcl({
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        ruleJson: JSON.stringify([{ Name: "rate", Action: { Block: {} }, Statement: {} }]),
      }),
    ),
  ),
  passes(waf, ...behind(acl(), webAclRule({ webAclArn: UNKNOWN, ...common }, { webAclArn: ["WebAcl"] }))),
  fails(waf, ...behind(acl(), webAclRule({ webAclArn: UNKNOWN, ...counting }, { webAclArn: ["WebAcl"] }))),
  ...(["none", "count"] as const).map((overrideAction) => ({
    ...passes(
      waf,
      ...behind(
        acl(),
        groupAssociation(
          {
            webAclArn: UNKNOWN,
            ruleName: "common",
            priority: 1,
            overrideAction,
            managedRuleGroup: { name: "AWSManagedRulesCommonRuleSet", vendorName: "AWS" },
          },
          { webAclArn: ["WebAcl"] },
        ),
      ),
    ),
    verdict: overrideAction === "none" ? ("pass" as const) : ("fail" as const),
  })),
  // The web ACL stands before another load balancer.
  fails(
    waf,
    edge(),
    balancer({}, {}, "other"),
    association(
      { resourceArn: UNKNOWN, webAclArn: UNKNOWN },
      { resourceArn: ["other"], webAclArn: ["WebAcl"] },
    ),
    acl(common),
  ),
  passes(
    waf,
    balancer({ arn: "arn:edge" }),
    association({ resourceArn: "arn:edge", webAclArn: "arn:acl" }),
    webAcl({ arn: "arn:acl", scope: "REGIONAL", defaultAction: { allow: {} }, rules: [common] }),
  ),
  unknown(
    waf,
    balancer({ arn: "arn:edge" }),
    association({ resourceArn: "arn:edge", webAclArn: "arn:of-another-stack" }),
  ),
  unknown(waf, ...behind(acl(own({ block: UNKNOWN }), UNKNOWN))),
  unknown(waf, edge({ internal: UNKNOWN })),
  passes(waf, edge({ internal: true })),
  passes(waf, classic({ internal: true })),
  fails(waf, classic()),

  fails(waf, distribution({ enabled: true })),
  passes(waf, distribution({ enabled: false })),
  passes(waf, distribution({ enabled: true, webAclId: UNKNOWN }, { webAclId: ["WebAcl"] }), acl(common)),
  fails(waf, distribution({ enabled: true, webAclId: UNKNOWN }, { webAclId: ["WebAcl"] }), acl(counting)),
  unknown(waf, distribution({ enabled: true, webAclId: "arn:of-another-stack" })),

  // Only the distribution comes to the load balancer: its group admits a list of AWS's, not the internet.
  ...[
    { verdict: "pass" as const, rule: { prefixListIds: ["pl-3b927c52"] } },
    { verdict: "fail" as const, rule: { cidrBlocks: ["0.0.0.0/0"] } },
  ].map(({ verdict, rule }) => ({
    ...passes(
      waf,
      balancer({ securityGroups: [UNKNOWN] }, { securityGroups: ["SecurityGroup"] }, "origin"),
      of("aws:ec2/securityGroup:SecurityGroup")({
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, ...rule }],
      }),
      before,
    ),
    verdict,
  })),

  fails(
    waf,
    restApi(),
    stage({ restApi: UNKNOWN, stageName: "v1", deployment: "d" }, { restApi: ["RestApi"] }),
  ),
  passes(
    waf,
    restApi(),
    stage({ restApi: UNKNOWN, stageName: "v1", deployment: "d" }, { restApi: ["RestApi"] }),
    association(
      { resourceArn: UNKNOWN, webAclArn: UNKNOWN },
      { resourceArn: ["Stage"], webAclArn: ["WebAcl"] },
    ),
    acl(common),
  ),
  passes(waf, restApi({ endpointConfiguration: { types: ["PRIVATE"] } })),
  fails(waf, httpApi({ protocolType: "HTTP" })),
  passes(waf, of("aws:apigatewayv2/api:Api")({ protocolType: "HTTP" }, {}, "origin"), before),
  fails(waf, functionUrl({ authorizationType: "NONE", functionName: "f" })),
  passes(waf, functionUrl({ authorizationType: "AWS_IAM", functionName: "f" })),
  passes(waf, functionUrl({ authorizationType: "NONE", functionName: "f" }, {}, "origin"), before),

  // A network load balancer reads no requests: what it passes them on to must have a web ACL.
  fails(waf, edge({ loadBalancerType: "network" })),
  ...[true, false].map((isCovered) => ({
    ...passes(
      waf,
      balancer({ loadBalancerType: "network" }, {}, "outer"),
      listener(
        {
          loadBalancerArn: UNKNOWN,
          port: 443,
          protocol: "TCP",
          defaultActions: [{ type: "forward", targetGroupArn: UNKNOWN }],
        },
        { loadBalancerArn: ["outer"], defaultActions: ["TargetGroup"] },
      ),
      targetGroup({ targetType: "alb", port: 443, protocol: "TCP" }),
      attachment(
        { targetGroupArn: UNKNOWN, targetId: UNKNOWN },
        { targetGroupArn: ["TargetGroup"], targetId: ["edge"] },
      ),
      edge({ internal: true }),
      ...(isCovered ? [associated, acl(common)] : []),
    ),
    verdict: isCovered ? ("pass" as const) : ("fail" as const),
  })),
];

export default [...tls, ...blocking];
