import path from "node:path";
import { CommandError, EXIT } from "../exit.ts";
import type { Preview } from "../preview/document.ts";
import { command } from "./command.ts";
import { interruptible } from "./interruptible.ts";
import { POLICY_OPTIONS, policyRequest } from "./policy-options.ts";
import { REPORT_OPTIONS, Reports, writable } from "./report.ts";
import { subjectOf, SUBJECT_OPTIONS } from "./subject.ts";

/** `strongroom policy check`: the rules' verdict on a program, a deployed stack or a preview of the engine's. */
export const policyCheck = command({
  name: "check",
  describe: "Judge a program, the state of a deployed stack, or a preview of the engine's",
  options: {
    ...SUBJECT_OPTIONS,
    ...POLICY_OPTIONS,
    "write-baseline": {
      type: "boolean",
      default: false,
      describe: "Write down what is broken now, so that only what is new blocks",
    },
    yes: { type: "boolean", alias: "y", default: false, describe: "Let --write-baseline add to a baseline" },
    ...REPORT_OPTIONS,
  },
  examples: [
    ["$0 policy check --cwd ../shop --stack dev", "a program of others, without AWS"],
    ["pulumi stack export --file state.json && $0 policy check --state state.json", "what is deployed"],
    [
      "pulumi preview --json --show-sames > plan.json; $0 policy check --plan plan.json",
      "what would be deployed",
    ],
    ["$0 policy check --write-baseline", "a first run: only what comes from now on blocks"],
  ],
  run: async (args) => {
    const { program, input, origin } = await subjectOf(args);
    const reads = [args.state, args.plan, args.policyConfig, args.exemptions, args.baseline];
    const reports = new Reports({ ...args, verdictOnly: true, reads });
    const { baseline, ...policies } = await policyRequest(
      args.writeBaseline ? { ...args, baseline: "none" } : args,
    );
    const request = {
      ...program,
      cost: false,
      ...policies,
      ...(baseline === undefined ? {} : { baseline }),
      ...(input === undefined ? {} : { input }),
    };
    return await interruptible(args.quiet, async (signal, progress) => {
      const { preview: judged } = await import("../preview/preview.ts");
      const onProgress = (message: string) => progress.show(message);
      const found: Preview = {
        ...(await judged({ ...request, signal, onProgress })),
        ...(origin === undefined ? {} : { origin }),
      };
      const written = args.writeBaseline ? await writtenBaseline(found, program.cwd, args) : undefined;
      const printed = await reports.make(written?.preview ?? found);
      progress.clear();
      process.stdout.write(printed);
      // A program that reads the report must find nothing else behind it.
      const isForProgram = (args.out ?? []).length === 0 && !["terminal", undefined].includes(args.format);
      const said = isForProgram ? process.stderr : process.stdout;
      if (written !== undefined) said.write(`\n${written.message}\n`);
      return (written?.preview ?? found).outcome === "fine" ? EXIT.fine : EXIT.broken;
    });
  },
});

/** Writes the baseline, and says so. */
async function writtenBaseline(
  found: Preview,
  root: string,
  { baseline, yes }: { baseline: string | undefined; yes: boolean },
): Promise<{ preview: Preview; message: string }> {
  const [{ writeBaseline }, { ownBaseline }, { today }, { BaselineError }] = await Promise.all([
    import("../policy/known.ts"),
    import("../policy/project.ts"),
    import("../../policies/exemptions.ts"),
    import("../../policies/baseline.ts"),
  ]);
  const file = writable(baseline ?? path.relative("", ownBaseline(root)));
  try {
    const { preview, added, removed } = writeBaseline(found, file, { grow: yes, day: today() });
    return { preview, message: `Baseline: ${file}, ${added} added, ${removed} taken out` };
  } catch (error) {
    throw error instanceof BaselineError ? new CommandError(error.message) : error;
  }
}
