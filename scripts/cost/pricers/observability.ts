import type { PlanResource } from "../../../components/testing/plan.ts";
import { tasksOf } from "../hours.ts";
import { fixed, HOURS, sum, times } from "../monthly.ts";
import { listAt, numberAt, objectAt, objectsAt, textAt } from "../site.ts";
import type { Site } from "../site.ts";
import type { Charge, Pricers } from "./pricer.ts";

const SERVICE = "aws:ecs/service:Service";
const FLOW_LOG = "aws:ec2/flowLog:FlowLog";
const DATA_PROTECTION = "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy";
const FIREWALL_LOG = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration";
const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";
/** Metrics that Container Insights reports for each cluster, service and task family (CloudWatch's price examples). */
const INSIGHTS = { cluster: 8, service: 11, family: 6 };
/** The same with enhanced observability, each task and container too; counted from ECS's list of metrics. */
const ENHANCED = { cluster: 14, service: 18, task: 17, container: 12 };
/** Days for which logs that never expire are counted: a year's growth. */
const FOREVER = 365;

/** CloudWatch: logs, metrics, alarms, dashboards, Container Insights, canaries. */
export const observability: Pricers = {
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  [FLOW_LOG]: flowLog,
  [FIREWALL_LOG]: firewallLog,
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": () => [
    { part: "observability", what: "metric from logs", price: "cloudwatch.metric", quantity: fixed(1) },
  ],
  "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": () => [
    {
      part: "observability",
      what: "composite alarm",
      price: "cloudwatch.alarm.composite",
      quantity: fixed(1),
    },
  ],
  "aws:cloudwatch/dashboard:Dashboard": dashboard,
  "aws:ecs/cluster:Cluster": containerInsights,
  "aws:synthetics/canary:Canary": canary,
};

function logGroup(resource: PlanResource, site: Site): Charge[] {
  const { inputs } = resource;
  const kind = kindOf(resource, site);
  const gb = site.override(site.usage.logGb, resource) ?? kind.gb;
  const infrequent = textAt(inputs, "logGroupClass") === "INFREQUENT_ACCESS";
  const taken = site.assumed(gb);
  const days = numberAt(inputs, "retentionInDays") || FOREVER;
  const months = Math.round((days / (365 / 12)) * 100) / 100;
  return [
    {
      part: "observability",
      what: "logs taken in",
      price: kind.vended ? "logs.vended" : infrequent ? "logs.ia.ingest" : "logs.ingest",
      quantity: taken,
    },
    {
      part: "observability",
      what: "logs kept",
      price: "logs.storage",
      quantity: times(taken, months * site.usage.logCompression),
      how: `${gb} GB × ${months} months kept × ${site.usage.logCompression} compressed`,
    },
    ...(site.dependents(resource, DATA_PROTECTION).length === 0
      ? []
      : [
          {
            part: "observability" as const,
            what: "logs scanned for card data",
            price: "logs.mask",
            quantity: taken,
          },
        ]),
  ];
}

/** Whose logs a group holds, told by what refers to it. */
function kindOf(group: PlanResource, site: Site): { gb: number; vended: boolean } {
  const { flowLogGb, firewallLogGb, serviceLogGb, otherLogGb } = site.usage;
  if (site.dependents(group, FLOW_LOG).length > 0) return { gb: flowLogGb, vended: true };
  if (site.dependents(group, FIREWALL_LOG).length > 0) return { gb: firewallLogGb, vended: true };
  if (site.dependents(group, TASK_DEFINITION).length > 0) return { gb: serviceLogGb, vended: false };
  return { gb: otherLogGb, vended: false };
}

/** A flow log into a log group costs there; one into S3 costs its delivery. */
function flowLog({ inputs }: PlanResource, site: Site): Charge[] {
  if (textAt(inputs, "logDestinationType", "cloud-watch-logs") !== "s3") return [];
  return [
    {
      part: "observability",
      what: "flow logs to S3",
      price: "logs.vended.s3",
      quantity: site.assumed(site.usage.flowLogGb),
    },
  ];
}

