import { expect } from "chai";
import { BANK_ACCOUNT, difference, paymentBy, World, type Instance } from "../payments/world.test-support.ts";

describe("payouts and bank debits", () => {
  let world: World;
  let service: Instance;
  let account: string;

  before(async () => {
    world = await World.create();
    service = await world.instance();
    account = (await service.post("/payment_methods", BANK_ACCOUNT)).body.id;
    await service.post("/payments", paymentBy("approve", { amount: 100_000 }));
  });

  after(() => world.close());

  const payout = (amount: number, more: object = {}) => ({
    amount,
    currency: "usd",
    payment_method: account,
    ...more,
  });

  it("leaves the balance at once, travels, and arrives", async () => {
    const before = await world.balances();
    const { body } = await service.post("/payouts", payout(10_000));
    expect(body).to.include({ object: "payout", status: "in_transit", amount: 10_000 });
    expect(difference(before, await world.balances())).to.deep.equal({
      merchant_balance: [-10_000, 0],
      payouts_in_transit: [10_000, 0],
    });
    world.bank.settle();
    await service.notices();
    await service.notices();
    expect((await service.get(`/payouts/${body.id}`)).body.status).to.equal("paid");
    expect(difference(before, await world.balances())).to.deep.equal({
      cash: [-10_000, 0],
      merchant_balance: [-10_000, 0],
    });
    expect(await world.events(body.id)).to.deep.equal(["payout.created", "payout.in_transit", "payout.paid"]);
  });

  it("comes back in part when the bank pays less than was asked", async () => {
    const before = await world.balances();
    const { body } = await service.post("/payouts", payout(10_000));
    world.bank.settle(() => ({ outcome: "approved", reference: "po_part", amount: 9_000 }));
    await service.notices();
    expect((await service.get(`/payouts/${body.id}`)).body).to.include({ status: "paid", amount: 9_000 });
    expect(difference(before, await world.balances())).to.deep.equal({
      cash: [-9_000, 0],
      merchant_balance: [-9_000, 0],
    });
  });

  it("comes back when the bank refuses it", async () => {
    const before = await world.balances();
    const { body } = await service.post("/payouts", payout(10_000));
    world.bank.settle(() => ({
      outcome: "declined",
      code: "no_account",
      message: "No such account.",
      retryable: false,
    }));
    await service.notices();
    const failed = await service.get(`/payouts/${body.id}`);
    expect(failed.body).to.include({
      status: "failed",
      failure_code: "no_account",
      failure_message: "No such account.",
    });
    expect(difference(before, await world.balances())).to.deep.equal({});
  });

  it("is refused beyond the balance; of 16 at once as many go as it covers", async () => {
    const available = (await world.balances()).merchant_balance?.[0] ?? 0;
    const beyond = await service.post("/payouts", payout(available + 1));
    expect([beyond.status, beyond.body.error?.message]).to.deep.equal([
      402,
      `The merchant balance is less than the ${String(available + 1)} to be paid out.`,
    ]);
    const third = Math.floor(available / 3);
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => service.post("/payouts", payout(third))),
    );
    const paid = answers.filter(({ status }) => status === 200).length;
    expect(paid).to.equal(3);
    for (const { status } of answers) expect(status).to.be.oneOf([200, 402]);
    expect((await world.balances()).merchant_balance?.[0]).to.equal(available - paid * third);
    world.bank.settle(() => ({
      outcome: "declined",
      code: "no_account",
      message: "No such account.",
      retryable: false,
    }));
    await service.notices();
    expect((await world.balances()).merchant_balance?.[0]).to.equal(available);
  });

  it("waits while the bank cannot be reached, and can be canceled until then", async () => {
    const before = await world.balances();
    world.bank.isAway = true;
    const { body } = await service.post("/payouts", payout(1_000));
    expect(body.status).to.equal("pending");
    expect((await service.post(`/payouts/${body.id}/cancel`)).body.status).to.equal("canceled");
    expect(difference(before, await world.balances())).to.deep.equal({});

    const waiting = await service.post("/payouts", payout(2_000));
    world.bank.isAway = false;
    world.core.advance(60_000);
    await service.janitor.sweep();
    expect((await service.get(`/payouts/${waiting.body.id}`)).body.status).to.equal("in_transit");
    world.bank.settle();
    await service.notices();
  });

  it("that has waited is not sent when refunds have taken the balance below zero meanwhile", async () => {
    const paid = (await service.post("/payments", paymentBy("approve"))).body.id;
    const available = (await world.balances()).merchant_balance?.[0] ?? 0;
    world.bank.isAway = true;
    const { body } = await service.post("/payouts", payout(available));
    await service.post("/refunds", { payment: paid });
    expect((await world.balances()).merchant_balance?.[0]).to.equal(-10_000);
    world.bank.isAway = false;
    world.core.advance(60_000);
    await service.janitor.sweep();
    expect((await service.get(`/payouts/${body.id}`)).body).to.include({
      status: "failed",
      failure_code: "insufficient_funds",
    });
    expect((await world.balances()).merchant_balance?.[0]).to.equal(available - 10_000);
  });

  it("goes to bank accounts only, and not for those who act for a customer", async () => {
    const card = await service.post("/payouts", payout(5, { payment_method: "pm_card_visa" }));
    expect(card.body.error?.message).to.equal(
      "A payout goes to a bank account: send a payment_method of type us_bank_account.",
    );
    const bound = await world.instance();
    bound.actAs({ actor: "key_ada", livemode: false, scopes: new Set(["*"]), customer: "cus_ada" });
    expect((await bound.post("/payouts", payout(5))).status).to.equal(403);
  });

  it("a bank debit is pending for days, then succeeds, and can still be returned", async () => {
    const before = await world.balances();
    const debit = { amount: 5_000, currency: "usd", payment_method: account, confirm: true };
    const { body } = await service.post("/payments", debit);
    expect(body.status).to.equal("processing");
    expect(body.latest_attempt).to.include({ outcome: "pending" });
    world.core.advance(2 * 3_600_000);
    await service.janitor.sweep();
    expect((await service.get(`/payments/${body.id}`)).body.status).to.equal("processing");
    world.bank.settle();
    await service.notices();
    expect((await service.get(`/payments/${body.id}`)).body).to.include({ status: "succeeded", fee: 15 });
    expect(difference(before, await world.balances())).to.deep.equal({
      fee_revenue: [15, 0],
      merchant_balance: [4_985, 0],
      "processor_receivable.bank": [5_000, 0],
    });
    world.bank.giveBack(5_000, (key) => key.startsWith(body.id));
    await service.notices();
    const returned = await service.get(`/payments/${body.id}`);
    expect(returned.body).to.include({ status: "failed" });
    expect(returned.body.last_error).to.include({ code: "insufficient_funds" });
    expect(difference(before, await world.balances())).to.deep.equal({});
  });

  it("a bank debit that is returned before it succeeded has failed", async () => {
    const before = await world.balances();
    const debit = { amount: 5_000, currency: "usd", payment_method: account, confirm: true };
    const { body } = await service.post("/payments", debit);
    world.bank.settle(() => ({
      outcome: "declined",
      code: "R01",
      message: "Insufficient funds.",
      retryable: true,
    }));
    await service.notices();
    expect((await service.get(`/payments/${body.id}`)).body).to.include({
      status: "failed",
      amount_captured: 0,
    });
    expect(difference(before, await world.balances())).to.deep.equal({});
  });

  it("a bank takes money at once: it cannot be held", async () => {
    const debit = {
      amount: 5,
      currency: "usd",
      payment_method: account,
      confirm: true,
      capture_method: "manual",
    };
    const { body } = await service.post("/payments", debit);
    expect(body.error?.code).to.equal("capture_method_not_available");
  });

  it("the ledger is without fault after all of this", async () => {
    expect(await world.faults()).to.deep.equal([]);
  });
});
