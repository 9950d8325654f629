import { resourceRule, stackRule } from "../rule.ts";
import { some, UnknownValue, visit, type Props } from "../values.ts";
import { textHoldsCredential } from "./shared/credential-documents.ts";
import { containsCredential, namesCredential } from "./shared/credentials.ts";
import { customerKeyRule } from "./shared/customer-key.ts";

const PARAMETER = "aws:ssm/parameter:Parameter";
const DOCUMENT = "aws:ssm/document:Document";
const SETTING = "aws:ssm/serviceSetting:ServiceSetting";

/** What a Plan holds in place of a parameter's value: the SDK takes every one for a secret. */
const SECRET_MARKER = "[secret]";

/** Whether a setting has the id; it may be given as an ARN. */
function isSetting(setting: Props, id: string): boolean {
  return setting.text("settingId").endsWith(id);
}

const PUBLIC_SHARING = "/ssm/documents/console/public-sharing-permission";
const AUTOMATION_LOG = "/ssm/automation/customer-script-log-destination";

/** Where Session Manager may write what was done in a session, and what says that it must be encrypted there. */
const SESSION_LOGS = [
  { destination: "cloudWatchLogGroupName", encrypted: "cloudWatchEncryptionEnabled" },
  { destination: "s3BucketName", encrypted: "s3EncryptionEnabled" },
];

export const ssmRules = [
  resourceRule({
    id: "ssm-parameter-secure-string",
    title: "Parameters that hold credentials are SecureStrings",
    severity: "high",
    types: [PARAMETER],
    why: "A plain parameter is not encrypted, and shows its value to whoever may list parameters in the console.",
    remedy: 'Set `type: "SecureString"` and `keyId`, or keep the credential in `aws.secretsmanager.Secret`.',
    check(props, fail) {
      if (props.text("type") === "SecureString") return;
      const name = props.text("name");
      if (namesCredential(name.split("/").at(-1) ?? "")) {
        fail(`${name} is of type ${props.text("type")}`);
        return;
      }
      const value = props.text("insecureValue") || props.text("value");
      if (value === SECRET_MARKER) throw new UnknownValue(["value"]);
      if (containsCredential(value)) fail(`a credential stands in a parameter of type ${props.text("type")}`);
    },
  }),
  stackRule({
    id: "ssm-document-not-public",
    title: "Documents of Systems Manager are not shared with everyone",
    severity: "high",
    types: [DOCUMENT, SETTING],
    joins: [],
    why: "Everybody could read how the systems are run, and what a document says beside that.",
    remedy:
      "Name accounts in `permissions.account_ids`, and block sharing for the whole account by an " +
      `\`aws.ssm.ServiceSetting\` with \`settingId: "${PUBLIC_SHARING}", settingValue: "Disable"\`.`,
    parameters: {
      required: {
        type: "boolean",
        description: "Whether this stack must block public sharing for the whole account.",
        default: false,
      },
    },
    check({ type, props }, _stack, fail) {
      if (type === DOCUMENT) {
        const accounts = props.text("permissions.account_ids") || props.text("permissions.accountIds");
        if (/\ball\b/i.test(accounts)) fail("permissions share the document with all accounts");
      } else if (isSetting(props, PUBLIC_SHARING) && props.text("settingValue") !== "Disable") {
        fail(`the setting for public sharing is ${props.text("settingValue")}`);
      }
    },
    checkStack(stack, fail, parameters) {
      if (!parameters.flag("required")) return;
      const declared = some(stack.of([SETTING]), ({ props }) => isSetting(props, PUBLIC_SHARING));
      if (!declared) fail("the stack does not block public sharing of documents");
    },
  }),
  resourceRule({
    id: "ssm-document-no-secrets",
    title: "Documents of Systems Manager hold no credentials",
    severity: "high",
    types: [DOCUMENT],
    why: "Whoever may run or read the document reads the credential, and every older version keeps it.",
    remedy:
      "Let the document look the credential up when it runs: `{{ssm-secure:name}}` or a call of Secrets Manager.",
    check(props, fail) {
      if (textHoldsCredential(props, "content")) fail("a credential stands in content");
    },
  }),
  resourceRule({
    id: "ssm-session-encrypted-logged",
    title: "Sessions of Session Manager are encrypted and recorded",
    severity: "medium",
    types: [DOCUMENT],
    why: "Nobody could find out later what somebody did in a shell on a server.",
    remedy:
      "Set in `inputs` of the document: `kmsKeyId`, and `cloudWatchLogGroupName` with `cloudWatchEncryptionEnabled: true` " +
      "or `s3BucketName` with `s3EncryptionEnabled: true`.",
    check(props, fail) {
      if (props.text("documentType") !== "Session") return;
      const content = props.json("content");
      // Other kinds of sessions forward a port or run one command, and take no such preferences.
      if (content?.text("sessionType") !== "Standard_Stream") return;
      const inputs = content.object("inputs");
      const logs = SESSION_LOGS.filter(({ destination }) => inputs.declares(destination));
      const looks = [
        () => {
          if (!inputs.declares("kmsKeyId")) fail("inputs name no kmsKeyId");
        },
        () => {
          if (logs.length === 0) fail("inputs name no place for a record");
        },
        ...logs.map(({ encrypted }) => () => {
          if (!inputs.flag(encrypted, true)) fail(`${encrypted} is off`);
        }),
      ];
      visit(looks, (look) => look());
    },
  }),
  stackRule({
    id: "ssm-automation-logging",
    title: "Output of scripts in automations is recorded",
    severity: "medium",
    types: [SETTING],
    joins: [],
    why: "What an automation printed and why it failed is gone when it ends.",
    remedy: `Declare an \`aws.ssm.ServiceSetting\` with \`settingId: "${AUTOMATION_LOG}", settingValue: "CloudWatch"\`.`,
    parameters: {
      required: {
        type: "boolean",
        description: "Whether this stack must declare it, rather than another one of the account.",
        default: false,
      },
    },
    check({ props }, _stack, fail) {
      if (isSetting(props, AUTOMATION_LOG) && props.text("settingValue") !== "CloudWatch")
        fail(`the destination of scripts' output is ${props.text("settingValue") || "not given"}`);
    },
    checkStack(stack, fail, parameters) {
      if (!parameters.flag("required")) return;
      const declared = some(stack.of([SETTING]), ({ props }) => isSetting(props, AUTOMATION_LOG));
      if (!declared) fail("the stack sets no destination for scripts' output");
    },
  }),
  customerKeyRule(
    {
      id: "ssm-parameter-cmk",
      title: "SecureStrings are encrypted under a customer key",
      severity: "low",
      types: [PARAMETER],
      why: "The key that AWS manages is open to everyone in the account who may read the parameter, and cannot be withdrawn.",
    },
    "keyId",
    (props) => props.text("type") === "SecureString",
  ),
];
