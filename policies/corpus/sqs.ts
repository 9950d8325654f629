import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const queue = of("aws:sqs/queue:Queue");
const queuePolicy = of("aws:sqs/queuePolicy:QueuePolicy");
const redrive = of("aws:sqs/redrivePolicy:RedrivePolicy");
const redriveAllow = of("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy");

const everyone = { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: "*" };
const producer = { ...everyone, Principal: { AWS: "arn:aws:iam::123456789012:role/payments" } };
const ownAccount = { ...everyone, Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } } };
const policy = (...statements: object[]) => ({ policy: document(...statements) });
const denyPlaintext = {
  Effect: "Deny",
  Principal: "*",
  Action: "sqs:*",
  Resource: UNKNOWN,
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const url = "https://sqs.eu-west-1.amazonaws.com/123456789012/payments";
const arn = "arn:aws:sqs:eu-west-1:123456789012:payments-dead";
const ofQueue = { queueUrl: ["Queue"] };
const toDead = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 5 });

/** What leaves in a queue what it could not deliver, and the property that says where. */
const leavers = [
  [of("aws:cloudwatch/eventTarget:EventTarget"), "deadLetterConfig"],
  [of("aws:lambda/eventSourceMapping:EventSourceMapping"), "destinationConfig"],
  [of("aws:lambda/function:Function"), "deadLetterConfig"],
  [of("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"), "destinationConfig"],
  [of("aws:scheduler/schedule:Schedule"), "target"],
  [of("aws:sns/topicSubscription:TopicSubscription"), "redrivePolicy"],
] as const;
const leaving = (targetArn: string) =>
  of("aws:lambda/function:Function")({ deadLetterConfig: { targetArn } });

