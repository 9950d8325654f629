/** Runs random sequences of requests against the service and the reference at once, many sequences side by side. */
import { expect } from "chai";
import fc from "fast-check";
import { buildAchFile } from "../src/processors/ach/nacha/file.ts";
import type { TestApp } from "./app.test-support.ts";
import { commands, expectPayment, type Subject } from "./model-commands.test-support.ts";
import { Reference, type Books } from "./model-reference.test-support.ts";

export interface ModelOptions {
  /** Sequences in all. */
  runs: number;
  /** Requests of one sequence at most. @default 25 */
  maxCommands?: number;
  /** The same seed, the same sequences. @default a new one; a failure tells it */
  seed?: number;
  /** Sequences after which the whole ledger is verified; it is at the end in any case. @default 1 */
  verifyEvery?: number;
}

/** What the service is told for sequences that nothing from outside disturbs: news come when they are asked for. */
export const MODEL_ENVIRONMENT = { PROCESSOR_NOTICE_INTERVAL: "0" };

/** Each has a merchant balance of its own, so that sequences side by side do not see each other. */
const CURRENCIES = ["usd", "eur", "gbp", "jpy", "chf", "sek", "nok", "dkk", "pln", "czk", "huf", "kwd"];

/** A file in which the bank returns nothing: taking it in lets all processors tell their news. */
const NO_RETURNS = buildAchFile({
  destination: " 110000000",
  origin: "1234567890",
  creationDate: "260105",
  creationTime: "1200",
  idModifier: "A",
  destinationName: "TEST BANK",
  originName: "STRONGROOM",
  referenceCode: "",
  batches: [],
});

/** @throws Error with seed, path and the shortest sequence whose answers differ from the reference's */
export async function runModel(app: TestApp, options: ModelOptions): Promise<void> {
  const { runs, maxCommands = 25, verifyEvery = 1, seed = Date.now() & 0x7fffffff } = options;
  let done = 0;
  const tellNews = newsTeller(app);
  const share = Math.ceil(runs / CURRENCIES.length);
  const property = (currency: string) =>
    fc.asyncProperty(fc.commands(commands, { maxCommands }), async (sequence) => {
      const reference = new Reference(currency, await booksOf(app, currency));
      const held = await heldOf(app, currency);
      const subject: Subject = { app, reference: `m${String((done += 1))}`, requests: 0, sent: [], tellNews };
      await fc.asyncModelRun(() => ({ model: reference, real: subject }), sequence);
      await compare(subject, reference);
      expect((await heldOf(app, currency)) - held, "held").to.equal(reference.held);
      if (done % verifyEvery === 0) await verifyBooks(app);
    });
  await Promise.all(
    CURRENCIES.map((currency, index) =>
      fc.assert(property(currency), { numRuns: share, seed: seed + index }),
    ),
  );
  await verifyBooks(app);
}

/** The ledger balances, its chain is whole, and its balances are the sums of its entries. */
export async function verifyBooks(service: {
  get: (path: string) => Promise<{ body: unknown }>;
}): Promise<void> {
  const { body: trial } = await service.get("/v1/ledger/trial-balance");
  const { currencies } = trial as { currencies: { currency: string; difference: number }[] };
  expect(currencies.filter(({ difference }) => difference !== 0)).to.deep.equal([]);
  const { body: integrity } = await service.get("/v1/ledger/integrity");
  expect(integrity).to.deep.include({ intact: true, violations: [], drift: [] });
}

/** Everything that the sequence has made is as the reference says. */
async function compare({ app, reference: own }: Subject, reference: Reference): Promise<void> {
  const payments = await listOf(app, `/v1/payments?reference=${own}`);
  expect(payments.map(({ id }) => id)).to.deep.equal(reference.payments.map(({ id }) => id).reverse());
  for (const [index, payment] of reference.payments.toReversed().entries())
    expectPayment(payments[index] ?? {}, payment);

  for (const { id } of reference.payments) {
    const refunds = await listOf(app, `/v1/refunds?payment=${id}`);
    const mine = reference.refunds.filter(({ payment }) => payment === id).reverse();
    expect(refunds.map(({ id: refund, amount, status }) => [refund, amount, status])).to.deep.equal(
      mine.map(({ id: refund, amount, status }) => [refund, amount, status]),
    );
  }
  if (reference.currency === "usd") {
    const payouts = await listOf(app, `/v1/payouts?reference=${own}`);
    expect(payouts.map(({ id, amount }) => [id, amount])).to.deep.equal(
      reference.payouts.map(({ id, amount }) => [id, amount]).reverse(),
    );
  }
  for (const { id, balance, status } of reference.accounts) {
    const { body } = await app.get<ShownAccount>(`/v1/ledger/accounts/${id}`);
    expect([body.id, body.balance.posted, body.status]).to.deep.equal([id, balance, status]);
  }
  expect(await booksOf(app, reference.currency)).to.deep.equal(reference.books);
}

interface ShownAccount {
  id: string;
  code: string | null;
  status: string;
  balance: { posted: number };
}

async function booksOf(app: TestApp, currency: string): Promise<Books> {
  const books: Books = {
    "processor_receivable.simulator": 0,
    dispute_reserve: 0,
    dispute_losses: 0,
    merchant_balance: 0,
    fee_revenue: 0,
    payouts_in_transit: 0,
  };
  // The service's own come before those that were opened by the API: their names are letters.
  const { body } = await app.get<{ data: ShownAccount[] }>(
    `/v1/ledger/accounts?currency=${currency}&limit=10`,
  );
  for (const { code, balance } of body.data)
    if (code !== null && code in books) books[code as keyof Books] = balance.posted;
  return books;
}

/** What the ledger holds for authorisations. */
async function heldOf({ database }: TestApp, currency: string): Promise<number> {
  const { rows } = await database.pool.query<{ held: number }>(
    "select coalesce(sum(debits_pending), 0)::bigint as held from ledger_accounts where currency = $1",
    [currency],
  );
  return rows[0]?.held ?? 0;
}

async function listOf(app: TestApp, path: string): Promise<Record<string, unknown>[]> {
  const { body } = await app.get<{ data: Record<string, unknown>[]; has_more: boolean }>(`${path}&limit=100`);
  expect(body.has_more).to.equal(false);
  return body.data;
}

/** Whoever asks while the news are being told waits for the next telling, together with all others who ask. */
function newsTeller(app: TestApp): () => Promise<void> {
  let next: Promise<void> | undefined;
  let current: Promise<void> = Promise.resolve();
  return () => {
    next ??= current.then(() => {
      next = undefined;
      current = tell();
      return current;
    });
    return next;
  };
  async function tell(): Promise<void> {
    const { status, text } = await app.post("/v1/ach_returns", { content: NO_RETURNS });
    expect(status, text).to.equal(201);
  }
}
