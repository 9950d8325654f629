import { expect } from "chai";
import { loadConfig } from "../config.ts";
import type { EventType } from "../events/types.ts";
import type { Attempt } from "../payments/attempt.ts";
import { paymentMetrics } from "./payment-metrics.ts";
import { startTelemetry } from "./telemetry.ts";

const NOW = 1_795_305_600_000;

async function measured() {
  const telemetry = await startTelemetry(loadConfig({}), "0.0.0");
  const committed = paymentMetrics(telemetry.meter, () => NOW);
  function commit(event: EventType | undefined, attempt: Partial<Attempt>, more: object = {}): void {
    const data = { currency: "usd", attempt: { amount: 1000, started: NOW - 300, ...attempt }, ...more };
    committed({
      livemode: true,
      actor: "key_1",
      objects: [{ kind: "payments", id: "pay_1", version: 2, created: NOW - 5000, data }],
      events:
        event === undefined
          ? []
          : [{ id: "evt_1", type: event, object: "pay_1", version: 2, created: NOW, data: "{}" }],
    });
  }
  return { commit, text: () => telemetry.metricsText() };
}

describe("the payments' metrics", () => {
  it("N9, N14: count attempts by outcome, and the share that succeeded without what banks declined", async () => {
    const { commit, text } = await measured();
    const declined = { operation: "authorize", outcome: "declined" } as const;
    for (let i = 0; i < 3; i += 1)
      commit("payment.authorized", { operation: "authorize", outcome: "approved" });
    commit("payment.declined", declined, { last_error: { type: "card_error", code: "card_declined" } });
    commit("payment.declined", declined, { last_error: { type: "card_error", code: "processing_error" } });
    commit("payment.failed", declined);
    commit("payment.failed", { operation: "authorize", outcome: "approved" });
    const scraped = await text();
    expect(scraped).to.include('payment_attempts_total{outcome="succeeded",livemode="true"} 3');
    expect(scraped).to.include('payment_attempts_total{outcome="declined",livemode="true"} 2');
    expect(scraped).to.include('payment_attempts_total{outcome="failed",livemode="true"} 1');
    expect(scraped).to.include('payment_attempts_total{outcome="returned",livemode="true"} 1');
    expect(scraped).to.include("slo_payment_success_ratio 0.75");
    expect(scraped).to.include('slo_payment_success_events_total{good="true"} 3');
    expect(scraped).to.include('slo_payment_success_events_total{good="false"} 1');
  });

  it("measure the time from asking to the outcome, by outcome", async () => {
    const { commit, text } = await measured();
    commit("payment.succeeded", { operation: "authorize", outcome: "approved" });
    const labels = 'outcome="succeeded",livemode="true"';
    expect(await text()).to.include(`payment_attempt_duration_sum{${labels}} 0.3`);
    expect(await text()).to.include(`payment_attempt_duration_bucket{${labels},le="0.25"} 0`);
    expect(await text()).to.include(`payment_attempt_duration_bucket{${labels},le="0.5"} 1`);
  });

  it("count captures as money, not as further attempts", async () => {
    const { commit, text } = await measured();
    commit("payment.partially_captured", { operation: "capture", outcome: "approved", amount: 400 });
    commit("payment.succeeded", { operation: "capture", outcome: "approved", amount: 600 });
    expect(await text()).to.include('payment_captured_amount_total{currency="usd",livemode="true"} 1000');
    expect(await text()).not.to.include("payment_attempts_total{");
  });

  it("leave out changes that end nothing", async () => {
    const { commit, text } = await measured();
    commit("payment.updated", { operation: "authorize", outcome: "approved" });
    commit("payment.processing", { operation: "authorize", outcome: "asked" });
    commit(undefined, { operation: "authorize", outcome: "approved" });
    expect(await text()).not.to.match(/^payment_|^slo_/m);
  });
});
