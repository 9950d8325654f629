/**
 * `npm run bench:payments`: the service against pgbench on the same PostgreSQL, with fsync and synchronous_commit on.
 *
 * Each figure is bracketed: reference, target, reference, target, reference …; a ratio is one target's rate over the mean
 * of the references around it, and the median of three is told. CPU time is that of the service and of PostgreSQL's process
 * tree, per request. What the machine does besides moves single windows by tens of per cent, and ratios less.
 *
 *   node bench/payments.ts [--seconds 8] [--rounds 3] [--only transfers,ledger,hot,payments,idle,growth,memory]
 */
import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type pg from "pg";
import { startEmbeddedPostgres } from "../src/database/embedded.ts";
import { createPool } from "../src/database/pool.ts";
import type { LoadOptions, LoadResult } from "./load.ts";
import { percentile } from "./percentile.ts";
import { cpuOf, memoryOf } from "./processes.ts";
import { REFERENCE_SCHEMA, type ReferenceResult, runReference } from "./reference.ts";

const ALL = ["transfers", "ledger", "hot", "payments", "idle", "growth", "memory"];
/** Those that take minutes run when they are named. */
const LONG = new Set(["growth", "memory"]);
const CONNECTIONS = 32;
/** Payments are measured with more connections as well: each is two commits, and their groups grow with them. */
const MANY_CONNECTIONS = 128;
const PORT = 3900;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: ALL.filter((name) => !LONG.has(name)).join(",") },
    postgres: { type: "string", default: "/usr/lib/postgresql/15/bin" },
    minutes: { type: "string", default: "10" },
    entries: { type: "string", default: "10000000" },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const wanted = values.only.split(",");
const unknown = wanted.filter((name) => !ALL.includes(name));
if (unknown.length > 0) {
  console.error(`--only: there is no ${unknown.join(", ")}; write some of ${ALL.join(",")}`);
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), "strongroom-bench-"));
const clusterFolder = await mkdtemp(join(tmpdir(), "strongroom-bench-"));
const postgres = await startEmbeddedPostgres({
  // Of its own: as root, PostgreSQL works as another account, which cannot enter `folder`.
  folder: clusterFolder,
  bin: values.postgres,
  settings: {
    max_connections: "200",
    shared_buffers: "512MB",
    min_wal_size: "4GB",
    max_wal_size: "8GB",
    checkpoint_timeout: "30min",
  },
});
let service: ChildProcess | undefined;
try {
  await run();
} finally {
  if (service !== undefined) await stopService(service);
  await postgres.stop();
  await Promise.all([folder, clusterFolder].map((each) => rm(each, { recursive: true, force: true })));
}
process.exit();

async function run(): Promise<void> {
  const database = createPool({ connection: postgres.url, role: null, statementTimeout: 0, max: 2 });
  const { rows } = await database.query<{ name: string; setting: string }>(
    "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'server_version') order by name",
  );
  console.log(rows.map(({ name, setting }) => `${name}=${setting}`).join(" "));
  await database.query(REFERENCE_SCHEMA);
  await makeWalFiles(database);
  const started = await startService();
  service = started.child;
  const { apiKey } = started;
  const { pid = 0 } = service;
  const accounts = await openAccounts(apiKey, database);
  const paymentMethod = wanted.includes("payments") ? await makePaymentMethod(apiKey) : undefined;
  const common = { port: PORT, connections: CONNECTIONS, seconds, apiKey, accounts, paymentMethod };

  const target =
    (path: string, body: LoadOptions["body"], connections = CONNECTIONS) =>
    (round: number) =>
      load({ ...common, connections, path, body, run: `${body}-${String(connections)}-${String(round)}` });
  const cpu = () => ({ service: cpuOf(pid), database: cpuOf(postgres.pid ?? 0) });

  let spreadRate = NaN;
  if (wanted.includes("transfers")) {
    const figures = await bracket("POST /v1/transfers", "spread", target("/v1/transfers", "transfer"), cpu);
    spreadRate = figures.rate;
  }
  if (wanted.includes("ledger")) await journalAlone(accounts);
  if (wanted.includes("hot")) {
    const { rate } = await bracket("one hot account", "hot", target("/v1/transfers", "hot"), cpu);
    if (!Number.isNaN(spreadRate))
      console.log(`  of our own rate without the hot account: ${(rate / spreadRate).toFixed(2)}`);
  }
  if (wanted.includes("payments")) {
    for (const connections of [CONNECTIONS, MANY_CONNECTIONS]) {
      const name = `POST /v1/payments, ${String(connections)} connections`;
      await bracket(name, "spread", target("/v1/payments", "payment", connections), cpu);
    }
  }
  if (wanted.includes("idle")) await idleConnections(pid, target("/v1/transfers", "transfer"));
  if (wanted.includes("growth")) await growth(database, target("/v1/transfers", "transfer"), cpu);
  if (wanted.includes("memory")) await memory(pid, common);
  await database.end();
}

