import { fixed, times } from "../monthly.ts";
import type { PlanResource } from "../../../components/testing/plan.ts";
import { hoursOfWeek } from "../schedule.ts";
import { isOn, textAt } from "../site.ts";
import type { Site } from "../site.ts";
import type { Charge, Pricers } from "./pricer.ts";

/** Weeks of an average month. */
const WEEKS = 365 / 12 / 7;

/** SNS, SQS, EventBridge and its scheduler, Step Functions. */
export const messaging: Pricers = {
  "aws:sns/topic:Topic": (_, site) => [
    {
      part: "messaging",
      what: "published messages",
      price: "sns.requests",
      quantity: site.assumed(site.usage.messages),
    },
  ],
  "aws:sns/topicSubscription:TopicSubscription": subscription,
  "aws:sqs/queue:Queue": ({ inputs }, site) => [
    {
      part: "messaging",
      what: "queue requests",
      price: isOn(inputs, "fifoQueue") ? "sqs.fifo.requests" : "sqs.requests",
      quantity: site.assumed(site.usage.messages * 3),
      how: `${site.usage.messages} million messages × 3 (send, receive, delete)`,
    },
  ],
  "aws:cloudwatch/eventBus:EventBus": (_, site) => [
    {
      part: "messaging",
      what: "custom events",
      price: "events.custom",
      quantity: site.assumed(site.usage.messages),
    },
  ],
  "aws:scheduler/schedule:Schedule": schedule,
  "aws:sfn/stateMachine:StateMachine": (_, site) => [
    {
      part: "messaging",
      what: "state transitions",
      price: "stepfunctions.transitions",
      quantity: site.assumed(site.usage.messages * 1000),
    },
  ],
};

function subscription({ inputs }: PlanResource, site: Site): Charge[] {
  const protocol = textAt(inputs, "protocol");
  if (protocol.startsWith("email")) {
    return [
      {
        part: "messaging",
        what: "e-mails",
        price: "sns.email",
        quantity: times(site.assumed(site.usage.emails), 1e-5),
        how: `${site.usage.emails} e-mails`,
      },
    ];
  }
  if (protocol.startsWith("http")) {
    return [
      {
        part: "messaging",
        what: "HTTPS notifications",
        price: "sns.http",
        quantity: times(site.assumed(site.usage.messages), 10),
        how: `${site.usage.messages} million`,
      },
    ];
  }
  // Deliveries to queues and functions are free.
  return [];
}

/** Every firing counts; what does not repeat weekly is counted as once a day. */
function schedule({ inputs }: PlanResource): Charge[] {
  const firings = (hoursOfWeek(textAt(inputs, "scheduleExpression"))?.length ?? 7) * WEEKS;
  return [
    {
      part: "messaging",
      what: "schedule",
      price: "scheduler.invocations",
      quantity: fixed(firings / 1e6),
      how: `${Math.round(firings)} invocations`,
    },
  ];
}
