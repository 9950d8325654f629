import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "../src/database/embedded-server.ts";
import { verifyBooks } from "./model-run.test-support.ts";
import { startProcess, type ProcessAnswer, type ServiceProcess } from "./process.test-support.ts";
import { killWithChildren } from "./servers-crash.test-support.ts";
import { testRedis, type TestServer } from "./servers.test-support.ts";
import { until } from "./wait.test-support.ts";

/** Requests of the run; STRONGROOM_CRASH_REQUESTS=20000 for a long one. */
const REQUESTS = Number(process.env.STRONGROOM_CRASH_REQUESTS ?? 3000);
const CLIENTS = 32;
/** Of the requests, how many are sent twice at the same moment. */
const TWICE = 0.2;
const KILLS = 3;
/** Milliseconds from the moment when PostgreSQL takes connections again until a transfer is done. */
const RECOVERY_LIMIT = 3000;

interface Request {
  key: string;
  path: string;
  body: object;
}

type Given = Pick<ProcessAnswer<unknown>, "status" | "text">;

describe("the crash run", () => {
  let folder: string;
  let port: number;
  /** The one that was ready last: in the time before the next one is, what is sent to it fails. */
  let service: ServiceProcess;
  let redis: TestServer;
  let receiver: Server;
  let accounts: string[];
  const kills: string[] = [];
  /** What each recovery took, milliseconds. */
  const recoveries: number[] = [];
  const delivered = new Set<string>();
  /** Final answers by key: all must be the same bytes. */
  const answers = new Map<string, Given[]>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "strongroom-crash-"));
    redis = await testRedis();
    receiver = createServer((request, response) => {
      delivered.add(String(request.headers["webhook-id"]));
      request.resume().on("end", () => response.writeHead(204).end());
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    port = await freePort();
    await startService();
  });

  after(async () => {
    await service.stop();
    receiver.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("loses nothing, doubles nothing, and serves again within 3 s of PostgreSQL's return: service, PostgreSQL and Redis killed under load", async () => {
    const { port: listener } = receiver.address() as AddressInfo;
    const endpoint = { url: `http://127.0.0.1:${String(listener)}/`, enabled_events: ["*"] };
    await service.post("/v1/webhook_endpoints", endpoint);
    accounts = [];
    for (let n = 0; n < 50; n += 1) {
      const account = { name: `a${String(n)}`, type: "liability", currency: "usd", overdraft: null };
      accounts.push((await service.post<{ id: string }>("/v1/ledger/accounts", account)).body.id);
    }
    const requests = Array.from({ length: REQUESTS }, (_, n) => makeRequest(n));
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
        while (done < total * share) await sleep(10);
        await victims[n % victims.length]?.();
      }
    };
    await Promise.all([breaker(), ...Array.from({ length: CLIENTS }, client)]);

    for (const victim of ["service", "postgres"])
      expect(kills.filter((each) => each === victim)).to.have.length(KILLS);
    console.log(`      served again after ${recoveries.map(Math.round).join(", ")} ms`);
    expect(recoveries).to.have.length(2 * KILLS);
    expect(Math.max(...recoveries), "milliseconds until it served").to.be.below(RECOVERY_LIMIT);

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

    await verifyBooks(service);

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
  function makeRequest(n: number): Request {
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
      const given = await service.post(path, body, key).catch(() => undefined);
      if (given !== undefined && given.status < 500 && given.status !== 409 && given.status !== 429) {
        answers.set(key, [...(answers.get(key) ?? []), given]);
        return given;
      }
      if (attempt > 600) throw new Error(`${key} has no final answer: ${String(given?.text)}`);
      await sleep(50);
    }
  }

  async function get(path: string): Promise<Given> {
    for (let attempt = 0; ; attempt += 1) {
      const given = await service.get(path).catch(() => undefined);
      if (given !== undefined && given.status < 500) return given;
      if (attempt > 600) throw new Error(`${path} has no answer`);
      await sleep(50);
    }
  }

  async function startService(): Promise<void> {
    service = await startProcess(
      {
        PORT: String(port),
        REDIS_URL: redis.url,
        LOG_LEVEL: "silent",
        RATE_LIMIT_PER_IP: "10000000",
        RATE_LIMIT_PER_KEY: "10000000",
        // Soon, so that the run need not wait.
        JANITOR_INTERVAL: "500",
      },
      { folder },
    );
  }

  async function killService(): Promise<void> {
    kills.push("service");
    const { pid } = await postmaster();
    const ended = once(service.child, "exit");
    service.child.kill("SIGKILL");
    await ended;
    await Promise.all([startService(), untilServed(pid)]);
  }

  async function killPostgres(): Promise<void> {
    kills.push("postgres");
    const { pid } = await postmaster();
    killWithChildren(pid);
    await untilServed(pid);
  }

  async function killRedis(): Promise<void> {
    kills.push("redis");
    process.kill(redis.pid, "SIGKILL");
    await sleep(200);
    redis = await testRedis(redis.port);
  }

  /** Waits for the next PostgreSQL, and measures the time from then until the service has done a transfer. */
  async function untilServed(before: number): Promise<void> {
    const isAnother = ({ pid }: { pid: number }) => pid > 0 && pid !== before;
    await until(async () => isAnother(await postmaster()) && (await takesConnections()), 60_000);
    const back = performance.now();
    await send(makeRequest(9));
    recoveries.push(performance.now() - back);
  }

  async function takesConnections(): Promise<boolean> {
    const client = new pg.Client({ connectionString: await databaseUrl() });
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end();
    }
  }

  async function databaseUrl(): Promise<string> {
    const password = (await readFile(join(folder, "password"), "utf8")).trim();
    return `postgresql://strongroom:${password}@127.0.0.1:${(await postmaster()).port}/strongroom`;
  }

  /** The server of the data, as its file tells; its id is 0 while there is none. */
  async function postmaster(): Promise<{ pid: number; port: string }> {
    const file = await readFile(join(folder, "data", "postmaster.pid"), "utf8").catch(() => "");
    const [pid, , , port = ""] = file.split("\n");
    return { pid: Number(pid), port };
  }
});
