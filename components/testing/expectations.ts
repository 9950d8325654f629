import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { deepStrictEqual } from "node:assert";

import { planOf, type PlanOfOptions } from "./plan-of.ts";
import type { Plan, PlanResource } from "./plan.ts";

/** All resources of a type, in the order of registration. */
export function resources(plan: Plan, type: string): PlanResource[] {
  return plan.resources.filter((each) => each.type === type);
}

/**
 * The one resource of a type, or of a type and name.
 *
 * @throws Error naming what there is when there is none, or more than one
 */
export function resource(plan: Plan, type: string, name?: string): PlanResource {
  const ofType = resources(plan, type);
  const found = ofType.filter((each) => name === undefined || each.name === name);
  const [only] = found;
  if (only && found.length === 1) return only;
  const wanted = name === undefined ? type : `${type} "${name}"`;
  const present = ofType.length
    ? ofType.map((each) => `"${each.name}"`).join(", ")
    : [...new Set(plan.resources.map((each) => each.type))].toSorted().join(", ") || "no resource at all";
  throw new Error(`Expected one ${wanted}, found ${found.length}. The Plan has ${present}.`);
}

/**
 * The message of the error that a program fails with.
 *
 * @throws Error when the program does not fail
 */
export async function mistakesOf(program: () => unknown, options: PlanOfOptions = {}): Promise<string> {
  let plan: Plan;
  try {
    plan = await planOf(program, options);
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  throw new Error(`Expected the program to fail, but it planned ${plan.resources.length} resources.`);
}

/**
 * Compares a Plan with the one recorded in a file. Source positions and the providers' versions are left out, since
 * they change without the program meaning anything by it.
 *
 * With `STRONGROOM_UPDATE_GOLDEN=1` in the environment the file is written instead.
 *
 * @throws AssertionError that shows the differences
 */
export async function expectGolden(plan: Plan, file: URL | string): Promise<void> {
  const target = typeof file === "string" ? file : fileURLToPath(file);
  const shown = {
    ...plan,
    resources: plan.resources.map((each) => ({
      ...each,
      options: { ...each.options, version: undefined },
      source: undefined,
    })),
  };
  const text = `${JSON.stringify(shown, undefined, 2)}\n`;
  if (process.env.STRONGROOM_UPDATE_GOLDEN === "1") {
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
    return;
  }
  if (!existsSync(target)) {
    throw new Error(
      `${target} does not exist. Run once with STRONGROOM_UPDATE_GOLDEN=1 to record it, and review it.`,
    );
  }
  deepStrictEqual(JSON.parse(text), JSON.parse(readFileSync(target, "utf8")), undefined);
  await Promise.resolve();
}
