/** Servers for tests other than PostgreSQL: each on a random port of the loopback interface, gone with this process. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { serverAccount } from "../src/database/embedded-account.ts";
import { freePort } from "../src/database/embedded-server.ts";
import { startWatchdog } from "../src/database/embedded-watchdog.ts";

export interface TestServer {
  url: string;
  port: number;
  /** Process id, for tests that kill it. */
  pid: number;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** How long a server may take until it answers, in milliseconds. */
const START_LIMIT = 60_000;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * A Redis that keeps nothing. STRONGROOM_TEST_REDIS names another server's program, as Valkey's.
 *
 * @param port to come back where one was killed. @default a free one
 * @param settings by the port it listens on; as on its command line
 */
export async function testRedis(
  port?: number,
  settings: (port: number) => string[] = () => [],
): Promise<TestServer> {
  const { STRONGROOM_TEST_REDIS: program = "redis-server" } = process.env;
  if (program === "redis-server") requirePackage(program);
  return startServer("redis", port, (chosen) => [
    program,
    ...["--bind", "127.0.0.1", "--port", String(chosen), "--save", "", "--appendonly", "no"],
    ...settings(chosen),
  ]);
}

/** PgBouncer in front of a database that there is. */
export async function testPooler(database: string, mode: "session" | "transaction"): Promise<TestServer> {
  requirePackage("pgbouncer");
  const { hostname, port: target, pathname, username, password } = new URL(database);
  const name = pathname.slice(1);
  const server = await startServer("postgresql", undefined, (port, folder) => {
    const file = join(folder, "pgbouncer.ini");
    const settings = [
      "[databases]",
      `${name} = host=${hostname} port=${target} user=${username} password=${password}`,
      "[pgbouncer]",
      ...["listen_addr = 127.0.0.1", `listen_port = ${port}`, "unix_socket_dir ="],
      ...["auth_type = any", `pool_mode = ${mode}`],
    ];
    writeFileSync(file, settings.join("\n"));
    // Like PostgreSQL, it refuses to run as root.
    return ["pgbouncer", ...(serverAccount() ? ["-u", "nobody"] : []), file];
  });
  return { ...server, url: `postgresql://service@127.0.0.1:${server.port}/${name}` };
}

/** moto: an AWS for tests (KMS, Secrets Manager, S3, …); any credentials do. */
export async function testMoto(): Promise<TestServer> {
  const bin = pythonTools();
  return startServer("http", undefined, (port) => [
    join(bin, "moto_server"),
    "-H",
    "127.0.0.1",
    "-p",
    String(port),
  ]);
}

/** Folder of the programs `moto_server` and `schemathesis`; installed at first use. */
export function pythonTools(): string {
  return run("scripts/test/python-tools").trim();
}

/** Makes sure that a package of the system is there: installs it where that is possible, and else fails with the command. */
export function requirePackage(name: string): void {
  run("scripts/test/system-packages", name);
}

/** Runs a script of the repository; its output, or an error that says what is missing. */
function run(script: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(join(ROOT, script), args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${script} ${args.join(" ")} failed: ${error?.message ?? stderr.trim()}`);
  return stdout;
}

async function startServer(
  scheme: string,
  wantedPort: number | undefined,
  commandFor: (port: number, folder: string) => string[],
): Promise<TestServer> {
  const port = wantedPort ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), "strongroom-server-"));
  const logFile = join(folder, "log");
  const log = openSync(logFile, "w");
  const watchdog = startWatchdog(folder);
  const [command = "", ...args] = commandFor(port, folder);
  const child = spawn(command, args, { cwd: folder, detached: true, stdio: ["ignore", log, log] });
  child.unref();
  watchdog.watch(child.pid);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  let reason: string | undefined;
  void ended.then((why) => (reason = why));

  const limit = Date.now() + START_LIMIT;
  while (!(await takesConnections(port))) {
    if (reason !== undefined || Date.now() > limit) {
      throw new Error(
        `${command} does not start (${reason ?? "no answer"}): ${readFileSync(logFile, "utf8")}`,
      );
    }
    await sleep(20);
  }
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.ref();
      child.kill("SIGINT");
      await ended;
      watchdog.end();
    },
  };
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = createConnection(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
