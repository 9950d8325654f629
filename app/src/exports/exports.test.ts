import { expect } from "chai";
import { parse } from "csv-parse/sync";
import Fastify, { type FastifyInstance } from "fastify";
import { testCore, testOperation, type TestCore } from "../../test/core.test-support.ts";
import { unavailable } from "../errors.ts";
import { registerErrorHandlers } from "../http/errors-handler.ts";
import { validatorCompiler } from "../http/validation.ts";
import { Journal } from "../journal/journal.ts";
import { Once } from "../journal/once.ts";
import type { Write } from "../journal/write.ts";
import { Chart } from "../ledger/chart.ts";
import { createExports, type Exports } from "./index.ts";
import { readPage } from "./rows.ts";
import type { Export } from "./schemas.ts";
import { ExportService, KEPT } from "./service.ts";
import { toText } from "./text.ts";

const DAY = 24 * 3600;
// Ledger entries bear the time of their commit, which is the database's.
const START = Math.floor(Date.now() / 1000);
const PERIOD = { from: START, to: START + DAY };

function readRows(csv: string): Record<string, string>[] {
  return parse(csv, { columns: true });
}

describe("exports", () => {
  let core: TestCore;
  let exports_: Exports;
  let app: FastifyInstance;
  let cash: string;
  let merchant: string;
  /** Milliseconds since 1970: when the accounts were there, and no entry. */
  let opened: number;

  before(async function () {
    this.timeout(60_000);
    core = await testCore();
    core.advance(START * 1000 - core.clock());
    exports_ = createExports(core, core.once);
    app = await makeApp(exports_);
    const chart = new Chart(core.pool);
    cash = await chart.account("cash", "usd", false);
    merchant = await chart.account("merchant_balance", "usd", false);
    // Not the millisecond in which they were opened.
    await new Promise((resolve) => setTimeout(resolve, 5));
    opened = Date.now();
    await transfer(4500);
  });

  after(async () => {
    await exports_.stop();
    await app.close();
    await core.close();
  });

  async function makeApp({ routes }: Exports): Promise<FastifyInstance> {
    const made = Fastify().setValidatorCompiler(validatorCompiler());
    registerErrorHandlers(made);
    made.addHook("onRequest", (request, _reply, next) => {
      request.operation = {
        caller: { actor: "key_test", livemode: false, scopes: new Set(["*"]) },
        requestId: request.id,
      };
      next();
    });
    await made.register(routes, { prefix: "/v1" });
    return made;
  }

  /** So many transactions of one cent each. */
  async function transfer(count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, () => {
        const id = core.makeId("transaction");
        const transaction: NonNullable<Write["transactions"]>[number] = {
          id,
          type: "test.moved",
          currency: "usd",
          object: id,
          created: core.clock(),
          entries: [
            { account: cash, direction: "debit", layer: "posted", amount: 1 },
            { account: merchant, direction: "credit", layer: "posted", amount: 1 },
          ],
        };
        return core.journal.commit({ livemode: false, actor: "key_test", transactions: [transaction] });
      }),
    );
  }

  const get = async (id: string) => (await app.inject({ url: `/v1/exports/${id}` })).json<Export>();

  async function begin(body: object): Promise<Export> {
    const response = await app.inject({ method: "POST", url: "/v1/exports", payload: body });
    expect(response.statusCode, response.body).to.equal(201);
    return response.json<Export>();
  }

  async function finish({ id }: Export): Promise<Export> {
    for (;;) {
      const now = await get(id);
      if (now.status === "completed") return now;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const content = (id: string) => app.inject({ url: `/v1/exports/${id}/content` });

  it("of ledger entries hold every entry of the period once, in parts that follow each other", async () => {
    const begun = await begin({ type: "ledger_entries", period: PERIOD });
    expect(begun).to.deep.include({
      object: "export",
      status: "processing",
      format: "csv",
      url: null,
      expires: null,
    });
    const done = await finish(begun);
    expect(done).to.deep.include({
      rows: 9000,
      url: `/v1/exports/${done.id}/content`,
      expires: START + KEPT,
    });
    const { rows: parts } = await core.pool.query("select from export_parts where export = $1", [done.id]);
    expect(parts).to.have.length(3);

    const response = await content(done.id);
    expect(response.headers).to.include({
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="ledger_entries-${done.id}.csv"`,
    });
    expect(Buffer.byteLength(response.body)).to.equal(done.bytes);
    const rows = readRows(response.body);
    expect(new Set(rows.map((row) => `${row.account ?? ""} ${row.sequence ?? ""}`)).size).to.equal(9000);
    const { rows: kept } = await core.pool.query("select from ledger_entries");
    expect(kept).to.have.length(9000);
  });

  it("as JSON lines hold the same", async () => {
    const done = await finish(await begin({ type: "ledger_entries", format: "jsonl", period: PERIOD }));
    const response = await content(done.id);
    expect(response.headers["content-type"]).to.equal("application/jsonl");
    const rows = response.body
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).to.have.length(9000);
    expect(rows[0]).to.deep.include({ type: "test.moved", amount: 1, currency: "usd", layer: "posted" });
  });

  it("of another period or another mode hold nothing but the header", async () => {
    const done = await finish(
      await begin({ type: "ledger_entries", period: { from: START - DAY, to: START } }),
    );
    expect(done.rows).to.equal(0);
    expect((await content(done.id)).body).to.match(/^transaction,type,object,[a-z,]+\n$/);
  });

  it("of balances tell every account's balance before and after the period", async () => {
    const done = await finish(await begin({ type: "balances", period: PERIOD }));
    const rows = readRows((await content(done.id)).body);
    expect(rows.map(({ code, opening, closing }) => [code, opening, closing])).to.deep.equal([
      ["cash", "0", "4500"],
      ["merchant_balance", "0", "4500"],
    ]);
  });

  it("of balances read few entries, however many came after the period", async () => {
    const connection = await core.pool.connect();
    // What the connection has read so far.
    const entriesRead = async () => {
      const { rows } = await connection.query<{ read: number }>(
        "select seq_tup_read + idx_tup_fetch as read from pg_stat_xact_user_tables where relname = 'ledger_entries'",
      );
      return rows[0]?.read ?? 0;
    };
    await connection.query("begin");
    const before = await entriesRead();
    const page = await readPage(connection, "balances", { livemode: false, from: 0, to: opened }, undefined);
    const read = (await entriesRead()) - before;
    await connection.query("rollback");
    connection.release();
    expect(page.rows.map(({ code, opening, closing }) => [code, opening, closing])).to.deep.equal([
      ["cash", 0, 0],
      ["merchant_balance", 0, 0],
    ]);
    expect(read).to.be.within(1, 100);
  });

  it("of payments leave out what may name people", async () => {
    const data = {
      status: "succeeded",
      amount: 1000,
      amount_captured: 1000,
      amount_refunded: 0,
      amount_disputed: 0,
      fee: 3,
      currency: "usd",
      description: "For Jo Doe",
      metadata: { name: "Jo Doe" },
    };
    const object = {
      kind: "payments" as const,
      id: core.makeId("payment"),
      version: 1,
      created: core.clock(),
      data,
    };
    await core.journal.commit({ livemode: false, actor: "key_test", objects: [object] });
    const done = await finish(await begin({ type: "payments", period: PERIOD }));
    const { body } = await content(done.id);
    expect(readRows(body)).to.have.length(1);
    expect(body).to.include(object.id).and.not.include("Jo Doe");
  });

  it("of events have each event's digest and its place in the audit chain", async () => {
    const done = await finish(await begin({ type: "events", format: "jsonl", period: PERIOD }));
    const rows = (await content(done.id)).body
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; digest: string });
    expect(rows.map(({ type }) => type)).to.include("export.created");
    for (const { digest } of rows) expect(digest).to.match(/^[0-9a-f]{64}$/);
  });

  it("go on after a restart where the last whole part ended", async () => {
    await exports_.stop();
    const begun = await begin({ type: "ledger_entries", period: PERIOD });
    const response = await content(begun.id);
    expect(response.statusCode).to.equal(409);
    expect(response.headers["retry-after"]).to.equal("1");
    // The first part is there already, as a process that died left it.
    const { rows } = await core.pool.query<{ transaction: string }>(
      "select id as transaction from ledger_transactions order by id limit 4000",
    );
    const after = rows.at(-1)?.transaction;
    await core.pool.query("insert into export_parts values ($1, 1, 'as it was\n', $2)", [
      begun.id,
      JSON.stringify({ after, rows: 1 }),
    ]);
    exports_ = createExports(core, core.once);
    await app.close();
    app = await makeApp(exports_);
    exports_.start();
    const done = await finish(begun);
    expect(done.rows).to.equal(1 + 2 * 500);
    expect((await content(done.id)).body).to.match(/^as it was\n(?!transaction)/);
  });

  it("are refused for a period that ends before it begins", async () => {
    const payload = { type: "events", period: { from: START, to: START } };
    const response = await app.inject({ method: "POST", url: "/v1/exports", payload });
    expect(response.statusCode).to.equal(400);
    expect(response.body).to.include(`period.to is ${START}, but must be after period.from, ${START}.`);
  });

  it("of entries and of balances agree on the period of what was decided in one and posted in the next", async () => {
    const [before, id] = [core.makeId("transaction"), core.makeId("transaction")];
    const end = Date.now();
    const transaction: NonNullable<Write["transactions"]>[number] = {
      id,
      type: "test.moved",
      currency: "usd",
      object: id,
      created: end - 1000,
      entries: [
        { account: cash, direction: "debit", layer: "posted", amount: 7 },
        { account: merchant, direction: "credit", layer: "posted", amount: 7 },
      ],
    };
    await core.journal.commit({ livemode: false, actor: "key_test", transactions: [transaction] });
    const periods = [
      { livemode: false, from: end - 2000, to: end },
      { livemode: false, from: end, to: end + 60_000 },
    ];
    const told = periods.map(async (period) => {
      const entries = await readPage(core.pool, "ledger_entries", period, before);
      const balances = await readPage(core.pool, "balances", period, undefined);
      return {
        entries: entries.rows.filter(({ account }) => account === cash).map(({ amount }) => amount),
        closing: balances.rows.find(({ account }) => account === cash)?.closing,
      };
    });
    expect(await Promise.all(told)).to.deep.equal([
      { entries: [], closing: 4500 },
      { entries: [7], closing: 4507 },
    ]);
  });

  it("are written when the answer was lost and the client asks again with its key", async () => {
    let isLost = true;
    class LosingJournal extends Journal {
      override async commit(write: Write) {
        const result = await super.commit(write);
        if (!isLost) return result;
        isLost = false;
        throw unavailable("The database is away.");
      }
    }
    const journal = new LosingJournal(core.pool, core.log, core.meter);
    const waiting: string[] = [];
    const service = new ExportService({ ...core, journal }, new Once(journal, core.pool), (id) =>
      waiting.push(id),
    );
    const input = { type: "payments", format: "csv", period: PERIOD } as const;
    const ask = () => service.create(testOperation(core, "lost"), input);
    expect(await ask().catch((error: unknown) => error)).to.have.property("status", 503);
    const { body } = await ask();
    expect(waiting).to.deep.equal([(JSON.parse(body) as Export).id]);
    const { rows } = await core.pool.query<{ id: string }>(
      "select id from exports where status = 'processing'",
    );
    expect(rows.map(({ id }) => id)).to.deep.equal(waiting);
  });

  it("expire: the content goes, the record of who exported what stays", async () => {
    const done = await finish(await begin({ type: "events", period: PERIOD }));
    core.advance(KEPT * 1000);
    expect(await get(done.id)).to.deep.include({ status: "expired", url: null });
    expect((await content(done.id)).statusCode).to.equal(410);
    await exports_.forgetExpired();
    const { rows } = await core.pool.query("select from export_parts where export = $1", [done.id]);
    expect(rows).to.be.empty;
  });
});

describe("text of exports", () => {
  it("guards spreadsheets against formulas, and leaves negative numbers alone", () => {
    const cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "harmless", 'with "quotes", and commas'];
    const csv = toText(
      "csv",
      ["text", "amount"],
      cells.map((text) => ({ text, amount: -5 })),
      true,
    );
    const rows = readRows(csv);
    expect(rows.map(({ text }) => text)).to.deep.equal([
      "'=1+1",
      "'+1",
      "'-1",
      "'@SUM(A1)",
      "'\t=1",
      "harmless",
      'with "quotes", and commas',
    ]);
    expect(rows.every(({ amount }) => amount === "-5")).to.equal(true);
  });
});
