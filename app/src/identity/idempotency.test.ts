import { expect } from "chai";
import { errorOf, keyOf, testIdentity, type TestIdentity } from "./identity.test-support.ts";

describe("Idempotency of API keys", () => {
  let service: TestIdentity;

  before(async () => {
    service = await testIdentity();
  });
  after(() => service.close());

  const body = { name: "Web shop", scopes: ["payments:read"] };

  function create(key: string, payload: object = body, credential?: string) {
    return service.post("/v1/api_keys", payload, credential, { "idempotency-key": key });
  }

  async function count(): Promise<number> {
    const { rows } = await service.core.pool.query<{ count: number }>("select count(*) from api_keys");
    return rows[0]?.count ?? 0;
  }

  it("gives the first answer again byte by byte, secret included, and makes one key", async () => {
    const before = await count();
    const first = await create("again");
    const second = await create("again");
    expect(first.statusCode).to.equal(201);
    expect(second.statusCode).to.equal(201);
    expect(second.body).to.equal(first.body);
    expect(keyOf(second).secret).to.match(/^rk_test_/);
    expect(first.headers).not.to.have.property("idempotent-replayed");
    expect(second.headers).to.include({ "idempotent-replayed": "true" });
    expect(await count()).to.equal(before + 1);
  });

  it("makes one key of 16 equal requests at once", async () => {
    const before = await count();
    const answers = await Promise.all(Array.from({ length: 16 }, () => create("at once")));
    expect(new Set(answers.map(({ body: text }) => text)).size).to.equal(1);
    expect(answers.filter(({ headers }) => headers["idempotent-replayed"] === undefined)).to.have.length(1);
    expect(await count()).to.equal(before + 1);
  });

  it("refuses another body under the same key", async () => {
    await create("other body");
    const refused = await create("other body", { ...body, name: "Other" });
    expect(refused.statusCode).to.equal(400);
    expect(errorOf(refused)).to.deep.include({
      code: "idempotency_key_reused",
      message:
        'Idempotency-Key "other body" was used for another request. Send the same method, path and body with it, or use a new key.',
    });
  });

  it("shows an answer to nobody but the key that asked first", async () => {
    await create("mine");
    const other = await service.make({ scopes: ["*"] });
    const refused = await create("mine", body, other.secret);
    expect(refused.statusCode).to.equal(400);
    expect(errorOf(refused).code).to.equal("answer_not_available");
    expect(refused.body).not.to.match(/rk_test_/);
  });

  it("keeps a final error as the answer", async () => {
    const past = { ...body, expires_at: 1 };
    const first = await create("an error", past);
    expect(first.statusCode).to.equal(400);
    expect(errorOf(first).code).to.equal("expires_at_past");
    const second = await create("an error", past);
    expect(second.body).to.equal(first.body);
    expect(second.headers).to.include({ "idempotent-replayed": "true" });
  });

  it("rolls a key once, however often it is asked", async () => {
    const { id } = keyOf(await create("to be rolled"));
    const roll = () => service.post(`/v1/api_keys/${id}/roll`, {}, undefined, { "idempotency-key": "roll" });
    const [one, two] = await Promise.all([roll(), roll()]);
    expect(one.body).to.equal(two.body);
    expect(keyOf(await service.get(`/v1/api_keys/${id}`)).last_four).to.equal(keyOf(one).secret.slice(-4));
  });
});
