import { Problems, show } from "../validation.ts";
import type { AlarmKind, AlarmProposal, Metric, Observables } from "./observables.ts";

/** Thresholds that replace the components' own, by kind of alarm. */
export type Limits = Partial<Record<AlarmKind, number>>;

/** An alarm as it will be made. */
export interface PlannedAlarm {
  /** `<component>-<service>-<role>`: unique, and stable when other components join. */
  role: string;
  description: string;
  metric: Metric;
  comparisonOperator:
    | "GreaterThanThreshold"
    | "GreaterThanOrEqualToThreshold"
    | "LessThanThreshold"
    | "LessThanOrEqualToThreshold";
  threshold: number;
  period: number;
  periods: number;
  missingData: NonNullable<AlarmProposal["missingData"]>;
}

/**
 * What a limit of each kind means. A limit moves only the alarms that watch in its direction: one of 90 for memory is
 * about per cent in use and leaves an alarm on free bytes as it is.
 */
const KINDS: Readonly<Record<AlarmKind, { unit: string; direction: "upper" | "lower"; most?: number }>> = {
  cpu: { unit: "per cent", direction: "upper", most: 100 },
  memory: { unit: "per cent", direction: "upper", most: 100 },
  connections: { unit: "connections", direction: "upper" },
  freeMemory: { unit: "bytes free", direction: "lower" },
  storage: { unit: "bytes free", direction: "lower" },
  http5xx: { unit: "answers", direction: "upper" },
  responseTime: { unit: "seconds", direction: "upper" },
  unhealthyTargets: { unit: "targets", direction: "upper" },
  runningTasks: { unit: "tasks", direction: "lower" },
  replication: { unit: "seconds behind", direction: "upper" },
  evictions: { unit: "keys", direction: "upper" },
  errors: { unit: "errors", direction: "upper" },
  blockedRequests: { unit: "requests", direction: "upper" },
  backup: { unit: "jobs", direction: "upper" },
  certificateExpiry: { unit: "days left", direction: "lower" },
  security: { unit: "events", direction: "upper" },
};

const OPERATORS = {
  above: "GreaterThanThreshold",
  atLeast: "GreaterThanOrEqualToThreshold",
  below: "LessThanThreshold",
  atMost: "LessThanOrEqualToThreshold",
} as const;

/** Statistics that CloudWatch takes by name; the others are percentiles and their like. */
export const SIMPLE_STATISTICS = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];
const EXTENDED_STATISTIC = /^(p|tm|tc|ts|wm)(\d{1,2}(\.\d{1,10})?|100)$|^IQM$/;
const DAY = 86_400;

/** The alarms of these components, with the limits applied; mistakes are recorded at `watch…` and `limits…`. */
export function planAlarms(observed: Observables[], limits: Limits, problems: Problems): PlannedAlarm[] {
  checkLimits(limits, problems);
  const seen = new Set<string>();
  return observed.flatMap((observables, index) =>
    observables.alarms.map((alarm) => {
      const path = `watch[${index}].${alarm.role}`;
      const planned = planAlarm(observables.name, alarm, limits);
      problems.check(
        !seen.has(planned.role),
        path,
        `a second component has the alarm ${show(planned.role)}; give the components different names`,
      );
      seen.add(planned.role);
      checkAlarm(planned, path, problems);
      return planned;
    }),
  );
}

function planAlarm(component: string, alarm: AlarmProposal, limits: Limits): PlannedAlarm {
  const { kind, comparison, metric } = alarm;
  const direction = comparison === "above" || comparison === "atLeast" ? "upper" : "lower";
  const limit = direction === KINDS[kind].direction ? limits[kind] : undefined;
  return {
    role: [component, serviceOf(metric.namespace), alarm.role].filter((part) => part !== "").join("-"),
    description: alarm.description,
    metric,
    comparisonOperator: OPERATORS[comparison],
    threshold: limit ?? alarm.threshold,
    period: metric.period ?? 60,
    periods: alarm.periods ?? 3,
    missingData: alarm.missingData ?? "notBreaching",
  };
}

/** `AWS/RDS` → `rds`; nothing for a namespace of one's own. It tells a database and a cache of one name apart. */
function serviceOf(namespace: string): string {
  const [, service] = /^AWS\/([A-Za-z0-9]+)$/.exec(namespace) ?? [];
  return service === "ApplicationELB" ? "alb" : (service?.toLowerCase() ?? "");
}

function checkLimits(limits: Limits, problems: Problems): void {
  for (const [kind, limit] of Object.entries(limits)) {
    if (!isKind(kind)) {
      problems.add(`limits.${kind}`, `is not a kind of alarm; write one of ${Object.keys(KINDS).join(", ")}`);
      continue;
    }
    const { unit, most = Infinity } = KINDS[kind];
    problems.check(
      Number.isFinite(limit) && limit >= 0 && limit <= most,
      `limits.${kind}`,
      `${limit} is not possible; write a number of ${unit} from 0${most === Infinity ? "" : ` to ${most}`}`,
    );
  }
}

function isKind(kind: string): kind is AlarmKind {
  return kind in KINDS;
}

function checkAlarm({ metric, period, periods }: PlannedAlarm, path: string, problems: Problems): void {
  problems.check(
    SIMPLE_STATISTICS.includes(metric.statistic) || EXTENDED_STATISTIC.test(metric.statistic),
    `${path}.metric.statistic`,
    `${show(metric.statistic)} is not a statistic; write one of ${SIMPLE_STATISTICS.join(", ")} or a percentile ` +
      'such as "p99"',
  );
  problems.check(
    period === 10 || period === 30 || (period > 0 && period % 60 === 0),
    `${path}.metric.period`,
    `${period} seconds are not possible; write 10, 30 or a multiple of 60`,
  );
  const longest = period >= 3600 ? 7 * DAY : DAY;
  problems.check(
    Number.isInteger(periods) && periods >= 1 && periods * period <= longest,
    `${path}.periods`,
    `${periods} periods of ${period} seconds are not possible; CloudWatch looks back ${longest / DAY} ` +
      `${longest === DAY ? "day" : "days"} at most`,
  );
}
