import { CommandError, EXIT } from "../exit.ts";
import type { ExitCode } from "../exit.ts";
import { command } from "./command.ts";
import { interruptible } from "./interruptible.ts";
import { configuration, folder, PROGRAM_OPTIONS, seconds } from "./options.ts";
import { POLICY_OPTIONS, policyRequest } from "./policy-options.ts";
import { write } from "../write.ts";
import { REPORT_OPTIONS, Reports, writable } from "./report.ts";

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
    ...PROGRAM_OPTIONS,
    ...POLICY_OPTIONS,
    against: { type: "string", describe: "Compare with a saved plan or a git ref" },
    ...REPORT_OPTIONS,
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
    const reads = [args.against, args.policyConfig, args.exemptions, args.baseline];
    const writes = args.savePlan === undefined ? [] : [args.savePlan];
    const reports = new Reports({ ...args, reads, writes });
    const planFile = args.savePlan === undefined ? undefined : writable(args.savePlan, reads);
    const request = {
      cwd: folder(args.cwd, "--cwd"),
      ...(args.stack === undefined ? {} : { stack: args.stack }),
      config: configuration(args.config),
      placeholders: args.placeholders,
      ...(await policyRequest(args)),
      ...(args.against === undefined ? {} : { against: args.against }),
      cost: !args.noCost,
      timeout: seconds(args.timeout),
    };
    return await interruptible(args.quiet, async (signal, progress) => {
      const { preview: run } = await import("../preview/preview.ts");
      const onProgress = (message: string) => progress.show(message);
      const document = await run({ ...request, signal, onProgress });
      progress.show("Writing the report");
      const printed = await reports.make(document);
      if (planFile) write(planFile, `${JSON.stringify(document.plan, undefined, 1)}\n`);
      progress.clear();
      process.stdout.write(printed);
      return document.outcome === "fine" ? EXIT.fine : EXIT.broken;
    });
  },
});

/** Options that are of the offline preview's report. */
const OFFLINE = [
  "placeholders",
  "exemptions",
  "baseline",
  "against",
  "format",
  "out",
  "quiet",
  "all",
  "noCost",
  "savePlan",
] as const;

/** The engine prints its own report. */
async function previewByEngine(
  args: Partial<Record<(typeof OFFLINE)[number], unknown>> & {
    cwd: string;
    stack: string | undefined;
    pack: string[] | undefined;
    framework: string[] | undefined;
    policyConfig: string | undefined;
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
  const { packs, policyConfig } = await policyRequest({
    ...args,
    exemptions: undefined,
    baseline: undefined,
  });
  const config = configuration(args.config);
  const [{ enginePreview }, { ownPacks }] = await Promise.all([
    import("../engine/engine-preview.ts"),
    import("../preview/preview.ts"),
  ]);
  return await enginePreview({
    cwd,
    stack: args.stack,
    packs: packs ?? ownPacks(),
    config,
    ...(policyConfig === undefined ? {} : { policyConfig }),
  });
}
