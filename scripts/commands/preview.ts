import { accessSync, constants, mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Preview } from "../preview/document.ts";
import { CommandError, EXIT } from "../exit.ts";
import type { ExitCode } from "../exit.ts";
import { Progress } from "../progress.ts";
import { command } from "./command.ts";
import { folder } from "./options.ts";
import { terminal } from "./terminal.ts";

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
      describe: "Form of the report [default: terminal, or by the extension of each --out]",
    },
    out: { type: "string", array: true, alias: "o", describe: "File or files that the report is written to" },
    quiet: { type: "boolean", alias: "q", default: false, describe: "Print only what forbids a deployment" },
    timeout: { type: "number", default: 120, describe: "Seconds that the program may take" },
    "no-cost": { type: "boolean", default: false, describe: "Leave the cost out" },
    "save-plan": { type: "string", describe: "File to save the plan in, for a later --against" },
    engine: {
      type: "boolean",
      default: false,
      describe: "Preview with the Pulumi engine and its state instead; needs the Pulumi CLI and AWS",
    },
  },
  examples: [
    ["$0 preview --stack production", "report at the terminal"],
    ["$0 preview -s production --out preview.html", "the same as a page, with the architecture drawn"],
    ["$0 preview -s staging --against origin/main --format markdown", "as a comment for a pull request"],
    ["$0 preview -s staging -o preview.md -o preview.sarif", "several forms in one run"],
  ],
  run: async (args) => {
    if (args.engine) return await previewByEngine(args);
    const reports = (args.out ?? []).map((file) => ({
      file: writable(file),
      format: formOf(file, args.format),
    }));
    const planFile = args.savePlan === undefined ? undefined : writable(args.savePlan);
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
      for (const { file, format } of reports) {
        writeFileSync(file, await render(document, format, args.quiet, true));
      }
      if (planFile) writeFileSync(planFile, `${JSON.stringify(document.plan, undefined, 1)}\n`);
      const printed =
        reports.length === 0
          ? await render(document, args.format ?? "terminal", args.quiet, false)
          : await afterwards(document, args.quiet);
      progress.clear();
      process.stdout.write(printed);
      if (!args.quiet && reports.length > 0) {
        process.stdout.write(`\nReport: ${reports.map(({ file }) => file).join(", ")}\n`);
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

/** The form that a file gets: the one asked for, else the one that its extension tells. */
function formOf(file: string, format: Format | undefined): Format {
  return format ?? EXTENSIONS[path.extname(file)] ?? "terminal";
}

/** Options that are of the offline preview's report. */
const OFFLINE = [
  "placeholders",
  "exemptions",
  "against",
  "format",
  "out",
  "quiet",
  "noCost",
  "savePlan",
] as const;

/** The engine prints its own report. */
async function previewByEngine(
  args: Partial<Record<(typeof OFFLINE)[number], unknown>> & {
    cwd: string;
    stack: string | undefined;
    pack: string[] | undefined;
    config: string[];
  },
): Promise<ExitCode> {
  const unfit = OFFLINE.filter((name) => args[name] !== undefined && args[name] !== false);
  if (unfit.length > 0) {
    const options = unfit.map(
      (name) => `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`,
    );
    throw new CommandError(
      `--engine prints the engine's own preview, without ${options.join(", ")}. Leave out one or the other.`,
    );
  }
  const cwd = folder(args.cwd, "--cwd");
  const packs = args.pack?.map((pack) => folder(pack, "--pack"));
  const config = settings(args.config);
  const [{ enginePreview }, { ownPacks }] = await Promise.all([
    import("../engine/engine-preview.ts"),
    import("../preview/preview.ts"),
  ]);
  return await enginePreview({ cwd, stack: args.stack, packs: packs ?? ownPacks(), config });
}

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

function settings(given: string[]): Record<string, string> {
  const pairs = given.map((each): [string, string] => {
    const [key = "", ...value] = each.split("=");
    if (key === "" || value.length === 0)
      throw new CommandError(`--config ${each} is not of the form key=value.`);
    return [key, value.join("=")];
  });
  return Object.fromEntries(pairs);
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
