import { Ajv } from "ajv";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { testApp, type TestApp } from "../../test/app.test-support.ts";
import { PART_NAMES } from "./parts.ts";
import { PLANTED, plantTraces, type Traces } from "./privacy.test-support.ts";
import { CustomerExport } from "./schemas.ts";

interface Exported {
  customer: string;
  parts: Record<string, Record<string, unknown>[]>;
}

describe("export of a customer", () => {
  let app: TestApp;
  let traces: Traces;
  before(async function () {
    this.timeout(60_000);
    app = await testApp();
    traces = await plantTraces(app);
    await app.post("/v1/customers", { name: "Somebody Else" });
  });
  after(() => app.close());

  const path = (customer = traces.customer) => `/v1/customers/${customer}/export`;
  const ids = (rows: Record<string, unknown>[] | undefined) => rows?.map(({ id }) => id);

  it("has everything about it in one JSON document (B11)", async () => {
    const { body, headers, text } = await app.get<Exported>(path());
    expect(headers["content-disposition"]).to.equal(`attachment; filename="${traces.customer}.json"`);
    expect(headers["cache-control"]).to.equal("no-store");
    expect(new Ajv({ strict: false }).validate(CustomerExport, body)).to.equal(true);
    expect(Object.keys(body.parts)).to.deep.equal([...PART_NAMES]);
    const { parts } = body;
    expect(parts.customer?.[0]).to.include({ name: PLANTED.name, email: PLANTED.email });
    expect(parts.consents?.[0]).to.include({ purpose: "marketing_email", status: "granted" });
    expect(ids(parts.payment_methods)).to.deep.equal([traces.method, traces.detached]);
    expect(ids(parts.payments)).to.deep.equal([traces.earlier, traces.payment]);
    expect(ids(parts.refunds)).to.deep.equal([traces.refund]);
    expect(parts.disputes?.[0]).to.deep.include({ evidence: { receipt: PLANTED.evidence } });
    expect(parts.payouts?.[0]).to.include({ description: PLANTED.payout });
    expect(ids(parts.ledger_accounts)).to.deep.equal([traces.account]);
    expect(parts.ledger_entries?.[0]).to.include({ amount: 700, description: PLANTED.transfer });
    expect(parts.events?.map(({ type }) => type)).to.include.members([
      "customer.created",
      "payment_method.attached",
      "payment.succeeded",
      "transfer.created",
    ]);
    expect(parts.answers?.length).to.be.at.least(2);
    expect(text).to.not.include("5555555555554444");
    expect(text).to.not.include("Somebody Else");
  });

  it("gives one part as CSV, or as JSON", async () => {
    const csv = await app.get<string>(`${path()}?format=csv&part=payments`);
    expect(csv.headers["content-type"]).to.equal("text/csv; charset=utf-8");
    const rows = parse<Record<string, string>>(csv.text, { columns: true });
    expect(rows).to.have.length(2);
    expect(rows[1]).to.include({
      id: traces.payment,
      amount: "10000",
      description: PLANTED.payment,
      metadata: JSON.stringify({ note: PLANTED.metadata }),
    });
    const json = await app.get<Exported>(`${path()}?part=refunds`);
    expect(Object.keys(json.body.parts)).to.deep.equal(["refunds"]);
  });

  it("writes no cell of a CSV file that a spreadsheet would take for a formula", async () => {
    const { body } = await app.post<{ id: string }>("/v1/customers", { name: "=HYPERLINK(1)" });
    const { text } = await app.get<string>(`${path(body.id)}?format=csv&part=customer`);
    const [row] = parse<Record<string, string>>(text, { columns: true });
    expect(row).to.include({ name: "'=HYPERLINK(1)", livemode: "false" });
  });

  it("of many objects comes page by page, each of them once", async () => {
    const { body: customer } = await app.post<{ id: string }>("/v1/customers", {});
    const payment = { amount: 5, currency: "usd", customer: customer.id };
    await Promise.all(Array.from({ length: 230 }, () => app.post("/v1/payments", payment)));
    const { body } = await app.get<Exported>(`${path(customer.id)}?part=payments`);
    expect(new Set(ids(body.parts.payments)).size).to.equal(230);
    expect(body.parts.payments).to.have.length(230);
    const events = await app.get<Exported>(`${path(customer.id)}?part=events`);
    expect(new Set(ids(events.body.parts.events)).size).to.equal(events.body.parts.events?.length);
  });

  it("tells which parts there are when CSV is asked for without one", async () => {
    const { status, body } = await app.get<{ error: { message: string } }>(`${path()}?format=csv`);
    expect([status, body.error.message]).to.deep.equal([
      400,
      `A CSV file holds one part: send part, one of ${PART_NAMES.join(", ")}.`,
    ]);
  });

  it("may be fetched by who acts for that customer, and no other's", async () => {
    const own = { scopes: ["privacy:read"], customer: traces.customer, name: "own" };
    const { body: key } = await app.post<{ secret: string }>("/v1/api_keys", own);
    const options = { apiKey: key.secret };
    const exported = await app.get<Exported>(path(), options);
    expect(exported.status).to.equal(200);
    expect(ids(exported.body.parts.payment_methods)).to.deep.equal([traces.method, traces.detached]);
    const { body: other } = await app.post<{ id: string }>("/v1/customers", {});
    expect((await app.get(path(other.id), options)).status).to.equal(404);
    expect((await app.get("/v1/privacy/erasures", options)).status).to.equal(403);
  });
});
