import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";
import { failsInEveryPolicy } from "./identity-policies.ts";

const key = of("aws:kms/key:Key");
const externalKey = of("aws:kms/externalKey:ExternalKey");
const replica = of("aws:kms/replicaKey:ReplicaKey");
const externalReplica = of("aws:kms/replicaExternalKey:ReplicaExternalKey");
const keyPolicy = of("aws:kms/keyPolicy:KeyPolicy");
const grant = of("aws:kms/grant:Grant");
const policy = of("aws:iam/policy:Policy");
const role = of("aws:iam/role:Role");

const account = {
  Sid: "Account",
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::123456789012:root" },
  Action: "kms:*",
  Resource: "*",
};
const user = {
  ...account,
  Sid: "Use",
  Principal: { AWS: "arn:aws:iam::123456789012:role/payments" },
  Action: "kms:Decrypt",
};
const everyone = { ...user, Principal: "*" };
const decrypt = { Sid: "Read", Effect: "Allow", Action: "kms:Decrypt", Resource: "*" };
const granted = {
  keyId: UNKNOWN,
  granteePrincipal: "arn:aws:iam::123456789012:role/payments",
  operations: ["Decrypt", "DescribeKey"],
};

export default [
  fails("kms-policy-no-wildcard-principal", key({ policy: document(account, everyone) })),
  fails("kms-policy-no-wildcard-principal", keyPolicy({ policy: document(everyone) })),
  fails("kms-policy-no-wildcard-principal", externalKey({ policy: document(everyone) })),
  fails("kms-policy-no-wildcard-principal", replica({ policy: document(everyone) })),
  fails("kms-policy-no-wildcard-principal", externalReplica({ policy: document(everyone) })),
  fails(
    "kms-policy-no-wildcard-principal",
    key({ policy: document({ ...user, Principal: { AWS: [UNKNOWN, "*"] } }) }),
  ),
  passes("kms-policy-no-wildcard-principal", key({ policy: document(account, user) })),
  passes(
    "kms-policy-no-wildcard-principal",
    key({
      policy: document({ ...everyone, Condition: { StringEquals: { "kms:CallerAccount": "123456789012" } } }),
    }),
  ),
  // What AWS writes where the policy is left out.
  passes("kms-policy-no-wildcard-principal", key()),
  unknown("kms-policy-no-wildcard-principal", key({ policy: UNKNOWN })),
  // An unknown principal may turn out to be everyone.
  unknown(
    "kms-policy-no-wildcard-principal",
    key({ policy: document({ ...user, Principal: { AWS: UNKNOWN } }) }),
  ),

  fails("kms-policy-least-privilege", key({ policy: document(account, { ...user, Action: "kms:*" }) })),
  fails(
    "kms-policy-least-privilege",
    keyPolicy({ policy: document({ ...user, Action: ["kms:Put*", "kms:Decrypt"] }) }),
  ),
  fails("kms-policy-least-privilege", externalKey({ policy: document({ ...user, Action: "kms:*" }) })),
  fails(
    "kms-policy-least-privilege",
    key({ policy: document({ ...account, Principal: { AWS: UNKNOWN } }, { ...user, Action: "*" }) }),
  ),
  // In statements of their own, and still the same principal.
  fails(
    "kms-policy-least-privilege",
    key({ policy: document(account, user, { ...user, Sid: "Administer", Action: "kms:PutKeyPolicy" }) }),
  ),
  passes("kms-policy-least-privilege", key({ policy: document(account, user) })),
  passes(
    "kms-policy-least-privilege",
    key({
      policy: document(user, {
        ...user,
        Principal: { AWS: "arn:aws:iam::123456789012:role/keys" },
        Action: "kms:Put*",
      }),
    }),
  ),
  passes("kms-policy-least-privilege", key()),
  passes("kms-policy-least-privilege", replica()),
  passes("kms-policy-least-privilege", externalReplica({ policy: document(account, user) })),
  unknown("kms-policy-least-privilege", key({ policy: UNKNOWN })),
  unknown(
    "kms-policy-least-privilege",
    key({ policy: document({ ...account, Principal: { AWS: UNKNOWN } }) }),
  ),

  fails("kms-no-policy-lockout-bypass", key({ bypassPolicyLockoutSafetyCheck: true })),
  fails("kms-no-policy-lockout-bypass", keyPolicy({ bypassPolicyLockoutSafetyCheck: true })),
  fails("kms-no-policy-lockout-bypass", externalKey({ bypassPolicyLockoutSafetyCheck: true })),
  fails("kms-no-policy-lockout-bypass", replica({ bypassPolicyLockoutSafetyCheck: true })),
  fails("kms-no-policy-lockout-bypass", externalReplica({ bypassPolicyLockoutSafetyCheck: true })),
  passes("kms-no-policy-lockout-bypass", key({ policy: UNKNOWN })),
  passes("kms-no-policy-lockout-bypass", key({ bypassPolicyLockoutSafetyCheck: false })),
  unknown("kms-no-policy-lockout-bypass", key({ bypassPolicyLockoutSafetyCheck: UNKNOWN })),

  fails("kms-deletion-window", key({ deletionWindowInDays: 7 })),
  fails("kms-deletion-window", replica({ deletionWindowInDays: 13 })),
  { ...fails("kms-deletion-window", key({ deletionWindowInDays: 20 })), parameters: { minimumDays: 30 } },
  passes("kms-deletion-window", key({ deletionWindowInDays: 30 })),
  fails("kms-deletion-window", externalReplica({ deletionWindowInDays: 7 })),
  passes("kms-deletion-window", externalKey({ deletionWindowInDays: 14 })),
  passes("kms-deletion-window", key()),
  unknown("kms-deletion-window", key({ deletionWindowInDays: UNKNOWN })),

  fails("kms-rotation", key({ description: "Encrypts payments" })),
  fails("kms-rotation", key({ enableKeyRotation: true, rotationPeriodInDays: 366 })),
  passes("kms-rotation", key({ enableKeyRotation: true })),
  passes("kms-rotation", key({ enableKeyRotation: true, rotationPeriodInDays: 365 })),
  passes("kms-rotation", key({ customerMasterKeySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" })),
  passes("kms-rotation", key({ customKeyStoreId: UNKNOWN })),
  { ...fails("kms-rotation", key({ enableKeyRotation: true })), parameters: { maximumDays: 180 } },
  unknown("kms-rotation", key({ enableKeyRotation: UNKNOWN })),

  fails("kms-grant-least-privilege", grant(granted)),
  fails(
    "kms-grant-least-privilege",
    grant({ ...granted, operations: ["DescribeKey", "CreateGrant"], constraints: [] }),
  ),
  passes(
    "kms-grant-least-privilege",
    grant({ ...granted, constraints: [{ encryptionContextSubset: { application: "payments" } }] }),
  ),
  passes("kms-grant-least-privilege", grant({ ...granted, operations: ["DescribeKey", "Verify"] })),
  passes("kms-grant-least-privilege", grant({ ...granted, constraints: UNKNOWN })),
  { ...passes("kms-grant-least-privilege", grant(granted)), parameters: { constrained: false } },
  unknown("kms-grant-least-privilege", grant({ ...granted, operations: [UNKNOWN] })),

  fails("kms-key-spec-approved", key({ customerMasterKeySpec: "ECC_SECG_P256K1", keyUsage: "SIGN_VERIFY" })),
  fails("kms-key-spec-approved", externalKey({ keyMaterialBase64: UNKNOWN })),
  fails("kms-key-spec-approved", key({ xksKeyId: "of-our-own", customKeyStoreId: UNKNOWN })),
  {
    ...fails("kms-key-spec-approved", key({ customerMasterKeySpec: "RSA_2048", keyUsage: "SIGN_VERIFY" })),
    parameters: { usages: ["ENCRYPT_DECRYPT"] },
  },
  passes("kms-key-spec-approved", key({ customerMasterKeySpec: "RSA_4096", keyUsage: "SIGN_VERIFY" })),
  passes("kms-key-spec-approved", key()),
  passes("kms-key-spec-approved", key({ customKeyStoreId: UNKNOWN })),
  { ...passes("kms-key-spec-approved", externalKey()), parameters: { origins: ["EXTERNAL"] } },
  unknown("kms-key-spec-approved", key({ customerMasterKeySpec: UNKNOWN })),
  fails("kms-key-spec-approved", key({ customerMasterKeySpec: UNKNOWN, keyUsage: "TO_BE_INVENTED" })),

  fails("kms-iam-no-decrypt-all", policy({ policy: document(decrypt) })),
  fails(
    "kms-iam-no-decrypt-all",
    policy({ policy: document({ ...decrypt, Resource: "arn:aws:kms:*:123456789012:key/*" }) }),
  ),
  ...failsInEveryPolicy("kms-iam-no-decrypt-all", decrypt),
  // Which service asks says nothing of which key is meant.
  fails(
    "kms-iam-no-decrypt-all",
    role({
      inlinePolicies: [
        {
          policy: document({
            ...decrypt,
            Condition: { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } },
          }),
        },
      ],
    }),
  ),
  passes(
    "kms-iam-no-decrypt-all",
    policy({ policy: document({ ...decrypt, Resource: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd" }) }),
  ),
  passes(
    "kms-iam-no-decrypt-all",
    policy({
      policy: document({
        ...decrypt,
        Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/payments" } },
      }),
    }),
  ),
  passes("kms-iam-no-decrypt-all", policy({ policy: document({ ...decrypt, Action: "kms:DescribeKey" }) })),
  passes("kms-iam-no-decrypt-all", policy({ policy: document(decrypt, { ...decrypt, Effect: "Deny" }) })),
  unknown("kms-iam-no-decrypt-all", policy({ policy: document({ ...decrypt, Resource: UNKNOWN }) })),

  fails("kms-key-enabled", key({ isEnabled: false })),
  fails("kms-key-enabled", replica({ enabled: false })),
  fails("kms-key-enabled", externalKey({ enabled: "false" })),
  passes("kms-key-enabled", key({ isEnabled: true })),
  passes("kms-key-enabled", externalReplica()),
  unknown("kms-key-enabled", key({ isEnabled: UNKNOWN })),

  fails("kms-not-multi-region", key({ multiRegion: true })),
  fails("kms-not-multi-region", externalKey({ multiRegion: true })),
  fails("kms-not-multi-region", replica({ primaryKeyArn: UNKNOWN })),
  fails("kms-not-multi-region", externalReplica({ primaryKeyArn: UNKNOWN })),
  passes("kms-not-multi-region", key({ multiRegion: false })),
  passes("kms-not-multi-region", key()),
  unknown("kms-not-multi-region", key({ multiRegion: UNKNOWN })),

  fails("kms-described", key({ enableKeyRotation: true })),
  fails("kms-described", externalReplica({ description: "" })),
  passes("kms-described", key({ description: "Encrypts payments" })),
  passes("kms-described", externalKey({ description: "Encrypts payments" })),
  passes("kms-described", replica({ description: UNKNOWN })),
];
