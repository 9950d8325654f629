/** A NACHA file: from data to text, with its counts, hashes and totals, and back. */
import {
  BATCH_CONTROL,
  BATCH_HEADER,
  CHANGE_ADDENDA,
  ENTRY,
  FILE_CONTROL,
  FILE_HEADER,
  PAYMENT_ADDENDA,
  RETURN_ADDENDA,
  type RecordOf,
} from "./layout.ts";
import { AchFormatError, RECORD_LENGTH, readRecord, writeRecord, type FormatMistake } from "./record.ts";

type EntryRecord = RecordOf<typeof ENTRY>;

export type Addenda =
  | ({ type: "return" } & RecordOf<typeof RETURN_ADDENDA>)
  | ({ type: "change" } & RecordOf<typeof CHANGE_ADDENDA>)
  | ({ type: "payment" } & RecordOf<typeof PAYMENT_ADDENDA>);

/** One debit or credit; `transactionCode` tells which: it ends with 5 or more for debits. */
export interface Entry extends Omit<EntryRecord, "amount" | "addendaIndicator"> {
  /** Minor units of US dollars. */
  amount: number;
  addenda: Addenda[];
}

export type BatchHeader = Omit<RecordOf<typeof BATCH_HEADER>, "serviceClass" | "batchNumber">;

export interface Batch extends BatchHeader {
  /** Filled in by the bank; empty when we make it. */
  authenticationCode: string;
  entries: Entry[];
}

export interface AchFile extends RecordOf<typeof FILE_HEADER> {
  batches: Batch[];
}

/** Records of a block; a file is filled up to whole blocks. */
const BLOCK = 10;

const FILLER = "9".repeat(RECORD_LENGTH);

export function isDebit({ transactionCode }: Pick<Entry, "transactionCode">): boolean {
  return Number(transactionCode.slice(-1)) >= 5;
}

interface Totals {
  /** Entries and addenda. */
  entryCount: number;
  /** Sum of the receiving banks' eight digits; its last ten digits count. */
  entryHash: number;
  debitTotal: number;
  creditTotal: number;
}

const NOTHING: Totals = { entryCount: 0, entryHash: 0, debitTotal: 0, creditTotal: 0 };

function totalsOf(entries: readonly Entry[]): Totals {
  const totals = { ...NOTHING };
  for (const entry of entries) {
    totals.entryCount += 1 + entry.addenda.length;
    totals.entryHash += Number(entry.routingNumber.slice(0, 8));
    totals[isDebit(entry) ? "debitTotal" : "creditTotal"] += entry.amount;
  }
  return totals;
}

function sumOf(all: readonly Totals[]): Totals {
  return all.reduce(
    (sum, each) => ({
      entryCount: sum.entryCount + each.entryCount,
      entryHash: sum.entryHash + each.entryHash,
      debitTotal: sum.debitTotal + each.debitTotal,
      creditTotal: sum.creditTotal + each.creditTotal,
    }),
    NOTHING,
  );
}

/** Totals as the control records hold them. */
function controls(totals: Totals) {
  return {
    entryCount: String(totals.entryCount),
    entryHash: String(totals.entryHash % 10 ** 10),
    debitTotal: String(totals.debitTotal),
    creditTotal: String(totals.creditTotal),
  };
}

/** 225: debits only, 220: credits only, 200: both. */
function serviceClassOf({ debitTotal, creditTotal }: Totals): string {
  return debitTotal > 0 && creditTotal > 0 ? "200" : debitTotal > 0 ? "225" : "220";
}

/**
 * The file's text: lines of 94 characters that end with a newline, filled up to a multiple of ten lines.
 * @throws RangeError for contents that do not fit their fields
 */
export function buildAchFile({ batches, ...header }: AchFile): string {
  const lines = [writeRecord(FILE_HEADER, header)];
  batches.forEach((batch, index) => {
    const totals = totalsOf(batch.entries);
    const { companyId, originatingDfi, authenticationCode } = batch;
    const both = {
      serviceClass: serviceClassOf(totals),
      batchNumber: String(index + 1),
      companyId,
      originatingDfi,
    };
    lines.push(writeRecord(BATCH_HEADER, { ...batch, ...both }), ...batch.entries.flatMap(entryLines));
    lines.push(writeRecord(BATCH_CONTROL, { ...controls(totals), ...both, authenticationCode }));
  });
  const totals = sumOf(batches.map(({ entries }) => totalsOf(entries)));
  const blockCount = Math.ceil((lines.length + 1) / BLOCK);
  lines.push(
    writeRecord(FILE_CONTROL, {
      ...controls(totals),
      batchCount: String(batches.length),
      blockCount: String(blockCount),
    }),
  );
  while (lines.length < blockCount * BLOCK) lines.push(FILLER);
  return `${lines.join("\n")}\n`;
}

function entryLines({ addenda, amount, ...entry }: Entry): string[] {
  const addendaIndicator = addenda.length > 0 ? "1" : "0";
  return [
    writeRecord(ENTRY, { ...entry, amount: String(amount), addendaIndicator }),
    ...addenda.map(addendaLine),
  ];
}

function addendaLine(addenda: Addenda): string {
  switch (addenda.type) {
    case "return":
      return writeRecord(RETURN_ADDENDA, addenda);
    case "change":
      return writeRecord(CHANGE_ADDENDA, addenda);
    case "payment":
      return writeRecord(PAYMENT_ADDENDA, addenda);
  }
}

/**
 * Reads a file and checks its form, counts, hashes and totals.
 * @throws AchFormatError with all mistakes, each with its line and column
 */
