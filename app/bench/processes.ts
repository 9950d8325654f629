/** CPU time of processes, from Linux' /proc: what load of other programs on the machine does not change. */
import { readdirSync, readFileSync } from "node:fs";

/** The kernel's clock ticks are hundredths of a second on every platform that Node runs on. */
const TICK_MS = 10;

interface Stat {
  pid: number;
  parent: number;
  milliseconds: number;
}

/** Milliseconds of CPU that a process and all its descendants, also those that ended, have used. */
export function cpuOf(root: number): number {
  const stats = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== undefined);
  const children = Map.groupBy(stats, ({ parent }) => parent);
  const sum = (pid: number): number =>
    (children.get(pid) ?? []).reduce((total, child) => total + child.milliseconds + sum(child.pid), 0);
  return (stats.find(({ pid }) => pid === root)?.milliseconds ?? 0) + sum(root);
}

/** Resident memory of one process, in MiB. */
export function memoryOf(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1];
  return Number(kib) / 1024;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    // After the name, which may hold anything: state, parent, …, utime, stime, cutime, cstime (proc(5)).
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const [, parent = 0] = fields;
    const ticks = [11, 12, 13, 14].reduce((total, index) => total + (fields[index] ?? 0), 0);
    return { pid, parent, milliseconds: ticks * TICK_MS };
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}
