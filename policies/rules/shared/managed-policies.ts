import { pathsAt } from "../../graph/paths.ts";
import type { Stack, StackResource } from "../../stack.ts";
import { anyOf, some, type Props } from "../../values.ts";

/** Types that attach managed policies to an identity. */
export const ATTACHMENTS = [
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
  "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
  "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
  "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive",
];

/** Types that attach a policy of one's own to a permission set, and where they have its name. */
const BY_NAME: Readonly<Record<string, string>> = {
  "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment":
    "customerManagedPolicyReference.name",
  "aws:ssoadmin/customerManagedPolicyAttachmentsExclusive:CustomerManagedPolicyAttachmentsExclusive":
    "customerManagedPolicyReferences.*.name",
};

/** Types that attach managed policies by their names. */
export const ATTACHMENTS_BY_NAME = Object.keys(BY_NAME);

/** Types that attach managed policies to a role, and the property that names it. */
const TO_ROLES: Readonly<Record<string, string>> = {
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "role",
  "aws:iam/policyAttachment:PolicyAttachment": "roles",
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": "roleName",
};

/** Types that attach managed policies to a role. */
export const ROLE_ATTACHMENTS = Object.keys(TO_ROLES);

/** Where attachments, and roles themselves, say which policies they attach. */
export const POLICY_PROPERTIES = ["policyArn", "policyArns", "managedPolicyArn", "managedPolicyArns"];

/** The ARNs of managed policies that a resource attaches; each may be unknown on its own. */
export function attachedPolicies(props: Props): (() => Props[])[] {
  return POLICY_PROPERTIES.map((property) => () => props.list(property));
}

/** Whether a permission set has the policy, by its name. */
export function isAttachedByName(stack: Stack, policy: StackResource): boolean {
  return some(Object.entries(BY_NAME), ([type, pattern]) =>
    some(stack.of([type]), (attachment) =>
      some(pathsAt(attachment.props, pattern), (path) => attachment.refersTo(path, policy)),
    ),
  );
}

/** Whether an ARN is that of a policy of AWS's own with one of the names; those for a job function stand in a folder. */
export function isAwsPolicy(arn: string, names: readonly string[]): boolean {
  const [, name = ""] = /^arn:[\w-]+:iam::aws:policy\/(?:[\w-]+\/)?([\w-]+)$/.exec(arn) ?? [];
  return names.includes(name);
}

/** Whether a resource attaches one of AWS's own policies with one of the names. */
export function attachesAwsPolicy(props: Props, names: readonly string[]): boolean {
  return some(attachedPolicies(props), (list) => some(list(), (arn) => isAwsPolicy(arn.text(), names)));
}

/** Whether an attachment to a role meets the condition. */
export function roleHasAttachment(
  stack: Stack,
  role: StackResource,
  condition: (attachment: StackResource) => boolean,
): boolean {
  return some(Object.entries(TO_ROLES), ([type, property]) =>
    stack.hasReferring([type], property, role, condition),
  );
}

/** Whether a role holds one of AWS's own policies with one of the names, however it is attached. */
export function roleHoldsAwsPolicy(stack: Stack, role: StackResource, names: readonly string[]): boolean {
  return anyOf(
    () => attachesAwsPolicy(role.props, names),
    () => roleHasAttachment(stack, role, ({ props }) => attachesAwsPolicy(props, names)),
  );
}
