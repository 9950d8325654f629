import { expect } from "chai";
import pg from "pg";
import { pino } from "pino";
import { type TestDatabase, testDatabase } from "../../test/database.test-support.ts";
import { eventually } from "../../test/servers-crash.test-support.ts";
import { isRetryable, isUnavailable, mayPass } from "./database-errors.ts";
import { expectRejection } from "./embedded.test-support.ts";
import { freePort } from "./embedded-server.ts";
import { createPool, type PoolOptions } from "./pool.ts";
import { transaction } from "./transaction.ts";

describe("connections to the database", () => {
  let database: TestDatabase;
  let pools: pg.Pool[];

  before(async () => {
    database = await testDatabase();
  });

  after(() => database.drop());

  beforeEach(() => {
    pools = [];
  });

  afterEach(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
  });

  function poolWith(options: Partial<PoolOptions> = {}): pg.Pool {
    const pool = createPool({ connection: database.url, ...options });
    pools.push(pool);
    return pool;
  }

  it("work as the service's role, each of them, with name and time limit", async () => {
    const pool = poolWith({ max: 3, applicationName: "payments", statementTimeout: 7 });
    const statement =
      "select current_user, current_setting('application_name') as name, current_setting('statement_timeout') as time_limit, pg_sleep(0.05)::text as slept";
    const results = await Promise.all([1, 2, 3].map(() => pool.query(statement)));
    expect(pool.totalCount).to.equal(3);
    for (const { rows } of results) {
      expect(rows).to.deep.equal([
        { current_user: "strongroom_service", name: "payments", time_limit: "7s", slept: "" },
      ]);
    }
    await expectRejection(pool.query("create table mine ()"), "permission denied for schema public");
  });

  it("work as the one who connects where no role is wanted", async () => {
    const { rows } = await poolWith({ role: null }).query<{ name: string }>("select current_user as name");
    expect(rows).to.deep.equal([{ name: new URL(database.url).username }]);
  });

  it("say so when the role cannot be taken, and stay usable", async () => {
    const pool = poolWith({ role: "nobody_of_this_name" });
    await expectRejection(pool.query("select 1"), /role "nobody_of_this_name" does not exist/);
    expect(pool.totalCount).to.equal(0);
  });

  it("give int8 as numbers, and never one that is not exact", async () => {
    const pool = poolWith();
    const { rows } = await pool.query(
      "select 9007199254740991::int8 as most, (-9007199254740991)::int8 as least",
    );
    expect(rows).to.deep.equal([{ most: Number.MAX_SAFE_INTEGER, least: Number.MIN_SAFE_INTEGER }]);
    await expectRejection(
      pool.query("select 9007199254740992::int8"),
      "The database gave 9007199254740992, which is beyond the integers that are exact in JavaScript.",
    );
  });

  it("break a statement off that takes too long", async () => {
    const failure = await errorOf(poolWith({ statementTimeout: 0.1 }).query("select pg_sleep(30)"));
    expect(failure).to.have.property("code", "57014");
    expect(isUnavailable(failure)).to.equal(true);
  });

  it("outlive PostgreSQL's closing them, idle or in use", async () => {
    const pool = poolWith({ max: 2 });
    const used = await pool.connect();
    const waiting = errorOf(used.query("select pg_sleep(30)"));
    await pool.query("select 1");
    await database.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'strongroom' and pid <> pg_backend_pid() and datname = current_database()",
    );
    const failure = await waiting;
    expect(failure).to.have.property("code", "57P01");
    expect(isUnavailable(failure)).to.equal(true);
    const next = await errorOf(used.query("select 1"));
    expect(isUnavailable(next)).to.equal(true);
    used.release(true);
    // The idle one is found to be closed at the latest when it is used.
    const { rows } = await eventually(() => pool.query("select 1 as one"));
    expect(rows).to.deep.equal([{ one: 1 }]);
  });

  it("are not used again once one that was made with them is lost, and go on after a statement that failed", async () => {
    const pool = poolWith({ max: 3, statementTimeout: 1, role: null });
    const sessions = async () => {
      const statement = "select pg_backend_pid() as pid, pg_sleep(0.05)::text as slept";
      const results = await Promise.all([1, 2, 3].map(() => pool.query<{ pid: number }>(statement)));
      return results.flatMap(({ rows }) => rows.map(({ pid }) => pid));
    };
    const first = await sessions();
    await errorOf(pool.query("select pg_sleep(30)"));
    const second = await sessions();
    expect(second.filter((pid) => first.includes(pid))).to.have.length(2);

    expect(await errorOf(pool.query("select pg_terminate_backend(pg_backend_pid())"))).to.have.property(
      "code",
      "57P01",
    );
    const third = await sessions();
    expect(new Set(third).size).to.equal(3);
    expect(third.filter((pid) => second.includes(pid))).to.deep.equal([]);
    expect(await sessions()).to.have.members(third);
  });

  it("are given up by a transaction that a server refuses which takes no writes any more", async () => {
    const pool = poolWith({ max: 1 });
    const session = async () =>
      (await pool.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid;
    const before = await session();
    const failure = await errorOf(
      transaction(pool, async (client) => {
        await client.query("set transaction read only");
        await client.query("delete from webhook_deliveries");
      }),
    );
    expect(failure).to.have.property("code", "25006");
    expect(await session()).not.to.equal(before);
  });

  it("say when PostgreSQL closes them, but not while they are being closed", async () => {
    const lines: string[] = [];
    const log = pino({ level: "warn", messageKey: "message" }, { write: (line) => void lines.push(line) });
    const terminate = () =>
      database.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'told'",
      );
    const pool = createPool({ connection: database.url, applicationName: "told", log });
    await pool.query("select 1");
    await terminate();
    await eventually(() => Promise.resolve(expect(lines.join("")).to.include("closed an idle connection")));

    lines.length = 0;
    const used = await pool.connect();
    const ended = pool.end();
    pool.emit("error", new Error("terminating connection due to administrator command"), used);
    used.release();
    await ended;
    expect(lines).to.deep.equal([]);
  });

  it("tell that the database is away when nobody listens, when all connections are taken, and after the end", async () => {
    const nowhere = poolWith({ connection: `postgresql://u:p@127.0.0.1:${await freePort()}/x` });
    expect(isUnavailable(await errorOf(nowhere.query("select 1")))).to.equal(true);

    const full = poolWith({ max: 1, connectTimeout: 0.1 });
    const taken = await full.connect();
    const failure = await errorOf(full.query("select 1"));
    expect(failure.message).to.equal("timeout exceeded when trying to connect");
    expect(isUnavailable(failure)).to.equal(true);
    taken.release();

    const ended = createPool({ connection: database.url });
    await ended.end();
    expect(isUnavailable(await errorOf(ended.query("select 1")))).to.equal(true);
  });

  it("tell that the database is away for whatever keeps them from coming about while the service runs", async () => {
    const withPassword = (password: string) => Object.assign(new URL(database.url), { password }).href;
    const obstacles: Partial<PoolOptions>[] = [
      { connection: withPassword("changed") },
      { connection: Object.assign(new URL(database.url), { pathname: "/renamed" }).href },
      { connection: { connectionString: database.url, ssl: { rejectUnauthorized: false } } },
      { role: "nobody_of_this_name" },
    ];
    for (const obstacle of obstacles) {
      const failure = await errorOf(poolWith(obstacle).query("select 1"));
      expect(isUnavailable(failure), failure.message).to.equal(true);
      // Who starts is told, and does not wait.
      expect(mayPass(failure), failure.message).to.equal(false);
    }
  });

  it("do not take a mistake for an absence", async () => {
    for (const statement of ["select 1 / 0", "select from nothing", "select 'x'::int"]) {
      const failure = await errorOf(poolWith().query(statement));
      expect(isUnavailable(failure), statement).to.equal(false);
      expect(isRetryable(failure), statement).to.equal(false);
    }
    const missingFile = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT", syscall: "open" });
    expect(isUnavailable(missingFile)).to.equal(false);
  });

  it("tell what may be tried again: serialisation failures and deadlocks", async () => {
    await database.pool.query(
      "create table counters (id int primary key, value int); insert into counters values (1, 0), (2, 0)",
    );
    const [first, second] = await Promise.all([database.pool.connect(), database.pool.connect()]);
    for (const client of [first, second]) await client.query("begin isolation level serializable");
    for (const client of [first, second]) await client.query("select sum(value) from counters");
    await first.query("update counters set value = 1 where id = 1");
    await first.query("commit");
    expect(isRetryable(await errorOf(second.query("update counters set value = 1 where id = 1")))).to.equal(
      true,
    );
    await second.query("rollback");

    for (const client of [first, second]) await client.query("begin");
    await first.query("update counters set value = 2 where id = 1");
    await second.query("update counters set value = 2 where id = 2");
    const results = await Promise.allSettled([
      first.query("update counters set value = 3 where id = 2"),
      second.query("update counters set value = 3 where id = 1"),
    ]);
    const failures = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason as Error] : [],
    );
    expect(failures.map(({ message }) => message)).to.deep.equal(["deadlock detected"]);
    expect(failures.every(isRetryable)).to.equal(true);
    for (const client of [first, second]) {
      await client.query("rollback");
      client.release();
    }
  });
});

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error("There was no error."),
    (error: unknown) => error as Error,
  );
}
