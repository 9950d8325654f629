import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import type { Diagram, DiagramGroup } from "./diagram.ts";
import type { Lane } from "./lanes.ts";
import type { Box, Layout, Route } from "./layout.ts";
import { shelve } from "./shelf.ts";
import { LABEL_HEIGHT, labelWidth } from "./text-size.ts";

/** Least width: what a page has beside its margins on a screen of 1280. */
const WIDTH = 1100;

/** Space around the contents of a box, and what its title takes. */
const PAD = 14;
const TITLE = 34;

/** Space between lanes, where the labels of arrows stand. */
const BETWEEN = 34;

/** Least height that arrows have for their bends, below the lane that they come from. */
const BENDS = 20;

/** Around the whole drawing, so that no line is cut. */
const MARGIN = 2;

type Point = Route["points"][number];

/** A lane's top and bottom as the kernel left them, where it goes, and where the bends below it end. */
interface Band {
  top: number;
  bottom: number;
  start: number;
  end: number;
  bends: number;
}

/** Sets the lanes of a layered graph apart, stacks the shelves, and draws the boxes around all. */
export class Composition {
  readonly #diagram: Diagram;
  readonly #lanes: Lane[];
  readonly #flow: ElkNode;
  readonly #bands: Band[];
  readonly #left: number;
  readonly #width: number;
  readonly #boxes = new Map<string, Box>();

  /** @param flow - the layered graph, laid out: a child for each node of a lane, an anchor for each box of a shelf */
  constructor(diagram: Diagram, lanes: Lane[], flow: ElkNode) {
    this.#diagram = diagram;
    this.#lanes = lanes;
    this.#flow = flow;
    const xs = [
      ...(flow.children ?? []).flatMap(({ x = 0, width = 0 }) => [x, x + width]),
      ...(flow.edges ?? []).flatMap((edge) => pointsOf(edge).map(({ x }) => x)),
    ];
    const [least, most] = xs.length === 0 ? [0, 0] : [Math.min(...xs), Math.max(...xs)];
    this.#width = Math.max(WIDTH, most - least + 4 * PAD);
    this.#left = (least + most - this.#width) / 2;
    this.#bands = this.#stack();
  }

