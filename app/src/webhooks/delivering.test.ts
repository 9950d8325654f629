import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import { Webhook } from "standardwebhooks";
import {
  call,
  happen,
  makeEndpoint,
  receiver,
  settled,
  webhookBench,
  type Bench,
  type Received,
  type Receiver,
} from "./webhooks.test-support.ts";

const HOUR = 3_600_000;

function verifies(secret: string, { body, headers }: Received): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

function versionsOf(received: readonly Received[], object: string): number[] {
  return received
    .filter((message) => message.object === object)
    .map(({ body }) => (JSON.parse(body) as { data: { object: { version: number } } }).data.object.version);
}

describe("webhooks that are delivered", () => {
  let bench: Bench;
  const targets: Receiver[] = [];
  async function open(...answer: Parameters<typeof receiver>): Promise<Receiver> {
    const made = await receiver(...answer);
    targets.push(made);
    return made;
  }

  beforeEach(async () => {
    bench = await webhookBench();
  });
  afterEach(async () => {
    await Promise.all(targets.splice(0).map((each) => each.close()));
    await bench.close();
  });

  it("carry the event as the API shows it, signed so that the verifier of Standard Webhooks takes it", async () => {
    const target = await open();
    const { secret } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    const [id] = await happen(bench, [{ object: "pay_1" }]);
    await until(() => target.received.length > 0);
    const [message] = target.received as [Received];

    expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(verifies(secret, message)).to.equal(true);
    expect(verifies(secret, { ...message, body: `${message.body} ` })).to.equal(false);
    expect(message.headers).to.include({ "webhook-id": id, "content-type": "application/json" });
    const { text, body } = await call(bench, "GET", `/events/${id}`);
    expect(message.body).to.equal(text);
    expect(body).to.deep.equal({
      id,
      object: "event",
      type: "payment.succeeded",
      timestamp: body.timestamp,
      created: body.created,
      livemode: false,
      data: { object: { id: "pay_1", object: "payment", amount: 1099, version: 1 } },
      request: { id: "req_test" },
    });
    expect(Math.floor(Date.parse(body.timestamp as string) / 1000)).to.equal(body.created);
  });

  it("have the same bytes and the same id at each attempt, and a signature of their own", async () => {
    const target = await open((response, _message, count) => {
      response.statusCode = count < 3 ? 500 : 200;
      response.end();
    });
    const { secret } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    for (const count of [1, 2, 3]) {
      await until(() => target.received.length === count);
      await settled(bench);
      bench.advance(60_000 * count);
    }
    const { received } = target;
    expect(new Set(received.map(({ body }) => body)).size).to.equal(1);
    expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).to.equal(1);
    expect(new Set(received.map(({ headers }) => headers["webhook-signature"])).size).to.equal(3);
    // The clock was put forward for the later ones; the first is of now.
    expect(received.slice(0, 1).every((message) => verifies(secret, message))).to.equal(true);
  });

  it("bear signatures of both secrets after a rotation, until the overlap has passed", async () => {
    const target = await open();
    const { id, secret } = await makeEndpoint(bench, target.url);
    const rotated = await call(bench, "POST", `/webhook_endpoints/${id}/rotate_secret`);
    const next = rotated.body.secret as string;
    expect(next).not.to.equal(secret);
    expect(rotated.body).to.include({ secret_version: 2 });

    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await until(() => target.received.length === 1);
    const [during] = target.received as [Received];
    expect(during.headers["webhook-signature"]).to.match(/^v1,\S+ v1,\S+$/);
    expect([secret, next].map((each) => verifies(each, during))).to.deep.equal([true, true]);

    await settled(bench);
    bench.advance(24 * HOUR);
    await happen(bench, [{ object: "pay_2" }]);
    await until(() => target.received.length === 2);
    expect(target.received[1]?.headers["webhook-signature"]).to.match(/^v1,\S+$/);
  });

  it("bear the new secret's signature alone when the old one has leaked", async () => {
    const target = await open();
    const { id, secret } = await makeEndpoint(bench, target.url);
    const { body } = await call(bench, "POST", `/webhook_endpoints/${id}/rotate_secret`, { overlap: 0 });
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await until(() => target.received.length === 1);
    const [message] = target.received as [Received];
    expect([secret, body.secret as string].map((each) => verifies(each, message))).to.deep.equal([
      false,
      true,
    ]);
  });

  it("N6: wait while their mode is stopped, and are sent after that", async () => {
    const stopped = new Set([false]);
    const switched = bench.another({ isStopped: (livemode) => stopped.has(livemode) });
    const [test, live] = [await open(), await open()];
    await makeEndpoint(bench, test.url);
    const body = { url: live.url, enabled_events: ["payment.*"] };
    await call(bench, "POST", "/webhook_endpoints", body, { "test-live": "true" });
    await happen(bench, [{ object: "pay_1" }]);
    await happen(bench, [{ object: "pay_2" }], true);
    await switched.start();
    await until(() => live.received.length === 1);
    expect(test.received).to.deep.equal([]);
    stopped.clear();
    await until(() => test.received.length === 1);
  });

  it("go to the endpoints that want their type, in their mode", async () => {
    const [all, payments, one, live] = [await open(), await open(), await open(), await open()];
    await makeEndpoint(bench, all.url, ["*"]);
    await makeEndpoint(bench, payments.url, ["payment.*"]);
    await makeEndpoint(bench, one.url, ["refund.updated", "payment.canceled"]);
    await call(
      bench,
      "POST",
      "/webhook_endpoints",
      { url: live.url, enabled_events: ["payment.*"] },
      { "test-live": "true" },
    );
    await bench.webhooks.start();
    await happen(bench, [
      { object: "pay_1", type: "payment.succeeded" },
      { object: "pay_2", type: "payment.canceled" },
      { object: "pay_3", type: "payment_method.attached" },
      { object: "re_1", type: "refund.updated" },
    ]);
    await happen(bench, [{ object: "pay_4" }], true);
    const objects = (target: Receiver) =>
      target.received.flatMap(({ object }) => (object.startsWith("we_") ? [] : [object])).sort();
    await until(
      () => objects(all).length === 4 && payments.received.length === 2 && one.received.length === 2,
    );
    await until(() => live.received.length === 1);
    expect(objects(all)).to.deep.equal(["pay_1", "pay_2", "pay_3", "re_1"]);
    expect(objects(payments)).to.deep.equal(["pay_1", "pay_2"]);
    expect(objects(one)).to.deep.equal(["pay_2", "re_1"]);
    expect(objects(live)).to.deep.equal(["pay_4"]);
  });

  it("come in the order of each object, and an object's trouble holds up that object alone", async () => {
    const target = await open((response, { object }, count) => {
      response.statusCode = object === "pay_bad" && count < 8 ? 500 : 200;
      response.end();
    });
    await makeEndpoint(bench, target.url);
    const versions = [1, 2, 3, 4];
    for (const version of versions) {
      await happen(
        bench,
        ["pay_bad", "pay_1", "pay_2"].map((object) => ({ object, version })),
      );
    }
    await bench.webhooks.start();
    await until(
      () => versionsOf(target.received, "pay_1").length + versionsOf(target.received, "pay_2").length === 8,
    );
    expect(versionsOf(target.received, "pay_bad")).to.deep.equal([1]);
    await settled(bench);
    bench.advance(10_000);
    await until(() => target.received.length === 13);
    expect(versionsOf(target.received, "pay_bad")).to.deep.equal([1, 1, 2, 3, 4]);
    expect(versionsOf(target.received, "pay_1")).to.deep.equal(versions);
    expect(versionsOf(target.received, "pay_2")).to.deep.equal(versions);
  });

  it("are sent once each when several instances share the work", async () => {
    const target = await open();
    await makeEndpoint(bench, target.url);
    await Promise.all([bench.webhooks.start(), bench.another().start(), bench.another().start()]);
    const ids: string[] = [];
    for (let version = 1; version <= 5; version += 1) {
      ids.push(
        ...(await happen(
          bench,
          Array.from({ length: 60 }, (_, n) => ({ object: `pay_${n}`, version })),
        )),
      );
    }
    await until(() => target.received.length >= ids.length);
    expect(target.received.map(({ id }) => id).sort()).to.deep.equal(ids.sort());
    expect(versionsOf(target.received, "pay_7")).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it("do not wait for an endpoint that does not answer", async () => {
    const [dead, good] = [await open(() => undefined), await open()];
    await makeEndpoint(bench, dead.url);
    await makeEndpoint(bench, good.url);
    await happen(
      bench,
      Array.from({ length: 300 }, (_, n) => ({ object: `pay_${n}` })),
    );
    await bench.webhooks.start();
    await until(() => good.received.length === 300);
    expect(dead.received.length).to.be.below(300);
  });

  it("are at most so many at once as the setting says", async () => {
    await bench.close();
    bench = await webhookBench({ settings: { WEBHOOK_CONCURRENCY: "3" } });
    let atOnce = 0;
    let most = 0;
    const target = await open((response) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      setTimeout(() => {
        atOnce -= 1;
        response.end();
      }, 20);
    });
    await makeEndpoint(bench, target.url);
    await happen(
      bench,
      Array.from({ length: 30 }, (_, n) => ({ object: `pay_${n}` })),
    );
    await bench.webhooks.start();
    await until(() => target.received.length === 30);
    expect(most).to.equal(3);
  });

  it("use their connections again", async () => {
    const ports = new Set<number | undefined>();
    const target = await open((response) => {
      ports.add(response.socket?.remotePort);
      response.end("ok");
    });
    await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    for (let n = 0; n < 5; n += 1) {
      await happen(bench, [{ object: `pay_${n}` }]);
      await until(() => target.received.length === n + 1);
    }
    expect(ports.size).to.equal(1);
  });

  it("are tried again by another instance when the one that had them in hand is gone", async () => {
    const target = await open();
    await makeEndpoint(bench, target.url);
    const [id] = await happen(bench, [{ object: "pay_1" }]);
    const now = () => new Date(bench.core.clock());
    await bench.core.pool.query("select webhook_fan_out($1, 100, '4 days')", [now()]);
    const claimed = await bench.core.pool.query<{ id: string }>(
      "select id from webhook_claim('gone', $1, '30 s', 10, 10, 5, '{}')",
      [now()],
    );
    expect(claimed.rows).to.deep.equal([{ id }]);
    await bench.webhooks.start();
    // Something else that is delivered shows that the instance works.
    await happen(bench, [{ object: "pay_2" }]);
    await until(() => target.received.length === 1);
    expect(target.received.map(({ object }) => object)).to.deep.equal(["pay_2"]);
    const delivered = "select from webhook_deliveries where state = 'delivered'";
    await until(async () => (await bench.core.pool.query(delivered)).rowCount === 1);
    bench.advance(31_000);
    await until(() => target.received.length === 2);
    expect(target.received.map(({ object }) => object)).to.deep.equal(["pay_2", "pay_1"]);
  });

  it("under way when the service stops are finished and not sent again", async () => {
    const held: (() => void)[] = [];
    const target = await open((response) => held.push(() => response.end()));
    await makeEndpoint(bench, target.url);
    await happen(bench, [{ object: "pay_1" }]);
    await bench.webhooks.start();
    await until(() => held.length === 1);
    const stopped = bench.webhooks.stop();
    held[0]?.();
    await stopped;
    const { rows } = await bench.core.pool.query("select state, attempts from webhook_deliveries");
    expect(rows).to.deep.equal([{ state: "delivered", attempts: 1 }]);
  });

  it("are not made when there is no endpoint, and those of before its time are not sent to a new one", async () => {
    await happen(bench, [{ object: "pay_old" }]);
    await bench.webhooks.start();
    const behind =
      "select from webhook_cursors c join audit_chains a on a.id = c.chain where a.height > c.height";
    await until(async () => (await bench.core.pool.query(behind)).rowCount === 0);
    const target = await open();
    await makeEndpoint(bench, target.url);
    await happen(bench, [{ object: "pay_new" }]);
    await until(() => target.received.length > 0);
    expect(target.received.map(({ object }) => object)).to.deep.equal(["pay_new"]);
    expect((await bench.core.pool.query("select event from webhook_deliveries")).rowCount).to.equal(1);
  });

  it("of a time before their endpoint are not sent, though they come to be looked at later", async () => {
    await happen(bench, [{ object: "pay_old" }]);
    bench.advance(120_000);
    const target = await open();
    await makeEndpoint(bench, target.url);
    await happen(bench, [{ object: "pay_new" }]);
    await bench.webhooks.start();
    await until(() => target.received.length > 0);
    const { rows } = await bench.core.pool.query("select object from webhook_deliveries");
    expect(rows).to.deep.equal([{ object: "pay_new" }]);
  });
});
