/**
 * A thread that reads one settlement file (see reading.ts): it tells the lines in portions, each when the one before was
 * asked for, then that it is at the end; or what is wrong with the file.
 */
import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import type { SettlementLine } from "../processors/processor.ts";
import { portions, readSettlementFile, type SettlementFile } from "./settlement-file.ts";
import { FileFault, type LineFault } from "./settlement-line.ts";

export type Told = { lines: SettlementLine[] } | { faults: readonly LineFault[] } | "end";

if (!parentPort) throw new Error("This is a thread of reading.ts.");
const port = parentPort;
const tell = (told: Told): void => port.postMessage(told);

try {
  for (const lines of portions(await readSettlementFile(workerData as SettlementFile))) {
    tell({ lines });
    await once(port, "message");
  }
  tell("end");
} catch (error) {
  if (!(error instanceof FileFault)) throw error;
  tell({ faults: error.faults });
}
