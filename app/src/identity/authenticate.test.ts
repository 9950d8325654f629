import { expect } from "chai";
import { createPool } from "../database/pool.ts";
import {
  errorOf,
  eventually,
  testCustomer,
  testIdentity,
  type TestIdentity,
} from "./identity.test-support.ts";
import { Proxy } from "./proxy.test-support.ts";
import { makeSecret } from "./secret.ts";

describe("Authentication", () => {
  let service: TestIdentity;

  before(async () => {
    service = await testIdentity();
  });
  after(() => service.close());

  it("takes a key as bearer, or as user name as curl -u sends it", async () => {
    const basic = `Basic ${Buffer.from(`${service.admin.secret}:`).toString("base64")}`;
    for (const authorization of [
      `Bearer ${service.admin.secret}`,
      `bearer  ${service.admin.secret}`,
      basic,
    ]) {
      const { statusCode } = await service.app.inject({ url: "/v1/who", headers: { authorization } });
      expect(statusCode, authorization.slice(0, 8)).to.equal(200);
    }
  });

  const mistyped = `${makeSecret("sk", false).value.slice(0, -1)}!`;
  const unknown = makeSecret("sk", false).value;
  for (const [title, authorization, code, message] of [
    [
      "no credentials",
      undefined,
      "credentials_missing",
      "Who asks? Send `Authorization: Bearer` and your API key or token, or the API key as user name (curl -u).",
    ],
    [
      "another scheme",
      "Digest abc",
      "authorization_malformed",
      "The header Authorization cannot be read. Send `Authorization: Bearer` and your API key or token.",
    ],
    [
      "a mistyped key",
      `Bearer ${mistyped}`,
      "api_key_invalid",
      "The API key is mistyped: its checksum is wrong. Copy it again, whole.",
    ],
    [
      "an unknown key",
      `Bearer ${unknown}`,
      "api_key_invalid",
      `The API key sk_test_…${unknown.slice(-4)} is not known.`,
    ],
    [
      "something else",
      "Bearer hello",
      "token_invalid",
      "What came as credential is neither an API key nor a token (JWT).",
    ],
  ] as const) {
    it(`refuses ${title} with 401`, async () => {
      const headers = authorization === undefined ? {} : { authorization };
      const refused = await service.app.inject({ url: "/v1/who", headers });
      expect(refused.statusCode).to.equal(401);
      expect(errorOf(refused)).to.deep.include({ type: "authentication_error", code, message });
      expect(refused.headers).to.include({ "www-authenticate": 'Bearer realm="strongroom"' });
    });
  }

  it("asks for nothing on public routes", async () => {
    expect((await service.app.inject("/v1/anybody")).json()).to.deep.equal({ hello: "world" });
    expect((await service.app.inject("/openapi.json")).statusCode).to.equal(200);
  });

  it("refuses before the body is read and before the idempotency key is looked at", async () => {
    const before = await service.core.pool.query("select from idempotency_keys");
    const refused = await service.app.inject({
      method: "POST",
      url: "/v1/who",
      headers: { "content-type": "application/json", "idempotency-key": "k" },
      payload: "{ broken",
    });
    expect(refused.statusCode).to.equal(401);
    expect((await service.core.pool.query("select from idempotency_keys")).rowCount).to.equal(
      before.rowCount,
    );
  });

  it("refuses with 403 and the scope's name what a key may not do", async () => {
    const reader = await service.make({ scopes: ["payments:read"] });
    expect((await service.get("/v1/who", reader.secret)).statusCode).to.equal(200);
    const refused = await service.post("/v1/who", {}, reader.secret);
    expect(refused.statusCode).to.equal(403);
    expect(errorOf(refused)).to.deep.include({
      type: "permission_error",
      code: "scope_missing",
      message: "This needs the scope payments:write, which your API key does not have.",
    });
  });

  it("lets callers who act for one customer onto routes for them alone", async () => {
    const customer = await testCustomer(service.core);
    const bound = await service.make({ scopes: ["payments:write", "api_keys:read"], customer });
    expect((await service.get("/v1/who", bound.secret)).json()).to.include({ customer });
    const refused = await service.get("/v1/keys", bound.secret);
    expect(refused.statusCode).to.equal(403);
    expect(errorOf(refused).message).to.equal(
      "Your API key acts for one customer, and this is not about one customer.",
    );
  });

  it("fails the start for a route of the API without a scope, or with one that no role has", async () => {
    const start = async (config?: { scope?: string }) => {
      const broken = await testIdentity({
        core: service.core,
        routes: [
          async (app) => {
            await Promise.resolve();
            app.get("/new", config === undefined ? {} : { config }, () => ({}));
          },
        ],
      });
      await broken.close();
    };
    expect(await failure(start())).to.equal(
      'GET /v1/new has no scope: give it config.scope, as "payments:read", or "public" for anybody.',
    );
    expect(await failure(start({}))).to.match(/^GET \/v1\/new has no scope/);
    expect(await failure(start({ scope: "payment:read" }))).to.equal(
      "GET /v1/new needs the scope payment:read, which no role has: add it to SCOPES and ROLES (identity/scopes.ts).",
    );
    expect(await failure(start({ scope: "payments:read" }))).to.equal(undefined);
  });

  it("a key revoked through one instance ends within a second on another that knows it", async () => {
    const other = await testIdentity({ core: service.core });
    try {
      const key = await service.make({ scopes: ["payments:read"] });
      expect((await other.get("/v1/who", key.secret)).statusCode).to.equal(200);
      // Both have heard their greeting, so the long trust is on: only the notice can end the key.
      await service.post(`/v1/api_keys/${key.id}/revoke`);
      await eventually(async () => (await other.get("/v1/who", key.secret)).statusCode === 401);
    } finally {
      await other.close();
    }
  });

  it("asks the database again when its notices may have been missed", async () => {
    const key = await service.make({ scopes: ["payments:read"] });
    expect((await service.get("/v1/who", key.secret)).statusCode).to.equal(200);
    const { pool } = service.core.database;
    await pool.query("update api_keys set revoked = now() where id = $1", [key.id]);
    // Nobody was told.
    expect((await service.get("/v1/who", key.secret)).statusCode).to.equal(200);
    await pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' or query = 'select' and datname = current_database()",
    );
    await eventually(async () => (await service.get("/v1/who", key.secret)).statusCode === 401);
    // And it listens again.
    const second = await service.make({ scopes: ["payments:read"] });
    await eventually(async () => {
      const { rowCount } = await pool.query(
        "select from pg_stat_activity where query like 'listen%' and datname = current_database()",
      );
      return rowCount === 1;
    });
    expect((await service.get("/v1/who", second.secret)).statusCode).to.equal(200);
    await service.post(`/v1/api_keys/${second.id}/revoke`);
    await eventually(async () => (await service.get("/v1/who", second.secret)).statusCode === 401);
  });

  it("believes a key for a while without notices, and not longer", async () => {
    const key = await service.make({ scopes: ["payments:read"] });
    await service.get("/v1/who", key.secret);
    await service.core.database.pool.query("update api_keys set revoked = now() where id = $1", [key.id]);
    service.core.advance(service.core.config.API_KEY_CACHE_SECONDS * 1000);
    expect((await service.get("/v1/who", key.secret)).statusCode).to.equal(401);
  });

  it("answers 503 with Retry-After, not 401, while the database is away", async () => {
    const proxy = await Proxy.before(service.core.database.url);
    const pool = createPool({ connection: proxy.url });
    const lonely = await testIdentity({ core: { ...service.core, pool } });
    const key = await lonely.make({ scopes: ["payments:read"] });
    await proxy.stop();
    const refused = await lonely.get("/v1/who", key.secret);
    expect(refused.statusCode).to.equal(503);
    expect(refused.headers).to.have.property("retry-after");
    await proxy.startAgain();
    await eventually(async () => (await lonely.get("/v1/who", key.secret)).statusCode === 200);
    await lonely.close();
    await pool.end();
    await proxy.stop();
  });
});

async function failure(work: Promise<void>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
