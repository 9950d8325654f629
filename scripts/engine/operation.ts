import {
  type EngineEvent,
  CommandError as PulumiError,
  ConcurrentUpdateError,
} from "@pulumi/pulumi/automation/index.js";
import { CommandError, EXIT, type ExitCode } from "../exit.ts";

/** What every operation of the Automation API takes. */
export interface OperationOptions {
  color: "always" | "never";
  userAgent: string;
  signal: AbortSignal;
  onOutput: (text: string) => void;
  onError: (text: string) => void;
  onEvent: (event: EngineEvent) => void;
}

/**
 * Runs an operation of the engine, with what it prints passed on as it comes, and says how it ended.
 *
 * Ctrl-C lets the engine finish what it is making and record it; a second one, which goes to the engine alone, ends it.
 */
export async function operate(run: (options: OperationOptions) => Promise<unknown>): Promise<ExitCode> {
  const interrupted = new AbortController();
  const forwarded = new AbortController();
  const interrupt = () => {
    interrupted.abort();
    // At a terminal Ctrl-C reaches the engine as well, and told twice it would end without recording what it made.
    if (!process.stdin.isTTY) forwarded.abort();
  };
  const terminate = () => {
    interrupted.abort();
    forwarded.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", terminate).on("SIGHUP", terminate);
  const broken = new Set<string>();
  try {
    await run({
      color: process.stdout.isTTY && !process.env.NO_COLOR ? "always" : "never",
      userAgent: "strongroom",
      signal: forwarded.signal,
      onOutput: (text) => process.stdout.write(text),
      onError: (text) => process.stderr.write(text),
      onEvent: ({ policyEvent }) => {
        if (policyEvent?.enforcementLevel === "mandatory") broken.add(policyEvent.policyName);
      },
    });
    return EXIT.fine;
  } catch (error) {
    if (interrupted.signal.aborted) return EXIT.interrupted;
    if (error instanceof ConcurrentUpdateError) {
      throw new CommandError(
        "Another operation holds this stack. Wait for it; if it is no longer running, `pulumi cancel` frees the stack.",
      );
    }
    // The engine has said why.
    if (error instanceof PulumiError) return broken.size > 0 ? EXIT.broken : EXIT.program;
    throw error;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", terminate).off("SIGHUP", terminate);
  }
}
