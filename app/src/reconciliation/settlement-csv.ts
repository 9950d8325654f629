/**
 * Settlement files as CSV, with a header line. Columns, in any order; `key` may be left out:
 *
 * | column    | what                                                                                         |
 * |-----------|----------------------------------------------------------------------------------------------|
 * | reference | the processor's id of the movement                                                           |
 * | key       | ours of the operation, as the processor got it (`pay_…-capture-1`); empty where it has none  |
 * | type      | charge, refund, refund_reversal, chargeback, chargeback_reversal, payout, payout_reversal, fee |
 * | amount    | gross, minor units, above zero                                                               |
 * | currency  | ISO 4217, three letters                                                                      |
 * | fee       | what the processor kept, minor units, 0 or more                                              |
 * | net       | what reached the bank account, minor units, below zero for what left it                      |
 * | date      | day of settlement, YYYY-MM-DD                                                                |
 */
import { CsvError, parse } from "csv-parse";
import type { SettlementLine } from "../processors/processor.ts";
import { FileFault, type LineFault, readLine } from "./settlement-line.ts";

const COLUMNS = ["reference", "type", "amount", "currency", "fee", "net", "date"] as const;

/** Characters of one line. */
const LINE_LIMIT = 10_000;
/** Faults that are told of one file. */
const FAULTS_TOLD = 20;

/**
 * @throws FileFault with the first faults of the file, each with its line, value and remedy
 */
export async function readCsv(content: string): Promise<SettlementLine[]> {
  const lines: SettlementLine[] = [];
  const faults: LineFault[] = [];
  const rows = parse(content, {
    bom: true,
    columns: (header: string[]) => checkHeader(header),
    info: true,
    max_record_size: LINE_LIMIT,
    skip_empty_lines: true,
    trim: true,
  });
  try {
    for await (const { record, info } of rows as AsyncIterable<{
      record: Record<string, string>;
      info: { lines: number };
    }>) {
      const { line, faults: found } = readLine(record, `line ${info.lines}`);
      if (line) lines.push(line);
      faults.push(...found);
      if (faults.length >= FAULTS_TOLD) break;
    }
  } catch (error) {
    if (error instanceof CsvError) throw new FileFault([{ where: "file", message: error.message }]);
    throw error;
  }
  if (faults.length > 0) throw new FileFault(faults.slice(0, FAULTS_TOLD));
  return lines;
}

function checkHeader(header: string[]): string[] {
  const names = header.map((name) => name.toLowerCase());
  const missing = COLUMNS.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new FileFault([
      { where: "line 1", message: `The header lacks ${missing.join(", ")}; it needs ${COLUMNS.join(",")}.` },
    ]);
  return names;
}
