import { expect } from "chai";
import pg from "pg";
import { type PostgresVersion, testCluster } from "../../test/database.test-support.ts";
import { embeddedTest, query } from "./embedded.test-support.ts";
import { listMigrations, migrate, pendingMigrations } from "./migrate.ts";
import { type Catalog, catalogOf, fillTables, lossesOf, readTables } from "./migrate-catalog.test-support.ts";
import { createPool } from "./pool.ts";

/** Taken away when no version called it any more. */
const UNUSED = /^function (commit_group|(create|change|stale)_\w+\(json\b)/;

describe("migrations of databases in use", () => {
  const versions: PostgresVersion[] = ["15", "18"];

  for (const version of versions) {
    it(`keep every row from every earlier schema (PostgreSQL ${version})`, async () => {
      const cluster = await testCluster(version);
      for (const from of await listMigrations()) {
        const url = await cluster.createDatabase();
        const client = new pg.Client(url);
        await client.connect();
        await migrate(url, { to: from });
        await fillTables(client);
        const before = await readTables(client);
        const empty = Object.keys(before).filter((table) => before[table]?.rows.length === 0);
        expect(empty, `tables of ${from} without a row`).to.deep.equal([]);
        await migrate(url);
        expect(await readTables(client, before), `rows of ${from}`).to.deep.equal(before);
        await client.end();
        await cluster.dropDatabase(url);
      }
    });
  }

  it("keep what the previous version uses: tables, columns, functions and rights, and ask nothing new of it", async () => {
    const cluster = await testCluster();
    const url = await cluster.createDatabase();
    const client = new pg.Client(url);
    await client.connect();
    let before: Catalog = { items: [], required: {} };
    for (const name of await listMigrations()) {
      await migrate(url, { to: name });
      const after = await catalogOf(client);
      const lost = lossesOf(before, after).filter((loss) => !UNUSED.test(loss));
      expect(lost, `lost by ${name}`).to.deep.equal([]);
      before = after;
    }
    expect(before.items).to.include("column migrations.name character varying(255)");
    await client.end();
    await cluster.dropDatabase(url);
  });

  it("would be caught taking something away or asking for more", async () => {
    const cluster = await testCluster();
    const url = await cluster.createDatabase();
    const client = new pg.Client(url);
    await client.connect();
    await client.query(`
      create table a (id int not null, note text, kind text not null default 'x');
      create table b (id int);
      create function f(x int) returns int language sql return x`);
    const before = await catalogOf(client);
    await client.query(`
      alter table a alter column note type varchar(9), add column more int not null, alter column kind drop default;
      drop table b;
      drop function f`);
    expect(lossesOf(before, await catalogOf(client))).to.deep.equal([
      "column a.note text",
      "column b.id integer",
      "function f(integer) returns integer",
      "inserts into a have to give kind",
      "inserts into a have to give more",
    ]);
    await client.end();
    await cluster.dropDatabase(url);
  });

  describe("in a cluster of its own", () => {
    const test = embeddedTest();

    it("make the service's role although many databases do so at the same time", async () => {
      const { url } = await test.start({ throwaway: true });
      const names = ["a", "b", "c", "d", "e", "f"];
      for (const name of names) await query(url, `create database ${name}`);
      const all = await listMigrations();
      const urls = names.map((name) => Object.assign(new URL(url), { pathname: `/${name}` }).href);
      expect(await Promise.all(urls.map((each) => migrate(each)))).to.deep.equal(names.map(() => all));
    });

    it("work for an owner who is no superuser, as in RDS", async () => {
      const { url } = await test.start({ throwaway: true });
      await query(url, "create role master login createrole createdb password 'secret'");
      await query(url, "create database payments owner master");
      const master = Object.assign(new URL(url), {
        username: "master",
        password: "secret",
        pathname: "/payments",
      }).href;
      await migrate(master);
      const service = createPool({ connection: master });
      expect(await pendingMigrations(service)).to.deep.equal([]);
      await service.end();
    });
  });
});
