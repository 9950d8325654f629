import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { CommandError, EXIT } from "../exit.ts";

/** Refuses to go on unasked where nobody can be asked: called before any work is done. */
export function checkConfirmable(verb: string, yes: boolean): void {
  if (yes || process.stdin.isTTY) return;
  throw new CommandError(
    `strongroom ${verb} changes what is deployed and asks first, which needs a terminal. Nothing was changed. ` +
      "To go on without being asked, add --yes.",
  );
}

/**
 * Asks, and takes only the given word for a yes.
 *
 * @throws {CommandError} when it is answered by Ctrl-C or Ctrl-D
 */
export async function confirmed(
  question: string,
  word = "yes",
  { stdin, stdout }: { stdin: Readable; stdout: Writable } = process,
): Promise<boolean> {
  const terminal = createInterface({ input: stdin, output: stdout });
  try {
    const answer = await terminal.question(`\n${question} Type "${word}" to go on: `);
    if (answer.trim() === word) return true;
    console.log("Nothing was changed.");
    return false;
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
    throw new CommandError("Nothing was changed.", EXIT.interrupted);
  } finally {
    terminal.close();
  }
}
