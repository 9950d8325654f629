import { statementsOf } from "../policy-document.ts";
import { resourceRule } from "../rule.ts";
import { visit } from "../values.ts";

const TOPIC = "aws:sns/topic:Topic";
const QUEUE = "aws:sqs/queue:Queue";

function policyNotPublic(id: string, types: string[], what: string) {
  return resourceRule({
    id,
    title: `${what} policies grant nothing to everyone`,
    severity: "critical",
    types,
    remedy: "Name the principals, or narrow them by a condition on `aws:SourceAccount` or `aws:SourceArn`.",
    check(props, fail) {
      visit(statementsOf(props.json("policy")), (statement) => {
        if (statement.isPublic()) fail(`the statement ${statement.sid || "without Sid"} grants to everyone`);
      });
    },
  });
}

export const messagingRules = [
  policyNotPublic("sns-policy-not-public", [TOPIC, "aws:sns/topicPolicy:TopicPolicy"], "Topics'"),
  policyNotPublic("sqs-policy-not-public", [QUEUE, "aws:sqs/queuePolicy:QueuePolicy"], "Queues'"),
  resourceRule({
    id: "sns-kms",
    title: "Topics are encrypted under a KMS key",
    severity: "medium",
    types: [TOPIC],
    remedy:
      "Set `kmsMasterKeyId`; a customer key lets CloudWatch and other services publish, the AWS-managed one not.",
    check(props, fail) {
      if (!props.declares("kmsMasterKeyId")) fail("kmsMasterKeyId is not given");
    },
  }),
  resourceRule({
    id: "sqs-encrypted",
    title: "Queues are encrypted",
    severity: "medium",
    types: [QUEUE],
    remedy: "Set `kmsMasterKeyId`, or leave `sqsManagedSseEnabled` on.",
    check(props, fail) {
      // AWS encrypts queues unless told not to.
      if (props.declares("kmsMasterKeyId") || props.flag("sqsManagedSseEnabled", true)) return;
      fail("sqsManagedSseEnabled is off and no kmsMasterKeyId is given");
    },
  }),
];
