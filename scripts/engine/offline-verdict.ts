import { terminal } from "../commands/terminal.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { preview } from "../preview/preview.ts";
import { terminalSummary } from "../preview/report/terminal.ts";
import { Progress } from "../progress.ts";

/** Seconds that the program may take, as in `strongroom preview`. */
const TIMEOUT = 120;

/**
 * Prints what the offline preview finds of a stack before anything is asked of AWS: broken rules and cost.
 *
 * @returns `fine` when it may be deployed
 */
export async function offlineVerdict(request: {
  cwd: string;
  stack: string;
  packs: string[] | undefined;
}): Promise<ExitCode> {
  const { packs, ...which } = request;
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const progress = new Progress(process.stderr);
  try {
    const document = await preview({
      ...which,
      ...(packs === undefined ? {} : { packs }),
      config: {},
      placeholders: false,
      cost: true,
      timeout: TIMEOUT,
      signal: interruption.signal,
      onProgress: (message) => progress.show(message),
    });
    progress.clear();
    process.stdout.write(`${terminalSummary(document, terminal())}\n`);
    return document.outcome === "fine" ? EXIT.fine : EXIT.broken;
  } catch (error) {
    if (interruption.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    progress.clear();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
