import { deniesAlways, matches, type Statement } from "../policy-document.ts";
import { resourceRule, stackRule } from "../rule.ts";
import { listed } from "../text.ts";
import { allOf, every, some, visit } from "../values.ts";
import {
  CREDENTIAL_ACTIONS,
  DATA_ACTIONS,
  ESCALATIONS,
  PERMISSION_ACTIONS,
  UNRESTRICTABLE,
} from "./iam-actions.ts";
import { iamTrustRules } from "./iam-trust.ts";
import { iamUserRules } from "./iam-users.ts";
import { failTogether } from "./shared/fail-each.ts";
import { identityPolicyRule, isBroad, noBroadGrantRule } from "./shared/identity-policies.ts";
import { attachedPolicies, ATTACHMENTS, isAwsPolicy } from "./shared/managed-policies.ts";
import { everyAction, nameOf } from "./shared/resource-policies.ts";

const INLINE_POLICIES = [
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
];
const ROLE = "aws:iam/role:Role";

/** Names of actions that only read, or use a key. */
const READING =
  /^(BatchGet|BatchDescribe|Check|Decrypt|Describe|Detect|Discover|Download|Encrypt|Estimate|Filter|GenerateDataKey|Get|Head|List|Lookup|PartiQLSelect|Preview|Query|Read|ReceiveMessage|ReEncrypt|Retrieve|Scan|Search|Select|Sign|Simulate|Test|Validate|Verify|View)/i;

/** What a statement does on no resource in particular although it could name one. */
function unnamed(statement: Statement): string[] {
  if (!statement.allows) return [];
  if (statement.leavesActionsOut) return [everyAction(statement)];
  return statement.actions.filter((action) => !UNRESTRICTABLE.some((pattern) => matches(pattern, action)));
}

/** Whether an action of a policy changes something, or stands for some that do. */
function writes(action: string): boolean {
  const [, name = action] = action.split(":");
  return !READING.test(name);
}

/** The actions that together raise one's rights, where a document grants them all on no resource in particular. */
function isGranted(statements: readonly Statement[], actions: readonly string[]): boolean {
  return allOf(
    // Nearly always this decides, whatever is unknown of the resources.
    () =>
      every(actions, (action) =>
        some(statements, (statement) =>
          allOf(
            () => statement.allows,
            () => statement.coversAction(action),
          ),
        ),
      ),
    ...actions.map(
      (action) => () =>
        some(statements, (statement) =>
          allOf(
            () => isBroad(statement),
            () => statement.coversAction(action),
          ),
        ) && !deniesAlways(statements, action),
    ),
  );
}

