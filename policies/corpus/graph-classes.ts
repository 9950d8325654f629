import {
  ADMINISTRATOR,
  allow,
  decrypt,
  inline,
  inlineOfSet,
  paymentsRole,
  permissionSet,
  read,
  ROLE_ARN,
  SECRET_ARN,
  SET_ARN,
  stranger,
} from "./access.test-support.ts";
import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const secret = of("aws:secretsmanager/secret:Secret");
const parameter = of("aws:ssm/parameter:Parameter");
const key = of("aws:kms/key:Key");
const externalKey = of("aws:kms/externalKey:ExternalKey");
const replicaKey = of("aws:kms/replicaKey:ReplicaKey");
const replicaExternalKey = of("aws:kms/replicaExternalKey:ReplicaExternalKey");
const role = of("aws:iam/role:Role");
const rolePolicy = of("aws:iam/rolePolicy:RolePolicy");
const task = of("aws:ecs/taskDefinition:TaskDefinition");
const service = of("aws:ecs/service:Service");
const lambda = of("aws:lambda/function:Function");
const bucket = of("aws:s3/bucket:Bucket");
const bucketPolicy = of("aws:s3/bucketPolicy:BucketPolicy");
const table = of("aws:dynamodb/table:Table");
const tablePolicy = of("aws:dynamodb/resourcePolicy:ResourcePolicy");
const queue = of("aws:sqs/queue:Queue");
const queuePolicy = of("aws:sqs/queuePolicy:QueuePolicy");
const topic = of("aws:sns/topic:Topic");
const topicPolicy = of("aws:sns/topicPolicy:TopicPolicy");
const stream = of("aws:kinesis/stream:Stream");
const files = of("aws:efs/fileSystem:FileSystem");
const database = of("aws:rds/instance:Instance");
const cluster = of("aws:rds/cluster:Cluster");
const logs = of("aws:cloudwatch/logGroup:LogGroup");

const cardholder = { tags: { "data-class": "cardholder" } };
const confidential = { tags: { "data-class": "confidential" } };

