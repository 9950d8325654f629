/** Reconciliations on a real database, and payments in the ledger for them to look at. */
import Fastify, { type FastifyInstance } from "fastify";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { registerErrorHandlers } from "../http/errors-handler.ts";
import { validatorCompiler } from "../http/validation.ts";
import type { Write } from "../journal/write.ts";
import { Chart } from "../ledger/chart.ts";
import { effectsOf } from "../payments/change.ts";
import { captured, type Posting } from "../payments/postings.ts";
import type { SettlementLine, SettlementListener } from "../processors/processor.ts";
import { settlementCsv } from "../processors/simulator/settlement.ts";
import { createReconciliations, type Reconciliations } from "./index.ts";
import type { Item, Reconciliation } from "./schemas.ts";
import type { ReconciliationParts } from "./service.ts";
import { netOf } from "./settlement-line.ts";

export interface Kit {
  core: TestCore;
  chart: Chart;
  parts: ReconciliationParts;
  /** Is told a file's lines. */
  settled: SettlementListener;
  reconciliations: Reconciliations;
  call(method: "GET" | "POST", path: string, body?: object): Promise<{ status: number; body: unknown }>;
  /** Hands a file in and waits until it is worked through. */
  reconcile(content: string, more?: object): Promise<Reconciliation>;
  items(id: string, kind?: string): Promise<Item[]>;
  /** Has an item's entries posted. */
  apply(item: Item): Promise<{ status: number; body: Item }>;
  post(postings: Posting[]): Promise<void>;
  /** Posted balance of one of the service's own accounts, debits above zero. */
  balance(code: string, currency?: string): Promise<number>;
  close(): Promise<void>;
}

export const DAY = "2026-01-01";
export const PROCESSOR = "simulator";

export async function startKit(): Promise<Kit> {
  const core = await testCore();
  const chart = new Chart(core.pool);
  const parts: ReconciliationParts = {
    once: core.once,
    chart,
    processors: { names: [PROCESSOR, "ach"] },
    settlements: (report, lines) => kit.settled(report, lines),
  };
  const reconciliations = createReconciliations(core, parts);
  const app = await makeApp(reconciliations);
  const kit: Kit = {
    core,
    chart,
    parts,
    settled: () => Promise.resolve(),
    reconciliations,
    async call(method, path, body) {
      const response = await app.inject({ method, url: `/v1${path}`, ...(body && { payload: body }) });
      return { status: response.statusCode, body: response.json() };
    },
    async reconcile(content, more = {}) {
      const input = { processor: PROCESSOR, format: "csv", content, ...more };
      const { status, body } = await kit.call("POST", "/reconciliations", input);
      if (status >= 300) throw new Error(JSON.stringify(body));
      const { id } = body as Reconciliation;
      for (;;) {
        const now = (await kit.call("GET", `/reconciliations/${id}`)).body as Reconciliation;
        if (now.status === "completed") return now;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async items(id, kind) {
      const found: Item[] = [];
      for (let after = 0; ;) {
        const query = `limit=100&starting_after=${after}${kind === undefined ? "" : `&kind=${kind}`}`;
        const { body } = await kit.call("GET", `/reconciliations/${id}/items?${query}`);
        const { data, has_more } = body as { data: Item[]; has_more: boolean };
        found.push(...data);
        if (!has_more) return found;
        after = data.at(-1)?.number ?? 0;
      }
    },
    async apply({ reconciliation, number }) {
      const { status, body } = await kit.call(
        "POST",
        `/reconciliations/${reconciliation}/items/${number}/apply`,
      );
      return { status, body: body as Item };
    },
    async post(postings) {
      const changes = postings.map((posting) => ({
        kind: "payments" as const,
        after: { id: posting.object, livemode: false, version: 1, created: core.clock(), data: {} },
        postings: [posting],
      }));
      await Promise.all(
        changes.map(async (change) => {
          const { transactions } = await effectsOf(core, chart, [change]);
          const write: Write = { livemode: false, actor: "key_test", transactions };
          const result = await core.journal.commit(write);
          if (!result.committed) throw new Error(result.reason);
        }),
      );
    },
    async balance(code, currency = "usd") {
      const { rows } = await core.pool.query<{ balance: number }>(
        "select debits_posted - credits_posted as balance from ledger_accounts where code = $1 and currency = $2",
        [code, currency],
      );
      return rows[0]?.balance ?? 0;
    },
    async close() {
      await reconciliations.stop();
      await app.close();
      await core.close();
    },
  };
  return kit;
}

async function makeApp({ routes }: Reconciliations): Promise<FastifyInstance> {
  const app = Fastify().setValidatorCompiler(validatorCompiler());
  registerErrorHandlers(app);
  app.addHook("onRequest", (request, _reply, next) => {
    request.operation = {
      caller: { actor: "key_test", livemode: false, scopes: new Set(["*"]) },
      requestId: request.id,
    };
    next();
  });
  await app.register(routes, { prefix: "/v1" });
  return app;
}

/** A captured payment as the ledger has it. */
export function capture(reference: string, amount = 1000, currency = "usd"): Posting {
  return captured({ object: `pay_${reference}`, currency, amount, processor: PROCESSOR, reference }, 3);
}

/** A line of the processor's file. */
export function line(processorReference: string, more: Partial<SettlementLine> = {}): SettlementLine {
  const whole = {
    processorReference,
    type: "charge" as const,
    amount: 1000,
    currency: "usd",
    fee: 30,
    date: DAY,
    ...more,
  };
  return { ...whole, net: more.net ?? netOf(whole) };
}

export function csv(...lines: SettlementLine[]): string {
  return settlementCsv(lines);
}

/** How many faults there are of each kind that there are any of. */
export function faultsOf({ faults }: Reconciliation): Record<string, number> {
  return Object.fromEntries(Object.entries(faults).filter(([, count]) => count > 0));
}

/** What an item proposes, by currency, as `debit cash 970`. */
export function entriesOf(item: Item | undefined): string[][] | undefined {
  return item?.proposed.map(({ currency, entries }) => [
    currency,
    ...entries.map(({ account, direction, amount }) => `${direction} ${account} ${amount}`),
  ]);
}
