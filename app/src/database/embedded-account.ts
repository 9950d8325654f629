/** PostgreSQL refuses to run as root: there it runs as `nobody`. */
import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";
import { StartError } from "../start-error.ts";

export interface Account {
  uid: number;
  gid: number;
}

/** The account to run PostgreSQL under; undefined for the current user. */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return { uid: idOf("-u"), gid: idOf("-g") };
}

/** PostgreSQL names its first role after the user: fails for a user id that has no name, as OpenShift gives one. */
export function requireUserName(): void {
  try {
    userInfo();
  } catch (error) {
    throw new StartError(
      `The user id ${String(process.getuid?.())} has no entry in /etc/passwd, without which PostgreSQL makes no database: ` +
        "set DATABASE_URL to a database of your own, or add an entry for the id.",
      { cause: error },
    );
  }
}

function idOf(option: "-u" | "-g"): number {
  const { stdout, status } = spawnSync("id", [option, "nobody"], { encoding: "utf8" });
  if (status !== 0) {
    throw new StartError(
      "PostgreSQL refuses to run as root and there is no account `nobody` to run it under: " +
        "start the service as an ordinary user, or set DATABASE_URL.",
    );
  }
  return Number(stdout);
}

/** Fails unless the account can write to the folder. */
export function requireReachable(folder: string, account: Account): void {
  const { status } = spawnSync("test", ["-w", folder], { ...account, cwd: "/" });
  if (status !== 0) {
    throw new StartError(
      `PostgreSQL refuses to run as root and runs as \`nobody\`, who cannot reach ${folder}: ` +
        "set DATA_FOLDER to a folder whose parents everybody may enter (as /var/lib/strongroom), " +
        "or start the service as an ordinary user.",
    );
  }
}