export default [
  fails(
    "wildcard-access-found",
    bucket({ bucket: "cards", ...cardholder }),
    paymentsRole,
    inline(allow("s3:GetObject", "*")),
  ),
  fails(
    "wildcard-access-found",
    bucket({ bucket: "cards", ...cardholder }),
    paymentsRole,
    inline({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }),
  ),
  fails(
    "wildcard-access-found",
    bucket({ bucket: "cards", ...cardholder }),
    paymentsRole,
    inline(allow("s3:*", "arn:aws:s3:::*/*")),
  ),
  fails(
    "wildcard-access-found",
    bucket({ bucket: "cards", ...cardholder }),
    paymentsRole,
    inline(allow("*", "arn:aws:s3:::cards/*")),
  ),
  fails(
    "wildcard-access-found",
    bucket({ bucket: "cards", ...cardholder }),
    bucketPolicy({
      bucket: "cards",
      policy: document(allow("s3:GetObject", "arn:aws:s3:::cards/*", { Principal: "*" })),
    }),
  ),
  fails(
    "wildcard-access-found",
    table({ name: "cards", ...confidential }),
    role({ managedPolicyArns: ["arn:aws:iam::aws:policy/PowerUserAccess"] }),
  ),
  fails("wildcard-access-found", secret(cardholder), paymentsRole, inline(read("*"))),
  ...["user", "group"].map((kind) => {
    const Kind = kind === "user" ? "User" : "Group";
    return fails(
      "wildcard-access-found",
      secret(cardholder),
      of(`aws:iam/${kind}:${Kind}`)({ name: "payments" }),
      of(`aws:iam/${kind}PolicyAttachmentsExclusive:${Kind}PolicyAttachmentsExclusive`)({
        [`${kind}Name`]: "payments",
        policyArns: [ADMINISTRATOR],
      }),
    );
  }),
  fails(
    "wildcard-access-found",
    secret(cardholder),
    permissionSet,
    of("aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment")({
      permissionSetArn: SET_ARN,
      managedPolicyArn: ADMINISTRATOR,
    }),
  ),
  fails("wildcard-access-found", secret(cardholder), permissionSet, inlineOfSet(read("*"))),
  fails("wildcard-access-found", parameter(confidential), paymentsRole, inline(allow("ssm:Get*", "*"))),
  fails("wildcard-access-found", key(cardholder), paymentsRole, inline(decrypt("arn:aws:kms:*:*:key/*"))),
  fails("wildcard-access-found", queue(confidential), paymentsRole, inline(allow("sqs:*", "*"))),
  fails(
    "wildcard-access-found",
    queue({ id: "https://queue", ...confidential }),
    queuePolicy({
      queueUrl: "https://queue",
      policy: document(allow("sqs:*", "*", { Principal: { AWS: "*" } })),
    }),
  ),
  fails(
    "wildcard-access-found",
    topic(confidential),
    topicPolicy(
      { arn: UNKNOWN, policy: document(allow("sns:Subscribe", "*", { Principal: "*" })) },
      { arn: ["Topic"] },
    ),
  ),
  fails("wildcard-access-found", topic(confidential), paymentsRole, inline(allow("sns:*", "*"))),
  fails("wildcard-access-found", stream(confidential), paymentsRole, inline(allow("kinesis:*", "*"))),
  fails(
    "wildcard-access-found",
    files(confidential),
    paymentsRole,
    inline(allow("elasticfilesystem:*", "*")),
  ),
  fails(
    "wildcard-access-found",
    database(cardholder),
    paymentsRole,
    inline(allow("rds-db:connect", "arn:aws:rds-db:*:*:dbuser:*/*")),
  ),
  fails("wildcard-access-found", cluster(cardholder), paymentsRole, inline(allow("rds-db:connect", "*"))),
  fails("wildcard-access-found", logs(cardholder), paymentsRole, inline(allow("logs:*", "*"))),
  fails(
    "wildcard-access-found",
    logs({ name: "/cards", ...cardholder }),
    paymentsRole,
    inline(allow("logs:FilterLogEvents", "arn:aws:logs:*:*:log-group:*:*")),
  ),
  ...[externalKey, replicaKey, replicaExternalKey].map((make) =>
    fails("wildcard-access-found", make(cardholder), paymentsRole, inline(decrypt("*"))),
  ),
  passes(
    "wildcard-access-found",
    bucket({ bucket: "cards", ...cardholder }),
    paymentsRole,
    inline(allow("s3:GetObject", "arn:aws:s3:::cards/*")),
  ),
  passes(
    "wildcard-access-found",
    secret({ arn: SECRET_ARN, ...cardholder }),
    permissionSet,
    inlineOfSet(read(SECRET_ARN)),
  ),
  passes(
    "wildcard-access-found",
    bucket({ bucket: "cards", ...cardholder }),
    paymentsRole,
    inline(allow("s3:GetObject", "arn:aws:s3:::card*")),
  ),
  passes(
    "wildcard-access-found",
    bucket({ bucket: "cards", ...cardholder }),
    paymentsRole,
    inline(allow("s3:ListAllMyBuckets", "*")),
  ),
  passes(
    "wildcard-access-found",
    bucket({ bucket: "cards", ...cardholder }),
    paymentsRole,
    inline(allow("s3:*", "*"), {
      Effect: "Deny",
      Action: "s3:*",
      Resource: ["arn:aws:s3:::cards", "arn:aws:s3:::cards/*"],
    }),
  ),
  passes(
    "wildcard-access-found",
    table({ name: "cards", ...cardholder }),
    paymentsRole,
    inline(allow("dynamodb:*", "*"), {
      Effect: "Deny",
      Action: "dynamodb:*",
      Resource: "arn:aws:dynamodb:*:*:table/cards",
    }),
  ),
  // A refusal of one folder refuses not all.
  fails(
    "wildcard-access-found",
    bucket({ bucket: "cards", ...cardholder }),
    paymentsRole,
    inline(allow("s3:*", "*"), { Effect: "Deny", Action: "s3:*", Resource: "arn:aws:s3:::cards/vault/*" }),
  ),
  passes(
    "wildcard-access-found",
    database(cardholder),
    paymentsRole,
    inline(allow("rds-db:connect", "arn:aws:rds-db:*:*:dbuser:db-1/app")),
  ),
  passes(
    "wildcard-access-found",
    bucket({ bucket: "site", tags: { "data-class": "public" } }),
    paymentsRole,
    inline(allow("s3:*", "*")),
  ),
  passes("wildcard-access-found", bucket({ bucket: "site" }), paymentsRole, inline(allow("s3:*", "*"))),
  passes(
    "wildcard-access-found",
    table({ name: "cards", arn: "arn:table", ...cardholder }),
    tablePolicy({
      resourceArn: "arn:table",
      policy: document(allow("dynamodb:GetItem", "*", { Principal: { AWS: ROLE_ARN } })),
    }),
  ),
  {
    ...passes(
      "wildcard-access-found",
      bucket({ bucket: "cards", ...cardholder }),
      role({ managedPolicyArns: [ADMINISTRATOR] }),
    ),
    parameters: { administrators: ["Role"] },
  },
  {
    ...fails(
      "wildcard-access-found",
      bucket({ bucket: "cards", tags: { sensitivity: "cardholder" } }),
      paymentsRole,
      inline(allow("s3:*", "*")),
    ),
    parameters: { dataClassTag: "sensitivity" },
  },
  unknown(
    "wildcard-access-found",
    bucket({ bucket: "cards", tags: UNKNOWN }),
    paymentsRole,
    inline(allow("s3:*", "*")),
  ),
  unknown(
    "wildcard-access-found",
    bucket({ bucket: "cards", ...cardholder }),
    paymentsRole,
    inline(allow(UNKNOWN, "*")),
  ),

  fails(
    "role-data-class",
    paymentsRole,
    stranger,
    bucket({ bucket: "cards", ...cardholder }),
    inline(allow("s3:GetObject", "arn:aws:s3:::cards/*")),
  ),
  fails(
    "role-data-class",
    paymentsRole,
    lambda({ role: ROLE_ARN, ...confidential }),
    table({ name: "cards", ...cardholder }),
    inline(allow("dynamodb:*", "arn:aws:dynamodb:*:*:table/cards")),
  ),
  fails(
    "role-data-class",
    role(),
    task({ taskRoleArn: UNKNOWN }, { taskRoleArn: ["Role"] }),
    secret(cardholder),
    rolePolicy(
      { role: UNKNOWN, policy: { Statement: read(UNKNOWN) } },
      { role: ["Role"], policy: ["Secret"] },
    ),
  ),
  passes(
    "role-data-class",
    paymentsRole,
    lambda({ role: ROLE_ARN, ...cardholder }),
    bucket({ bucket: "cards", ...cardholder }),
    inline(allow("s3:GetObject", "arn:aws:s3:::cards/*")),
  ),
  passes(
    "role-data-class",
    role({ name: "payments", arn: ROLE_ARN, ...cardholder }),
    stranger,
    bucket({ bucket: "cards", ...cardholder }),
    inline(allow("s3:GetObject", "*")),
  ),
  passes(
    "role-data-class",
    role(),
    task({ arn: "arn:task", taskRoleArn: UNKNOWN }, { taskRoleArn: ["Role"] }),
    service({ taskDefinition: "arn:task", ...cardholder }),
    secret(cardholder),
    rolePolicy(
      { role: UNKNOWN, policy: { Statement: read(UNKNOWN) } },
      { role: ["Role"], policy: ["Secret"] },
    ),
  ),
  passes(
    "role-data-class",
    paymentsRole,
    lambda({ role: ROLE_ARN, ...cardholder }),
    bucket({ bucket: "site", tags: { "data-class": "public" } }),
    inline(allow("s3:*", "*")),
  ),
  passes(
    "role-data-class",
    paymentsRole,
    stranger,
    bucket({ bucket: "cards", ...cardholder }),
    inline(allow("s3:PutObject", "*")),
  ),
  // Nothing runs with it.
  passes(
    "role-data-class",
    paymentsRole,
    bucket({ bucket: "cards", ...cardholder }),
    inline(allow("s3:*", "*")),
  ),
  unknown(
    "role-data-class",
    paymentsRole,
    stranger,
    bucket({ bucket: "cards", tags: UNKNOWN }),
    inline(allow("s3:*", "*")),
  ),
];
