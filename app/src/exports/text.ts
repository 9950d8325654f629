/** Rows as the text of a file. */
import { stringify } from "csv-stringify/sync";
import type { RowPage } from "./rows.ts";
import type { ExportFormat } from "./schemas.ts";

/**
 * @param header with the line that names the columns: of the file's first part
 */
export function toText(
  format: ExportFormat,
  columns: readonly string[],
  rows: RowPage["rows"],
  header: boolean,
): string {
  if (format === "jsonl") return rows.map((row) => `${JSON.stringify(pickColumns(columns, row))}\n`).join("");
  return stringify(rows, {
    columns: [...columns],
    header,
    record_delimiter: "unix",
    // A cell that begins like a formula would be one when the file is opened in a spreadsheet.
    escape_formulas: true,
  });
}

function pickColumns(columns: readonly string[], row: RowPage["rows"][number]) {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}
