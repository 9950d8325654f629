import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { pino } from "pino";
import { testApp, type TestApp } from "../test/app.test-support.ts";
import { eventually } from "../test/servers-crash.test-support.ts";
import { loadConfig } from "./config.ts";
import { attributesOf, spansOf, startCollector } from "./operations/operations.test-support.ts";
import { startTelemetry } from "./operations/telemetry.ts";
import { BANK_ACCOUNT, paymentBy } from "./payments/world.test-support.ts";
import { createService } from "./service.ts";

interface Body {
  id: string;
  status: string;
  secret: string;
  error?: { code: string; message: string };
}

describe("the whole service", () => {
  let here: TestApp;

  before(async () => {
    here = await testApp();
  });
  after(() => here.close());

  const pay = (app: TestApp, more: object = {}, idempotencyKey?: string) =>
    app.post<Body>("/v1/payments", paymentBy("approve", more), { idempotencyKey });

  it("N9, N14: counts payments by outcome, and how many of them succeed without what banks decline", async () => {
    const measured = await testApp();
    await pay(measured);
    await measured.post("/v1/payments", paymentBy("insufficient_funds"));
    const { text } = await measured.get("/metrics");
    await measured.close();
    const counted = (outcome: string) => `payment_attempts_total{outcome="${outcome}",livemode="false"} 1`;
    expect(text).to.include(counted("succeeded")).and.include(counted("declined"));
    expect(text).to.include('payment_captured_amount_total{currency="usd",livemode="false"} 10000');
    expect(text).to.include("slo_payment_success_ratio 1");
    expect(text).to.include('slo_payment_success_events_total{good="true"} 1');
    expect(text).not.to.include('slo_payment_success_events_total{good="false"}');
    // One metric of a name: whoever scrapes refuses a second one.
    const types = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(types).to.deep.equal([...new Set(types)]);
  });

  it("F5: traces a payment: its commits and its processor below the request, and the webhook that tells of it", async () => {
    const collector = await startCollector();
    const receiver = await startCollector();
    const traced = await testApp({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const endpoint = { url: receiver.url, enabled_events: ["payment.succeeded"] };
    await traced.post("/v1/webhook_endpoints", endpoint);
    await pay(traced);
    await eventually(() => expect(receiver.received).to.have.length(1));
    await traced.close();
    await collector.close();
    await receiver.close();

    const spans = spansOf(collector);
    const request = spans.find(({ name }) => name === "POST /v1/payments");
    const below = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    expect(below.map(({ name }) => name)).to.include.members(["journal.commit", "processor.call"]);
    const call = below.find(({ name }) => name === "processor.call");
    expect(attributesOf(call)).to.deep.equal({ processor: "simulator", operation: "authorize" });
    const sent = spans.find(({ name }) => name === "webhook.send");
    expect(attributesOf(sent)).to.deep.equal({ event: "payment.succeeded" });
  });

  it("E14, N8: shows database, journal, schema and each processor's circuit in its readiness", async () => {
    const { status, body } = await here.get<{ components: Record<string, { status: string }> }>("/ready");
    expect(status).to.equal(200);
    expect(body.components).to.have.all.keys("readinessState", "db", "journal", "migrations", "processors");
    expect(body.components.processors).to.deep.equal({
      status: "UP",
      details: { simulator: "closed", ach: "closed", ach_test: "closed" },
    });
  });

  it("can be stopped while it starts: what has begun ends, and nothing more begins", async () => {
    const config = loadConfig({ DATABASE_URL: here.database.url, DATA_FOLDER: here.folder });
    const telemetry = await startTelemetry(config, "test");
    const silent = pino({ level: "silent" });
    const log = { log: silent, access: silent, flush: () => undefined };
    const service = await createService(config, { log, telemetry, lifecycle: { isReady: false } });
    const started = service.start();
    await Promise.all([started, service.stop()]);
    await telemetry.stop();
  });

  describe("kill switches", () => {
    let there: TestApp;
    let account: string;

    before(async () => {
      there = await testApp({}, here);
      account = (await here.post<Body>("/v1/payment_methods", BANK_ACCOUNT)).body.id;
    });
    after(() => there.close());

    async function turn(key: string, action: "kill" | "enable"): Promise<void> {
      expect((await here.post(`/v1/flags/${key}/${action}`, {})).status).to.equal(200);
    }

    /** Throws a switch here, sees the path stopped there within a second, and opens it again. */
    async function expectStop(
      path: string,
      use: () => Promise<{ status: number; body: Body }>,
      meanwhile: () => Promise<void> = () => Promise.resolve(),
    ): Promise<void> {
      const key = `stop-${path}`;
      await here.post("/v1/flags", { key, kind: "kill_switch", paths: [path] });
      await turn(key, "kill");
      const stopped = await eventually(async () => {
        const answer = await use();
        expect(answer.status).to.equal(503);
        return answer;
      }, 1000);
      expect(stopped.body.error).to.deep.include({ code: "path_stopped" });
      expect(stopped.body.error?.message).to.include(`(kill switch ${key}). Nothing was done`);
      await meanwhile();
      await turn(key, "enable");
      await eventually(async () => expect((await use()).status).to.be.below(500), 1000);
    }

    const count = async (kind: string) =>
      (await here.database.pool.query<{ count: number }>(`select count(*)::int as count from ${kind}`))
        .rows[0]?.count;

    for (const path of [
      "payments",
      "payments.method.card",
      "payments.processor.simulator",
      "payments.currency.usd",
    ]) {
      it(`N6: ${path} stops new payments on every instance within a second, and nothing is recorded`, async () => {
        await expectStop(
          path,
          () => pay(there),
          async () => {
            const before = await count("payments");
            expect((await pay(there, {}, path)).status).to.equal(503);
            expect(await count("payments")).to.equal(before);
          },
        );
        // The key is free: the refusal was no answer.
        expect((await pay(there, {}, path)).body.status).to.equal("succeeded");
      });
    }

    it("N6: stopped payments can be confirmed by nobody, while captures and refunds of others go on", async () => {
      const held = (await pay(there, { capture_method: "manual" })).body;
      const open = (await pay(there, { confirm: false })).body;
      const confirm = () => there.post<Body>(`/v1/payments/${open.id}/confirm`, {});
      await expectStop("payments", confirm, async () => {
        const captured = await there.post<Body>(`/v1/payments/${held.id}/capture`, {});
        expect([captured.status, captured.body.status]).to.deep.equal([200, "succeeded"]);
        const refunded = await there.post<Body>("/v1/refunds", { payment: held.id });
        expect([refunded.status, refunded.body.status]).to.deep.equal([200, "succeeded"]);
      });
    });

    for (const path of ["refunds", "refunds.processor.simulator"]) {
      it(`N6: ${path} stops refunds`, async () => {
        const payment = (await pay(there)).body.id;
        await expectStop(path, () => there.post<Body>("/v1/refunds", { payment, amount: 1 }));
      });
    }

    it("N6: transfers stops transfers", async () => {
      const accounts = ["from", "to"].map((name) => ({
        name,
        type: "liability",
        currency: "usd",
        overdraft: 10,
      }));
      const [source, destination] = await Promise.all(
        accounts.map(async (one) => (await here.post<Body>("/v1/ledger/accounts", one)).body.id),
      );
      const body = { amount: 1, currency: "usd", source, destination };
      await expectStop("transfers", () => there.post<Body>("/v1/transfers", body));
    });

    for (const path of ["payouts", "payouts.processor.ach_test", "payouts.currency.usd"]) {
      it(`N6: ${path} stops payouts`, async () => {
        const body = { amount: 1, currency: "usd", payment_method: account };
        await expectStop(path, () => there.post<Body>("/v1/payouts", body));
      });
    }

    it("N6: webhooks wait while they are stopped, and are sent later", async () => {
      const receiver = await startCollector();
      await here.post("/v1/flags", { key: "stop-webhooks", kind: "kill_switch", paths: ["webhooks"] });
      await turn("stop-webhooks", "kill");
      // As long as the other instance may take to hear of it.
      await sleep(1000);
      const endpoint = { url: receiver.url, enabled_events: ["payment.succeeded"] };
      const { id } = (await here.post<Body>("/v1/webhook_endpoints", endpoint)).body;
      const payment = (await pay(here)).body.id;
      // Payments of the minute before the endpoint may be told of, too, where their events were late.
      const deliveries = `webhook_deliveries where endpoint = '${id}' and object = '${payment}'`;
      await eventually(async () => expect(await count(deliveries)).to.equal(1));
      await sleep(500);
      expect(receiver.received).to.deep.equal([]);
      await turn("stop-webhooks", "enable");
      const told = () => receiver.received.filter(({ body }) => body.includes(payment));
      await eventually(() => expect(told()).to.have.length(1), 5000);
      await receiver.close();
    });
  });

  it("gives callers of different customers different answers, also for the same key and body", async () => {
    const callers = await Promise.all(
      [1, 2].map(async () => {
        const customer = (await here.post<Body>("/v1/customers", {})).body.id;
        const scopes = ["payments:read", "payments:write"];
        const key = await here.post<Body>("/v1/api_keys", { name: "One customer", scopes, customer });
        return { customer, apiKey: key.body.secret };
      }),
    );
    const create = ({ apiKey }: { apiKey: string }) =>
      here.post<Body & { customer: string }>(
        "/v1/payments",
        { amount: 5, currency: "usd" },
        { apiKey, idempotencyKey: "order-1" },
      );
    const [first, second] = callers as [(typeof callers)[0], (typeof callers)[0]];
    const answer = await create(first);
    expect(answer.body).to.include({ customer: first.customer });
    expect((await create(first)).text).to.equal(answer.text);
    const refused = await create(second);
    expect([refused.status, refused.body.error?.code]).to.deep.equal([400, "idempotency_key_reused"]);
    expect(refused.text).not.to.include(answer.body.id);
  });
});
