import { existsSync, statSync } from "node:fs";
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

/** Options of the verbs that run a program without the engine. */
export const PROGRAM_OPTIONS = {
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
  timeout: { type: "number", default: 120, describe: "Seconds that the program may take" },
} as const;

/** `--config` as pairs of key and value. */
export function configuration(given: readonly string[]): Record<string, string> {
  const pairs = given.map((each): [string, string] => {
    const [key = "", ...value] = each.split("=");
    if (key === "" || value.length === 0)
      throw new CommandError(`--config ${each} is not of the form key=value.`);
    return [key, value.join("=")];
  });
  return Object.fromEntries(pairs);
}

/** `--timeout` in seconds. */
export function seconds(timeout: number): number {
  if (timeout > 0 && Number.isFinite(timeout)) return timeout;
  throw new CommandError(`--timeout ${timeout} is not a number of seconds above zero.`);
}

/** A folder's absolute path. */
export function folder(name: string, option: string): string {
  if (!existsSync(name) || !statSync(name).isDirectory()) {
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
