/** For tests that kill servers: who runs, who is whose child, and waiting until something holds. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process that has ended is not alive, although its parent may not have asked for its status yet. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || !/^State:\s*Z/m.test(readFileSync(status, "utf8"));
}

export function childrenOf(parent: number): number[] {
  const { stdout } = spawnSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" });
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid] : []));
}

/** SIGKILL for a server and all its processes. */
export function killWithChildren(pid: number): void {
  const children = childrenOf(pid);
  process.kill(pid, "SIGKILL");
  for (const child of children.filter(isAlive)) process.kill(child, "SIGKILL");
}

/** The action's first result that is not an error; its last error when there is none in the time, in milliseconds. */
export async function eventually<T>(action: () => T | Promise<T>, limit = 15_000): Promise<T> {
  for (const end = Date.now() + limit; ;) {
    try {
      return await action();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(20);
    }
  }
}
