import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import {
  call,
  happen,
  makeEndpoint,
  receiver,
  webhookBench,
  type Bench,
  type Json,
  type Receiver,
} from "./webhooks.test-support.ts";

const DAY = 86_400_000;

describe("the log of webhook deliveries", () => {
  let bench: Bench;
  let target: Receiver;
  beforeEach(async () => {
    bench = await webhookBench();
    target = await receiver();
  });
  afterEach(async () => {
    await target.close();
    await bench.close();
  });

  const seconds = () => Math.floor(bench.core.clock() / 1000);
  const replay = (id: string, range: object) => call(bench, "POST", `/webhook_endpoints/${id}/replay`, range);
  const delivered = (count: number) =>
    until(async () => {
      const { rows } = await bench.core.pool.query<{ state: string }>("select state from webhook_deliveries");
      return rows.length === count && rows.every(({ state }) => state === "delivered");
    });

  it("shows each delivery with its attempts, and lists an endpoint's page by page", async () => {
    const { id } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    const events = [];
    for (const object of ["pay_1", "pay_2", "pay_3"]) {
      events.push(...(await happen(bench, [{ object }])));
    }
    await delivered(3);
    const { body } = await call(bench, "GET", `/webhook_endpoints/${id}/deliveries?limit=2`);
    const [newest, second] = body.data as [Json, Json];
    expect(body).to.include({ has_more: true, url: `/v1/webhook_endpoints/${id}/deliveries` });
    expect([newest.event, second.event]).to.deep.equal([events[2], events[1]]);
    const query = (text: string) => call(bench, "GET", `/webhook_endpoints/${id}/deliveries?${text}`);
    const next = await query(`starting_after=${String(second.id)}`);
    expect((next.body.data as Json[]).map(({ event }) => event)).to.deep.equal([events[0]]);
    const before = await query(`limit=1&ending_before=${String(second.id)}`);
    expect(before.body.data).to.deep.equal([newest]);
    expect((await query("status=dead")).body.data).to.deep.equal([]);
    const misplaced = await query(`starting_after=${String(second.event)}`);
    expect(misplaced.status).to.equal(400);
    expect(misplaced.body.error).to.include({ param: "starting_after" });
    const letters = await call(bench, "GET", `/webhook_endpoints/${id}/dead_letters?ending_before=whd_1`);
    expect(letters.status).to.equal(400);

    const { body: shown } = await call(bench, "GET", `/webhook_deliveries/${String(newest.id)}`);
    expect(shown).to.deep.equal(newest);
    expect(shown).to.deep.include({
      object: "webhook_delivery",
      livemode: false,
      webhook_endpoint: id,
      event: events[2],
      event_type: "payment.succeeded",
      event_object: "pay_3",
      status: "delivered",
      attempt_count: 1,
      next_attempt: null,
    });
    const [attempt] = shown.attempts as [Json];
    expect(attempt).to.include({ response_status: 200, response_body: "ok", error: null });
    expect(attempt).to.include.keys("created", "duration_ms");
  });

  it("knows no delivery of another mode, or with an id that is none", async () => {
    const { id } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await delivered(1);
    const { body } = await call(bench, "GET", `/webhook_endpoints/${id}/deliveries`);
    const delivery = String((body.data as [Json])[0].id);
    for (const [name, headers] of [
      [delivery, { "test-live": "true" }],
      ["whd_nonsense", {}],
      [delivery.slice(0, -1) + (delivery.endsWith("0") ? "1" : "0"), {}],
    ] as const) {
      const answer = await call(bench, "GET", `/webhook_deliveries/${name}`, undefined, headers);
      expect(answer.status).to.equal(404);
      expect(answer.body.error).to.include({ message: `There is no webhook delivery ${name}.` });
      expect(
        (await call(bench, "POST", `/webhook_deliveries/${name}/replay`, undefined, headers)).status,
      ).to.equal(404);
    }
  });

  it("lets a delivery be replayed: the same bytes once more, the log goes on", async () => {
    const { id } = await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await delivered(1);
    const { body } = await call(bench, "GET", `/webhook_endpoints/${id}/deliveries`);
    const path = `/webhook_deliveries/${String((body.data as [Json])[0].id)}`;
    const answer = await call(bench, "POST", `${path}/replay`);
    expect(answer.body).to.include({ status: "pending", attempt_count: 0 });
    await until(() => target.received.length === 2);
    await delivered(1);
    expect(target.received[0]?.body).to.equal(target.received[1]?.body);
    expect((await call(bench, "GET", path)).body.attempts).to.have.length(2);
  });

  it("lets a range of events be replayed, also those that the endpoint never got", async () => {
    const [early] = await happen(bench, [{ object: "pay_early" }]);
    bench.advance(DAY);
    const since = seconds();
    const missed = await happen(bench, [
      { object: "pay_1" },
      { object: "pay_1", version: 2, type: "payment.canceled" },
      { object: "re_1", type: "refund.created" },
    ]);
    bench.advance(DAY);
    const until_ = seconds();
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_late" }]);
    const behind =
      "select from webhook_cursors c join audit_chains a on a.id = c.chain where a.height > c.height";
    await until(async () => (await bench.core.pool.query(behind)).rowCount === 0);
    const { id } = await makeEndpoint(bench, target.url);

    const answer = await replay(id, { since, until: until_ });
    expect(answer.body).to.deep.equal({ object: "webhook_replay", webhook_endpoint: id, count: 2 });
    await until(() => target.received.length === 2);
    expect(target.received.map((message) => message.id)).to.deep.equal(missed.slice(0, 2));

    await delivered(2);
    expect((await replay(id, { since, until: until_, types: ["refund.*"] })).body).to.include({ count: 1 });
    await until(() => target.received.length === 3);
    expect(target.received[2]).to.include({ id: missed[2], type: "refund.created" });

    await delivered(3);
    expect((await replay(id, { since: 0, types: ["payment.succeeded"] })).body).to.include({ count: 3 });
    await until(() => target.received.length === 6);
    expect(target.received.map((message) => message.id)).to.include(early);
  });

  it("replays ranges of more than a thousand events", async () => {
    await happen(
      bench,
      Array.from({ length: 2500 }, (_, n) => ({ object: `pay_${n}` })),
    );
    await bench.core.pool.query(
      "update webhook_cursors c set height = a.height from audit_chains a where a.id = c.chain",
    );
    const { id } = await makeEndpoint(bench, target.url);
    expect((await replay(id, { since: 0 })).body).to.include({ count: 2500 });
  });

  it("refuses an empty range, and replays to an endpoint that is disabled", async () => {
    const { id } = await makeEndpoint(bench, target.url);
    expect((await replay(id, { since: 20, until: 10 })).body.error).to.include({
      code: "range_empty",
      param: "until",
      message: "until (10) must be after since (20).",
    });
    await call(bench, "POST", `/webhook_endpoints/${id}/disable`);
    const message = "The webhook endpoint is disabled: enable it first.";
    expect((await replay(id, { since: 0 })).body.error).to.include({ message });
    const letters = await call(bench, "POST", `/webhook_endpoints/${id}/dead_letters/replay`);
    expect(letters.body.error).to.include({ message });
  });

  it("does not tell one endpoint of the pings to another in a replay", async () => {
    const { id: other } = await makeEndpoint(bench, target.url, ["*"]);
    await bench.webhooks.start();
    await call(bench, "POST", `/webhook_endpoints/${other}/test`);
    await until(() => target.received.some(({ type }) => type === "ping"));
    const { id } = await makeEndpoint(bench, target.url, ["ping"]);
    expect((await replay(id, { since: 0, types: ["ping"] })).body).to.include({ count: 0 });
  });

  it("is kept for as many days as the setting says", async () => {
    await makeEndpoint(bench, target.url);
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    await delivered(1);
    bench.advance(29 * DAY);
    await happen(bench, [{ object: "pay_2" }]);
    await delivered(2);
    await bench.webhooks.maintain();
    await delivered(2);
    bench.advance(DAY);
    await bench.webhooks.maintain();
    await delivered(1);
    expect((await call(bench, "GET", "/events")).body.data).to.have.length(3);
  });

  it("shows what an erased event was about, and nothing more", async () => {
    await makeEndpoint(bench, target.url);
    const [event] = await happen(bench, [{ object: "cus_1", type: "payment.succeeded" }]);
    await bench.core.database.pool.query("update events set data = null where id = $1", [event]);
    await bench.webhooks.start();
    await until(() => target.received.length === 1);
    expect(JSON.parse(target.received[0]?.body ?? "")).to.deep.include({
      id: event,
      data: { object: { id: "cus_1", erased: true } },
    });
  });
});
