import { createRequire } from "node:module";
import { stripVTControlCharacters } from "node:util";
import yargs from "yargs";
import { commands } from "./commands/index.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { ExitCode } from "./exit.ts";
import { visible } from "./preview/visible.ts";
import { didYouMean } from "./suggest.ts";

const EPILOGUE = `Exit codes: ${EXIT.fine} fine, ${EXIT.broken} a mandatory rule is broken, ${EXIT.usage} wrong usage or \
configuration, ${EXIT.program} the program failed, ${EXIT.internal} strongroom itself failed.`;

/** Runs the command line and says what the process should exit with. Errors are reported here; none is thrown. */
export async function main(argv: string[]): Promise<ExitCode> {
  goOnWithoutReader();
  try {
    return await run(argv);
  } catch (error) {
    return report(error);
  }
}

async function run(argv: string[]): Promise<ExitCode> {
  const { version } = createRequire(import.meta.url)("./package.json") as { version: string };
  let exitCode: ExitCode = EXIT.fine;
  const parser = yargs(argv)
    .scriptName("strongroom")
    .usage("$0 <command>\n\nPreviews, checks and prices AWS infrastructure written with Pulumi.")
    .locale("en")
    .parserConfiguration({ "boolean-negation": false })
    .version(version)
    .alias("help", "h")
    .strict()
    .demandCommand(1, "Which command? `strongroom --help` lists them.")
    .wrap(Math.min(process.stdout.columns || 100, 120))
    .epilogue(EPILOGUE)
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new CommandError(explainUsage(message ?? "Wrong usage.", argv));
    });
  for (const { register } of commands) register(parser, (code) => (exitCode = code));
  await parser.parseAsync();
  return exitCode;
}

/** Adds to yargs's message about an unknown word what its user may have meant. */
function explainUsage(message: string, argv: string[]): string {
  const unknown = /^Unknown (?:argument|command)s?: ([^,]+)/.exec(message)?.[1];
  if (unknown === undefined) return message;
  const command = commands.find(({ name }) => name === argv[0]);
  const isOption = argv.some((word) => word.startsWith("-") && word.replace(/^-+/, "").startsWith(unknown));
  if (isOption) {
    const options = command?.options ?? commands.flatMap((each) => each.options);
    const suggestion = didYouMean(
      `--${unknown}`,
      options.map((option) => `--${option}`),
    );
    return `Unknown option --${unknown}.${suggestion} \`strongroom ${command?.name ?? "<command>"} --help\` lists the options.`;
  }
  if (command !== undefined)
    return `Unexpected argument "${unknown}". See \`strongroom ${command.name} --help\`.`;
  const names = commands.map(({ name }) => name);
  return `Unknown command "${unknown}".${didYouMean(unknown, names)} The commands are: ${names.join(", ")}.`;
}

function report(error: unknown): ExitCode {
  if (error instanceof CommandError) {
    // Messages quote files and programs, which must not drive a terminal.
    console.error(`strongroom: ${visible(stripVTControlCharacters(error.message), "\n\t")}`);
    return error.exitCode;
  }
  const failure = error instanceof Error ? error : new Error(String(error));
  console.error(`strongroom: internal error: ${failure.message}`);
  console.error(
    process.env.STRONGROOM_DEBUG === "1"
      ? failure.stack
      : "Set STRONGROOM_DEBUG=1 to see where it comes from.",
  );
  return EXIT.internal;
}

/** How writing fails where nobody reads any more (`strongroom … | head`), or the terminal is closed. */
const READER_GONE = ["EPIPE", "EIO"];

/**
 * What cannot be printed must neither end the work, which may be a deployment, nor change its exit code. Only what is lost
 * to somebody who still reads, as on a disk that is full, changes the code of what went well.
 */
function goOnWithoutReader(): void {
  let isTold = false;
  const lost = (error: NodeJS.ErrnoException) => {
    if (isTold || READER_GONE.includes(error.code ?? "")) return;
    isTold = true;
    console.error(`strongroom: what it says cannot be written: ${error.message}`);
    process.once("exit", () => {
      if (process.exitCode === EXIT.fine) process.exitCode = EXIT.internal;
    });
  };
  process.stdout.on("error", lost);
  process.stderr.on("error", lost);
}
