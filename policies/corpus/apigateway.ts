import { fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const stage = of("aws:apigateway/stage:Stage");
const stageV2 = of("aws:apigatewayv2/stage:Stage");
const methodSettings = of("aws:apigateway/methodSettings:MethodSettings");
const method = of("aws:apigateway/method:Method");
const restApi = of("aws:apigateway/restApi:RestApi");
const integration = of("aws:apigateway/integration:Integration");
const domain = of("aws:apigateway/domainName:DomainName");
const domainV2 = of("aws:apigatewayv2/domainName:DomainName");
const api = of("aws:apigatewayv2/api:Api");
const route = of("aws:apigatewayv2/route:Route");
const integrationV2 = of("aws:apigatewayv2/integration:Integration");
const webAcl = of("aws:wafv2/webAclAssociation:WebAclAssociation");
const regionalWebAcl = of("aws:wafregional/webAclAssociation:WebAclAssociation");

const log = (format: string) => ({ accessLogSettings: { destinationArn: UNKNOWN, format } });
const JSON_FORMAT = '{"requestId":"$context.requestId","status":$context.status}';
const prod = { restApi: "payments", stageName: "prod" };
const production = stage(prod);
const settings = (values: object, more: object = {}) =>
  methodSettings({ ...prod, methodPath: "*/*", settings: values, ...more });
const ofApi = { restApi: ["RestApi"] };
const post = { httpMethod: "POST", restApi: "payments" };

/** The same questions for every rule on what method settings say of a stage. */
const settingsCases = (rule: string, good: object, bad: object) => [
  fails(rule, production),
  fails(rule, production, settings(bad)),
  // Of another stage, of another API.
  fails(rule, production, settings(good, { stageName: "test" })),
  fails(rule, production, settings(good, { restApi: "orders" })),
  passes(rule, production, settings(good)),
  passes(rule, stage({ ...prod, restApi: UNKNOWN }, ofApi), restApi(), {
    ...settings(good, { restApi: UNKNOWN }),
    from: ofApi,
  }),
  passes(rule, stage({ ...prod, stageName: UNKNOWN }), {
    ...settings(good, { stageName: UNKNOWN }),
    from: { stageName: ["Stage"] },
  }),
  unknown(rule, production, settings(good, { stageName: UNKNOWN })),
  unknown(rule, production, settings(Object.fromEntries(Object.keys(good).map((key) => [key, UNKNOWN])))),
];

export default [
  fails("apigw-method-authorized", method({ ...post, authorization: "NONE" })),
  passes("apigw-method-authorized", method({ ...post, authorization: "AWS_IAM" })),
  passes("apigw-method-authorized", method({ ...post, authorization: "NONE", apiKeyRequired: true })),
  passes("apigw-method-authorized", method({ httpMethod: "OPTIONS", authorization: "NONE" })),
  unknown("apigw-method-authorized", method({ ...post, authorization: UNKNOWN })),

  fails("apigw-domain-modern-tls", domain({ domainName: "api.example.com", securityPolicy: "TLS_1_0" })),
  fails("apigw-domain-modern-tls", domain({ domainName: "api.example.com" })),
  fails("apigw-domain-modern-tls", domainV2({ domainNameConfiguration: { securityPolicy: "TLS_1_0" } })),
  passes("apigw-domain-modern-tls", domain({ domainName: "api.example.com", securityPolicy: "TLS_1_2" })),
  ...[
    "TLS13_1_3_2025_09",
    "TLS13_1_3_FIPS_2025_09",
    "TLS13_1_2_PFS_PQ_2025_09",
    "TLS13_1_2_FIPS_PQ_2025_09",
    "TLS13_1_2_PQ_2025_09",
    "TLS13_1_2_2021_06",
    "TLS13_2025_EDGE",
    "TLS12_PFS_2025_EDGE",
    "TLS12_2018_EDGE",
  ].map((name) => passes("apigw-domain-modern-tls", domain({ securityPolicy: `SecurityPolicy_${name}` }))),
  passes("apigw-domain-modern-tls", domainV2({ domainNameConfiguration: { securityPolicy: "TLS_1_2" } })),
  unknown("apigw-domain-modern-tls", domain({ securityPolicy: UNKNOWN })),
  unknown("apigw-domain-modern-tls", domainV2({ domainNameConfiguration: UNKNOWN })),

  fails("apigw-stage-no-secrets", stage({ ...prod, variables: { dbPassword: "hunter2" } })),
  fails("apigw-stage-no-secrets", stage({ ...prod, variables: { url: "https://app:hunter2@api/v1" } })),
  fails("apigw-stage-no-secrets", stageV2({ stageVariables: { host: UNKNOWN, api_key: UNKNOWN } })),
  passes("apigw-stage-no-secrets", stage({ ...prod, variables: { table: "payments" } })),
  passes("apigw-stage-no-secrets", stageV2({ name: "prod" })),
  unknown("apigw-stage-no-secrets", stage({ variables: { url: UNKNOWN } })),
  unknown("apigw-stage-no-secrets", stageV2({ stageVariables: UNKNOWN })),

  fails("apigw-access-logging", production),
  passes("apigw-access-logging", stage({ ...prod, ...log(JSON_FORMAT) })),
  passes("apigw-access-logging", stage({ accessLogSettings: UNKNOWN })),
  fails("apigwv2-access-logging", stageV2({ name: "prod" })),
  passes("apigwv2-access-logging", stageV2({ name: "prod", ...log(JSON_FORMAT) })),

  ...settingsCases("apigw-execution-logging", { loggingLevel: "ERROR" }, { loggingLevel: "OFF" }),
  passes("apigw-execution-logging", production, settings({ loggingLevel: "INFO" })),

  fails("apigw-data-trace-off", settings({ dataTraceEnabled: true })),
  fails("apigw-data-trace-off", stageV2({ defaultRouteSettings: { dataTraceEnabled: true } })),
  fails(
    "apigw-data-trace-off",
    stageV2({ defaultRouteSettings: UNKNOWN, routeSettings: [{ routeKey: "pay", dataTraceEnabled: true }] }),
  ),
  passes("apigw-data-trace-off", settings({ loggingLevel: "ERROR" })),
  passes("apigw-data-trace-off", stageV2({ defaultRouteSettings: { dataTraceEnabled: false } })),
  unknown("apigw-data-trace-off", settings({ dataTraceEnabled: UNKNOWN })),

  fails("apigw-client-certificate", production),
  fails("apigw-client-certificate", production, integration({ restApi: "payments", type: "HTTP_PROXY" })),
  passes("apigw-client-certificate", stage({ ...prod, clientCertificateId: UNKNOWN })),
  passes("apigw-client-certificate", production, integration({ restApi: "payments", type: "AWS_PROXY" })),
  passes(
    "apigw-client-certificate",
    stage({ ...prod, restApi: UNKNOWN }, ofApi),
    restApi(),
    integration({ restApi: UNKNOWN, type: "MOCK" }, ofApi),
  ),
  unknown("apigw-client-certificate", production, integration({ restApi: "payments", type: UNKNOWN })),

  fails("apigw-waf", production),
  fails("apigw-waf", stage({ ...prod, arn: "arn:stage" }), webAcl({ resourceArn: "arn:another" })),
  fails("apigw-waf", stage(prod), webAcl({ resourceArn: UNKNOWN }, { resourceArn: ["elsewhere"] })),
  passes("apigw-waf", production, webAcl({ resourceArn: UNKNOWN }, { resourceArn: ["Stage"] })),
  passes("apigw-waf", stage({ ...prod, arn: "arn:stage" }), regionalWebAcl({ resourceArn: "arn:stage" })),
  passes(
    "apigw-waf",
    stage({ ...prod, restApi: UNKNOWN }, ofApi),
    restApi({ endpointConfiguration: { types: "PRIVATE" } }),
  ),
  unknown("apigw-waf", production, webAcl({ resourceArn: UNKNOWN })),

  fails("apigw-cache-encrypted", settings({ cachingEnabled: true })),
  passes("apigw-cache-encrypted", settings({ cachingEnabled: true, cacheDataEncrypted: true })),
  passes("apigw-cache-encrypted", settings({ loggingLevel: "ERROR" })),
  passes("apigw-cache-encrypted", settings({ cachingEnabled: false, cacheDataEncrypted: UNKNOWN })),
  unknown("apigw-cache-encrypted", settings({ cachingEnabled: true, cacheDataEncrypted: UNKNOWN })),

  fails("apigw-tracing", production),
  passes("apigw-tracing", stage({ ...prod, xrayTracingEnabled: true })),
  unknown("apigw-tracing", stage({ ...prod, xrayTracingEnabled: UNKNOWN })),

  fails("apigw-cache-enabled", stage({ ...prod, cacheClusterEnabled: true })),
  fails("apigw-cache-enabled", production, settings({ cachingEnabled: true })),
  { ...fails("apigw-cache-enabled", production), parameters: { required: true } },
  passes(
    "apigw-cache-enabled",
    stage({ ...prod, cacheClusterEnabled: true }),
    settings({ cachingEnabled: true }),
  ),
  passes("apigw-cache-enabled", production),
  fails(
    "apigw-cache-enabled",
    stage({ ...prod, restApi: UNKNOWN }, ofApi),
    restApi(),
    methodSettings({ ...prod, restApi: UNKNOWN, settings: { cachingEnabled: true } }, ofApi),
  ),
  passes("apigw-cache-enabled", production, settings({ cachingEnabled: true }, { stageName: "test" })),
  unknown("apigw-cache-enabled", stage({ ...prod, cacheClusterEnabled: UNKNOWN })),

  ...settingsCases("apigw-throttling", { throttlingRateLimit: 100 }, { throttlingRateLimit: -1 }),
  passes("apigw-throttling", production, settings({ throttlingBurstLimit: 50 })),
  fails("apigw-throttling", stageV2({ name: "prod" })),
  passes("apigw-throttling", stageV2({ defaultRouteSettings: { throttlingRateLimit: 100 } })),
  unknown("apigw-throttling", stageV2({ defaultRouteSettings: UNKNOWN })),

  fails(
    "apigw-structured-logging",
    stage({ ...prod, ...log('$context.identity.sourceIp "$context.status"') }),
  ),
  fails("apigw-structured-logging", stageV2(log("$context.requestId"))),
  passes("apigw-structured-logging", stage({ ...prod, ...log(JSON_FORMAT) })),
  passes("apigw-structured-logging", stageV2()),
  unknown("apigw-structured-logging", stage(log(UNKNOWN))),

  fails("apigw-request-validation", method(post)),
  passes("apigw-request-validation", method({ ...post, requestValidatorId: UNKNOWN })),
  passes("apigw-request-validation", method({ httpMethod: "OPTIONS" })),
  unknown("apigw-request-validation", method({ httpMethod: UNKNOWN })),

  fails("apigwv2-route-authorized", route({ routeKey: "POST /payments" })),
  fails("apigwv2-route-authorized", route({ routeKey: "$default", authorizationType: "NONE" })),
  fails("apigwv2-route-authorized", route({ routeKey: "$connect" })),
  passes("apigwv2-route-authorized", route({ routeKey: "POST /payments", authorizationType: "JWT" })),
  passes("apigwv2-route-authorized", route({ routeKey: "POST /payments", apiKeyRequired: true })),
  passes("apigwv2-route-authorized", route({ routeKey: "OPTIONS /payments" })),
  passes("apigwv2-route-authorized", route({ routeKey: "$disconnect" })),
  passes(
    "apigwv2-route-authorized",
    route({ routeKey: "$default", apiId: UNKNOWN }, { apiId: ["Api"] }),
    api({ protocolType: "WEBSOCKET" }),
  ),
  // AWS makes a route of a target, and of a description what stands there.
  fails(
    "apigwv2-route-authorized",
    api({ protocolType: "HTTP", routeKey: "POST /payments", target: UNKNOWN }),
  ),
  passes("apigwv2-route-authorized", api({ protocolType: "HTTP", name: "payments" })),
  unknown("apigwv2-route-authorized", route({ routeKey: "POST /payments", authorizationType: UNKNOWN })),
  unknown("apigwv2-route-authorized", route({ routeKey: UNKNOWN })),

  fails(
    "apigwv2-private-integration-https",
    integrationV2({ connectionType: "VPC_LINK", integrationUri: UNKNOWN }),
  ),
  passes(
    "apigwv2-private-integration-https",
    integrationV2({ connectionType: "VPC_LINK", tlsConfig: { serverNameToVerify: "payments.example.com" } }),
  ),
  passes("apigwv2-private-integration-https", integrationV2({ integrationType: "AWS_PROXY" })),
  unknown("apigwv2-private-integration-https", integrationV2({ connectionType: UNKNOWN })),

  fails("apigw-endpoint-type", restApi({ name: "payments", endpointConfiguration: { types: "EDGE" } })),
  fails("apigw-endpoint-type", restApi({ name: "payments" })),
  {
    ...fails("apigw-endpoint-type", restApi({ endpointConfiguration: { types: "REGIONAL" } })),
    parameters: { approved: ["PRIVATE"] },
  },
  passes("apigw-endpoint-type", restApi({ name: "payments", endpointConfiguration: { types: "REGIONAL" } })),
  passes("apigw-endpoint-type", restApi({ endpointConfiguration: { types: "PRIVATE" } })),
  unknown("apigw-endpoint-type", restApi({ endpointConfiguration: { types: UNKNOWN } })),

  fails("apigw-create-before-destroy", {
    ...restApi({ name: "payments" }),
    options: { deleteBeforeReplace: true },
  }),
  passes("apigw-create-before-destroy", restApi({ name: "payments" })),
  passes("apigw-create-before-destroy", {
    ...restApi({ name: UNKNOWN }),
    options: { deleteBeforeReplace: false },
  }),

  fails(
    "apigw-domain-post-quantum-tls",
    domain({ domainName: "api.example.com", securityPolicy: "TLS_1_2" }),
  ),
  fails("apigw-domain-post-quantum-tls", domain({ domainName: "api.example.com" })),
  passes(
    "apigw-domain-post-quantum-tls",
    domain({ domainName: "api.example.com", securityPolicy: "SecurityPolicy_TLS13_1_2_PQ_2025_09" }),
  ),
  unknown("apigw-domain-post-quantum-tls", domain({ securityPolicy: UNKNOWN })),
];
