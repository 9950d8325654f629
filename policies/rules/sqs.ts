import { statementsOf } from "../policy-document.ts";
import { resourceRule, stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, anyOf, some, visit } from "../values.ts";
import { customerKeyRule } from "./shared/customer-key.ts";
import { tlsOnlyRule } from "./shared/messaging.ts";
import { everyAction, nameOf, notPublicRule } from "./shared/resource-policies.ts";

const QUEUE = "aws:sqs/queue:Queue";
const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";
const REDRIVE = "aws:sqs/redrivePolicy:RedrivePolicy";
const REDRIVE_ALLOW = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy";

/** What leaves in a queue what it could not deliver, and the property that names the queue. */
const LEAVERS: Record<string, string> = {
  "aws:cloudwatch/eventTarget:EventTarget": "deadLetterConfig.arn",
  "aws:lambda/eventSourceMapping:EventSourceMapping": "destinationConfig.onFailure.destinationArn",
  "aws:lambda/function:Function": "deadLetterConfig.targetArn",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "destinationConfig.onFailure.destination",
  "aws:scheduler/schedule:Schedule": "target.deadLetterConfig.arn",
};

/** What says by a document where it leaves what it could not deliver. */
const REDRIVERS = [QUEUE, REDRIVE, "aws:sns/topicSubscription:TopicSubscription"];

/** Whether others leave here what they could not deal with or deliver. */
function isDeadLetterQueue(queue: StackResource, stack: Stack): boolean {
  return anyOf(
    () => queue.props.declares("redriveAllowPolicy"),
    () => stack.hasReferring([REDRIVE_ALLOW], "queueUrl", queue),
    () =>
      some(stack.of(REDRIVERS), (other) => {
        const origins = other.originsOf("redrivePolicy");
        return origins.length > 0
          ? origins.includes(queue.urn)
          : queue.names.has(other.props.json("redrivePolicy")?.text("deadLetterTargetArn") ?? "");
      }),
    () => some(Object.entries(LEAVERS), ([type, property]) => stack.hasReferring([type], property, queue)),
  );
}

export const sqsRules = [
  notPublicRule({
    id: "sqs-policy-not-public",
    title: "Queues' policies grant nothing to everyone",
    severity: "critical",
    types: [QUEUE, QUEUE_POLICY],
    why: "Whoever may send to a queue can make its consumers work for them; whoever may receive takes messages away unseen.",
  }),
  resourceRule({
    id: "sqs-policy-no-wildcard-action",
    title: "Queues' policies name the actions that they allow",
    severity: "high",
    types: [QUEUE, QUEUE_POLICY],
    why: "With every action comes the one to empty the queue, to delete it and to let others in.",
    remedy: "Name the actions that the principal needs, such as `sqs:SendMessage`.",
    check(props, fail) {
      visit(statementsOf(props.json("policy")), (statement) => {
        const isWrong = allOf(
          () => statement.allows,
          () => statement.coversAllActions("sqs"),
        );
        if (isWrong) fail(`${nameOf(statement)} allows ${everyAction(statement)}`);
      });
    },
  }),
  resourceRule({
    id: "sqs-encrypted",
    title: "Queues are encrypted",
    severity: "medium",
    types: [QUEUE],
    why: "Messages wait on AWS's disks for up to 14 days and may hold what a payment is about.",
    remedy: "Set `kmsMasterKeyId`, or leave `sqsManagedSseEnabled` on.",
    check(props, fail) {
      // AWS encrypts queues unless told not to.
      if (props.declares("kmsMasterKeyId") || props.flag("sqsManagedSseEnabled", true)) return;
      fail("sqsManagedSseEnabled is off and no kmsMasterKeyId is given");
    },
  }),
  customerKeyRule(
    {
      id: "sqs-cmk",
      title: "Queues are encrypted under a customer key",
      severity: "low",
      types: [QUEUE],
      why: "Only a key of one's own can be closed to everybody at once, and its log tells who read messages.",
    },
    "kmsMasterKeyId",
  ),
  tlsOnlyRule(
    {
      id: "sqs-tls-only",
      title: "Queues accept messages over TLS only",
      severity: "medium",
      why: "What is sent in plaintext can be read and changed on its way.",
    },
    QUEUE,
    { type: QUEUE_POLICY, of: "queueUrl" },
    "sqs:SendMessage",
  ),
  stackRule({
    id: "sqs-dead-letter-queue",
    title: "Queues put messages aside that nobody can deal with",
    severity: "low",
    types: [QUEUE],
    joins: [...REDRIVERS, REDRIVE_ALLOW, ...Object.keys(LEAVERS)],
    why: "A message that makes its consumer fail comes back again and again until it expires, and is then lost unseen.",
    remedy:
      "Set `redrivePolicy` to `{ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 5 }` as JSON, or declare an `aws.sqs.RedrivePolicy`.",
    check(queue, stack, fail) {
      const isKept = anyOf(
        () => queue.props.declares("redrivePolicy"),
        () => stack.hasReferring([REDRIVE], "queueUrl", queue),
        () => isDeadLetterQueue(queue, stack),
      );
      if (!isKept) fail("redrivePolicy is not given");
    },
  }),
  resourceRule({
    id: "sqs-retention",
    title: "Queues state how long they keep messages",
    severity: "low",
    types: [QUEUE],
    why: "After four days, the default, what no consumer has fetched is gone; that should be somebody's decision.",
    remedy: "Set `messageRetentionSeconds`, such as 1209600 for fourteen days.",
    parameters: {
      maximumDays: {
        type: "integer",
        minimum: 1,
        maximum: 14,
        description: "Days after which messages must be gone.",
        default: 14,
      },
    },
    check(props, fail, parameters) {
      const seconds = props.number("messageRetentionSeconds");
      const maximum = parameters.number("maximumDays") ?? 14;
      if (seconds === undefined) fail("messageRetentionSeconds is not given");
      else if (seconds > maximum * 86_400)
        fail(`messageRetentionSeconds is ${seconds}, more than ${maximum} days`);
    },
  }),
];
