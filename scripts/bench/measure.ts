import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

/** What one run of a command took. */
export interface Measurement {
  /** Wall-clock seconds of the whole process, start-up included. */
  seconds: number;
  /** Highest resident memory of the process and its descendants together, in MiB. */
  mebibytes: number;
}

/**
 * Runs a command once and measures it. Linux only: memory is read from `/proc` every 25 ms.
 *
 * @throws {Error} when the command exits with another status than 0
 */
export async function measure(command: string, args: string[]): Promise<Measurement> {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  let peak = 0;
  const sampler = setInterval(() => (peak = Math.max(peak, residentMemory(child.pid ?? 0))), 25);
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearInterval(sampler);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${status}:\n${errors}`);
  return { seconds: (performance.now() - start) / 1000, mebibytes: peak };
}

/** Resident memory of a process and its descendants in MiB. */
function residentMemory(root: number): number {
  const children = new Map<number, number[]>();
  const resident = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const status = readFileSync(`/proc/${entry}/status`, "utf8");
      const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
      resident.set(Number(entry), Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // The process ended while it was read.
    }
  }
  const sum = (pid: number): number =>
    (resident.get(pid) ?? 0) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(root);
}

/** The middle value of a list. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