/** A database in use writes into files of WAL that it has; a new one makes each as it goes, while all commits wait. */
async function makeWalFiles(database: pg.Pool): Promise<void> {
  for (let n = 0; n < 200; n += 1) {
    await database.query("select pg_logical_emit_message(true, 'bench', '')");
    await database.query("select pg_switch_wal()");
  }
  await database.query("checkpoint");
}

/** Milliseconds of CPU, of the service and of PostgreSQL's process tree. */
interface Cpu {
  service: number;
  database: number;
}

/** Reference, target, reference, target, … and what the targets are to the references around them. */
async function bracket(
  name: string,
  script: Parameters<typeof runReference>[1],
  target: (round: number) => Promise<LoadResult>,
  cpu: () => Cpu,
): Promise<{ rate: number }> {
  // What is measured is a service at work: compiled, and with plans of its own statements.
  await target(0);
  let before = await runReference(postgres.url, script, seconds);
  const lines: {
    ratio: number;
    tail: number;
    rate: number;
    service: number;
    database: number;
    result: LoadResult;
    reference: ReferenceResult;
  }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const cpuBefore = cpu();
    const result = await target(round);
    const cpuAfter = cpu();
    const perRequest = (milliseconds: number) => (milliseconds * 1000) / result.requests;
    const after = await runReference(postgres.url, script, seconds);
    const rate = result.requests / result.seconds;
    const reference = (before.perSecond + after.perSecond) / 2;
    lines.push({
      ratio: rate / reference,
      tail: result.p99 / ((before.p99 + after.p99) / 2),
      rate,
      service: perRequest(cpuAfter.service - cpuBefore.service),
      database: perRequest(cpuAfter.database - cpuBefore.database),
      result,
      reference: after,
    });
    before = after;
  }
  const middle = (pick: (line: (typeof lines)[number]) => number) => median(lines.map(pick));
  const statuses = lines.map(({ result }) => JSON.stringify(result.statuses)).join(" ");
  console.log(
    `${name}: ${middle((l) => l.ratio).toFixed(2)} x the reference (${lines.map((l) => l.ratio.toFixed(2)).join(", ")})\n` +
      `  ${middle((l) => l.rate).toFixed(0)}/s against ${middle((l) => l.reference.perSecond).toFixed(0)}/s; ` +
      `p50 ${middle((l) => l.result.p50).toFixed(1)} ms, p99 ${middle((l) => l.result.p99).toFixed(1)} ms = ` +
      `${middle((l) => l.tail).toFixed(2)} x the reference's; CPU per request: service ` +
      `${middle((l) => l.service).toFixed(0)} µs, PostgreSQL ${middle((l) => l.database).toFixed(0)} µs\n` +
      `  answers: ${statuses}`,
  );
  return { rate: middle((l) => l.rate) };
}

