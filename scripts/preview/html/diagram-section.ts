import { diagramOf } from "./diagram.ts";
import type { Diagram, DiagramNode } from "./diagram.ts";
import { escape } from "./escape.ts";
import { layOut } from "./layout.ts";
import { svgOf } from "./svg.ts";
import type { View } from "./view.ts";

/** The architecture: drawn, with a legend, and the same in words. */
export async function diagramSection(view: View): Promise<string> {
  const diagram = diagramOf(view.preview.plan);
  if (diagram.nodes.length === 0) return "";
  const layout = await layOut(diagram);
  const linkTo = ({ urns: [first] }: DiagramNode) => {
    const anchor = first === undefined ? undefined : view.anchors.get(first);
    return anchor === undefined ? undefined : `#${anchor}`;
  };
  return `<div class="diagram">
<div class="tools" role="group" aria-label="Diagram">
<p>Each box leads to its resource. Drag to move, Ctrl and wheel to zoom.</p>
<button type="button" data-zoom="in" aria-label="Zoom in">+</button><button type="button" data-zoom="out" aria-label="Zoom out">−</button><button type="button" data-zoom="fit">Fit</button>
</div>
<div class="canvas" tabindex="0" role="region" aria-label="Architecture diagram; arrow keys move it, plus and minus zoom, 0 shows all of it">
${svgOf(diagram, layout, linkTo)}
</div>
<ul class="legend" aria-label="Legend">
<li><span class="line traffic"></span>traffic that security groups allow</li>
<li><span class="line uses"></span>reads or calls</li>
<li><span class="swatch edge"></span>edge</li>
<li><span class="swatch compute"></span>compute</li>
<li><span class="swatch data"></span>data</li>
<li><span class="swatch security"></span>keys and secrets</li>
<li><span class="swatch operations"></span>network and operations</li>
<li><svg viewBox="0 0 12 14" width="10" height="12" aria-hidden="true"><path class="lock" d="M3 6V4a3 3 0 0 1 6 0v2M1.500 6h9v6h-9z"/></svg>encrypted with a customer key</li>
</ul>
</div>
<details class="words"><summary>The diagram in words</summary>${inWords(diagram)}</details>`;
}

function inWords(diagram: Diagram): string {
  const titles = new Map(diagram.nodes.map(({ id, title }) => [id, title]));
  const title = (id: string) => escape(titles.get(id) ?? id);
  const places = diagram.groups
    .map((group) => ({ group, nodes: diagram.nodes.filter((node) => node.group === group.id) }))
    .filter(({ nodes }) => nodes.length > 0)
    .map(({ group, nodes }) => {
      const items = nodes.map(
        (node) =>
          `<li>${escape(node.title)}: ${escape(node.subtitle)}${node.encrypted ? ", encrypted with a customer key" : ""}</li>`,
      );
      const note = group.note === undefined || group.note === "" ? "" : ` (${escape(group.note)})`;
      return `<h3>${escape(group.title)}${note}</h3><ul>${items.join("")}</ul>`;
    });
  const edges = diagram.edges.map(
    ({ from, to, kind, labels }) =>
      `<li>${title(from)} ${kind === "traffic" ? "reaches" : "uses"} ${title(to)}${labels.length === 0 ? "" : `: ${escape(labels.join(", "))}`}</li>`,
  );
  return `${places.join("")}<h3>Connections</h3><ul>${edges.join("")}</ul>`;
}
