/** The service as it runs: a process of its own, asked over HTTP. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "../src/database/embedded-server.ts";

const SERVER = fileURLToPath(new URL("../src/server.ts", import.meta.url));

const API_KEY = fileURLToPath(new URL("../src/api-key.ts", import.meta.url));

/** Milliseconds from the start until it must be ready, and for one answer. */
const START_LIMIT = 30_000;
const ANSWER_LIMIT = 30_000;

export interface ProcessAnswer<T> {
  status: number;
  headers: Headers;
  body: T;
  /** The body as it was sent. */
  text: string;
}

export interface ProcessOptions {
  /** Flags for Node. */
  flags?: string[];
  /** Kept and shared with others. @default one of its own, gone with it */
  folder?: string;
}

export interface ServiceProcess {
  child: ChildProcess;
  url: string;
  folder: string;
  /** Everything that it wrote to standard output and error. */
  output(): string;
  /** With a test key that may do everything; not JSON where the body is text. */
  call<T>(
    method: string,
    path: string,
    body?: object | string,
    headers?: Record<string, string>,
  ): Promise<ProcessAnswer<T>>;
  get<T>(path: string): Promise<ProcessAnswer<T>>;
  post<T>(path: string, body?: object, key?: string): Promise<ProcessAnswer<T>>;
  /** Ends it in good order; its exit status. */
  stop(): Promise<number | null>;
}

/** The process as it starts: it may not be ready yet, and may end instead. */
export interface Launched {
  child: ChildProcess;
  url: string;
  /** What it wrote to standard output, and to standard error. */
  output(): string;
  errors(): string;
  /** Exit status, or the signal that ended it. */
  ended: Promise<number | string>;
  /** Resolves with the milliseconds from its start until the path was answered with the status. */
  until(path: string, status: number): Promise<number>;
}

export interface LaunchOptions {
  /** What to run. @default the service itself */
  command?: string;
  args?: string[];
  /** In a process group of its own, as a shell starts it at a terminal. */
  detached?: boolean;
}

/** Starts the service on a free port, unless the environment names one. */
export async function launch(
  environment: Record<string, string>,
  { command = process.execPath, args = [SERVER], detached }: LaunchOptions = {},
): Promise<Launched> {
  const { PORT = String(await freePort()) } = environment;
  const started = performance.now();
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment, PORT },
    detached,
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString("latin1")));
  const ended = once(child, "exit").then(([status, signal]) => (status ?? signal) as number | string);
  const url = `http://127.0.0.1:${PORT}`;
  async function until(path: string, status: number): Promise<number> {
    const found = async () => (await fetch(url + path).catch(() => undefined))?.status;
    for (const limit = performance.now() + START_LIMIT; (await found()) !== status;) {
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > limit)
        throw new Error(`${path} is not answered with ${status}: ${output}${errors}`);
      await sleep(20);
    }
    return performance.now() - started;
  }
  return { child, url, output: () => output, errors: () => errors, ended, until };
}

/** Starts the service and waits until it is ready. Without DATABASE_URL it has a PostgreSQL of its own in its folder. */
export async function startProcess(
  environment: Record<string, string>,
  { flags = [], folder: given }: ProcessOptions = {},
): Promise<ServiceProcess> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), "strongroom-process-")));
  // PostgreSQL runs as another account where this is root.
  await chmod(folder, 0o755);
  const launched = await launch(
    { DATA_FOLDER: folder, RATE_LIMIT_PER_IP: "0", RATE_LIMIT_PER_KEY: "0", ...environment },
    { args: [...flags, SERVER] },
  );
  const { child, url } = launched;
  try {
    await launched.until("/ready", 200);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  const apiKey = await testKey(folder, environment);

  async function call<T>(
    method: string,
    path: string,
    body?: object | string,
    headers: Record<string, string> = {},
  ): Promise<ProcessAnswer<T>> {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      body: typeof body === "object" ? JSON.stringify(body) : body,
      signal: AbortSignal.timeout(ANSWER_LIMIT),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as T,
      text,
    };
  }

  return {
    child,
    url,
    folder,
    output: () => launched.output() + launched.errors(),
    call,
    get: (path) => call("GET", path),
    post: (path, body, key) => call("POST", path, body, key === undefined ? {} : { "idempotency-key": key }),
    async stop() {
      child.kill("SIGTERM");
      await launched.ended;
      if (given === undefined) await rm(folder, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

/** The key that the embedded default makes; with another database, one that is made from beside it, as an operator would. */
async function testKey(folder: string, environment: Record<string, string>): Promise<string> {
  const { DATABASE_URL } = environment;
  if (DATABASE_URL === undefined) return (await readFile(join(folder, "test-key"), "utf8")).trim();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [API_KEY, "create", "--name", "test", "--scopes", "*"],
    { env: { PATH: process.env.PATH, HOME: process.env.HOME, DATA_FOLDER: folder, DATABASE_URL } },
  );
  return stdout.trim();
}