export function parseAchFile(text: string): AchFile {
  const reader = new Reader(text);
  const file = reader.file();
  if (reader.mistakes.length > 0 || !file) throw new AchFormatError(reader.mistakes);
  return file;
}

/** Reads line by line; goes on after a mistake where the rest can still be understood. */
class Reader {
  readonly mistakes: FormatMistake[] = [];
  private readonly lines: string[];
  /** Index of the line that comes next. */
  private next = 0;

  constructor(text: string) {
    this.lines = text.split(/\r\n|\n|\r/);
    while (this.lines.at(-1) === "") this.lines.pop();
    this.lines.forEach((line, index) => {
      if (line.length !== RECORD_LENGTH) {
        this.mistake(
          index,
          1,
          `the record has ${line.length} characters where ${RECORD_LENGTH} are expected.`,
        );
      }
    });
  }

  file(): AchFile | undefined {
    // Fields of records of a wrong length lie anywhere: nothing more can be told of them.
    if (this.mistakes.length > 0) return undefined;
    if (this.type() !== "1") {
      this.unexpected("a file header (1)");
      return undefined;
    }
    const header = this.read(FILE_HEADER);
    const batches: Batch[] = [];
    const totals: Totals[] = [];
    while (this.type() === "5") {
      const batch = this.batch(batches.length + 1);
      if (!batch) return undefined;
      batches.push(batch);
      totals.push(totalsOf(batch.entries));
    }
    if (this.type() !== "9") {
      this.unexpected("a batch header (5) or a file control (9)");
      return undefined;
    }
    const line = this.next;
    const control = this.read(FILE_CONTROL);
    const expected = {
      ...controls(sumOf(totals)),
      batchCount: String(batches.length),
      blockCount: this.blocks(),
    };
    this.compare(FILE_CONTROL, line, control, expected);
    for (; this.next < this.lines.length; this.next += 1) {
      if (this.lines[this.next] !== FILLER) {
        this.unexpected("a filler of nines");
        return undefined;
      }
    }
    return { ...header, batches };
  }

  private batch(number: number): Batch | undefined {
    const headerLine = this.next;
    const header = this.read(BATCH_HEADER);
    const entries: Entry[] = [];
    while (this.type() === "6") entries.push(this.entry());
    if (this.type() !== "8") {
      this.unexpected("an entry (6) or a batch control (8)");
      return undefined;
    }
    const line = this.next;
    const control = this.read(BATCH_CONTROL);
    const { serviceClass, batchNumber, ...rest } = header;
    const { companyId, originatingDfi } = header;
    this.compare(BATCH_HEADER, headerLine, header, { batchNumber: String(number) });
    const expected = { ...controls(totalsOf(entries)), serviceClass, batchNumber, companyId, originatingDfi };
    this.compare(BATCH_CONTROL, line, control, expected);
    return { ...rest, authenticationCode: control.authenticationCode, entries };
  }

  private entry(): Entry {
    const line = this.next;
    const { addendaIndicator, amount, ...entry } = this.read(ENTRY);
    const addenda: Addenda[] = [];
    while (this.type() === "7") {
      const each = this.addenda();
      if (each) addenda.push(each);
    }
    if ((addendaIndicator === "1") !== addenda.length > 0) {
      this.mistake(
        line,
        79,
        `addendaIndicator is "${addendaIndicator}" where ${addenda.length} addenda follow.`,
      );
    }
    return { ...entry, amount: Number(amount), addenda };
  }

  private addenda(): Addenda | undefined {
    const code = this.lines[this.next]?.slice(1, 3) ?? "";
    switch (code) {
      case "99":
        return { type: "return", ...this.read(RETURN_ADDENDA) };
      case "98":
        return { type: "change", ...this.read(CHANGE_ADDENDA) };
      case "05":
        return { type: "payment", ...this.read(PAYMENT_ADDENDA) };
      default:
        this.mistake(this.next, 2, `the addenda type is "${code}" where 05, 98 or 99 is expected.`);
        this.next += 1;
        return undefined;
    }
  }

  private type(): string | undefined {
    return this.lines[this.next]?.[0];
  }

  private blocks(): string {
    return String(Math.ceil(this.lines.length / BLOCK));
  }

  private read<L extends Parameters<typeof readRecord>[0]>(layout: L): RecordOf<L> {
    const record = readRecord(layout, this.lines[this.next] ?? "", this.next + 1, this.mistakes);
    this.next += 1;
    return record;
  }

  /** Compares what a record says with what the rest of the file says. */
  private compare(
    layout: readonly { name: string; length: number }[],
    line: number,
    record: Readonly<Record<string, string>>,
    expected: Readonly<Record<string, string>>,
  ): void {
    let column = 1;
    for (const { name, length } of layout) {
      const [given, wanted] = [record[name], expected[name]];
      // Amounts that cannot be read have been told; their sum says nothing.
      if (given !== undefined && wanted !== undefined && wanted !== "NaN" && !isSame(given, wanted)) {
        this.mistake(line, column, `${name} is "${given}" where the file has ${wanted}.`);
      }
      column += length;
    }
  }

  private unexpected(expected: string): void {
    const line = this.lines[this.next];
    const found = line === undefined ? "the file ends" : `the record begins with "${line[0] ?? ""}"`;
    this.mistake(this.next, 1, `${found} where ${expected} is expected.`);
  }

  private mistake(index: number, column: number, message: string): void {
    this.mistakes.push({ line: index + 1, column, message });
  }
}

/** Numbers are the same with and without zeros before them. */
function isSame(given: string, wanted: string): boolean {
  return /^\d+$/.test(given) && /^\d+$/.test(wanted) ? BigInt(given) === BigInt(wanted) : given === wanted;
}
