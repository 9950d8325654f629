import { expect } from "chai";
import { testApp, type TestApp } from "../../test/app.test-support.ts";
import { until } from "../../test/wait.test-support.ts";

interface Made {
  id: string;
  secret: string;
}

interface Failure {
  error?: { code: string; message: string; param?: string };
}

interface Account {
  metadata: Record<string, string>;
}

interface Transactions {
  data: { entries: { account: string; direction: string; balance: number }[] }[];
}

describe("Ledger, read by who acts for one customer", () => {
  let api: TestApp;

  before(async () => {
    api = await testApp();
  });
  after(() => api.close());

  const make = async (path: string, body: object) => (await api.post<Made>(path, body)).body;

  it("shows of its account's transactions its own entries, not what others have left", async () => {
    const { id: customer } = await make("/v1/customers", { name: "Ada" });
    const open = (body: object) =>
      make("/v1/ledger/accounts", { type: "liability", currency: "usd", overdraft: 1000, ...body });
    const own = await open({ name: "Ada", customer });
    const other = await open({ name: "Bob" });
    await make("/v1/transfers", { amount: 300, currency: "usd", source: other.id, destination: own.id });
    const { secret } = await make("/v1/api_keys", { name: "Ada", scopes: ["ledger:read"], customer });

    const path = `/v1/ledger/transactions?account=${own.id}`;
    const shown = await api.get<Transactions>(path, { apiKey: secret });
    expect(shown.body.data).to.have.length(1);
    expect(shown.body.data[0]?.entries).to.have.length(1);
    expect(shown.body.data[0]?.entries[0]).to.include({ account: own.id, direction: "credit", balance: 300 });
    expect((await api.get<Transactions>(path)).body.data[0]?.entries).to.have.length(2);

    for (const list of ["transactions", "entries"]) {
      const foreign = await api.get<Failure>(`/v1/ledger/${list}?account=${other.id}`, { apiKey: secret });
      expect([foreign.status, foreign.body.error?.message, foreign.body.error?.param], list).to.deep.equal([
        400,
        `There is no account ${other.id}.`,
        "account",
      ]);
    }
    const none = await api.get<Failure>("/v1/ledger/transactions", { apiKey: secret });
    expect([none.status, none.body.error?.code, none.body.error?.message]).to.deep.equal([
      400,
      "parameter_missing",
      "You act for one customer: send account, the id of one of its accounts.",
    ]);
  });
});

describe("Ledger accounts", () => {
  let api: TestApp;

  before(async () => {
    api = await testApp();
  });
  after(() => api.close());

  const open = (body: object = {}) =>
    api.post<Failure & Made>("/v1/ledger/accounts", {
      name: "Ada",
      type: "liability",
      currency: "usd",
      ...body,
    });

  it("number their events, so that webhooks tell them in their order", async () => {
    const { id } = (await open()).body;
    await api.post(`/v1/ledger/accounts/${id}`, { name: "Bob" });
    await api.post(`/v1/ledger/accounts/${id}`, { name: "Carol" });
    // It is so already: nothing to tell.
    await api.post(`/v1/ledger/accounts/${id}`, { status: "open", overdraft: 0 });
    const { rows } = await api.database.pool.query(
      "select version, data ->> 'name' as name from events where object = $1 order by version",
      [id],
    );
    expect(rows).to.deep.equal([
      { version: 1, name: "Ada" },
      { version: 2, name: "Bob" },
      { version: 3, name: "Carol" },
    ]);
  });

  it("are not closed when money comes at that moment, and the refusal is the key's answer", async () => {
    const { id } = (await open()).body;
    const { pool } = api.database;
    const money = await pool.connect();
    await money.query("begin");
    await money.query("update ledger_accounts set credits_posted = 5 where id = $1", [id]);
    const close = () =>
      api.post<Failure>(`/v1/ledger/accounts/${id}`, { status: "closed" }, { idempotencyKey: "close" });
    const closing = close();
    // The closing has seen an empty account, and waits for it.
    await until(async () => {
      const { rows } = await pool.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      return rows.length > 0;
    });
    await money.query("commit");
    money.release();
    const { status, text } = await closing;
    expect([status, (JSON.parse(text) as Failure).error?.code]).to.deep.equal([400, "account_not_empty"]);
    expect((await close()).text).to.equal(text);
  });

  it("keep the money of customers that there are", async () => {
    const { status, body } = await open({ customer: "cus_none" });
    expect([status, body.error?.message, body.error?.param]).to.deep.equal([
      400,
      "There is no customer cus_none.",
      "customer",
    ]);
    const { id: customer } = (await api.post<Made>("/v1/customers", { name: "Ada" })).body;
    expect((await open({ customer })).body).to.include({ customer });
  });

  it("merge metadata, and an empty value removes a key", async () => {
    const { id } = (await open({ metadata: { shop: "berlin", till: "2", empty: "" } })).body;
    const change = (metadata: object) => api.post<Account>(`/v1/ledger/accounts/${id}`, { metadata });
    expect((await change({ till: "3" })).body.metadata).to.deep.equal({ shop: "berlin", till: "3" });
    expect((await change({ shop: "" })).body.metadata).to.deep.equal({ till: "3" });
    const { body } = await api.get<Account>(`/v1/ledger/accounts/${id}`);
    expect(body.metadata).to.deep.equal({ till: "3" });
  });

  it("have no statement of a time that ends before it begins", async () => {
    const { id } = (await open()).body;
    const { status, body } = await api.get<Failure>(`/v1/ledger/accounts/${id}/statement?from=20&to=10`);
    expect([status, body.error?.message, body.error?.param]).to.deep.equal([
      400,
      "from is 20, but must not be after to, 10.",
      "from",
    ]);
    expect((await api.get(`/v1/ledger/accounts/${id}/statement?from=20&to=20`)).status).to.equal(200);
  });
});
