/** The service as it runs: a process of its own, asked over HTTP. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "../src/database/embedded-server.ts";
import { eventually } from "./servers-crash.test-support.ts";

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

/** Starts the service and waits until it is ready. Without DATABASE_URL it has a PostgreSQL of its own in its folder. */
export async function startProcess(
  environment: Record<string, string>,
  { flags = [], folder: given }: ProcessOptions = {},
): Promise<ServiceProcess> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), "strongroom-process-")));
  // PostgreSQL runs as another account where this is root.
  await chmod(folder, 0o755);
  const port = await freePort();
  const child = spawn(process.execPath, [...flags, SERVER], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      DATA_FOLDER: folder,
      RATE_LIMIT_PER_IP: "0",
      RATE_LIMIT_PER_KEY: "0",
      ...environment,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")));
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`The service ended: ${output}`);
    const { status } = await fetch(`${url}/ready`);
    if (status !== 200) throw new Error(`The service is not ready: ${output}`);
  }, START_LIMIT);
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
    output: () => output,
    call,
    get: (path) => call("GET", path),
    post: (path, body, key) => call("POST", path, body, key === undefined ? {} : { "idempotency-key": key }),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill("SIGTERM");
        await ended;
      }
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
