import { type Cpu, cpuUnits, megabytes, type Size } from "../units.ts";

/** A task's processors and memory as ECS takes them: CPU units and MiB, as strings. */
export interface TaskSize {
  cpu: string;
  memory: string;
}

/**
 * Every size of Linux tasks that Fargate offers: vCPUs → memory in GB, ascending.
 *
 * Source: "Task size", Amazon ECS developer guide.
 */
export const FARGATE_SIZES: ReadonlyMap<number, readonly number[]> = new Map([
  [0.25, [0.5, 1, 2]],
  [0.5, steps(1, 4, 1)],
  [1, steps(2, 8, 1)],
  [2, steps(4, 16, 1)],
  [4, steps(8, 30, 1)],
  [8, steps(16, 60, 4)],
  [16, steps(32, 120, 8)],
]);

function steps(from: number, to: number, step: number): number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}

/**
 * The task size for `cpu` and `memory`.
 *
 * @throws {Error} when Fargate does not sell the pair; the message names what it sells with this `cpu`.
 */
export function taskSize(cpu: Cpu, memory: Size): TaskSize {
  const units = cpuUnits(cpu);
  const mebibytes = megabytes(memory);
  const offered = FARGATE_SIZES.get(units / 1024);
  if (offered === undefined) {
    const vcpus = [...FARGATE_SIZES.keys()].join(", ");
    throw new Error(`"${cpu}" is not a size of Fargate; write ${vcpus.replace(/, (?=\d+$)/, " or ")} vCPU`);
  }
  if (!offered.includes(mebibytes / 1024)) {
    throw new Error(`"${memory}" does not go with "${cpu}"; write ${describe(offered)}`);
  }
  return { cpu: String(units), memory: String(mebibytes) };
}

function describe(gigabytes: readonly number[]): string {
  const [first = 0, second = 0] = gigabytes;
  // 0.25 vCPU alone has no even steps.
  if (first < 1) return '"512 MB", "1 GB" or "2 GB"';
  return `"${first} GB" to "${gigabytes.at(-1) ?? first} GB" in steps of ${second - first} GB`;
}
