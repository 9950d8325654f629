import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { Ended } from "../testing.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LAUNCHER = path.join(ROOT, "scripts/strongroom.js");

/** Skips a suite, and says why, where there is no Pulumi CLI: the only reason for which it may be skipped. */
export function needsPulumi(context: Mocha.Context): void {
  if (spawnSync("pulumi", ["version"]).status === 0) return;
  console.log("      skipped: the Pulumi CLI is not on PATH");
  context.skip();
}

/** The real engine with the simulated provider, and with a home, state and settings of its own; for tests. */
export class Engine {
  readonly #home = mkdtempSync(path.join(tmpdir(), "strongroom-engine-"));
  readonly env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: [
      path.dirname(fileURLToPath(import.meta.url)),
      path.join(ROOT, "node_modules/.bin"),
      process.env.PATH,
    ].join(path.delimiter),
    PULUMI_HOME: this.#home,
    PULUMI_BACKEND_URL: `file://${this.#home}`,
    PULUMI_CONFIG_PASSPHRASE: "for tests only",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    STRONGROOM_DEBUG: "",
  };

  constructor() {
    const { status, stdout } = spawnSync("pulumi", ["version"], { encoding: "utf8" });
    if (status === 0 && stdout.trim() === "") this.#giveVersion();
  }

  /** A CLI built from its sources states no version, but the Automation API asks for one. */
  #giveVersion(): void {
    const { version } = createRequire(import.meta.url)("@pulumi/pulumi/package.json") as { version: string };
    const real = spawnSync("which", ["pulumi"], { encoding: "utf8" }).stdout.trim();
    const folder = path.join(this.#home, "bin");
    mkdirSync(folder);
    writeFileSync(
      path.join(folder, "pulumi"),
      `#!/bin/sh\n[ "$1" = version ] && echo v${version} && exit\nexec ${real} "$@"\n`,
      { mode: 0o755 },
    );
    this.env.PATH = `${folder}${path.delimiter}${this.env.PATH ?? ""}`;
  }

  /** Runs the Pulumi CLI in a project's folder. */
  async pulumi(cwd: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return await this.#run("pulumi", ["--non-interactive", ...args], cwd, env);
  }

  /** As `pulumi`, failing with what it printed when it fails. */
  async succeeds(cwd: string, args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.pulumi(cwd, args);
    expect(code, `pulumi ${args.join(" ")}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`).to.equal(0);
    return stdout;
  }

  async strongroom(cwd: string, ...args: string[]): Promise<Ended> {
    return await this.#run(process.execPath, [LAUNCHER, ...args], cwd, {});
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  #run(file: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
    const options = { cwd, env: { ...this.env, ...env }, maxBuffer: 256 * 1024 * 1024 };
    return new Promise((resolve) => {
      execFile(file, args, options, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr }),
      );
    });
  }
}
