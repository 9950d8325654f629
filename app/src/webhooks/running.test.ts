import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { MeterProvider, MetricReader, type DataPoint, type Histogram } from "@opentelemetry/sdk-metrics";
import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import { testCluster } from "../../test/database.test-support.ts";
import { createPool } from "../database/pool.ts";
import { unavailable } from "../errors.ts";
import {
  call,
  happen,
  makeEndpoint,
  plainKeys,
  receiver,
  settled,
  webhookBench,
  type Bench,
  type Json,
  type Receiver,
} from "./webhooks.test-support.ts";

class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

describe("the dispatcher of webhooks", () => {
  let bench: Bench;
  let target: Receiver;
  afterEach(async () => {
    await target.close();
    await bench.close();
  });

  it("goes on by itself when the database was away", async () => {
    bench = await webhookBench();
    target = await receiver();
    await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await until(() => target.received.length === 1);
    const admin = createPool({ connection: (await testCluster()).url, role: null });
    const name = new URL(bench.core.database.url).pathname.slice(1);
    await admin.query(`alter database ${name} allow_connections false`);
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
    const isAway = () =>
      bench.core.pool.query("select").then(
        () => false,
        () => true,
      );
    await until(isAway);
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
    await until(async () => !(await isAway()));
    await happen(bench, [{ object: "pay_2" }]);
    await until(() => target.received.some(({ object }) => object === "pay_2"));
  });

  it("goes on when the database refuses the result of one of them", async () => {
    bench = await webhookBench();
    target = await receiver((response, { object }) => response.end(object));
    const { id } = await makeEndpoint(bench, target.url);
    const { pool } = bench.core.database;
    await pool.query(
      "alter table webhook_deliveries add constraint odd check (log::text not like '%pay_odd%')",
    );
    await happen(bench, [{ object: "pay_1" }, { object: "pay_odd" }, { object: "pay_2" }]);
    await bench.webhooks.start();
    const states = async () => {
      const { rows } = await pool.query<{ state: string }>(
        "select state from webhook_deliveries order by object",
      );
      return rows.map(({ state }) => state).join();
    };
    const odd = () => target.received.filter(({ object }) => object === "pay_odd").length;
    await until(async () => odd() === 1 && (await states()) === "delivered,delivered,pending");
    bench.advance(31_000);
    await until(() => odd() === 2);
    expect(await states()).to.equal("delivered,delivered,pending");
    await pool.query("alter table webhook_deliveries drop constraint odd");
    await until(async () => {
      bench.advance(31_000);
      return (await states()) === "delivered,delivered,delivered";
    });
    expect((await call(bench, "GET", `/webhook_endpoints/${id}`)).body.status).to.equal("enabled");
  });

  it("sends no more at once to one endpoint, and to all of them, than WEBHOOK_CONCURRENCY says, each process by itself", async () => {
    bench = await webhookBench({ settings: { WEBHOOK_CONCURRENCY: "3" } });
    const held: ServerResponse[][] = [[], [], [], [], []];
    let isHolding = true;
    let most = 0;
    const answerLater = (open: ServerResponse[], response: ServerResponse) =>
      setTimeout(() => {
        open.splice(open.indexOf(response), 1);
        response.end();
      }, 10);
    const targets = await Promise.all(
      held.map((open) =>
        receiver((response) => {
          most = Math.max(most, open.push(response));
          if (!isHolding) answerLater(open, response);
        }),
      ),
    );
    [target] = targets as [Receiver];
    const payments = (prefix: string) =>
      Array.from({ length: 30 }, (_, number) => ({ object: `pay_${prefix}${number}` }));
    /** Waits for so many, then for some more turns in which nothing may come. */
    async function untilHeld(count: number, each: number): Promise<void> {
      await until(() => held.flat().length >= count);
      await sleep(200);
      expect(held.flat()).to.have.length(count);
      expect(Math.max(...held.map((open) => open.length))).to.be.at.most(each);
    }

    await bench.webhooks.start();
    for (const { url } of targets.slice(0, 3)) await makeEndpoint(bench, url);
    await happen(bench, payments("a"));
    await untilHeld(9, 3);
    for (const { url } of targets.slice(3)) await makeEndpoint(bench, url);
    await happen(bench, payments("b"));
    await untilHeld(12, 3);
    // A failure makes room for one more, as soon as it is written down.
    held[0]?.shift()?.writeHead(500).end();
    await untilHeld(12, 3);
    await bench.another().start();
    await untilHeld(24, 6);

    isHolding = false;
    for (const open of held) for (const response of open) answerLater(open, response);
    const isDelivered = "select from webhook_deliveries where state = 'delivered'";
    await until(async () => ((await bench.core.pool.query(isDelivered)).rowCount ?? 0) >= 239);
    expect(most).to.be.at.most(6);
    await Promise.all(targets.map((each) => each.close()));
  });

  it("sends at once to endpoints of one server what it has in hand: nothing waits while its time to answer runs", async () => {
    bench = await webhookBench({ settings: { WEBHOOK_CONCURRENCY: "1" } });
    const held: ServerResponse[] = [];
    target = await receiver((response) => held.push(response));
    for (const path of ["a", "b", "c", "d"]) await makeEndpoint(bench, `${target.url}/${path}`);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await until(() => held.length === 4);
    for (const response of held) response.end();
  });

  it("writes down at its end what is known, and does not wait for slower receivers with that", async () => {
    bench = await webhookBench({ settings: { WEBHOOK_TIMEOUT: "60" } });
    const held = new Map<string, ServerResponse>();
    target = await receiver((response, { object }) => held.set(object, response));
    await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_slow" }, { object: "pay_1" }]);
    await until(() => held.size === 2);
    const stopped = bench.webhooks.stop();
    held.get("pay_1")?.end();
    const delivered = "select from webhook_deliveries where state = 'delivered'";
    await until(async () => (await bench.core.pool.query(delivered)).rowCount === 1);
    held.get("pay_slow")?.end();
    await stopped;
    expect((await bench.core.pool.query(delivered)).rowCount).to.equal(2);
  });

  it("does not count it against an endpoint when its secret cannot be read at the moment", async () => {
    bench = await webhookBench();
    target = await receiver();
    const { id } = await makeEndpoint(bench, target.url);
    let asked = 0;
    const keys = plainKeys();
    const keyEncryption = {
      ...keys,
      unwrap: (...key: Parameters<typeof keys.unwrap>) => {
        asked += 1;
        return asked === 1
          ? Promise.reject(unavailable("The root key is out of reach."))
          : keys.unwrap(...key);
      },
    };
    await bench.another({ keyEncryption, lease: 1000 }).start();
    await happen(bench, [{ object: "pay_1" }]);
    await until(() => asked === 1);
    bench.advance(1000);
    await until(() => target.received.length === 1);
    const deliveries = async () =>
      (await call(bench, "GET", `/webhook_endpoints/${id}/deliveries`)).body.data as Json[];
    await until(async () => (await deliveries())[0]?.status === "delivered");
    expect((await deliveries())[0]).to.include({ attempt_count: 1 });
  });

  it("measures attempts by what came of them, the backlog, and how old its oldest is", async () => {
    const reader = new Reader();
    const meter = new MeterProvider({ readers: [reader] }).getMeter("test");
    bench = await webhookBench({ meter });
    target = await receiver((response, { object }) =>
      response.writeHead(object === "pay_bad" ? 500 : 200).end(),
    );
    await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }, { object: "pay_2" }, { object: "pay_bad" }]);
    await happen(bench, [{ object: "pay_bad", version: 2 }]);

    const read = async () => {
      const { resourceMetrics } = await reader.collect();
      const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
      const points = (name: string) =>
        (all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []) as DataPoint<
          number | Histogram
        >[];
      return (name: string, outcome?: string) =>
        points(name).find(({ attributes }) => attributes.outcome === outcome)?.value;
    };
    await until(async () => {
      const value = await read();
      return value("webhook_attempts", "delivered") === 2 && value("webhook_attempts", "retried") === 1;
    });
    await settled(bench);
    bench.advance(6000);
    await until(async () => (await read())("webhook_attempts", "retried") === 2);
    await settled(bench);
    bench.advance(6000);
    const value = await read();
    expect(value("webhook_backlog")).to.equal(2);
    expect(value("webhook_oldest_undelivered_seconds")).to.be.within(12, 60);
    expect((value("webhook_attempt_duration_seconds", "delivered") as Histogram).count).to.equal(2);
  });
});
