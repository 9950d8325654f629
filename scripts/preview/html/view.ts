import type { PlanResource } from "../../../components/testing/plan.ts";
import type { Preview } from "../document.ts";
import type { Part } from "../parts.ts";
import type { Summary } from "../report/words.ts";
import { nameOf } from "../urn.ts";
import { escape } from "./escape.ts";

/** What every section of the page is made from. */
export interface View {
  preview: Preview;
  summary: Summary;
  /** Part of each resource, by URN. */
  parts: Map<string, Part>;
  /** By URN. */
  resources: Map<string, PlanResource>;
  /** Id of each resource's place on the page, by URN. */
  anchors: Map<string, string>;
}

/** A resource's name, leading to its place on the page where it has one. */
export function resourceLink({ anchors }: View, urn: string | undefined): string {
  if (urn === undefined) return "the stack";
  const name = escape(nameOf(urn));
  const anchor = anchors.get(urn);
  return anchor === undefined
    ? `<span class="name">${name}</span>`
    : `<a class="name" href="#${anchor}">${name}</a>`;
}

/** A text in which code stands between backticks. */
export function prose(text: string): string {
  return text
    .split(/`([^`]+)`/)
    .map((piece, index) => (index % 2 === 1 ? `<code>${escape(piece)}</code>` : escape(piece)))
    .join("");
}

/** A drop-down list that filters by the attribute `data-<name>` of what it filters. */
export function filter(name: string, label: string, options: readonly string[]): string {
  const all = [...new Set(options)].map((option) => `<option>${escape(option)}</option>`).join("");
  return `<label>${label}<select data-filter="${name}"><option value="">All</option>${all}</select></label>`;
}
