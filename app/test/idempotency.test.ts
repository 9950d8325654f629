/** Every POST of the API keeps the promise of `Idempotency-Key`: one effect and one answer, from any instance. */
import { expect } from "chai";
import { testApp, type TestApp } from "./app.test-support.ts";
import { until } from "./wait.test-support.ts";

interface Body {
  id: string;
  status: string;
  data: { id: string }[];
  error?: { code: string };
}

interface Request {
  path: string;
  body?: object;
}

const NOW = Math.floor(Date.now() / 1000);
const CARD = { type: "card", card: { number: "4242424242424242", exp_month: 12, exp_year: 2035 } };
const PAYMENT = { amount: 1000, currency: "usd", payment_method: "pm_card_visa", confirm: true };
const ACCOUNT = { name: "Ada", type: "liability", currency: "usd", overdraft: null };
const FILE = "reference,type,amount,currency,fee,net,date\nch_example,charge,1099,usd,3,1096,2026-01-31\n";

/** Each token is another; and of rotations one runs at a time, whoever asks. */
const WITHOUT = ["createToken", "rotateVaultKeys"];

describe("Idempotency-Key", function () {
  this.timeout(60_000);
  let here: TestApp;
  let there: TestApp;
  /** Requests by operation. Some come too late for their object: their final error is the key's answer. */
  let requests: Record<string, Request>;

  before(async () => {
    here = await testApp({ PROCESSOR_NOTICE_INTERVAL: "1" });
    there = await testApp({ PROCESSOR_NOTICE_INTERVAL: "1" }, here);
    requests = await requestsOfAll();
  });
  after(async () => {
    await there.close();
    await here.close();
  });

  it("is kept by every POST: another instance answers byte by byte, and another request under the key is refused", async () => {
    const { body: document } = await here.get<{ paths: Record<string, { post?: { operationId: string } }> }>(
      "/openapi.json",
    );
    const operations = Object.values(document.paths).flatMap(({ post }) => (post ? [post.operationId] : []));
    expect(Object.keys(requests)).to.have.members(operations.filter((id) => !WITHOUT.includes(id)));

    for (const [operation, { path, body }] of Object.entries(requests)) {
      const options = { idempotencyKey: `key of ${operation}` };
      const first = await here.post<Body>(path, body, options);
      expect(first.headers, `${operation}: ${first.text}`).not.to.have.property("idempotent-replayed");
      const again = await there.post<Body>(path, body, options);
      expect(again.headers, `${operation}: ${first.text}`).to.have.property("idempotent-replayed", "true");
      expect([again.status, again.text], operation).to.deep.equal([first.status, first.text]);
      const other = await here.post<Body>("/v1/customers", { name: operation }, options);
      expect([other.status, other.body.error?.code], operation).to.deep.equal([
        400,
        "idempotency_key_reused",
      ]);
    }
  });

  it("that is empty or too long is refused, and nothing is done", async () => {
    for (const idempotencyKey of ["", "k".repeat(256)]) {
      const { status, body } = await here.post<Body>("/v1/customers", { name: "Nobody" }, { idempotencyKey });
      expect([status, body.error?.code]).to.deep.equal([400, "parameter_invalid"]);
    }
    const { body } = await here.get<Body>("/v1/customers?limit=100");
    expect(JSON.stringify(body)).not.to.include("Nobody");
  });

  async function requestsOfAll(): Promise<Record<string, Request>> {
    const made = async (path: string, body?: object): Promise<string> => {
      const answer = await here.post<Body>(path, body);
      expect(answer.status, `${path}: ${answer.text}`).to.be.within(200, 202);
      return answer.body.id;
    };
    const first = async (path: string): Promise<string> => {
      await until(async () => (await here.get<Body>(path)).body.data.length > 0);
      return (await here.get<Body>(path)).body.data[0]?.id ?? "";
    };
    const disputed = () => made("/v1/payments", { ...PAYMENT, payment_method: "pm_card_createDispute" });
    const held = () => made("/v1/payments", { ...PAYMENT, capture_method: "manual" });
    const open = () => made("/v1/payments", { amount: 1000, currency: "usd" });

    const endpoint = await made("/v1/webhook_endpoints", {
      url: "http://127.0.0.1:1/",
      enabled_events: ["customer.created"],
    });
    const [customer, defendant, leaver] = [
      await made("/v1/customers", { name: "Ada" }),
      await made("/v1/customers", { name: "Bob" }),
      await made("/v1/customers", { name: "Carol" }),
    ];
    const [source, destination] = [
      await made("/v1/ledger/accounts", ACCOUNT),
      await made("/v1/ledger/accounts", ACCOUNT),
    ];
    const paid = await made("/v1/payments", PAYMENT);
    const refund = await made("/v1/refunds", { payment: paid, amount: 1 });
    const payout = await made("/v1/payouts", payoutOf(100));
    const key = () => made("/v1/api_keys", { name: "Shop", scopes: ["payments:read"] });
    const [contested, accepted] = [await disputed(), await disputed()];
    const reconciliation = await made("/v1/reconciliations", {
      processor: "simulator",
      format: "csv",
      content: FILE,
    });
    await until(
      async () => (await here.get<Body>(`/v1/reconciliations/${reconciliation}`)).body.status === "completed",
    );
    await made("/v1/flags", { key: "layout", kind: "boolean" });
    await made("/v1/flags", { key: "stop", kind: "kill_switch", paths: ["payouts"] });
    await made("/v1/experiments", experiment("running"));
    const achFile = await made("/v1/ach_files");
    const { text: content } = await here.get(`/v1/ach_files/${achFile}/content`);

    return {
      createApiKey: { path: "/v1/api_keys", body: { name: "Shop", scopes: ["payments:read"] } },
      updateApiKey: { path: `/v1/api_keys/${await key()}`, body: { name: "Till" } },
      rollApiKey: { path: `/v1/api_keys/${await key()}/roll` },
      revokeApiKey: { path: `/v1/api_keys/${await key()}/revoke` },
      createCustomer: { path: "/v1/customers", body: { name: "Ada" } },
      updateCustomer: { path: `/v1/customers/${customer}`, body: { name: "Ada Lovelace" } },
      createConsent: {
        path: `/v1/customers/${customer}/consents`,
        body: { purpose: "marketing", status: "granted", source: "checkout", text_version: "1" },
      },
      createPaymentMethod: { path: "/v1/payment_methods", body: CARD },
      updatePaymentMethod: {
        path: `/v1/payment_methods/${await made("/v1/payment_methods", CARD)}`,
        body: { metadata: { a: "1" } },
      },
      attachPaymentMethod: {
        path: `/v1/payment_methods/${await made("/v1/payment_methods", CARD)}/attach`,
        body: { customer },
      },
      detachPaymentMethod: {
        path: `/v1/payment_methods/${await made("/v1/payment_methods", { ...CARD, customer })}/detach`,
      },
      createPayment: { path: "/v1/payments", body: PAYMENT },
      updatePayment: { path: `/v1/payments/${await open()}`, body: { description: "A hat" } },
      confirmPayment: {
        path: `/v1/payments/${await open()}/confirm`,
        body: { payment_method: "pm_card_visa" },
      },
      capturePayment: { path: `/v1/payments/${await held()}/capture`, body: { amount: 300 } },
      cancelPayment: { path: `/v1/payments/${await held()}/cancel` },
      createRefund: { path: "/v1/refunds", body: { payment: paid, amount: 300 } },
      updateRefund: { path: `/v1/refunds/${refund}`, body: { metadata: { a: "1" } } },
      cancelRefund: { path: `/v1/refunds/${refund}/cancel` },
      updateDispute: {
        path: `/v1/disputes/${await first(`/v1/disputes?payment=${contested}`)}`,
        body: { metadata: { a: "1" } },
      },
      submitEvidence: {
        path: `/v1/disputes/${await first(`/v1/disputes?payment=${contested}`)}/evidence`,
        body: { evidence: { uncategorized_text: "winning_evidence" } },
      },
      acceptDispute: { path: `/v1/disputes/${await first(`/v1/disputes?payment=${accepted}`)}/accept` },
      createPayout: { path: "/v1/payouts", body: payoutOf(200) },
      cancelPayout: { path: `/v1/payouts/${payout}/cancel` },
      createTransfer: {
        path: "/v1/transfers",
        body: { amount: 5, currency: "usd", source, destination },
      },
      createLedgerAccount: { path: "/v1/ledger/accounts", body: ACCOUNT },
      updateLedgerAccount: { path: `/v1/ledger/accounts/${source}`, body: { name: "Bob" } },
      createWebhookEndpoint: {
        path: "/v1/webhook_endpoints",
        body: { url: "http://127.0.0.1:1/", enabled_events: ["payment.*"] },
      },
      updateWebhookEndpoint: { path: `/v1/webhook_endpoints/${endpoint}`, body: { description: "Shop" } },
      rotateWebhookSecret: { path: `/v1/webhook_endpoints/${endpoint}/rotate_secret` },
      testWebhookEndpoint: { path: `/v1/webhook_endpoints/${endpoint}/test` },
      replayWebhookDeadLetters: { path: `/v1/webhook_endpoints/${endpoint}/dead_letters/replay` },
      replayEvents: {
        path: `/v1/webhook_endpoints/${endpoint}/replay`,
        body: { since: NOW - 3600, types: ["customer.created"] },
      },
      replayWebhookDelivery: {
        path: `/v1/webhook_deliveries/${await first(`/v1/webhook_endpoints/${endpoint}/deliveries`)}/replay`,
      },
      disableWebhookEndpoint: { path: `/v1/webhook_endpoints/${endpoint}/disable` },
      enableWebhookEndpoint: { path: `/v1/webhook_endpoints/${endpoint}/enable` },
      createAchFile: { path: "/v1/ach_files" },
      importAchReturns: { path: "/v1/ach_returns", body: { content } },
      createReconciliation: {
        path: "/v1/reconciliations",
        body: { processor: "simulator", format: "csv", content: FILE.replaceAll("ch_example", "ch_other") },
      },
      applyReconciliationItem: { path: `/v1/reconciliations/${reconciliation}/items/1/apply` },
      createExport: {
        path: "/v1/exports",
        body: { type: "payments", period: { from: NOW - 3600, to: NOW } },
      },
      createFlag: { path: "/v1/flags", body: { key: "checkout", kind: "boolean" } },
      enableFlag: { path: "/v1/flags/layout/enable" },
      disableFlag: { path: "/v1/flags/layout/disable" },
      evaluateFlag: { path: "/v1/flags/layout/evaluate" },
      killFlag: { path: "/v1/flags/stop/kill" },
      createSegment: {
        path: "/v1/segments",
        body: { key: "europe", all: [{ attribute: "country", operator: "in", value: ["DE"] }] },
      },
      createExperiment: { path: "/v1/experiments", body: experiment("planned") },
      startExperiment: { path: "/v1/experiments/running/start" },
      stopExperiment: { path: "/v1/experiments/running/stop" },
      createConversions: {
        path: "/v1/conversions",
        body: { conversions: [{ targeting_key: "ada", metric: "paid" }] },
      },
      eraseCustomer: { path: `/v1/customers/${leaver}/erasure` },
      placeLegalHold: { path: `/v1/customers/${defendant}/legal_hold`, body: { reason: "A lawsuit" } },
    };
  }
});

function payoutOf(amount: number): object {
  return { amount, currency: "usd", payment_method: "pm_usBankAccount" };
}

function experiment(key: string): object {
  return { key, flag: "layout", split: { off: 50, on: 50 }, control: "off", metrics: ["paid"] };
}
