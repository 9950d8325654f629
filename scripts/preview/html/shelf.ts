import type { Lane } from "./lanes.ts";
import type { Box } from "./layout.ts";

/** Boxes of supporting services in rows of equal width. */
export interface Shelf {
  width: number;
  height: number;
  /** By id of group or node. */
  boxes: Map<string, Box>;
}

/** A box to be, and how far from the left the arrows come that lead to it. */
type Shelved = Lane["groups"][number] & { anchor?: number };

/** Most boxes, and most nodes, side by side. */
const COLUMNS = 4;

const GAP = 14;
const PAD = 12;
const TITLE = 34;

/** Lower than nodes of the flow, and closer: they matter less. */
const NODE_HEIGHT = 52;
const NODE_GAP = 8;

/** Packs groups into rows that fill the width; those of one row are equally high, so that the whole stays tidy. */
export function shelve(groups: Shelved[], width: number): Shelf {
  const filled = groups.filter(({ nodes }) => nodes.length > 0);
  const boxes = new Map<string, Box>();
  const rows = Math.ceil(filled.length / COLUMNS);
  const inRow = Math.ceil(filled.length / rows);
  let y = 0;
  for (let first = 0; first < filled.length; first += inRow) {
    const members = filled.slice(first, first + inRow);
    const boxWidth = (width - (members.length - 1) * GAP) / members.length;
    const row = arranged(members, boxWidth + GAP);
    const columns = Math.max(1, Math.floor(COLUMNS / row.length));
    const lines = Math.max(...row.map(({ nodes }) => Math.ceil(nodes.length / columns)));
    const height = TITLE + lines * (NODE_HEIGHT + NODE_GAP) - NODE_GAP + PAD;
    const nodeWidth = (boxWidth - 2 * PAD - (columns - 1) * NODE_GAP) / columns;
    for (const [index, { group, nodes }] of row.entries()) {
      const x = index * (boxWidth + GAP);
      if (group !== undefined) boxes.set(group.id, { x, y, width: boxWidth, height });
      for (const [at, { id }] of nodes.entries()) {
        boxes.set(id, {
          x: x + PAD + (at % columns) * (nodeWidth + NODE_GAP),
          y: y + TITLE + Math.floor(at / columns) * (NODE_HEIGHT + NODE_GAP),
          width: nodeWidth,
          height: NODE_HEIGHT,
        });
      }
    }
    y += height + GAP;
  }
  return { width, height: Math.max(0, y - GAP), boxes };
}

/** Boxes that arrows lead to stand where these come down, as far as there is room; the others keep their order. */
function arranged(groups: Shelved[], step: number): Shelved[] {
  const free = new Set(groups.keys());
  const places = new Map<Shelved, number>();
  const take = (group: Shelved, wanted: number) => {
    const distance = (slot: number) => Math.abs((slot + 0.5) * step - wanted);
    const [nearest = 0] = [...free].sort((a, b) => distance(a) - distance(b));
    free.delete(nearest);
    places.set(group, nearest);
  };
  for (const group of groups) if (group.anchor !== undefined) take(group, group.anchor);
  for (const group of groups) if (group.anchor === undefined) take(group, 0);
  return groups.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
}
