/**
 * `npm run demo`: starts the service on a database of its own, drives a card payment, a partial capture, a refund and a
 * transfer through its API, and prints the ledger. Everything it made is gone afterwards.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./src/database/embedded-server.ts";
import { formatAmount } from "./src/money/currency.ts";

interface Entry {
  account: string;
  direction: "debit" | "credit";
  layer: "posted" | "pending";
  amount: number;
}

interface Transaction {
  type: string;
  currency: string;
  source: string;
  entries: Entry[];
}

/** Milliseconds within which the service must be ready. */
const START_TIMEOUT = 60_000;

const folder = await mkdtemp(join(tmpdir(), "strongroom-demo-"));
const port = await freePort();
const url = `http://127.0.0.1:${String(port)}`;
const service = spawn(process.execPath, ["src/server.ts"], {
  cwd: fileURLToPath(new URL(".", import.meta.url)),
  env: {
    ...process.env,
    NODE_ENV: "development",
    DATA_FOLDER: folder,
    PORT: String(port),
    LOG_LEVEL: "error",
  },
  stdio: ["ignore", "ignore", "inherit"],
});
try {
  await ready(service);
  await drive((await readFile(join(folder, "test-key"), "utf8")).trim());
} finally {
  service.kill("SIGTERM");
  if (service.exitCode === null) await once(service, "exit");
  await rm(folder, { recursive: true, force: true });
}

async function drive(key: string): Promise<void> {
  const api = client(key);
  console.log(`The payment service runs at ${url}, on its own PostgreSQL.\n`);

  const card = { number: "4242424242424242", exp_month: 12, exp_year: 2034, cvc: "123" };
  const method = await api.post<{ id: string; card: { brand: string; last4: string } }>(
    "/v1/payment_methods",
    {
      type: "card",
      card,
    },
  );
  step(`Card ${method.card.brand} …${method.card.last4} is in the vault`, method.id);

  const payment = await api.post<{ id: string; status: string; amount_capturable: number }>("/v1/payments", {
    amount: 5000,
    currency: "usd",
    payment_method: method.id,
    capture_method: "manual",
    confirm: true,
  });
  step(
    `Payment of ${usd(5000)}: ${payment.status}, ${usd(payment.amount_capturable)} can be captured`,
    payment.id,
  );

  const captured = await api.post<{ status: string; amount_captured: number }>(
    `/v1/payments/${payment.id}/capture`,
    {
      amount: 3000,
    },
  );
  step(`Captured ${usd(captured.amount_captured)} of it: ${captured.status}`);

  const refund = await api.post<{ id: string; status: string }>("/v1/refunds", {
    payment: payment.id,
    amount: 500,
  });
  step(`Refund of ${usd(500)}: ${refund.status}`, refund.id);

  const account = (name: string, overdraft: number) =>
    api.post<{ id: string }>("/v1/ledger/accounts", { name, type: "liability", currency: "usd", overdraft });
  const [alice, bob] = [await account("Alice", 2000), await account("Bob", 0)];
  const sameKey = "demo-transfer";
  const body = { amount: 1200, currency: "usd", source: alice.id, destination: bob.id };
  const transfer = await api.post<{ id: string }>("/v1/transfers", body, sameKey);
  step(`Transfer of ${usd(1200)} from Alice to Bob`, transfer.id);
  const again = await api.post<{ id: string }>("/v1/transfers", body, sameKey);
  step(`The same request again, with its Idempotency-Key: the same transfer, once`, again.id);

  await printLedger(api);
}

async function printLedger(api: Client): Promise<void> {
  const { data } = await api.get<{ data: Transaction[] }>("/v1/ledger/transactions?limit=100");
  console.log("\nLedger");
  for (const { type, currency, source, entries } of data.reverse()) {
    console.log(`\n  ${type}  ${source}`);
    for (const { account, direction, layer, amount } of entries) {
      const [debit, credit] =
        direction === "debit" ? [formatAmount(amount, currency), ""] : ["", formatAmount(amount, currency)];
      console.log(
        `    ${account.padEnd(46)} ${debit.padStart(12)} ${credit.padStart(12)}  ${layer === "pending" ? "pending" : ""}`,
      );
    }
  }
  const trial = await api.get<{
    currencies: {
      currency: string;
      debits: number;
      credits: number;
      difference: number;
      accounts: { account: string; name: string; debit: number; credit: number }[];
    }[];
  }>("/v1/ledger/trial-balance");
  for (const { currency, debits, credits, difference, accounts } of trial.currencies) {
    console.log(`\nTrial balance, ${currency}\n`);
    const line = (name: string, debit: number, credit: number) => {
      const shown = (amount: number) => (amount === 0 ? "" : formatAmount(amount, currency)).padStart(12);
      console.log(`    ${name.padEnd(46)} ${shown(debit)} ${shown(credit)}`);
    };
    for (const { name, debit, credit } of accounts) line(name, debit, credit);
    line("Total", debits, credits);
    console.log(`    Difference: ${String(difference)}`);
  }
  const { intact, blocks } = await api.get<{ intact: boolean; blocks: number }>("/v1/ledger/integrity");
  console.log(`\nAudit chain: ${String(blocks)} blocks recomputed, ${intact ? "intact" : "BROKEN"}`);
}

interface Client {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object, idempotencyKey?: string): Promise<T>;
}

function client(key: string): Client {
  async function call<T>(method: string, path: string, body?: object, idempotencyKey?: string): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body && { "content-type": "application/json" }),
        ...(idempotencyKey && { "idempotency-key": idempotencyKey }),
      },
      body: body && JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${String(response.status)}: ${JSON.stringify(answer)}`);
    return answer as T;
  }
  return {
    get: (path) => call("GET", path),
    post: (path, body, idempotencyKey) => call("POST", path, body, idempotencyKey),
  };
}

function step(text: string, id = ""): void {
  console.log(`  ${text.padEnd(76)} ${id}`);
}

function usd(amount: number): string {
  return formatAmount(amount, "usd");
}

async function ready(child: ChildProcess): Promise<void> {
  const until = Date.now() + START_TIMEOUT;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error("The service did not start: its message is above.");
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The service was not ready within a minute.");
}
