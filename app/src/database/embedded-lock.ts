/** One owner per data folder. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StartError } from "../start-error.ts";

export interface FolderLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Takes the folder for this process, or fails when another one has it.
 *
 * The lock is SQLite's on an empty database: a lock of the operating system, which Node offers nowhere else. It ends with
 * the process, however that dies, so that there are no stale locks and no races for them.
 */
export function lockFolder(folder: string): FolderLock {
  const owner = join(folder, "owner");
  const database = new DatabaseSync(join(folder, "lock"), { timeout: 0 });
  try {
    database.exec("begin exclusive");
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    // It may not have come to writing its name.
    const name = existsSync(owner) ? ` (${readFileSync(owner, "utf8")})` : "";
    throw new StartError(
      `The data folder ${folder} is in use by another process${name}: ` +
        "stop that one, or set DATA_FOLDER to another folder.",
      { cause: error },
    );
  }
  writeFileSync(owner, `process ${process.pid}`, { mode: 0o600 });
  return { release: () => database.close() };
}
