import { statementsOf, type Principal } from "../policy-document.ts";
import { resourceRule } from "../rule.ts";
import { allOf, visit } from "../values.ts";

const KEY = "aws:kms/key:Key";
const KEYS = [
  KEY,
  "aws:kms/externalKey:ExternalKey",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:kms/replicaExternalKey:ReplicaExternalKey",
];

/** The account itself, by which a key policy hands decisions over to IAM. */
function isAccount({ kind, value }: Principal): boolean {
  return kind === "AWS" && /^(\d{12}|arn:aws[\w-]*:iam::\d{12}:root)$/.test(value);
}

export const kmsRules = [
  resourceRule({
    id: "kms-policy-least-privilege",
    title: "Key policies keep administrators and users of a key apart",
    severity: "high",
    types: [...KEYS, "aws:kms/keyPolicy:KeyPolicy"],
    remedy:
      "Give administration (`kms:PutKeyPolicy`, …) and use (`kms:Decrypt`, …) to different principals in statements of " +
      "their own; only the account itself (`arn:aws:iam::<account>:root`) may have `kms:*`.",
    check(props, fail) {
      visit(statementsOf(props.json("policy")), (statement) => {
        const name = `the statement ${statement.sid || "without Sid"}`;
        if (statement.isPublic()) {
          fail(`${name} grants to everyone`);
          return;
        }
        const mixes = allOf(
          () => statement.allows,
          () => statement.coversAction("kms:PutKeyPolicy") && statement.coversAction("kms:Decrypt"),
          () => !statement.principals.every(isAccount),
        );
        if (mixes) fail(`${name} lets the same principal administer and use the key`);
      });
    },
  }),
  resourceRule({
    id: "kms-deletion-window",
    title: "Deletion of keys waits long enough to be stopped",
    severity: "critical",
    types: KEYS,
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
    remedy: "Set `enableKeyRotation: true`.",
    check(props, fail) {
      // AWS rotates symmetric encryption keys only, and not those of a key store of one's own.
      const rotates =
        ["", "ENCRYPT_DECRYPT"].includes(props.text("keyUsage")) &&
        ["", "SYMMETRIC_DEFAULT"].includes(props.text("customerMasterKeySpec")) &&
        !props.declares("customKeyStoreId");
      if (rotates && !props.flag("enableKeyRotation")) fail("enableKeyRotation is not on");
    },
  }),
];
