import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { testCluster } from "../test/database.test-support.ts";
import { listMigrations } from "./database/migrate.ts";

describe("npm run migrate", () => {
  function run(environment: Record<string, string>) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", fileURLToPath(new URL("./migrate.ts", import.meta.url))],
      { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment }, encoding: "utf8" },
    );
    return { status, output: stdout.trim().split("\n"), errors: stderr.trim().split("\n") };
  }

  it("applies what is missing, says what it did, and then has nothing to do", async () => {
    const names = await listMigrations();
    const url = await (await testCluster()).createDatabase();
    expect(run({ DATABASE_URL: url })).to.deep.equal({
      status: 0,
      output: [...names.map((name) => `Applied ${name}.`), "The schema is up to date."],
      errors: [""],
    });
    expect(run({ DATABASE_URL: url })).to.deep.equal({
      status: 0,
      output: [`Nothing to do: all ${names.length} migrations are applied.`],
      errors: [""],
    });
  });

  it("migrates the embedded PostgreSQL when nothing is configured", async () => {
    const folder = mkdtempSync(join(tmpdir(), "strongroom-migrate-"));
    try {
      const { status, output } = run({ DATA_FOLDER: folder });
      expect(status).to.equal(0);
      expect(output).to.have.length((await listMigrations()).length + 1);
      expect(run({ DATA_FOLDER: folder }).output[0]).to.match(/^Nothing to do/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("ends with 1 and a remedy when the database cannot be reached, and shows no password", async () => {
    const url = new URL((await testCluster()).url);
    url.password = "wrong-secret";
    expect(run({ DATABASE_URL: url.href })).to.deep.equal({
      status: 1,
      output: [""],
      errors: [
        'The migration failed: password authentication failed for user "strongroom"',
        "The password is wrong: check DATABASE_URL or DATABASE_USER and DATABASE_PASSWORD.",
      ],
    });
    url.port = "1";
    expect(run({ DATABASE_URL: url.href }).errors).to.deep.equal([
      "The migration failed: connect ECONNREFUSED 127.0.0.1:1",
      "Nothing answers there: is PostgreSQL running, and are host and port right?",
    ]);
  });

  it("ends with 2 and every mistake of the configuration", () => {
    expect(run({ DATABASE_PORT: "x", DATABASE_POOL_SIZE: "0" })).to.deep.include({ status: 2, output: [""] });
    expect(run({ DATABASE_PORT: "x", DATABASE_POOL_SIZE: "0" }).errors).to.have.length(2);
    expect(run({ NODE_ENV: "production" })).to.deep.equal({
      status: 2,
      output: [""],
      errors: [
        "DATABASE_URL is missing: the embedded PostgreSQL is not for production; set DATABASE_URL or DATABASE_HOST",
      ],
    });
  });
});
