/**
 * Flags of a JSON file (schemas.ts, `FlagFile`), read anew when it changes. A file that is broken is reported, and the last
 * good one stays.
 */
import { type FSWatcher, watch } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Logger } from "pino";
import { Compile } from "typebox/compile";
import { flagMistakes, segmentMistakes, withDefaults } from "./definitions.ts";
import { FlagFile } from "./schemas.ts";
import { EMPTY, makeSnapshot, type Snapshot } from "./snapshot.ts";

export interface FileSource {
  snapshot(): Snapshot;
  /** @throws Error when the file cannot be read or is wrong: at start there is no good one to go on with */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface FileSourceOptions {
  path: string;
  log: Logger;
  /** Milliseconds between two looks at the file, for file systems that do not tell of changes. @default 1000 */
  pollInterval?: number;
  /** Called after each change. */
  onChange?: () => void;
}

const validator = Compile(FlagFile);

export function makeFileSource({ path, log, pollInterval = 1000, onChange }: FileSourceOptions): FileSource {
  let current = EMPTY;
  let seen = "";
  let stopped = true;
  let watcher: FSWatcher | undefined;
  let poll: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;

  async function read(): Promise<void> {
    current = parseFlagFile(await readFile(path, "utf8"), path);
    onChange?.();
  }

  /** Reads the file when it is another one than was seen last. */
  async function look(): Promise<void> {
    const mark = await markOf(path);
    if (mark === seen) return;
    seen = mark;
    try {
      await read();
      log.info({ path, flags: current.flags.size }, "flags were read");
    } catch (error) {
      log.error({ err: error, path }, "the flag file is wrong; the last good flags stay");
    }
  }

  function lookInBackground(): void {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  }

  function schedule(): void {
    poll = setTimeout(() => {
      lookInBackground();
      if (!stopped) schedule();
    }, pollInterval);
  }

  return {
    snapshot: () => current,
    async start() {
      stopped = false;
      seen = await markOf(path);
      await read();
      // The folder: editors and Kubernetes replace the file, and a watch on the old one would see nothing more.
      watcher = watch(dirname(path), lookInBackground);
      watcher.on("error", (error) =>
        log.warn({ err: error, path }, "the flag file is looked at by polling only"),
      );
      schedule();
    },
    async stop() {
      stopped = true;
      clearTimeout(poll);
      watcher?.close();
      await looking;
    },
  };
}

/** What changes with the file; that it is away is a state like any other. */
async function markOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found ? `${found.ino} ${found.mtimeMs} ${found.size}` : "away";
}

/** @throws Error with all mistakes of the file, each with its path and remedy */
export function parseFlagFile(text: string, path: string): Snapshot {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!validator.Check(parsed)) {
    const faults = validator
      .Errors(parsed)
      .map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
    throw new Error(`${path} is not a flag file: ${faults.join("; ")}`);
  }
  const flags = parsed.flags.map(withDefaults);
  const segments = parsed.segments ?? [];
  const segmentKeys = new Set(segments.map(({ key }) => key));
  const mistakes = [
    ...flags.flatMap((flag) => flagMistakes(flag, segmentKeys).map((fault) => ({ ...fault, of: flag.key }))),
    ...segments.flatMap((segment) =>
      segmentMistakes(segment).map((fault) => ({ ...fault, of: segment.key })),
    ),
  ];
  if (mistakes.length > 0)
    throw new Error(
      `${path}: ${mistakes.map(({ of, param, message }) => `${of}.${param}: ${message}`).join(" ")}`,
    );
  return makeSnapshot(flags, segments);
}
