/** Files of secrets that are whole or not there, whenever the process is killed, and that their owner alone may read. */
import { randomUUID } from "node:crypto";
import { linkSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** rw------- */
const MODE = 0o600;

/** Makes the file unless there is one: of two processes that start at once, one makes it and both use it. */
export function createSecretFile(path: string, content: string): void {
  const temporary = writeBeside(path, content);
  try {
    // A link never replaces a file.
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporary);
  }
}

export function replaceSecretFile(path: string, content: string): void {
  renameSync(writeBeside(path, content), path);
}

/** Down to the disk. @returns the file's path */
function writeBeside(path: string, content: string): string {
  const temporary = `${path}.${randomUUID()}`;
  writeFileSync(temporary, content, { mode: MODE, flag: "wx", flush: true });
  return temporary;
}
