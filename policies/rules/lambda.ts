import { tellsWhose } from "../policy-document.ts";
import { resourceRule, stackRule } from "../rule.ts";
import type { StackResource } from "../stack.ts";
import { knownText, visit } from "../values.ts";
import { lambdaEventRules } from "./lambda-events.ts";
import { lambdaOperationRules } from "./lambda-operation.ts";
import { holdsCredential } from "./shared/credentials.ts";
import { customerKeyRule } from "./shared/customer-key.ts";

const FUNCTION = "aws:lambda/function:Function";
const PERMISSION = "aws:lambda/permission:Permission";
const FUNCTION_URL = "aws:lambda/functionUrl:FunctionUrl";

/** Whether a permission names the one source that may call, and not a pattern of sources that anybody can have. */
function namesSource(permission: StackResource): boolean {
  const { props } = permission;
  // What comes from a resource is of that one, whatever its ARN will be.
  const isFromResource = permission.originsOf("sourceArn").length > 0;
  if (isFromResource && knownText(props, "sourceArn") === undefined) return true;
  return tellsWhose("aws:sourcearn", props.text("sourceArn"));
}

export const lambdaRules = [
  stackRule({
    id: "lambda-not-public",
    title: "Functions cannot be invoked by everyone",
    severity: "critical",
    types: [PERMISSION],
    joins: [],
    why: "Anybody with an account of AWS could run the function, with the rights of its role and at your cost.",
    remedy: "Name the principal: an account, or a service together with `sourceArn`.",
    check(permission, _stack, fail) {
      const { props } = permission;
      if (props.text("principal") !== "*") return;
      const narrowed = ["sourceAccount", "principalOrgId"].some((property) => props.declares(property));
      if (!narrowed && !namesSource(permission)) fail("principal is * and nothing narrows it");
    },
  }),
  stackRule({
    id: "lambda-permission-source",
    title: "Permissions for a service name the source that may call",
    severity: "critical",
    types: [PERMISSION],
    joins: [],
    why: "Somebody else's bucket or topic in the same service could call the function with events of their making.",
    remedy: "Set `sourceArn` to the rule, topic or bucket that calls, or at least `sourceAccount`.",
    check(permission, _stack, fail) {
      const { props } = permission;
      const principal = props.text("principal");
      if (!/\.amazonaws\.com(\.cn)?$|^alexa-/.test(principal)) return;
      const sources = ["sourceAccount", "principalOrgId", "eventSourceToken"];
      if (!sources.some((property) => props.declares(property)) && !namesSource(permission))
        fail(`${principal} may call on behalf of any account`);
    },
  }),
  resourceRule({
    id: "lambda-no-env-secrets",
    title: "Functions' environment variables hold no credentials",
    severity: "high",
    types: [FUNCTION],
    why: "Whoever may look at the function's configuration reads them, and they stand in the stack's state.",
    remedy: "Hand over the secret's ARN, and read the secret when the function starts.",
    check(props, fail) {
      visit(props.entries("environment.variables"), ([name, value]) => {
        if (holdsCredential(name, value, "")) fail(`the environment variable ${name} holds a credential`);
      });
    },
  }),
  resourceRule({
    id: "lambda-url-auth",
    title: "Functions' URLs let only callers in whom IAM knows",
    severity: "high",
    types: [FUNCTION_URL],
    why: "Anybody on the internet could call the function, without a web ACL or a limit before it.",
    remedy: 'Set `authorizationType: "AWS_IAM"`, or put an API with an authoriser before the function.',
    check(props, fail) {
      const type = props.text("authorizationType");
      if (type !== "AWS_IAM") fail(`authorizationType is ${type}`);
    },
  }),
  resourceRule({
    id: "lambda-url-cors",
    title: "Functions' URLs answer named origins only",
    severity: "medium",
    types: [FUNCTION_URL],
    why: "A script on any web page could call the function from a user's browser and read the answer.",
    remedy: "List the origins of your own pages in `cors.allowOrigins`.",
    check(props, fail) {
      visit(props.list("cors.allowOrigins"), (origin) => {
        if (/^(https?:\/\/)?\*$/.test(origin.text())) fail(`cors.allowOrigins hold ${origin.text()}`);
      });
    },
  }),
  customerKeyRule(
    {
      id: "lambda-env-cmk",
      title: "Functions' environment variables are encrypted under a customer key",
      severity: "medium",
      types: [FUNCTION],
      why: "Under the key that AWS manages, everyone who may look at the function reads its variables.",
    },
    "kmsKeyArn",
    (props) => props.declares("environment") && props.entries("environment.variables").length > 0,
  ),
  resourceRule({
    id: "lambda-code-signing",
    title: "Functions run signed code only",
    severity: "medium",
    types: [FUNCTION],
    why: "Whoever may update the function could have it run anything, with its role and its view of the data.",
    remedy: "Sign the archive with AWS Signer and set `codeSigningConfigArn`.",
    check(props, fail) {
      // The signature of an image is for its registry to check.
      if (props.text("packageType") === "Image") return;
      if (!props.declares("codeSigningConfigArn")) fail("codeSigningConfigArn is not given");
    },
  }),
  ...lambdaEventRules,
  ...lambdaOperationRules,
];
