import type * as pulumi from "@pulumi/pulumi";
import type { AlarmProposal, Metric, WidgetProposal } from "../observability/observables.ts";
import { certificateAlarm } from "./certificate.ts";

/** Alarms of a load balancer and, where there is one, of its certificate. */
export function loadBalancerAlarms(
  arnSuffix: pulumi.Output<string>,
  certificateArn: pulumi.Input<string> | undefined,
): AlarmProposal[] {
  const metric = metricOf(arnSuffix);
  return [
    {
      role: "target-5xx",
      kind: "http5xx",
      description:
        "Services answer with errors (5xx). Look at the log group of the service that the access logs name; roll back " +
        "when a deployment is under way.",
      metric: metric("HTTPCode_Target_5XX_Count", "Sum"),
      comparison: "above",
      threshold: 10,
    },
    {
      role: "elb-5xx",
      kind: "http5xx",
      description:
        "The load balancer itself answers with errors (5xx): no healthy task, a connection refused, or a task that takes " +
        "too long. Look at the health of the targets and at the services' events.",
      metric: metric("HTTPCode_ELB_5XX_Count", "Sum"),
      comparison: "above",
      threshold: 10,
    },
    {
      role: "response-time",
      kind: "responseTime",
      description:
        "One request in twenty takes longer than two seconds. Look at the database's load and " +
        "at the tasks' CPU.",
      metric: metric("TargetResponseTime", "p95"),
      comparison: "above",
      threshold: 2,
    },
    {
      role: "rejected-connections",
      kind: "errors",
      description: "The load balancer has as many connections as it can hold and turns clients away.",
      metric: metric("RejectedConnectionCount", "Sum"),
      comparison: "above",
      threshold: 0,
    },
    ...(certificateArn === undefined ? [] : [certificateAlarm(certificateArn)]),
  ];
}

/** Graphs for the dashboard of load balancers: response time, errors, requests, targets. */
export function loadBalancerWidgets(arnSuffix: pulumi.Output<string>): WidgetProposal[] {
  const metric = metricOf(arnSuffix);
  return [
    {
      title: "Response time (seconds)",
      group: "load-balancer",
      metrics: ["p50", "p95", "p99"].map((statistic) => ({
        ...metric("TargetResponseTime", statistic),
        label: statistic,
      })),
    },
    {
      title: "Errors",
      group: "load-balancer",
      metrics: [
        { ...metric("HTTPCode_Target_5XX_Count", "Sum"), label: "5xx of services" },
        { ...metric("HTTPCode_ELB_5XX_Count", "Sum"), label: "5xx of the load balancer" },
        { ...metric("HTTPCode_Target_4XX_Count", "Sum"), label: "4xx of services" },
      ],
    },
    {
      title: "Requests",
      group: "application",
      metrics: [{ ...metric("RequestCount", "Sum"), label: "requests" }],
    },
    {
      title: "Connections",
      group: "load-balancer",
      metrics: [
        { ...metric("NewConnectionCount", "Sum"), label: "new" },
        { ...metric("ActiveConnectionCount", "Sum"), label: "active" },
        { ...metric("ClientTLSNegotiationErrorCount", "Sum"), label: "TLS errors" },
      ],
    },
  ];
}

function metricOf(loadBalancer: pulumi.Output<string>): (name: string, statistic: string) => Metric {
  return (name, statistic) => ({
    namespace: "AWS/ApplicationELB",
    name,
    dimensions: { LoadBalancer: loadBalancer },
    statistic,
  });
}
