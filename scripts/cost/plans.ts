import { existsSync } from "node:fs";
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
export async function fromProgram(cwd: string, stack: string | undefined): Promise<Priced> {
  return explained(async () => {
    const project = readProject(cwd, stack);
    const usage = usageOf(project);
    return { plan: await planProject({ cwd, stack: project.stack }), usage };
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
export async function fromAgainst(against: string, cwd: string, stack: string): Promise<Priced> {
  if (existsSync(against)) return fromFile(against, cwd);
  const { root } = await explained(() => Promise.resolve(readProject(cwd, stack)));
  if (existsSync(path.join(root, `Pulumi.${against}.yaml`))) return fromProgram(cwd, against);
  return withCommit(await findCommit(against, cwd), cwd, (folder) => fromProgram(folder, stack));
}

function usageOf({ configuration }: Project): Partial<Usage> {
  return readUsage(configuration.values.get(USAGE_KEY));
}

function usageBeside(plan: Plan, cwd: string): Partial<Usage> {
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
