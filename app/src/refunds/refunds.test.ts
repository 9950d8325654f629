import { expect } from "chai";
import { BANK_ACCOUNT, difference, paymentBy, World, type Instance } from "../payments/world.test-support.ts";
import type { Simulator } from "../processors/simulator/simulator.ts";

describe("refunds", () => {
  let world: World;
  let service: Instance;

  before(async () => {
    world = await World.create();
    service = await world.instance();
  });

  after(() => world.close());

  it("gives back in parts, up to what was captured, and keeps the fee", async () => {
    const before = await world.balances();
    const { id } = (await service.post("/payments", paymentBy("approve"))).body;
    const first = await service.post("/refunds", { payment: id, amount: 4_000, reason: "duplicate" });
    expect(first.body).to.include({
      object: "refund",
      status: "succeeded",
      amount: 4_000,
      payment: id,
      reason: "duplicate",
    });
    const beyond = await service.post("/refunds", { payment: id, amount: 6_001 });
    expect(beyond.body.error?.message).to.equal(
      "amount 6001 is more than the 6000 that can still be refunded.",
    );
    const rest = await service.post("/refunds", { payment: id });
    expect(rest.body.amount).to.equal(6_000);
    const nothing = await service.post("/refunds", { payment: id });
    expect(nothing.body.error?.message).to.equal(
      `Payment ${id} cannot be refunded: everything was given back or is disputed.`,
    );
    expect((await service.get(`/payments/${id}`)).body).to.include({
      status: "succeeded",
      amount_refunded: 10_000,
      latest_refund: rest.body.id,
    });
    expect(difference(before, await world.balances())).to.deep.equal({
      fee_revenue: [30, 0],
      merchant_balance: [-30, 0],
    });
    expect(await world.events(first.body.id)).to.deep.equal(["refund.created", "refund.succeeded"]);
  });

  it("refuses what was not captured", async () => {
    const { id } = (await service.post("/payments", { amount: 5, currency: "usd" })).body;
    const { body } = await service.post("/refunds", { payment: id });
    expect(body.error?.message).to.equal(`Payment ${id} cannot be refunded: nothing was captured.`);
  });

  it("that fails later gives the money back to the merchant and can be made anew", async () => {
    const { id } = (await service.post("/payments", paymentBy("refund_fails_later"))).body;
    const captured = await world.balances();
    const refund = await service.post("/refunds", { payment: id });
    expect(refund.body.status).to.equal("succeeded");
    await service.notices();
    const failed = await service.get(`/refunds/${refund.body.id}`);
    expect(failed.body).to.include({ status: "failed", failure_code: "refund_returned" });
    expect(difference(captured, await world.balances())).to.deep.equal({});
    expect((await service.get(`/payments/${id}`)).body.amount_refunded).to.equal(0);
    await service.notices();
    expect(difference(captured, await world.balances())).to.deep.equal({});
    expect((await service.post("/refunds", { payment: id })).body.status).to.equal("succeeded");
    // This one, too.
    await service.notices();
    expect(difference(captured, await world.balances())).to.deep.equal({});
  });

  it("waits for the bank where it takes its time; the money has left us at once", async () => {
    const { id } = (await service.post("/payments", paymentBy("refund_pending"))).body;
    const captured = await world.balances();
    const refund = await service.post("/refunds", { payment: id, amount: 1_000 });
    expect(refund.body.status).to.equal("pending");
    const moved = { merchant_balance: [-1_000, 0], "processor_receivable.simulator": [-1_000, 0] };
    expect(difference(captured, await world.balances())).to.deep.equal(moved);
    await service.notices();
    expect((await service.get(`/refunds/${refund.body.id}`)).body.status).to.equal("succeeded");
    expect(difference(captured, await world.balances())).to.deep.equal(moved);
  });

  it("counts what was given back, where that is less than was asked", async () => {
    const approved = { outcome: "approved" as const, reference: "rf_part" };
    const results = [
      { ...approved, amount: 600 },
      { ...approved, reference: "rf_none", amount: 0 },
    ];
    const refund = () => results.shift() ?? { ...approved, amount: 1_000 };
    const card = Object.assign(Object.create(world.simulator) as Simulator, { refund });
    const partial = await world.instance({ card });
    const { id } = (await partial.post("/payments", paymentBy("approve"))).body;
    const captured = await world.balances();
    const some = await partial.post("/refunds", { payment: id, amount: 1_000 });
    expect(some.body).to.include({ status: "succeeded", amount: 600 });
    const none = await partial.post("/refunds", { payment: id, amount: 1_000 });
    expect(none.body).to.include({ status: "failed", failure_code: "processing_error" });
    expect((await partial.get(`/payments/${id}`)).body.amount_refunded).to.equal(600);
    expect(difference(captured, await world.balances())).to.deep.equal({
      merchant_balance: [-600, 0],
      "processor_receivable.simulator": [-600, 0],
    });
  });

  it("counts what a bank gave back in the end, where that is less than it took in", async () => {
    const { id } = (
      await service.post("/payments", {
        amount: 5_000,
        currency: "usd",
        confirm: true,
        payment_method_data: BANK_ACCOUNT,
      })
    ).body;
    world.bank.settle();
    await service.notices();
    const captured = await world.balances();
    const refund = await service.post("/refunds", { payment: id });
    world.bank.settle(() => ({ outcome: "approved", reference: "rf_bank", amount: 4_500 }));
    await service.notices();
    expect((await service.get(`/refunds/${refund.body.id}`)).body).to.include({
      status: "succeeded",
      amount: 4_500,
    });
    expect((await service.get(`/payments/${id}`)).body.amount_refunded).to.equal(4_500);
    expect(difference(captured, await world.balances())).to.deep.equal({
      merchant_balance: [-4_500, 0],
      "processor_receivable.bank": [-4_500, 0],
    });
    expect(await world.events(refund.body.id)).to.deep.equal([
      "refund.created",
      "refund.updated",
      "refund.succeeded",
    ]);
    // By the reference that the bank gave it last, and will settle it with, the ledger has what was done.
    const { rows } = await world.core.pool.query<{ reference: string; change: number }>(
      `select t.metadata ->> 'processor_reference' as reference,
         sum(case e.direction when 'debit' then e.amount else -e.amount end)::bigint as change
       from ledger_transactions t join ledger_entries e on e.transaction = t.id
       join ledger_accounts a on a.id = e.account
       where t.object = $1 and a.code = 'processor_receivable.bank' group by 1 order by 1`,
      [refund.body.id],
    );
    expect(rows).to.deep.equal([
      { reference: `bank_${refund.body.id}-refund-1`, change: 0 },
      { reference: "rf_bank", change: -4_500 },
    ]);
  });

  it("waits while the bank cannot be reached, can be canceled until then, and goes out by itself after", async () => {
    const account = {
      type: "us_bank_account",
      us_bank_account: {
        routing_number: "110000000",
        account_number: "000123456789",
        account_holder_type: "individual",
        account_holder_name: "Ada",
      },
    };
    const payment = { amount: 5_000, currency: "usd", confirm: true, payment_method_data: account };
    const { id } = (await service.post("/payments", payment)).body;
    world.bank.settle();
    await service.notices();
    world.bank.isAway = true;
    const canceled = await service.post("/refunds", { payment: id, amount: 1_000 });
    const waiting = await service.post("/refunds", { payment: id, amount: 2_000 });
    expect(waiting.body).to.include({ status: "pending" });
    expect(waiting.body.latest_attempt).to.include({ outcome: "unsent" });
    expect((await service.post(`/refunds/${canceled.body.id}/cancel`)).body.status).to.equal("canceled");

    world.bank.isAway = false;
    world.core.advance(60_000);
    await service.janitor.sweep();
    world.bank.settle();
    await service.notices();
    expect((await service.get(`/refunds/${waiting.body.id}`)).body.status).to.equal("succeeded");
    expect((await service.get(`/payments/${id}`)).body.amount_refunded).to.equal(2_000);
    const late = await service.post(`/refunds/${waiting.body.id}/cancel`);
    expect(late.body.error?.code).to.equal("refund_unexpected_state");
  });

  it("lists a payment's refunds and changes their metadata", async () => {
    const { id } = (await service.post("/payments", paymentBy("approve"))).body;
    const refund = (await service.post("/refunds", { payment: id, amount: 1 })).body;
    await service.post(`/refunds/${refund.id}`, { metadata: { ticket: "7" } });
    const list = await service.get(`/refunds?payment=${id}`);
    expect(list.body.data?.map((each) => [each.id, each.metadata])).to.deep.equal([
      [refund.id, { ticket: "7" }],
    ]);
  });

  it("the ledger is without fault after all of this", async () => {
    expect(await world.faults()).to.deep.equal([]);
  });
});
