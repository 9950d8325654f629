import type * as pulumi from "@pulumi/pulumi";
import type { AlarmProposal, Metric, Observables } from "../observability/observables.ts";

/** What a service's alarms and graphs are about. */
export interface ObservedService {
  clusterName: pulumi.Input<string>;
  serviceName: pulumi.Input<string>;
  /** Fewest tasks that are ever meant to run; 0 silences the alarm about missing ones. */
  floor: number;
  /** Whether it is at times meant to run none at all. */
  rests: boolean;
  region: string | undefined;
  loadBalancerSuffix?: pulumi.Input<string>;
  targetGroupSuffixes?: pulumi.Input<string>[];
}

/** Alarms and graphs of a service; thresholds are defaults. */
export function serviceObservables(name: string, service: ObservedService): Observables {
  const at = service.region === undefined ? {} : { region: service.region };
  const metric = (metricName: string, statistic: string): Metric => ({
    namespace: "AWS/ECS",
    name: metricName,
    dimensions: { ClusterName: service.clusterName, ServiceName: service.serviceName },
    statistic,
    ...at,
  });
  const cpu = metric("CPUUtilization", "Average");
  const memory = metric("MemoryUtilization", "Average");
  // Every running task reports once a minute, so the number of samples is the number of tasks; unlike Container
  // Insights' own metric it costs nothing.
  const running = metric("CPUUtilization", "SampleCount");
  const targets = (service.targetGroupSuffixes ?? []).map((TargetGroup) => ({
    LoadBalancer: service.loadBalancerSuffix ?? "",
    TargetGroup,
  }));
  const targetMetric = (metricName: string, statistic: string, dimensions: Metric["dimensions"]): Metric => ({
    namespace: "AWS/ApplicationELB",
    name: metricName,
    dimensions,
    statistic,
    ...at,
  });
  const alarms: AlarmProposal[] = [
    {
      role: "cpu",
      kind: "cpu",
      description: `${name} uses more than 90 % of its CPU. See whether it scales; if it is at its most tasks, raise scaling.max`,
      metric: cpu,
      comparison: "above",
      threshold: 90,
    },
    {
      role: "memory",
      kind: "memory",
      description: `${name} uses more than 90 % of its memory and may be killed. Look for a leak, or give it more memory`,
      metric: memory,
      comparison: "above",
      threshold: 90,
    },
    ...(service.floor === 0
      ? []
      : [
          {
            role: "running-tasks",
            kind: "runningTasks" as const,
            description: `${name} runs fewer than ${service.floor} tasks. Read the service's events: why do tasks stop or not start?`,
            metric: running,
            comparison: "below" as const,
            threshold: service.floor,
            // Where no task runs, nothing reports.
            missingData: service.rests ? ("notBreaching" as const) : ("breaching" as const),
          },
        ]),
    ...targets.map((dimensions, index) => ({
      role: index === 0 ? "unhealthy-targets" : "unhealthy-targets-alternate",
      kind: "unhealthyTargets" as const,
      description: `Tasks of ${name} fail the load balancer's health check. Read the logs of the failing tasks`,
      metric: targetMetric("UnHealthyHostCount", "Maximum", dimensions),
      comparison: "above" as const,
      threshold: 0,
      periods: 5,
    })),
  ];
  return {
    name,
    alarms,
    widgets: [
      { title: `${name}: CPU`, group: "application", metrics: [{ ...cpu, label: "CPU (%)" }] },
      { title: `${name}: memory`, group: "application", metrics: [{ ...memory, label: "Memory (%)" }] },
      { title: `${name}: running tasks`, group: "application", metrics: [{ ...running, label: "Tasks" }] },
      ...(targets.length === 0
        ? []
        : [
            {
              title: `${name}: requests`,
              group: "application" as const,
              metrics: targets.map((dimensions, index) => ({
                ...targetMetric("RequestCount", "Sum", dimensions),
                label: index === 0 ? "Requests" : "Requests (alternate group)",
              })),
            },
          ]),
    ],
  };
}
