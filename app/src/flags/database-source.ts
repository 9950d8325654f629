/**
 * Flags of the database, in memory, a moment after they change: the database notifies (LISTEN), and a cheap question twice
 * a second sees what a notice did not bring: a lost connection, a proxy that drops notices. Away from the database, the last
 * flags stay.
 */
import type pg from "pg";
import type { Logger } from "pino";
import { Notices } from "../database/notices.ts";
import { readSnapshots, readStamp, type Snapshots } from "./repository.ts";
import { EMPTY, type Snapshot } from "./snapshot.ts";

export interface DatabaseSource {
  snapshot(livemode: boolean): Snapshot;
  /** Resolves when the flags are read; listening goes on in the background. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reads the flags now. */
  refresh(): Promise<void>;
}

export interface DatabaseSourceOptions {
  pool: pg.Pool;
  log: Logger;
  /** Milliseconds between two questions for changes. @default 500 */
  pollInterval?: number;
  /** Called after each change. */
  onChange?: () => void;
}

const CHANNEL = "strongroom_flags";

export function makeDatabaseSource(options: DatabaseSourceOptions): DatabaseSource {
  const { pool, log, pollInterval = 500, onChange } = options;
  let current: Snapshots = { live: EMPTY, test: EMPTY, stamp: "" };
  let stopped = true;
  let poll: NodeJS.Timeout | undefined;
  let away = false;
  /** The read under way, and whether another must follow because something changed meanwhile. */
  let reading: Promise<void> | undefined;
  let again = false;

  async function read(): Promise<void> {
    do {
      again = false;
      const next = await readSnapshots(pool);
      if (next.stamp === current.stamp) continue;
      current = next;
      onChange?.();
      // Set by a notice that came while the flags were read.
    } while (isAgain());
  }
  const isAgain = () => again;

  function refresh(): Promise<void> {
    again = true;
    reading ??= read().finally(() => (reading = undefined));
    return reading;
  }

  function refreshInBackground(): void {
    refresh().then(() => reportAway(undefined), reportAway);
  }

  function reportAway(error: unknown): void {
    if ((error !== undefined) === away) return;
    away = error !== undefined;
    if (away) log.warn({ err: error }, "flags cannot be read; the last ones stay");
    else log.info("flags are read again");
  }

  const notices = new Notices({
    pool,
    channel: CHANNEL,
    log,
    onNotice: refreshInBackground,
    onGap: refreshInBackground,
  });

  async function ask(): Promise<void> {
    try {
      if ((await readStamp(pool)) !== current.stamp) await refresh();
      reportAway(undefined);
    } catch (error) {
      reportAway(error);
    }
    if (!stopped) poll = setTimeout(() => void ask(), pollInterval);
  }

  return {
    snapshot: (livemode) => (livemode ? current.live : current.test),
    refresh,
    async start() {
      stopped = false;
      await refresh();
      await notices.start();
      poll = setTimeout(() => void ask(), pollInterval);
    },
    async stop() {
      stopped = true;
      clearTimeout(poll);
      await notices.stop();
      await Promise.allSettled([reading]);
    },
  };
}
