import { expect } from "chai";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { testApi, TEST_CALLER, type TestApi } from "../payment-methods/app.test-support.ts";

const ADA = {
  name: "Ada Lovelace",
  email: "Ada@Example.com",
  phone: "+44 20 7946 0000",
  address: { line1: "12 St James's Square", city: "London", country: "GB" },
  description: "met at the exhibition",
  metadata: { order: "1842" },
};
/** Pieces of the above that appear nowhere else. */
const PERSONAL = /lovelace|ada@example|7946 0000|James's Square|exhibition/i;

describe("customers", () => {
  let core: TestCore;
  let api: TestApi;
  before(async () => (core = await testCore()));
  beforeEach(async () => (api = await testApi(core)));
  afterEach(() => api.close());
  after(() => core.close());

  const create = async (body: object = ADA) => (await api.call("POST", "/customers", body)).body.id;

  it("are created, retrieved and changed; null removes a field, an empty value a metadata key", async () => {
    const created = await api.call("POST", "/customers", ADA);
    expect(created.status).to.equal(200);
    expect(created.body).to.deep.include({
      object: "customer",
      livemode: false,
      created: 1767225600,
      ...ADA,
    });
    const { id } = created.body;
    expect((await api.call("GET", `/customers/${id}`)).body).to.deep.equal(created.body);

    const change = { phone: null, name: "Ada King", metadata: { order: "", tier: "gold" } };
    const changed = await api.call("POST", `/customers/${id}`, change);
    const expected = { ...created.body, phone: null, name: "Ada King", metadata: { tier: "gold" } };
    expect(changed.body).to.deep.equal(expected);
    expect((await api.call("GET", `/customers/${id}`)).body).to.deep.equal(expected);
  });

  it("are found by exact e-mail address in any capitals, and no longer by an earlier one", async () => {
    const id = await create();
    await create({ email: "charles@example.com" });
    const found = await api.call("GET", "/customers?email=aDA@example.COM");
    expect((found.body.data as { id: string }[]).map((customer) => customer.id)).to.deep.equal([id]);
    await api.call("POST", `/customers/${id}`, { email: "countess@example.com" });
    expect((await api.call("GET", "/customers?email=ada@example.com")).body.data).to.deep.equal([]);
  });

  it("are listed newest first, page by page", async () => {
    const ids: string[] = [];
    for (const name of ["one", "two", "three"]) ids.unshift(await create({ name }));
    const first = await api.call("GET", "/customers?limit=2");
    expect(first.body).to.include({ object: "list", has_more: true, url: "/v1/customers" });
    const last = await api.call("GET", `/customers?limit=2&starting_after=${ids[1] ?? ""}`);
    expect(last.body).to.include({ has_more: false });
    const names = [first, last].flatMap(({ body }) =>
      (body.data as { name: string }[]).map(({ name }) => name),
    );
    expect(names).to.deep.equal(["three", "two", "one"]);
  });

  it("keep what is personal encrypted: no column, event or log line tells it", async () => {
    const id = await create();
    await api.call("POST", `/customers/${id}`, { name: "Ada Augusta Lovelace" });
    expect(await api.dump())
      .to.include(id)
      .and.not.match(PERSONAL);
    expect(api.logged()).not.to.match(PERSONAL);
    const events = await core.pool.query("select type, data from events order by version");
    expect(events.rows).to.deep.equal(
      ["customer.created", "customer.updated"].map((type) => ({
        type,
        data: { id, object: "customer", livemode: false, created: 1767225600 },
      })),
    );
  });

  it("leave their personal data in stored answers only where the customer's erasure finds it", async () => {
    const { body } = await api.call("POST", "/customers", ADA, "key-1");
    const { rows } = await core.pool.query<{ subject: string }>("select subject from idempotency_keys");
    expect(rows).to.deep.equal([{ subject: body.id }]);
  });

  it("are created once, however often the request is sent with its key", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api.call("POST", "/customers", ADA, "key-2")),
    );
    const later = await api.call("POST", "/customers", ADA, "key-2");
    expect(new Set([...answers, later].map(({ text }) => text)).size).to.equal(1);
    expect(later.headers).to.include({ "idempotent-replayed": "true" });
    expect((await core.pool.query("select from customers")).rowCount).to.equal(1);
  });

  it("deleted, show no more than that; their data and numbers are gone for good", async () => {
    const id = await create();
    const card = {
      type: "card",
      customer: id,
      card: { number: "4242424242424242", exp_month: 12, exp_year: 2030 },
    };
    const method = await api.call("POST", "/payment_methods", card);
    const stub = { id, object: "customer", deleted: true, livemode: false, created: 1767225600 };
    expect((await api.call("DELETE", `/customers/${id}`)).body).to.deep.equal(stub);
    expect((await api.call("DELETE", `/customers/${id}`)).body).to.deep.equal(stub);
    expect((await api.call("GET", `/customers/${id}`)).body).to.deep.equal(stub);
    expect((await api.call("GET", "/customers")).body.data).to.deep.equal([]);
    expect((await core.pool.query("select from vault_entries")).rowCount).to.equal(0);
    expect((await core.pool.query("select from vault_data_keys")).rowCount).to.equal(0);
    const error = await api.instrument(method.body.id, id).catch((reason: unknown) => reason);
    expect(error).to.include({ status: 400, code: "payment_method_unusable" });
    const refused = await api.call("POST", `/customers/${id}`, { name: "again" });
    expect(refused.status).to.equal(400);
    expect(refused.body.error).to.include({
      code: "customer_deleted",
      message: `Customer ${id} is deleted.`,
    });
  });

  it("record consents: what was granted and withdrawn, when, where and to which text", async () => {
    const id = await create();
    const granted = {
      purpose: "marketing_email",
      status: "granted",
      source: "checkout_web",
      text_version: "2026-01",
    };
    await api.call("POST", `/customers/${id}/consents`, granted);
    api.advance(60_000);
    const withdrawn = { ...granted, status: "withdrawn", source: "preferences" };
    const { body } = await api.call("POST", `/customers/${id}/consents`, withdrawn);
    const shown = { object: "consent", customer: id, livemode: false };
    expect(body).to.deep.equal({ ...shown, ...withdrawn, created: 1767225660 });
    const list = await api.call("GET", `/customers/${id}/consents`);
    expect(list.body.data).to.deep.equal([
      { ...shown, ...withdrawn, created: 1767225660 },
      { ...shown, ...granted, created: 1767225600 },
    ]);
  });

  it("of the other mode, or another customer's for a caller that acts for one, are not there", async () => {
    const [mine, other] = [await create(), await create({ name: "Charles" })];
    api.caller = { ...TEST_CALLER, customer: mine };
    expect((await api.call("GET", `/customers/${mine}`)).status).to.equal(200);
    const refused = await api.call("GET", `/customers/${other}`);
    expect(refused.status).to.equal(404);
    expect(refused.body.error).to.include({
      code: "resource_missing",
      message: `There is no customer ${other}.`,
    });
    expect((await api.call("POST", `/customers/${other}`, { name: "x" })).status).to.equal(404);
    expect((await api.call("DELETE", `/customers/${other}`)).status).to.equal(404);
    const listed = async (query: string) =>
      ((await api.call("GET", `/customers${query}`)).body.data as { id: string }[]).map(({ id }) => id);
    for (const query of ["", `?starting_after=${other}`, "?email=ADA@example.com", "?created_lte=1767225600"])
      expect(await listed(query), query).to.deep.equal([mine]);
    for (const query of [
      `?starting_after=${mine}`,
      `?ending_before=${other}`,
      "?email=bob@example.com",
      "?created_gt=1767225600",
      "?created_lt=1767225600",
    ])
      expect(await listed(query), query).to.deep.equal([]);
    expect((await api.call("GET", "/customers?starting_after=ada")).status).to.equal(400);
    const another = await api.call("POST", "/customers", { name: "x" });
    expect(another.status).to.equal(403);
    expect(another.body.error).to.include({ code: "customer_bound" });
    api.caller = { ...TEST_CALLER, livemode: true };
    expect((await api.call("GET", `/customers/${mine}`)).status).to.equal(404);
  });

  it("are changed by many at once without losing a change", async () => {
    const id = await create();
    const changes = Array.from({ length: 8 }, (_, index) => ({ metadata: { [`k${index}`]: "v" } }));
    await Promise.all(changes.map((change) => api.call("POST", `/customers/${id}`, change)));
    const { metadata } = (await api.call("GET", `/customers/${id}`)).body as unknown as { metadata: object };
    expect(Object.keys(metadata)).to.have.members(["order", ...changes.map((_, index) => `k${index}`)]);
  });
});
