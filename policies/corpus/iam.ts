import { document, fails, of, passes, unknown, UNKNOWN, type Case } from "./case.ts";
import { failsInEveryPolicy } from "./identity-policies.ts";
import iamTrust from "./iam-trust.ts";
import iamUsers from "./iam-users.ts";

const policy = of("aws:iam/policy:Policy");
const role = of("aws:iam/role:Role");
const rolePolicy = of("aws:iam/rolePolicy:RolePolicy");
const userPolicy = of("aws:iam/userPolicy:UserPolicy");
const groupPolicy = of("aws:iam/groupPolicy:GroupPolicy");
const user = of("aws:iam/user:User");
const roleAttachment = of("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
/** A role whose rights the policy of the case bounds. */
const boundedRole = role(
  { name: "payments", permissionsBoundary: UNKNOWN },
  { permissionsBoundary: ["Policy"] },
);

const allow = (Action: string | string[], Resource: string | string[] = "*", more: object = {}) => ({
  Sid: "Payments",
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const policyOf = (...statements: object[]) => policy({ policy: document(...statements) });
const admin = allow("*");
const namedPolicy = policy({ name: "everything", policy: document(admin) });
/** What bounds permission sets by the policy. */
const setBoundary = of("aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment")(
  { permissionSetArn: UNKNOWN, permissionsBoundary: UNKNOWN },
  { permissionsBoundary: ["Policy"] },
);
const tagged = { Condition: { StringEquals: { "aws:ResourceTag/application": "payments" } } };

/** The same questions for every rule on actions that nobody may do on no resource in particular. */
const broadGrantCases = (rule: string, action: string, narrow: string, any: string): Case[] => [
  fails(rule, policyOf(allow(action))),
  fails(rule, policyOf(allow(["logs:PutLogEvents", action], any))),
  fails(rule, policyOf(allow(action.replace(/:.*/, ":*")))),
  fails(rule, policyOf({ ...allow(action), Action: undefined, NotAction: "ec2:*" })),
  fails(rule, policyOf({ ...allow(action), Resource: undefined, NotResource: narrow })),
  ...failsInEveryPolicy(rule, allow(action)),
  // A Region is no resource.
  fails(
    rule,
    policyOf(allow(action, "*", { Condition: { StringEquals: { "aws:RequestedRegion": "eu-west-1" } } })),
  ),
  passes(rule, policyOf(allow(action, narrow))),
  passes(rule, policyOf(allow(action, "*", tagged))),
  passes(rule, policyOf(allow("logs:DescribeLogGroups"))),
  passes(rule, policyOf({ ...allow(action), Effect: "Deny" })),
  passes(rule, policyOf(allow(action), { ...allow(action), Effect: "Deny" })),
  fails(rule, policyOf(allow(action), { ...allow(action, narrow), Effect: "Deny" })),
  passes(rule, role()),
  unknown(rule, policyOf(allow(action, UNKNOWN))),
  unknown(rule, policy({ policy: UNKNOWN })),
  unknown(rule, role({ inlinePolicies: UNKNOWN })),
];

const managed: Case[] = [
  ...[
    of("aws:iam/rolePolicyAttachment:RolePolicyAttachment"),
    of("aws:iam/userPolicyAttachment:UserPolicyAttachment"),
    of("aws:iam/groupPolicyAttachment:GroupPolicyAttachment"),
    of("aws:iam/policyAttachment:PolicyAttachment"),
  ].flatMap((attachment) => [
    fails("iam-no-managed-admin", attachment({ policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" })),
    passes("iam-no-managed-admin", attachment({ policyArn: "arn:aws:iam::aws:policy/SecurityAudit" })),
    unknown("iam-no-managed-admin", attachment({ policyArn: UNKNOWN })),
  ]),
  ...[
    of("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive"),
    of("aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive"),
    of("aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive"),
  ].map((attachments) =>
    fails(
      "iam-no-managed-admin",
      attachments({ policyArns: [UNKNOWN, "arn:aws:iam::aws:policy/IAMFullAccess"] }),
    ),
  ),
  fails(
    "iam-no-managed-admin",
    of("aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment")({
      managedPolicyArn: "arn:aws-us-gov:iam::aws:policy/AdministratorAccess",
    }),
  ),
  fails(
    "iam-no-managed-admin",
    of("aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive")({
      managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
    }),
  ),
  fails("iam-no-managed-admin", role({ managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] })),
  {
    ...fails(
      "iam-no-managed-admin",
      role({ managedPolicyArns: ["arn:aws:iam::aws:policy/job-function/Billing"] }),
    ),
    parameters: { policies: ["Billing"] },
  },
  passes("iam-no-managed-admin", role({ managedPolicyArns: [] })),
  // Somebody's own policy of the same name is judged by what it says.
  passes(
    "iam-no-managed-admin",
    role({ managedPolicyArns: ["arn:aws:iam::123456789012:policy/AdministratorAccess"] }),
  ),
];

export default [
  fails("iam-no-admin-policy", policyOf(admin)),
  fails("iam-no-admin-policy", rolePolicy({ policy: { Statement: { ...admin, Action: ["s3:Get*", "*"] } } })),
  fails("iam-no-admin-policy", policyOf({ ...admin, Action: "*:*" })),
  ...failsInEveryPolicy("iam-no-admin-policy", admin),
  fails("iam-no-admin-policy", policyOf({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })),
  fails("iam-no-admin-policy", policyOf({ Effect: "Allow", NotAction: ["sqs:*", "s3:*"], Resource: "*" })),
  passes("iam-no-admin-policy", policyOf({ ...admin, Action: "s3:*" })),
  passes("iam-no-admin-policy", policyOf({ ...admin, Resource: "arn:aws:s3:::payments/*" })),
  passes("iam-no-admin-policy", policyOf({ ...admin, Effect: "Deny" })),
  passes("iam-no-admin-policy", policyOf({ Effect: "Allow", NotAction: ["sqs:*", "*"], Resource: "*" })),
  // What only bounds what others give gives nothing.
  passes("iam-no-admin-policy", policyOf(admin), boundedRole),
  passes(
    "iam-no-admin-policy",
    policyOf(admin),
    user({ permissionsBoundary: UNKNOWN }, { permissionsBoundary: ["Policy"] }),
  ),
  passes("iam-no-admin-policy", namedPolicy, setBoundary),
  fails(
    "iam-no-admin-policy",
    namedPolicy,
    setBoundary,
    of("aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment")({
      permissionSetArn: UNKNOWN,
      customerManagedPolicyReference: { name: "everything" },
    }),
  ),
  fails(
    "iam-no-admin-policy",
    namedPolicy,
    setBoundary,
    of("aws:ssoadmin/customerManagedPolicyAttachmentsExclusive:CustomerManagedPolicyAttachmentsExclusive")({
      permissionSetArn: UNKNOWN,
      customerManagedPolicyReferences: [{ name: "audit" }, { name: "everything" }],
    }),
  ),
  fails("iam-no-admin-policy", policyOf(admin), role({ permissionsBoundary: UNKNOWN })),
  fails(
    "iam-no-admin-policy",
    policyOf(admin),
    boundedRole,
    roleAttachment({ role: "payments", policyArn: UNKNOWN }, { policyArn: ["Policy"] }),
  ),
  fails(
    "iam-no-admin-policy",
    policyOf(admin),
    boundedRole,
    roleAttachment({ role: "payments", policyArn: UNKNOWN }),
  ),
  unknown("iam-no-admin-policy", policy({ policy: UNKNOWN })),
  unknown("iam-no-admin-policy", policyOf({ ...admin, Action: UNKNOWN })),

  ...managed,

  fails("iam-no-privilege-escalation", policyOf(allow(["iam:PassRole", "ecs:RunTask"]))),
  fails("iam-no-privilege-escalation", policyOf(allow("iam:PutRolePolicy"))),
  fails("iam-no-privilege-escalation", policyOf(allow("iam:Put*", "arn:aws:iam::123456789012:role/*"))),
  fails("iam-no-privilege-escalation", policyOf(allow("lambda:UpdateFunctionCode"))),
  fails("iam-no-privilege-escalation", policyOf(allow("iam:PassRole"), allow(["lambda:*"]))),
  // That roles are passed to one service only does not say which roles.
  fails(
    "iam-no-privilege-escalation",
    policyOf(
      allow("iam:PassRole", "*", {
        Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      }),
      allow("ecs:RunTask"),
    ),
  ),
  fails(
    "iam-no-privilege-escalation",
    policyOf(allow("iam:AttachRolePolicy"), allow("s3:GetObject", UNKNOWN)),
  ),
  fails("iam-no-privilege-escalation", policyOf(allow("iam:*", UNKNOWN), allow("iam:AttachRolePolicy"))),
  ...failsInEveryPolicy("iam-no-privilege-escalation", allow("iam:PutRolePolicy")),
  passes(
    "iam-no-privilege-escalation",
    policyOf(allow("iam:PassRole", "arn:aws:iam::123456789012:role/payments"), allow("ecs:RunTask")),
  ),
  passes("iam-no-privilege-escalation", policyOf(allow("iam:PassRole"))),
  passes("iam-no-privilege-escalation", policyOf(allow("ecs:RunTask"))),
  passes("iam-no-privilege-escalation", policyOf(allow("iam:PutRolePolicy", "*", tagged))),
  passes(
    "iam-no-privilege-escalation",
    policyOf(allow("iam:PutRolePolicy"), { ...allow("iam:Put*"), Effect: "Deny" }),
  ),
  unknown("iam-no-privilege-escalation", policyOf(allow(["iam:PassRole", "ecs:RunTask"], UNKNOWN))),
  unknown("iam-no-privilege-escalation", policy({ policy: UNKNOWN })),

  ...broadGrantCases(
    "iam-no-credential-exposure",
    "iam:CreateAccessKey",
    "arn:aws:iam::123456789012:user/payments",
    "arn:aws:iam::123456789012:user/*",
  ),
  passes("iam-no-credential-exposure", policyOf(allow("ecr:GetAuthorizationToken"))),
  ...broadGrantCases(
    "iam-no-data-exfiltration",
    "s3:GetObject",
    "arn:aws:s3:::payments/*",
    "arn:aws:s3:::*/*",
  ),
  fails(
    "iam-no-data-exfiltration",
    policyOf(
      allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:*"),
    ),
  ),
  passes(
    "iam-no-data-exfiltration",
    policyOf(
      allow(
        "secretsmanager:GetSecretValue",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments/*",
      ),
    ),
  ),
  ...broadGrantCases(
    "iam-no-assume-any-role",
    "sts:AssumeRole",
    "arn:aws:iam::123456789012:role/payments",
    "arn:aws:iam::*:role/*",
  ),
  ...broadGrantCases(
    "iam-no-permissions-management",
    "s3:PutBucketPolicy",
    "arn:aws:s3:::payments",
    "arn:aws:s3:::*",
  ),
  ...broadGrantCases(
    "iam-no-unconstrained-write",
    "dynamodb:PutItem",
    "arn:aws:dynamodb:eu-west-1:123456789012:table/payments",
    "arn:aws:dynamodb:*:*:table/*",
  ).filter(({ resources }) => !JSON.stringify(resources).includes("Deny")),
  passes("iam-no-unconstrained-write", policyOf(allow(["dynamodb:GetItem", "kms:Decrypt", "s3:List*"]))),
  passes("iam-no-unconstrained-write", policyOf(allow("DynamoDB:getItem"))),
  // What is left out only reads; what is left may write.
  fails(
    "iam-no-unconstrained-write",
    policyOf({ Effect: "Allow", NotAction: "s3:GetObject", Resource: "*" }),
  ),
  passes(
    "iam-no-unconstrained-write",
    policyOf(allow(["xray:PutTraceSegments", "cloudwatch:PutMetricData"])),
  ),
  passes("iam-no-unconstrained-write", policyOf({ ...allow("dynamodb:PutItem"), Effect: "Deny" })),

  fails("iam-no-resource-wildcard", policyOf(allow(["s3:GetObject", "s3:ListBucket"]))),
  fails("iam-no-resource-wildcard", policyOf(allow("logs:PutLogEvents", ["*", UNKNOWN]))),
  fails("iam-no-resource-wildcard", policyOf(admin)),
  ...failsInEveryPolicy("iam-no-resource-wildcard", allow("s3:GetObject")),
  fails("iam-no-resource-wildcard", policyOf({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })),
  passes("iam-no-resource-wildcard", policyOf(allow("s3:GetObject", "arn:aws:s3:::payments/*"))),
  passes("iam-no-resource-wildcard", policyOf(allow("ecr:GetAuthorizationToken"))),
  passes(
    "iam-no-resource-wildcard",
    policyOf(allow(["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"])),
  ),
  passes(
    "iam-no-resource-wildcard",
    policyOf(allow(["ec2:Describe*", "ssmmessages:*", "xray:PutTraceSegments"])),
  ),
  passes("iam-no-resource-wildcard", policyOf(allow("s3:GetObject", "*", tagged))),
  passes("iam-no-resource-wildcard", policyOf({ ...admin, Effect: "Deny" })),
  unknown("iam-no-resource-wildcard", policyOf(allow("s3:GetObject", UNKNOWN))),

  fails("iam-no-service-wildcards", policyOf(allow("s3:*", "arn:aws:s3:::payments/*"))),
  fails("iam-no-service-wildcards", policyOf(admin)),
  ...failsInEveryPolicy("iam-no-service-wildcards", allow("s3:*")),
  fails("iam-no-service-wildcards", policyOf({ Effect: "Allow", NotAction: "iam:*", Resource: UNKNOWN })),
  passes(
    "iam-no-service-wildcards",
    policyOf(allow(["s3:Get*", "s3:ListBucket"], "arn:aws:s3:::payments/*")),
  ),
  passes("iam-no-service-wildcards", policyOf({ ...allow("s3:*"), Effect: "Deny" })),
  unknown("iam-no-service-wildcards", policyOf(allow(UNKNOWN))),

  fails(
    "iam-no-inline-policies",
    rolePolicy({ role: UNKNOWN, policy: document(allow("s3:GetObject", UNKNOWN)) }),
  ),
  fails("iam-no-inline-policies", userPolicy({ policy: document(admin) })),
  fails("iam-no-inline-policies", groupPolicy({ policy: document(admin) })),
  fails(
    "iam-no-inline-policies",
    of("aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy")({ inlinePolicy: document(admin) }),
  ),
  fails("iam-no-inline-policies", role({ inlinePolicies: [{ policy: UNKNOWN }] })),
  passes(
    "iam-no-inline-policies",
    role({ managedPolicyArns: ["arn:aws:iam::123456789012:policy/payments"] }),
  ),
  passes("iam-no-inline-policies", role({ inlinePolicies: [] })),
  unknown("iam-no-inline-policies", role({ inlinePolicies: UNKNOWN })),

  ...iamTrust,
  ...iamUsers,
];
