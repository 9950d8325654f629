/** The folder for what nobody has configured: the embedded PostgreSQL, keys that are not set, the simulated processor's memory. */
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { getSystemErrorMessage } from "node:util";
import { StartError } from "./start-error.ts";

/**
 * Makes the folder unless it is there.
 * @throws StartError where it cannot be made, read or written to
 */
export function makeDataFolder(folder: string): void {
  try {
    makeFolders(folder);
    // What others keep in a folder, as in /tmp, stays theirs to reach. As root, PostgreSQL's account passes through to its data.
    if (readdirSync(folder).length === 0) chmodSync(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code, errno = 0 } = error as NodeJS.ErrnoException;
    throw new StartError(
      `The data folder ${folder} cannot be used (${code}: ${getSystemErrorMessage(errno)}): ` +
        "set DATA_FOLDER to a folder that the service may write to.",
      { cause: error },
    );
  }
}

/**
 * Makes the folder and those around it, unless they are there. Step by step: with `recursive`, Node tries for ever in /proc, and
 * takes a read-only file system for a missing folder.
 * @param mode of those that are made
 * @throws Error of the file system
 */
export function makeFolders(folder: string, mode = 0o777): void {
  const parent = dirname(folder);
  if (parent !== folder && !existsSync(parent)) makeFolders(parent, mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
