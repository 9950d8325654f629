import type { PlanError } from "../components/testing/index.ts";

/** What the command's exit code says; scripts and CI rely on it. */
export const EXIT = {
  /** All is fine. */
  fine: 0,
  /** A mandatory rule is broken. */
  broken: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** The program failed, or took longer than its time limit; or the engine's operation failed. */
  program: 3,
  /** Strongroom itself failed. */
  internal: 70,
  /** Ended by Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message for its user, without a stack trace. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What keeps a Plan from being made, as the command says it. */
export function planFailure({ kind, message }: PlanError): CommandError {
  return new CommandError(message, kind === "usage" ? EXIT.usage : EXIT.program);
}
