import { expect } from "chai";
import fc from "fast-check";
import type pg from "pg";
import { testDatabase, type TestDatabase } from "../../test/database.test-support.ts";
import { KEEP_TRYING } from "./schedule.ts";

const CHAINS = 8;
const ENDPOINT = "we_1";

/** Blocks in the order of their commits: each in some chain, with new versions of some objects. */
type History = { chain: number; objects: number[] }[];

const histories = fc.array(
  fc.record({
    chain: fc.nat(CHAINS - 1),
    objects: fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }),
  }),
  { maxLength: 60 },
);

describe("the order of webhooks", () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    database = await testDatabase();
    ({ pool } = database);
  });
  after(() => database.drop());

  beforeEach(reset);

  async function reset(): Promise<void> {
    await pool.query(`set session_replication_role = replica; truncate audit_blocks; reset session_replication_role;
      truncate events, webhook_deliveries; update audit_chains set height = 0; update webhook_cursors set height = 0;
      truncate webhook_endpoints cascade`);
    const data = { status: "enabled", enabled_events: ["*"], enabled_since: 0 };
    await pool.query("insert into webhook_endpoints values ($1, false, 1, now(), $2)", [ENDPOINT, data]);
  }

  /** Writes the history as the journal would have; block n at second n. */
  async function write(history: History): Promise<void> {
    const heights = new Map<number, number>();
    const versions = new Map<number, number>();
    const events: unknown[] = [];
    const blocks = history.map(({ chain, objects }, second) => {
      const height = (heights.get(chain) ?? 0) + 1;
      heights.set(chain, height);
      objects.forEach((object, position) => {
        // Two events of one object in a block may be of one version.
        const version = (versions.get(object) ?? 0) + (objects.indexOf(object) === position ? 1 : 0);
        versions.set(object, version);
        const id = `evt_${String(events.length).padStart(4, "0")}`;
        events.push({ id, object: `pay_${object}`, version, chain, height, position: position + 1 });
      });
      return { chain, height, second };
    });
    await pool.query(
      `insert into audit_blocks select chain, height, '', '', to_timestamp(second)
       from json_to_recordset($1) as b (chain smallint, height bigint, second integer)`,
      [JSON.stringify(blocks)],
    );
    await pool.query(
      `insert into events (id, livemode, type, object, version, created, digest, actor, chain, height, position)
       select id, false, 'payment.updated', object, version, now(), '', 'test', chain, height, position
       from json_to_recordset($1)
         as e (id text, object text, version integer, chain smallint, height bigint, position integer)`,
      [JSON.stringify(events)],
    );
    await pool.query(
      "update audit_chains a set height = coalesce((select max(height) from audit_blocks where chain = a.id), 0)",
    );
  }

  async function fanOut(blocks: number): Promise<boolean> {
    const { rows } = await pool.query<{ more: boolean }>("select more from webhook_fan_out(now(), $1, $2)", [
      blocks,
      `${KEEP_TRYING} milliseconds`,
    ]);
    return rows[0]?.more ?? false;
  }

  /** Events of each object that an earlier one, without a delivery, stands before. */
  async function gaps(): Promise<unknown[]> {
    const { rows } = await pool.query<{ object: string }>(
      `select e.object, e.id from events e left join webhook_deliveries d on d.event = e.id
       where d.event is null and exists (
         select from webhook_deliveries later
         where later.object = e.object and (later.version, later.position) > (e.version, e.position))`,
    );
    return rows;
  }

  it("is kept however the chains are cut: an event is fanned out after all earlier ones of its object", async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 1, max: 4 }), async (history, blocks) => {
        await reset();
        await write(history);
        for (let more = true, rounds = 0; more; rounds += 1) {
          more = await fanOut(blocks);
          expect(await gaps()).to.deep.equal([]);
          expect(rounds).to.be.at.most(history.length);
        }
        const { rows } = await pool.query<{ missing: number }>(
          "select count(*) as missing from events where id not in (select event from webhook_deliveries)",
        );
        expect(rows).to.deep.equal([{ missing: 0 }]);
      }),
      { numRuns: 25 },
    );
  });

  it("goes on where the server's clock was put back", async () => {
    await write(Array.from({ length: 6 }, () => ({ chain: 0, objects: [1] })));
    await pool.query(
      `set session_replication_role = replica;
       update audit_blocks set committed = to_timestamp(1000 - height);
       reset session_replication_role`,
    );
    let rounds = 1;
    while (await fanOut(2)) rounds += 1;
    expect(rounds).to.be.at.most(3);
    expect((await pool.query("select from webhook_deliveries")).rowCount).to.equal(6);
  });

  /** Claims all that is due, settles it as told, and returns it as `object/version.position`. */
  async function turn(state: "delivered" | "pending" | "dead"): Promise<string[]> {
    const { rows } = await pool.query<{ endpoint: string; id: string }>(
      "select endpoint, id from webhook_claim('me', now(), '30 s', 1000, 1000, 5, '{}')",
    );
    const results = rows.map(({ endpoint, id }) => ({
      endpoint,
      event: id,
      state,
      next: 0,
      pause: null,
      entry: {},
    }));
    await pool.query("select webhook_settle('me', now(), $1, 1000000, '1 s', '1 s')", [
      JSON.stringify(results),
    ]);
    const order = await pool.query<{ name: string }>(
      `select substr(object, 5) || '/' || version || '.' || position as name from webhook_deliveries
       where event = any ($1) order by 1`,
      [rows.map(({ id }) => id)],
    );
    return order.rows.map(({ name }) => name);
  }

  it("lets one event of an object go at a time: the next when it is delivered or dead", async () => {
    await write([
      { chain: 3, objects: [0, 0, 1] },
      { chain: 1, objects: [0, 2] },
    ]);
    await fanOut(100);
    expect(await turn("pending")).to.deep.equal(["0/1.1", "1/1.3", "2/1.2"]);
    expect(await turn("delivered")).to.deep.equal(["0/1.1", "1/1.3", "2/1.2"]);
    expect(await turn("dead")).to.deep.equal(["0/1.2"]);
    expect(await turn("delivered")).to.deep.equal(["0/2.1"]);
    expect(await turn("delivered")).to.deep.equal([]);
  });

  it("lets events that come while an earlier one is under way wait for it", async () => {
    await write([
      { chain: 0, objects: [0] },
      { chain: 1, objects: [0] },
      { chain: 2, objects: [0] },
    ]);
    await fanOut(1);
    await pool.query("select webhook_claim('other', now(), '30 s', 10, 10, 5, '{}')");
    while (await fanOut(1));
    expect(await turn("delivered")).to.deep.equal([]);
    await pool.query("update webhook_deliveries set claim = null, next_attempt = now()");
    expect(await turn("delivered")).to.deep.equal(["0/1.1"]);
    expect(await turn("delivered")).to.deep.equal(["0/2.1"]);
    expect(await turn("delivered")).to.deep.equal(["0/3.1"]);
  });

  it("is kept in replays: a later event under way waits for the earlier one that is sent again", async () => {
    await write([
      { chain: 0, objects: [0] },
      { chain: 1, objects: [0] },
    ]);
    await fanOut(100);
    expect(await turn("delivered")).to.deep.equal(["0/1.1"]);
    const replay = (...events: string[]) =>
      pool.query<{ count: number }>("select webhook_replay($1, $2, now(), '4 days') as count", [
        ENDPOINT,
        events,
      ]);
    expect((await replay("evt_0000", "evt_0001")).rows).to.deep.equal([{ count: 1 }]);
    expect(await turn("delivered")).to.deep.equal(["0/1.1"]);
    expect(await turn("delivered")).to.deep.equal(["0/2.1"]);
    expect((await replay("evt_0000", "evt_0001")).rows).to.deep.equal([{ count: 2 }]);
    expect(await turn("delivered")).to.deep.equal(["0/1.1"]);
    expect(await turn("delivered")).to.deep.equal(["0/2.1"]);
  });

  it("does not let a worker whose claim has ended change what another has in hand", async () => {
    await write([{ chain: 0, objects: [0] }]);
    await fanOut(100);
    const claim = (worker: string) =>
      pool
        .query("select webhook_claim($1, now(), '0 s', 10, 10, 5, '{}')", [worker])
        .then(({ rowCount }) => rowCount);
    expect(await claim("slow")).to.equal(1);
    expect(await claim("next")).to.equal(1);
    const result = {
      endpoint: ENDPOINT,
      event: "evt_0000",
      state: "dead",
      next: null,
      pause: null,
      entry: {},
    };
    const settle = (worker: string) =>
      pool.query("select webhook_settle($1, now(), $2, 5, '1 s', '1 s')", [worker, JSON.stringify([result])]);
    const state = async () =>
      (await pool.query("select state, attempts from webhook_deliveries")).rows as unknown[];
    await settle("slow");
    expect(await state()).to.deep.equal([{ state: "pending", attempts: 0 }]);
    await settle("next");
    expect(await state()).to.deep.equal([{ state: "dead", attempts: 1 }]);
  });

  it("costs no commit of its own a wait for the disk", async () => {
    await write([{ chain: 0, objects: [0] }]);
    const client = await pool.connect();
    try {
      await client.query("set synchronous_commit = on");
      await client.query("begin");
      await client.query("select webhook_fan_out(now(), 100, '4 days')");
      expect((await client.query("show synchronous_commit")).rows).to.deep.equal([
        { synchronous_commit: "off" },
      ]);
      await client.query("rollback");
    } finally {
      client.release();
    }
  });
});