export const iamRules = [
  identityPolicyRule(
    {
      id: "iam-no-admin-policy",
      title: "No policy grants every action, or all but some, on everything",
      severity: "high",
      why: "Whoever gets hold of such an identity owns the account: all data, all keys, and the logs of what was done.",
      remedy: "List the actions that are needed, on the ARNs that they are needed for.",
    },
    (statements, fail) => {
      visit(statements, (statement) => {
        const everything = allOf(
          () => statement.allows,
          () => statement.coversAllActions(),
          () => statement.coversAllResources(),
        );
        if (everything) fail(`${nameOf(statement)} grants ${everyAction(statement)} on everything`);
      });
    },
  ),
  stackRule({
    id: "iam-no-managed-admin",
    title: "AWS's own administrator policies are not attached",
    severity: "high",
    types: [...ATTACHMENTS, ROLE],
    joins: [],
    why: "Such a policy gives every right there is, or the right to give it to oneself, and AWS may widen it at any time.",
    remedy: "Attach a policy that lists what is needed; let administrators take a role by single sign-on.",
    parameters: {
      policies: {
        type: "array",
        items: { type: "string" },
        description: "Names of policies of AWS that nothing may hold.",
        default: ["AdministratorAccess", "IAMFullAccess"],
      },
    },
    check({ props }, _stack, fail, parameters) {
      const names = parameters.texts("policies");
      visit(attachedPolicies(props), (list) =>
        visit(list(), (arn) => {
          if (isAwsPolicy(arn.text(), names)) fail(`attaches ${arn.text()}`);
        }),
      );
    },
  }),
  identityPolicyRule(
    {
      id: "iam-no-privilege-escalation",
      title: "No policy enables its holder to raise their own rights",
      severity: "high",
      why: "With these actions somebody makes themselves an administrator in a few calls, whatever else their policy withholds.",
      remedy:
        "Name the roles, functions or policies that the actions may touch as `Resource`, above all for `iam:PassRole`, or " +
        "leave the actions to the pipeline that deploys.",
    },
    (statements, fail) => {
      failTogether(
        ESCALATIONS,
        (actions) => isGranted(statements, actions) && actions.join(" with "),
        (granted) => fail(`allows ${granted} on no resource in particular`),
      );
    },
  ),
  noBroadGrantRule(
    {
      id: "iam-no-credential-exposure",
      title: "No policy lets its holder obtain credentials of others at will",
      severity: "high",
      why: "Each of these actions answers with a credential, with which somebody goes on as another user or service.",
      remedy: "Name the users, databases or clusters whose credentials are needed as `Resource`.",
    },
    CREDENTIAL_ACTIONS,
  ),
  noBroadGrantRule(
    {
      id: "iam-no-data-exfiltration",
      title: "Reading what is stored is limited to named resources",
      severity: "high",
      why: "One stolen credential would read every bucket, table, parameter and secret of the account, and of later ones too.",
      remedy: "Name what is read as `Resource`, such as `${bucket.arn}/*` or `secret.arn`.",
    },
    DATA_ACTIONS,
  ),
  noBroadGrantRule(
    {
      id: "iam-no-assume-any-role",
      title: "No policy lets its holder take any role",
      severity: "high",
      why: "Every role that trusts the account is then its holder's, the administrators' among them.",
      remedy: "Name the roles as `Resource` of `sts:AssumeRole`.",
    },
    ["sts:AssumeRole"],
  ),
  noBroadGrantRule(
    {
      id: "iam-no-permissions-management",
      title: "Changing permissions is limited to named resources",
      severity: "medium",
      why: "Who may change policies of resources can open any of them, to other accounts too.",
      remedy:
        "Name the resources whose permissions may change as `Resource`, or leave such actions to the pipeline.",
    },
    PERMISSION_ACTIONS,
  ),
  identityPolicyRule(
    {
      id: "iam-no-unconstrained-write",
      title: "Changing and deleting is limited to named resources",
      severity: "medium",
      why: "A program that is taken over could change or delete things that it has nothing to do with.",
      remedy: "Name what is changed as `Resource`, or narrow it by a condition such as `aws:ResourceTag/…`.",
    },
    (statements, fail) => {
      visit(statements, (statement) => {
        const actions = unnamed(statement).filter((action) => statement.leavesActionsOut || writes(action));
        if (actions.length > 0 && isBroad(statement))
          fail(`${nameOf(statement)} allows ${listed(actions)} on no resource in particular`);
      });
    },
  ),
  identityPolicyRule(
    {
      id: "iam-no-resource-wildcard",
      title: "Actions that can be held to a resource name it",
      severity: "medium",
      why: '`Resource: "*"` takes in what is made later and by others, so nobody can say what the identity reaches.',
      remedy:
        "List the ARNs as `Resource`; put actions that take none, such as `ecr:GetAuthorizationToken`, apart.",
    },
    (statements, fail) => {
      visit(statements, (statement) => {
        const actions = unnamed(statement);
        const wide = actions.length > 0 && statement.coversAllResources() && !statement.isSelective();
        if (wide) fail(`${nameOf(statement)} allows ${listed(actions)} on every resource`);
      });
    },
  ),
  identityPolicyRule(
    {
      id: "iam-no-service-wildcards",
      title: "No policy allows all actions of a service",
      severity: "low",
      why: "It takes in deleting, changing permissions, and whatever actions AWS adds to the service later.",
      remedy: "List the actions that are needed, by prefix at most (`s3:Get*`).",
    },
    (statements, fail) => {
      visit(statements, (statement) => {
        if (!statement.allows) return;
        const actions = statement.leavesActionsOut
          ? [everyAction(statement)]
          : statement.actions.filter((action) => /^\*$|:\*+$/.test(action));
        if (actions.length > 0) fail(`${nameOf(statement)} allows ${listed(actions)}`);
      });
    },
  ),
  resourceRule({
    id: "iam-no-inline-policies",
    title: "Rights are given by managed policies, not by inline ones",
    severity: "low",
    types: [...INLINE_POLICIES, ROLE],
    why: "An inline policy has no versions, cannot be reviewed or reused by itself, and hides in the identity that holds it.",
    remedy:
      "Declare an `aws.iam.Policy` and attach it by `aws.iam.RolePolicyAttachment`, to a permission set by " +
      "`aws.ssoadmin.CustomerManagedPolicyAttachment`.",
    check(props, fail, _parameters, type) {
      // An empty list is how a program says that a role shall have none.
      if (INLINE_POLICIES.includes(type)) fail("the policy is inline");
      else if (props.list("inlinePolicies").length > 0) fail("inlinePolicies are given");
    },
  }),
  ...iamTrustRules,
  ...iamUserRules,
];
