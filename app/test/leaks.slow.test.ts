import { expect } from "chai";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createClient } from "redis";
import { createPool } from "../src/database/pool.ts";
import { findCardNumbers, plantedNumbers, type PlantedCard } from "../src/vault/card-numbers.test-support.ts";
import { startProcess, type ServiceProcess } from "./process.test-support.ts";
import { eventually } from "./servers-crash.test-support.ts";
import { testRedis, type TestServer } from "./servers.test-support.ts";

/**
 * What a merchant writes into free text on purpose (description, metadata, names) is kept as it is: the API's documentation
 * says not to. Everything else that a client sends anywhere must not get out of the vault.
 */
const BANK_ACCOUNT = {
  type: "us_bank_account",
  us_bank_account: {
    routing_number: "110000000",
    account_number: "000123456789",
    account_holder_type: "individual",
    account_holder_name: "Jenny Rosen",
  },
};

interface Operation {
  operationId: string;
  requestBody?: object;
  parameters?: { in: string; name: string }[];
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
}

describe("card numbers that clients send anywhere", () => {
  let redis: TestServer;
  let receiver: Server;
  let received: Buffer[];
  let service: ServiceProcess;
  let answers: string[];

  before(async () => {
    redis = await testRedis();
    received = [];
    // Takes webhooks and telemetry alike, and writes down every byte.
    receiver = createServer((request, response) => {
      received.push(Buffer.from(`${request.url ?? ""}\n${JSON.stringify(request.rawHeaders)}\n`));
      request.on("data", (chunk: Buffer) => received.push(chunk)).on("end", () => response.end("{}"));
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    service = await startProcess({
      REDIS_URL: redis.url,
      LOG_LEVEL: "trace",
      OTEL_EXPORTER_OTLP_ENDPOINT: receiverUrl(),
      OTEL_METRIC_EXPORT_INTERVAL: "500",
      RATE_LIMIT_PER_IP: "1000000",
      RATE_LIMIT_PER_KEY: "1000000",
      PROCESSOR_NOTICE_INTERVAL: "1",
    });
    answers = [];
    await ask("POST", "/v1/webhook_endpoints", { url: `${receiverUrl()}/hook`, enabled_events: ["*"] });
    for (const card of plantedNumbers()) {
      await useCard(card);
      await sendAstray(card);
      await sendEverywhere(card);
    }
    await service.get("/metrics").then(({ text }) => answers.push(text));
    await untilDelivered();
  });
  after(async () => {
    await service.stop();
    receiver.close();
    await redis.stop();
  });

  function receiverUrl(): string {
    return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  }

  async function ask<T extends object>(
    method: string,
    path: string,
    body?: object | string,
    headers?: Record<string, string>,
  ): Promise<T> {
    const answer = await service.call<T>(method, path, body, headers);
    answers.push(`${JSON.stringify([...answer.headers])}\n${answer.text}`);
    expect(answer.status, `${method} ${path}`).to.be.below(500);
    return answer.body;
  }

  /** As it is meant: the number in its field. */
  async function useCard({ number, cvc }: PlantedCard): Promise<void> {
    const card = { number, exp_month: 12, exp_year: 2035, cvc };
    const customer = await ask<{ id: string }>("POST", "/v1/customers", { name: "Jenny Rosen" });
    const method = await ask<{ id: string }>(
      "POST",
      "/v1/payment_methods",
      { type: "card", card, customer: customer.id },
      { "idempotency-key": `method-${customer.id}` },
    );
    expect(method.id).to.match(/^pm_/);
    const payment = { amount: 1000, currency: "usd", customer: customer.id, confirm: true };
    await ask("POST", "/v1/payments", { ...payment, payment_method: method.id });
    const paid = await ask<{ id: string; status: string }>("POST", "/v1/payments", {
      ...payment,
      payment_method_data: { type: "card", card },
    });
    expect(paid.status).to.equal("succeeded");
    await ask("POST", "/v1/refunds", { payment: paid.id, amount: 100 });
    await ask("GET", `/v1/payments/${paid.id}?expand[]=payment_method&expand[]=customer`);
    await ask("GET", `/v1/payment_methods?customer=${customer.id}`);
    await ask("POST", `/v1/payment_methods/${method.id}/detach`, {});
    const declined = { type: "card", card: { ...card, number: "4000000000000002" } };
    await ask("POST", "/v1/payments", { ...payment, payment_method_data: declined });
  }

  /** Where a mistaken client may put it. */
  async function sendAstray({ number, cvc }: PlantedCard): Promise<void> {
    const grouped = number.replace(/(.{4})(?=.)/g, "$1 ");
    const card = { number, exp_month: 12, exp_year: 2035, cvc };
    for (const wrong of [
      { type: "card", card: { ...card, number: `${number}0` } },
      { type: "card", card: { ...card, exp_month: 13 } },
      { type: "card", card: { ...card, cvv: cvc, [number]: number } },
      { type: "card", card: { ...card, number: Number(number) } },
      { type: "card", card: number },
      { type: number, card },
      { card_number: number, cvc },
      { ...BANK_ACCOUNT, us_bank_account: { ...BANK_ACCOUNT.us_bank_account, routing_number: number } },
      { ...BANK_ACCOUNT, card },
    ]) {
      await ask("POST", "/v1/payment_methods", wrong);
      await ask("POST", "/v1/payments", { amount: 1, currency: "usd", payment_method_data: wrong });
    }
    for (const text of [number, grouped]) {
      await ask("GET", `/v1/payments/${encodeURIComponent(text)}`);
      await ask("GET", `/v1/${encodeURIComponent(text)}?card=${encodeURIComponent(text)}&cvc=${cvc}`);
      await ask("GET", `/v1/payments?customer=${encodeURIComponent(text)}&cvc=${cvc}`);
      await ask("GET", `/v1/payments/search?metadata=card:${encodeURIComponent(text)}`);
      await ask("GET", `/v1/payments?starting_after=${encodeURIComponent(text)}`);
      const transfer = { amount: 1, currency: "usd", source: text, destination: `acct_${text}` };
      await ask("POST", "/v1/transfers", transfer, { "idempotency-key": text });
      await ask("POST", "/v1/transfers", transfer, { "idempotency-key": `order ${text} cvc=${cvc}` });
      await ask("POST", "/v1/customers", { email: text });
      await ask("GET", "/v1/payments", undefined, {
        "user-agent": `shop/${text}`,
        "x-card-number": text,
        "x-request-id": text,
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        tracestate: `shop=${number}`,
        baggage: `card=${number}`,
        cookie: `card=${number}`,
        referer: `https://example.com/?card=${number}&cvc=${cvc}`,
      });
      await ask("GET", "/v1/payments", undefined, { authorization: `Bearer ${text}` });
      await ask("GET", "/v1/payments", undefined, { authorization: `Bearer sk_test_${number}` });
    }
    for (const url of [
      `${receiverUrl()}/hook/${number}`,
      `${receiverUrl()}/hook?card=${number}&cvc=${cvc}`,
      `http://${number}:${cvc}@127.0.0.1/`,
      `https://${number}.example.invalid/`,
      number,
    ]) {
      await ask("POST", "/v1/webhook_endpoints", { url, enabled_events: ["*"] });
    }
    await ask("POST", "/v1/payments", `{"card":{"number":"${number}","cvc":"${cvc}"`);
    await ask("POST", "/v1/payments", `number=${number}&cvc=${cvc}`, {
      "content-type": "application/x-www-form-urlencoded",
    });
    await ask("POST", "/v1/payments", "{}", { "content-type": `text/${number}` });
  }

  /** Into every path, query and body of every route. */
  async function sendEverywhere({ number, cvc }: PlantedCard): Promise<void> {
    const { body: document } = await service.get<Document>("/openapi.json");
    for (const [path, operations] of Object.entries(document.paths)) {
      if (!path.startsWith("/v1/")) continue;
      for (const [method, { requestBody }] of Object.entries(operations)) {
        const url = `${path.replaceAll(/\{[^}]+\}/g, number)}?card=${number}&cvc=${cvc}`;
        const body = requestBody && { card_number: number, number, cvc, [number]: cvc, amount: number };
        await ask(method.toUpperCase(), url, body);
        if (requestBody !== undefined)
          await ask(method.toUpperCase(), path.replaceAll(/\{[^}]+\}/g, number), body);
      }
    }
  }

  async function untilDelivered(): Promise<void> {
    await eventually(async () => {
      const { body } = await service.get<{ data: { status: string }[] }>("/v1/events?limit=1");
      expect(body.data).to.have.length(1);
      expect(Buffer.concat(received).toString("latin1")).to.include("payment.succeeded");
      expect(Buffer.concat(received).toString("latin1")).to.include("/v1/traces");
      expect(Buffer.concat(received).toString("latin1")).to.include("/v1/metrics");
    });
  }

  async function databaseUrl(): Promise<string> {
    const pidFile = await readFile(join(service.folder, "data", "postmaster.pid"), "utf8");
    const password = (await readFile(join(service.folder, "password"), "utf8")).trim();
    return `postgresql://strongroom:${password}@127.0.0.1:${pidFile.split("\n")[3] ?? ""}/strongroom`;
  }

  it("are not in what the process writes", () => {
    expect(service.output()).to.include('"route":"/v1/payment_methods"');
    expectNothing(service.output(), "standard output and error");
  });

  it("are in no answer", () => {
    expect(answers.length).to.be.greaterThan(1000);
    for (const answer of answers) expectNothing(answer, "an answer");
  });

  it("are in no webhook, trace or metric", () => {
    expectNothing(Buffer.concat(received), "what was sent to others");
  });

  it("are not in Redis", async () => {
    const client = await createClient({ url: redis.url }).connect();
    const keys = await client.keys("*");
    expect(keys).not.to.deep.equal([]);
    expectNothing(keys.join("\n"), "keys of Redis");
    for (const key of keys) {
      const value = await client.get(key).catch(() => "");
      expectNothing(value ?? "", "values in Redis");
    }
    client.destroy();
  });

  it("are in no column of the database, in the vault only encrypted", async () => {
    const database = createPool({ connection: await databaseUrl(), role: null });
    try {
      const { rows: tables } = await database.query<{ name: string }>(
        "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
      );
      expect(tables.map(({ name }) => name)).to.include.members(["payments", "idempotency_keys", "events"]);
      for (const { name } of tables) {
        const { rows } = await database.query<{ row: string }>(`select t::text as row from "${name}" t`);
        expectNothing(rows.map(({ row }) => row).join("\n"), `table ${name}`);
      }
      const { rows: sealed } = await database.query("select from vault_entries where kind = 'card'");
      expect(sealed.length).to.be.greaterThan(8);
    } finally {
      await database.end();
    }
  });

  it("are in no file of the data folder, the database's files and its log of changes included", async () => {
    for (const file of await filesIn(service.folder)) {
      const content = await readFile(file);
      // Whole files of PostgreSQL: text only, as digits in its binary structures arise by chance.
      const text = file.includes("/data/") ? content.toString("latin1") : content;
      for (const { number } of plantedNumbers())
        expect(text.includes(number), `${number.slice(0, 6)}… in ${file}`).to.equal(false);
      if (!file.includes("/data/")) expectNothing(text, file);
    }
  });
});

const PLANTED = new Set(
  plantedNumbers().map(
    ({ number }) => `${number.slice(0, 6)}${"*".repeat(number.length - 10)}${number.slice(-4)}`,
  ),
);

/** Among so much, other numbers that could be cards' are there by chance: times, sums, digests. */
function expectNothing(content: string | Buffer, where: string): void {
  const found = findCardNumbers(content).filter(
    ({ kind, masked }) => kind === "security code" || PLANTED.has(masked),
  );
  expect(found, where).to.deep.equal([]);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
