import { resourceRule } from "../rule.ts";

const LOG_GROUPS = ["aws:cloudwatch/logGroup:LogGroup"];

export const cloudwatchRules = [
  resourceRule({
    id: "alarm-actions",
    title: "Alarms tell someone",
    severity: "high",
    types: ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"],
    remedy: "Set `alarmActions: [topic.arn]` and leave `actionsEnabled` on.",
    check(props, fail) {
      if (!props.flag("actionsEnabled", true)) fail("actionsEnabled is off");
      else if (!props.declares("alarmActions")) fail("alarmActions is empty");
    },
  }),
  resourceRule({
    id: "log-group-retention",
    title: "Log groups keep data for a stated time that is long enough",
    severity: "medium",
    types: LOG_GROUPS,
    remedy: "Set `retentionInDays`, such as 365.",
    parameters: {
      minimumDays: {
        type: "integer",
        minimum: 1,
        maximum: 3653,
        description:
          "Days that logs must be kept in the group. Less is enough where they are archived elsewhere.",
        default: 365,
      },
    },
    check(props, fail, parameters) {
      const days = props.number("retentionInDays") ?? 0;
      const minimum = parameters.number("minimumDays") ?? 365;
      if (days === 0) fail("retentionInDays is not given: data is kept for ever");
      else if (days < minimum) fail(`retentionInDays is ${days}, less than ${minimum}`);
    },
  }),
  resourceRule({
    id: "log-group-kms",
    title: "Log groups are encrypted under a customer key",
    severity: "medium",
    types: LOG_GROUPS,
    remedy: "Set `kmsKeyId: key.arn`; the key's policy must let the logs service use it.",
    check(props, fail) {
      if (!props.declares("kmsKeyId")) fail("kmsKeyId is not given");
    },
  }),
];
