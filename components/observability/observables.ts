import type * as pulumi from "@pulumi/pulumi";

/** What an alarm is about; `Monitoring`'s limits are given by these words. */
export type AlarmKind =
  | "cpu"
  | "memory"
  | "freeMemory"
  | "connections"
  | "storage"
  | "http5xx"
  | "responseTime"
  | "unhealthyTargets"
  | "runningTasks"
  | "replication"
  | "evictions"
  | "errors"
  | "blockedRequests"
  | "backup"
  | "security"
  | "certificateExpiry";

/** A CloudWatch metric. */
export interface Metric {
  /** CloudWatch namespace, such as `AWS/ECS`. */
  namespace: string;
  /** Metric name, such as `CPUUtilization`. */
  name: string;
  dimensions: Record<string, pulumi.Input<string>>;
  /** `Average`, `Sum`, `Maximum`, `Minimum`, `SampleCount` or a percentile such as `p99`. */
  statistic: string;
  /** Seconds; 10, 30 or a multiple of 60. @default 60 */
  period?: number;
  /** Region of the metric. @default the component's */
  region?: string;
}

/** An alarm that a component proposes; thresholds can be overridden per kind. */
export interface AlarmProposal {
  /** Part of the child's name: `cpu`, `target-5xx`; unique within the component. */
  role: string;
  kind: AlarmKind;
  /** What it means and what to do first, for the person who is called. */
  description: string;
  metric: Metric;
  comparison: "above" | "below" | "atLeast" | "atMost";
  /** In the metric's unit. */
  threshold: number;
  /** Periods in a row that must breach. @default 3 */
  periods?: number;
  /** What absent data means. @default "notBreaching" */
  missingData?: "breaching" | "notBreaching" | "ignore" | "missing";
}

/** The dashboard that a widget belongs to. */
export type DashboardGroup =
  "application" | "database" | "cache" | "load-balancer" | "network" | "operations";

/** A graph that a component proposes. */
export interface WidgetProposal {
  title: string;
  group: DashboardGroup;
  metrics: (Metric & { label?: string })[];
  /** Lowest value of the left axis. @default 0 */
  min?: number;
}

/** What a component can be watched by. */
export interface Observables {
  /** The component's name; begins the names of its alarms. */
  name: string;
  alarms: AlarmProposal[];
  widgets: WidgetProposal[];
}

/** The observables of a component that has a region of its own: its metrics are there, but for those that name another. */
export function observablesIn(
  region: string | undefined,
  { name, alarms, widgets }: Observables,
): Observables {
  if (region === undefined) return { name, alarms, widgets };
  const there = <M extends Metric>(metric: M): M => ({ ...metric, region: metric.region ?? region });
  return {
    name,
    alarms: alarms.map((alarm) => ({ ...alarm, metric: there(alarm.metric) })),
    widgets: widgets.map((widget) => ({ ...widget, metrics: widget.metrics.map(there) })),
  };
}

/** A component that contributes alarms and widgets. */
export interface Observable {
  readonly observables: Observables;
}
