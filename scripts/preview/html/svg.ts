import type { Diagram, DiagramGroup, DiagramNode } from "./diagram.ts";
import { escape } from "./escape.ts";
import { ICONS } from "./kinds.ts";
import type { Box, Layout, Route } from "./layout.ts";
import { cut, labelOf, TEXT, TEXT_LEFT } from "./text-size.ts";

/** A diagram as SVG; `linkTo` gives the address that a node leads to. Styled by the page's style sheet. */
export function svgOf(
  diagram: Diagram,
  layout: Layout,
  linkTo: (node: DiagramNode) => string | undefined,
): string {
  const { width, height } = layout;
  const groups = diagram.groups.map((group) => drawGroup(group, layout.boxes.get(group.id)));
  const edges = diagram.edges.map((edge, index) =>
    drawEdge(edge.kind, labelOf(edge.labels), layout.routes[index]),
  );
  const nodes = diagram.nodes.map((node) => drawNode(node, layout.boxes.get(node.id), linkTo(node)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-labelledby="diagram-title">
<title id="diagram-title">Architecture diagram</title>
<defs>
<marker id="arrow-traffic" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head traffic" d="M0 0l8 4-8 4z"/></marker>
<marker id="arrow-uses" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head uses" d="M0 0l8 4-8 4z"/></marker>
</defs>
${groups.map(({ box }) => box).join("\n")}
${edges.map(({ line }) => line).join("\n")}
${groups.map(({ title }) => title).join("\n")}
${nodes.join("\n")}
${edges.map(({ label }) => label).join("\n")}
</svg>`;
}

/** The box goes below the arrows and its title above them. */
function drawGroup(
  { kind, title, note }: DiagramGroup,
  place: Box | undefined,
): { box: string; title: string } {
  if (place === undefined) return { box: "", title: "" };
  const { x, y, width, height } = place;
  const room = width - 32;
  const name = cut(title, room, TEXT.title, "bold");
  const rest = cut(note ?? "", Math.max(0, room - name.length * TEXT.title * 0.6), TEXT.note, "plain");
  const aside = rest === "" ? "" : `<tspan class="group-note" dx="12">${escape(rest)}</tspan>`;
  return {
    box: `<g class="group ${kind}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/></g>`,
    title: `<g class="group ${kind}"><text class="group-title" x="${x + 14}" y="${y + 22}">${escape(name)}${aside}</text></g>`,
  };
}

function drawEdge(kind: string, label: string, route: Route | undefined): { line: string; label: string } {
  if (route === undefined || route.points.length === 0) return { line: "", label: "" };
  const line = `<path class="edge ${kind}" marker-end="url(#arrow-${kind})" d="${rounded(route.points)}"/>`;
  if (route.label === undefined) return { line, label: "" };
  const { x, y, width, height } = route.label;
  return {
    line,
    label: `<g class="edge-label"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/><text x="${x + width / 2}" y="${y + 13}">${escape(label)}</text></g>`,
  };
}

function drawNode(node: DiagramNode, box: Box | undefined, href: string | undefined): string {
  if (box === undefined) return "";
  const { x, y, width, height } = box;
  const name = `${node.title}, ${node.subtitle}${node.encrypted ? ", encrypted with a customer key" : ""}`;
  const lock = `<path class="lock" d="M${x + width - 20} ${y + 12}v-2a3 3 0 0 1 6 0v2m-7.500 0h9v6h-9z"/>`;
  const middle = y + height / 2;
  const room = width - TEXT_LEFT - 8;
  const title = cut(node.title, node.encrypted ? room - 20 : room, TEXT.title, "bold");
  const body = [
    `<title>${escape(name)}</title>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`,
    `<rect class="tint" x="${x + 10}" y="${middle - 17}" width="34" height="34" rx="8"/>`,
    `<path class="icon" transform="translate(${x + 17} ${middle - 10})" d="${ICONS[node.icon]}"/>`,
    `<text class="node-title" x="${x + TEXT_LEFT}" y="${middle + (node.subtitle === "" ? 5 : -3)}">${escape(title)}</text>`,
    `<text class="node-note" x="${x + TEXT_LEFT}" y="${middle + 14}">${escape(cut(node.subtitle, room, TEXT.note, "plain"))}</text>`,
    node.encrypted ? lock : "",
  ].join("");
  if (href === undefined) return `<g class="node ${node.role}">${body}</g>`;
  return `<a class="node ${node.role}" href="${escape(href)}">${body}</a>`;
}

/** A line through the points, its corners rounded. */
function rounded(points: Route["points"]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const steps = rest.map((point, index) => {
    const next = rest[index + 1];
    if (next === undefined) return `L${point.x} ${point.y}`;
    const before = points[index] ?? first;
    const enter = toward(point, before);
    const leave = toward(point, next);
    return `L${enter.x} ${enter.y}Q${point.x} ${point.y} ${leave.x} ${leave.y}`;
  });
  return `M${first.x} ${first.y}${steps.join("")}`;
}

/** The place up to 6 units from one point to another. */
function toward(from: { x: number; y: number }, to: { x: number; y: number }): { x: number; y: number } {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const step = Math.min(6, length / 2) / length;
  return { x: from.x + (to.x - from.x) * step, y: from.y + (to.y - from.y) * step };
}
