import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { testCluster } from "../../test/database.test-support.ts";
import { testPooler } from "../../test/servers.test-support.ts";
import { mayPass } from "./database-errors.ts";
import { expectRejection } from "./embedded.test-support.ts";
import { createPool } from "./pool.ts";
import { requireOwnSession } from "./sessions.ts";

describe("A session of PostgreSQL", function () {
  this.timeout(120_000);
  let database: string;

  before(async () => {
    database = await (await testCluster()).createDatabase();
  });

  it("is a connection's own without a pooler", async () => {
    await requireOwnSession(database);
    await requireOwnSession({ connectionString: database });
  });

  it("is a connection's own behind a pooler that pools by session, with the settings of the pool", async () => {
    const pooler = await testPooler(database, "session");
    await requireOwnSession(pooler.url);
    const pool = createPool({ connection: pooler.url, role: null, statementTimeout: 7 });
    const { rows } = await pool.query("show statement_timeout");
    expect(rows).to.deep.equal([{ statement_timeout: "7s" }]);
    await pool.end();
    await pooler.stop();
  });

  it("is refused when a pooler lets transactions share it, also while others use the pooler", async () => {
    const pooler = await testPooler(database, "transaction");
    const others = createPool({ connection: pooler.url, role: null, max: 4 });
    let isOver = false;
    const work = Array.from({ length: 4 }, async () => {
      while (!isOver) await others.query("select");
    });
    for (let time = 0; time < 5; time += 1)
      await expectRejection(
        requireOwnSession(pooler.url),
        /lets transactions share sessions.*pool_mode = session/,
      );
    isOver = true;
    await Promise.all(work);
    await expectRejection(requireOwnSession(pooler.url), /lets transactions share sessions/);
    await others.end();
    await pooler.stop();
  });

  for (const [command, ...args] of [["migrate"], ["api-key", "list"]] as const) {
    it(`is what npm run ${command} ends with 1 without`, async () => {
      const pooler = await testPooler(database, "transaction");
      const program = fileURLToPath(new URL(`../${command}.ts`, import.meta.url));
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
        env: { PATH: process.env.PATH, DATABASE_URL: pooler.url, JWT_SECRET: "s".repeat(32) },
        encoding: "utf8",
      });
      expect([status, stdout]).to.deep.equal([1, ""]);
      expect(stderr).to.match(/failed: A pooler .* lets transactions share sessions.*pool_mode = session/);
      await pooler.stop();
    });
  }

  it("is not waited for without end where a pooler has none left, which may pass", async () => {
    const pooler = await testPooler(database, "session");
    const others = createPool({ connection: pooler.url, role: null, max: 20 });
    const taken = await Promise.all(Array.from({ length: 20 }, () => others.connect()));
    const failure: unknown = await requireOwnSession(pooler.url).catch((error: unknown) => error);
    expect(mayPass(failure), String(failure)).to.equal(true);
    for (const client of taken) client.release();
    await others.end();
    await requireOwnSession(pooler.url);
    await pooler.stop();
  });

  it("is asked for in vain when nothing answers", async () => {
    await expectRejection(requireOwnSession("postgresql://nobody@127.0.0.1:1/none"), /ECONNREFUSED/);
  });
});
