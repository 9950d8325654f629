/** `npm start`: the process. */
import { enableCompileCache, flushCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Before there is anything to finish, a signal is no failure either. Later operations/shutdown.ts decides.
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(0);
  });
}

// Before anything is loaded, so that the next start finds everything compiled. NODE_COMPILE_CACHE wins; where the folder
// cannot be written, nothing is kept.
enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compile", import.meta.url)));

// Before there are secrets and card numbers in memory.
const { excludeMemoryFromCoreDumps } = await import("./vault/core-dump.ts");
excludeMemoryFromCoreDumps();

const { runProcess } = await import("./operations/process.ts");
await runProcess(process.env);
flushCompileCache();
