import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { testCluster } from "../test/database.test-support.ts";
import { testIdentity, type TestIdentity, JWT_SECRET } from "./identity/identity.test-support.ts";

describe("npm run api-key", () => {
  let service: TestIdentity;

  before(async () => {
    service = await testIdentity();
  });
  after(() => service.close());

  const run = (...args: string[]) => runWith({ DATABASE_URL: service.core.database.url }, ...args);

  async function runWith(
    environment: { DATABASE_URL: string },
    ...args: string[]
  ): Promise<{ code: number; out: string; err: string }> {
    const child = spawn(process.execPath, [fileURLToPath(new URL("api-key.ts", import.meta.url)), ...args], {
      env: { PATH: process.env.PATH, ...environment, JWT_SECRET },
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (data: Buffer) => (out += data.toString()));
    child.stderr.on("data", (data: Buffer) => (err += data.toString()));
    const [code] = (await once(child, "close")) as [number];
    return { code, out: out.trim(), err: err.trim() };
  }

  it("makes the first key, prints it once, and revokes it", async () => {
    const { code, out, err } = await run("create", "--name", "First", "--roles", "admin", "--live");
    expect({ code, err }).to.deep.equal({ code: 0, err: "" });
    expect(out).to.match(/^sk_live_[0-9A-Za-z]{49}$/);
    const who = (await service.get("/v1/who", out)).json<{ actor: string }>();
    expect(who).to.include({ livemode: true });

    const list = await run("list", "--live");
    expect(list.out).to.match(
      new RegExp(`^${who.actor}  active  sk_live_…${out.slice(-4)}  First  admin  never used$`),
    );
    const revoked = await run("revoke", who.actor, "--live");
    expect(revoked.out).to.include("revoked");
    expect((await service.get("/v1/who", out)).statusCode).to.equal(401);
  });

  it("lists all keys, however many there are", async () => {
    const many = await testIdentity();
    await many.core.database.pool.query(`
      with made as (
        insert into api_keys (id, livemode, name, scopes, roles, version, created, created_by)
        select 'key_' || n, true, 'One of many', '{payments:read}', '{}', 1, now(), 'operator'
        from generate_series(10001, 11001) n
        returning id
      )
      insert into api_key_secrets (hash, api_key, prefix, last_four, created)
      select sha256(id::bytea), id, 'rk_live_', 'abcd', now() from made`);
    const { out } = await runWith({ DATABASE_URL: many.core.database.url }, "list", "--live");
    expect(out.split("\n").map((line) => line.split(" ")[0]))
      .to.have.length(1001)
      .and.include("key_10001");
    await many.close();
  });

  it("rotates the keys that sign tokens", async () => {
    const before = service.identity.signingKeys.signer().id;
    const { out } = await run("rotate-signing-keys");
    expect(out)
      .to.match(/^Key \S{43} signs from now on\.$/)
      .and.not.to.include(before);
  });

  it("says what it takes when it is asked, and does nothing", async () => {
    const { code, out } = await run("create", "--help");
    expect([code, out.split("\n")[0]]).to.deep.equal([0, "Usage:"]);
  });

  for (const [title, args, message] of [
    ["no command", [], /^Usage:\n {2}api-key create/],
    ["an option that there is not", ["list", "--all"], /^Unknown option '--all'/],
    ["a key without a name", ["create"], /^The key needs a name: --name "Web shop"\./],
    ["an unknown scope", ["create", "--name", "x", "--scopes", "pay"], /^There is no scope or role pay\.$/],
    [
      "an expiry that cannot be read",
      ["create", "--name", "x", "--expires", "soon"],
      /^--expires is soon: give days, as 90d\.$/,
    ],
    [
      "a name that the API refuses",
      ["create", "--name", "", "--scopes", "*"],
      /^--name has to have 1 to 100 characters\.$/,
    ],
    ["no id", ["revoke"], /^Which key\? Give its id\./],
    ["two keys for one", ["revoke", "key_1", "key_2"], /^revoke does not take key_2\./],
    [
      "an option of another command",
      ["roll", "key_1", "--expires", "30d"],
      /^roll does not take --expires\./,
    ],
  ] as const) {
    it(`ends with 2 for ${title}`, async () => {
      const { code, err } = await run(...args);
      expect(code).to.equal(2);
      expect(err).to.match(message);
    });
  }

  it("ends with 1 and the remedy for a database without the schema", async () => {
    const DATABASE_URL = await (await testCluster()).createDatabase();
    const { code, err } = await runWith({ DATABASE_URL }, "list");
    expect(code).to.equal(1);
    expect(err).to.equal(
      'It failed: relation "api_keys" does not exist\nBring the schema to this version first: npm run migrate.',
    );
  });

  it("ends with 1 for a key that there is not", async () => {
    const { code, err } = await run("revoke", "key_nobody");
    expect({ code, err }).to.deep.equal({ code: 1, err: "It failed: There is no API key key_nobody." });
  });
});
