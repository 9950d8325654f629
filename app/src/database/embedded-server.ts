/** The `postgres` process: started, watched, started again when it dies, and stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { StartError } from "../start-error.ts";
import type { Binaries } from "./binaries.ts";
import type { Account } from "./embedded-account.ts";
import { readPidFile, stopLeftOver, WAYS_TO_STOP } from "./embedded-leftover.ts";
import type { Watchdog } from "./embedded-watchdog.ts";

export interface ServerOptions {
  binaries: Binaries;
  /** The cluster's folder. */
  data: string;
  /** Port on 127.0.0.1. @default a free one, the same after a crash */
  port?: number;
  /** Where PostgreSQL writes what it has to say. */
  logFile: string;
  /** `postgresql.conf` settings. */
  settings: Record<string, string>;
  /** Who runs it, when not the current user. */
  account?: Account;
  log?: Logger;
  watchdog: Watchdog;
}

/** How long a start may take, in milliseconds: recovery after a crash replays up to `max_wal_size`. */
const START_LIMIT = 120_000;
/** How long what is in the way of a start may take to go, in milliseconds. */
const OBSTACLE_LIMIT = 10_000;
/** Processes of a killed server keep its memory until they notice; another program was faster to take the free port. */
const OBSTACLE = /pre-existing shared memory|could not bind/;
const SHORTEST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;

interface Running {
  child: ChildProcess;
  /** Resolves with the reason when the process has ended. */
  ended: Promise<string>;
}

export class Server {
  readonly #options: ServerOptions;
  #running: Running | undefined;
  #port = 0;
  #hasStarted = false;
  #stopping = false;
  #restart: Promise<void> = Promise.resolve();

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** Process id of the server; changes when it had to be started again. */
  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /** Port on 127.0.0.1; known once the server has started. */
  get port(): number {
    return this.#port;
  }

  /** Starts PostgreSQL and returns when it takes connections. */
  async start(): Promise<void> {
    const giveUp = Date.now() + OBSTACLE_LIMIT;
    for (;;) {
      try {
        this.#port = this.#options.port ?? (this.#hasStarted ? this.#port : await freePort());
        await this.#startOnce();
        this.#hasStarted = true;
        return;
      } catch (error) {
        const passing = error instanceof Error && OBSTACLE.test(error.message);
        if (!passing || this.#stopping || Date.now() > giveUp) throw error;
        await sleep(SHORTEST_PAUSE);
      }
    }
  }

  /** Stops PostgreSQL: connections end, transactions in progress are rolled back, everything is written. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#running) await this.#end(this.#running);
    await this.#restart;
  }

  async #startOnce(): Promise<void> {
    const { data, log } = this.#options;
    if (await stopLeftOver(data)) log?.warn("Stopped a PostgreSQL that a killed process had left running");
    if (this.#stopping) throw new Error("PostgreSQL is being stopped.");
    const running = this.#spawn();
    this.#running = running;
    this.#options.watchdog.watch(running.child.pid);
    await this.#untilReady(running);
    void running.ended.then((reason) => {
      if (!this.#stopping) this.#restart = this.#startAgain(reason);
    });
  }

  #spawn(): Running {
    const { binaries, data, logFile, account, settings } = this.#options;
    // The first start of this object begins a new file; what a crash left is kept.
    const output = openSync(logFile, this.#running ? "a" : "w", 0o600);
    const child = spawn(
      join(binaries.bin, "postgres"),
      [
        "-D",
        data,
        "-p",
        String(this.#port),
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      {
        ...account,
        // Its own session: Ctrl-C in a terminal is for the service, which then stops PostgreSQL in good order.
        detached: true,
        stdio: ["ignore", output, output],
        cwd: "/",
        env: { PATH: process.env.PATH, TZ: "UTC" },
      },
    );
    closeSync(output);
    child.unref();
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    return { child, ended };
  }

  async #untilReady({ child, ended }: Running): Promise<void> {
    let reason: string | undefined;
    void ended.then((why) => (reason = why));
    const limit = Date.now() + START_LIMIT;
    for (;;) {
      const file = await readPidFile(this.#options.data);
      if (file?.pid === child.pid && file?.status === "ready") return;
      if (reason !== undefined)
        throw new StartError(
          `PostgreSQL did not start (${reason}): ${await this.#lastWords()}\n` +
            `Its data are in ${this.#options.data}: mend that there, or set DATA_FOLDER to another folder or DATABASE_URL to a PostgreSQL of yours.`,
        );
      if (Date.now() > limit) throw new Error(`PostgreSQL is not ready after ${START_LIMIT / 1000} s.`);
      await sleep(10);
    }
  }

  /** The end of what PostgreSQL wrote. */
  async #lastWords(): Promise<string> {
    const text = await readFile(this.#options.logFile, "utf8");
    return text.trim().split("\n").slice(-10).join("\n");
  }

  /** Starts PostgreSQL until it runs: nobody has to lend a hand. */
  async #startAgain(reason: string): Promise<void> {
    const { log } = this.#options;
    log?.error({ reason }, "PostgreSQL ended unasked; starting it again");
    for (let pause = SHORTEST_PAUSE; !this.#stopping; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        await this.start();
        log?.info("PostgreSQL is back");
        return;
      } catch (error) {
        log?.error({ err: error }, "PostgreSQL did not start again");
        await sleep(pause);
      }
    }
  }

  async #end({ child, ended }: Running): Promise<void> {
    child.ref();
    for (const [signal, limit] of WAYS_TO_STOP) {
      child.kill(signal);
      const timeUp = new AbortController();
      const gone = await Promise.race([
        ended.then(() => true),
        sleep(limit, false, { signal: timeUp.signal }).catch(() => false),
      ]);
      timeUp.abort();
      if (gone) return;
      this.#options.log?.warn({ signal }, "PostgreSQL does not stop");
    }
  }
}

/** A port on the loopback interface that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
