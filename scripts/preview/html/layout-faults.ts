import type { Diagram } from "./diagram.ts";
import type { Box, Layout } from "./layout.ts";

/** For tests: what is wrong with a layout. Nodes and labels keep clear of each other, and all is within its box. */
export function faultsOf(
  { nodes, groups, edges }: Diagram,
  { boxes, routes, width, height }: Layout,
): string[] {
  const faults: string[] = [];
  const whole = { x: 0, y: 0, width, height };
  const placed = nodes.flatMap(({ id, title, group }) => {
    const box = boxes.get(id);
    if (box === undefined) faults.push(`${title} has no place`);
    return box === undefined ? [] : [{ title, box, group }];
  });
  for (const [index, { title, box, group }] of placed.entries()) {
    const outer = boxes.get(group ?? "");
    if (!isWithin(box, outer ?? whole)) faults.push(`${title} leaves its box`);
    for (const other of placed.slice(index + 1)) {
      if (overlap(box, other.box)) faults.push(`${title} and ${other.title} overlap`);
    }
  }
  for (const { id, title, parent } of groups) {
    const [box, outer] = [boxes.get(id), boxes.get(parent ?? "")];
    if (box !== undefined && !isWithin(box, outer ?? whole)) faults.push(`the box ${title} leaves its own`);
    for (const other of groups) {
      const otherBox = boxes.get(other.id);
      if (other === groups.find((each) => each.id === id) || other.parent !== parent) continue;
      if (box !== undefined && otherBox !== undefined && overlap(box, otherBox))
        faults.push(`the boxes ${title} and ${other.title} overlap`);
    }
  }
  const labels = routes.flatMap(({ label }, index) =>
    label === undefined ? [] : [{ label, edge: edges[index] }],
  );
  for (const [index, { label, edge }] of labels.entries()) {
    const name = edge?.labels.join(" ") ?? "";
    if (!isWithin(label, whole)) faults.push(`${name} leaves the drawing`);
    for (const { title, box } of placed) if (overlap(label, box)) faults.push(`${name} covers ${title}`);
    for (const other of labels.slice(index + 1)) {
      if (overlap(label, other.label)) faults.push(`${name} covers another label`);
    }
  }
  return faults;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function isWithin(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}
