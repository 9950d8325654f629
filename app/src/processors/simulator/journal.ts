/** Where the simulator's facts are kept. */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Fact } from "./facts.ts";

export interface FactJournal {
  /** Of this journal and no other: numbers of facts begin anew with a new one. */
  readonly id: string;
  /** The latest facts, oldest first, for the memory to be rebuilt from. */
  recent(): Iterable<Fact>;
  /** True when there are facts before the recent ones. */
  readonly hasOlder: boolean;
  append(fact: Fact): void;
  /** Resolves when all that was appended is written; undefined when it is. */
  written(): Promise<void> | undefined;
  /** All facts ever, oldest first. */
  history(): AsyncIterable<Fact>;
  close(): void;
}

/** Latest facts that are kept in memory at least; at most twice as many are. */
const KEPT = 100_000;

/** Facts in memory alone, the latest of them: for tests, and where nothing outlives the process. */
export function memoryJournal(kept = KEPT): FactJournal {
  let earlier: Fact[] = [];
  let facts: Fact[] = [];
  return {
    id: randomUUID(),
    recent: () => [],
    hasOlder: false,
    append(fact) {
      if (facts.length === kept) {
        earlier = facts;
        facts = [];
      }
      facts.push(fact);
    },
    written: () => undefined,
    // eslint wants an await in async generators; a copy is what a file would give.
    async *history() {
      yield* await Promise.resolve(earlier.concat(facts));
    },
    close: () => undefined,
  };
}

/** Bytes after which the next segment is begun. */
const SEGMENT_BYTES = 24 * 2 ** 20;

/**
 * Facts as lines of JSON in files of a folder, made when missing. What is appended during one turn of the event loop goes
 * to the file with one write before any of it is answered, so that it outlives a kill of this process (not of the machine).
 *
 * The folder belongs to one process. Only the two latest segments are read at the start; `history` reads all.
 */
export function fileJournal(folder: string, segmentBytes = SEGMENT_BYTES): FactJournal {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let segments = readdirSync(folder)
    .filter((name) => /^facts-\d{6}\.jsonl$/.test(name))
    .sort();
  if (segments.length === 0) {
    segments = [segmentName(1)];
  }
  const hasOlder = segments.length > 2;
  const latest = segments.slice(-2).flatMap((name) => readSegment(join(folder, name)));

  const id = readId(join(folder, "journal-id"));

  let file = openSync(join(folder, segments.at(-1) ?? ""), "a", 0o600);
  let size = 0;
  let buffer = "";
  let pending: PromiseWithResolvers<void> | undefined;

  function flush(): void {
    const waiting = pending;
    const bytes = Buffer.from(buffer, "utf8");
    buffer = "";
    pending = undefined;
    try {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(file, bytes, done);
      }
      size += bytes.length;
      if (size >= segmentBytes) {
        nextSegment();
      }
      waiting?.resolve();
    } catch (error) {
      waiting?.reject(error);
    }
  }

  function nextSegment(): void {
    closeSync(file);
    segments.push(segmentName(segments.length + 1));
    file = openSync(join(folder, segments.at(-1) ?? ""), "a", 0o600);
    size = 0;
  }

  return {
    id,
    recent: () => latest.splice(0),
    hasOlder,
    append(fact) {
      buffer += `${JSON.stringify(fact)}\n`;
      if (!pending) {
        pending = Promise.withResolvers();
        setImmediate(flush);
      }
    },
    written: () => pending?.promise,
    async *history() {
      await pending?.promise;
      for (const name of segments.slice()) {
        for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
          yield JSON.parse(line) as Fact;
        }
      }
    },
    close() {
      if (buffer !== "") {
        flush();
      }
      closeSync(file);
    },
  };
}

function segmentName(number: number): string {
  return `facts-${String(number).padStart(6, "0")}.jsonl`;
}

/** The folder's id, made at first use. */
function readId(path: string): string {
  try {
    writeFileSync(path, randomUUID(), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(path, "utf8");
}

/** A last line without its end was cut off by a kill and never answered: it is dropped. */
function readSegment(path: string): Fact[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return [];
    }
    throw error;
  }
  const end = text.lastIndexOf("\n") + 1;
  if (end < text.length) {
    truncateSync(path, Buffer.byteLength(text.slice(0, end)));
  }
  return text
    .slice(0, end)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Fact);
}
