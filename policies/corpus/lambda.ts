import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const fn = of("aws:lambda/function:Function");
const permission = of("aws:lambda/permission:Permission");
const url = of("aws:lambda/functionUrl:FunctionUrl");
const invokeConfig = of("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig");
const mapping = of("aws:lambda/eventSourceMapping:EventSourceMapping");
const layer = of("aws:lambda/layerVersion:LayerVersion");
const queue = of("aws:sqs/queue:Queue");
const logGroup = of("aws:cloudwatch/logGroup:LogGroup");
const role = of("aws:iam/role:Role");
const rolePolicy = of("aws:iam/rolePolicy:RolePolicy");
const policy = of("aws:iam/policy:Policy");
const attachment = of("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
const attachmentOfMany = of("aws:iam/policyAttachment:PolicyAttachment");
const exclusive = of("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive");

const variables = (values: object) => fn({ name: "payments", environment: { variables: values } });
const onFailure = { destinationConfig: { onFailure: { destination: UNKNOWN } } };
const stream = { eventSourceArn: UNKNOWN, startingPosition: "LATEST", functionName: "payments" };
const ofQueue = { eventSourceArn: ["Queue"], functionName: ["Function"] };
const fromQueue = { eventSourceArn: UNKNOWN, functionName: UNKNOWN };
const layerOf = (account: string) => `arn:aws:lambda:eu-west-1:${account}:layer:tracing:3`;
const ownArn = "arn:aws:lambda:eu-west-1:123456789012:function:payments";

const executeApi = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3";
const writeLogs = document({
  Effect: "Allow",
  Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
  Resource: "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/payments:*",
});
const readOnly = document({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::payments/*" });
const inRole = fn({ name: "payments", role: UNKNOWN }, { role: ["Role"] });
const ownGroup = logGroup({ name: "/aws/lambda/payments" });

export default [
  fails("lambda-not-public", permission({ function: "payments", principal: "*" })),
  passes("lambda-not-public", permission({ function: "payments", principal: "sns.amazonaws.com" })),
  passes("lambda-not-public", permission({ principal: "*", principalOrgId: "o-1a2b3c" })),
  fails("lambda-not-public", permission({ principal: "*", sourceArn: "arn:aws:s3:::*" })),
  unknown("lambda-not-public", permission({ principal: UNKNOWN })),

  fails("lambda-permission-source", permission({ function: "payments", principal: "sns.amazonaws.com" })),
  // A rule of anybody's.
  fails(
    "lambda-permission-source",
    permission({ principal: "events.amazonaws.com", sourceArn: "arn:aws:events:*:*:rule/*" }),
  ),
  passes(
    "lambda-permission-source",
    permission({ principal: "sns.amazonaws.com", sourceArn: UNKNOWN }, { sourceArn: ["Topic"] }),
  ),
  passes(
    "lambda-permission-source",
    permission({ principal: "apigateway.amazonaws.com", sourceArn: `${executeApi}/*/*` }),
  ),
  unknown("lambda-permission-source", permission({ principal: "sns.amazonaws.com", sourceArn: UNKNOWN })),
  passes("lambda-permission-source", permission({ principal: "123456789012" })),
  unknown("lambda-permission-source", permission({ principal: UNKNOWN })),

  fails("lambda-no-env-secrets", variables({ DB_PASSWORD: "hunter2" })),
  fails("lambda-no-env-secrets", variables({ API_KEY: UNKNOWN })),
  ...["PGPASSWORD", "MYSQL_PWD", "SMTP_PASS", "dbPassword"].map((name) =>
    fails("lambda-no-env-secrets", variables({ [name]: "hunter2" })),
  ),
  fails(
    "lambda-no-env-secrets",
    variables({ REGION: UNKNOWN, DATABASE_URL: "postgres://app:hunter2@db/payments" }),
  ),
  passes(
    "lambda-no-env-secrets",
    variables({ DB_SECRET_ARN: "arn:aws:secretsmanager:eu-west-1:1:secret:db" }),
  ),
  passes("lambda-no-env-secrets", fn({ name: "payments" })),
  passes("lambda-no-env-secrets", variables({ PWD: "/var/task", PGPASSFILE: "/tmp/pgpass", BYPASS: "1" })),
  unknown("lambda-no-env-secrets", variables({ DATABASE_URL: UNKNOWN })),
  unknown("lambda-no-env-secrets", fn({ environment: UNKNOWN })),

  fails("lambda-url-auth", url({ functionName: "payments", authorizationType: "NONE" })),
  passes("lambda-url-auth", url({ functionName: "payments", authorizationType: "AWS_IAM" })),
  unknown("lambda-url-auth", url({ authorizationType: UNKNOWN })),

  fails("lambda-url-cors", url({ functionName: "payments", cors: { allowOrigins: ["*"] } })),
  fails("lambda-url-cors", url({ cors: { allowOrigins: [UNKNOWN, "https://*"] } })),
  passes(
    "lambda-url-cors",
    url({ functionName: "payments", cors: { allowOrigins: ["https://shop.example.com"] } }),
  ),
  passes("lambda-url-cors", url({ functionName: "payments" })),
  unknown("lambda-url-cors", url({ cors: { allowOrigins: [UNKNOWN] } })),

  fails("lambda-env-cmk", variables({ TABLE: "payments" })),
  fails(
    "lambda-env-cmk",
    fn({ environment: { variables: { TABLE: "payments" } }, kmsKeyArn: "alias/aws/lambda" }),
  ),
  passes("lambda-env-cmk", fn({ environment: { variables: { TABLE: "payments" } }, kmsKeyArn: UNKNOWN })),
  passes("lambda-env-cmk", variables({})),
  passes("lambda-env-cmk", fn({ name: "payments" })),
  unknown("lambda-env-cmk", fn({ environment: { variables: UNKNOWN } })),

  fails("lambda-code-signing", fn({ name: "payments", runtime: "nodejs24.x" })),
  passes("lambda-code-signing", fn({ name: "payments", codeSigningConfigArn: UNKNOWN })),
  passes("lambda-code-signing", fn({ packageType: "Image", imageUri: UNKNOWN })),
  unknown("lambda-code-signing", fn({ packageType: UNKNOWN })),

  fails("lambda-dlq", fn({ name: "payments" })),
  fails("lambda-dlq", fn({ name: "payments" }), invokeConfig({ functionName: "orders", ...onFailure })),
  fails(
    "lambda-dlq",
    fn({ name: "payments" }),
    invokeConfig({ functionName: "payments", maximumRetryAttempts: 0 }),
  ),
  passes("lambda-dlq", fn({ name: "payments", deadLetterConfig: { targetArn: UNKNOWN } })),
  passes("lambda-dlq", fn({ name: "payments" }), invokeConfig({ functionName: "payments", ...onFailure })),
  passes(
    "lambda-dlq",
    fn(),
    invokeConfig({ functionName: UNKNOWN, ...onFailure }, { functionName: ["Function"] }),
  ),
  unknown("lambda-dlq", fn(), invokeConfig({ functionName: UNKNOWN, ...onFailure })),

  fails("lambda-event-source-failure-destination", mapping(stream)),
  passes(
    "lambda-event-source-failure-destination",
    mapping({ ...stream, destinationConfig: { onFailure: { destinationArn: UNKNOWN } } }),
  ),
  passes(
    "lambda-event-source-failure-destination",
    mapping({ eventSourceArn: UNKNOWN, functionName: "payments" }),
  ),
  passes(
    "lambda-event-source-failure-destination",
    mapping({ ...stream, documentDbEventSourceConfig: { databaseName: "payments" } }),
  ),

  fails(
    "lambda-event-source-visibility",
    mapping(fromQueue, ofQueue),
    queue({ visibilityTimeoutSeconds: 60 }),
    fn({ timeout: 30 }),
  ),
  fails("lambda-event-source-visibility", mapping(fromQueue, ofQueue), queue(), fn({ timeout: 6 })),
  fails(
    "lambda-event-source-visibility",
    mapping({ eventSourceArn: "arn:queue", functionName: "payments" }),
    queue({ arn: "arn:queue", visibilityTimeoutSeconds: 179 }),
    fn({ name: "payments", timeout: 30 }),
  ),
  passes(
    "lambda-event-source-visibility",
    mapping(fromQueue, ofQueue),
    queue({ visibilityTimeoutSeconds: 180 }),
    fn({ timeout: 30 }),
  ),
  // Thirty seconds, and three.
  passes("lambda-event-source-visibility", mapping(fromQueue, ofQueue), queue(), fn()),
  passes(
    "lambda-event-source-visibility",
    mapping(stream, { eventSourceArn: ["elsewhere"] }),
    fn({ timeout: 900 }),
  ),
  unknown(
    "lambda-event-source-visibility",
    mapping(fromQueue, ofQueue),
    queue({ visibilityTimeoutSeconds: UNKNOWN }),
    fn({ timeout: 30 }),
  ),

  fails("lambda-no-foreign-layers", fn({ arn: ownArn, layers: [layerOf("999999999999")] })),
  fails("lambda-no-foreign-layers", fn({ arn: ownArn, layers: [UNKNOWN, layerOf("999999999999")] })),
  passes("lambda-no-foreign-layers", fn({ arn: ownArn, layers: [layerOf("123456789012")] })),
  passes("lambda-no-foreign-layers", fn({ layers: [layerOf("580247275435")] })),
  passes("lambda-no-foreign-layers", fn({ layers: [UNKNOWN] }, { layers: ["LayerVersion"] }), layer()),
  passes("lambda-no-foreign-layers", fn()),
  {
    ...passes("lambda-no-foreign-layers", fn({ layers: [layerOf("464622532012")] })),
    parameters: { trustedAccounts: ["464622532012"] },
  },
  unknown("lambda-no-foreign-layers", fn({ layers: [layerOf("999999999999")] })),
  unknown("lambda-no-foreign-layers", fn({ layers: [UNKNOWN] }, { layers: ["elsewhere"] }), layer()),

  fails("lambda-supported-runtime", fn({ name: "payments", runtime: "nodejs16.x" })),
  passes("lambda-supported-runtime", fn({ name: "payments", runtime: "nodejs24.x" })),
  passes("lambda-supported-runtime", fn({ packageType: "Image" })),
  {
    ...fails("lambda-supported-runtime", fn({ runtime: "nodejs22.x" })),
    parameters: { unsupported: ["nodejs22.x"] },
  },
  unknown("lambda-supported-runtime", fn({ runtime: UNKNOWN })),

  fails(
    "lambda-vpc-multi-az",
    fn({ name: "payments", vpcConfig: { subnetIds: [UNKNOWN], securityGroupIds: [UNKNOWN] } }),
  ),
  passes("lambda-vpc-multi-az", fn({ name: "payments", vpcConfig: { subnetIds: ["subnet-1", "subnet-2"] } })),
  passes("lambda-vpc-multi-az", fn({ vpcConfig: { subnetIds: [UNKNOWN, UNKNOWN] } })),
  passes("lambda-vpc-multi-az", fn()),
  unknown("lambda-vpc-multi-az", fn({ vpcConfig: { subnetIds: UNKNOWN } })),

  fails("lambda-logging", fn({ name: "payments" })),
  fails("lambda-logging", fn({ name: "payments" }), logGroup({ name: "/aws/lambda/orders" })),
  fails("lambda-logging", inRole, role(), ownGroup),
  fails(
    "lambda-logging",
    inRole,
    role(),
    ownGroup,
    rolePolicy({ role: UNKNOWN, policy: readOnly }, { role: ["Role"] }),
  ),
  fails(
    "lambda-logging",
    inRole,
    role(),
    rolePolicy({ role: UNKNOWN, policy: writeLogs }, { role: ["Role"] }),
  ),
  passes(
    "lambda-logging",
    inRole,
    role(),
    ownGroup,
    rolePolicy({ role: UNKNOWN, policy: writeLogs }, { role: ["Role"] }),
  ),
  passes(
    "lambda-logging",
    fn({ loggingConfig: { logFormat: "JSON", logGroup: UNKNOWN }, role: "payments" }),
    role({ name: "payments", inlinePolicies: [{ policy: writeLogs }] }),
  ),
  passes(
    "lambda-logging",
    inRole,
    role({ managedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"] }),
    logGroup({ name: UNKNOWN }, { name: ["Function"] }),
  ),
  passes(
    "lambda-logging",
    inRole,
    role(),
    ownGroup,
    attachment({ role: UNKNOWN, policyArn: UNKNOWN }, { role: ["Role"], policyArn: ["Policy"] }),
    policy({ policy: writeLogs }),
  ),
  passes(
    "lambda-logging",
    fn({ role: "payments", loggingConfig: { logGroup: UNKNOWN } }),
    role({ name: "payments" }),
    attachmentOfMany({ roles: ["payments"], policyArn: "arn:logs" }),
    policy({ arn: "arn:logs", policy: writeLogs }),
  ),
  passes(
    "lambda-logging",
    fn({ role: "payments", loggingConfig: { logGroup: UNKNOWN } }),
    role({ name: "payments" }),
    exclusive({ roleName: "payments", policyArns: ["arn:logs"] }),
    policy({ arn: "arn:logs", policy: writeLogs }),
  ),
  // What a role of another stack may do is that stack's to show.
  passes("lambda-logging", fn({ name: "payments", role: "arn:aws:iam::123456789012:role/shared" }), ownGroup),
  unknown("lambda-logging", fn({ name: "payments" }), logGroup({ name: UNKNOWN })),
  unknown(
    "lambda-logging",
    inRole,
    role(),
    ownGroup,
    rolePolicy({ role: UNKNOWN, policy: UNKNOWN }, { role: ["Role"] }),
  ),

  fails("lambda-in-vpc", fn({ name: "payments" })),
  fails("lambda-in-vpc", fn({ tags: { "data-class": "cardholder" } })),
  passes("lambda-in-vpc", fn({ name: "payments", vpcConfig: { subnetIds: [UNKNOWN] } })),
  passes("lambda-in-vpc", fn({ name: "payments", vpcConfig: { subnetIds: UNKNOWN } })),
  passes("lambda-in-vpc", fn({ tags: { "data-class": "public" } })),
  unknown("lambda-in-vpc", fn({ tags: { "data-class": UNKNOWN } })),

  fails("lambda-concurrency", fn({ name: "payments" })),
  fails("lambda-concurrency", fn({ reservedConcurrentExecutions: -1 })),
  passes("lambda-concurrency", fn({ name: "payments", reservedConcurrentExecutions: 10 })),
  passes("lambda-concurrency", fn({ reservedConcurrentExecutions: 0 })),
  unknown("lambda-concurrency", fn({ reservedConcurrentExecutions: UNKNOWN })),

  fails("lambda-tracing", fn({ name: "payments" })),
  fails("lambda-tracing", fn({ tracingConfig: { mode: "PassThrough" } })),
  passes("lambda-tracing", fn({ name: "payments", tracingConfig: { mode: "Active" } })),
  unknown("lambda-tracing", fn({ tracingConfig: { mode: UNKNOWN } })),

  fails("lambda-described", fn({ name: "payments" })),
  passes("lambda-described", fn({ name: "payments", description: "Settles payments" })),
  passes("lambda-described", fn({ description: UNKNOWN })),

  fails("lambda-explicit-limits", fn({ name: "payments", memorySize: 512 })),
  fails("lambda-explicit-limits", fn({ timeout: 30 })),
  passes("lambda-explicit-limits", fn({ name: "payments", memorySize: 512, timeout: 30 })),
  passes("lambda-explicit-limits", fn({ memorySize: UNKNOWN, timeout: UNKNOWN })),
];