function firewallLog({ inputs }: PlanResource, site: Site): Charge[] {
  const toBucket = listAt(inputs, "logDestinationConfigs").some(
    (each) => typeof each === "string" && each.includes(":s3:::"),
  );
  if (!toBucket) return [];
  return [
    {
      part: "observability",
      what: "firewall logs to S3",
      price: "logs.vended.s3",
      quantity: site.assumed(site.usage.firewallLogGb),
    },
  ];
}

/** Charged by metric that the alarm looks at; an anomaly band adds two. */
function alarm({ inputs }: PlanResource): Charge[] {
  const queries = objectsAt(inputs, "metricQueries");
  const metrics = queries.filter((query) => query.metric !== undefined).length;
  const band = textAt(inputs, "thresholdMetricId") !== "" ? 2 : 0;
  const periods = [
    numberAt(inputs, "period", 60),
    ...queries.map((query) => numberAt(objectAt(query, "metric") ?? {}, "period", 60)),
  ];
  const high = periods.some((period) => period < 60);
  const count = Math.max(1, metrics) + band;
  return [
    {
      part: "observability",
      what: "alarm",
      price: high ? "cloudwatch.alarm.high" : "cloudwatch.alarm",
      quantity: fixed(count),
      how: `${count} ${count === 1 ? "metric" : "metrics"}`,
    },
  ];
}

function dashboard(resource: PlanResource, site: Site): Charge[] {
  if (site.position(resource) < site.usage.freeDashboards) return [];
  return [{ part: "observability", what: "dashboard", price: "cloudwatch.dashboard", quantity: fixed(1) }];
}

function containerInsights(cluster: PlanResource, site: Site): Charge[] {
  const setting = objectsAt(cluster.inputs, "settings").find(
    (each) => textAt(each, "name") === "containerInsights",
  );
  const mode = textAt(setting ?? {}, "value");
  if (mode !== "enabled" && mode !== "enhanced") return [];
  const services = site
    .all(SERVICE)
    .filter((service) => site.referred(service, "cluster", cluster.type) === cluster);
  const tasks = sum(services.map((service) => tasksOf(service, site)));
  const perTask = site.usage.insightsLogGb;
  const logs: Charge = {
    part: "observability",
    what: "Container Insights: performance logs",
    price: "logs.ingest",
    quantity: times(tasks, perTask),
    how: `${tasks.expected} tasks × ${perTask} GB`,
  };
  if (mode === "enabled") {
    const metrics = INSIGHTS.cluster + services.length * (INSIGHTS.service + INSIGHTS.family);
    return [
      {
        part: "observability",
        what: "Container Insights",
        price: "cloudwatch.metric",
        quantity: fixed(metrics),
        how: `${INSIGHTS.cluster} + ${services.length} services × ${INSIGHTS.service + INSIGHTS.family} metrics`,
      },
      logs,
    ];
  }
  const fixedMetrics = ENHANCED.cluster + services.length * ENHANCED.service;
  const perRunning = ENHANCED.task + ENHANCED.container;
  return [
    {
      part: "observability",
      what: "Container Insights, enhanced",
      price: "cloudwatch.insights.metric",
      quantity: sum([fixed(fixedMetrics), times(tasks, perRunning)]),
      how: `(${fixedMetrics} + ${tasks.expected} tasks × ${perRunning}) metrics`,
    },
    logs,
  ];
}

/** Runs of a `rate(…)`, of which `rate(0 minute)` runs but once; one every five minutes for other schedules. */
function canary({ inputs }: PlanResource): Charge[] {
  const schedule = textAt(objectAt(inputs, "schedule") ?? {}, "expression");
  const [, every = "5", unit = "minute"] = /^rate\((\d+) (minute|hour)s?\)$/.exec(schedule) ?? [];
  const minutes = Number(every) * (unit === "hour" ? 60 : 1);
  const runs = minutes === 0 ? 1 : (HOURS * 60) / minutes;
  return [{ part: "observability", what: "canary", price: "cloudwatch.canary", quantity: fixed(runs) }];
}
