import type { WriteStream } from "node:tty";

/** Milliseconds between two updates. */
const PACE = 80;

/** One line at the terminal that says how far a command is; nothing where there is no terminal. */
export class Progress {
  readonly #stream: WriteStream;
  readonly #shown: boolean;
  #last = 0;

  constructor(stream: WriteStream, quiet = false) {
    this.#stream = stream;
    this.#shown = stream.isTTY && !quiet;
  }

  /** Replaces the line, unless it was replaced just now. */
  show(message: string): void {
    const now = performance.now();
    if (!this.#shown || now - this.#last < PACE) return;
    this.#last = now;
    this.#stream.write(`\r\u{1b}[K${message.slice(0, this.#stream.columns - 2)}…`);
  }

  /** Removes the line. */
  clear(): void {
    if (!this.#shown || this.#last === 0) return;
    this.#stream.write("\r\u{1b}[K");
    this.#last = 0;
  }
}
