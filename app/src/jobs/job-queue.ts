/** Work that requests leave for the background: one job after the other; what a process left behind, the next one finishes. */
import type { Logger } from "pino";

/** Milliseconds after which work that failed (the database was away) is tried again. */
const RETRY_INTERVAL = 5000;

export interface JobQueueOptions {
  log: Logger;
  /** Ids of all jobs that are not finished. */
  open: () => Promise<string[]>;
  /** Does what is left to do of a job; also of one that is done, or that another instance works at. */
  finish: (id: string) => Promise<void>;
}

export class JobQueue {
  readonly #options: JobQueueOptions;
  #work: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: JobQueueOptions) {
    this.#options = options;
  }

  /** Finishes in the background what an earlier process began. */
  start(): void {
    this.#retryLater(0);
  }

  /** Ends after the job under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    await this.#work;
  }

  enqueue(id: string): void {
    this.#work = this.#work.then(async () => {
      if (this.#stopped) return;
      try {
        await this.#options.finish(id);
      } catch (error) {
        this.#options.log.warn({ err: error, object: id }, "a job broke off; it is tried again");
        this.#retryLater(RETRY_INTERVAL);
      }
    });
  }

  #retryLater(interval: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#options.open().then(
        (ids) => ids.forEach((id) => this.enqueue(id)),
        () => this.#retryLater(RETRY_INTERVAL),
      );
    }, interval);
    this.#retry.unref();
  }
}
