import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import { TROUBLE } from "./schedule.ts";
import {
  call,
  happen,
  makeEndpoint,
  receiver,
  settled,
  webhookBench,
  type Bench,
  type Json,
  type Receiver,
} from "./webhooks.test-support.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("webhooks that are not delivered", () => {
  let bench: Bench;
  const targets: Receiver[] = [];
  async function open(...answer: Parameters<typeof receiver>): Promise<Receiver> {
    const made = await receiver(...answer);
    targets.push(made);
    return made;
  }
  async function deliveriesOf(id: string, query = ""): Promise<Json[]> {
    const { body } = await call(bench, "GET", `/webhook_endpoints/${id}/deliveries${query}`);
    return body.data as Json[];
  }
  /** Waits for the newest delivery's attempts. */
  async function attemptsOf(id: string, count: number): Promise<Json[]> {
    let attempts: Json[] = [];
    await until(async () => {
      attempts = ((await deliveriesOf(id))[0]?.attempts ?? []) as Json[];
      return attempts.length >= count;
    });
    return attempts;
  }

  beforeEach(async () => {
    bench = await webhookBench({ random: () => 0 });
  });
  afterEach(async () => {
    await Promise.all(targets.splice(0).map((each) => each.close()));
    await bench.close();
  });

  it("are tried eleven times over three days, then they are dead letters that can be replayed", async () => {
    let answers = 500;
    const target = await open((response) => {
      response.statusCode = answers;
      response.end("no");
    });
    const { id } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    const [event] = await happen(bench, [{ object: "pay_1" }]);
    const began = bench.core.clock();
    for (let attempt = 1; attempt <= 11; attempt += 1) {
      await attemptsOf(id, attempt);
      const [delivery] = await deliveriesOf(id);
      const next = delivery?.next_attempt as number | null;
      if (next !== null) bench.advance(Math.max(0, (next + 1) * 1000 - bench.core.clock()));
    }
    expect(bench.core.clock() - began).to.be.within(3 * DAY, 4 * DAY);
    expect(target.received).to.have.length(11);

    const { body: dead } = await call(bench, "GET", `/webhook_endpoints/${id}/dead_letters`);
    const [letter] = dead.data as [Json];
    expect(letter).to.include({
      event,
      status: "dead",
      attempt_count: 11,
      next_attempt: null,
      webhook_endpoint: id,
    });
    expect((letter.attempts as Json[])[10]).to.deep.include({
      response_status: 500,
      response_body: "no",
      error: null,
    });

    answers = 200;
    const path = `/webhook_endpoints/${id}/dead_letters/replay`;
    const replayed = await call(bench, "POST", path, undefined, { "idempotency-key": "again" });
    expect(replayed.body).to.deep.equal({ object: "webhook_replay", webhook_endpoint: id, count: 1 });
    expect((await call(bench, "POST", path, undefined, { "idempotency-key": "again" })).text).to.equal(
      replayed.text,
    );
    bench.advance(HOUR);
    await attemptsOf(id, 12);
    const [delivery] = await deliveriesOf(id);
    expect(delivery).to.include({ status: "delivered", attempt_count: 1, next_attempt: null });
    expect(new Set(target.received.map(({ body }) => body)).size).to.equal(1);
  });

  it("let the object's next event go once they are dead", async () => {
    const target = await open((response, { object }, count) => {
      response.statusCode = object === "pay_1" && count === 1 ? 500 : 200;
      response.end();
    });
    await bench.webhooks.stop();
    const { id } = await makeEndpoint(bench, target.url);
    await bench.another({ delays: [] }).start();
    await happen(bench, [{ object: "pay_1", version: 1 }]);
    await happen(bench, [{ object: "pay_1", version: 2 }]);
    await until(async () => (await deliveriesOf(id, "?status=delivered")).length === 1);
    expect((await deliveriesOf(id)).map(({ status }) => status)).to.deep.equal(["delivered", "dead"]);
  });

  it("wait as long as the receiver asks, and so does everything for it", async () => {
    const target = await open((response, _message, count) => {
      if (count === 1) response.writeHead(429, { "retry-after": "600" });
      response.end();
    });
    await makeEndpoint(bench, target.url);
    const other = await open();
    await makeEndpoint(bench, other.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await until(() => target.received.length === 1);
    await until(
      async () => (await bench.core.pool.query("select from webhook_endpoint_health")).rowCount === 1,
    );
    bench.advance(300_000);
    await happen(bench, [{ object: "pay_2" }]);
    await until(() => other.received.length === 2);
    expect(target.received).to.have.length(1);
    bench.advance(301_000);
    await until(() => target.received.length === 3);
  });

  it("disable an endpoint that is gone", async () => {
    const target = await open((response) => response.writeHead(410).end());
    const watcher = await open();
    const { id } = await makeEndpoint(bench, target.url);
    await makeEndpoint(bench, watcher.url, ["webhook_endpoint.disabled"]);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await until(() => watcher.received.length === 1);
    expect(watcher.received[0]).to.include({ object: id, type: "webhook_endpoint.disabled" });
    const { body } = await call(bench, "GET", `/webhook_endpoints/${id}`);
    expect(body).to.include({ status: "disabled", disabled_reason: "gone" });
    await happen(bench, [{ object: "pay_2" }]);
    bench.advance(HOUR);
    await happen(bench, [{ object: "we_other", type: "webhook_endpoint.disabled" }]);
    await until(() => watcher.received.length === 2);
    expect(target.received).to.have.length(1);
  });

  it("do not disable an endpoint that has moved when its former address is gone", async () => {
    const held: ServerResponse[] = [];
    const former = await open((response) => held.push(response));
    const target = await open();
    const { id } = await makeEndpoint(bench, former.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await until(() => held.length === 1);
    await call(bench, "POST", `/webhook_endpoints/${id}`, { url: target.url });
    held[0]?.writeHead(410).end();
    await settled(bench);
    // Something else that is delivered shows that nothing is on its way to disable it any more.
    await happen(bench, [{ object: "pay_2" }]);
    await until(() => target.received.length === 1);
    const { body } = await call(bench, "GET", `/webhook_endpoints/${id}`);
    expect(body).to.include({ url: target.url, status: "enabled" });
  });

  it("disable an endpoint that failed for days, but not one that has succeeded meanwhile", async () => {
    let recovers = false;
    const dead = await open((response) => response.writeHead(500).end());
    const moody = await open((response) => response.writeHead(recovers ? 200 : 500).end());
    const { id } = await makeEndpoint(bench, dead.url);
    const { id: other } = await makeEndpoint(bench, moody.url);
    await bench.webhooks.start();
    for (let day = 1; day <= 5; day += 1) {
      recovers = day === 3;
      const before = [dead, moody].map(({ received }) => received.length);
      await happen(bench, [{ object: `pay_${day}` }]);
      await until(() =>
        [dead, moody].every(({ received }, which) => received.length > Number(before[which])),
      );
      await settled(bench);
      await bench.webhooks.maintain();
      const { body } = await call(bench, "GET", `/webhook_endpoints/${id}`);
      expect(body.status).to.equal(day === 5 ? "disabled" : "enabled");
      bench.advance(DAY);
    }
    const { body } = await call(bench, "GET", `/webhook_endpoints/${id}`);
    expect(body.disabled_reason).to.equal("failing");
    expect((await call(bench, "GET", `/webhook_endpoints/${other}`)).body.status).to.equal("enabled");
  });

  it("are sent one at a time, after growing pauses, while their endpoint answers nothing well", async () => {
    const target = await open((response) => response.writeHead(500).end());
    await makeEndpoint(bench, target.url);
    await happen(
      bench,
      Array.from({ length: 200 }, (_, n) => ({ object: `pay_${n}` })),
    );
    await bench.webhooks.start();
    const pause = async () => {
      const { rows } = await bench.core.pool.query<{ seconds: number; claims: number }>(
        `select extract(epoch from pause)::float as seconds,
           (select count(*)::integer from webhook_deliveries where claim is not null) as claims
         from webhook_endpoint_health`,
      );
      return rows[0]?.claims === 0 ? rows[0].seconds : undefined;
    };
    await until(async () => (await pause()) !== undefined);
    const first = target.received.length;
    // Fifty at once, and one more for each failure that was written down before the fifth made a pause.
    expect(first).to.be.at.most(50 + TROUBLE.failures - 1);
    const pauses = [];
    for (let round = 1; round <= 8; round += 1) {
      bench.advance(301_000);
      await until(() => target.received.length === first + round);
      await until(async () => (await pause()) !== undefined);
      pauses.push(await pause());
    }
    expect(pauses.at(-1)).to.equal(300);
    expect(pauses).to.deep.equal([...pauses].sort((a, b) => Number(a) - Number(b)));
  });

  it("make no room for others before it is written down that they failed", async () => {
    await bench.close();
    bench = await webhookBench({ settings: { WEBHOOK_CONCURRENCY: String(TROUBLE.failures) } });
    const held: ServerResponse[] = [];
    const target = await open((response) => held.push(response));
    await makeEndpoint(bench, target.url);
    await happen(
      bench,
      Array.from({ length: 20 }, (_, n) => ({ object: `pay_${n}` })),
    );
    await bench.webhooks.start();
    await until(() => held.length === TROUBLE.failures);

    const { pool } = bench.core.database;
    const session = await pool.connect();
    await session.query("begin");
    await session.query("select webhook_queue_lock()");
    const [first, ...others] = held.splice(0);
    first?.writeHead(500).end();
    const isWriting =
      "select from pg_stat_activity where wait_event = 'advisory' and datname = current_database()";
    await until(async () => (await pool.query(isWriting)).rowCount === 1);
    for (const response of others) response.writeHead(500).end();
    await sleep(100);
    await session.query("commit");
    session.release();
    const isPaused = "select from webhook_endpoint_health where paused_until is not null";
    await until(async () => (await pool.query(isPaused)).rowCount === 1);
    // One for the first failure; the others, written down next, make a pause.
    await sleep(100);
    expect(target.received).to.have.length(TROUBLE.failures + 1);
  });

  const endless = (response: Parameters<Parameters<typeof receiver>[0] & object>[0], chunk: string) => {
    const timer = setInterval(() => response.write(chunk), 1);
    response.on("close", () => clearInterval(timer));
  };

  it("are not when the receiver never answers", async () => {
    await bench.close();
    bench = await webhookBench({ settings: { WEBHOOK_TIMEOUT: "1" } });
    const target = await open(() => undefined);
    const { id } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    const [attempt] = await attemptsOf(id, 1);
    const { host } = new URL(target.url);
    expect(attempt).to.include({ response_status: null, error: `timeout: ${host} did not answer in time.` });
  });

  it("are not when the answer does not end in time", async () => {
    await bench.close();
    bench = await webhookBench({ settings: { WEBHOOK_TIMEOUT: "1" } });
    const target = await open((response) => endless(response, "."));
    const { id } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    const [attempt] = await attemptsOf(id, 1);
    expect(attempt?.error).to.match(/^timeout: /);
  });

  it("are when an endless body says 200: it is cut off, and 1 KiB of it is kept", async () => {
    const target = await open((response) => endless(response, "é\0".repeat(20_000)));
    const { id } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    const [attempt] = await attemptsOf(id, 1);
    expect(attempt).to.include({ response_status: 200, error: null });
    expect(attempt?.response_body).to.match(/^(é\uFFFD){341}\uFFFD?$/);
    expect((await deliveriesOf(id))[0]).to.include({ status: "delivered" });
  });

  it("are when the receiver is slow but in time", async () => {
    const target = await open((response) => setTimeout(() => response.end("done"), 300));
    const { id } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    const [attempt] = await attemptsOf(id, 1);
    expect(attempt).to.include({ response_status: 200, response_body: "done" });
    expect(attempt?.duration_ms).to.be.at.least(299);
  });

  it("are not when nobody listens, or a redirect is all the answer", async () => {
    const elsewhere = await open();
    const redirecting = await open((response) => response.writeHead(307, { location: elsewhere.url }).end());
    const closed = await open();
    await closed.close();
    const [{ id: redirected }, { id: refused }] = [
      await makeEndpoint(bench, redirecting.url),
      await makeEndpoint(bench, closed.url),
    ];
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    expect((await attemptsOf(redirected, 1))[0]).to.include({ response_status: 307 });
    expect((await attemptsOf(refused, 1))[0]?.error).to.match(
      /^not_connected: .* could not be reached \(ECONNREFUSED\)/,
    );
    expect(elsewhere.received).to.deep.equal([]);
  });

  it("wait while their endpoint is disabled, and are sent when it is enabled again", async () => {
    const target = await open((response, _message, count) =>
      response.writeHead(count === 1 ? 500 : 200).end(),
    );
    const { id } = await makeEndpoint(bench, target.url);
    const other = await open();
    await makeEndpoint(bench, other.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await attemptsOf(id, 1);
    await call(bench, "POST", `/webhook_endpoints/${id}/disable`);
    bench.advance(HOUR);
    await happen(bench, [{ object: "pay_missed" }]);
    await until(() => other.received.length === 2);
    expect(target.received).to.have.length(1);
    await call(bench, "POST", `/webhook_endpoints/${id}/enable`);
    await until(() => target.received.length === 2);
    expect(target.received.map(({ object }) => object)).to.deep.equal(["pay_1", "pay_1"]);
  });

  it("are of what happened before their endpoint was disabled too, though it is looked at later", async () => {
    const target = await open();
    const { id } = await makeEndpoint(bench, target.url);
    const act = (what: string) => call(bench, "POST", `/webhook_endpoints/${id}/${what}`);
    await happen(bench, [{ object: "pay_1" }]);
    await act("disable");
    const other = await open();
    await makeEndpoint(bench, other.url);
    await bench.webhooks.start();
    await until(() => other.received.length === 1);
    expect((await deliveriesOf(id)).map(({ status }) => status)).to.deep.equal(["pending"]);
    bench.advance(HOUR);
    await happen(bench, [{ object: "pay_missed" }]);
    await until(() => other.received.length === 2);
    await act("enable");
    await until(() => target.received.length === 1);
    expect((await deliveriesOf(id)).map(({ event_object: object }) => object)).to.deep.equal(["pay_1"]);
  });

  it("are of what happened before a time in which their endpoint was disabled, though it is looked at after it", async () => {
    const target = await open();
    const { id } = await makeEndpoint(bench, target.url);
    const act = (what: string) => call(bench, "POST", `/webhook_endpoints/${id}/${what}`);
    await happen(bench, [{ object: "pay_1" }]);
    await act("disable");
    bench.advance(HOUR);
    await happen(bench, [{ object: "pay_missed" }]);
    bench.advance(HOUR);
    await act("enable");
    await happen(bench, [{ object: "pay_2" }]);
    await bench.webhooks.start();
    await until(() => target.received.length === 2);
    expect((await deliveriesOf(id)).map(({ event_object: object }) => object)).to.deep.equal([
      "pay_2",
      "pay_1",
    ]);
  });

  it("are of all times in which their endpoint was enabled, however often it is disabled before they are looked at", async () => {
    const target = await open();
    const { id } = await makeEndpoint(bench, target.url);
    const act = (what: string) => call(bench, "POST", `/webhook_endpoints/${id}/${what}`);
    for (const object of ["pay_1", "pay_2", "pay_3"]) {
      await happen(bench, [{ object }]);
      bench.advance(HOUR);
      await act("disable");
      bench.advance(HOUR);
      if (object !== "pay_3") await act("enable");
    }
    const other = await open();
    await makeEndpoint(bench, other.url);
    await happen(bench, [{ object: "pay_missed" }]);
    await bench.webhooks.start();
    await until(() => other.received.length === 1);
    expect(target.received).to.deep.equal([]);
    await act("enable");
    await until(() => target.received.length === 3);
    await settled(bench);
    expect(target.received.map(({ object }) => object)).to.have.members(["pay_1", "pay_2", "pay_3"]);
    expect(await deliveriesOf(id)).to.have.length(3);
  });

  it("are not lost, nor sent while it is disabled, when their endpoint is disabled and enabled again and again", async () => {
    const isOff: boolean[] = [];
    let off = false;
    const target = await open((response) => {
      isOff.push(off);
      response.end();
    });
    const { id } = await makeEndpoint(bench, target.url);
    const act = (what: string) => call(bench, "POST", `/webhook_endpoints/${id}/${what}`);
    await bench.webhooks.start();
    const sent: string[] = [];
    for (let round = 1; round <= 20; round += 1) {
      sent.push(...(await happen(bench, [{ object: `pay_${round}` }])));
      await act("disable");
      // What was claimed just before may still be under way.
      await settled(bench);
      off = true;
      if (round % 4 === 0) await sleep(60);
      off = false;
      await act("enable");
    }
    await until(() => target.received.length >= sent.length);
    expect(target.received.map((each) => each.id)).to.have.members(sent);
    expect(isOff).not.to.include(true);
  });

  it("are not made for an endpoint that is disabled so long that they would be dead letters by now", async () => {
    const target = await open();
    const { id } = await makeEndpoint(bench, target.url);
    await happen(bench, [{ object: "pay_1" }]);
    await call(bench, "POST", `/webhook_endpoints/${id}/disable`);
    bench.advance(4 * DAY + HOUR);
    const other = await open();
    await makeEndpoint(bench, other.url);
    await happen(bench, [{ object: "pay_2" }]);
    await bench.webhooks.start();
    await until(() => other.received.length === 1);
    expect(await deliveriesOf(id)).to.deep.equal([]);
  });

  it("are canceled when their endpoint is deleted, also while one is in flight", async () => {
    const held: (() => void)[] = [];
    const target = await open((response) => held.push(() => response.writeHead(500).end()));
    const { id } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await happen(bench, [{ object: "pay_1", version: 2 }]);
    await until(() => held.length === 1);
    await call(bench, "DELETE", `/webhook_endpoints/${id}`);
    held[0]?.();
    await until(
      async () =>
        (await bench.core.pool.query("select from webhook_deliveries where attempts = 1")).rowCount === 1,
    );
    bench.advance(HOUR);
    await bench.webhooks.maintain();
    const { rows } = await bench.core.pool.query("select distinct state from webhook_deliveries");
    expect(rows).to.deep.equal([{ state: "canceled" }]);
    expect(target.received).to.have.length(1);
  });

  it("are dead letters after four days, whatever attempts are left", async () => {
    const target = await open((response) => response.writeHead(500).end());
    const { id } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await attemptsOf(id, 1);
    await call(bench, "POST", `/webhook_endpoints/${id}/disable`);
    bench.advance(4 * DAY - HOUR);
    await bench.webhooks.maintain();
    expect((await deliveriesOf(id))[0]).to.include({ status: "pending" });
    bench.advance(HOUR);
    await bench.webhooks.maintain();
    expect((await deliveriesOf(id))[0]).to.include({ status: "dead", attempt_count: 1 });
  });
});
