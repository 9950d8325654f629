import { createRequire } from "node:module";
import type { ELK, ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import type { Diagram, DiagramGroup, DiagramNode } from "./diagram.ts";

/** Where everything of a diagram stands, in the drawing's own units (pixels at its natural size). */
export interface Layout {
  width: number;
  height: number;
  /** By id of group or node. */
  boxes: Map<string, Box>;
  /** In the order of the diagram's edges. */
  routes: Route[];
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Route {
  points: { x: number; y: number }[];
  label?: Box;
}

export const NODE = { width: 200, height: 56 } as const;

/** Space between the connected part of a diagram and what stands beside it. */
const GAP = 24;

const GROUP_PADDING = "[top=48,left=16,bottom=16,right=16]";

/** From the internet at the top down to the data. */
const FLOW_OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.padding": "[top=4,left=4,bottom=4,right=4]",
  "elk.spacing.nodeNode": "18",
  "elk.spacing.edgeLabel": "3",
  "elk.layered.spacing.nodeNodeBetweenLayers": "30",
  "elk.layered.spacing.edgeNodeBetweenLayers": "14",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.json.edgeCoords": "ROOT",
};

/** Beside the flow: boxes in rows, as many in a row as the width holds. */
function packed(columns: number, padding: string): Record<string, string> {
  return {
    "elk.algorithm": "rectpacking",
    "elk.padding": padding,
    "elk.spacing.nodeNode": "14",
    "elk.rectpacking.widthApproximation.strategy": "TARGET_WIDTH",
    "elk.rectpacking.widthApproximation.targetWidth": String(columns * (NODE.width + 14) + 40),
  };
}

/** Lays a diagram out with the Eclipse Layout Kernel. */
export async function layOut(diagram: Diagram): Promise<Layout> {
  const engine = loadEngine();
  const detached = detachedGroups(diagram);
  const flow: ElkNode = await engine.layout({
    id: "flow",
    layoutOptions: FLOW_OPTIONS,
    children: childrenOf(diagram, undefined, ({ id }) => !detached.has(id)),
    edges: edgesOf(diagram, ({ group }) => group === undefined || !detached.has(group)),
  });
  // Without anything that flows, what is left may take the whole width.
  const columns = detached.size === diagram.groups.length ? 5 : 2;
  const groups = childrenOf(diagram, undefined, ({ id }) => detached.has(id)).filter(({ id }) =>
    detached.has(id),
  );
  const aside: ElkNode = await engine.layout({
    id: "aside",
    layoutOptions: packed(columns, "[top=4,left=4,bottom=4,right=4]"),
    children: groups.map((group) => ({ ...group, layoutOptions: packed(columns, GROUP_PADDING) })),
    edges: [],
  });
  const left = flow.children?.length === 0 ? 0 : (flow.width ?? 0) + GAP;
  const layout: Layout = {
    width: Math.ceil(left + (aside.children?.length === 0 ? -GAP : (aside.width ?? 0))),
    height: Math.ceil(Math.max(flow.height ?? 0, aside.height ?? 0)),
    boxes: new Map(),
    routes: [],
  };
  collect(flow, 0, 0, layout.boxes);
  collect(aside, left, 0, layout.boxes);
  const edges = new Map((flow.edges ?? []).map((edge) => [edge.id, edge]));
  layout.routes = diagram.edges.map((_, index) => routeOf(edges.get(`e${index}`)));
  return layout;
}

/** The uppermost groups that no edge leads into or out of. */
function detachedGroups(diagram: Diagram): Set<string> {
  const parents = new Map(diagram.groups.map(({ id, parent }) => [id, parent]));
  const top = (group: string | undefined): string | undefined => {
    const parent = group === undefined ? undefined : parents.get(group);
    return parent === undefined ? group : top(parent);
  };
  const tops = new Map(diagram.nodes.map(({ id, group }) => [id, top(group)]));
  const connected = new Set(diagram.edges.flatMap(({ from, to }) => [tops.get(from), tops.get(to)]));
  const isFlow = ({ id, kind }: DiagramGroup) => connected.has(id) || kind === "network";
  return new Set(
    diagram.groups.filter((group) => group.parent === undefined && !isFlow(group)).map(({ id }) => id),
  );
}

/** Ports and paths of an edge, as it is labelled. */
export function labelOf(labels: readonly string[]): string {
  const all = labels.join(", ");
  return all.length <= 26 ? all : `${all.slice(0, 25)}…`;
}

function edgesOf(diagram: Diagram, among: (node: DiagramNode) => boolean): ElkExtendedEdge[] {
  const nodes = new Set(diagram.nodes.filter(among).map(({ id }) => id));
  return diagram.edges.flatMap(({ from, to, labels }, index) => {
    if (!nodes.has(from) || !nodes.has(to)) return [];
    const text = labelOf(labels);
    const label = { text, width: text.length * 6.4 + 8, height: 16 };
    return [{ id: `e${index}`, sources: [from], targets: [to], labels: text === "" ? [] : [label] }];
  });
}

/** elkjs is 1.6 MB of generated code without an ESM form: loaded when a page is made, and only then. */
function loadEngine(): ELK {
  const Engine = createRequire(import.meta.url)("elkjs/lib/elk.bundled.js") as new () => ELK;
  return new Engine();
}

function childrenOf(
  diagram: Diagram,
  parent: string | undefined,
  among: (group: DiagramGroup) => boolean = () => true,
): ElkNode[] {
  const groups = diagram.groups.filter((group) => group.parent === parent && among(group));
  const nodes = diagram.nodes.filter((node) => node.group === parent);
  return [
    ...nodes.map(({ id }) => ({ id, ...NODE })),
    ...groups.map(({ id }) => ({
      id,
      layoutOptions: { "elk.padding": GROUP_PADDING },
      children: childrenOf(diagram, id),
    })),
  ];
}

function collect(node: ElkNode, left: number, top: number, boxes: Map<string, Box>): void {
  for (const child of node.children ?? []) {
    const [x, y] = [left + (child.x ?? 0), top + (child.y ?? 0)];
    boxes.set(child.id, { x, y, width: child.width ?? 0, height: child.height ?? 0 });
    collect(child, x, y, boxes);
  }
}

function routeOf(edge: ElkExtendedEdge | undefined): Route {
  const section = edge?.sections?.[0];
  const label = edge?.labels?.[0];
  return {
    points:
      section === undefined ? [] : [section.startPoint, ...(section.bendPoints ?? []), section.endPoint],
    ...(label?.x === undefined || label.y === undefined
      ? {}
      : { label: { x: label.x, y: label.y, width: label.width ?? 0, height: label.height ?? 0 } }),
  };
}
