import type * as pulumi from "@pulumi/pulumi";
import { getStack } from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../component.ts";
import { Problems } from "../validation.ts";
import { Alarms, type AlarmsArgs } from "./alarms.ts";
import { Dashboard, type DashboardArgs } from "./dashboard.ts";
import type { DashboardGroup } from "./observables.ts";

/** Arguments of {@link Monitoring}. */
export interface MonitoringArgs extends ComponentArgs, Omit<AlarmsArgs, keyof ComponentArgs | "transform"> {
  /**
   * Beginning of the dashboards' names, which go on `-application`, `-database`, … A change replaces them.
   * @default "<name>-<stack>"
   */
  dashboards?: string;
  /** Applied to every alarm and to every dashboard. */
  transform?: AlarmsArgs["transform"] & DashboardArgs["transform"];
}

const TOKEN = "strongroom:observability:Monitoring";
/** In the order in which one reads an incident: from the user inwards. */
const GROUPS: readonly DashboardGroup[] = [
  "application",
  "load-balancer",
  "database",
  "cache",
  "network",
  "operations",
];
/** Alarms that CloudWatch shows in one widget. */
const MAX_SHOWN = 100;

/**
 * Alarms and dashboards of what is deployed: nothing is watched that is not there, and nothing is there unwatched.
 *
 * Every component says by its `observables` what can go wrong with it; here that becomes alarms that tell somebody, and
 * one dashboard for each group that has graphs.
 *
 * ```ts
 * new Monitoring("payments", {
 *   watch: [edge, backend, database, cache],
 *   alerts: new Notifications("alerts", { key, email: ["oncall@example.com"] }),
 *   limits: { cpu: 90, memory: 90, connections: 150, http5xx: 10, responseTime: 2 },
 * });
 * ```
 *
 * Cost: that of its {@link Alarms} (0.10 USD a month each) and {@link Dashboard}s (3 USD a month each beyond three).
 */
export class Monitoring extends Component {
  readonly alarms: Alarms;
  /** The dashboards by group; only groups that have graphs. */
  readonly dashboards: Readonly<Partial<Record<DashboardGroup, Dashboard>>>;

  constructor(name: string, args: MonitoringArgs, options?: pulumi.ComponentResourceOptions) {
    normalize(name, args);
    super(TOKEN, name, args, options);
    const { watch, dashboards: prefix = `${name}-${getStack()}`, ...rest } = args;
    this.alarms = new Alarms(name, { watch, ...rest }, { parent: this });
    const groups = GROUPS.filter((group) =>
      watch.some(({ observables }) => observables.widgets.some((widget) => widget.group === group)),
    );
    this.dashboards = Object.fromEntries(
      groups.map((group) => [group, this.#dashboard(args, group, `${prefix}-${group}`)]),
    );
    this.registerOutputs({
      dashboards: groups.map((group) => this.dashboards[group]?.dashboardName),
    });
  }

  #dashboard({ watch, transform }: MonitoringArgs, group: DashboardGroup, dashboardName: string): Dashboard {
    const shown = watch.filter(({ observables }) =>
      observables.widgets.some((widget) => widget.group === group),
    );
    const components = shown.map(({ observables }) => observables.name);
    const alarms = this.alarms.alarms
      .filter(({ component }) => components.includes(component))
      .map(({ alarm }) => alarm.arn);
    return new Dashboard(
      `${this.componentName}-${group}`,
      {
        watch: shown,
        groups: [group],
        name: dashboardName,
        region: this.region,
        alarms: alarms.slice(0, MAX_SHOWN),
        transform,
      },
      { parent: this },
    );
  }
}

function normalize(name: string, { watch, dashboards }: MonitoringArgs): void {
  const problems = new Problems(TOKEN, name);
  problems.check(watch.length > 0, "watch", "is empty; name the components to watch");
  problems.check(
    dashboards === undefined || /^[A-Za-z0-9_-]{1,240}$/.test(dashboards),
    "dashboards",
    `${JSON.stringify(dashboards)} cannot begin a dashboard's name; write 1 to 240 letters, digits, "_" and "-"`,
  );
  problems.throwIfAny();
}
