import { statSync } from "node:fs";
import path from "node:path";
import { CommandError } from "../exit.ts";

/** Options of the verbs that drive the engine. */
export const ENGINE_OPTIONS = {
  stack: {
    type: "string",
    alias: "s",
    describe: "Stack, whose file is Pulumi.<stack>.yaml [default: the only one]",
  },
  cwd: { type: "string", default: ".", describe: "Folder of the Pulumi project" },
  yes: { type: "boolean", alias: "y", default: false, describe: "Go on without being asked" },
  parallel: { type: "number", describe: "Most resources to work on at a time [default: Pulumi's]" },
} as const;

/** A folder's absolute path. */
export function folder(name: string, option: string): string {
  if (statSync(name, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CommandError(`${option} ${name} is not a folder.`);
  }
  return path.resolve(name);
}

/** `--parallel` as the engine takes it. */
export function parallelism(parallel: number | undefined): { parallel?: number } {
  if (parallel === undefined) return {};
  if (Number.isInteger(parallel) && parallel > 0) return { parallel };
  throw new CommandError(`--parallel ${parallel} is not a whole number above zero.`);
}
