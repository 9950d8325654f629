import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const key = of("aws:kms/key:Key");
const keyPolicy = of("aws:kms/keyPolicy:KeyPolicy");
const secret = of("aws:secretsmanager/secret:Secret");
const policy = of("aws:iam/policy:Policy");
const role = of("aws:iam/role:Role");
const rolePolicy = of("aws:iam/rolePolicy:RolePolicy");
const attachment = of("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
const accessKey = of("aws:iam/accessKey:AccessKey");

const account = {
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::123456789012:root" },
  Action: "kms:*",
  Resource: "*",
};
const user = {
  ...account,
  Sid: "Use",
  Principal: { AWS: "arn:aws:iam::123456789012:role/app" },
  Action: "kms:Decrypt",
};
const admin = { Effect: "Allow", Action: "*", Resource: "*" };

export default [
  fails("kms-policy-least-privilege", key({ policy: document(account, { ...user, Action: "kms:*" }) })),
  fails(
    "kms-policy-least-privilege",
    keyPolicy({ policy: document({ ...user, Action: ["kms:Put*", "kms:Decrypt"] }) }),
  ),
  fails("kms-policy-least-privilege", key({ policy: document({ ...user, Principal: "*" }) })),
  fails(
    "kms-policy-least-privilege",
    key({ policy: document({ ...account, Principal: { AWS: UNKNOWN } }, { ...user, Principal: "*" }) }),
  ),
  passes("kms-policy-least-privilege", key()),
  passes("kms-policy-least-privilege", key({ policy: document(account, user) })),
  fails(
    "kms-policy-least-privilege",
    key({ policy: document({ ...user, Principal: { AWS: [UNKNOWN, "*"] } }) }),
  ),
  // An unknown principal may turn out to be everyone.
  unknown(
    "kms-policy-least-privilege",
    key({ policy: document({ ...user, Principal: { AWS: [UNKNOWN] } }) }),
  ),
  unknown("kms-policy-least-privilege", key({ policy: UNKNOWN })),
  unknown(
    "kms-policy-least-privilege",
    key({ policy: document({ ...account, Principal: { AWS: UNKNOWN } }) }),
  ),
  fails("kms-deletion-window", key({ deletionWindowInDays: 7 })),
  { ...fails("kms-deletion-window", key({ deletionWindowInDays: 20 })), parameters: { minimumDays: 30 } },
  passes("kms-deletion-window", key()),
  passes("kms-deletion-window", key({ deletionWindowInDays: 30 })),
  unknown("kms-deletion-window", key({ deletionWindowInDays: UNKNOWN })),
  fails("kms-rotation", key()),
  passes("kms-rotation", key({ enableKeyRotation: true })),
  passes("kms-rotation", key({ customerMasterKeySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" })),
  unknown("kms-rotation", key({ enableKeyRotation: UNKNOWN })),

  fails("secret-cmk", secret()),
  passes("secret-cmk", secret({ kmsKeyId: UNKNOWN })),

  fails("iam-no-admin-policy", policy({ policy: document(admin) })),
  fails("iam-no-admin-policy", rolePolicy({ policy: { Statement: { ...admin, Action: ["s3:Get*", "*"] } } })),
  fails(
    "iam-no-admin-policy",
    policy({ policy: document({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }) }),
  ),
  fails("iam-no-admin-policy", role({ inlinePolicies: [{ policy: UNKNOWN }, { policy: document(admin) }] })),
  fails("iam-no-admin-policy", role({ managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] })),
  fails(
    "iam-no-admin-policy",
    attachment({ policyArn: "arn:aws-us-gov:iam::aws:policy/AdministratorAccess" }),
  ),
  passes("iam-no-admin-policy", policy({ policy: document({ ...admin, Action: "s3:*" }) })),
  passes("iam-no-admin-policy", policy({ policy: document({ ...admin, Resource: "arn:aws:s3:::b/*" }) })),
  passes("iam-no-admin-policy", policy({ policy: document({ ...admin, Effect: "Deny" }) })),
  unknown("iam-no-admin-policy", policy({ policy: UNKNOWN })),
  unknown("iam-no-admin-policy", attachment({ policyArn: UNKNOWN })),
  fails("iam-no-declared-access-keys", accessKey({ user: UNKNOWN })),
  passes("iam-no-declared-access-keys", accessKey({ user: "ci", status: "Inactive" })),
];
