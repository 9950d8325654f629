import { expect } from "chai";
import { testApp, type TestApp } from "../../test/app.test-support.ts";

interface Made {
  id: string;
  secret: string;
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

    const foreign = await api.get(`/v1/ledger/transactions?account=${other.id}`, { apiKey: secret });
    expect(foreign.status).to.equal(404);
    expect((await api.get("/v1/ledger/transactions", { apiKey: secret })).status).to.equal(404);
  });
});
