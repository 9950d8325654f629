import { expect } from "chai";
import pino from "pino";
import { testDatabase, type TestDatabase } from "../../test/database.test-support.ts";
import { eventually } from "../identity/identity.test-support.ts";
import { Proxy } from "../identity/proxy.test-support.ts";
import { Notices } from "./notices.ts";
import { createPool } from "./pool.ts";

describe("Notices of the database", () => {
  let database: TestDatabase;
  let heard: string[];
  let gaps: number;

  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());
  beforeEach(() => {
    heard = [];
    gaps = 0;
  });

  const listenThrough = (pool: TestDatabase["pool"]) =>
    new Notices({
      pool,
      channel: "test",
      log: pino({ level: "silent" }),
      onNotice: (payload) => heard.push(payload),
      onGap: () => (gaps += 1),
    });

  const say = (payload: string) => database.pool.query("select pg_notify('test', $1)", [payload]);

  it("arrive, also where the connection is given as host, user and password", async () => {
    const { hostname, port, username, password, pathname } = new URL(database.url);
    const pool = createPool({
      connection: {
        host: hostname,
        port: Number(port),
        user: username,
        password: decodeURIComponent(password),
        database: pathname.slice(1),
      },
    });
    const notices = listenThrough(pool);
    await notices.start();
    await eventually(() => Promise.resolve(notices.isHearing));
    await say("one");
    await eventually(() => Promise.resolve(heard.length === 1));
    expect(heard).to.deep.equal(["one"]);
    await notices.stop();
    await pool.end();
  });

  it("count as arriving only when one has arrived", async () => {
    // A pooler that takes LISTEN and delivers nothing: here, a listener on another channel than is spoken on.
    const silent = { options: database.pool.options, query: () => Promise.resolve() };
    const notices = listenThrough(silent as unknown as TestDatabase["pool"]);
    await notices.start();
    expect(notices.isHearing).to.equal(false);
    await say("hello");
    await eventually(() => Promise.resolve(notices.isHearing));
    await notices.stop();
  });

  it("are listened for again after the connection was lost, and the gap is told", async () => {
    const proxy = await Proxy.before(database.url);
    const pool = createPool({ connection: proxy.url });
    const notices = listenThrough(pool);
    await notices.start();
    await eventually(() => Promise.resolve(notices.isHearing));
    const before = gaps;
    proxy.cut();
    await eventually(() => Promise.resolve(gaps > before && !notices.isHearing));
    await eventually(() => Promise.resolve(notices.isHearing));
    await say("two");
    await eventually(() => Promise.resolve(heard.includes("two")));
    await notices.stop();
    await pool.end();
    await proxy.stop();
  });
});
