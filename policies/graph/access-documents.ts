import { BUCKET_POLICY, BUCKETS, partsOf } from "../rules/shared/buckets.ts";
import type { Stack, StackResource } from "../stack.ts";
import { ifKnown, Props, UnknownValue, visit } from "../values.ts";
import { managedPolicy } from "./access-managed-policies.ts";
import { TARGET_TYPES } from "./access-targets.ts";
import { itemsOf, pathsAt } from "./paths.ts";

const ROLE = "aws:iam/role:Role";
const POLICY = "aws:iam/policy:Policy";
export const ROLES = [ROLE];
const USERS = ["aws:iam/user:User"];
const GROUPS = ["aws:iam/group:Group"];
/** Everybody in an account that policies of IAM are attached to. */
export const IDENTITIES = [...ROLES, ...USERS, ...GROUPS];
/** What people sign in with by IAM Identity Center: a role in each account for which somebody is assigned it. */
export const PERMISSION_SETS = ["aws:ssoadmin/permissionSet:PermissionSet"];
export const ACCOUNT_ASSIGNMENT = "aws:ssoadmin/accountAssignment:AccountAssignment";

/** A policy document where it stands. */
export interface PolicySource {
  /** The resource that it is a property of, or the one that attaches it where AWS or somebody else wrote it. */
  holder: StackResource;
  property: string;
  /** The document. @throws {UnknownValue} where it is not known yet. */
  read: () => Props | undefined;
}

/** A policy that an identity has. `owner` is undefined where the stack does not have the identity: `named` is its name. */
export interface IdentityPolicy {
  owner: StackResource | undefined;
  named: string;
  source: PolicySource;
}

/**
 * Policies within an identity's or an attachment's own resource: type → properties of the document and of the owner, and
 * of what types that is.
 */
const INLINE: Readonly<Record<string, { document: string; owner: string; types: string[] }>> = {
  "aws:iam/rolePolicy:RolePolicy": { document: "policy", owner: "role", types: ROLES },
  "aws:iam/userPolicy:UserPolicy": { document: "policy", owner: "user", types: USERS },
  "aws:iam/groupPolicy:GroupPolicy": { document: "policy", owner: "group", types: GROUPS },
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": {
    document: "inlinePolicy",
    owner: "permissionSetArn",
    types: PERMISSION_SETS,
  },
};

/** Attachments of managed policies: properties of the policies (`*` is each of a list) and of the owners. */
const ATTACHMENTS: Readonly<Record<string, { policy: string; owners: Record<string, string[]> }>> = {
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { policy: "policyArn", owners: { role: ROLES } },
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": { policy: "policyArn", owners: { user: USERS } },
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": { policy: "policyArn", owners: { group: GROUPS } },
  "aws:iam/policyAttachment:PolicyAttachment": {
    policy: "policyArn",
    owners: { roles: ROLES, users: USERS, groups: GROUPS },
  },
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": {
    policy: "policyArns",
    owners: { roleName: ROLES },
  },
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": {
    policy: "policyArns",
    owners: { userName: USERS },
  },
  "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": {
    policy: "policyArns",
    owners: { groupName: GROUPS },
  },
  "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": {
    policy: "managedPolicyArn",
    owners: { permissionSetArn: PERMISSION_SETS },
  },
  "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive": {
    policy: "managedPolicyArns",
    owners: { permissionSetArn: PERMISSION_SETS },
  },
  "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment": {
    policy: "customerManagedPolicyReference.name",
    owners: { permissionSetArn: PERMISSION_SETS },
  },
  "aws:ssoadmin/customerManagedPolicyAttachmentsExclusive:CustomerManagedPolicyAttachmentsExclusive": {
    policy: "customerManagedPolicyReferences.*.name",
    owners: { permissionSetArn: PERMISSION_SETS },
  },
  [ROLE]: { policy: "managedPolicyArns", owners: {} },
};

/** What bounds a permission set stands in a resource of its own. */
const SET_BOUNDARY = "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment";
const SET_BOUNDARY_NAME = "permissionsBoundary.customerManagedPolicyReference.name";

/** Policies of resources: where they stand, and by which property they name their resource. */
const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  "aws:secretsmanager/secretPolicy:SecretPolicy": "secretArn",
  "aws:kms/keyPolicy:KeyPolicy": "keyId",
  [BUCKET_POLICY]: "bucket",
  "aws:sqs/queuePolicy:QueuePolicy": "queueUrl",
  "aws:sns/topicPolicy:TopicPolicy": "arn",
  "aws:dynamodb/resourcePolicy:ResourcePolicy": "resourceArn",
  "aws:kinesis/resourcePolicy:ResourcePolicy": "resourceArn",
  "aws:efs/fileSystemPolicy:FileSystemPolicy": "fileSystemId",
};

