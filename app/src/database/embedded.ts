/**
 * The PostgreSQL that the service brings along, for a machine on which nothing is configured: real PostgreSQL, on a
 * random port of the loopback interface, with its data in one folder.
 *
 * The folder holds `data` (the cluster), `password` (mode 0600), `postgres.log`, `lock` and `owner`, and `binaries` where
 * a copy of the programs is needed.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import pg from "pg";
import type { Logger } from "pino";
import { makeDataFolder } from "../data-folder.ts";
import { type Binaries, embeddedBinaries, installedBinaries } from "./binaries.ts";
import { type Account, requireReachable, requireUserName, serverAccount } from "./embedded-account.ts";
import { lockFolder } from "./embedded-lock.ts";
import { Server } from "./embedded-server.ts";
import { startWatchdog } from "./embedded-watchdog.ts";
import { StartError } from "../start-error.ts";

export interface EmbeddedOptions {
  /** Where everything is kept; made when missing. */
  folder: string;
  /** Port on 127.0.0.1. @default a free one */
  port?: number;
  log?: Logger;
  /** `postgresql.conf` settings that replace those of SETTINGS. */
  settings?: Record<string, string>;
  /** Folder of `initdb` and `postgres`, to run another PostgreSQL. @default the embedded one */
  bin?: string;
  /** Folder of the npm package with the programs. @default where npm installed it */
  packageFolder?: string;
  /** The data need not outlive this process: nothing is synced to disk, and the folder is removed at the end. */
  throwaway?: boolean;
}

export interface EmbeddedPostgres {
  /** Connects as the owner of the database `strongroom`. */
  url: string;
  /** Process id of the server; another one after a crash. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

const USER = "strongroom";
const DATABASE = "strongroom";

/**
 * What differs from PostgreSQL's defaults; `fsync` and `synchronous_commit` stay on.
 * - The tables in daily use fit into `shared_buffers`, and checkpoints are rare enough (`max_wal_size`) to cost little, yet
 *   a restart after a crash replays no more than a few seconds' worth.
 * - No replicas are fed from here: `wal_level` and `max_wal_senders` save log.
 * - Statements are short: compiling them (`jit`) would take longer than running them.
 * - Errors are logged without the values that caused them, as these may be personal data.
 */
const SETTINGS: Record<string, string> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "256MB",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "2GB",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_line_prefix: "%m [%p] ",
  log_checkpoints: "off",
  log_error_verbosity: "terse",
  log_min_error_statement: "panic",
};

/** For data that may be lost with the machine. */
const THROWAWAY_SETTINGS: Record<string, string> = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  shared_buffers: "64MB",
  max_connections: "400",
};

/** Starts PostgreSQL on the folder's data, makes these when there are none, and keeps it running until `stop`. */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { throwaway = false, packageFolder } = options;
  const folder = resolve(options.folder);
  const data = join(folder, "data");
  const account = serverAccount();
  makeDataFolder(folder);

  const lock = lockFolder(folder);
  const watchdog = startWatchdog(throwaway ? folder : undefined);
  let server: Server | undefined;
  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    await server?.stop();
    watchdog.end();
    lock.release();
  }

  try {
    const binaries = options.bin
      ? installedBinaries(options.bin, account)
      : await embeddedBinaries({ packageFolder, cache: join(folder, "binaries"), account });
    const password = await readOrMakePassword(join(folder, "password"));
    await makeCluster({ data, binaries, account, password, sync: !throwaway });
    server = new Server({
      binaries,
      data,
      port: options.port,
      logFile: join(folder, "postgres.log"),
      settings: { ...SETTINGS, ...(throwaway ? THROWAWAY_SETTINGS : {}), ...options.settings },
      account,
      log: options.log,
      watchdog,
    });
    await server.start();
    await makeDatabase(server.port, password);
    const running = server;
    return {
      url: urlOf(server.port, password, DATABASE),
      get pid() {
        return running.pid;
      },
      stop: () => (closed ??= close()),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface ClusterOptions {
  data: string;
  binaries: Binaries;
  account: Account | undefined;
  password: string;
  sync: boolean;
}

/** Makes the cluster's folder unless it is there. A start that was interrupted leaves nothing that looks like one. */
async function makeCluster(options: ClusterOptions): Promise<void> {
  const { data, binaries, account, password, sync } = options;
  const major = (await readFile(join(data, "PG_VERSION"), "utf8").catch(() => "")).trim();
  if (major === String(binaries.major)) return;
  if (major !== "") {
    throw new StartError(
      `The data in ${data} are of PostgreSQL ${major}, and this is PostgreSQL ${binaries.major}: ` +
        `dump them with a PostgreSQL ${major} and restore them into an empty DATA_FOLDER, or set DATA_FOLDER to another folder.`,
    );
  }
  if (account === undefined) requireUserName();
  const partial = `${data}.partial`;
  const passwordFile = `${partial}.password`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  if (account) {
    await chown(partial, account.uid, account.gid);
    requireReachable(partial, account);
  }
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account) await chown(passwordFile, account.uid, account.gid);
  await runInitdb(binaries, account, partial, [
    ...[`--username=${USER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"],
    ...[
      "--encoding=UTF8",
      ...localeOptions(binaries.major),
      "--no-instructions",
      ...(sync ? [] : ["--no-sync"]),
    ],
  ]);
  await rm(passwordFile);
  await rename(partial, data);
}

/** Text sorts by code point, the same on every machine and after every update of its libraries. */
function localeOptions(major: number): string[] {
  return major >= 17
    ? ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    : ["--locale=C.UTF-8"];
}

async function runInitdb(
  binaries: Binaries,
  account: Account | undefined,
  data: string,
  args: string[],
): Promise<void> {
  const child = spawn(join(binaries.bin, "initdb"), ["-D", data, ...args], {
    ...account,
    cwd: "/",
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  const code = await new Promise<number | null>((done, fail) =>
    child.once("error", fail).once("close", done),
  );
  if (code !== 0) {
    throw new StartError(
      `PostgreSQL cannot make its data in ${data}: ${complaints.trim()}\n` +
        "Make room or mend that there, or set DATA_FOLDER to another folder.",
    );
  }
}

async function readOrMakePassword(file: string): Promise<string> {
  const known = await readFile(file, "utf8").catch(() => "");
  if (known !== "") return known;
  const password = randomBytes(24).toString("base64url");
  await writeFile(file, password, { mode: 0o600, flush: true });
  return password;
}

async function makeDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client(urlOf(port, password, "postgres"));
  await client.connect();
  try {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function urlOf(port: number, password: string, database: string): string {
  return `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;
}
