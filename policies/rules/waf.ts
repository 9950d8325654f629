import { stackRule } from "../rule.ts";

const WEB_ACLS = ["aws:wafv2/webAcl:WebAcl"];
const LOGGING = ["aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"];

export const wafRules = [
  stackRule({
    id: "waf-logging",
    title: "Web ACLs write logs",
    severity: "low",
    types: WEB_ACLS,
    joins: LOGGING,
    remedy: "Declare an `aws.wafv2.WebAclLoggingConfiguration` with the web ACL's ARN as `resourceArn`.",
    check(acl, stack, fail) {
      if (!stack.hasReferring(LOGGING, "resourceArn", acl)) fail("nothing logs its decisions");
    },
  }),
];
