import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const role = of("aws:iam/role:Role");
const provider = of("aws:iam/openIdConnectProvider:OpenIdConnectProvider");
const rolePolicy = of("aws:iam/rolePolicy:RolePolicy");
const attachment = of("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
const attachmentOfMany = of("aws:iam/policyAttachment:PolicyAttachment");
const exclusive = of("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive");

const trust = (Principal: unknown, Condition?: object, Action = "sts:AssumeRole") => ({
  Sid: "Trust",
  Effect: "Allow",
  Principal,
  Action,
  Condition,
});
const trusting = (...statements: object[]) => role({ assumeRolePolicy: document(...statements) });
const tasks = { Service: "ecs-tasks.amazonaws.com" };
const ownAccount = { StringEquals: { "aws:SourceAccount": "123456789012" } };
const account = (id: string) => ({ AWS: `arn:aws:iam::${id}:root` });
const withMfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };

const GITHUB = "token.actions.githubusercontent.com";
const github = (claims: object, Federated: unknown = `arn:aws:iam::123456789012:oidc-provider/${GITHUB}`) =>
  trust(
    { Federated },
    { StringEquals: { [`${GITHUB}:aud`]: "sts.amazonaws.com" }, StringLike: claims },
    "sts:AssumeRoleWithWebIdentity",
  );