  /** @param edges - those of the layered graph, in the order of the diagram's */
  layout(edges: (ElkExtendedEdge | undefined)[]): Layout {
    if (this.#lanes.length === 0) return { width: 0, height: 0, boxes: new Map(), routes: [] };
    this.#placeNodes();
    this.#drawBands();
    this.#drawAround("network", TITLE + 6);
    this.#drawAround("region", TITLE);
    const found = new Map((this.#flow.edges ?? []).map((edge) => [edge.id, edge]));
    const routes = edges.map((edge) => this.#route(edge && found.get(edge.id)));
    this.#label(routes);
    const bottoms = [...this.#boxes.values()].map(({ y, height }) => y + height);
    // A label that made way for others may stand beyond the boxes.
    const sides = routes.flatMap(({ label }) => (label === undefined ? [] : [label.x + label.width]));
    return {
      width: Math.ceil(Math.max(this.#width + MARGIN, ...sides) + MARGIN),
      height: Math.ceil(Math.max(...bottoms) + MARGIN),
      boxes: this.#boxes,
      routes,
    };
  }

  /** Where each lane goes, so that the boxes and titles between them have room. */
  #stack(): Band[] {
    const bands: Band[] = [];
    let next = MARGIN;
    let former = 0;
    for (const [index, lane] of this.#lanes.entries()) {
      const members = this.#membersOf(lane);
      // A shelf that nothing leads to has no place in the layered graph: it follows what is above.
      const top = Math.min(...members.map(({ y = 0 }) => y));
      const [from, bottom] =
        members.length === 0
          ? [former + 1, former + 1]
          : [top, Math.max(...members.map(({ y = 0, height = 0 }) => y + height))];
      const [above, below] = [this.#lanes[index - 1], this.#lanes[index + 1]];
      const opened = lane.within.filter((group) => above?.within.includes(group) !== true).length;
      const closed = lane.within.filter((group) => below?.within.includes(group) !== true).length;
      const start = next + opened * (TITLE + 6) + (lane.band === undefined ? 0 : TITLE);
      const height = lane.shelved ? this.#shelf(lane, start) : bottom - from;
      const end = start + height;
      const padding = (lane.band === undefined ? 0 : PAD) + closed * PAD;
      const bends = end + Math.max(padding + 4, BENDS);
      bands.push({ top: from, bottom, start, end, bends });
      next = bends + BETWEEN;
      former = bottom;
    }
    return bands;
  }

  #membersOf(lane: Lane): ElkNode[] {
    const ids = new Set(
      lane.groups.flatMap(({ group, nodes }) => [`anchor ${group?.id ?? ""}`, ...nodes.map(({ id }) => id)]),
    );
    return (this.#flow.children ?? []).filter(({ id }) => ids.has(id));
  }

  /** Puts a shelf at its height, and says how high it is. */
  #shelf(lane: Lane, top: number): number {
    const inset = lane.within.length === 0 ? 0 : PAD;
    const anchors = new Map(
      (this.#flow.children ?? []).map(({ id, x = 0 }) => [id, this.#across(x) - inset - MARGIN]),
    );
    const groups = lane.groups.map((each) => ({
      ...each,
      anchor: each.group && anchors.get(`anchor ${each.group.id}`),
    }));
    const { height, boxes } = shelve(groups, this.#width - 2 * inset);
    for (const [id, box] of boxes) this.#boxes.set(id, { ...box, x: box.x + inset + MARGIN, y: box.y + top });
    return height;
  }

  #across(x: number): number {
    return x - this.#left + MARGIN;
  }

  /** A height of the kernel's, moved as its lane is; between two lanes it is among the bends below the upper one. */
  #down(y: number): number {
    let above: Band | undefined;
    for (const band of this.#bands) {
      if (y < band.top && above !== undefined) {
        const share = (y - above.bottom) / (band.top - above.bottom);
        return above.end + share * (above.bends - above.end);
      }
      if (y <= band.bottom) return band.start + y - band.top;
      above = band;
    }
    return above === undefined ? y : above.end + y - above.bottom;
  }

  #placeNodes(): void {
    for (const { id, x = 0, y = 0, width = 0, height = 0 } of this.#flow.children ?? []) {
      if (!id.startsWith("anchor "))
        this.#boxes.set(id, { x: this.#across(x), y: this.#down(y), width, height });
    }
  }

  /** Bands reach from side to side, whatever stands in them. */
  #drawBands(): void {
    for (const [index, { band, within }] of this.#lanes.entries()) {
      const place = this.#bands[index];
      if (band === undefined || place === undefined) continue;
      const inset = within.length * PAD;
      const y = place.start - TITLE;
      const height = place.end + PAD - y;
      this.#boxes.set(band.id, { x: inset + MARGIN, y, width: this.#width - 2 * inset, height });
    }
  }

  #drawAround(kind: DiagramGroup["kind"], title: number): void {
    for (const group of this.#diagram.groups.filter((each) => each.kind === kind)) {
      const inside = this.#diagram.groups.filter(({ parent }) => parent === group.id);
      const boxes = inside.flatMap(({ id }) => this.#boxes.get(id) ?? []);
      if (boxes.length === 0) continue;
      const y = Math.min(...boxes.map((box) => box.y)) - title;
      const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + PAD;
      const inset = group.parent === undefined ? 0 : PAD;
      this.#boxes.set(group.id, {
        x: inset + MARGIN,
        y,
        width: this.#width - 2 * inset,
        height: bottom - y,
      });
    }
  }

  #route(edge: ElkExtendedEdge | undefined): Route {
    const points = pointsOf(edge).map(({ x, y }) => ({ x: this.#across(x), y: this.#down(y) }));
    const [from, to] = [edge?.sources[0], edge?.targets[0]].map((end) => this.#shelved(end));
    if (to !== undefined) return { points: landing(points, to) };
    if (from !== undefined) return { points: landing(points.reverse(), from).reverse() };
    return { points };
  }

  /** The box on a shelf that an anchor stands for. */
  #shelved(end: string | undefined): Box | undefined {
    return end?.startsWith("anchor ") === true ? this.#boxes.get(end.slice("anchor ".length)) : undefined;
  }

  /** Puts each label where its arrow enters the space between lanes beside its target, clear of other labels. */
  #label(routes: Route[]): void {
    const placed: Box[] = [];
    for (const [index, route] of routes.entries()) {
      const width = labelWidth(this.#diagram.edges[index]?.labels ?? []);
      const [end, before] = [route.points.at(-1), route.points.at(-2)];
      if (width === 0 || end === undefined || before === undefined) continue;
      const label = {
        x: end.x - width / 2,
        y: this.#besides(end, before) - LABEL_HEIGHT / 2,
        width,
        height: LABEL_HEIGHT,
      };
      const clash = () => placed.find((other) => overlaps(label, other));
      for (let other = clash(); other !== undefined; other = clash()) label.x = other.x + other.width + 6;
      placed.push(label);
      route.label = label;
    }
  }

  /** The space between lanes that an arrow crosses last, at the end that leaves room for the arrow's head. */
  #besides(end: Point, before: Point): number {
    const isDown = before.y < end.y;
    const above = this.#bands.filter(({ bends }) => (isDown ? bends < end.y : bends > end.y));
    const band = isDown ? above.at(-1) : above[0];
    return band === undefined ? (end.y + before.y) / 2 : band.bends + LABEL_HEIGHT / 2 + 2;
  }
}

/** Leads an arrow that ends at an anchor on to the nearest place of the box that the anchor stands for. */
function landing(points: Point[], box: Box): Point[] {
  const end = points.at(-1);
  if (end === undefined) return points;
  const x = Math.min(Math.max(end.x, box.x + 24), box.x + box.width - 24);
  const turn = box.y - 16;
  const kept = points.slice(0, -1);
  return x === end.x
    ? [...kept, { x, y: box.y }]
    : [...kept, { x: end.x, y: turn }, { x, y: turn }, { x, y: box.y }];
}

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width + 4 && b.x < a.x + a.width + 4 && a.y < b.y + b.height && b.y < a.y + a.height;
}

function pointsOf(edge: ElkExtendedEdge | undefined): Point[] {
  const section = edge?.sections?.[0];
  if (section === undefined) return [];
  return [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
}
