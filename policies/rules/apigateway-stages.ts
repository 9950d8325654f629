import { resourceRule, stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, anyOf, some, visit, type Props } from "../values.ts";
import { holdsCredential } from "./shared/credentials.ts";
import { switchedOnRule } from "./shared/switched-on.ts";

const STAGE = "aws:apigateway/stage:Stage";
const STAGE_V2 = "aws:apigatewayv2/stage:Stage";
const METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings";
const REST_API = "aws:apigateway/restApi:RestApi";
const INTEGRATION = "aws:apigateway/integration:Integration";
const WEB_ACL_ASSOCIATIONS = [
  "aws:wafv2/webAclAssociation:WebAclAssociation",
  "aws:wafregional/webAclAssociation:WebAclAssociation",
];

/** Whether two resources belong to one REST API, which both name. */
function sameApi(stack: Stack, one: StackResource, other: StackResource): boolean {
  const api = stack.referred(one, "restApi", [REST_API]);
  return api ? other.refersTo("restApi", api) : one.props.text("restApi") === other.props.text("restApi");
}

/** Whether a stage has settings of its methods that meet the condition. */
function hasSettings(stack: Stack, stage: StackResource, condition: (settings: Props) => boolean): boolean {
  return some(stack.of([METHOD_SETTINGS]), (settings) =>
    allOf(
      () =>
        anyOf(
          () => settings.originsOf("stageName").includes(stage.urn),
          () =>
            allOf(
              () => settings.props.text("stageName") === stage.props.text("stageName"),
              () => sameApi(stack, stage, settings),
            ),
        ),
      () => condition(settings.props.object("settings")),
    ),
  );
}

/** A rule that a stage writes an access log. */
function accessLogging(id: string, type: string, title: string) {
  return resourceRule({
    id,
    title,
    severity: "medium",
    types: [type],
    why: "Who called what, from where, and with what result cannot be found out afterwards.",
    remedy: "Set `accessLogSettings: { destinationArn: logGroup.arn, format }` with a JSON format.",
    check(props, fail) {
      if (!props.declares("accessLogSettings")) fail("accessLogSettings are not given");
    },
  });
}

/** Whether throttling is stated: a rate or burst of its own, where -1 stands for none. */
function throttles(settings: Props): boolean {
  return some(
    ["throttlingRateLimit", "throttlingBurstLimit"],
    (property) => (settings.number(property) ?? -1) >= 0,
  );
}