/** Resources that stand for another one: whoever takes a value from them means the other. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  ...RESOURCE_POLICIES,
  "aws:secretsmanager/secretVersion:SecretVersion": "secretId",
  "aws:secretsmanager/secretRotation:SecretRotation": "secretId",
  "aws:kms/alias:Alias": "targetKeyId",
  "aws:s3/bucketVersioning:BucketVersioning": "bucket",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "bucket",
};

/** Types that say who has access, for the `joins` of rules that ask. */
export const ACCESS_TYPES = [
  ...IDENTITIES,
  ...PERMISSION_SETS,
  ACCOUNT_ASSIGNMENT,
  POLICY,
  ...Object.keys(INLINE),
  ...Object.keys(ATTACHMENTS).filter((type) => type !== ROLE),
  ...Object.keys(STANDS_FOR),
  SET_BOUNDARY,
  "aws:kms/grant:Grant",
];

/** Looks at every policy that an identity of the stack, or one that it only names, has. */
export function visitIdentityPolicies(stack: Stack, look: (policy: IdentityPolicy) => void): void {
  visit(stack.of(ROLES), (role) =>
    visit(role.props.list("inlinePolicies"), (inline) =>
      look({
        owner: role,
        named: role.name,
        source: { holder: role, property: "inlinePolicies", read: () => inline.json("policy") },
      }),
    ),
  );
  for (const [type, { document, owner, types }] of Object.entries(INLINE)) {
    visit(stack.of([type]), (holder) => {
      const source = { holder, property: document, read: () => holder.props.json(document) };
      visit(ownersOf(stack, holder, owner, types), (one) => look({ ...one, source }));
    });
  }
  for (const [type, { policy, owners }] of Object.entries(ATTACHMENTS)) {
    visit(stack.of([type]), (attachment) => {
      const attached = policiesOf(stack, attachment, policy);
      const all =
        type === ROLE
          ? [{ owner: attachment, named: attachment.name }]
          : Object.entries(owners).flatMap(([property, types]) =>
              ownersOf(stack, attachment, property, types),
            );
      visit(all, (one) => visit(attached, (source) => look({ ...one, source })));
    });
  }
}

/** The identities that a property names. */
function ownersOf(
  stack: Stack,
  holder: StackResource,
  property: string,
  types: string[],
): { owner: StackResource | undefined; named: string }[] {
  const found = stack.allReferred(holder, property, types);
  if (found.length > 0) return found.map((owner) => ({ owner, named: owner.name }));
  return holder.props.texts(property).map((named) => ({ owner: undefined, named }));
}

/** The documents of the managed policies that an attachment names, at the paths that a pattern stands for. */
function policiesOf(stack: Stack, holder: StackResource, pattern: string): PolicySource[] {
  const paths = pathsAt(holder.props, pattern);
  const own = [...new Set(paths.flatMap((path) => stack.allReferred(holder, path, [POLICY])))];
  const others = paths.flatMap((property) =>
    itemsOf(holder.props, property).flatMap((item) => {
      const name = ifKnown(() => item.text());
      // Of what is not known yet, `own` says where it comes from.
      const isOwn = name === undefined ? own.length > 0 : own.some(({ names }) => names.has(name));
      return isOwn ? [] : [{ holder, property, read: () => elsewhere(item.text(), property) }];
    }),
  );
  return [...own.map(policySource), ...others];
}

/** A policy that the stack does not have, by its ARN or name: one of AWS, or one that nobody here can read. */
function elsewhere(arn: string, property: string): Props {
  const document = managedPolicy(arn);
  if (document === undefined) throw new UnknownValue([`${property}: what ${arn} grants`]);
  return new Props(document);
}

/** The document of a managed policy of the stack. */
function policySource(policy: StackResource): PolicySource {
  return { holder: policy, property: "policy", read: () => policy.props.json("policy") };
}

/** The policy that bounds what an identity may do, where the stack has it. */
export function boundaryOf(stack: Stack, identity: StackResource): PolicySource | undefined {
  const policy = PERMISSION_SETS.includes(identity.type)
    ? stack
        .referring([SET_BOUNDARY], "permissionSetArn", identity)
        .flatMap((attachment) => stack.allReferred(attachment, SET_BOUNDARY_NAME, [POLICY]))[0]
    : stack.referred(identity, "permissionsBoundary", [POLICY]);
  return policy && policySource(policy);
}

/** The policies of a resource itself. */
export function resourcePoliciesOf(stack: Stack, resource: StackResource): PolicySource[] {
  const inline = resource.props.declares("policy")
    ? [{ holder: resource, property: "policy", read: () => resource.props.json("policy") }]
    : [];
  if (BUCKETS.includes(resource.type)) {
    return [...inline, ...partsOf(stack, resource, [BUCKET_POLICY]).map(policySource)];
  }
  const separate = Object.entries(RESOURCE_POLICIES).flatMap(([type, property]) =>
    stack.referring([type], property, resource),
  );
  return [...inline, ...separate.map(policySource)];
}

/** URNs of the resources that a property's value comes from, those that only stand for another one resolved. */
export function originsOf(stack: Stack, holder: StackResource, property: string): ReadonlySet<string> {
  return new Set(
    holder.originsOf(property).flatMap((urn) => {
      const origin = stack.byUrn(urn);
      const meant = origin && STANDS_FOR[origin.type];
      if (origin === undefined || meant === undefined) return [urn];
      return [urn, ...stack.allReferred(origin, meant, TARGET_TYPES).map((target) => target.urn)];
    }),
  );
}