function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** The journal without HTTP, in a process of its own, which stands for the service. */
async function journalAlone(accounts: string[]): Promise<void> {
  const child = fork(fileURLToPath(new URL("ledger.ts", import.meta.url)));
  const run = async () => {
    child.send({ url: postgres.url, seconds, connections: CONNECTIONS, accounts });
    const [result] = (await once(child, "message")) as [LoadResult];
    return result;
  };
  const cpu = () => ({ service: cpuOf(child.pid ?? 0), database: cpuOf(postgres.pid ?? 0) });
  await bracket("journal alone", "spread", run, cpu);
  child.disconnect();
}

async function idleConnections(pid: number, target: (round: number) => Promise<LoadResult>): Promise<void> {
  const sockets: Socket[] = [];
  for (let opened = 0; opened < 10_000; opened += 500) {
    const batch = Array.from({ length: 500 }, () => connect({ port: PORT, host: "127.0.0.1" }));
    await Promise.all(batch.map((socket) => once(socket, "connect")));
    for (const socket of batch) socket.on("error", () => undefined);
    sockets.push(...batch);
  }
  const result = await target(1000);
  const open = sockets.filter(({ destroyed, readyState }) => !destroyed && readyState === "open").length;
  console.log(
    `10,000 idle connections: ${String(open)} held, ${(result.requests / result.seconds).toFixed(0)} transfers/s meanwhile, ` +
      `p99 ${result.p99.toFixed(1)} ms, memory ${memoryOf(pid).toFixed(0)} MiB`,
  );
  for (const socket of sockets) socket.destroy();
}

/**
 * CPU per transfer with ten thousand entries in the ledger, and with millions. The machine's own drift shows in the reference,
 * whose tables stay as they are: what is compared is how many times the reference's CPU a transfer takes.
 */
async function growth(
  database: pg.Pool,
  target: (round: number) => Promise<LoadResult>,
  cpu: () => Cpu,
): Promise<void> {
  const measure = async (first: number) => {
    const times: number[] = [];
    const quotients: number[] = [];
    for (let round = first; round < first + rounds; round += 1) {
      const start = cpu();
      const { perSecond } = await runReference(postgres.url, "spread", seconds);
      const middle = cpu();
      const { requests } = await target(round);
      const end = cpu();
      const own = (end.service + end.database - middle.service - middle.database) / requests;
      times.push(own * 1000);
      quotients.push((own * perSecond * seconds) / (middle.database - start.database));
    }
    return { time: median(times), quotient: median(quotients) };
  };
  await target(1999);
  const small = await measure(2000);
  await fill(database, Number(values.entries));
  const large = await measure(2100);
  const { rows } = await database.query<{ count: string }>("select count(*) from ledger_entries");
  const shown = ({ time, quotient }: typeof small) =>
    `${time.toFixed(0)} µs per transfer (${quotient.toFixed(2)} x the reference's)`;
  console.log(
    `growth: ${shown(small)} at first, ${shown(large)} with ${rows[0]?.count ?? ""} entries: ` +
      `${(large.quotient / small.quotient).toFixed(2)} x`,
  );
}

/** Adds entries in bulk, as transfers of earlier days between accounts of their own mode. */
async function fill(database: pg.Pool, entries: number): Promise<void> {
  const transfers = entries / 2;
  const step = 250_000;
  for (let from = 0; from < transfers; from += step) {
    await database.query(
      `insert into ledger_transactions (id, livemode, type, currency, object, created, posted, chain, height)
       select 'txn_00' || lpad(n::text, 24, '0'), true, 'transfer', 'usd', 'tr_00' || lpad(n::text, 24, '0'), now(), now(), 7, 0
       from generate_series($1::bigint, $2) n`,
      [from, from + step - 1],
    );
    await database.query(
      `insert into ledger_entries (account, sequence, transaction, direction, layer, amount, currency, balance, posted)
       select 'acct_fill_' || (n % 1000) * 2 + side, n / 1000 + 1, 'txn_00' || lpad(n::text, 24, '0'),
         case side when 0 then 'debit'::ledger_direction else 'credit'::ledger_direction end, 'posted', 100, 'usd', 100, now()
       from generate_series($1::bigint, $2) n cross join generate_series(0, 1) side`,
      [from, from + step - 1],
    );
  }
  // As the database does by itself, in its own time.
  await database.query("vacuum (analyze) ledger_transactions, ledger_entries");
  await database.query("checkpoint");
}

