#!/usr/bin/env node
// The `strongroom` command. Plain JavaScript, since the rest is TypeScript that only newer versions of Node.js run as
// it stands: where the machine's own is older, the pinned one (npm package `node`) takes over.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import { constants, homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

if (process.features.typescript) {
  // Half of a preview's time would go into compiling the SDKs. Node keeps what it compiled; the processes that are
  // started inherit the folder.
  process.env.NODE_COMPILE_CACHE ??= join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
    "strongroom",
  );
  module.enableCompileCache();
  import("./cli.ts")
    .then(({ main }) => main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    });
} else {
  runWithPinnedNode();
}

function runWithPinnedNode() {
  const binary = pinnedNode();
  if (binary === undefined) {
    console.error(
      `strongroom needs Node.js 22.18 or newer; this is ${process.versions.node}, and the pinned one is not installed.\n` +
        `Run "npm ci" in Strongroom's folder, which installs it, or a newer Node.js.`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`strongroom cannot start ${binary}: ${error.message}`);
    process.exitCode = 2;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? code : 128 + constants.signals[signal];
  });
}

function pinnedNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("node/package.json"));
    const binary = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}
