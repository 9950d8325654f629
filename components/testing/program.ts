import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

import { PlanError } from "./errors.ts";
import { LISTEN, type MissingKey, toldBy } from "./missing-config.ts";
import type { Project } from "./project.ts";
import { preload } from "./preload.ts";

/** How a program's process ended. */
export interface Ended {
  /** Exit code; undefined when it was killed. */
  code: number | undefined;
  /** The signal that killed it. */
  signal?: NodeJS.Signals;
  /** The end of what it wrote to its standard error. */
  errors: string;
  /** Keys that it told while it was listened to. */
  missing: MissingKey[];
}

export interface RunOptions {
  /** Address of the resource monitor and engine. */
  address: string;
  organization: string;
  /** Configuration by full key. */
  config: ReadonlyMap<string, string>;
  secretKeys: Iterable<string>;
  /** Variables added to the program's environment. */
  environment?: Record<string, string>;
  /** Let it go on with placeholders where required configuration is missing, and collect what it asks for. */
  listen: boolean;
  /** Milliseconds until the process and everything it started is killed. */
  timeout: number;
  /** Seconds that were asked for, of which earlier runs may have taken some: for the message. */
  timeLimit: number;
  signal?: AbortSignal;
  /** Called for each line that the program writes. */
  onOutput?: (line: string) => void;
}

/** Signals by which people, services and closed terminals end a process; none of them reaches a group of its own. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Most characters of standard error that are kept. */
const KEPT = 20_000;

/**
 * Runs a Pulumi program with the runner of its own SDK, the way Pulumi's language host does.
 *
 * @throws PlanError (program) when the program has no SDK, (timeout) when its time is over
 */
export async function runProgram(project: Project, options: RunOptions): Promise<Ended> {
  if (options.signal?.aborted) throw cancelled();
  const child = spawn(process.execPath, commandLine(project, options), {
    cwd: project.folder,
    // A process group of its own, so that what the program starts can be ended with it.
    detached: process.platform !== "win32",
    env: { ...process.env, ...environment(project, options) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  const missing: MissingKey[] = [];
  lines(child.stdout, (line) => options.onOutput?.(line));
  lines(child.stderr, (line) => {
    const told = toldBy(line);
    if (told) {
      missing.push(told);
      return;
    }
    errors = `${errors}${line}\n`.slice(-KEPT);
    options.onOutput?.(line);
  });
  const kill = (): void => killGroup(child);
  const interrupted = (signal: NodeJS.Signals): void => {
    kill();
    process.kill(process.pid, signal);
  };
  process.once("exit", kill);
  for (const signal of ENDING) process.once(signal, interrupted);
  options.signal?.addEventListener("abort", kill, { once: true });
  const timeout = AbortSignal.timeout(options.timeout);
  timeout.addEventListener("abort", kill, { once: true });
  try {
    const ended = await new Promise<Pick<Ended, "code" | "signal">>((resolve, reject) => {
      child.once("error", reject);
      // What the program leaves running would hold its output open.
      child.once("exit", kill);
      child.once("close", (code, signal) =>
        resolve(signal ? { code: undefined, signal } : { code: code ?? 0 }),
      );
    });
    if (timeout.aborted) {
      throw new PlanError(
        "timeout",
        `The program did not end within ${options.timeLimit} seconds; it was stopped. Look for a loop, or a promise that never resolves, or allow more time.`,
      );
    }
    if (options.signal?.aborted) throw cancelled();
    return { ...ended, errors, missing };
  } finally {
    kill();
    timeout.removeEventListener("abort", kill);
    process.off("exit", kill);
    for (const signal of ENDING) process.off(signal, interrupted);
    options.signal?.removeEventListener("abort", kill);
  }
}

function cancelled(): PlanError {
  return new PlanError("usage", "The preview was cancelled.");
}

function commandLine(project: Project, options: RunOptions): string[] {
  const run = runner(project);
  return [
    // A program makes many short-lived promises: with room for them, V8 collects them seldom instead of all the time.
    "--max-semi-space-size=32",
    ...project.options.nodeArguments,
    preload(run),
    ...(options.listen ? [LISTEN] : []),
    run,
    ...["--monitor", options.address],
    ...["--engine", options.address],
    ...["--organization", options.organization],
    ...["--project", project.name],
    ...["--root-directory", project.root],
    ...["--stack", project.stack],
    ...["--pwd", project.folder],
    "--dry-run",
    ...["--parallel", "16"],
    project.entry,
  ];
}

/** The runner in the SDK that the program itself would load. */
function runner(project: Project): string {
  try {
    return createRequire(path.join(project.folder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    throw new PlanError(
      "program",
      `The package @pulumi/pulumi is not installed for the program in ${project.folder}. Run \`npm install\` there.`,
    );
  }
}

function environment(project: Project, options: RunOptions): Record<string, string> {
  // SDKs of all ages understand the older form of keys, `namespace:config:key`.
  const config = Object.fromEntries(
    [...options.config].map(([key, value]) => [key.replace(":", ":config:"), value]),
  );
  return {
    ...options.environment,
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify([...options.secretKeys]),
    PULUMI_NODEJS_TYPESCRIPT: String(project.options.typescript),
    ...(project.options.tsconfig !== undefined && { PULUMI_NODEJS_TSCONFIG_PATH: project.options.tsconfig }),
    // Whether types are right is the compiler's business; a preview asks what the program makes.
    // The first name is the SDK's, the second ts-node's own, for SDKs that do not hand the first on.
    PULUMI_NODEJS_TRANSPILE_ONLY: process.env.PULUMI_NODEJS_TRANSPILE_ONLY ?? "true",
    TS_NODE_TRANSPILE_ONLY: process.env.TS_NODE_TRANSPILE_ONLY ?? "true",
  };
}

function lines(stream: NodeJS.ReadableStream, handle: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) handle(part);
  });
  stream.on("end", () => {
    if (rest) handle(rest);
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing of the group is left.
  }
}
