/** Reads a settlement file of either format. */
import type { SettlementLine } from "../processors/processor.ts";
import { readCamt053 } from "./camt053.ts";
import type { ReconciliationInput } from "./schemas.ts";
import { readCsv } from "./settlement-csv.ts";
import { FileFault } from "./settlement-line.ts";

export type SettlementFile = Pick<ReconciliationInput, "format" | "content">;

/** Lines that are handed on, and go to the database, at once. */
export const LINES_AT_ONCE = 1000;

/** The file's lines, in their order. @throws FileFault */
export async function readSettlementFile({ format, content }: SettlementFile): Promise<SettlementLine[]> {
  const lines = format === "csv" ? await readCsv(content) : readCamt053(content);
  if (lines.length === 0) throw new FileFault([{ where: "file", message: "It holds no settlement lines." }]);
  return lines;
}

export function* portions<T>(all: readonly T[]): Generator<T[]> {
  for (let from = 0; from < all.length; from += LINES_AT_ONCE) yield all.slice(from, from + LINES_AT_ONCE);
}
