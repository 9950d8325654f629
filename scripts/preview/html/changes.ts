import type { PreviewDiff, ResourceRef } from "../diff.ts";
import type { Finding } from "../findings.ts";
import { monthly, price, replacement, signedMoney, value } from "../report/words.ts";
import type { PropertyChange } from "../structure.ts";
import { shortType } from "../urn.ts";
import { escape } from "./escape.ts";
import { resourceLink } from "./view.ts";
import type { View } from "./view.ts";

/** What differs from what the preview is compared with. */
export function changesSection(view: View): string {
  const { diff } = view.preview;
  if (diff === undefined) return "";
  const blocks = [
    ...diff.changed.map((change) => {
      const warning = replacement(change);
      const note = warning === "" ? "" : `<p class="warning">${escape(warning)}</p>`;
      return item("changed", "~", view, change, `${note}${properties(change.changes)}`);
    }),
    ...diff.added.map((each) => item("added", "+", view, each)),
    ...diff.removed.map((each) => item("removed", "−", view, each)),
  ];
  return `<p class="lead">Against <strong>${escape(diff.against)}</strong>: ${diff.added.length} added, ${diff.removed.length} removed, ${diff.changed.length} changed, ${diff.unchanged} the same.</p>
${verdicts(view, "Newly broken", diff.appeared)}
${verdicts(view, "Fixed", diff.fixed)}
${diff.cost === undefined ? "" : costTable(diff.cost)}
${blocks.length === 0 ? `<p class="empty">No resource changes.</p>` : `<ul class="changes">${blocks.join("\n")}</ul>`}
${diff.outputs.length === 0 ? "" : `<h3>Stack outputs</h3>${properties(diff.outputs)}`}`;
}

function item(what: string, sign: string, view: View, { urn, type }: ResourceRef, body = ""): string {
  return `<li class="${what}"><p><span class="sign" aria-hidden="true">${sign}</span><span class="said">${what}: </span><span class="type">${escape(shortType(type))}</span> ${resourceLink(view, urn)}</p>${body}</li>`;
}

function properties(changes: PropertyChange[]): string {
  const rows = changes.map(
    ({ path, before, after }) =>
      `<tr><th scope="row">${escape(path)}</th><td>${side("del", before)}</td><td>${side("ins", after)}</td></tr>`,
  );
  return `<table class="stacked"><thead><tr><th scope="col">Property</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function side(tag: "del" | "ins", of: PropertyChange["before"]): string {
  return of === undefined
    ? `<span class="nothing">nothing</span>`
    : `<${tag}>${escape(value(of, 600))}</${tag}>`;
}

function verdicts(view: View, title: string, findings: Finding[]): string {
  if (findings.length === 0) return "";
  const items = findings.map(
    ({ rule, title: what, urn, severity }) =>
      `<li><span class="tag ${severity}">${severity}</span>${escape(what)} <code>${escape(rule)}</code> on ${resourceLink(view, urn)}</li>`,
  );
  return `<h3>${title}</h3><ul class="plain">${items.join("")}</ul>`;
}

function costTable({ before, after, parts }: NonNullable<PreviewDiff["cost"]>): string {
  const difference = after.expected - before.expected;
  const rows = parts.map(
    (part) =>
      `<tr><th scope="row">${escape(part.part)}</th><td class="number">${price(part.before)}</td><td class="number">${price(part.after)}</td><td class="number">${signedMoney(part.after - part.before)}</td></tr>`,
  );
  const table =
    rows.length === 0
      ? ""
      : `<table class="narrow"><thead><tr><th scope="col">Part</th><th scope="col" class="number">Before</th><th scope="col" class="number">After</th><th scope="col" class="number">Difference</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
  return `<h3>Cost: ${signedMoney(difference)} a month</h3><p>${escape(monthly(before))} before, ${escape(monthly(after))} after.</p>${table}`;
}
