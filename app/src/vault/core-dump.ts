/**
 * Keeps card numbers out of core dumps. Node cannot set the limit on their size (`ulimit -c 0`, a container's setting), but
 * Linux lets a process say which of its memory a dump holds: none of it, from here on, nor of the processes it starts.
 */
import { writeFileSync } from "node:fs";

/** Bits for each kind of memory, see core(5). */
const FILTER = "/proc/self/coredump_filter";

/** @returns false where the system has no such setting */
export function excludeMemoryFromCoreDumps(): boolean {
  try {
    writeFileSync(FILTER, "0x0");
    return true;
  } catch {
    return false;
  }
}
