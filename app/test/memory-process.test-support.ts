/** Loaded into the service before it starts: on SIGUSR2 it collects garbage and writes down what is left. */

/** What it writes: `heap 12345678` on standard error, in bytes. */
process.on("SIGUSR2", () => {
  // Twice: what the first round finalises, the second collects.
  globalThis.gc?.();
  setTimeout(() => {
    globalThis.gc?.();
    process.stderr.write(`heap ${process.memoryUsage().heapUsed}\n`);
  }, 100);
});
