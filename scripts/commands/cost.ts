import { EXIT } from "../exit.ts";
import { command } from "./command.ts";
import { interruptible } from "./interruptible.ts";

/** `strongroom cost`: what a stack costs a month at list price. */
export const cost = command({
  name: "cost",
  describe: "Estimate what a stack costs a month at list price, line by line",
  options: {
    cwd: { type: "string", describe: "Folder of the Pulumi program", default: "." },
    stack: { type: "string", alias: "s", describe: "Stack; the only one, where there is one" },
    plan: { type: "string", describe: "Take the Plan from this file instead of running the program" },
    against: { type: "string", describe: "Compare with a Plan's file, a stack or a git ref" },
    format: { choices: ["terminal", "json", "markdown"] as const, default: "terminal" },
    "region-table": { type: "string", describe: "Use (or refresh) the prices of this region" },
    refresh: {
      type: "boolean",
      describe: "Bring the price table up to date from AWS, instead of an estimate",
      default: false,
    },
  },
  examples: [
    ["$0 cost --stack production", "the estimate and its parts"],
    ["$0 cost --stack production --against main", "what the branch changes"],
    ["$0 cost --stack production --region-table eu-west-1", "the same stack in another region"],
    ["$0 cost --refresh", "update the price table of us-east-1 (needs AWS credentials)"],
  ],
  run: async (args) => {
    const { runCost } = await import("../cost/run.ts");
    const run = async (signal?: AbortSignal) => {
      const asked = { ...args, ...(signal === undefined ? {} : { signal }) };
      process.stdout.write(await runCost(asked, process.stdout.columns || 140));
      return EXIT.fine;
    };
    // A refresh starts no program and leaves the table whole wherever it ends.
    return args.refresh ? await run() : await interruptible(false, run);
  },
});
