import {
  ADMINISTRATOR,
  allow,
  app,
  assignedFor,
  decrypt,
  inline,
  inlineOfSet,
  paymentsRole,
  permissionSet,
  read,
  ROLE_ARN,
  SECRET_ARN,
  SET_ARN,
  stranger,
} from "./access.test-support.ts";
import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const secret = of("aws:secretsmanager/secret:Secret");
const version = of("aws:secretsmanager/secretVersion:SecretVersion");
const secretPolicy = of("aws:secretsmanager/secretPolicy:SecretPolicy");
const parameter = of("aws:ssm/parameter:Parameter");
const key = of("aws:kms/key:Key");
const keyPolicy = of("aws:kms/keyPolicy:KeyPolicy");
const externalKey = of("aws:kms/externalKey:ExternalKey");
const replicaKey = of("aws:kms/replicaKey:ReplicaKey");
const replicaExternalKey = of("aws:kms/replicaExternalKey:ReplicaExternalKey");
const grant = of("aws:kms/grant:Grant");
const role = of("aws:iam/role:Role");
const user = of("aws:iam/user:User");
const group = of("aws:iam/group:Group");
const rolePolicy = of("aws:iam/rolePolicy:RolePolicy");
const userPolicy = of("aws:iam/userPolicy:UserPolicy");
const groupPolicy = of("aws:iam/groupPolicy:GroupPolicy");
const policy = of("aws:iam/policy:Policy");
const attachment = of("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
const userAttachment = of("aws:iam/userPolicyAttachment:UserPolicyAttachment");
const groupAttachment = of("aws:iam/groupPolicyAttachment:GroupPolicyAttachment");
const anyAttachment = of("aws:iam/policyAttachment:PolicyAttachment");
const onlyAttachments = of("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive");
const setAttachment = of("aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment");
const setAttachments = of("aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive");
const namedAttachment = of("aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment");
const namedAttachments = of(
  "aws:ssoadmin/customerManagedPolicyAttachmentsExclusive:CustomerManagedPolicyAttachmentsExclusive",
);
const setBoundary = of("aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment");
const profile = of("aws:iam/instanceProfile:InstanceProfile");
const task = of("aws:ecs/taskDefinition:TaskDefinition");
const lambda = of("aws:lambda/function:Function");
const instance = of("aws:ec2/instance:Instance");

const KEY_ARN = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d";
const ACCOUNT = "arn:aws:iam::111122223333:root";
const payments = secret({ name: "payments/db", arn: SECRET_ARN });
const paymentsKey = key({ arn: KEY_ARN });
const SECRETS = "arn:aws:secretsmanager:eu-central-1:111122223333:secret";

export default [
  // One role of several services that reads every secret.
  fails("secret-readers-least", payments, paymentsRole, app, inline(read("*"))),
  fails("secret-readers-least", payments, paymentsRole, stranger, inline(read(`${SECRETS}:payments/*`))),
  fails("secret-readers-least", payments, paymentsRole, stranger, inline(read(`${SECRETS}:pay*-?1b2c3`))),
  fails("secret-readers-least", payments, paymentsRole, app, inline(allow("*", "*"))),
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    inline({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }),
  ),
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    inline({ Effect: "Allow", Action: "secretsmanager:Get*", NotResource: `${SECRETS}:ledger/*` }),
  ),
  // The second of two statements without a name.
  fails("secret-readers-least", payments, paymentsRole, app, inline(read(SECRET_ARN), read("*"))),
  // By name, but nothing runs with the role.
  fails("secret-readers-least", payments, paymentsRole, inline(read(SECRET_ARN))),
  // In all forms of attachment.
  fails(
    "secret-readers-least",
    payments,
    role({ name: "payments", inlinePolicies: [{ name: "read", policy: document(read("*")) }] }),
    lambda({ role: "payments" }),
  ),
  fails("secret-readers-least", payments, role({ managedPolicyArns: [ADMINISTRATOR] })),
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    attachment({ role: "payments", policyArn: ADMINISTRATOR }),
  ),
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    policy({ arn: "arn:policy", policy: document(read("*")) }),
    attachment({ role: "payments", policyArn: "arn:policy" }),
  ),
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    policy({ policy: document(read("*")) }),
    attachment({ role: UNKNOWN, policyArn: UNKNOWN }, { role: ["Role"], policyArn: ["Policy"] }),
  ),
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    policy({ policy: document(read("*")) }),
    anyAttachment({ roles: ["payments"], policyArn: UNKNOWN }, { policyArn: ["Policy"] }),
  ),
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    onlyAttachments({ roleName: "payments", policyArns: [ADMINISTRATOR] }),
  ),
  fails(
    "secret-readers-least",
    payments,
    user({ name: "ann" }),
    userPolicy({ user: "ann", policy: document(read(SECRET_ARN)) }),
  ),
  fails(
    "secret-readers-least",
    payments,
    user({ name: "ann" }),
    userAttachment({ user: "ann", policyArn: ADMINISTRATOR }),
  ),
  fails(
    "secret-readers-least",
    payments,
    group({ name: "admins" }),
    groupPolicy({ group: "admins", policy: document(read(SECRET_ARN)) }),
  ),
  fails("secret-readers-least", payments, groupAttachment({ group: "admins", policyArn: ADMINISTRATOR })),
  // By the secret's own policy.
  fails(
    "secret-readers-least",
    secret({
      arn: SECRET_ARN,
      policy: document(read("*", { Principal: { AWS: "arn:aws:iam::999988887777:role/partner" } })),
    }),
  ),
  fails(
    "secret-readers-least",
    payments,
    secretPolicy({ secretArn: SECRET_ARN, policy: document(read("*", { Principal: "*" })) }),
  ),
  fails(
    "secret-readers-least",
    payments,
    secretPolicy({
      secretArn: SECRET_ARN,
      policy: document(read("*", { Principal: { AWS: "999988887777" } })),
    }),
    paymentsRole,
  ),
  fails(
    "secret-readers-least",
    parameter({ name: "/payments/db", type: "SecureString" }),
    paymentsRole,
    app,
    inline(allow("ssm:*", "*")),
  ),

  passes("secret-readers-least", payments, paymentsRole, app, inline(read(SECRET_ARN))),
  passes(
    "secret-readers-least",
    payments,
    paymentsRole,
    stranger,
    inline(read(`${SECRETS}:payments/db-??????`)),
  ),
  passes("secret-readers-least", payments, paymentsRole, app, inline(read(`${SECRETS}:payments/*`))),
  // Its SECRET_ARN is not known yet, but its name is, or where the SECRET_ARN comes from.
  passes(
    "secret-readers-least",
    secret({ name: "payments/db" }),
    paymentsRole,
    stranger,
    inline(read(`${SECRETS}:payments/db-*`)),
  ),
  passes(
    "secret-readers-least",
    secret(),
    version({ secretId: UNKNOWN }, { secretId: ["Secret"] }),
    role(),
    rolePolicy(
      { role: UNKNOWN, policy: { Statement: [read([UNKNOWN])] } },
      { role: ["Role"], policy: ["SecretVersion"] },
    ),
    task({ containerDefinitions: UNKNOWN, executionRoleArn: UNKNOWN }, { executionRoleArn: ["Role"] }),
  ),
  passes("secret-readers-least", payments, paymentsRole, app, inline(read(`${SECRETS}:ledger/*`))),
  // By signing in with a permission set, however it has the policy.
  fails("secret-readers-least", payments, permissionSet, inlineOfSet(read(SECRET_ARN))),
  fails(
    "secret-readers-least",
    payments,
    setAttachment({ permissionSetArn: SET_ARN, managedPolicyArn: ADMINISTRATOR }),
  ),
  fails(
    "secret-readers-least",
    payments,
    permissionSet,
    setAttachments({ permissionSetArn: SET_ARN, managedPolicyArns: [ADMINISTRATOR] }),
  ),
  ...[
    namedAttachment({ permissionSetArn: SET_ARN, customerManagedPolicyReference: { name: "read" } }),
    namedAttachments({
      permissionSetArn: SET_ARN,
      customerManagedPolicyReferences: [{ name: "audit" }, { name: "read" }],
    }),
  ].map((attachment) =>
    fails(
      "secret-readers-least",
      payments,
      permissionSet,
      policy({ name: "read", policy: document(read(SECRET_ARN)) }, {}, "read"),
      policy({ name: "audit", policy: document(allow("cloudtrail:LookupEvents", "*")) }, {}, "audit"),
      attachment,
    ),
  ),
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    permissionSet,
    inlineOfSet(read(SECRET_ARN)),
    assignedFor("111122223333"),
  ),
  // In another account the permission set is another role.
  passes(
    "secret-readers-least",
    payments,
    paymentsRole,
    permissionSet,
    inlineOfSet(read(SECRET_ARN)),
    assignedFor("999988887777"),
  ),
  passes("secret-readers-least", payments, permissionSet, inlineOfSet(allow("s3:*", "*"))),
  passes(
    "secret-readers-least",
    payments,
    permissionSet,
    inlineOfSet(read("*")),
    policy({ name: "bound", policy: document(allow("s3:*", "*")) }),
    setBoundary({
      permissionSetArn: SET_ARN,
      permissionsBoundary: { customerManagedPolicyReference: { name: "bound" } },
    }),
  ),
  {
    ...passes("secret-readers-least", payments, permissionSet, inlineOfSet(read("*"))),
    parameters: { readers: ["PermissionSet"] },
  },
  unknown(
    "secret-readers-least",
    payments,
    paymentsRole,
    permissionSet,
    inlineOfSet(read(SECRET_ARN)),
    assignedFor(UNKNOWN),
  ),
  unknown(
    "secret-readers-least",
    payments,
    permissionSet,
    namedAttachment({ permissionSetArn: SET_ARN, customerManagedPolicyReference: { name: "elsewhere" } }),
  ),
  passes(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    inline(allow(["secretsmanager:DescribeSecret", "s3:*"], "*")),
  ),
  // Allowed and denied, outright or for all but some.
  passes(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    inline(read("*"), { Effect: "Deny", Action: "secretsmanager:*", Resource: "*" }),
  ),
  passes(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    inline(read("*")),
    secretPolicy({
      secretArn: SECRET_ARN,
      policy: document({
        Effect: "Deny",
        Principal: "*",
        Action: "secretsmanager:GetSecretValue",
        Resource: "*",
        Condition: { StringNotEquals: { "aws:PrincipalArn": ["arn:aws:iam::111122223333:role/ledger"] } },
      }),
    }),
  ),
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    inline(read("*")),
    secretPolicy({
      secretArn: SECRET_ARN,
      policy: document({
        Effect: "Deny",
        Principal: "*",
        Action: "secretsmanager:*",
        Resource: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    }),
  ),
  // Denied to all but one, who is another role or the very same.
  ...["arn:aws:iam::111122223333:role/ledger", ROLE_ARN].map((spared) =>
    (spared === ROLE_ARN ? fails : passes)(
      "secret-readers-least",
      payments,
      paymentsRole,
      app,
      inline(read("*")),
      secretPolicy({
        secretArn: SECRET_ARN,
        policy: document({
          Effect: "Deny",
          NotPrincipal: { AWS: [spared] },
          Action: "secretsmanager:*",
          Resource: "*",
        }),
      }),
    ),
  ),
  // Principals of the secret's own policy: by reference, as a session, by a condition on everyone.
  passes(
    "secret-readers-least",
    payments,
    role(),
    lambda({ role: UNKNOWN }, { role: ["Role"] }),
    secretPolicy(
      { secretArn: SECRET_ARN, policy: document(read("*", { Principal: { AWS: UNKNOWN } })) },
      { policy: ["Role"] },
    ),
  ),
  fails(
    "secret-readers-least",
    payments,
    role(),
    secretPolicy(
      { secretArn: SECRET_ARN, policy: document(read("*", { Principal: { AWS: UNKNOWN } })) },
      { policy: ["Role"] },
    ),
  ),
  passes(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    secretPolicy({
      secretArn: SECRET_ARN,
      policy: document(
        read("*", { Principal: { AWS: "arn:aws:sts::111122223333:assumed-role/payments/session" } }),
      ),
    }),
  ),
  passes(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    secretPolicy({
      secretArn: SECRET_ARN,
      policy: document(
        read("*", { Principal: "*", Condition: { ArnEquals: { "aws:PrincipalArn": ROLE_ARN } } }),
      ),
    }),
  ),
  unknown("secret-readers-least", payments, secretPolicy({ secretArn: SECRET_ARN, policy: UNKNOWN })),
  unknown(
    "secret-readers-least",
    payments,
    secretPolicy({ secretArn: SECRET_ARN, policy: document(read("*", { Principal: { AWS: UNKNOWN } })) }),
  ),
  // A boundary takes away what the policy gives.
  passes(
    "secret-readers-least",
    payments,
    role({ name: "payments", arn: ROLE_ARN, permissionsBoundary: "arn:boundary" }),
    app,
    policy({ arn: "arn:boundary", policy: document(allow("s3:*", "*")) }),
    inline(read("*")),
  ),
  // Parameters that are read by their folder.
  passes(
    "secret-readers-least",
    parameter({ name: "/payments/db/password", type: "SecureString" }),
    paymentsRole,
    lambda({ role: ROLE_ARN, environment: { variables: { SETTINGS: "/payments/db/" } } }),
    inline(allow("ssm:GetParametersByPath", "arn:aws:ssm:*:*:parameter/payments/*")),
  ),
  fails(
    "secret-readers-least",
    parameter({ name: "/payments/db/password", type: "SecureString" }),
    paymentsRole,
    lambda({ role: ROLE_ARN, environment: { variables: { SETTINGS: "/payments/cache/" } } }),
    inline(allow("ssm:GetParametersByPath", "arn:aws:ssm:*:*:parameter/payments/*")),
  ),
  // The own account is what ADMINISTRATOR is in; it narrows nothing.
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    inline(read("*", { Condition: { StringEquals: { "aws:ResourceAccount": "111122223333" } } })),
  ),
  // A missing tag meets a test that asks for it only where there is one.
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    lambda({ role: "other" }),
    inline(read(SECRET_ARN, { Condition: { StringEqualsIfExists: { "aws:ResourceTag/team": "payments" } } })),
  ),
  // Secrets of another tag.
  passes(
    "secret-readers-least",
    secret({ arn: SECRET_ARN, tags: { team: "ledger" } }),
    paymentsRole,
    app,
    inline(read("*", { Condition: { StringEquals: { "aws:ResourceTag/team": "payments" } } })),
  ),
  passes(
    "secret-readers-least",
    payments,
    secretPolicy({
      secretArn: SECRET_ARN,
      policy: document(read("*", { Principal: { Service: "rds.amazonaws.com" } })),
    }),
  ),
  // The account's own root hands the decision over to IAM.
  passes(
    "secret-readers-least",
    payments,
    paymentsRole,
    secretPolicy({ secretArn: SECRET_ARN, policy: document(read("*", { Principal: { AWS: ACCOUNT } })) }),
  ),
  passes(
    "secret-readers-least",
    parameter({ name: "/payments/url", type: "String" }),
    user({ name: "ann" }),
    userAttachment({ user: "ann", policyArn: ADMINISTRATOR }),
  ),
  passes(
    "secret-readers-least",
    payments,
    paymentsRole,
    profile({ name: "payments", role: "payments" }),
    instance({ iamInstanceProfile: "payments" }),
    inline(read(SECRET_ARN)),
  ),
  {
    ...passes(
      "secret-readers-least",
      payments,
      role({ name: "breakGlass", managedPolicyArns: [ADMINISTRATOR] }),
    ),
    parameters: { readers: ["Role"] },
  },
  unknown(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    rolePolicy({ role: "payments", policy: UNKNOWN }),
  ),
  unknown("secret-readers-least", payments, paymentsRole, app, inline(read(UNKNOWN))),
  unknown("secret-readers-least", secret(), paymentsRole, stranger, inline(read(`${SECRETS}:payments/*`))),
  // A policy of the account that this stack does not have.
  unknown(
    "secret-readers-least",
    payments,
    paymentsRole,
    attachment({ role: "payments", policyArn: "arn:aws:iam::111122223333:policy/team" }),
  ),
  fails(
    "secret-readers-least",
    payments,
    paymentsRole,
    app,
    inline(read("*")),
    rolePolicy({ role: UNKNOWN, policy: UNKNOWN }, { role: ["other"] }, "other"),
  ),

  fails("key-users-least", paymentsKey, paymentsRole, app, inline(decrypt("*"))),
  fails(
    "key-users-least",
    paymentsKey,
    paymentsRole,
    app,
    inline(decrypt("arn:aws:kms:*:111122223333:key/*")),
  ),
  fails(
    "key-users-least",
    key(),
    paymentsRole,
    app,
    inline({ Effect: "Allow", NotAction: ["iam:*"], Resource: "*" }),
  ),
  fails(
    "key-users-least",
    paymentsKey,
    grant({
      keyId: KEY_ARN,
      granteePrincipal: "arn:aws:iam::999988887777:role/partner",
      operations: ["Decrypt"],
    }),
  ),
  fails(
    "key-users-least",
    key({
      policy: document(allow("kms:*", "*", { Principal: { AWS: "arn:aws:iam::111122223333:user/ann" } })),
    }),
  ),
  fails("key-users-least", externalKey(), paymentsRole, app, inline(decrypt("*"))),
  fails("key-users-least", replicaKey(), paymentsRole, app, inline(decrypt("*"))),
  fails("key-users-least", replicaExternalKey(), paymentsRole, app, inline(decrypt("*"))),
  passes("key-users-least", paymentsKey, paymentsRole, app, inline(decrypt(KEY_ARN))),
  passes("key-users-least", paymentsKey, paymentsRole, app, inline(decrypt("arn:aws:kms:*:*:key/ffff"))),
  passes(
    "key-users-least",
    key(),
    role(),
    lambda({ role: UNKNOWN }, { role: ["Role"] }),
    rolePolicy(
      { role: UNKNOWN, policy: { Statement: decrypt(UNKNOWN) } },
      { role: ["Role"], policy: ["Key"] },
    ),
  ),
  passes(
    "key-users-least",
    paymentsKey,
    paymentsRole,
    app,
    inline(
      decrypt("*", { Condition: { StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } } }),
    ),
  ),
  // A key whose policy does not hand decisions over to IAM.
  passes(
    "key-users-least",
    paymentsKey,
    keyPolicy({ keyId: KEY_ARN, policy: document(allow("kms:*", "*", { Principal: { AWS: ROLE_ARN } })) }),
    paymentsRole,
    app,
    role({ name: "other", managedPolicyArns: [ADMINISTRATOR] }, undefined, "other"),
  ),
  passes(
    "key-users-least",
    key({ policy: document(allow("kms:*", "*", { Principal: { AWS: ACCOUNT } })) }),
    paymentsRole,
  ),
  passes(
    "key-users-least",
    paymentsKey,
    grant({
      keyId: KEY_ARN,
      granteePrincipal: "arn:aws:iam::999988887777:role/partner",
      operations: ["Encrypt"],
    }),
  ),
  {
    ...passes(
      "key-users-least",
      paymentsKey,
      grant({
        keyId: KEY_ARN,
        granteePrincipal: "arn:aws:iam::999988887777:role/partner",
        operations: ["Decrypt"],
      }),
    ),
    parameters: { users: ["arn:aws:iam::999988887777:*"] },
  },
  passes(
    "key-users-least",
    key(),
    role(),
    lambda({ role: UNKNOWN }, { role: ["Role"] }),
    grant(
      { keyId: UNKNOWN, granteePrincipal: UNKNOWN, operations: ["Decrypt"] },
      { keyId: ["Key"], granteePrincipal: ["Role"] },
    ),
  ),
  fails(
    "key-users-least",
    key(),
    role(),
    grant(
      { keyId: UNKNOWN, granteePrincipal: UNKNOWN, operations: ["Decrypt"] },
      { keyId: ["Key"], granteePrincipal: ["Role"] },
    ),
  ),
  unknown("key-users-least", key({ policy: UNKNOWN }), paymentsRole, app),
  unknown(
    "key-users-least",
    paymentsKey,
    grant({ keyId: KEY_ARN, granteePrincipal: UNKNOWN, operations: ["Decrypt"] }),
  ),
];
