import type { ArgumentsCamelCase, Argv, InferredOptionTypes, Options } from "yargs";
import { CommandError } from "../exit.ts";
import type { ExitCode } from "../exit.ts";

/** A verb of the command line: what a file of this folder exports. */
export interface Command {
  /** The verb, such as `preview`. */
  name: string;
  /** Names of its options, without dashes. */
  options: readonly string[];
  /** Makes the verb known to yargs; `finish` is called with the exit code. */
  register: (yargs: Argv, finish: (code: ExitCode) => void) => Argv;
}

/**
 * Defines a verb.
 *
 * @param definition.describe one line of help
 * @param definition.options yargs's description of each option; the types of `run`'s argument follow from it
 * @param definition.examples command lines with what they do
 * @param definition.run does the work, by modules that it imports itself, so that no verb pays for another's; throws
 *   `CommandError` for its user's mistakes
 */
export function command<const O extends Record<string, Options>>(definition: {
  name: string;
  describe: string;
  options: O;
  examples?: [commandLine: string, description: string][];
  run: (args: ArgumentsCamelCase<InferredOptionTypes<O>>) => Promise<ExitCode>;
}): Command {
  const { name, describe, options, examples = [], run } = definition;
  return {
    name,
    options: Object.keys(options),
    register: (yargs, finish) =>
      yargs.command<InferredOptionTypes<O>>(
        name,
        describe,
        (builder) => builder.options(options).example(examples),
        async (args) => {
          checkOnce(args, options);
          finish(await run(args));
        },
      ),
  };
}

/** The parser makes a list of an option that is given twice, whatever type it has. */
function checkOnce(args: Readonly<Record<string, unknown>>, options: Record<string, Options>): void {
  for (const [name, { array }] of Object.entries(options)) {
    if (array !== true && Array.isArray(args[name])) throw new CommandError(`--${name} is given twice.`);
  }
}