const webIdentity = (issuer: string, sub: string) =>
  trust(
    { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
    { StringLike: { [`${issuer}:sub`]: sub } },
    "sts:AssumeRoleWithWebIdentity",
  );

const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const foreign = (more: object = {}) =>
  role({
    name: "auditor",
    arn: "arn:aws:iam::123456789012:role/auditor",
    assumeRolePolicy: document(trust(account("999999999999"))),
    ...more,
  });
const ofRole = { role: ["Role"] };

export default [
  fails("iam-role-trust-no-wildcard", trusting(trust("*"))),
  fails("iam-role-trust-no-wildcard", trusting(trust({ AWS: "*" }))),
  fails("iam-role-trust-no-wildcard", trusting(trust({ AWS: [UNKNOWN, "*"] }))),
  fails("iam-role-trust-no-wildcard", trusting(trust({ Service: "*" }))),
  fails("iam-role-trust-no-wildcard", trusting(trust({ Service: "*.amazonaws.com" }))),
  fails("iam-role-trust-no-wildcard", role({ assumeRolePolicy: { Statement: [trust("*", withMfa)] } })),
  passes("iam-role-trust-no-wildcard", trusting(trust(tasks))),
  passes("iam-role-trust-no-wildcard", trusting(trust(account("123456789012")))),
  passes(
    "iam-role-trust-no-wildcard",
    trusting(trust({ AWS: "*" }, { StringEquals: { "aws:PrincipalOrgID": "o-1a2b3c" } })),
  ),
  passes("iam-role-trust-no-wildcard", trusting({ ...trust("*"), Effect: "Deny" })),
  unknown("iam-role-trust-no-wildcard", role({ assumeRolePolicy: UNKNOWN })),
  unknown("iam-role-trust-no-wildcard", trusting(trust({ AWS: UNKNOWN }))),

  fails("iam-role-confused-deputy", trusting(trust(tasks))),
  fails(
    "iam-role-confused-deputy",
    trusting(trust({ Service: ["lambda.amazonaws.com", "events.amazonaws.com"] })),
  ),
  fails("iam-role-confused-deputy", trusting(trust(tasks, { StringLike: { "aws:SourceAccount": "*" } }))),
  fails(
    "iam-role-confused-deputy",
    trusting(trust(tasks, { ArnLike: { "aws:SourceArn": "arn:aws:ecs:*:*:*" } })),
  ),
  fails("iam-role-confused-deputy", trusting(trust({ Service: UNKNOWN }), trust(tasks))),
  passes("iam-role-confused-deputy", trusting(trust(tasks, ownAccount))),
  passes(
    "iam-role-confused-deputy",
    trusting(trust(tasks, { ArnLike: { "aws:SourceArn": "arn:aws:ecs:eu-west-1:123456789012:*" } })),
  ),
  passes(
    "iam-role-confused-deputy",
    trusting(
      trust({ Service: "cognito-idp.amazonaws.com" }, { StringEquals: { "sts:ExternalId": "payments" } }),
    ),
  ),
  // Lambda and EC2 say nothing of whom they act for, and take only roles of the function's or server's own account.
  passes("iam-role-confused-deputy", trusting(trust({ Service: "lambda.amazonaws.com" }))),
  passes("iam-role-confused-deputy", trusting(trust({ Service: "ec2.amazonaws.com" }))),
  passes("iam-role-confused-deputy", trusting(trust(account("123456789012")))),
  passes("iam-role-confused-deputy", trusting({ ...trust(tasks), Effect: "Deny" })),
  {
    ...fails("iam-role-confused-deputy", trusting(trust({ Service: "lambda.amazonaws.com" }))),
    parameters: { servicesWithoutSource: [] },
  },
  unknown("iam-role-confused-deputy", role({ assumeRolePolicy: UNKNOWN })),
  unknown(
    "iam-role-confused-deputy",
    trusting(trust(tasks, { StringEquals: { "aws:SourceAccount": UNKNOWN } })),
  ),

  fails("iam-oidc-trust-narrow", trusting(github({ [`${GITHUB}:sub`]: "repo:payments/*" }))),
  fails("iam-oidc-trust-narrow", trusting(github({}))),
  fails("iam-oidc-trust-narrow", trusting(github({ [`${GITHUB}:sub`]: "*" }))),
  fails(
    "iam-oidc-trust-narrow",
    trusting(github({ [`${GITHUB}:sub`]: ["repo:payments/api:*", "repo:*/api:*"] })),
  ),
  fails("iam-oidc-trust-narrow", trusting(github({ [`${GITHUB}:repository`]: "payments/*" }))),
  fails("iam-oidc-trust-narrow", trusting(webIdentity("gitlab.com", "project_path:payments/*"))),
  fails("iam-oidc-trust-narrow", trusting(webIdentity("app.terraform.io", "organization:payments:*"))),
  fails(
    "iam-oidc-trust-narrow",
    role(
      {
        assumeRolePolicy: document(trust({ Federated: UNKNOWN }, undefined, "sts:AssumeRoleWithWebIdentity")),
      },
      { assumeRolePolicy: ["OpenIdConnectProvider"] },
    ),
    provider({ url: `https://${GITHUB}`, clientIdLists: ["sts.amazonaws.com"] }),
  ),
  passes(
    "iam-oidc-trust-narrow",
    trusting(github({ [`${GITHUB}:sub`]: "repo:payments/api:ref:refs/heads/main" })),
  ),
  passes("iam-oidc-trust-narrow", trusting(github({ [`${GITHUB}:sub`]: "repo:payments/api:*" }, UNKNOWN))),
  passes("iam-oidc-trust-narrow", trusting(github({ [`${GITHUB}:repository`]: "payments/api" }))),
  passes(
    "iam-oidc-trust-narrow",
    trusting(
      github({ [`${GITHUB}:job_workflow_ref`]: "payments/ci/.github/workflows/deploy.yml@refs/heads/*" }),
    ),
  ),
  passes(
    "iam-oidc-trust-narrow",
    trusting(webIdentity("gitlab.com", "project_path:payments/api:ref_type:branch:*")),
  ),
  passes(
    "iam-oidc-trust-narrow",
    trusting(webIdentity("app.terraform.io", "organization:payments:project:api:workspace:*")),
  ),
  passes(
    "iam-oidc-trust-narrow",
    trusting(webIdentity("oidc.circleci.com/org/1234", "org/1234/project/5678/user/*")),
  ),
  passes(
    "iam-oidc-trust-narrow",
    trusting(webIdentity("agent.buildkite.com", "organization:payments:pipeline:api:*")),
  ),
  passes(
    "iam-oidc-trust-narrow",
    trusting(
      webIdentity("api.bitbucket.org/2.0/workspaces/payments/pipelines-config/identity/oidc", "{1234}:*"),
    ),
  ),
  // An issuer of one's own, of a server or a cluster, signs for nobody else.
  passes("iam-oidc-trust-narrow", trusting(webIdentity("gitlab.company.com", "project_path:*"))),
  passes(
    "iam-oidc-trust-narrow",
    trusting(webIdentity("oidc.eks.eu-west-1.amazonaws.com/id/1234", "system:serviceaccount:*")),
  ),
  passes("iam-oidc-trust-narrow", trusting(trust(tasks))),
  unknown("iam-oidc-trust-narrow", role({ assumeRolePolicy: UNKNOWN })),
  unknown(
    "iam-oidc-trust-narrow",
    trusting(trust({ Federated: UNKNOWN }, undefined, "sts:AssumeRoleWithWebIdentity")),
  ),
  unknown("iam-oidc-trust-narrow", trusting(github({ [`${GITHUB}:sub`]: UNKNOWN }))),

  fails("iam-role-no-foreign-readonly", foreign({ managedPolicyArns: [READ_ONLY] })),
  fails(
    "iam-role-no-foreign-readonly",
    foreign(),
    attachment({ role: UNKNOWN, policyArn: READ_ONLY }, ofRole),
  ),
  fails("iam-role-no-foreign-readonly", foreign(), attachment({ role: "auditor", policyArn: READ_ONLY })),
  fails(
    "iam-role-no-foreign-readonly",
    foreign(),
    attachmentOfMany({ roles: ["auditor"], policyArn: READ_ONLY }),
  ),
  fails(
    "iam-role-no-foreign-readonly",
    foreign(),
    exclusive({ roleName: "auditor", policyArns: [READ_ONLY] }),
  ),
  fails(
    "iam-role-no-foreign-readonly",
    foreign({
      managedPolicyArns: [READ_ONLY],
      assumeRolePolicy: document(trust({ AWS: "999999999999" }), trust(tasks)),
    }),
  ),
  passes(
    "iam-role-no-foreign-readonly",
    foreign({ managedPolicyArns: ["arn:aws:iam::aws:policy/SecurityAudit"] }),
  ),
  passes("iam-role-no-foreign-readonly", foreign(), attachment({ role: "another", policyArn: READ_ONLY })),
  passes(
    "iam-role-no-foreign-readonly",
    foreign({ managedPolicyArns: [READ_ONLY], assumeRolePolicy: document(trust(account("123456789012"))) }),
  ),
  passes(
    "iam-role-no-foreign-readonly",
    foreign({ managedPolicyArns: [READ_ONLY], assumeRolePolicy: document(trust(tasks)) }),
  ),
  unknown("iam-role-no-foreign-readonly", foreign({ managedPolicyArns: [READ_ONLY], arn: UNKNOWN })),
  unknown("iam-role-no-foreign-readonly", foreign(), attachment({ role: "auditor", policyArn: UNKNOWN })),

  fails("iam-role-trust-mfa", trusting(trust(account("123456789012")))),
  fails("iam-role-trust-mfa", trusting(trust({ AWS: "arn:aws:iam::123456789012:user/alice" }))),
  fails(
    "iam-role-trust-mfa",
    trusting(trust({ AWS: "123456789012" }, { Bool: { "aws:SecureTransport": "true" } })),
  ),
  passes("iam-role-trust-mfa", trusting(trust(account("123456789012"), withMfa))),
  passes(
    "iam-role-trust-mfa",
    trusting(trust(account("123456789012"), { NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } })),
  ),
  passes("iam-role-trust-mfa", trusting(trust({ AWS: "arn:aws:iam::123456789012:role/deploy" }))),
  passes(
    "iam-role-trust-mfa",
    trusting(trust(account("999999999999"), { StringEquals: { "sts:ExternalId": "vendor" } })),
  ),
  passes("iam-role-trust-mfa", trusting(trust(tasks))),
  unknown("iam-role-trust-mfa", role({ assumeRolePolicy: UNKNOWN })),

  fails("iam-role-session-duration", role({ maxSessionDuration: 43_200 })),
  fails("iam-role-session-duration", role({ maxSessionDuration: 3601 })),
  passes("iam-role-session-duration", role({ maxSessionDuration: 3600 })),
  passes("iam-role-session-duration", role()),
  {
    ...passes("iam-role-session-duration", role({ maxSessionDuration: 7200 })),
    parameters: { maximumSeconds: 7200 },
  },
  unknown("iam-role-session-duration", role({ maxSessionDuration: UNKNOWN })),

  fails(
    "iam-no-mixed-policy-management",
    role({ inlinePolicies: [{ name: "logs" }] }),
    rolePolicy({ role: UNKNOWN }, ofRole),
  ),
  fails(
    "iam-no-mixed-policy-management",
    role({ name: "payments", managedPolicyArns: [READ_ONLY] }),
    attachment({ role: "payments", policyArn: UNKNOWN }),
  ),
  fails(
    "iam-no-mixed-policy-management",
    role({ name: "payments", managedPolicyArns: [READ_ONLY] }),
    attachmentOfMany({ roles: ["payments"], policyArn: UNKNOWN }),
  ),
  passes("iam-no-mixed-policy-management", role(), rolePolicy({ role: UNKNOWN }, ofRole)),
  passes(
    "iam-no-mixed-policy-management",
    role({ name: "payments", inlinePolicies: [{ name: "logs" }] }),
    rolePolicy({ role: "orders" }),
    attachment({ role: "payments", policyArn: READ_ONLY }),
  ),
  unknown(
    "iam-no-mixed-policy-management",
    role({ inlinePolicies: [{ name: "logs" }] }),
    rolePolicy({ role: UNKNOWN }),
  ),
];
