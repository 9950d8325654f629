import { expect } from "chai";
import { testApp, type TestApp } from "../../test/app.test-support.ts";
import type { Transfer } from "./schemas.ts";

interface Failure {
  error: {
    code: string;
    message: string;
    param?: string;
    request_id: string;
    mistakes?: { param: string }[];
  };
}

interface List {
  data: Transfer[];
  has_more: boolean;
}

interface Account {
  id: string;
  balance: { posted: number; pending: number; available: number };
}

describe("Transfers", () => {
  let api: TestApp;
  let alice: string;
  let bob: string;

  before(async () => {
    api = await testApp();
  });

  after(async () => {
    await api.close();
  });

  beforeEach(async () => {
    alice = await open({ name: "Alice", overdraft: 1000 });
    bob = await open({ name: "Bob" });
  });

  it("move money from one account to another", async () => {
    const { status, body } = await api.post<Transfer>(
      "/v1/transfers",
      transfer({ description: "rent", metadata: { month: "5" } }),
    );
    expect(status).to.equal(201);
    expect(body).to.include({
      object: "transfer",
      amount: 100,
      source: alice,
      destination: bob,
      livemode: false,
    });
    expect(await balance(alice)).to.equal(-100);
    expect(await balance(bob)).to.equal(100);

    const found = await api.get<Transfer>(`/v1/transfers/${body.id}`);
    expect(found.body).to.deep.equal(body);
    const { body: transaction } = await api.get<{ entries: unknown[]; source: string }>(
      `/v1/ledger/transactions/${body.transaction}`,
    );
    expect(transaction.source).to.equal(body.id);
    expect(transaction.entries).to.have.length(2);
  });

  it("are listed newest first, in pages, also by account", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1)
      ids.unshift((await api.post<Transfer>("/v1/transfers", transfer({}))).body.id);
    await api.post("/v1/transfers", {
      ...transfer({}),
      source: bob,
      destination: await open({ name: "Carol" }),
    });
    const first = await api.get<List>(`/v1/transfers?limit=2&account=${alice}`);
    expect(first.body.data.map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
    expect(first.body.has_more).to.equal(true);
    const next = await api.get<List>(`/v1/transfers?limit=3&account=${alice}&starting_after=${ids[1] ?? ""}`);
    expect(next.body.data.map(({ id }) => id)).to.deep.equal(ids.slice(2));
    expect(next.body.has_more).to.equal(false);
    const back = await api.get<List>(`/v1/transfers?limit=2&account=${alice}&ending_before=${ids[3] ?? ""}`);
    expect(back.body.data.map(({ id }) => id)).to.deep.equal(ids.slice(1, 3));
  });

  it("are found by their ids among the ledger's transactions", async () => {
    const { id, transaction } = (await api.post<Transfer>("/v1/transfers", transfer({}))).body;
    const { body } = await api.get<List>(`/v1/ledger/transactions?source=${id}`);
    expect(body.data.map((found) => found.id)).to.deep.equal([transaction]);
    expect((await api.get<List>(`/v1/ledger/transactions?source=tr_none`)).body.data).to.deep.equal([]);
  });

  it("are seen by who acts for the customer of either account, and by no other customer's", async () => {
    const { id: customer } = (await api.post<{ id: string }>("/v1/customers", { name: "Ada" })).body;
    const own = await open({ name: "Ada", customer, overdraft: 1000 });
    const key = { name: "Ada", scopes: ["transfers:read"], customer };
    const apiKey = (await api.post<{ secret: string }>("/v1/api_keys", key)).body.secret;
    for (const change of [{ source: own }, { destination: own }]) {
      const made = (await api.post<Transfer>("/v1/transfers", transfer(change))).body;
      expect((await api.get<Transfer>(`/v1/transfers/${made.id}`, { apiKey })).body).to.deep.equal(made);
    }
    const { id } = (await api.post<Transfer>("/v1/transfers", transfer({}))).body;
    const foreign = await api.get<Failure>(`/v1/transfers/${id}`, { apiKey });
    expect([foreign.status, foreign.body.error.message]).to.deep.equal([404, `There is no transfer ${id}.`]);
    const list = (query: string) => api.get<Failure & List>(`/v1/transfers${query}`, { apiKey });
    expect((await list(`?account=${own}`)).body.data).to.have.length(2);
    for (const [query, code] of [
      ["", "parameter_missing"],
      [`?account=${alice}`, "resource_missing"],
    ] as const) {
      const { status, body } = await list(query);
      expect([status, body.error.code, body.error.param]).to.deep.equal([400, code, "account"]);
    }
  });

  it("are made from accounts of the customer whom one acts for, and a refusal is the key's answer", async () => {
    const { id: customer } = (await api.post<{ id: string }>("/v1/customers", { name: "Ada" })).body;
    const own = await open({ name: "Ada", customer, overdraft: 1000 });
    const key = { name: "Ada", scopes: ["transfers:write"], customer };
    const apiKey = (await api.post<{ secret: string }>("/v1/api_keys", key)).body.secret;
    const options = { apiKey, idempotencyKey: `bound-${own}` };
    const refused = await api.post<Failure>("/v1/transfers", transfer({}), options);
    expect(refused.status).to.equal(400);
    expect(refused.body.error).to.include({
      code: "resource_missing",
      message: `There is no account ${alice}.`,
      param: "source",
    });
    expect((await api.post("/v1/transfers", transfer({}), options)).text).to.equal(refused.text);
    const other = await api.post<Failure>("/v1/transfers", transfer({ source: own }), options);
    expect(other.body.error.code).to.equal("idempotency_key_reused");
    const made = await api.post("/v1/transfers", transfer({ source: own }), { apiKey });
    expect(made.status).to.equal(201);
  });

  it("keep no metadata of empty values", async () => {
    const made = await api.post<Transfer>("/v1/transfers", transfer({ metadata: { month: "5", day: "" } }));
    expect(made.body.metadata).to.deep.equal({ month: "5" });
    const found = await api.get<Transfer>(`/v1/transfers/${made.body.id}`);
    expect(found.body.metadata).to.deep.equal({ month: "5" });
  });

  it("are refused when the source has not enough, and the refusal is the key's answer", async () => {
    const body = transfer({ amount: 1001 });
    const first = await api.post<Failure>("/v1/transfers", body, { idempotencyKey: "too-much" });
    expect(first.status).to.equal(402);
    expect(first.body.error).to.include({ code: "insufficient_funds", param: "source" });
    expect(first.body.error.message).to.equal(`Account ${alice} has not enough available funds.`);
    const second = await api.post<Failure>("/v1/transfers", body, { idempotencyKey: "too-much" });
    expect(second.text).to.equal(first.text);
    expect(second.headers["idempotent-replayed"]).to.equal("true");
  });

  it("have one effect and one answer for 32 equal requests at once", async () => {
    const body = transfer({ amount: 7 });
    const answers = await Promise.all(
      Array.from({ length: 32 }, () =>
        api.post<Transfer>("/v1/transfers", body, { idempotencyKey: `burst-${alice}` }),
      ),
    );
    expect(new Set(answers.map(({ text }) => text)).size).to.equal(1);
    expect(answers.every(({ status }) => status === 201)).to.equal(true);
    expect(await balance(bob)).to.equal(7);
  });

  it("refuse another body under the same key", async () => {
    const options = { idempotencyKey: `reuse-${alice}` };
    await api.post("/v1/transfers", transfer({ amount: 1 }), options);
    const { status, body } = await api.post<Failure>("/v1/transfers", transfer({ amount: 2 }), options);
    expect(status).to.equal(400);
    expect(body.error.code).to.equal("idempotency_key_reused");
  });

  it("treat the same body in another order of its fields as the same request", async () => {
    const options = { idempotencyKey: `order-${alice}` };
    const body = transfer({ amount: 1 });
    const first = await api.post("/v1/transfers", body, options);
    const turned = Object.fromEntries(Object.entries(body).reverse());
    expect((await api.post("/v1/transfers", turned, options)).text).to.equal(first.text);
  });

  const MISTAKES: [string, object, string][] = [
    ["a fraction", { amount: 1.5 }, "amount is 1.5, but must be integer."],
    ["a negative amount", { amount: -1 }, "amount is -1, but must be >= 1."],
    ["no amount at all", { amount: undefined }, "amount is missing: send it in the body."],
    [
      "an amount beyond the limit",
      { amount: 1e15 },
      "amount is 1000000000000000, but must be <= 999999999999.",
    ],
    ["text for an amount", { amount: "100" }, 'amount is "100", but must be integer.'],
    [
      "an unknown currency",
      { currency: "xyz" },
      'currency is "xyz", but must be one of xaf, xcd, xcg, xof, xpf, aed, afn, all, … (all: /openapi.json#/components/schemas/Currency).',
    ],
    ["a field that there is not", { to: "x" }, "to is not known here: remove it from the body."],
  ];
  for (const [name, change, message] of MISTAKES) {
    it(`refuse ${name}, naming field, value and remedy`, async () => {
      const { status, body } = await api.post<Failure>("/v1/transfers", transfer(change));
      expect(status).to.equal(400);
      expect(body.error.message).to.equal(message);
      expect(body.error.request_id).to.match(/^req_/);
    });
  }

  it("tell every mistake of a body at once", async () => {
    const { body } = await api.post<Failure>("/v1/transfers", { amount: -5, currency: "usd", colour: "red" });
    expect(body.error.mistakes?.map(({ param }) => param)).to.have.members([
      "source",
      "destination",
      "colour",
      "amount",
    ]);
  });

  it("refuse equal accounts, unknown accounts, other currencies and closed accounts, naming the field", async () => {
    const euro = await open({ name: "Euro", currency: "eur" });
    const closed = await open({ name: "Closed" });
    await api.post(`/v1/ledger/accounts/${closed}`, { status: "closed" });
    for (const [account, code] of [
      [alice, "same_account"],
      ["acct_nobody", "resource_missing"],
      [euro, "currency_mismatch"],
      [closed, "account_closed"],
    ] as const) {
      const to = await api.post<Failure>("/v1/transfers", transfer({ destination: account }));
      expect(to.body.error).to.include({ code, param: "destination" });
      if (account === alice) continue;
      const from = await api.post<Failure>("/v1/transfers", transfer({ source: account }));
      expect(from.body.error).to.include({ code, param: "source" });
    }
  });

  it("answer 404 for what there is not", async () => {
    const { status, body } = await api.get<Failure>("/v1/transfers/tr_nothing");
    expect(status).to.equal(404);
    expect(body.error.message).to.equal("There is no transfer tr_nothing.");
  });

  function transfer(change: object): object {
    return { amount: 100, currency: "usd", source: alice, destination: bob, ...change };
  }

  async function open(account: object): Promise<string> {
    const { body } = await api.post<Account>("/v1/ledger/accounts", {
      type: "liability",
      currency: "usd",
      ...account,
    });
    return body.id;
  }

  async function balance(id: string): Promise<number> {
    return (await api.get<Account>(`/v1/ledger/accounts/${id}`)).body.balance.posted;
  }
});
