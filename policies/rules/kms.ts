import { statementsOf, type Principal, type Statement } from "../policy-document.ts";
import { resourceRule, stackRule, type StackRule } from "../rule.ts";
import { allOf, visit } from "../values.ts";
import { noBroadGrantRule } from "./shared/identity-policies.ts";
import { nameOf } from "./shared/resource-policies.ts";

const KEY = "aws:kms/key:Key";
const EXTERNAL_KEY = "aws:kms/externalKey:ExternalKey";
const REPLICAS = ["aws:kms/replicaKey:ReplicaKey", "aws:kms/replicaExternalKey:ReplicaExternalKey"];
const KEYS = [KEY, EXTERNAL_KEY, ...REPLICAS];
const KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy";
const GRANT = "aws:kms/grant:Grant";

/** Operations of a grant to which a constraint on the encryption context can apply. */
const TAKES_CONTEXT = new Set([
  "Decrypt",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
  "GenerateDataKeyWithoutPlaintext",
  "ReEncryptFrom",
  "ReEncryptTo",
]);

/** The account itself, by which a key policy hands decisions over to IAM. */
function isAccount({ kind, value }: Principal): boolean {
  return kind === "AWS" && /^(\d{12}|arn:aws[\w-]*:iam::\d{12}:root)$/.test(value);
}

function allows(statement: Statement, action: string): boolean {
  return allOf(
    () => statement.allows,
    () => statement.coversAction(action),
  );
}

/** Whether one statement lets a principal administer a key and the other lets them use it; one statement may do both. */
function mixes(administration: Statement, use: Statement): boolean {
  return allOf(
    () => allows(administration, "kms:PutKeyPolicy"),
    () => allows(use, "kms:Decrypt"),
    // Of two, one that does both is wrong by itself.
    () =>
      administration === use || !(allows(administration, "kms:Decrypt") || allows(use, "kms:PutKeyPolicy")),
    () => {
      const users = use.principals.map(({ value }) => value);
      return administration.principals.some((one) => !isAccount(one) && users.includes(one.value));
    },
  );
}

/** A rule on the statements of key policies, whether they stand in the key or in a resource of their own. */
function keyPolicyRule(
  rule: Pick<StackRule, "id" | "title" | "severity" | "why" | "remedy">,
  check: (statements: readonly Statement[], fail: (message: string) => void) => void,
): StackRule {
  return stackRule({
    ...rule,
    types: [...KEYS, KEY_POLICY],
    joins: [],
    check({ props }, _stack, fail) {
      check(statementsOf(props.json("policy")), fail);
    },
  });
}

/** A parameter that lists values. */
const list = (description: string, values: readonly string[]) => ({
  type: "array" as const,
  items: { type: "string" as const },
  description,
  default: values,
});

