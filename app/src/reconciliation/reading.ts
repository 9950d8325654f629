/**
 * Reads settlement files without holding up the service: large ones in a thread of their own, since to read one of the
 * largest takes seconds in which payments would wait.
 */
import { on } from "node:events";
import { Worker } from "node:worker_threads";
import { unavailable } from "../errors.ts";
import type { SettlementLine } from "../processors/processor.ts";
import type { Told } from "./reading-thread.ts";
import { portions, readSettlementFile, type SettlementFile } from "./settlement-file.ts";
import { FileFault } from "./settlement-line.ts";

const THREAD = new URL("./reading-thread.ts", import.meta.url);

/** Characters of a file that is read in less time (some 10 ms) than a thread takes to start. */
const SMALL = 64 * 1024;

/** Megabytes of JavaScript's heap that a thread may take; files of the largest size need some 700. */
const HEAP_LIMIT = 1024;

export interface ReadingOptions {
  /** Breaks off the reading of a large file. @default it is read to its end */
  signal?: AbortSignal;
  /** Megabytes. @default HEAP_LIMIT */
  heapLimit?: number;
  /** @default reading-thread.ts */
  thread?: URL;
}

/**
 * The file's lines in portions, in their order.
 *
 * @throws FileFault when the file cannot be read; then there was no portion before
 * @throws ApiError 503 when the thread came to an end
 */
export async function* readPortions(
  file: SettlementFile,
  options: ReadingOptions = {},
): AsyncGenerator<SettlementLine[]> {
  if (file.content.length <= SMALL) yield* portions(await readSettlementFile(file));
  else yield* readInThread(file, options);
}

async function* readInThread(
  { format, content }: SettlementFile,
  { signal, heapLimit = HEAP_LIMIT, thread: url = THREAD }: ReadingOptions,
): AsyncGenerator<SettlementLine[]> {
  const thread = new Worker(url, {
    workerData: { format, content } satisfies SettlementFile,
    resourceLimits: { maxOldGenerationSizeMb: heapLimit },
  });
  // Told by the loop below; without a listener, one that comes after it would end the process.
  thread.on("error", () => undefined);
  try {
    const messages = on(thread, "message", { close: ["exit"], signal }) as AsyncIterable<[Told]>;
    for await (const [told] of messages) {
      if (told === "end") return;
      if ("faults" in told) throw new FileFault(told.faults);
      yield told.lines;
      thread.postMessage("next");
    }
    throw new Error("It ended before the file did.");
  } catch (error) {
    if (error instanceof FileFault || signal?.aborted === true) throw error;
    if (isOutOfMemory(error)) throw tooLarge(heapLimit);
    throw unavailable("The file could not be read: the thread that reads it failed. Send it again.", error);
  } finally {
    await thread.terminate();
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
}

function tooLarge(heapLimit: number): FileFault {
  const message = `It takes more than ${heapLimit} MB of memory to read: send it in several files.`;
  return new FileFault([{ where: "file", message }]);
}
