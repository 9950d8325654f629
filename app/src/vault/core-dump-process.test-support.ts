/** A process that has a card number in its memory and crashes; with the argument `excluded`, its memory is not dumped. */
import { excludeMemoryFromCoreDumps } from "./core-dump.ts";

if (process.argv[2] === "excluded" && !excludeMemoryFromCoreDumps()) process.exit(3);
// Put together at run time, so that the source text in memory does not have it.
const number = ["4000", "0566", "5566", "5556"].join("");
const bytes = Buffer.alloc(1 << 20, number);
process.stdout.write(String(bytes.length), () => process.abort());
