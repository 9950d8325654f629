import { ownStackName } from "../../components/testing/project.ts";
import { CommandError } from "../exit.ts";
import type { Input } from "../policy/input.ts";
import { configuration, folder, PROGRAM_OPTIONS, seconds } from "./options.ts";

/** Options of the verbs that look at a program, at what is deployed, or at a preview. */
export const SUBJECT_OPTIONS = {
  cwd: { type: "string", describe: "Folder of a Pulumi program, planned without AWS [default: this one]" },
  state: { type: "string", describe: "State of a stack, as `pulumi stack export` writes it" },
  plan: {
    type: "string",
    describe: "Preview, as `pulumi preview --json` or `strongroom preview --save-plan` writes it",
  },
  stack: {
    type: "string",
    alias: "s",
    describe: "Stack [default: the only one]; of a file, the one that it must be of",
  },
  ...PROGRAM_OPTIONS,
} as const;

/** What the options say, as the command line hands them over. */
interface SubjectArguments {
  cwd: string | undefined;
  state: string | undefined;
  plan: string | undefined;
  stack: string | undefined;
  config: string[];
  placeholders: boolean;
  timeout: number;
}

/** What a verb looks at. */
export interface Subject {
  /** How the program is run, unless there is an input; the folder and the configuration count in both cases. */
  program: {
    cwd: string;
    stack?: string;
    config: Record<string, string>;
    placeholders: boolean;
    timeout: number;
  };
  /** What a file holds. */
  input?: Input;
  /** Where the input is from. */
  origin?: { kind: "state" | "preview"; file: string };
}

/** Finds out what is to be looked at. @throws {CommandError} for what is not there, or does not fit together */
export async function subjectOf(args: SubjectArguments): Promise<Subject> {
  const { cwd, state, plan, stack } = args;
  if ([cwd, state, plan].filter((each) => each !== undefined).length > 1) {
    throw new CommandError("Give one of --cwd, --state and --plan: each names what is judged.");
  }
  const program = {
    cwd: folder(cwd ?? ".", "--cwd"),
    ...(stack === undefined ? {} : { stack }),
    config: configuration(args.config),
    placeholders: args.placeholders,
    timeout: seconds(args.timeout),
  };
  const file = state ?? plan;
  if (file === undefined) return { program };
  const { readPreview, readState } = await import("../policy/input.ts");
  const input = state === undefined ? readPreview(file) : readState(file);
  checkStack(input, file, stack);
  const { SETTINGS_KEY } = await import("../../policies/settings.ts");
  const keys = Object.keys(program.config).filter((key) => key !== SETTINGS_KEY);
  const [unfit] = [...keys.map((key) => `--config ${key}`), ...(args.placeholders ? ["--placeholders"] : [])];
  // What only a program heeds must not look as if it counted.
  if (unfit !== undefined) {
    throw new CommandError(
      `${unfit} is for a program, and ${file} is looked at as it stands. Leave it out, or give the program by --cwd.`,
    );
  }
  return { program, input, origin: { kind: state === undefined ? "preview" : "state", file } };
}

/** A file says itself which stack it is of. */
function checkStack({ plan }: Input, file: string, wanted: string | undefined): void {
  if (wanted === undefined || ownStackName(wanted) === plan.stack) return;
  throw new CommandError(
    `${file} is of the stack ${plan.stack} of ${plan.project}, not of ${ownStackName(wanted)}.`,
  );
}
