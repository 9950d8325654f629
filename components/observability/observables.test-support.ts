import type { Metric, Observable } from "./observables.ts";

const CPU: Metric = {
  namespace: "AWS/ECS",
  name: "CPUUtilization",
  dimensions: { ClusterName: "payments", ServiceName: "backend" },
  statistic: "Average",
};
const LATENCY: Metric = {
  namespace: "AWS/ApplicationELB",
  name: "TargetResponseTime",
  dimensions: { LoadBalancer: "app/edge/1" },
  statistic: "p99",
};
const FREE_STORAGE: Metric = {
  namespace: "AWS/RDS",
  name: "FreeStorageSpace",
  dimensions: { DBInstanceIdentifier: "payments" },
  statistic: "Minimum",
  period: 300,
};

/** Components as tests need them: one with upper limits and a percentile, one with a lower limit. */
export const BACKEND: Observable = {
  observables: {
    name: "backend",
    alarms: [
      { role: "cpu", kind: "cpu", description: "Busy.", metric: CPU, comparison: "above", threshold: 85 },
      {
        role: "latency",
        kind: "responseTime",
        description: "Slow.",
        metric: LATENCY,
        comparison: "atLeast",
        threshold: 1,
        periods: 5,
        missingData: "missing",
      },
    ],
    widgets: [
      { title: "CPU", group: "application", metrics: [{ ...CPU, label: "cpu" }] },
      { title: "Latency", group: "load-balancer", metrics: [LATENCY] },
    ],
  },
};
export const DATABASE: Observable = {
  observables: {
    name: "payments",
    alarms: [
      {
        role: "storage",
        kind: "storage",
        description: "Nearly full.",
        metric: FREE_STORAGE,
        comparison: "below",
        threshold: 10_000,
      },
    ],
    widgets: [{ title: "Free storage", group: "database", metrics: [FREE_STORAGE] }],
  },
};
