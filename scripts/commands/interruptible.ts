import { EXIT, type ExitCode } from "../exit.ts";
import { Progress } from "../progress.ts";

/** Ctrl-C, what services send, and what is left of a terminal that is closed. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Does work that Ctrl-C ends, and shows its progress meanwhile. */
export async function interruptible(
  quiet: boolean,
  work: (signal: AbortSignal, progress: Progress) => Promise<ExitCode>,
): Promise<ExitCode> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  for (const signal of ENDING) process.on(signal, interrupt);
  const progress = new Progress(process.stderr, quiet);
  try {
    return await work(interruption.signal, progress);
  } catch (error) {
    if (interruption.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    progress.clear();
    for (const signal of ENDING) process.off(signal, interrupt);
  }
}
