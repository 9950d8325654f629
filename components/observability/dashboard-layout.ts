import type * as pulumi from "@pulumi/pulumi";
import type { Metric, WidgetProposal } from "./observables.ts";

/** Columns of CloudWatch's grid. */
export const COLUMNS = 24;
const TITLE_HEIGHT = 2;
const HEADING_HEIGHT = 1;
const GRAPH_HEIGHT = 6;

/** A size on the grid. */
interface Size {
  width: number;
  height: number;
}

/** A place on the grid, in its columns and rows. */
export interface Place extends Size {
  x: number;
  y: number;
}

/** A widget as the body of a dashboard has it. */
type Widget = Place & {
  type: "text" | "metric" | "alarm";
  properties: Record<string, unknown>;
};

/** What one component shows. */
export interface DashboardSection {
  heading: string;
  widgets: WidgetProposal[];
}

/** What a dashboard shows. */
interface DashboardContent {
  /** Markdown at the top. */
  title: string;
  /** Region of metrics that name none. */
  region: pulumi.Input<string>;
  sections: DashboardSection[];
  /** ARNs of alarms whose state is shown at the top. */
  alarms: pulumi.Input<string>[];
}

/** Sets boxes in rows, from left to right and from top to bottom, each as high as its highest box. */
export function flow(sizes: readonly Size[]): Place[] {
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  return sizes.map(({ width, height }) => {
    if (x + width > COLUMNS) {
      x = 0;
      y += rowHeight;
      rowHeight = 0;
    }
    const place = { x, y, width, height };
    x += width;
    rowHeight = Math.max(rowHeight, height);
    return place;
  });
}

/** The widgets of a dashboard: title, state of the alarms, then a heading and the graphs of every component. */
export function planDashboard({ title, region, sections, alarms }: DashboardContent): Widget[] {
  const widgets = [
    text(`# ${title}`, TITLE_HEIGHT),
    ...(alarms.length === 0 ? [] : [alarmStates(alarms)]),
    ...sections.flatMap(({ heading, widgets: graphs }) => [
      text(`## ${heading}`, HEADING_HEIGHT),
      ...graphs.map((widget) => graph(widget, COLUMNS / columnsFor(graphs.length), region)),
    ]),
  ];
  const places = flow(widgets);
  return widgets.map((widget, index) => ({ ...widget, ...(places[index] ?? { x: 0, y: 0 }) }));
}

/** Graphs beside one another: three, but no lonely one in the last row where two rows of two look better. */
function columnsFor(graphs: number): 1 | 2 | 3 {
  if (graphs === 1) return 1;
  return graphs === 2 || graphs === 4 ? 2 : 3;
}

type Unplaced = Omit<Widget, "x" | "y">;

function text(markdown: string, height: number): Unplaced {
  return { type: "text", width: COLUMNS, height, properties: { markdown } };
}

function alarmStates(alarms: pulumi.Input<string>[]): Unplaced {
  // Some six alarms stand beside one another.
  const height = Math.min(1 + Math.ceil(alarms.length / 6), GRAPH_HEIGHT);
  return { type: "alarm", width: COLUMNS, height, properties: { title: "Alarms", alarms } };
}

function graph(widget: WidgetProposal, width: number, region: pulumi.Input<string>): Unplaced {
  return {
    type: "metric",
    width,
    height: GRAPH_HEIGHT,
    properties: {
      title: widget.title,
      region,
      view: "timeSeries",
      stacked: false,
      metrics: widget.metrics.map(line),
      yAxis: { left: { min: widget.min ?? 0 } },
    },
  };
}

/** A metric as dashboards write it: namespace, name, dimensions in pairs, and how to draw it. */
function line({
  namespace,
  name,
  dimensions,
  statistic,
  period,
  region,
  label,
}: Metric & { label?: string }): unknown[] {
  return [
    namespace,
    name,
    ...Object.entries(dimensions).flat(),
    {
      stat: statistic,
      period: period ?? 60,
      ...(label === undefined ? {} : { label }),
      ...(region === undefined ? {} : { region }),
    },
  ];
}
