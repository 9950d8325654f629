import { resourceRule } from "../rule.ts";

const PERMISSIONS = ["aws:lambda/permission:Permission"];

export const lambdaRules = [
  resourceRule({
    id: "lambda-not-public",
    title: "Functions cannot be invoked by everyone",
    severity: "critical",
    types: PERMISSIONS,
    remedy: "Name the principal: an account, or a service together with `sourceArn`.",
    check(props, fail) {
      const narrowed = ["sourceArn", "sourceAccount", "principalOrgId"].some((property) =>
        props.declares(property),
      );
      if (props.text("principal") === "*" && !narrowed) fail("principal is * and nothing narrows it");
    },
  }),
  resourceRule({
    id: "lambda-permission-source",
    title: "Permissions for a service name the source that may call",
    severity: "critical",
    types: PERMISSIONS,
    remedy: "Set `sourceArn` to the rule, topic or bucket that calls, or at least `sourceAccount`.",
    check(props, fail) {
      const principal = props.text("principal");
      if (!/\.amazonaws\.com(\.cn)?$|^alexa-/.test(principal)) return;
      const sources = ["sourceArn", "sourceAccount", "principalOrgId", "eventSourceToken"];
      if (!sources.some((property) => props.declares(property)))
        fail(`${principal} may call on behalf of any account`);
    },
  }),
];
