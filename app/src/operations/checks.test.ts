import { expect } from "chai";
import { testDatabase, type TestDatabase } from "../../test/database.test-support.ts";
import { createPool } from "../database/pool.ts";
import { databaseCheck } from "./checks.ts";

describe("the check of the database", () => {
  let database: TestDatabase;

  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  it("is well where it takes writes, and not where it answers but is read-only, as a standby is", async () => {
    const pool = createPool({ connection: database.url, max: 1 });
    const check = databaseCheck("db", pool);
    expect(await check.check()).to.deep.include({ status: "UP" });
    await pool.query("set default_transaction_read_only = on");
    const { status, details } = await check.check();
    expect(status).to.equal("DOWN");
    expect(details).to.include({ readOnly: true, idle: 1 });
    await pool.end();
  });
});
