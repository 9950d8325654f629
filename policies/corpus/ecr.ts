import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const repository = of("aws:ecr/repository:Repository");
const registry = of("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration");
const lifecycle = of("aws:ecr/lifecyclePolicy:LifecyclePolicy");
const policy = of("aws:ecr/repositoryPolicy:RepositoryPolicy");

const payments = repository({ name: "payments" });
const scanning = (scanFrequency: string, filter: string) =>
  registry({
    scanType: "BASIC",
    rules: [{ scanFrequency, repositoryFilters: [{ filter, filterType: "WILDCARD" }] }],
  });
const everyone = { Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
const ofRepository = { repository: ["Repository"] };
const expiry = (type: string) => JSON.stringify({ rules: [{ rulePriority: 1, action: { type } }] });

export default [
  fails("ecr-scan-on-push", payments),
  fails("ecr-scan-on-push", payments, scanning("MANUAL", "*")),
  fails("ecr-scan-on-push", payments, scanning("SCAN_ON_PUSH", "ledger*")),
  passes("ecr-scan-on-push", repository({ imageScanningConfiguration: { scanOnPush: true } })),
  passes("ecr-scan-on-push", repository(), scanning("SCAN_ON_PUSH", "*")),
  passes("ecr-scan-on-push", payments, scanning("CONTINUOUS_SCAN", "pay*")),
  passes(
    "ecr-scan-on-push",
    repository({ imageScanningConfiguration: UNKNOWN }),
    scanning("SCAN_ON_PUSH", "*"),
  ),
  unknown("ecr-scan-on-push", repository({ imageScanningConfiguration: UNKNOWN })),
  unknown("ecr-scan-on-push", repository({ name: UNKNOWN }), scanning("SCAN_ON_PUSH", "pay*")),

  fails("ecr-policy-not-public", policy({ repository: "payments", policy: document(everyone) })),
  fails("ecr-policy-not-public", policy({ policy: document({ ...everyone, Principal: { AWS: "*" } }) })),
  passes(
    "ecr-policy-not-public",
    policy({ policy: document({ ...everyone, Principal: { AWS: "arn:aws:iam::123456789012:root" } }) }),
  ),
  passes(
    "ecr-policy-not-public",
    policy({
      policy: document({ ...everyone, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
    }),
  ),
  unknown("ecr-policy-not-public", policy({ policy: UNKNOWN })),

  fails("ecr-kms-encrypted", payments),
  fails("ecr-kms-encrypted", repository({ encryptionConfigurations: [{ encryptionType: "AES256" }] })),
  passes(
    "ecr-kms-encrypted",
    repository({ encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: UNKNOWN }] }),
  ),
  unknown("ecr-kms-encrypted", repository({ encryptionConfigurations: [{ encryptionType: UNKNOWN }] })),
  fails("ecr-cmk", payments),
  fails("ecr-cmk", repository({ encryptionConfigurations: [{ encryptionType: "KMS" }] })),
  fails(
    "ecr-cmk",
    repository({ encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: "alias/aws/ecr" }] }),
  ),
  passes("ecr-cmk", repository({ encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: UNKNOWN }] })),

  fails("ecr-immutable-tags", payments),
  fails("ecr-immutable-tags", repository({ imageTagMutability: "MUTABLE" })),
  passes("ecr-immutable-tags", repository({ imageTagMutability: "IMMUTABLE" })),
  fails(
    "ecr-immutable-tags",
    repository({
      imageTagMutability: "MUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filter: "latest", filterType: "WILDCARD" }],
    }),
  ),
  unknown("ecr-immutable-tags", repository({ imageTagMutability: UNKNOWN })),

  fails("ecr-lifecycle-policy", payments),
  fails("ecr-lifecycle-policy", payments, lifecycle({ repository: "ledger", policy: expiry("expire") })),
  fails(
    "ecr-lifecycle-policy",
    payments,
    lifecycle({ repository: UNKNOWN, policy: expiry("expire") }, { repository: ["another"] }),
  ),
  fails("ecr-lifecycle-policy", payments, lifecycle({ repository: "payments", policy: "{}" })),
  passes("ecr-lifecycle-policy", payments, lifecycle({ repository: "payments", policy: expiry("expire") })),
  passes(
    "ecr-lifecycle-policy",
    repository(),
    lifecycle({ repository: UNKNOWN, policy: expiry("expire") }, ofRepository),
  ),
  unknown(
    "ecr-lifecycle-policy",
    payments,
    lifecycle({ repository: UNKNOWN, policy: UNKNOWN }, ofRepository),
  ),

  fails("ecr-enhanced-scanning", scanning("SCAN_ON_PUSH", "*")),
  fails("ecr-enhanced-scanning", registry({ scanType: "ENHANCED", rules: [] })),
  fails(
    "ecr-enhanced-scanning",
    registry({ scanType: "ENHANCED", rules: [{ scanFrequency: "SCAN_ON_PUSH" }] }),
  ),
  passes(
    "ecr-enhanced-scanning",
    registry({ scanType: "ENHANCED", rules: [{ scanFrequency: "CONTINUOUS_SCAN" }] }),
  ),
  unknown("ecr-enhanced-scanning", registry({ scanType: UNKNOWN })),
  { ...fails("ecr-enhanced-scanning"), parameters: { required: true } },
  passes("ecr-enhanced-scanning"),
];
