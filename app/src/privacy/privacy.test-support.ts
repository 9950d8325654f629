/** A customer who has left traces everywhere, and a search for them in all that a database holds. */
import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import type { TestApp } from "../../test/app.test-support.ts";

/** Pieces of personal data that appear nowhere else. */
export const PLANTED = {
  name: "Zebulon Quagmire",
  email: "zebulon.quagmire@plantedmail.example",
  phone: "+49 30 7654321098",
  street: "17 Wychwood Passage",
  description: "collects antique astrolabes",
  metadata: "metadata-xylophone-5531",
  billing: "Zebulona Billing-Quagmire",
  payment: "a brass sextant for Zebulon",
  reference: "order-zq-88213",
  statement: "ZQUAGMIRE 88213",
  returnUrl: "zq-return-path-9917",
  refund: "sextant came back bent",
  evidence: "signed for by Z. Quagmire in person",
  account: "Wallet of Z. Quagmire",
  transfer: "pocket money for Zeb",
  transferMetadata: "transfer-metadata-7719",
  payout: "payout-to-zq-4410",
  answer: "thanks-for-zq-event",
  apiKey: "key on Zebulon's telephone",
} as const;

const CARD = { number: "5555555555554444", exp_month: 12, exp_year: 2034 };

export interface Traces {
  customer: string;
  method: string;
  /** A payment method that was detached again. */
  detached: string;
  payment: string;
  /** Paid before the customer had the payment method. */
  earlier: string;
  refund: string;
  dispute: string;
  account: string;
  transfer: string;
  /** What the vault made of the e-mail address and the card number. */
  hashes: string[];
}

interface Made {
  id: string;
}

/** Makes a customer with all that a customer can have, each with its piece of `PLANTED`. */
export async function plantTraces(app: TestApp): Promise<Traces> {
  let made = 0;
  const post = async (path: string, body: object): Promise<string> => {
    made += 1;
    const answer = await app.post<Made>(`/v1${path}`, body, { idempotencyKey: `planted-${String(made)}` });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return answer.body.id;
  };
  const metadata = { note: PLANTED.metadata };
  const { name, email, phone, street, description } = PLANTED;
  const address = { line1: street, city: "Wychwood", country: "GB" };
  const customer = await post("/customers", { name, email, phone, address, description, metadata });
  const consent = { purpose: "marketing_email", source: "checkout_web", text_version: "2026-01" };
  await post(`/customers/${customer}/consents`, { ...consent, status: "granted" });

  const card = { type: "card", card: CARD, billing_details: { name: PLANTED.billing, email }, metadata };
  const method = await post("/payment_methods", card);
  const terms = { amount: 10_000, currency: "usd", confirm: true, payment_method: method };
  const texts = {
    description: PLANTED.payment,
    reference: PLANTED.reference,
    statement_descriptor: PLANTED.statement,
    return_url: `https://shop.example/${PLANTED.returnUrl}`,
    metadata,
  };
  const earlier = await post("/payments", { ...terms, ...texts });
  await post(`/payment_methods/${method}/attach`, { customer });
  const payment = await post("/payments", { ...terms, ...texts, customer });
  const refund = await post("/refunds", {
    payment,
    amount: 2_500,
    description: PLANTED.refund,
    reference: PLANTED.reference,
    metadata,
  });
  const detached = await post("/payment_methods", { ...card, customer });
  await post(`/payment_methods/${detached}/detach`, {});

  const open = { type: "liability", currency: "usd", metadata };
  const account = await post("/ledger/accounts", { ...open, name: PLANTED.account, customer });
  const source = await post("/ledger/accounts", { name: "Gifts", type: "asset", currency: "usd" });
  const transfer = await post("/transfers", {
    amount: 700,
    currency: "usd",
    source,
    destination: account,
    description: PLANTED.transfer,
    metadata: { note: PLANTED.transferMetadata },
  });
  await app.post("/v1/api_keys", { name: PLANTED.apiKey, scopes: ["payments:read"], customer });

  const { pool } = app.database;
  const hashes = await pool.query<{ hash: string }>(
    `select reference as hash from customers where id = $1
     union all select data #>> '{card,fingerprint}' from payment_methods where id = $2`,
    [customer, method],
  );
  const dispute = await insertOthers(pool, { customer, payment, method });
  return {
    customer,
    method,
    detached,
    payment,
    earlier,
    refund,
    dispute,
    account,
    transfer,
    hashes: hashes.rows.map(({ hash }) => hash),
  };
}

