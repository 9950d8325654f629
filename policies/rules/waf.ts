import { resourceRule, stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, anyOf, every, some, visit, Props } from "../values.ts";

const WEB_ACL = "aws:wafv2/webAcl:WebAcl";
/** A rule of a web ACL that is a resource of its own. */
export const WEB_ACL_RULE = "aws:wafv2/webAclRule:WebAclRule";
const RULE_GROUP = "aws:wafv2/ruleGroup:RuleGroup";
const LOGGING = ["aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"];
const ASSOCIATIONS = ["aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation"];

/** AWS's rules against requests that are known to exploit something, Log4Shell among it. */
const KNOWN_BAD_INPUTS = "AWSManagedRulesKnownBadInputsRuleSet";

/** What a rule can do with a request; rules that stand for a group have `none` and `count` to override the group's. */
const ACTIONS = ["action.allow", "action.block", "action.captcha", "action.challenge", "action.count"];
const OVERRIDES = ["overrideAction.none", "overrideAction.count"];

/** The rules of a web ACL or rule group, written as properties or as the API's JSON. */
export function rulesOf(props: Props): Props[] {
  const json = ["ruleJson", "rulesJson"].flatMap((property) => {
    const document = props.json(property);
    return document === undefined ? [] : new Props(asProperties(document.value()), property).list("");
  });
  return [...props.list("rules"), ...json];
}

/** A value of the API's JSON with the names that Pulumi's properties have. */
function asProperties(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asProperties);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, of]) => [
      key.replace(/^CloudWatch/, "Cloudwatch").replace(/^./, (letter) => letter.toLowerCase()),
      asProperties(of),
    ]),
  );
}

/** Whether a managed rule group that meets the condition works for the web ACL, inline, by a rule or by an association. */
function hasManagedGroup(
  acl: StackResource,
  stack: Stack,
  condition: (group: Props, isCounted: () => boolean) => boolean,
): boolean {
  const meets = (rule: Props) =>
    condition(rule.object("statement.managedRuleGroupStatement"), () =>
      rule.declares("overrideAction.count"),
    );
  return anyOf(
    () => some(rulesOf(acl.props), meets),
    () => stack.hasReferring([WEB_ACL_RULE], "webAclArn", acl, ({ props }) => meets(props)),
    () =>
      stack.hasReferring(ASSOCIATIONS, "webAclArn", acl, ({ props }) =>
        condition(props.object("managedRuleGroup"), () => props.text("overrideAction") === "count"),
      ),
  );
}

export const wafRules = [
  stackRule({
    id: "waf-logging",
    title: "Web ACLs write logs",
    severity: "low",
    types: [WEB_ACL],
    joins: LOGGING,
    why: "Without a log nobody sees an attack, nor which customers a rule keeps out by mistake.",
    remedy: "Declare an `aws.wafv2.WebAclLoggingConfiguration` with the web ACL's ARN as `resourceArn`.",
    check(acl, stack, fail) {
      if (!stack.hasReferring(LOGGING, "resourceArn", acl)) fail("nothing logs its decisions");
    },
  }),
  stackRule({
    id: "waf-has-rules",
    title: "Web ACLs have rules",
    severity: "medium",
    types: [WEB_ACL],
    joins: [WEB_ACL_RULE, ...ASSOCIATIONS],
    why: "A web ACL without rules lets everything through, and looks in every list as if something were protected.",
    remedy: "Give the web ACL `rules`, such as AWS's managed rule groups.",
    check(acl, stack, fail) {
      const hasRules = anyOf(
        () => rulesOf(acl.props).length > 0,
        () => stack.hasReferring([WEB_ACL_RULE, ...ASSOCIATIONS], "webAclArn", acl),
      );
      if (!hasRules) fail("rules is empty");
    },
  }),
  resourceRule({
    id: "waf-rule-group-has-rules",
    title: "Rule groups have rules",
    severity: "medium",
    types: [RULE_GROUP],
    why: "An empty rule group stops nothing wherever it is used, and looks as if it did.",
    remedy: "Give the rule group `rules`, or remove it.",
    check(props, fail) {
      if (rulesOf(props).length === 0) fail("rules is empty");
    },
  }),
  resourceRule({
    id: "waf-rule-metrics",
    title: "Rules of the web firewall report metrics",
    severity: "medium",
    types: [WEB_ACL, RULE_GROUP],
    why: "Without metrics no alarm can tell of an attack, and nobody sees what a rule does before it is set to block.",
    remedy: "Set `visibilityConfig.cloudwatchMetricsEnabled: true` for the whole and for every rule.",
    check(props, fail) {
      const check = (part: Props, what: string) => {
        if (!part.flag("visibilityConfig.cloudwatchMetricsEnabled"))
          fail(`cloudwatchMetricsEnabled is not on for ${what}`);
      };
      visit(
        [
          () => check(props, "the whole"),
          () => visit(rulesOf(props), (rule) => check(rule, `the rule ${rule.text("name")}`)),
        ],
        (look) => look(),
      );
    },
  }),
  resourceRule({
    id: "waf-rules-have-action",
    title: "Every rule of the web firewall does something",
    severity: "medium",
    types: [WEB_ACL, RULE_GROUP],
    why: "A rule without an action has no effect, though it reads as if it had.",
    remedy:
      "Set `action` to `{ block: {} }` or another action; for a rule that stands for a group set `overrideAction: { none: {} }`.",
    check(props, fail) {
      visit(rulesOf(props), (rule) => {
        if (![...ACTIONS, ...OVERRIDES].some((path) => rule.declares(path)))
          fail(`the rule ${rule.text("name")} has no action`);
      });
    },
  }),
  stackRule({
    id: "waf-log4j-rule",
    title: "Web ACLs block requests that are known to exploit something, such as Log4Shell",
    severity: "high",
    types: [WEB_ACL],
    joins: [WEB_ACL_RULE, ...ASSOCIATIONS],
    why: "One request with a crafted text makes an unpatched Log4j load a stranger's program; bots try it on every address.",
    remedy: `Add a rule with \`managedRuleGroupStatement: { vendorName: "AWS", name: "${KNOWN_BAD_INPUTS}" }\` and \`overrideAction: { none: {} }\`.`,
    check(acl, stack, fail) {
      const isProtected = hasManagedGroup(acl, stack, (group, isCounted) =>
        allOf(
          () => group.text("name") === KNOWN_BAD_INPUTS,
          () => !isCounted(),
          () =>
            every(
              group.list("ruleActionOverrides"),
              (override) =>
                !override.text("name").startsWith("Log4JRCE") || override.declares("actionToUse.block"),
            ),
        ),
      );
      if (!isProtected) fail(`${KNOWN_BAD_INPUTS} is not among its rules, or only counts`);
    },
  }),
  stackRule({
    id: "waf-managed-rule-groups",
    title: "Web ACLs use managed rule groups",
    severity: "medium",
    types: [WEB_ACL],
    joins: [WEB_ACL_RULE, ...ASSOCIATIONS],
    why: "Own rules know the attacks of the day that they were written; managed ones are kept up with what is tried now.",
    remedy:
      'Add rules with a `managedRuleGroupStatement`, such as `{ vendorName: "AWS", name: "AWSManagedRulesCommonRuleSet" }`.',
    check(acl, stack, fail) {
      if (!hasManagedGroup(acl, stack, (group) => group.declares("name"))) fail("no rule is a managed group");
    },
  }),
];
