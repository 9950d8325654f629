/** Work that requests leave for the background: one job after the other; what a process left behind, another one finishes. */
import type { Logger } from "pino";

/** Milliseconds after which work that failed (the database was away) is tried again. */
const RETRY_INTERVAL = 5000;
/** Milliseconds between two looks for what other processes left behind, or what was recorded without this one knowing. */
const LOOK_INTERVAL = 60_000;

export interface JobQueueOptions {
  log: Logger;
  /** Ids of all jobs that are not finished. */
  open: () => Promise<string[]>;
  /** Does what is left to do of a job; also of one that is done, or that another instance works at. */
  finish: (id: string) => Promise<void>;
  /** Milliseconds between two looks for open jobs. @default a minute */
  lookInterval?: number;
}

export class JobQueue {
  readonly #options: JobQueueOptions;
  /** Jobs that were not begun yet. */
  readonly #waiting = new Set<string>();
  #work: Promise<void> = Promise.resolve();
  #looks: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: JobQueueOptions) {
    this.#options = options;
  }

  /** Finishes in the background what an earlier process began, and from now on what another one leaves behind. */
  start(): void {
    void this.#look();
    this.#looks = setInterval(() => void this.#look(), this.#options.lookInterval ?? LOOK_INTERVAL);
    this.#looks.unref();
  }

  /** Ends after the job under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#looks);
    clearTimeout(this.#retry);
    await this.#work;
  }

  /** A job that waits already is done once. */
  enqueue(id: string): void {
    if (this.#waiting.has(id)) return;
    this.#waiting.add(id);
    this.#work = this.#work.then(async () => {
      if (this.#stopped) return;
      // What is asked for from here on may be more than this run sees: it gets a run of its own.
      this.#waiting.delete(id);
      try {
        await this.#options.finish(id);
      } catch (error) {
        this.#options.log.warn({ err: error, object: id }, "a job broke off; it is tried again");
        this.#retryLater();
      }
    });
  }

  async #look(): Promise<void> {
    try {
      for (const id of await this.#options.open()) this.enqueue(id);
    } catch (error) {
      this.#options.log.warn({ err: error }, "open jobs are not known for now; they are looked for again");
      this.#retryLater();
    }
  }

  #retryLater(): void {
    if (this.#stopped || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#look();
    }, RETRY_INTERVAL);
    this.#retry.unref();
  }
}