/** What only processors and time bring about: a dispute, a payout, a webhook's answer, a part in an experiment. */
async function insertOthers(
  pool: pg.Pool,
  { customer, payment, method }: { customer: string; payment: string; method: string },
): Promise<string> {
  const dispute = "dp_01m80pvkadecrbzqsgybvvvmqg";
  const insert = (table: string, id: string, data: object) =>
    pool.query(
      `insert into ${table} (id, livemode, version, created, data) values ($1, false, 1, now(), $2)`,
      [id, JSON.stringify(data)],
    );
  const money = { amount: 100, currency: "usd", processor: "simulator" };
  await insert("disputes", dispute, {
    ...money,
    status: "won",
    fee: 0,
    payment,
    customer,
    reason: "fraudulent",
    evidence: { receipt: PLANTED.evidence },
    evidence_due_by: 1,
    metadata: {},
    processor_reference: "sim_dispute",
  });
  await insert("payouts", "po_01m80pvkadecrbzqsgybvvvmqg", {
    ...money,
    status: "paid",
    payment_method: method,
    description: PLANTED.payout,
    metadata: {},
  });
  await insert("experiments", "experiment_test_checkout", { key: "checkout", status: "running" });
  await pool.query(
    `insert into flag_exposures (livemode, experiment, subject, variant, created)
     values (false, 'checkout', left(encode(sha256(convert_to('checkout.' || $1, 'UTF8')), 'hex'), 32), 'a', now()),
       (false, 'checkout', 'somebody else', 'a', now())`,
    [customer],
  );
  await pool.query(
    `insert into webhook_deliveries
       (endpoint, event, object, version, position, state, attempts, created, next_attempt, expires, finished, log)
     select 'we_none', id, object, version, position, 'delivered', 1, now(), now(), now(), now(), $2
     from events where object = $1 limit 1`,
    [payment, JSON.stringify([{ at: 1, duration: 5, status: 200, answer: PLANTED.answer, error: null }])],
  );
  return dispute;
}

/** Every row of every table, as PostgreSQL writes it in a dump: `bytea` in hexadecimal digits. */
export async function dump(pool: pg.Pool): Promise<string> {
  const tables = await pool.query<{ name: string }>(
    "select quote_ident(tablename) as name from pg_tables where schemaname = 'public' order by 1",
  );
  const lines: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ row: string }>(`select t::text as row from ${name} t`);
    lines.push(`-- ${name}`, ...rows.map(({ row }) => row));
  }
  return lines.join("\n");
}

/** Which texts are in a dump: as they are, in hexadecimal digits, or in Base64 at any of its three alignments. */
export function findIn(dumped: string, texts: readonly string[]): string[] {
  const text = dumped.toLowerCase();
  return texts.filter((wanted) => {
    const bytes = Buffer.from(wanted);
    if (text.includes(wanted.toLowerCase()) || text.includes(bytes.toString("hex"))) return true;
    return [0, 1, 2].some((shift) => {
      // Whole groups of three bytes in the middle: what is around them does not change them.
      const from = (3 - shift) % 3;
      const whole = bytes.subarray(from, from + Math.floor((bytes.length - from) / 3) * 3);
      return [whole.toString("base64"), whole.toString("base64url")].some((coded) => dumped.includes(coded));
    });
  });
}

/** Hashes of the audit chain's blocks and balances of the ledger. */
export async function books(pool: pg.Pool) {
  const { rows: blocks } = await pool.query<{ block: string }>(
    "select chain || '.' || height || ' ' || encode(hash, 'hex') as block from audit_blocks order by 1",
  );
  const { rows: balances } = await pool.query<Record<string, unknown>>(
    `select id, debits_posted, credits_posted, debits_pending, credits_pending, entries
     from ledger_accounts order by id`,
  );
  const { rows: entries } = await pool.query<{ entry: string }>(
    "select e::text as entry from ledger_entries e order by account, sequence",
  );
  const { rows: sums } = await pool.query<{ currency: string; sum: number }>(
    `select currency, sum(case direction when 'debit' then amount else -amount end)::bigint as sum
     from ledger_entries group by currency`,
  );
  return { blocks: blocks.map(({ block }) => block), balances, entries, sums };
}

export interface Completed {
  id: string;
  status: string;
  counts: Record<string, number>;
  completed: number | null;
}

/** Waits, 30 seconds at most, until an erasure is completed. */
export async function completed(app: TestApp, id: string): Promise<Completed> {
  for (let tries = 0; tries < 600; tries += 1) {
    const { body } = await app.get<Completed>(`/v1/privacy/erasures/${id}`);
    if (body.status === "completed") return body;
    await pause(50);
  }
  throw new Error(`Erasure ${id} is not completed.`);
}