export default [
  fails("sqs-policy-not-public", queuePolicy(policy(everyone))),
  fails("sqs-policy-not-public", queue(policy(everyone))),
  fails("sqs-policy-not-public", queuePolicy(policy({ ...everyone, Principal: { AWS: ["*"] } }))),
  fails("sqs-policy-not-public", queuePolicy(policy({ ...everyone, Resource: UNKNOWN }))),
  passes("sqs-policy-not-public", queuePolicy(policy(ownAccount))),
  passes(
    "sqs-policy-not-public",
    queuePolicy(policy({ ...everyone, Principal: { Service: "events.amazonaws.com" } })),
  ),
  passes("sqs-policy-not-public", queue()),
  unknown("sqs-policy-not-public", queuePolicy({ policy: UNKNOWN })),
  unknown("sqs-policy-not-public", queuePolicy(policy({ ...everyone, Principal: { AWS: UNKNOWN } }))),

  fails("sqs-policy-no-wildcard-action", queuePolicy(policy({ ...producer, Action: "sqs:*" }))),
  fails("sqs-policy-no-wildcard-action", queuePolicy(policy({ ...producer, Action: "SQS:*" }))),
  fails("sqs-policy-no-wildcard-action", queue(policy({ ...producer, Action: ["*"] }))),
  // All but some are nearly all; all but those of queues are none.
  fails(
    "sqs-policy-no-wildcard-action",
    queuePolicy(policy({ ...producer, Action: undefined, NotAction: ["sqs:DeleteQueue", "s3:*"] })),
  ),
  passes("sqs-policy-no-wildcard-action", queuePolicy(policy(producer))),
  passes(
    "sqs-policy-no-wildcard-action",
    queuePolicy(policy({ ...producer, Action: undefined, NotAction: ["s3:*", "sqs:*"] })),
  ),
  passes("sqs-policy-no-wildcard-action", queuePolicy(policy(denyPlaintext))),
  unknown("sqs-policy-no-wildcard-action", queuePolicy(policy({ ...producer, Action: [UNKNOWN] }))),
  unknown(
    "sqs-policy-no-wildcard-action",
    queuePolicy(policy({ ...producer, Action: undefined, NotAction: [UNKNOWN] })),
  ),
  unknown("sqs-policy-no-wildcard-action", queuePolicy({ policy: UNKNOWN })),

  fails("sqs-encrypted", queue({ sqsManagedSseEnabled: false })),
  passes("sqs-encrypted", queue()),
  passes("sqs-encrypted", queue({ sqsManagedSseEnabled: false, kmsMasterKeyId: "alias/queues" })),
  unknown("sqs-encrypted", queue({ sqsManagedSseEnabled: UNKNOWN })),

  fails("sqs-cmk", queue({ name: "payments" })),
  fails("sqs-cmk", queue({ kmsMasterKeyId: "alias/aws/sqs" })),
  passes("sqs-cmk", queue({ name: "payments", kmsMasterKeyId: UNKNOWN })),

  fails("sqs-tls-only", queue({ name: "payments" })),
  fails("sqs-tls-only", queue(), queuePolicy({ queueUrl: UNKNOWN, ...policy(ownAccount) }, ofQueue)),
  fails(
    "sqs-tls-only",
    queue({ id: url }),
    queuePolicy({ queueUrl: `${url}-other`, ...policy(denyPlaintext) }),
  ),
  passes("sqs-tls-only", queue(), queuePolicy({ queueUrl: UNKNOWN, ...policy(denyPlaintext) }, ofQueue)),
  passes("sqs-tls-only", queue({ id: url }), queuePolicy({ queueUrl: url, ...policy(denyPlaintext) })),
  passes("sqs-tls-only", queue(policy(ownAccount, denyPlaintext))),
  unknown("sqs-tls-only", queue(), queuePolicy({ queueUrl: UNKNOWN, policy: UNKNOWN }, ofQueue)),

  fails("sqs-dead-letter-queue", queue({ name: "payments" })),
  fails(
    "sqs-dead-letter-queue",
    queue({ id: url }),
    redrive({ queueUrl: `${url}-other`, redrivePolicy: toDead }),
  ),
  passes(
    "sqs-dead-letter-queue",
    queue({
      name: "payments",
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: UNKNOWN, maxReceiveCount: 5 }),
    }),
  ),
  passes("sqs-dead-letter-queue", queue({ name: "payments", redrivePolicy: UNKNOWN })),
  passes("sqs-dead-letter-queue", queue(), redrive({ queueUrl: UNKNOWN, redrivePolicy: UNKNOWN }, ofQueue)),
  passes("sqs-dead-letter-queue", queue({ id: url }), redrive({ queueUrl: url, redrivePolicy: toDead })),
  // The queue for dead letters itself.
  passes(
    "sqs-dead-letter-queue",
    queue(),
    queue({ redrivePolicy: UNKNOWN }, { redrivePolicy: ["Queue"] }, "payments"),
  ),
  passes("sqs-dead-letter-queue", queue({ arn }), queue({ redrivePolicy: toDead }, undefined, "payments")),
  ...leavers.map(([leaver, property]) =>
    passes("sqs-dead-letter-queue", queue(), leaver({ [property]: UNKNOWN }, { [property]: ["Queue"] })),
  ),
  passes("sqs-dead-letter-queue", queue({ arn }), leaving(arn)),
  fails("sqs-dead-letter-queue", queue({ arn }), leaving(`${arn}-other`)),
  passes("sqs-dead-letter-queue", queue({ redriveAllowPolicy: UNKNOWN })),
  passes("sqs-dead-letter-queue", queue(), redriveAllow({ queueUrl: UNKNOWN }, ofQueue)),
  unknown("sqs-dead-letter-queue", queue(), redrive({ queueUrl: UNKNOWN, redrivePolicy: toDead })),

  fails("sqs-retention", queue({ name: "payments" })),
  { ...fails("sqs-retention", queue({ messageRetentionSeconds: 86_401 })), parameters: { maximumDays: 1 } },
  passes("sqs-retention", queue({ name: "payments", messageRetentionSeconds: 1_209_600 })),
  { ...passes("sqs-retention", queue({ messageRetentionSeconds: 86_400 })), parameters: { maximumDays: 1 } },
  unknown("sqs-retention", queue({ messageRetentionSeconds: UNKNOWN })),
];
