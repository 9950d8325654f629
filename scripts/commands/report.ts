import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import type { Preview } from "../preview/document.ts";
import { CommandError } from "../exit.ts";
import { write } from "../write.ts";
import { terminal } from "./terminal.ts";

export const FORMATS = ["terminal", "json", "markdown", "html", "sarif"] as const;
export type Format = (typeof FORMATS)[number];

const EXTENSIONS: Record<string, Format> = {
  ".json": "json",
  ".md": "markdown",
  ".html": "html",
  ".htm": "html",
  ".sarif": "sarif",
};

/** Options of the verbs that report on a stack. */
export const REPORT_OPTIONS = {
  format: {
    choices: FORMATS,
    describe: "Form of the report [default: terminal, or by the extension of each --out]",
  },
  out: { type: "string", array: true, alias: "o", describe: "File or files that the report is written to" },
  quiet: { type: "boolean", alias: "q", default: false, describe: "Print only what forbids a deployment" },
  all: { type: "boolean", default: false, describe: "Print everything, however long" },
} as const;

/** What is asked of a report. */
interface ReportRequest {
  format: Format | undefined;
  out: string[] | undefined;
  quiet: boolean;
  all: boolean;
  /** Only what rules say, not what the stack consists of. */
  verdictOnly?: boolean;
  /** Files that the command reads, which no report may take the place of. */
  reads?: readonly (string | undefined)[];
  /** Files that the command writes besides. */
  writes?: readonly string[];
}

/** Reports that a command is to make; where they go is looked at before its work begins. */
export class Reports {
  readonly #files: { file: string; format: Format }[];
  readonly #request: ReportRequest;

  /** @throws {CommandError} when a file cannot be written */
  constructor(request: ReportRequest) {
    this.#request = request;
    checkDistinct([...(request.out ?? []), ...(request.writes ?? [])]);
    this.#files = (request.out ?? []).map((file) => ({
      file: writable(file, request.reads),
      format: request.format ?? EXTENSIONS[path.extname(file).toLowerCase()] ?? "terminal",
    }));
  }

  /** Writes the files, and returns what is to be printed. */
  async make(document: Preview): Promise<string> {
    const { format, quiet, all, verdictOnly = false } = this.#request;
    const extent = { quiet, all, verdictOnly };
    for (const { file, format: own } of this.#files) {
      write(file, await render(document, own, { ...extent, toFile: true }));
    }
    if (this.#files.length === 0)
      return await render(document, format ?? "terminal", { ...extent, toFile: false });
    const { terminalReport, terminalSummary } = await import("../preview/report/terminal.ts");
    const options = { ...terminal(false), ...extent };
    if (quiet) return terminalReport(document, options);
    const files = this.#files.map(({ file }) => file).join(", ");
    return `${terminalSummary(document, options)}\nReport: ${files}\n`;
  }
}

/** Each form's module is loaded only when it is asked for: the page's layout engine alone takes a third of a second. */
async function render(
  document: Preview,
  format: Format,
  { toFile, ...extent }: { quiet: boolean; all: boolean; verdictOnly: boolean; toFile: boolean },
): Promise<string> {
  switch (format) {
    case "terminal":
      return (await import("../preview/report/terminal.ts")).terminalReport(document, {
        ...terminal(toFile),
        ...extent,
      });
    case "json":
      return (await import("../preview/report/json.ts")).jsonReport(document);
    case "markdown":
      return (await import("../preview/report/markdown.ts")).markdownReport(document);
    case "html":
      return await (await import("../preview/html/page.ts")).htmlReport(document);
    case "sarif":
      return (await import("../preview/report/sarif.ts")).sarifReport(document);
  }
}

/**
 * Finds out before the work whether its result can be written, and makes the folder that it goes to.
 *
 * @param reads what the command reads, which must not be lost; not all of it need be files
 * @throws {CommandError} when it cannot be written, or is one of `reads`
 */
export function writable(file: string, reads: readonly (string | undefined)[] = []): string {
  if (reads.some((each) => each !== undefined && isSame(each, file)))
    throw new CommandError(`${file} is read by this command, and would be lost. Write to another file.`);
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const former = statSync(file, { throwIfNoEntry: false });
    if (former?.isDirectory() === true) throw new Error("it is a folder");
    accessSync(former === undefined ? path.dirname(file) : file, constants.W_OK);
    return file;
  } catch (error) {
    throw new CommandError(
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** @throws {CommandError} when two results would go to one file, of which the first would be lost */
function checkDistinct(files: readonly string[]): void {
  const paths = files.map((file) => path.resolve(file));
  const twice = files.find((_, index) => paths.indexOf(paths[index] ?? "") < index);
  if (twice !== undefined)
    throw new CommandError(`${twice} is to hold two results, of which one would be lost. Name two files.`);
}

/** Whether two names are of one file, whatever links lead there. */
function isSame(one: string, other: string): boolean {
  return existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other);
}
