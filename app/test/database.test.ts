import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { expectRejection, query } from "../src/database/embedded.test-support.ts";
import { pendingMigrations } from "../src/database/migrate.ts";
import { type PostgresVersion, testDatabase } from "./database.test-support.ts";
import { eventually, isAlive } from "./servers-crash.test-support.ts";

describe("databases for tests", () => {
  const versions: PostgresVersion[] = ["15", "18"];

  for (const version of versions) {
    it(`are fresh, migrated and apart from each other (PostgreSQL ${version})`, async () => {
      const [one, other] = await Promise.all([testDatabase(version), testDatabase(version)]);
      const { rows } = await one.pool.query<{ version: string }>(
        "select current_setting('server_version') as version",
      );
      expect(rows[0]?.version.startsWith(`${version}.`)).to.equal(true);
      expect(await pendingMigrations(one.servicePool)).to.deep.equal([]);
      await one.pool.query("create table mine ()");
      await expectRejection(other.pool.query("select from mine"), 'relation "mine" does not exist');
      await Promise.all([one.drop(), other.drop()]);
      await expectRejection(query(one.url, "select 1"), /^database "test_\d+" does not exist$/);
    });
  }

  for (const end of ["process.exit(1)", "process.kill(process.pid, 'SIGKILL')"]) {
    it(`leave no server and no folder behind after ${end}`, async () => {
      const program = `
        import { testDatabase } from ${JSON.stringify(new URL("./database.test-support.ts", import.meta.url).href)};
        const { pool } = await testDatabase();
        const { rows } = await pool.query("select current_setting('data_directory') as data");
        console.log(rows[0].data);
        process.stdin.once("data", () => ${end});
      `;
      const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const [output] = (await once(child.stdout, "data")) as [Buffer];
      const data = output.toString().trim();
      const server = Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);
      expect(isAlive(server)).to.equal(true);
      child.stdin.write("\n");
      await eventually(() => {
        expect(isAlive(server)).to.equal(false);
        expect(existsSync(join(data, ".."))).to.equal(false);
      });
    });
  }
});
