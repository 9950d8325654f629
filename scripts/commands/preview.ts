import { accessSync, constants, mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { styleText } from "node:util";
import type { Preview } from "../preview/document.ts";
import { CommandError, EXIT } from "../exit.ts";
import { Progress } from "../progress.ts";
import { command } from "./command.ts";

const FORMATS = ["terminal", "json", "markdown", "html", "sarif"] as const;
type Format = (typeof FORMATS)[number];

const EXTENSIONS: Record<string, Format> = {
  ".json": "json",
  ".md": "markdown",
  ".html": "html",
  ".htm": "html",
  ".sarif": "sarif",
};

export const preview = command({
  name: "preview",
  describe: "Run a Pulumi program without AWS: what it makes, which rules it breaks, what it costs",
  options: {
    stack: {
      type: "string",
      alias: "s",
      describe: "Stack, whose file is Pulumi.<stack>.yaml [default: the only one]",
    },
    cwd: { type: "string", default: ".", describe: "Folder of the Pulumi project" },
    config: {
      type: "string",
      array: true,
      alias: "c",
      default: [] as string[],
      describe: "Configuration, as key=value",
    },
    placeholders: {
      type: "boolean",
      default: false,
      describe: "Go on with placeholders for missing configuration",
    },
    pack: { type: "string", array: true, describe: "Folder of a policy pack [default: pci-dss and soc2]" },
    exemptions: { type: "string", describe: "File of exemptions [default: policies/exemptions.yaml]" },
    against: { type: "string", describe: "Compare with a saved plan or a git ref" },
    format: {
      choices: FORMATS,
      describe: "Form of the report [default: terminal, or by the extension of --out]",
    },
    out: { type: "string", alias: "o", describe: "File that the report is written to" },
    quiet: { type: "boolean", alias: "q", default: false, describe: "Print only what forbids a deployment" },
    timeout: { type: "number", default: 120, describe: "Seconds that the program may take" },
    "no-cost": { type: "boolean", default: false, describe: "Leave the cost out" },
    "save-plan": { type: "string", describe: "File to save the plan in, for a later --against" },
  },
  examples: [
    ["$0 preview --stack production", "report at the terminal"],
    ["$0 preview -s production --out preview.html", "the same as a page, with the architecture drawn"],
    ["$0 preview -s staging --against origin/main --format markdown", "as a comment for a pull request"],
  ],
  run: async (args) => {
    const format = args.format ?? EXTENSIONS[path.extname(args.out ?? "")] ?? "terminal";
    const [out, planFile] = [args.out, args.savePlan].map((file) => file && writable(file));
    const request = {
      cwd: folder(args.cwd, "--cwd"),
      ...(args.stack === undefined ? {} : { stack: args.stack }),
      config: settings(args.config),
      placeholders: args.placeholders,
      ...(args.pack === undefined ? {} : { packs: args.pack.map((pack) => folder(pack, "--pack")) }),
      ...(args.exemptions === undefined ? {} : { exemptions: existing(args.exemptions, "--exemptions") }),
      ...(args.against === undefined ? {} : { against: args.against }),
      cost: !args.noCost,
      timeout: seconds(args.timeout),
    };
    const interruption = new AbortController();
    const interrupt = () => interruption.abort();
    process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
    const progress = new Progress(process.stderr, args.quiet);
    try {
      const { preview: run } = await import("../preview/preview.ts");
      const onProgress = (message: string) => progress.show(message);
      const document = await run({ ...request, signal: interruption.signal, onProgress });
      progress.show("Writing the report");
      const report = await render(document, format, args.quiet, out !== undefined);
      progress.clear();
      if (planFile) writeFileSync(planFile, `${JSON.stringify(document.plan, undefined, 1)}\n`);
      if (out) {
        writeFileSync(out, report);
        process.stdout.write(
          `${await afterwards(document, args.quiet)}${args.quiet ? "" : `\nReport: ${out}\n`}`,
        );
      } else {
        process.stdout.write(report);
      }
      return document.outcome === "fine" ? EXIT.fine : EXIT.broken;
    } catch (error) {
      if (interruption.signal.aborted) return EXIT.interrupted;
      throw error;
    } finally {
      progress.clear();
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    }
  },
});

/** Each form's module is loaded only when it is asked for: the page's layout engine alone takes a third of a second. */
async function render(document: Preview, format: Format, quiet: boolean, toFile: boolean): Promise<string> {
  switch (format) {
    case "terminal":
      return (await import("../preview/report/terminal.ts")).terminalReport(document, {
        ...terminal(toFile),
        quiet,
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

/** What is said at the terminal when the report itself goes to a file. */
async function afterwards(document: Preview, quiet: boolean): Promise<string> {
  const { terminalReport, terminalSummary } = await import("../preview/report/terminal.ts");
  return quiet
    ? terminalReport(document, { ...terminal(false), quiet })
    : terminalSummary(document, terminal(false));
}

function terminal(toFile: boolean) {
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    toFile ? text : styleText(format, text, { stream: process.stdout });
  return { width: toFile ? 100 : process.stdout.columns || 100, paint };
}

function settings(given: string[]): Record<string, string> {
  const pairs = given.map((each): [string, string] => {
    const [key = "", ...value] = each.split("=");
    if (key === "" || value.length === 0)
      throw new CommandError(`--config ${each} is not of the form key=value.`);
    return [key, value.join("=")];
  });
  return Object.fromEntries(pairs);
}

function folder(name: string, option: string): string {
  if (statSync(name, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CommandError(`${option} ${name} is not a folder.`);
  }
  return path.resolve(name);
}

function existing(file: string, option: string): string {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new CommandError(`${option} ${file} is not a file.`);
  return path.resolve(file);
}

function seconds(timeout: number): number {
  if (timeout > 0 && Number.isFinite(timeout)) return timeout;
  throw new CommandError(`--timeout ${timeout} is not a number of seconds above zero.`);
}

/** Finds out before the work whether its result can be written, and makes the folder that it goes to. */
function writable(file: string): string {
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
