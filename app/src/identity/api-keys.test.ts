import { expect } from "chai";
import { errorOf, eventually, keyOf, testIdentity, type TestIdentity } from "./identity.test-support.ts";

describe("API keys", () => {
  let service: TestIdentity;

  before(async () => {
    service = await testIdentity();
  });
  after(() => service.close());

  async function create(body: object, credential?: string) {
    return service.post("/v1/api_keys", { name: "Web shop", ...body }, credential);
  }

  it("are made with their secret shown once, and known by it from then on", async () => {
    const response = await create({ scopes: ["payments:write"] });
    expect(response.statusCode).to.equal(201);
    const { secret, ...key } = keyOf(response);
    expect(secret).to.match(/^rk_test_[0-9A-Za-z]{49}$/);
    expect(key).to.include({
      object: "api_key",
      status: "active",
      prefix: "rk_test_",
      livemode: false,
      name: "Web shop",
    });
    expect(key.last_four).to.equal(secret.slice(-4));
    expect(key.created_by).to.equal(service.admin.id);

    const shown = await service.get(`/v1/api_keys/${key.id}`);
    expect(shown.json()).to.deep.equal(key);
    const who = await service.get("/v1/who", secret);
    expect(who.json()).to.deep.equal({
      actor: key.id,
      livemode: false,
      scopes: ["payments:write", "payments:read"],
    });
  });

  it("are kept as hashes: no secret is in the database", async () => {
    const response = await create({ scopes: ["payments:write"] }, service.admin.secret);
    await service.post("/v1/api_keys", { name: "x", scopes: ["*"] }, undefined, {
      "idempotency-key": "kept",
    });
    const { secret } = keyOf(response);
    const tables = ["api_keys", "api_key_secrets", "idempotency_keys", "events", "signing_keys"];
    const dumps = await Promise.all(
      tables.map((table) =>
        service.core.database.pool.query<{ row: string }>(`select t::text as row from ${table} t`),
      ),
    );
    const text = dumps.flatMap(({ rows }) => rows.map(({ row }) => row)).join("\n");
    expect(text).to.include(keyOf(response).id);
    for (const value of [secret, service.admin.secret]) {
      expect(text).not.to.include(value.slice(8));
      expect(text).not.to.include(Buffer.from(value).toString("hex"));
      expect(text).not.to.include(Buffer.from(value).toString("base64").slice(0, 40));
    }
    expect(text).not.to.match(/[sr]k_(test|live)_[0-9A-Za-z]{20}/);
  });

  it("with every scope are sk, others rk", async () => {
    expect(keyOf(await create({ scopes: ["*"] })).secret).to.match(/^sk_test_/);
    expect(keyOf(await create({ roles: ["admin"] })).secret).to.match(/^sk_test_/);
    expect(keyOf(await create({ roles: ["developer"] })).secret).to.match(/^rk_test_/);
  });

  it("are listed newest first, page by page, without secrets", async () => {
    const ids = [];
    for (const name of ["one", "two", "three"])
      ids.unshift(keyOf(await create({ name, scopes: ["payments:read"] })).id);
    const first = (await service.get("/v1/api_keys?limit=2")).json<{
      data: { id: string }[];
      has_more: boolean;
    }>();
    expect(first.has_more).to.equal(true);
    expect(first.data.map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
    expect(first.data[0]).not.to.have.property("secret");
    const next = (await service.get(`/v1/api_keys?limit=1&starting_after=${String(ids[1])}`)).json<{
      data: { id: string }[];
    }>();
    expect(next.data.map(({ id }) => id)).to.deep.equal([ids[2]]);
    const back = (await service.get(`/v1/api_keys?limit=1&ending_before=${String(ids[1])}`)).json<{
      data: { id: string }[];
    }>();
    expect(back.data.map(({ id }) => id)).to.deep.equal([ids[0]]);
  });

  it("change in name, scopes and expiry, at once also for a key that is known already", async () => {
    const { id, secret } = keyOf(await create({ scopes: ["payments:write"] }));
    expect((await service.post("/v1/who", {}, secret)).statusCode).to.equal(200);
    const changed = await service.post(`/v1/api_keys/${id}`, { name: "Till", scopes: ["payments:read"] });
    expect(keyOf(changed)).to.include({ name: "Till" });
    await eventually(async () => (await service.post("/v1/who", {}, secret)).statusCode === 403);
    const refused = await service.post("/v1/who", {}, secret);
    expect(errorOf(refused)).to.deep.include({
      code: "scope_missing",
      message: "This needs the scope payments:write, which your API key does not have.",
    });
  });

  it("roll over: the new secret holds, and the old one until the time given", async () => {
    const { id, secret: old } = keyOf(await create({ scopes: ["payments:read"] }));
    const until = Math.floor(service.core.clock() / 1000) + 3600;
    const rolled = keyOf(await service.post(`/v1/api_keys/${id}/roll`, { previous_expires_at: until }));
    expect(rolled.previous).to.deep.equal({ last_four: old.slice(-4), expires_at: until });
    expect(rolled.last_four).to.equal(rolled.secret.slice(-4));
    expect((await service.get("/v1/who", old)).statusCode).to.equal(200);
    expect((await service.get("/v1/who", rolled.secret)).statusCode).to.equal(200);

    service.core.advance(3_600_000);
    const refused = await service.get("/v1/who", old);
    expect(refused.statusCode).to.equal(401);
    expect(errorOf(refused)).to.deep.include({
      code: "api_key_expired",
      message: `The API key rk_test_…${old.slice(-4)} was replaced and ended at ${new Date(until * 1000).toISOString()}.`,
    });
    expect((await service.get("/v1/who", rolled.secret)).statusCode).to.equal(200);
  });

  it("roll over at once when no time is given, and end with a roll all secrets before", async () => {
    const { id, secret: first } = keyOf(await create({ scopes: ["payments:read"] }));
    const until = Math.floor(service.core.clock() / 1000) + 3600;
    const { secret: second } = keyOf(
      await service.post(`/v1/api_keys/${id}/roll`, { previous_expires_at: until }),
    );
    const { secret: third } = keyOf(await service.post(`/v1/api_keys/${id}/roll`));
    for (const secret of [first, second]) {
      await eventually(async () => (await service.get("/v1/who", secret)).statusCode === 401);
    }
    expect((await service.get("/v1/who", third)).statusCode).to.equal(200);
  });

  it("are revoked for good, at once, and again without another event", async () => {
    const { id, secret } = keyOf(await create({ scopes: ["payments:read"] }));
    expect((await service.get("/v1/who", secret)).statusCode).to.equal(200);
    const revoked = keyOf(await service.post(`/v1/api_keys/${id}/revoke`));
    expect(revoked.status).to.equal("revoked");
    await eventually(async () => (await service.get("/v1/who", secret)).statusCode === 401);
    expect(errorOf(await service.get("/v1/who", secret))).to.deep.include({
      code: "api_key_revoked",
      message: `The API key rk_test_…${secret.slice(-4)} was revoked.`,
    });
    expect(keyOf(await service.post(`/v1/api_keys/${id}/revoke`))).to.deep.equal(revoked);
    expect((await events(id)).map(({ type }) => type)).to.deep.equal(["api_key.created", "api_key.revoked"]);
    const rolled = await service.post(`/v1/api_keys/${id}/roll`);
    expect(errorOf(rolled).message).to.equal(`API key ${id} was revoked. Make a new one.`);
  });

  it("end at their time, also when known already", async () => {
    const end = Math.floor(service.core.clock() / 1000) + 10;
    const { id, secret } = keyOf(await create({ scopes: ["payments:read"], expires_at: end }));
    expect((await service.get("/v1/who", secret)).statusCode).to.equal(200);
    service.core.advance(10_000);
    expect(errorOf(await service.get("/v1/who", secret)).code).to.equal("api_key_expired");
    expect(keyOf(await service.get(`/v1/api_keys/${id}`)).status).to.equal("expired");
  });

  it("leave an event for every change, within the intact audit chain, without secrets", async () => {
    const { id, secret } = keyOf(await create({ scopes: ["payments:read"] }));
    await service.post(`/v1/api_keys/${id}`, { roles: ["support"] });
    const { secret: rolled } = keyOf(await service.post(`/v1/api_keys/${id}/roll`));
    await service.post(`/v1/api_keys/${id}/revoke`);
    const found = await events(id);
    expect(found.map(({ type, version }) => `${version} ${type}`)).to.deep.equal([
      "1 api_key.created",
      "2 api_key.updated",
      "3 api_key.rolled",
      "4 api_key.revoked",
    ]);
    for (const { actor, data, request } of found) {
      expect(actor).to.equal(service.admin.id);
      expect(request).to.match(/^req_/);
      expect(JSON.stringify(data)).not.to.include(secret).and.not.to.include(rolled);
    }
    const { rows } = await service.core.database.pool.query("select * from audit_violations()");
    expect(rows).to.deep.equal([]);
  });

  it("change together with their event or not at all", async () => {
    const { id } = keyOf(await create({ name: "Before", scopes: ["payments:read"] }));
    const pool = service.core.database.pool;
    await pool.query(
      `create function refuse_events() returns trigger language plpgsql as $$ begin raise exception 'no event'; end $$;
       create trigger refuse_events before insert on events for each row execute function refuse_events()`,
    );
    try {
      expect((await service.post(`/v1/api_keys/${id}`, { name: "After" })).statusCode).to.equal(500);
    } finally {
      await pool.query("drop trigger refuse_events on events; drop function refuse_events()");
    }
    expect(keyOf(await service.get(`/v1/api_keys/${id}`)).name).to.equal("Before");
    expect((await service.post(`/v1/api_keys/${id}`, { name: "After" })).statusCode).to.equal(200);
  });

  it("note when they were last used", async () => {
    const { id, secret } = keyOf(await create({ scopes: ["payments:read"] }));
    await service.get("/v1/who", secret);
    const other = await testIdentity({ core: service.core });
    await other.get("/v1/who", secret);
    // Stopping writes what was noted.
    await other.close();
    expect(keyOf(await service.get(`/v1/api_keys/${id}`)).last_used_at).to.equal(
      Math.floor(service.core.clock() / 1000),
    );
  });

  async function events(object: string) {
    const { rows } = await service.core.database.pool.query<{
      type: string;
      version: number;
      actor: string;
      request: string;
      data: object;
    }>("select type, version, actor, request, data from events where object = $1 order by version", [object]);
    return rows;
  }
});
