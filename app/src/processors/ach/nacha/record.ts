/** Writes and reads one record of 94 characters. */
import type { Field, RecordOf } from "./layout.ts";

export const RECORD_LENGTH = 94;

/** One mistake of a file; places count from 1. */
export interface FormatMistake {
  line: number;
  column: number;
  message: string;
}

/** A file that is not NACHA, or contradicts itself. Holds all mistakes that were found. */
export class AchFormatError extends Error {
  readonly mistakes: readonly FormatMistake[];

  constructor(mistakes: readonly FormatMistake[]) {
    super(
      mistakes.map(({ line, column, message }) => `Line ${line}, column ${column}: ${message}`).join("\n"),
    );
    this.name = "AchFormatError";
    this.mistakes = mistakes;
  }
}

/** @throws RangeError for contents that do not fit their field */
export function writeRecord<L extends readonly Field[]>(layout: L, contents: RecordOf<L>): string {
  return layout
    .map((field) => field.fixed ?? fill(field, (contents as Record<string, string>)[field.name] ?? ""))
    .join("");
}

function fill({ name, length, kind }: Field, content: string): string {
  if (content.length > length) {
    throw new RangeError(`${name} "${content}" has ${content.length} characters where ${length} fit.`);
  }
  const wrong = kind === "numeric" ? /[^0-9]/.exec(content) : /[^ -~]/.exec(content);
  if (wrong) {
    throw new RangeError(`${name} "${content}" holds "${wrong[0]}": it takes ${allowed(kind)}.`);
  }
  return kind === "numeric" ? content.padStart(length, "0") : content.padEnd(length);
}

function allowed(kind: Field["kind"]): string {
  return kind === "numeric" ? "digits" : "printable ASCII characters";
}

/** The record's contents; what is wrong with them goes to `mistakes`. */
export function readRecord<L extends readonly Field[]>(
  layout: L,
  text: string,
  line: number,
  mistakes: FormatMistake[],
): RecordOf<L> {
  const contents: Record<string, string> = {};
  let column = 1;
  for (const field of layout) {
    const content = text.slice(column - 1, column - 1 + field.length);
    const message = mistakeOf(field, content);
    if (message !== undefined) mistakes.push({ line, column, message });
    if (field.fixed === undefined) contents[field.name] = field.kind === "text" ? content.trimEnd() : content;
    column += field.length;
  }
  return contents as RecordOf<L>;
}

function mistakeOf({ name, kind, fixed }: Field, content: string): string | undefined {
  if (fixed !== undefined) {
    return content === fixed
      ? undefined
      : `${name.slice(1, -1)} is "${content}" where "${fixed}" is expected.`;
  }
  const wrong = kind === "numeric" ? /[^0-9]/ : /[^ -~]/;
  return wrong.test(content) ? `${name} is "${content}" where ${allowed(kind)} are expected.` : undefined;
}
