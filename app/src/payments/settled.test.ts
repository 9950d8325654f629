import { expect } from "chai";
import type { Processor, ProcessorResult, SettlementLine, Unknown } from "../processors/processor.ts";
import { settlementLine } from "../processors/settlement-line.ts";
import { BANK_ACCOUNT, difference, paymentBy, World, type Instance } from "./world.test-support.ts";

const NO_ANSWER: Unknown = { outcome: "unknown", reason: "timeout" };

describe("operations whose outcome is open, and settlement reports", () => {
  let world: World;
  let service: Instance;
  /** Operations that the processor does without an answer, and tells nothing about. */
  let silent: Set<string>;

  before(async () => {
    world = await World.create();
    silent = new Set();
    service = await world.instance({ card: withoutAnswers(world.simulator, silent) });
  });
  beforeEach(() => silent.clear());
  after(() => world.close());

  /** What the simulator has moved, as its report of the day tells it. */
  async function report(): Promise<SettlementLine[]> {
    const day = new Date(world.core.clock()).toISOString().slice(0, 10);
    const lines: SettlementLine[] = [];
    for await (const line of world.simulator.settlement(day)) lines.push(line);
    return lines;
  }

  const settle = async (lines: SettlementLine[], livemode = false, processor = "simulator") =>
    service.settlements({ processor, livemode }, lines);
  const statusOf = async (path: string) => (await service.get(path)).body.status;

  it("end a payment, and its request's repetition has the answer that was given", async () => {
    silent.add("authorize");
    const body = paymentBy("approve");
    const answer = await service.post("/payments", body, "unanswered");
    expect([answer.status, answer.body.status]).to.deep.equal([200, "processing"]);
    await service.janitor.sweep();
    expect(await statusOf(`/payments/${answer.body.id}`)).to.equal("processing");

    const before = await world.balances();
    const lines = await report();
    await settle(lines);
    const { body: paid } = await service.get(`/payments/${answer.body.id}`);
    expect(paid).to.include({ status: "succeeded", amount_captured: 10_000 });
    expect(paid.processor_reference).to.equal(lines.at(-1)?.processorReference);
    const moved = difference(before, await world.balances());
    expect(moved).to.deep.equal({
      fee_revenue: [30, 0],
      merchant_balance: [9970, 0],
      "processor_receivable.simulator": [10_000, 0],
    });
    expect(await world.events(answer.body.id)).to.deep.equal(["payment.created", "payment.succeeded"]);

    await settle(lines);
    expect(difference(before, await world.balances())).to.deep.equal(moved);
    expect((await service.post("/payments", body, "unanswered")).text).to.equal(answer.text);
  });

  it("end captures, refunds and payouts, with the amount that was moved", async () => {
    const { id } = (await service.post("/payments", paymentBy("approve", { capture_method: "manual" }))).body;
    silent.add("capture");
    await service.post(`/payments/${id}/capture`, { amount: 4000 });
    expect(await statusOf(`/payments/${id}`)).to.equal("processing");
    await settle(await report());
    expect((await service.get(`/payments/${id}`)).body).to.include({
      status: "succeeded",
      amount_captured: 4000,
    });

    silent.add("refund");
    const refund = (await service.post("/refunds", { payment: id, amount: 1500 })).body;
    expect(refund.status).to.equal("pending");
    await settle(await report());
    expect(await statusOf(`/refunds/${refund.id}`)).to.equal("succeeded");

    const { body: account } = await service.post("/payment_methods", BANK_ACCOUNT);
    const { body: payout } = await service.post("/payouts", {
      amount: 2000,
      currency: "usd",
      payment_method: account.id,
    });
    expect(payout.status).to.equal("in_transit");
    const line = { ...settlementLine("trace_1", "payout", 1900, "usd", 0), date: "2026-01-05" };
    await settle([{ ...line, key: `${payout.id}-pay_out-1` }], false, "bank");
    expect((await service.get(`/payouts/${payout.id}`)).body).to.include({ status: "paid", amount: 1900 });
  });

  it("stay open for lines that are not theirs", async () => {
    silent.add("authorize");
    const { id } = (await service.post("/payments", paymentBy("approve"))).body;
    const lines = await report();
    const own = lines.at(-1);
    const key = `${id}-authorize-1`;
    expect(own?.key).to.equal(key);
    const line = { ...settlementLine("ch_1", "charge", 10_000, "usd", 0), date: "2026-01-05", key };
    await settle([line], true);
    await settle([line], false, "other");
    await settle([
      { ...line, currency: "eur" },
      { ...line, type: "refund" },
      { ...line, type: "chargeback" },
      { ...line, key: `${id}-authorize-2` },
      { ...line, key: `${id}-refund-1` },
      { ...line, key: "pay_unknown-authorize-1" },
      { ...line, key: "their own" },
      { ...line, key: undefined },
    ]);
    expect(await statusOf(`/payments/${id}`)).to.equal("processing");
    await settle(lines);
    expect(await statusOf(`/payments/${id}`)).to.equal("succeeded");
  });

  it("end what a bank returns afterwards: it fails all the same, and the money is back", async () => {
    const debit = { amount: 5000, currency: "usd", confirm: true, payment_method_data: BANK_ACCOUNT };
    const lineOf = (key: string, type: SettlementLine["type"], amount: number) =>
      settle(
        [{ ...settlementLine(`bank_${key}`, type, amount, "usd", 0), date: "2026-01-05", key }],
        false,
        "bank",
      );
    const before = await world.balances();
    const { id } = (await service.post("/payments", debit)).body;
    await lineOf(`${id}-authorize-1`, "charge", 5000);
    expect(await statusOf(`/payments/${id}`)).to.equal("succeeded");
    const refund = (await service.post("/refunds", { payment: id, amount: 1000 })).body;
    await lineOf(`${refund.id}-refund-1`, "refund", 1000);
    expect(await statusOf(`/refunds/${refund.id}`)).to.equal("succeeded");
    const { body: account } = await service.post("/payment_methods", BANK_ACCOUNT);
    const sum = { amount: 2000, currency: "usd", payment_method: account.id };
    const payout = (await service.post("/payouts", sum)).body;
    await lineOf(`${payout.id}-pay_out-1`, "payout", 2000);
    expect(await statusOf(`/payouts/${payout.id}`)).to.equal("paid");

    const [code, message] = ["account_closed", "The account is closed."];
    world.bank.settle((key, amount) =>
      [id, refund.id, payout.id].some((own) => key.startsWith(own))
        ? { outcome: "declined", code, message, retryable: false }
        : { outcome: "approved", reference: `bank_${key}`, amount },
    );
    // A second time, as processors may tell it.
    for (let times = 0; times < 2; times += 1) {
      await service.notices();
      expect((await service.get(`/refunds/${refund.id}`)).body).to.include({
        status: "failed",
        failure_code: code,
      });
      expect(await statusOf(`/payouts/${payout.id}`)).to.equal("failed");
      expect((await service.get(`/payments/${id}`)).body).to.include({
        status: "failed",
        amount_refunded: 0,
      });
      expect(difference(before, await world.balances())).to.deep.equal({});
    }
  });

  it("the ledger and the audit chain are without fault after all of this", async () => {
    expect(await world.faults()).to.deep.equal([]);
  });
});

/** The processor, whose answers to some operations are lost, and whose truth about them cannot be asked for. */
function withoutAnswers(processor: Processor, silent: ReadonlySet<string>): Processor {
  const unless = async <R extends ProcessorResult>(operation: string, answer: R | Promise<R>) => {
    const result = await answer;
    return silent.has(operation) ? NO_ANSWER : result;
  };
  return {
    name: processor.name,
    capabilities: processor.capabilities,
    authorize: (request) => unless("authorize", processor.authorize(request)),
    confirmChallenge: (request) => processor.confirmChallenge(request),
    capture: (request) => unless("capture", processor.capture(request)),
    refund: (request) => unless("refund", processor.refund(request)),
    void: (request) => processor.void(request),
    payOut: (request) => processor.payOut(request),
    contestDispute: (request) => processor.contestDispute(request),
    inquire: (key) => (silent.size > 0 ? { inquiry: "unknown", reason: "timeout" } : processor.inquire(key)),
    notices: (cursor) => processor.notices(cursor),
    settlement: (date) => processor.settlement(date),
  };
}
