import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type pg from "pg";
import { testCluster } from "../../test/database.test-support.ts";
import { expectRejection } from "./embedded.test-support.ts";
import { listMigrations, migrate, pendingMigrations } from "./migrate.ts";
import { createPool } from "./pool.ts";

describe("migrations", () => {
  let url: string;
  let owner: pg.Pool;
  let folder: string;

  beforeEach(async () => {
    url = await (await testCluster()).createDatabase();
    owner = createPool({ connection: url, role: null });
    folder = mkdtempSync(join(tmpdir(), "strongroom-migrations-"));
  });

  afterEach(async () => {
    await owner.end();
    await (await testCluster()).dropDatabase(url);
    rmSync(folder, { recursive: true });
  });

  /** Migrations of a test: name and SQL. */
  function files(migrations: Record<string, string>): string {
    for (const [name, sql] of Object.entries(migrations)) {
      writeFileSync(join(folder, `${name}.sql`), `-- Up Migration\n\n${sql}\n`);
    }
    return folder;
  }

  it("bring an empty database to this version's schema, in order and once", async () => {
    const names = await listMigrations();
    expect(names[0]).to.match(/^0001_/);
    expect(await pendingMigrations(owner)).to.deep.equal(names);
    const lines: string[] = [];
    expect(await migrate(url, { log: (line) => lines.push(line) })).to.deep.equal(names);
    expect(lines).to.deep.equal(names.map((name) => `Applied ${name}.`));
    expect(await pendingMigrations(owner)).to.deep.equal([]);
    expect(await migrate(url)).to.deep.equal([]);
  });

  it("can be looked at by the service's role, which may not change their list", async () => {
    await migrate(url);
    const service = createPool({ connection: url });
    expect(await pendingMigrations(service)).to.deep.equal([]);
    await expectRejection(service.query("delete from migrations"), "permission denied for table migrations");
    await expectRejection(service.query("create table mine ()"), "permission denied for schema public");
    await service.end();
  });

  it("are applied once by several processes that start at the same time", async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => migrate(url)));
    expect(results.filter((names) => names.length > 0)).to.deep.equal([await listMigrations()]);
  });

  it("stop after the one that is asked for", async () => {
    const names = await listMigrations();
    expect(await migrate(url, { to: names[1] })).to.deep.equal(names.slice(0, 2));
    expect(await pendingMigrations(owner)).to.deep.equal(names.slice(2));
    await expectRejection(
      migrate(url, { to: "0000_nothing" }),
      `There is no migration 0000_nothing; there are: ${names.join(", ")}.`,
    );
  });

  it("change nothing when they fail, keep those before, and go on once they are mended", async () => {
    const lines: string[] = [];
    const broken = files({
      "0001_a": "create table a (id int);",
      "0002_b": "create table b (id int); insert into a values ('x');",
    });
    await expectRejection(
      migrate(url, { folder: broken, log: (line) => lines.push(line) }),
      'invalid input syntax for type integer: "x"',
    );
    expect(lines.at(0)).to.equal("Applied 0001_a.");
    expect(lines.at(-1)).to.equal("0002_b failed and changed nothing.");
    expect(await tables(owner)).to.deep.equal(["a", "migrations"]);
    const mended = files({ "0002_b": "create table b (id int);" });
    expect(await migrate(url, { folder: mended })).to.deep.equal(["0002_b"]);
    expect(await tables(owner)).to.deep.equal(["a", "b", "migrations"]);
  });

  it("leave a database of a later version alone", async () => {
    await migrate(url, { folder: files({ "0001_a": "create table a ();", "0002_b": "create table b ();" }) });
    rmSync(join(folder, "0002_b.sql"));
    expect(await migrate(url, { folder })).to.deep.equal([]);
    expect(await pendingMigrations(owner, folder)).to.deep.equal([]);
    expect(await tables(owner)).to.deep.equal(["a", "b", "migrations"]);
  });

  it("are refused when one was put before those that are applied", async () => {
    await migrate(url, { folder: files({ "0001_a": "create table a ();", "0003_c": "create table c ();" }) });
    await expectRejection(
      migrate(url, { folder: files({ "0002_b": "create table b ();" }) }),
      "Not run migration 0002_b is preceding already run migration 0003_c",
    );
  });

  it("wait for a table that is in use without holding up those who come later", async () => {
    await migrate(url, { folder: files({ "0001_a": "create table a (id int);" }) });
    const reader = await owner.connect();
    await reader.query("begin");
    await reader.query("select from a");
    const migration = migrate(url, { folder: files({ "0002_a": "alter table a add column note text;" }) });
    // A statement that comes while the migration waits gets through before the reader has finished.
    await until(owner, "select from pg_locks where relation = 'a'::regclass and not granted");
    await owner.query("select from a");
    await reader.query("commit");
    reader.release();
    expect(await migration).to.deep.equal(["0002_a"]);
  });
});

async function tables(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    "select relname::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
  );
  return rows.map(({ name }) => name);
}

/** Returns when the statement gives a row. */
async function until(pool: pg.Pool, sql: string): Promise<void> {
  while ((await pool.query(sql)).rowCount === 0) await sleep(10);
}
