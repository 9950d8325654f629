import type { Preview } from "../document.ts";

/** The whole preview as JSON: what another run can take for `--against`. */
export function jsonReport(preview: Preview): string {
  return `${JSON.stringify(preview, undefined, 2)}\n`;
}
