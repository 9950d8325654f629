import { expect } from "chai";
import { until } from "./wait.test-support.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { killWithChildren } from "./servers-crash.test-support.ts";
import { testRedis, type TestServer } from "./servers.test-support.ts";

/** Requests of the run; STRONGROOM_CRASH_REQUESTS=20000 for a long one. */
const REQUESTS = Number(process.env.STRONGROOM_CRASH_REQUESTS ?? 3000);
const CLIENTS = 32;
/** Of the requests, how many are sent twice at the same moment. */
const TWICE = 0.2;
const KILLS = 3;
const PORT = 3931;

interface Request {
  key: string;
  path: string;
  body: object;
}

/** Final answers by key: all must be the same bytes. */
interface Given {
  status: number;
  text: string;
}

describe("the crash run", () => {
  let folder: string;
  let service: ChildProcess;
  let redis: TestServer;
  let receiver: Server;
  let apiKey: string;
  let isEnding = false;
  let kills: string[];
  const delivered = new Set<string>();
  const answers = new Map<string, Given[]>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "strongroom-crash-"));
    redis = await testRedis();
    receiver = createServer((request, response) => {
      delivered.add(String(request.headers["webhook-id"]));
      request.resume().on("end", () => response.writeHead(204).end());
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    service = startService();
    await untilReady();
    apiKey = (await readFile(join(folder, "test-key"), "utf8")).trim();
    kills = [];
  });

  after(async () => {
    isEnding = true;
    service.kill("SIGTERM");
    if (service.exitCode === null && service.signalCode === null) await once(service, "exit");
    receiver.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("loses nothing, doubles nothing, and comes back by itself: service, PostgreSQL and Redis killed under load", async () => {
    const { port } = receiver.address() as AddressInfo;
    await post("/v1/webhook_endpoints", { url: `http://127.0.0.1:${String(port)}/`, enabled_events: ["*"] });
    const accounts: string[] = [];
    for (let n = 0; n < 50; n += 1) {
      const account = { name: `a${String(n)}`, type: "liability", currency: "usd", overdraft: null };
      accounts.push((JSON.parse((await post("/v1/ledger/accounts", account)).text) as { id: string }).id);
    }
    const requests = Array.from({ length: REQUESTS }, (_, n) => makeRequest(n, accounts));
    let done = 0;
    const total = requests.length;
    const waiting = requests[Symbol.iterator]();

    const client = async () => {
      for (const request of waiting) {
        const copies = Math.random() < TWICE ? 2 : 1;
        const [answer] = await Promise.all(Array.from({ length: copies }, () => send(request)));
        if (answer !== undefined) await followUp(request, answer);
        done += 1;
      }
    };
    const breaker = async () => {
      const victims = [killService, killPostgres, killRedis];
      for (let n = 0; n < KILLS * victims.length; n += 1) {
        const share = (n + 0.7) / (KILLS * victims.length + 1);
        while (done < total * share) await pause(10);
        await victims[n % victims.length]?.();
      }
    };
    await Promise.all([breaker(), ...Array.from({ length: CLIENTS }, client)]);

    expect(
      kills.filter((victim) => victim === "service"),
      "kills of the service",
    ).to.have.length(KILLS);
    expect(
      kills.filter((victim) => victim === "postgres"),
      "kills of PostgreSQL",
    ).to.have.length(KILLS);

    // Every answer to one key is the same, byte by byte.
    const different = [...answers].filter(
      ([, given]) => new Set(given.map(({ status, text }) => `${String(status)} ${text}`)).size > 1,
    );
    expect(different).to.deep.equal([]);
    const statuses = new Set([...answers.values()].flat().map(({ status }) => status));
    expect([...statuses].sort(), "statuses of final answers").to.deep.equal([200, 201]);

    // Payments whose outcome was open when something died are concluded by the janitor.
    const database = new pg.Client({ connectionString: await databaseUrl() });
    await database.connect();
    const rows = async <T>(sql: string): Promise<T[]> => (await database.query(sql)).rows as T[];
    await until(
      async () => (await rows("select id from payments where status = 'processing'")).length === 0,
      60_000,
    );

    // Nothing acknowledged is lost, nothing is there twice.
    const acknowledged = (path: string) =>
      [...answers]
        .filter(([key]) => key.startsWith(path))
        .map(([, [given]]) => (JSON.parse(given?.text ?? "{}") as { id: string }).id);
    const transfers = await rows<{ object: string }>(
      "select object from ledger_transactions where type = 'transfer'",
    );
    expect(transfers.map(({ object }) => object).sort()).to.deep.equal(acknowledged("transfer").sort());
    const payments = await rows<{ id: string }>("select id from payments");
    expect(payments.map(({ id }) => id).sort()).to.deep.equal(
      [...acknowledged("payment"), ...acknowledged("hold")].sort(),
    );
    const refunds = await rows<{ id: string }>("select id from refunds");
    expect(refunds.map(({ id }) => id).sort()).to.deep.equal(acknowledged("refund").sort());

    // What payments say and what the ledger says is the same.
    const [money] = await rows<Record<string, string>>(`
      select
        (select sum((data ->> 'amount_captured')::bigint) from payments) as captured,
        (select sum((data ->> 'amount')::bigint) from refunds where status = 'succeeded') as refunded,
        (select sum(e.amount) filter (where e.direction = 'debit') from ledger_entries e
           where e.account like 'acct_processor_receivable%' and e.layer = 'posted') as debited,
        (select sum(e.amount) filter (where e.direction = 'credit') from ledger_entries e
           where e.account like 'acct_processor_receivable%' and e.layer = 'posted') as credited,
        (select sum(a.debits_pending + a.credits_pending) from ledger_accounts a) as held`);
    expect(money?.debited, "captured").to.equal(money?.captured);
    expect(money?.credited, "refunded").to.equal(money?.refunded);
    expect(money?.held, "still held").to.equal("0");

    const trial = JSON.parse((await get("/v1/ledger/trial-balance")).text) as {
      currencies: { difference: number }[];
    };
    expect(trial.currencies.map(({ difference }) => difference)).to.deep.equal([0]);
    expect(JSON.parse((await get("/v1/ledger/integrity")).text)).to.deep.include({
      intact: true,
      violations: [],
      drift: [],
    });

    // The outbox is complete, and all of it arrives.
    const [lost] = await rows<{ count: string }>(`
      select count(*) from ledger_transactions t where t.type = 'transfer' and not exists (select from events e where e.object = t.object)`);
    expect(lost?.count).to.equal("0");
    const events = await rows<{ id: string }>(
      "select id from events where type ~ '^(transfer|payment|refund)[.]'",
    );
    await until(() => Promise.resolve(events.every(({ id }) => delivered.has(id))), 60_000);
    expect(events.filter(({ id }) => !delivered.has(id))).to.deep.equal([]);
    await database.end();
    expect(delivered.size).to.be.greaterThan(REQUESTS);
  }).timeout(600_000);

  /** Transfers, payments in one call, payments that are captured in part and refunded. */
  function makeRequest(n: number, accounts: string[]): Request {
    const pick = () => accounts[Math.floor(Math.random() * accounts.length)] ?? "";
    const id = randomUUID();
    switch (n % 10) {
      case 0:
      case 1:
        return { key: `payment-${id}`, path: "/v1/payments", body: payment(1000) };
      case 2:
      case 3:
        return {
          key: `hold-${id}`,
          path: "/v1/payments",
          body: { ...payment(1000), capture_method: "manual" },
        };
      default: {
        const source = pick();
        const destination = accounts[(accounts.indexOf(source) + 1) % accounts.length];
        return {
          key: `transfer-${id}`,
          path: "/v1/transfers",
          body: { amount: 1 + (n % 90), currency: "usd", source, destination },
        };
      }
    }
  }

  function payment(amount: number): object {
    return { amount, currency: "usd", payment_method: "pm_card_visa", confirm: true };
  }

  /** A hold is captured in part, and part of that is given back. */
  async function followUp({ key }: Request, { text }: Given): Promise<void> {
    if (!key.startsWith("hold-")) return;
    const { id } = JSON.parse(text) as { id: string };
    const path = `/v1/payments/${id}/capture`;
    // Until it is known to be authorised, there is nothing to capture.
    await until(
      async () =>
        (JSON.parse((await get(`/v1/payments/${id}`)).text) as { status: string }).status !== "processing",
      60_000,
    );
    await send({ key: `capture-${id}`, path, body: { amount: 600 } });
    await until(
      async () =>
        (JSON.parse((await get(`/v1/payments/${id}`)).text) as { amount_captured: number })
          .amount_captured === 600,
      60_000,
    );
    await send({ key: `refund-${id}`, path: "/v1/refunds", body: { payment: id, amount: 250 } });
  }

  /** Sends until there is a final answer, as a careful client does. */
  async function send({ key, path, body }: Request): Promise<Given> {
    for (let attempt = 0; ; attempt += 1) {
      const given = await post(path, body, key).catch(() => undefined);
      if (given !== undefined && given.status < 500 && given.status !== 409 && given.status !== 429) {
        answers.set(key, [...(answers.get(key) ?? []), given]);
        return given;
      }
      if (attempt > 600) throw new Error(`${key} has no final answer: ${JSON.stringify(given)}`);
      await pause(50);
    }
  }

  async function post(path: string, body: object, key?: string): Promise<Given> {
    return call("POST", path, body, key);
  }

  async function get(path: string): Promise<Given> {
    for (let attempt = 0; ; attempt += 1) {
      const given = await call("GET", path).catch(() => undefined);
      if (given !== undefined && given.status < 500) return given;
      if (attempt > 600) throw new Error(`${path} has no answer`);
      await pause(50);
    }
  }

  async function call(method: string, path: string, body?: object, key?: string): Promise<Given> {
    const response = await fetch(`http://127.0.0.1:${String(PORT)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body && { "content-type": "application/json" }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, text: await response.text() };
  }

  function startService(): ChildProcess {
    const child = spawn(process.execPath, ["src/server.ts"], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      env: {
        ...process.env,
        DATA_FOLDER: folder,
        PORT: String(PORT),
        REDIS_URL: redis.url,
        LOG_LEVEL: "silent",
        RATE_LIMIT_PER_IP: "10000000",
        RATE_LIMIT_PER_KEY: "10000000",
        // Soon, so that the run need not wait.
        JANITOR_INTERVAL: "500",
      },
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.once("exit", () => {
      if (!isEnding) service = startService();
    });
    return child;
  }

  async function killService(): Promise<void> {
    kills.push("service");
    const killed = service;
    killed.kill("SIGKILL");
    await once(killed, "exit");
    await untilReady();
  }

  async function killPostgres(): Promise<void> {
    kills.push("postgres");
    const [pid = ""] = (await readFile(join(folder, "data", "postmaster.pid"), "utf8")).split("\n");
    killWithChildren(Number(pid));
    await untilReady();
  }

  async function killRedis(): Promise<void> {
    kills.push("redis");
    process.kill(redis.pid, "SIGKILL");
    await pause(200);
    redis = await testRedis(redis.port);
  }

  async function databaseUrl(): Promise<string> {
    const port = (await readFile(join(folder, "data", "postmaster.pid"), "utf8")).split("\n")[3] ?? "";
    const password = (await readFile(join(folder, "password"), "utf8")).trim();
    return `postgresql://strongroom:${password}@127.0.0.1:${port}/strongroom`;
  }

  async function untilReady(): Promise<void> {
    await until(async () => {
      const answer = await fetch(`http://127.0.0.1:${String(PORT)}/ready`).catch(() => undefined);
      return answer?.ok === true;
    }, 30_000);
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
});
