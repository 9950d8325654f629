import { fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const webAcl = of("aws:wafv2/webAcl:WebAcl");
const ruleGroup = of("aws:wafv2/ruleGroup:RuleGroup");
const logging = of("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration");
const association = of("aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation");

const toAcl = { webAclArn: ["WebAcl"] };
const arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/payments/0123";
const other = { webAclArn: `${arn}4567` };

const metrics = (cloudwatchMetricsEnabled: unknown) => ({
  visibilityConfig: { cloudwatchMetricsEnabled, metricName: "payments", sampledRequestsEnabled: true },
});
const managed = (name: unknown, rest: object = {}, group: object = {}) => ({
  name,
  overrideAction: { none: {} },
  statement: { managedRuleGroupStatement: { vendorName: "AWS", name, ...group } },
  ...rest,
});
const badInputs = "AWSManagedRulesKnownBadInputsRuleSet";
const log4jOverride = (actionToUse: object) => ({
  ruleActionOverrides: [{ name: "Log4JRCE_BODY", actionToUse }],
});
const blockRate = { name: "rate", action: { block: {} }, statement: { rateBasedStatement: { limit: 2000 } } };
const acl = (...rules: object[]) => webAcl({ scope: "REGIONAL", rules });
const ruleOfAcl = (rule: object) =>
  of("aws:wafv2/webAclRule:WebAclRule")({ webAclArn: UNKNOWN, ...rule }, toAcl);
const inJson = (...rules: object[]) => webAcl({ scope: "REGIONAL", ruleJson: JSON.stringify(rules) });
const managedJson = (name: string, override: object) => ({
  Name: name,
  OverrideAction: override,
  Statement: { ManagedRuleGroupStatement: { VendorName: "AWS", Name: name } },
});

export default [
  fails("waf-logging", webAcl({ scope: "REGIONAL" })),
  fails("waf-logging", webAcl({ arn }), logging({ resourceArn: other.webAclArn })),
  passes("waf-logging", webAcl(), logging({ resourceArn: UNKNOWN }, { resourceArn: ["WebAcl"] })),
  passes("waf-logging", webAcl({ arn }), logging({ resourceArn: arn })),
  unknown("waf-logging", webAcl(), logging({ resourceArn: UNKNOWN })),

  fails("waf-has-rules", webAcl({ scope: "REGIONAL", rules: [] })),
  fails("waf-has-rules", webAcl({ arn }), association(other)),
  passes("waf-has-rules", acl(blockRate)),
  passes("waf-has-rules", webAcl(), association({ webAclArn: UNKNOWN }, toAcl)),
  passes("waf-has-rules", webAcl({ arn }), association({ webAclArn: arn })),
  passes("waf-has-rules", webAcl(), ruleOfAcl(blockRate)),
  passes("waf-has-rules", inJson({ Name: "rate" })),
  unknown("waf-has-rules", webAcl({ rules: UNKNOWN })),
  unknown("waf-has-rules", webAcl({ ruleJson: UNKNOWN })),

  fails("waf-rule-group-has-rules", ruleGroup({ scope: "REGIONAL", capacity: 10 })),
  fails("waf-rule-group-has-rules", ruleGroup({ rulesJson: "[]" })),
  passes("waf-rule-group-has-rules", ruleGroup({ scope: "REGIONAL", capacity: 10, rules: [blockRate] })),
  passes("waf-rule-group-has-rules", ruleGroup({ rulesJson: '[{"Name": "rate"}]' })),
  unknown("waf-rule-group-has-rules", ruleGroup({ rules: UNKNOWN })),

  fails("waf-rule-metrics", webAcl({ ...metrics(true), rules: [{ ...blockRate, ...metrics(false) }] })),
  fails("waf-rule-metrics", webAcl({ ...metrics(false), rules: UNKNOWN })),
  fails("waf-rule-metrics", ruleGroup({ ...metrics(false) })),
  fails("waf-rule-metrics", ruleGroup({ ...metrics(UNKNOWN), rules: [{ ...blockRate, ...metrics(false) }] })),
  fails(
    "waf-rule-metrics",
    webAcl({
      ...metrics(true),
      ruleJson: '[{"Name": "rate", "VisibilityConfig": {"CloudWatchMetricsEnabled": false}}]',
    }),
  ),
  passes("waf-rule-metrics", webAcl({ ...metrics(true), rules: [{ ...blockRate, ...metrics(true) }] })),
  passes(
    "waf-rule-metrics",
    webAcl({
      ...metrics(true),
      ruleJson: '[{"Name": "rate", "VisibilityConfig": {"CloudWatchMetricsEnabled": true}}]',
    }),
  ),
  unknown("waf-rule-metrics", webAcl({ ...metrics(true), rules: [{ ...blockRate, ...metrics(UNKNOWN) }] })),

  fails("waf-rules-have-action", acl({ name: "rate", statement: blockRate.statement })),
  fails("waf-rules-have-action", acl(blockRate, { name: "geo", action: {} })),
  fails("waf-rules-have-action", ruleGroup({ rules: [{ name: "rate", action: {} }] })),
  passes("waf-rules-have-action", acl(blockRate, managed("AWSManagedRulesCommonRuleSet"))),
  passes("waf-rules-have-action", acl({ name: "geo", action: { count: {} } })),
  passes("waf-rules-have-action", ruleGroup({ rules: [blockRate] })),
  passes("waf-rules-have-action", inJson(managedJson(badInputs, { None: {} }))),
  unknown("waf-rules-have-action", webAcl({ rules: UNKNOWN })),

  fails("waf-log4j-rule", acl(managed("AWSManagedRulesCommonRuleSet"))),
  fails("waf-log4j-rule", acl(managed(badInputs, { overrideAction: { count: {} } }))),
  fails("waf-log4j-rule", acl(managed(badInputs, {}, log4jOverride({ count: {} })))),
  fails("waf-log4j-rule", inJson(managedJson(badInputs, { Count: {} }))),
  fails(
    "waf-log4j-rule",
    acl(),
    association(
      { webAclArn: UNKNOWN, overrideAction: "count", managedRuleGroup: { name: badInputs } },
      toAcl,
    ),
  ),
  fails(
    "waf-log4j-rule",
    webAcl({ arn }),
    association({ ...other, managedRuleGroup: { vendorName: "AWS", name: badInputs } }),
  ),
  passes("waf-log4j-rule", acl(managed(badInputs))),
  passes("waf-log4j-rule", acl(managed(UNKNOWN), managed(badInputs))),
  passes("waf-log4j-rule", acl(managed(badInputs, {}, log4jOverride({ block: {} })))),
  passes(
    "waf-log4j-rule",
    acl(
      managed(
        badInputs,
        {},
        { ruleActionOverrides: [{ name: "PROPFIND_METHOD", actionToUse: { count: {} } }] },
      ),
    ),
  ),
  passes("waf-log4j-rule", inJson(managedJson(badInputs, { None: {} }))),
  passes("waf-log4j-rule", acl(), ruleOfAcl(managed(badInputs))),
  fails("waf-log4j-rule", acl(), ruleOfAcl(managed(badInputs, { overrideAction: { count: {} } }))),
  passes(
    "waf-log4j-rule",
    acl(),
    association({ webAclArn: UNKNOWN, managedRuleGroup: { vendorName: "AWS", name: badInputs } }, toAcl),
  ),
  unknown("waf-log4j-rule", acl(managed(UNKNOWN))),
  unknown("waf-log4j-rule", webAcl({ rules: UNKNOWN })),

  fails("waf-managed-rule-groups", acl(blockRate)),
  passes("waf-managed-rule-groups", acl(blockRate, managed("AWSManagedRulesCommonRuleSet"))),
  passes("waf-managed-rule-groups", inJson(managedJson(badInputs, { None: {} }))),
  passes("waf-managed-rule-groups", acl(), ruleOfAcl(managed(badInputs))),
  passes(
    "waf-managed-rule-groups",
    acl(),
    association({ webAclArn: UNKNOWN, managedRuleGroup: { vendorName: "AWS", name: badInputs } }, toAcl),
  ),
  fails(
    "waf-managed-rule-groups",
    acl(),
    association({ webAclArn: UNKNOWN, ruleGroupReference: { arn: UNKNOWN } }, toAcl),
  ),
  unknown("waf-managed-rule-groups", webAcl({ rules: UNKNOWN })),
];
