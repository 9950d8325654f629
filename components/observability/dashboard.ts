import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { placementOf } from "../security/policy-document.ts";
import { Problems, show } from "../validation.ts";
import { type DashboardSection, planDashboard } from "./dashboard-layout.ts";
import type { DashboardGroup, Observable } from "./observables.ts";

/** Arguments of {@link Dashboard}. */
export interface DashboardArgs extends ComponentArgs {
  /** The components whose graphs are shown. */
  watch: Observable[];
  /** Only graphs of these groups. @default all */
  groups?: DashboardGroup[];
  /** Name in CloudWatch, unique in the account. A change replaces. @default "<name>-<stack>" */
  name?: string;
  /** @default the name */
  title?: string;
  /** ARNs of alarms whose state is shown, 100 at most. @default none */
  alarms?: pulumi.Input<string>[];
  transform?: { dashboard?: Transform<aws.cloudwatch.DashboardArgs> };
}

const TOKEN = "strongroom:observability:Dashboard";
const MAX_METRICS = 500;
const MAX_WIDGETS = 500;
const MAX_ALARMS = 100;

/**
 * A dashboard of what components propose, laid out by itself.
 *
 * ```ts
 * new Dashboard("database", { watch: [database, cache], groups: ["database", "cache"] });
 * ```
 *
 * Cost: 3 USD a month, beyond an account's first three dashboards of up to 50 metrics.
 */
export class Dashboard extends Component {
  /** The dashboard's name in CloudWatch. */
  readonly dashboardName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** The resources that the component made. */
  readonly nodes: { readonly dashboard: aws.cloudwatch.Dashboard };

  constructor(name: string, args: DashboardArgs, options?: pulumi.ComponentResourceOptions) {
    const { dashboardName, sections } = normalize(name, args);
    super(TOKEN, name, args, options);
    const { region } = placementOf(this.inRegion, this.lookup);
    const widgets = planDashboard({
      title: args.title ?? dashboardName,
      region,
      sections,
      alarms: args.alarms ?? [],
    });
    const dashboard = this.make(
      aws.cloudwatch.Dashboard,
      "dashboard",
      { dashboardName, dashboardBody: pulumi.jsonStringify({ widgets }) },
      { transform: args.transform?.dashboard },
    );
    this.nodes = { dashboard };
    this.dashboardName = dashboard.dashboardName;
    this.arn = dashboard.dashboardArn;
    this.registerOutputs({ dashboardName: this.dashboardName, arn: this.arn });
  }
}

function normalize(
  name: string,
  args: DashboardArgs,
): { dashboardName: string; sections: DashboardSection[] } {
  const problems = new Problems(TOKEN, name);
  const dashboardName = args.name ?? `${name}-${pulumi.getStack()}`;
  problems.check(
    /^[A-Za-z0-9_-]{1,255}$/.test(dashboardName),
    "name",
    `${show(dashboardName)} is not a dashboard's name; write 1 to 255 letters, digits, "_" and "-"`,
  );
  const sections = sectionsOf(args.watch, args.groups);
  const widgets = sections.flatMap((section) => section.widgets);
  problems.check(
    widgets.length > 0,
    "watch",
    "has nothing to show for this dashboard; watch more or other groups",
  );
  problems.check(
    widgets.length + sections.length + 2 <= MAX_WIDGETS,
    "watch",
    `${widgets.length} graphs do not fit; a dashboard holds ${MAX_WIDGETS} widgets`,
  );
  for (const { title, metrics } of widgets) {
    problems.check(
      metrics.length >= 1 && metrics.length <= MAX_METRICS,
      "watch",
      `the graph ${show(title)} has ${metrics.length} metrics; CloudWatch draws 1 to ${MAX_METRICS}`,
    );
  }
  problems.check(
    (args.alarms ?? []).length <= MAX_ALARMS,
    "alarms",
    `${args.alarms?.length ?? 0} alarms do not fit; CloudWatch shows ${MAX_ALARMS} in one widget`,
  );
  problems.throwIfAny();
  return { dashboardName, sections };
}

/** The graphs of the groups asked for, by component; components without any are left out. */
function sectionsOf(watch: Observable[], groups: DashboardGroup[] | undefined): DashboardSection[] {
  return watch
    .map(({ observables }) => ({
      heading: observables.name,
      widgets: observables.widgets.filter(({ group }) => groups?.includes(group) ?? true),
    }))
    .filter(({ widgets }) => widgets.length > 0);
}
