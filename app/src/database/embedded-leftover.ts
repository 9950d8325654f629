/** What a killed owner left behind: a PostgreSQL that still runs, or the file of one that does not. */
import { spawnSync } from "node:child_process";
import { readFile, readlink, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * How PostgreSQL is asked to stop, ever harder (fast, immediate, killed), and how long it has for it, in milliseconds.
 */
export const WAYS_TO_STOP = [
  ["SIGINT", 15_000],
  ["SIGQUIT", 5_000],
  ["SIGKILL", 5_000],
] as const;

export interface PidFile {
  pid: number;
  /** `ready` once connections are taken. */
  status?: string;
}

/** PostgreSQL's own note about the process that serves the cluster. */
export async function readPidFile(data: string): Promise<PidFile | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, status: lines[7]?.trim() } : undefined;
}

/** Stops the PostgreSQL that serves the cluster, if there is one; true when there was. */
export async function stopLeftOver(data: string): Promise<boolean> {
  const file = await readPidFile(data);
  if (file === undefined) return false;
  if (!(await runs(file.pid)) || !(await serves(file.pid, data))) {
    // The number may be another process's by now, or one that has ended but that its parent has not asked about:
    // PostgreSQL would refuse to start.
    await rm(join(data, "postmaster.pid"), { force: true });
    return false;
  }
  for (const [signal, limit] of WAYS_TO_STOP) {
    const end = Date.now() + limit;
    if (await runs(file.pid)) process.kill(file.pid, signal);
    while ((await runs(file.pid)) && Date.now() < end) await sleep(20);
  }
  return true;
}

async function runs(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return !/^State:\s*Z/m.test(status);
}

/** Whether the process is the PostgreSQL of this cluster: it works in the cluster's folder. */
async function serves(pid: number, data: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data));
  } catch {
    // No /proc (macOS), or another user's process.
    const { stdout } = spawnSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" });
    return typeof stdout === "string" && stdout.includes(data);
  }
}
