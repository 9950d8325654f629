import type * as pulumi from "@pulumi/pulumi";
import type { AlarmProposal, Metric, Observables, WidgetProposal } from "../observability/observables.ts";

/** What the metrics of a database are found by. */
export interface WatchedDatabase {
  name: string;
  kind: "instance" | "cluster";
  identifier: pulumi.Input<string>;
  /** Identifiers of read replicas of an RDS instance. */
  replicas: pulumi.Input<string>[];
  /** Whether an Aurora cluster has readers. */
  hasReaders: boolean;
  /** GB of disk of an RDS instance, and of memory; unknown for an adopted one. */
  storage?: number;
  memory?: number;
  region?: string | undefined;
}

const GIGABYTE = 1024 ** 3;

/** Alarms and graphs of a database (rows E6 and E7 of the reference system). */
export function databaseObservables(database: WatchedDatabase): Observables {
  const cluster = database.kind === "cluster";
  const metric = metricsOf(database);
  return {
    name: database.name,
    alarms: [
      {
        role: "cpu",
        kind: "cpu",
        description:
          "The database's CPU is busy. Look for slow queries in Performance Insights, then for a larger size.",
        metric: metric("CPUUtilization"),
        comparison: "above",
        threshold: 90,
      },
      {
        role: "connections",
        kind: "connections",
        description:
          "Many connections are open. Look for services that leak them or scaled out too far, then at pooling.",
        metric: metric("DatabaseConnections"),
        comparison: "above",
        threshold: 150,
      },
      ...(cluster ? clusterAlarms(database, metric) : instanceAlarms(database, metric)),
    ],
    widgets: widgets(database, metric),
  };
}

type MetricOf = (name: string, statistic?: string, identifier?: pulumi.Input<string>) => Metric;

function metricsOf(database: WatchedDatabase): MetricOf {
  const dimension = database.kind === "cluster" ? "DBClusterIdentifier" : "DBInstanceIdentifier";
  return (name, statistic = "Average", identifier = database.identifier) => ({
    namespace: "AWS/RDS",
    name,
    dimensions: { [dimension]: identifier },
    statistic,
    ...(database.region === undefined ? {} : { region: database.region }),
  });
}

function instanceAlarms({ storage, memory, replicas }: WatchedDatabase, metric: MetricOf): AlarmProposal[] {
  const alarms: AlarmProposal[] = [
    {
      role: "storage",
      kind: "storage",
      description:
        "A tenth of the disk is left. The database stops when it is full: raise the size, or its max.",
      metric: metric("FreeStorageSpace", "Minimum"),
      comparison: "below",
      threshold: Math.round(((storage ?? 20) / 10) * GIGABYTE),
    },
    {
      role: "memory",
      kind: "freeMemory",
      description:
        "A tenth of the memory is left. Look at connections and work_mem, then for a larger class.",
      metric: metric("FreeableMemory"),
      comparison: "below",
      threshold: Math.round(((memory ?? 2) / 10) * GIGABYTE),
    },
  ];
  replicas.forEach((replica, index) =>
    alarms.push({
      role: `replica-${index + 1}-lag`,
      kind: "replication",
      description:
        "A read replica is more than 30 seconds behind. Look for long transactions and write bursts.",
      metric: metric("ReplicaLag", "Maximum", replica),
      comparison: "above",
      threshold: 30,
      // A replica that reports nothing has stopped to replicate.
      missingData: "breaching",
    }),
  );
  return alarms;
}

function clusterAlarms({ hasReaders }: WatchedDatabase, metric: MetricOf): AlarmProposal[] {
  const capacity: AlarmProposal = {
    role: "capacity",
    kind: "cpu",
    description:
      "The cluster runs near its largest capacity. Look for slow queries, then raise serverless.max.",
    metric: metric("ACUUtilization"),
    comparison: "above",
    threshold: 90,
  };
  if (!hasReaders) return [capacity];
  return [
    capacity,
    {
      role: "reader-lag",
      kind: "replication",
      description:
        "A reader is more than 1 second behind the writer. Look for write bursts and busy readers.",
      metric: metric("AuroraReplicaLagMaximum", "Maximum"),
      comparison: "above",
      // Milliseconds.
      threshold: 1000,
    },
  ];
}

function widgets(database: WatchedDatabase, metric: MetricOf): WidgetProposal[] {
  const group = "database";
  const { name } = database;
  return [
    { title: `${name}: connections`, group, metrics: [metric("DatabaseConnections")] },
    { title: `${name}: CPU (%)`, group, metrics: [metric("CPUUtilization")] },
    database.kind === "cluster"
      ? { title: `${name}: storage used (bytes)`, group, metrics: [metric("VolumeBytesUsed")] }
      : { title: `${name}: free storage (bytes)`, group, metrics: [metric("FreeStorageSpace")] },
    {
      title: `${name}: read and write latency (s)`,
      group,
      metrics: [
        { ...metric("ReadLatency"), label: "read" },
        { ...metric("WriteLatency"), label: "write" },
      ],
    },
  ];
}
