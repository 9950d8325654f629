import type { DiagramNode } from "./diagram.ts";

const NODE_HEIGHT = 56;

/** Where a node's text begins, beside its icon. */
export const TEXT_LEFT = 54;

/** Sizes of text in the drawing's units, as the style sheet has them; nothing is smaller than the least. */
export const TEXT = { title: 13.5, note: 12, label: 12 } as const;

/** Widest that a node becomes for its text. */
const WIDEST = 340;

/** Mean width of a character, as a share of the size of its font; wide enough for the usual fonts of a system. */
const SHARE = { bold: 0.6, plain: 0.54 } as const;

/** A node as wide as its text. */
export function sizeOf({ title, subtitle, encrypted }: DiagramNode): { width: number; height: number } {
  const text = Math.max(
    title.length * TEXT.title * SHARE.bold + (encrypted ? 26 : 0),
    subtitle.length * TEXT.note * SHARE.plain,
  );
  return { width: Math.round(Math.min(WIDEST, Math.max(150, TEXT_LEFT + text + 16))), height: NODE_HEIGHT };
}

/** A text cut to what a width holds. */
export function cut(text: string, width: number, size: number, weight: keyof typeof SHARE): string {
  const length = Math.floor(width / (size * SHARE[weight]));
  return text.length <= length ? text : `${text.slice(0, Math.max(1, length - 1)).trimEnd()}…`;
}

export const LABEL_HEIGHT = 18;

/** Ports and paths of an edge, as it is labelled. */
export function labelOf(labels: readonly string[]): string {
  const all = labels.map((label) => (/^\d/.test(label) ? `:${label}` : label)).join(" ");
  return all.length <= 36 ? all : `${all.slice(0, 35)}…`;
}

/** Width of a label's box; zero for none. */
export function labelWidth(labels: readonly string[]): number {
  const { length } = labelOf(labels);
  return length === 0 ? 0 : length * TEXT.label * 0.61 + 12;
}
