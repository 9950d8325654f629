import { createRequire } from "node:module";
import type { ELK, ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import { Composition } from "./composition.ts";
import type { Diagram, DiagramGroup } from "./diagram.ts";
import { lanesOf } from "./lanes.ts";
import type { Lane } from "./lanes.ts";
import { sizeOf } from "./text-size.ts";

/** Where everything of a diagram stands, in the drawing's own units (pixels at its natural size). */
export interface Layout {
  width: number;
  height: number;
  /** By id of group or node. */
  boxes: Map<string, Box>;
  /** In the order of the diagram's edges; without points where another arrow already says the same. */
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

/** From the internet at the top down to the data, lane by lane. */
const FLOW_OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.partitioning.activate": "true",
  "elk.separateConnectedComponents": "false",
  "elk.spacing.nodeNode": "24",
  "elk.spacing.edgeNode": "18",
  "elk.layered.spacing.nodeNodeBetweenLayers": "40",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
};

/**
 * Lays a diagram out as architects draw one: the internet, the edge, the network's tiers as bands, and below them shelves
 * of the services that stand in no network. The Eclipse Layout Kernel orders each lane and routes the arrows; then the
 * lanes are set apart by what their boxes and titles take.
 */
export async function layOut(diagram: Diagram): Promise<Layout> {
  const lanes = lanesOf(diagram);
  const ends = endsOf(lanes);
  const edges = edgesOf(diagram, ends);
  const flow: ElkNode = await loadEngine().layout({
    id: "flow",
    layoutOptions: FLOW_OPTIONS,
    children: lanes.flatMap((lane, index) => childrenOf(lane, index, edges)),
    edges: edges.filter((edge) => edge !== undefined),
  });
  return new Composition(diagram, lanes, flow).layout(edges);
}

/** What stands for each node in the layered graph: itself, or the anchor of its box on a shelf. */
function endsOf(lanes: Lane[]): Map<string, string> {
  const ends = lanes.flatMap((lane) =>
    lane.groups.flatMap(({ group, nodes }) =>
      nodes.map(({ id }): [string, string] => [id, lane.shelved ? anchorOf(group) : id]),
    ),
  );
  return new Map(ends);
}

function anchorOf(group: DiagramGroup | undefined): string {
  return `anchor ${group?.id ?? ""}`;
}

function childrenOf(lane: Lane, index: number, edges: (ElkExtendedEdge | undefined)[]): ElkNode[] {
  const layoutOptions = { "elk.partitioning.partition": String(index) };
  if (!lane.shelved) {
    return lane.groups.flatMap(({ nodes }) =>
      nodes.map((node) => ({ id: node.id, ...sizeOf(node), layoutOptions })),
    );
  }
  const used = new Set(edges.flatMap((edge) => [...(edge?.sources ?? []), ...(edge?.targets ?? [])]));
  const anchors = lane.groups.map(({ group }) => anchorOf(group)).filter((id) => used.has(id));
  return anchors.map((id) => ({ id, width: 2, height: 2, layoutOptions }));
}

/** An edge for each of the diagram's; none where both ends are on a shelf, or where another leads the same way. */
function edgesOf(diagram: Diagram, ends: Map<string, string>): (ElkExtendedEdge | undefined)[] {
  const seen = new Set<string>();
  return diagram.edges.map(({ from, to }, index) => {
    const [source, target] = [ends.get(from), ends.get(to)];
    if (source === undefined || target === undefined || seen.has(`${source} ${target}`)) return undefined;
    if (source.startsWith("anchor ") && target.startsWith("anchor ")) return undefined;
    seen.add(`${source} ${target}`);
    return { id: `e${index}`, sources: [source], targets: [target] };
  });
}

/** elkjs is 1.6 MB of generated code without an ESM form: loaded when a page is made, and only then. */
function loadEngine(): ELK {
  const Engine = createRequire(import.meta.url)("elkjs/lib/elk.bundled.js") as new () => ELK;
  return new Engine();
}