export const apiGatewayStageRules = [
  resourceRule({
    id: "apigw-stage-no-secrets",
    title: "Stage variables hold no credentials",
    severity: "high",
    types: [STAGE, STAGE_V2],
    why: "Whoever may look at the API reads them, and they appear in logs and in the addresses that they are put into.",
    remedy: "Let the code behind the API read the secret from the secret store.",
    check(props, fail, _parameters, type) {
      const property = type === STAGE ? "variables" : "stageVariables";
      visit(props.entries(property), ([name, value]) => {
        if (holdsCredential(name, value, "")) fail(`the stage variable ${name} holds a credential`);
      });
    },
  }),
  accessLogging("apigw-access-logging", STAGE, "Stages of REST APIs log access"),
  accessLogging("apigwv2-access-logging", STAGE_V2, "Stages of HTTP and WebSocket APIs log access"),
  stackRule({
    id: "apigw-execution-logging",
    title: "Stages of REST APIs log what they do with requests",
    severity: "medium",
    types: [STAGE],
    joins: [METHOD_SETTINGS, REST_API],
    why: "Why a request was refused or failed before it reached any code cannot be found out.",
    remedy:
      'Declare `aws.apigateway.MethodSettings` for the stage with `methodPath: "*/*"` and `settings: { loggingLevel: ' +
      '"ERROR" }`.',
    check(stage, stack, fail) {
      const logs = hasSettings(stack, stage, (settings) =>
        ["ERROR", "INFO"].includes(settings.text("loggingLevel")),
      );
      if (!logs) fail("no method settings of the stage set loggingLevel");
    },
  }),
  resourceRule({
    id: "apigw-data-trace-off",
    title: "Bodies of requests and answers are not logged",
    severity: "medium",
    types: [METHOD_SETTINGS, STAGE_V2],
    why: "Card numbers, tokens and passwords would stand in the log, for everyone who reads it.",
    remedy: "Leave `dataTraceEnabled` out or set it to false.",
    check(props, fail) {
      const settings = [
        ...["settings", "defaultRouteSettings"].map((path) => () => props.object(path)),
        ...props.list("routeSettings").map((route) => () => route),
      ];
      visit(settings, (read) => {
        if (read().flag("dataTraceEnabled")) fail("dataTraceEnabled is on");
      });
    },
  }),
  stackRule({
    id: "apigw-client-certificate",
    title: "Servers behind a REST API can tell that it is the API that calls",
    severity: "medium",
    types: [STAGE],
    joins: [INTEGRATION, REST_API],
    why: "Whoever reaches the server directly gets around the API's authorisation, limits and web ACL.",
    remedy:
      "Declare an `aws.apigateway.ClientCertificate`, set `clientCertificateId`, and let the server demand it.",
    check(stage, stack, fail) {
      if (stage.props.declares("clientCertificateId")) return;
      const integrations = stack
        .of([INTEGRATION])
        .filter((integration) => sameApi(stack, stage, integration));
      // Services of AWS are called with a signature instead.
      const callsServers =
        integrations.length === 0 || some(integrations, ({ props }) => props.text("type").startsWith("HTTP"));
      if (callsServers) fail("clientCertificateId is not given");
    },
  }),
  stackRule({
    id: "apigw-waf",
    title: "Public stages of REST APIs stand behind a web ACL",
    severity: "medium",
    types: [STAGE],
    joins: [...WEB_ACL_ASSOCIATIONS, REST_API],
    why: "Injected commands, known attacks and floods of requests reach the code behind the API.",
    remedy: "Declare an `aws.wafv2.WebAclAssociation` with `resourceArn: stage.arn`.",
    check(stage, stack, fail) {
      const api = stack.referred(stage, "restApi", [REST_API]);
      if (api?.props.texts("endpointConfiguration.types").includes("PRIVATE")) return;
      if (!stack.hasReferring(WEB_ACL_ASSOCIATIONS, "resourceArn", stage)) fail("no web ACL is associated");
    },
  }),
  resourceRule({
    id: "apigw-cache-encrypted",
    title: "Cached answers of REST APIs are encrypted",
    severity: "medium",
    types: [METHOD_SETTINGS],
    why: "Answers with customers' data would lie on AWS's disks in the clear.",
    remedy: "Set `settings.cacheDataEncrypted: true`.",
    check(props, fail) {
      const unencrypted = allOf(
        () => props.flag("settings.cachingEnabled"),
        () => !props.flag("settings.cacheDataEncrypted"),
      );
      if (unencrypted) fail("cacheDataEncrypted is not on");
    },
  }),
  switchedOnRule(
    {
      id: "apigw-tracing",
      title: "Stages of REST APIs trace requests",
      severity: "low",
      types: [STAGE],
      why: "Where a request went and where it failed must otherwise be pieced together from logs.",
    },
    "xrayTracingEnabled",
  ),
  stackRule({
    id: "apigw-cache-enabled",
    title: "A stage that caches answers has both the cache and methods that use it",
    severity: "low",
    types: [STAGE],
    joins: [METHOD_SETTINGS, REST_API],
    why: "A cache that no method uses is paid for nothing, and methods that are to cache without one reach the server each time.",
    remedy:
      "Set `cacheClusterEnabled` on the stage and `settings.cachingEnabled` of its methods, both or neither.",
    parameters: {
      required: {
        type: "boolean",
        description: "Whether every stage must cache answers.",
        default: false,
      },
    },
    check(stage, stack, fail, parameters) {
      const cluster = stage.props.flag("cacheClusterEnabled");
      const used = hasSettings(stack, stage, (settings) => settings.flag("cachingEnabled"));
      if (cluster && !used)
        fail("cacheClusterEnabled is on, and no method settings of the stage use the cache");
      if (!cluster && used) fail("method settings use a cache, and cacheClusterEnabled is not on");
      if (!cluster && !used && parameters.flag("required")) fail("cacheClusterEnabled is not on");
    },
  }),
  stackRule({
    id: "apigw-throttling",
    title: "Stages state how many requests they let through",
    severity: "low",
    types: [STAGE, STAGE_V2],
    joins: [METHOD_SETTINGS, REST_API],
    why: "One caller may use up what the whole account may serve, and overrun what stands behind the API.",
    remedy:
      "Set `throttlingRateLimit` and `throttlingBurstLimit`, in `aws.apigateway.MethodSettings` of the stage, or in " +
      "`defaultRouteSettings` for HTTP and WebSocket APIs.",
    check(stage, stack, fail) {
      const stated =
        stage.type === STAGE
          ? hasSettings(stack, stage, throttles)
          : throttles(stage.props.object("defaultRouteSettings"));
      if (!stated) fail("no rate or burst limit is given");
    },
  }),
  resourceRule({
    id: "apigw-structured-logging",
    title: "Access logs of APIs are structured",
    severity: "low",
    types: [STAGE, STAGE_V2],
    why: "Lines of free text cannot be searched or counted by field, when it matters what a caller did.",
    remedy:
      'Write `accessLogSettings.format` as JSON, such as `JSON.stringify({ requestId: "$context.requestId" })`.',
    check(props, fail) {
      if (!props.declares("accessLogSettings")) return;
      if (!/^\s*\{[^]*\}\s*$/.test(props.text("accessLogSettings.format")))
        fail("accessLogSettings.format is not JSON");
    },
  }),
];
