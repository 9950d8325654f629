import { expect } from "chai";
import { createPool } from "../database/pool.ts";
import { Objects } from "../database/objects.ts";
import { errorOf, keyOf, testCustomer, testIdentity, type TestIdentity } from "./identity.test-support.ts";

describe("Who may give what", () => {
  let service: TestIdentity;

  before(async () => {
    service = await testIdentity();
  });
  after(() => service.close());

  it("nobody gives a key more than they have", async () => {
    const clerk = await service.make({ scopes: ["api_keys:write", "payments:read"] });
    const refused = await service.post("/v1/api_keys", { name: "x", roles: ["support"] }, clerk.secret);
    expect(refused.statusCode).to.equal(403);
    expect(errorOf(refused).message).to.match(
      /^The key is to be allowed what the one that asks is not: consents:write, .*\. Ask with a key that has these scopes\.$/,
    );
    const all = await service.post("/v1/api_keys", { name: "x", scopes: ["*"] }, clerk.secret);
    expect(errorOf(all).message).to.equal(
      "The key is to be allowed what the one that asks is not: *. Ask with a key that has these scopes.",
    );
    const own = await service.post("/v1/api_keys", { name: "x", scopes: ["payments:read"] }, clerk.secret);
    expect(own.statusCode).to.equal(201);
  });

  it("nobody takes over a stronger key by rolling or changing it, but may revoke it", async () => {
    const clerk = await service.make({ scopes: ["api_keys:write", "payments:read"] });
    const strong = await service.make({ scopes: ["payments:write", "payments:read"] });
    for (const [path, body] of [
      ["/roll", {}],
      ["", { name: "mine" }],
      ["", { scopes: ["payments:read"] }],
    ] as const) {
      const refused = await service.post(`/v1/api_keys/${strong.id}${path}`, body, clerk.secret);
      expect(refused.statusCode).to.equal(403);
      expect(errorOf(refused).code).to.equal("scope_beyond_own");
    }
    const widened = await service.post(`/v1/api_keys/${clerk.id}`, { scopes: ["*"] }, clerk.secret);
    expect(errorOf(widened).code).to.equal("scope_beyond_own");
    expect((await service.post(`/v1/api_keys/${strong.id}/revoke`, {}, clerk.secret)).statusCode).to.equal(
      200,
    );
  });

  it("test keys make test keys only; live keys make both and see their own", async () => {
    const refused = await service.post("/v1/api_keys", {
      name: "x",
      scopes: ["payments:read"],
      livemode: true,
    });
    expect(refused.statusCode).to.equal(403);
    expect(errorOf(refused).message).to.equal("A test key cannot make a live key. Ask with a live key.");

    const live = await service.make({ scopes: ["*"], livemode: true });
    const made = keyOf(
      await service.post("/v1/api_keys", { name: "x", scopes: ["payments:read"] }, live.secret),
    );
    expect(made).to.include({ livemode: true, prefix: "rk_live_" });
    const test = { name: "x", scopes: ["payments:read"], livemode: false };
    const forTests = keyOf(await service.post("/v1/api_keys", test, live.secret));
    expect(forTests).to.include({ livemode: false, prefix: "rk_test_" });
    expect((await service.get("/v1/who", forTests.secret)).json()).to.include({ livemode: false });

    for (const path of ["", "/roll", "/revoke"]) {
      const unseen = await service.post(`/v1/api_keys/${made.id}${path}`, path === "" ? { name: "y" } : {});
      expect(unseen.statusCode).to.equal(404);
    }
    const unseen = await service.get(`/v1/api_keys/${made.id}`);
    expect(errorOf(unseen).message).to.equal(`There is no API key ${made.id}.`);
  });

  it("tells every mistake of a body", async () => {
    const refused = await service.post("/v1/api_keys", {
      scopes: ["payments:destroy"],
      roles: "admin",
      colour: "red",
    });
    expect(refused.statusCode).to.equal(400);
    const { error } = refused.json<{ error: { mistakes: { param: string }[] } }>();
    expect(error.mistakes.map(({ param }) => param)).to.have.members(["name", "colour", "scopes.0", "roles"]);
  });

  for (const [title, body, message] of [
    ["scopes or roles", { name: "x" }, "The key would be allowed nothing. Give scopes, roles, or both."],
    [
      "an expiry to come",
      { name: "x", scopes: ["payments:read"], expires_at: 1 },
      "expires_at is 1, which is past. Give a later time in seconds since 1970 (now it is 1767225600).",
    ],
    [
      "a customer that there is",
      { name: "x", scopes: ["payments:read"], customer: "cus_nobody" },
      "There is no customer cus_nobody.",
    ],
  ] as const) {
    it(`a key needs ${title}`, async () => {
      const refused = await service.post("/v1/api_keys", body);
      expect(refused.statusCode).to.equal(400);
      expect(errorOf(refused).message).to.equal(message);
    });
  }

  it("keys and tokens need a customer that is not deleted", async () => {
    const customer = await testCustomer(service.core, { status: "deleted" });
    for (const [path, body] of [
      ["/v1/api_keys", { name: "x", scopes: ["payments:read"], customer }],
      ["/v1/tokens", { customer }],
    ] as const) {
      const refused = await service.post(path, body);
      expect(refused.statusCode).to.equal(400);
      expect(errorOf(refused)).to.deep.include({
        code: "customer_deleted",
        message: `Customer ${customer} is deleted.`,
        param: "customer",
      });
    }
  });

  it("a key for a customer is made with one connection", async () => {
    const pool = createPool({ connection: service.core.database.url, max: 1 });
    const core = { ...service.core, pool, objects: new Objects(pool) };
    const narrow = await testIdentity({ core });
    try {
      const body = { name: "x", scopes: ["payments:read"], customer: await testCustomer(service.core) };
      expect((await narrow.post("/v1/api_keys", body)).statusCode).to.equal(201);
    } finally {
      await narrow.close();
      await pool.end();
    }
  });

  it("a replaced secret goes on for seven days at most", async () => {
    const { id } = await service.make({ scopes: ["payments:read"] });
    const now = 1767225600;
    for (const end of [now - 1, now + 7 * 86_400 + 1]) {
      const refused = await service.post(`/v1/api_keys/${id}/roll`, { previous_expires_at: end });
      expect(errorOf(refused)).to.deep.include({
        code: "previous_expires_at_invalid",
        message: `previous_expires_at is ${end}; it may be between now (${now}) and seven days from now (${now + 7 * 86_400}).`,
        param: "previous_expires_at",
      });
    }
  });
});