async function memory(pid: number, common: Omit<LoadOptions, "path" | "body" | "run">): Promise<void> {
  const samples: number[] = [];
  for (let minute = 1; minute <= Number(values.minutes); minute += 1) {
    await load({
      ...common,
      seconds: 60,
      path: "/v1/transfers",
      body: "transfer",
      run: `memory-${String(minute)}`,
    });
    samples.push(memoryOf(pid));
  }
  console.log(`memory by minute, MiB: ${samples.map((sample) => sample.toFixed(0)).join(" ")}`);
}

async function load(options: LoadOptions): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL("load.ts", import.meta.url)));
  child.send(options);
  const [result] = (await once(child, "message")) as [LoadResult];
  return result;
}

async function startService(): Promise<{ child: ChildProcess; apiKey: string }> {
  const environment = {
    ...process.env,
    DATABASE_URL: postgres.url,
    DATA_FOLDER: folder,
    PORT: String(PORT),
    LOG_LEVEL: "warn",
    RATE_LIMIT_PER_IP: "10000000",
    RATE_LIMIT_PER_KEY: "10000000",
    MAX_CONNECTIONS: "12000",
  };
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  await finished(
    spawn(process.execPath, ["src/migrate.ts"], {
      cwd,
      env: environment,
      stdio: ["ignore", "ignore", "inherit"],
    }),
  );
  const create = ["src/api-key.ts", "create", "--name", "bench", "--roles", "admin"];
  const maker = spawn(process.execPath, create, {
    cwd,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let key = "";
  maker.stdout.setEncoding("utf8").on("data", (text: string) => (key += text));
  await finished(maker);
  const apiKey = /[sr]k_\w+/.exec(key)?.[0] ?? "";
  const child = spawn(process.execPath, ["src/server.ts"], {
    cwd,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
  });
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${String(PORT)}/ready`).catch(() => undefined);
    if (ready?.ok === true) return { child, apiKey };
    if (child.exitCode !== null) throw new Error("the service did not start");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function stopService(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function finished(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${child.spawnargs.join(" ")} ended with ${String(code)}`);
}

/** One account through the API, to show that it works; the others beside it, as there are a thousand. */
async function openAccounts(apiKey: string, database: pg.Pool): Promise<string[]> {
  const first = await post(apiKey, "/v1/ledger/accounts", {
    name: "bench",
    type: "liability",
    currency: "usd",
    overdraft: null,
  });
  await database.query(
    `insert into ledger_accounts (id, livemode, name, type, currency, overdraft, created)
     select 'acct_bench' || lpad(n::text, 21, '0'), false, 'bench', 'liability', 'usd', 1000000000000, now()
     from generate_series(2, 1000) n`,
  );
  return [first, ...Array.from({ length: 999 }, (_, n) => `acct_bench${String(n + 2).padStart(21, "0")}`)];
}

/** A card of the simulator that always succeeds, kept in the vault. */
function makePaymentMethod(apiKey: string): Promise<string> {
  const card = { number: "4242424242424242", exp_month: 12, exp_year: 2034, cvc: "123" };
  return post(apiKey, "/v1/payment_methods", { type: "card", card });
}

async function post(apiKey: string, path: string, body: object): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${String(PORT)}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { id?: string };
  if (answer.id === undefined) throw new Error(`${path} answered ${JSON.stringify(answer)}`);
  return answer.id;
}
