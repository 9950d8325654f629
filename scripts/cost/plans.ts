import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { PlanError } from "../../components/testing/errors.ts";
import { planProject } from "../../components/testing/plan-project.ts";
import type { Plan } from "../../components/testing/plan.ts";
import { readProject } from "../../components/testing/project.ts";
import type { Project } from "../../components/testing/project.ts";
import { planFailure } from "../exit.ts";
import { findCommit, readPlan, withCommit } from "../preview/baseline.ts";
import { readUsage, USAGE_KEY } from "./usage.ts";
import type { Usage } from "./usage.ts";

/** A Plan and the assumptions that its stack's file makes. */
export interface Priced {
  plan: Plan;
  usage: Partial<Usage>;
}

/** Runs the program in `cwd`. @throws {CommandError} for what its user or its author has to put right. */
export async function fromProgram(
  cwd: string,
  stack: string | undefined,
  signal?: AbortSignal,
): Promise<Priced> {
  return explained(async () => {
    const project = readProject(cwd, stack);
    const usage = usageOf(project);
    const options = { cwd, stack: project.stack, ...(signal === undefined ? {} : { signal }) };
    return { plan: await planProject(options), usage };
  });
}

/**
 * Reads a saved Plan. Its assumptions are those of the stack's file, where the program in `cwd` is the one that the
 * Plan was made of.
 *
 * @throws {CommandError} when the file holds no Plan
 */
export async function fromFile(file: string, cwd: string): Promise<Priced> {
  const plan = readPlan(file);
  return explained(() => Promise.resolve({ plan, usage: usageBeside(plan, cwd) }));
}

/** What `--against` names: a saved Plan, another stack of the same program, or the program at a git revision. */
export async function fromAgainst(
  against: string,
  cwd: string,
  stack: string,
  signal?: AbortSignal,
): Promise<Priced> {
  // A folder may well be called as a stack or a branch is.
  if (existsSync(against) && statSync(against).isFile()) return fromFile(against, cwd);
  const { root } = await explained(() => Promise.resolve(readProject(cwd, stack)));
  if (existsSync(path.join(root, `Pulumi.${against}.yaml`))) return fromProgram(cwd, against, signal);
  const commit = await findCommit(against, cwd);
  return withCommit(commit, cwd, (folder) => fromProgram(folder, stack, signal), signal);
}

function usageOf({ configuration }: Project): Partial<Usage> {
  return readUsage(configuration.values.get(USAGE_KEY));
}

/** What the file of the Plan's stack assumes, where the program in `cwd` is the one that the Plan was made of. */
export function usageBeside(plan: Plan, cwd: string): Partial<Usage> {
  let project: Project;
  try {
    project = readProject(cwd, plan.stack);
  } catch {
    return {};
  }
  return project.name === plan.project ? usageOf(project) : {};
}

/** Turns what users can put right into messages without stack traces. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof PlanError ? planFailure(error) : error;
  }
}
