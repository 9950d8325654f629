import { createInterface } from "node:readline/promises";
import { CommandError } from "../exit.ts";

/** Refuses to go on unasked where nobody can be asked: called before any work is done. */
export function checkConfirmable(verb: string, yes: boolean): void {
  if (yes || process.stdin.isTTY) return;
  throw new CommandError(
    `strongroom ${verb} changes what is deployed and asks first, which needs a terminal. Nothing was changed. ` +
      "To go on without being asked, add --yes.",
  );
}

/** Asks, and takes only the given word for a yes. */
export async function confirmed(question: string, word = "yes"): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`\n${question} Type "${word}" to go on: `);
    if (answer.trim() === word) return true;
    console.log("Nothing was changed.");
    return false;
  } finally {
    terminal.close();
  }
}