export const kmsRules = [
  keyPolicyRule(
    {
      id: "kms-policy-no-wildcard-principal",
      title: "Key policies grant nothing to everyone",
      severity: "critical",
      why: "Anybody with an account of AWS could use the key, and with it read what it protects.",
      remedy:
        "Name the principals, or narrow them by a condition on `kms:CallerAccount`, `aws:PrincipalOrgID` or " +
        "`aws:SourceArn`.",
    },
    (statements, fail) => {
      visit(statements, (statement) => {
        if (statement.isPublic()) fail(`${nameOf(statement)} grants to everyone`);
      });
    },
  ),
  keyPolicyRule(
    {
      id: "kms-policy-least-privilege",
      title: "Key policies keep administrators and users of a key apart",
      severity: "high",
      why: "Who may both use a key and change its policy can let anybody in, and nobody else need agree.",
      remedy:
        "Give administration (`kms:PutKeyPolicy`, …) and use (`kms:Decrypt`, …) to different principals in statements " +
        "of their own; only the account itself (`arn:aws:iam::<account>:root`) may have `kms:*`.",
    },
    (statements, fail) => {
      const pairs = statements.flatMap((one) => statements.map((other) => [one, other] as const));
      visit(pairs, ([one, other]) => {
        if (!mixes(one, other)) return;
        const who = one === other ? `${nameOf(one)} lets` : `${nameOf(one)} and ${nameOf(other)} let`;
        fail(`${who} the same principal administer and use the key`);
      });
    },
  ),
  resourceRule({
    id: "kms-no-policy-lockout-bypass",
    title: "A key's policy is checked for locking everybody out",
    severity: "critical",
    types: [...KEYS, KEY_POLICY],
    why: "A wrong policy could leave a key that nobody can administer any more, and data that nobody can read.",
    remedy: "Leave `bypassPolicyLockoutSafetyCheck` out or set it to false.",
    check(props, fail) {
      if (props.flag("bypassPolicyLockoutSafetyCheck")) fail("bypassPolicyLockoutSafetyCheck is on");
    },
    remediate: () => ({ bypassPolicyLockoutSafetyCheck: false }),
  }),
  resourceRule({
    id: "kms-deletion-window",
    title: "Deletion of keys waits long enough to be stopped",
    severity: "critical",
    types: KEYS,
    why: "What a deleted key encrypted is lost for good, backups included; the wait is the only way back.",
    remedy: "Leave `deletionWindowInDays` out (30 days) or raise it.",
    parameters: {
      minimumDays: {
        type: "integer",
        minimum: 7,
        maximum: 30,
        description: "Days that a key must stay recoverable once its deletion is asked for.",
        default: 14,
      },
    },
    check(props, fail, parameters) {
      const days = props.number("deletionWindowInDays") ?? 30;
      const minimum = parameters.number("minimumDays") ?? 14;
      if (days < minimum) fail(`deletionWindowInDays is ${days}, less than ${minimum}`);
    },
    remediate: (props) => (props.declares("deletionWindowInDays") ? { deletionWindowInDays: 30 } : undefined),
  }),
  resourceRule({
    id: "kms-rotation",
    title: "Customer keys rotate every year",
    severity: "medium",
    types: [KEY],
    why: "The longer one key encrypts everything, the more is open to whoever breaks or learns it.",
    remedy: "Set `enableKeyRotation: true`, and leave `rotationPeriodInDays` out (365) or lower it.",
    parameters: {
      maximumDays: {
        type: "integer",
        minimum: 90,
        maximum: 2560,
        description: "Days after which a key must rotate.",
        default: 365,
      },
    },
    check(props, fail, parameters) {
      // AWS rotates symmetric encryption keys only, and not those of a key store of one's own.
      const rotates =
        ["", "ENCRYPT_DECRYPT"].includes(props.text("keyUsage")) &&
        ["", "SYMMETRIC_DEFAULT"].includes(props.text("customerMasterKeySpec")) &&
        !props.declares("customKeyStoreId");
      if (!rotates) return;
      if (!props.flag("enableKeyRotation")) {
        fail("enableKeyRotation is not on");
        return;
      }
      const days = props.number("rotationPeriodInDays") ?? 365;
      const maximum = parameters.number("maximumDays") ?? 365;
      if (days > maximum) fail(`rotationPeriodInDays is ${days}, more than ${maximum}`);
    },
  }),
  resourceRule({
    id: "kms-grant-least-privilege",
    title: "Grants allow few operations, on certain data only",
    severity: "medium",
    types: [GRANT],
    why: "A grant works beside all policies: a wide one opens the key where nobody looks for it.",
    remedy:
      "List only what is needed in `operations`, without CreateGrant, and set `constraints` to the encryption context of " +
      'the data, such as `[{ encryptionContextSubset: { application: "payments" } }]`.',
    parameters: {
      forbidden: list("Operations that no grant may allow.", ["CreateGrant"]),
      constrained: {
        type: "boolean",
        description: "Whether operations on data must be held to an encryption context.",
        default: true,
      },
    },
    check(props, fail, parameters) {
      const forbidden = parameters.texts("forbidden");
      const operations = props.texts("operations");
      const wrong = operations.filter((operation) => forbidden.includes(operation));
      if (wrong.length > 0) fail(`operations hold ${wrong.join(", ")}`);
      const unconstrained =
        parameters.flag("constrained") &&
        operations.some((operation) => TAKES_CONTEXT.has(operation)) &&
        !props.declares("constraints");
      if (unconstrained) fail("no constraint holds the grant to certain data");
    },
  }),
  resourceRule({
    id: "kms-key-spec-approved",
    title: "Keys are of an approved kind, use and origin",
    severity: "medium",
    types: [KEY, EXTERNAL_KEY],
    why: "Weak or unusual kinds of keys, and material made elsewhere, escape what was agreed on how keys are made.",
    remedy: "Leave `customerMasterKeySpec`, `keyUsage` and `xksKeyId` out, or choose an approved value.",
    parameters: {
      specs: list("Key specs that may be used.", [
        "SYMMETRIC_DEFAULT",
        "RSA_2048",
        "RSA_3072",
        "RSA_4096",
        "ECC_NIST_P256",
        "ECC_NIST_P384",
        "ECC_NIST_P521",
        "ECC_NIST_EDWARDS25519",
        "HMAC_256",
        "HMAC_384",
        "HMAC_512",
        "ML_DSA_44",
        "ML_DSA_65",
        "ML_DSA_87",
      ]),
      usages: list("Uses that keys may be made for.", [
        "ENCRYPT_DECRYPT",
        "SIGN_VERIFY",
        "GENERATE_VERIFY_MAC",
        "KEY_AGREEMENT",
      ]),
      origins: list(
        "Where key material may come from: AWS_KMS, AWS_CLOUDHSM, EXTERNAL (imported), EXTERNAL_KEY_STORE.",
        ["AWS_KMS", "AWS_CLOUDHSM"],
      ),
    },
    check(props, fail, parameters, type) {
      const origin = () => {
        if (type === EXTERNAL_KEY) return "EXTERNAL";
        if (props.declares("xksKeyId")) return "EXTERNAL_KEY_STORE";
        return props.declares("customKeyStoreId") ? "AWS_CLOUDHSM" : "AWS_KMS";
      };
      const spec = () =>
        props.text(type === KEY ? "customerMasterKeySpec" : "keySpec") || "SYMMETRIC_DEFAULT";
      const looks = [
        { what: "the key spec", value: spec, approved: "specs" },
        { what: "the use", value: () => props.text("keyUsage") || "ENCRYPT_DECRYPT", approved: "usages" },
        { what: "the origin", value: origin, approved: "origins" },
      ];
      visit(looks, ({ what, value, approved }) => {
        const found = value();
        if (!parameters.texts(approved).includes(found)) fail(`${what} is ${found}`);
      });
    },
  }),
  noBroadGrantRule(
    {
      id: "kms-iam-no-decrypt-all",
      title: "Policies of identities do not allow decryption under every key",
      severity: "medium",
      why: "What keeps data of different classes apart is who may use which key; such a policy opens all of them at once.",
      remedy: "Name the keys as `Resource` (`key.arn`), or narrow by a condition on `kms:ResourceAliases`.",
    },
    ["kms:Decrypt", "kms:ReEncryptFrom"],
  ),
  resourceRule({
    id: "kms-key-enabled",
    title: "Declared keys are enabled",
    severity: "low",
    types: KEYS,
    why: "Under a disabled key nothing can be read or written: a service stops, or a key is kept that nobody needs.",
    remedy: "Leave `isEnabled` (of a replica or an imported key `enabled`) out, or delete the key.",
    check(props, fail, _parameters, type) {
      const property = type === KEY ? "isEnabled" : "enabled";
      if (!props.flag(property, true)) fail(`${property} is off`);
    },
  }),
  resourceRule({
    id: "kms-not-multi-region",
    title: "Keys stay in one Region",
    severity: "low",
    types: KEYS,
    why: "The same key material in several Regions can be used in each of them, so data may be read outside its Region.",
    remedy: "Leave `multiRegion` out; encrypt copies in another Region under a key of that Region.",
    check(props, fail, _parameters, type) {
      if (REPLICAS.includes(type)) fail("the key is a replica of one in another Region");
      else if (props.flag("multiRegion")) fail("multiRegion is on");
    },
  }),
  resourceRule({
    id: "kms-described",
    title: "Keys have a description",
    severity: "low",
    types: KEYS,
    why: "Nobody dares to rotate, disable or delete a key of which they cannot tell what it protects.",
    remedy: "Set `description` to what the key protects.",
    check(props, fail) {
      if (!props.declares("description")) fail("description is not given");
    },
  }),
];
