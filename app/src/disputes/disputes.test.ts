import { expect } from "chai";
import {
  difference,
  paymentBy,
  World,
  type Balances,
  type Instance,
} from "../payments/world.test-support.ts";

describe("disputes", () => {
  let world: World;
  let service: Instance;
  let captured: Balances;
  let payment: string;
  let dispute: string;

  before(async () => {
    world = await World.create();
    service = await world.instance();
  });

  after(() => world.close());

  beforeEach(async () => {
    payment = (await service.post("/payments", paymentBy("dispute_fraudulent"))).body.id;
    captured = await world.balances();
    await service.notices();
    const list = await service.get(`/disputes?payment=${payment}`);
    dispute = String(list.body.data?.[0]?.id);
  });

  const opened = {
    dispute_losses: [1_500, 0],
    dispute_reserve: [10_000, 0],
    "processor_receivable.simulator": [-11_500, 0],
  };

  it("takes the money out of what the processor owes us, once, and nothing of it can be refunded", async () => {
    await service.notices();
    expect(difference(captured, await world.balances())).to.deep.equal(opened);
    const { body } = await service.get(`/disputes/${dispute}`);
    expect(body).to.include({
      status: "needs_response",
      reason: "fraudulent",
      amount: 10_000,
      fee: 1_500,
      payment,
    });
    expect((await service.get(`/payments/${payment}`)).body.amount_disputed).to.equal(10_000);
    const refund = await service.post("/refunds", { payment });
    expect(refund.body.error?.code).to.equal("nothing_to_refund");
  });

  it("won with evidence: the money comes back, the processor keeps its fee", async () => {
    const evidence = { uncategorized_text: "winning_evidence" };
    const submitted = await service.post(`/disputes/${dispute}/evidence`, { evidence });
    expect(submitted.body).to.include({ status: "under_review", has_evidence: true });
    const twice = await service.post(`/disputes/${dispute}/evidence`, { evidence });
    expect(twice.body.error?.message).to.equal(
      "The dispute is under_review: only one that needs_response takes a response.",
    );
    await service.notices();
    expect((await service.get(`/disputes/${dispute}`)).body.status).to.equal("won");
    expect(difference(captured, await world.balances())).to.deep.equal({
      dispute_losses: [1_500, 0],
      "processor_receivable.simulator": [-1_500, 0],
    });
    expect((await service.get(`/payments/${payment}`)).body.amount_disputed).to.equal(0);
    const told = await world.core.pool.query("select data::text as data from events where object = $1", [
      dispute,
    ]);
    expect(JSON.stringify(told.rows)).not.to.contain("winning_evidence");
  });

  it("lost: the money is gone", async () => {
    await service.post(`/disputes/${dispute}/evidence`, { evidence: { uncategorized_text: "Please." } });
    await service.notices();
    await service.notices();
    expect((await service.get(`/disputes/${dispute}`)).body.status).to.equal("lost");
    expect(difference(captured, await world.balances())).to.deep.equal({
      dispute_losses: [11_500, 0],
      "processor_receivable.simulator": [-11_500, 0],
    });
  });

  it("accepted: the loss is booked at once, and the processor's word after it changes nothing", async () => {
    const accepted = await service.post(`/disputes/${dispute}/accept`);
    expect(accepted.body.status).to.equal("accepted");
    await service.notices();
    expect((await service.get(`/disputes/${dispute}`)).body.status).to.equal("accepted");
    expect(difference(captured, await world.balances())).to.deep.equal({
      dispute_losses: [11_500, 0],
      "processor_receivable.simulator": [-11_500, 0],
    });
  });

  it("takes no evidence after the deadline", async () => {
    const due = Number((await service.get(`/disputes/${dispute}`)).body.evidence_due_by);
    world.core.advance(due * 1000 - world.core.clock());
    const late = await service.post(`/disputes/${dispute}/evidence`, { evidence: { receipt: "r" } });
    expect(late.status).to.equal(400);
    expect(late.body.error?.message).to.equal(
      `The response was due by ${new Date(due * 1000).toISOString()}: the dispute will be decided without one.`,
    );
  });

  it("in another currency than its payment: nothing of that can be refunded until it is won", async () => {
    const { body } = await service.post(
      "/payments",
      paymentBy("approve", { currency: "jpy", amount: 10_000 }),
    );
    await service.post("/refunds", { payment: body.id, amount: 1_000 });
    await service.listener("simulator", {
      type: "dispute_opened",
      dispute: "dp_dollars",
      charge: String(body.processor_reference),
      reason: "fraudulent",
      fee: 0,
      evidenceDueBy: world.core.clock() + 86_400_000,
      amount: 6_500,
      currency: "usd",
    });
    const [opened] = (await service.get(`/disputes?payment=${body.id}`)).body.data ?? [];
    expect(opened).to.include({ amount: 6_500, currency: "usd" });
    expect((await service.get(`/payments/${body.id}`)).body.amount_disputed).to.equal(9_000);
    const refused = await service.post("/refunds", { payment: body.id, amount: 1 });
    expect(refused.body.error?.code).to.equal("nothing_to_refund");

    await service.listener("simulator", { type: "dispute_closed", dispute: "dp_dollars", won: true });
    expect((await service.get(`/payments/${body.id}`)).body.amount_disputed).to.equal(0);
    expect((await service.post("/refunds", { payment: body.id })).body.amount).to.equal(9_000);
  });

  it("the ledger is without fault after all of this", async () => {
    expect(await world.faults()).to.deep.equal([]);
  });
});
