import type { Plan } from "../../components/testing/plan.ts";
import { ownStackName } from "../../components/testing/project.ts";
import { CommandError, EXIT } from "../exit.ts";
import { didYouMean } from "../suggest.ts";
import { difference } from "./difference.ts";
import { estimate } from "./estimate.ts";
import { fromAgainst, fromFile, fromProgram } from "./plans.ts";
import { HOME_REGION, OTHER_REGIONS, TABLES } from "./prices/price-table.ts";
import { NoCredentials, NoPrices, refresh } from "./refresh/refresh.ts";
import type { Refreshed } from "./refresh/refresh.ts";
import { jsonCost, markdownCost, terminalCost } from "./report.ts";
import type { CostReport } from "./report.ts";

/** What `strongroom cost` is asked for. */
export interface CostArgs {
  cwd: string;
  stack?: string | undefined;
  plan?: string | undefined;
  against?: string | undefined;
  format: "terminal" | "json" | "markdown";
  regionTable?: string | undefined;
  refresh: boolean;
  /** Ends the programs that are run. */
  signal?: AbortSignal;
}

/** What was asked for, as text for `width` columns. @throws {CommandError} for its user's mistakes. */
export async function runCost(args: CostArgs, width: number): Promise<string> {
  const { regionTable: region, signal } = args;
  if (args.refresh) return refreshed(region ?? HOME_REGION);
  if (region !== undefined) checkRegion(region, [...TABLES.keys(), ...Object.keys(OTHER_REGIONS)]);
  const { plan, usage } =
    args.plan === undefined
      ? await fromProgram(args.cwd, args.stack, signal)
      : await fromFile(args.plan, args.cwd);
  checkStack(args, plan);
  const report: CostReport = {
    project: plan.project,
    stack: plan.stack,
    region: region ?? plan.aws.region,
    estimate: estimate(plan, { usage, region }),
  };
  if (args.against !== undefined) {
    const former = await fromAgainst(args.against, args.cwd, plan.stack, signal);
    const before = estimate(former.plan, { usage: former.usage, region });
    report.difference = difference(before, report.estimate, args.against);
  }
  return rendered(report, args.format, width);
}

/** A saved Plan says itself which stack it is of. */
function checkStack({ plan: file, stack: wanted }: CostArgs, { project, stack }: Plan): void {
  if (file === undefined || wanted === undefined || ownStackName(wanted) === stack) return;
  throw new CommandError(`${file} is of the stack ${stack} of ${project}, not of ${ownStackName(wanted)}.`);
}

function rendered(report: CostReport, format: CostArgs["format"], width: number): string {
  switch (format) {
    case "json":
      return jsonCost(report);
    case "markdown":
      return markdownCost(report);
    case "terminal":
      return terminalCost(report, width);
  }
}

async function refreshed(region: string): Promise<string> {
  checkRegion(region, [...TABLES.keys()]);
  try {
    const result = await refresh(region, new Date().toISOString().slice(0, 10));
    return summary(result);
  } catch (error) {
    if (error instanceof NoPrices) {
      throw new CommandError(
        `No price of ${region} could be refreshed, and its table stays as it is: ${error.message}.`,
        EXIT.program,
      );
    }
    if (!(error instanceof NoCredentials)) throw error;
    throw new CommandError(
      `The price table is refreshed from AWS's Price List, which needs credentials (pricing:GetProducts): ${error.message}\n` +
        "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Estimates need none.",
    );
  }
}

function summary({ region, confirmed, changed, kept }: Refreshed): string {
  return [
    `${region}: ${confirmed} prices confirmed, ${changed.length} changed, ${kept.length} kept as they were.`,
    ...changed.map(
      ({ id, before, after }) => `  ${id}: ${before === undefined ? "new" : `$${before}`} → $${after}`,
    ),
    ...kept.map(({ id, why }) => `  ${id} kept: ${why}`),
    "",
  ].join("\n");
}

function checkRegion(region: string, known: readonly string[]): void {
  if (known.includes(region)) return;
  throw new CommandError(
    `There is no price table for the region "${region}".${didYouMean(region, known)} There are: ${known.join(", ")}.`,
  );
}
