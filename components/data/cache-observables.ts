import * as pulumi from "@pulumi/pulumi";
import type { AlarmProposal, Metric, Observables } from "../observability/observables.ts";
import type { NodePlan } from "./cache-plan.ts";

/** What the metrics of a cache are found by. */
export interface WatchedCache {
  name: string;
  identifier: pulumi.Input<string>;
  /** Undefined for a serverless cache. */
  nodes: NodePlan | undefined;
  region?: string | undefined;
}

/** Alarms and graphs of a cache: of each node, since one that struggles slows its part of the keys. */
export function cacheObservables(cache: WatchedCache): Observables {
  return cache.nodes === undefined ? serverlessObservables(cache) : nodeObservables(cache, cache.nodes);
}

function nodeObservables(cache: WatchedCache, plan: NodePlan): Observables {
  const members = memberNames(plan).map((member) => ({
    label: member,
    metric: (name: string, statistic = "Average"): Metric =>
      cacheMetric(cache, name, statistic, {
        CacheClusterId: pulumi.interpolate`${cache.identifier}-${member}`,
      }),
  }));
  const graph = (title: string, metric: string, statistic?: string) => ({
    title: `${cache.name}: ${title}`,
    group: "cache" as const,
    metrics: members.map((member) => ({ ...member.metric(metric, statistic), label: member.label })),
  });
  return {
    name: cache.name,
    alarms: members.flatMap(({ label, metric }): AlarmProposal[] => [
      {
        role: `${label}-cpu`,
        kind: "cpu",
        description:
          "The engine's one thread is busy. Look for slow commands in the slow log, then for more shards.",
        metric: metric("EngineCPUUtilization"),
        comparison: "above",
        threshold: 90,
      },
      {
        role: `${label}-memory`,
        kind: "memory",
        description:
          "The cache is nearly full and will drop keys. Look at keys without expiry, then for a larger node.",
        metric: metric("DatabaseMemoryUsagePercentage"),
        comparison: "above",
        threshold: 90,
      },
      {
        role: `${label}-evictions`,
        kind: "evictions",
        description: "Keys are dropped before they expire, rate limits and sessions among them. Make room.",
        metric: metric("Evictions", "Sum"),
        comparison: "above",
        threshold: 100,
      },
      {
        role: `${label}-connections`,
        kind: "connections",
        description: "Many connections are open. Look for services that leak them or scaled out too far.",
        metric: metric("CurrConnections", "Maximum"),
        comparison: "above",
        threshold: 1000,
      },
    ]),
    widgets: [
      graph("engine CPU (%)", "EngineCPUUtilization"),
      graph("memory (%)", "DatabaseMemoryUsagePercentage"),
      graph("connections", "CurrConnections", "Maximum"),
      graph("evictions", "Evictions", "Sum"),
    ],
  };
}

function serverlessObservables(cache: WatchedCache): Observables {
  const metric = (name: string, statistic: string): Metric =>
    cacheMetric(cache, name, statistic, { clusterId: cache.identifier });
  const graph = (title: string, name: string, statistic: string) => ({
    title: `${cache.name}: ${title}`,
    group: "cache" as const,
    metrics: [metric(name, statistic)],
  });
  return {
    name: cache.name,
    alarms: [
      {
        role: "throttled",
        kind: "errors",
        description:
          "Commands are refused because a limit is reached. Raise serverless.maxRequests or maxStorage.",
        metric: metric("ThrottledCmds", "Sum"),
        comparison: "above",
        threshold: 0,
      },
      {
        role: "evictions",
        kind: "evictions",
        description: "Keys are dropped before they expire. Raise serverless.maxStorage.",
        metric: metric("Evictions", "Sum"),
        comparison: "above",
        threshold: 100,
      },
    ],
    widgets: [
      graph("data (bytes)", "BytesUsedForCache", "Maximum"),
      graph("processing units", "ElastiCacheProcessingUnits", "Sum"),
      graph("connections", "CurrConnections", "Maximum"),
    ],
  };
}

function cacheMetric(
  { region }: WatchedCache,
  name: string,
  statistic: string,
  dimensions: Metric["dimensions"],
): Metric {
  return {
    namespace: "AWS/ElastiCache",
    name,
    dimensions,
    statistic,
    ...(region === undefined ? {} : { region }),
  };
}

/** As ElastiCache numbers the nodes: `001` without cluster mode, `0001-001` with it. */
function memberNames({ nodes, shards }: NodePlan): string[] {
  const numbers = Array.from({ length: nodes }, (_, index) => String(index + 1).padStart(3, "0"));
  if (shards === undefined) return numbers;
  return Array.from({ length: shards }, (_, index) => String(index + 1).padStart(4, "0")).flatMap((shard) =>
    numbers.map((number) => `${shard}-${number}`),
  );
}
