import { deniesAlways, statementsOf, type Statement } from "../../policy-document.ts";
import { stackRule, type RuleText, type StackRule } from "../../rule.ts";
import type { Stack, StackResource } from "../../stack.ts";
import { listed } from "../../text.ts";
import { allOf, ifKnown, some, visit, type Props } from "../../values.ts";
import { ATTACHMENTS, ATTACHMENTS_BY_NAME, isAttachedByName, POLICY_PROPERTIES } from "./managed-policies.ts";
import { nameOf } from "./resource-policies.ts";

const ROLE = "aws:iam/role:Role";
const USER = "aws:iam/user:User";
const SET_BOUNDARY = "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment";

/** What names a policy as the bound of what others may give, and where. */
const BOUNDARIES: Readonly<Record<string, string>> = {
  [ROLE]: "permissionsBoundary",
  [USER]: "permissionsBoundary",
  [SET_BOUNDARY]: "permissionsBoundary.customerManagedPolicyReference.name",
};

/** Types that hold policies of identities: what a role, a user, a group or a permission set may do. */
const IDENTITY_POLICIES = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
  ROLE,
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
];

/** What the rules on identities' policies say of themselves. */
export type IdentityPolicyText = Pick<RuleText, "id" | "title" | "severity" | "why" | "remedy">;

/** The policy documents that a resource holds, to be read one by one. */
function documentsOf(props: Props): (() => Props | undefined)[] {
  return [
    () => props.json("policy"),
    () => props.json("inlinePolicy"),
    ...props.list("inlinePolicies").map((inline) => () => inline.json("policy")),
  ];
}

/** Whether a policy gives nothing to anybody, since it only bounds what other policies may give. */
function isOnlyBoundary(stack: Stack, policy: StackResource): boolean {
  return allOf(
    () =>
      some(Object.entries(BOUNDARIES), ([type, property]) => stack.hasReferring([type], property, policy)),
    () =>
      !some(POLICY_PROPERTIES, (property) => stack.hasReferring([...ATTACHMENTS, ROLE], property, policy)),
    () => !isAttachedByName(stack, policy),
  );
}

/** A rule on the policies of identities, wherever they are declared; `check` gets one document at a time. */
export function identityPolicyRule(
  rule: IdentityPolicyText,
  check: (statements: readonly Statement[], fail: (message: string) => void) => void,
): StackRule {
  return stackRule({
    ...rule,
    types: IDENTITY_POLICIES,
    joins: [USER, SET_BOUNDARY, ...ATTACHMENTS, ...ATTACHMENTS_BY_NAME],
    check(resource, stack, fail) {
      const failUnlessBoundary = (message: string): void => {
        if (ifKnown(() => isOnlyBoundary(stack, resource)) !== true) fail(message);
      };
      visit(documentsOf(resource.props), (document) => check(statementsOf(document()), failUnlessBoundary));
    },
  });
}

/** Whether a statement grants what it does on no resource in particular: neither its resources nor a condition name one. */
export function isBroad(statement: Statement): boolean {
  return allOf(
    () => statement.allows,
    () => statement.namesNoResource(),
    () => !statement.isSelective(),
  );
}

/** A rule that none of the actions is allowed on no resource in particular. */
export function noBroadGrantRule(rule: IdentityPolicyText, actions: readonly string[]): StackRule {
  return identityPolicyRule(rule, (statements, fail) => {
    visit(statements, (statement) => {
      const isWrong = allOf(
        () => isBroad(statement),
        () => some(actions, (action) => statement.coversAction(action)),
      );
      if (!isWrong) return;
      const granted = actions.filter(
        (action) => statement.coversAction(action) && !deniesAlways(statements, action),
      );
      if (granted.length > 0)
        fail(`${nameOf(statement)} allows ${listed(granted)} on no resource in particular`);
    });
  });
}
