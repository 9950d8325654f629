import { expect } from "chai";
import { BANK_ACCOUNT, difference, paymentBy, World, type Instance } from "./world.test-support.ts";

describe("notices of processors", () => {
  let world: World;
  let service: Instance;

  before(async () => {
    world = await World.create();
    service = await world.instance();
  });

  after(() => world.close());

  it("a return of an earlier attempt, told again, leaves the later one", async () => {
    const { id } = (await service.post("/payments", paymentBy("timeout"))).body;
    const returned = {
      type: "returned",
      key: `${id}-authorize-1`,
      reference: "ch_earlier",
      code: "no_account",
      message: "No such account.",
      amount: 10_000,
      currency: "usd",
    } as const;
    await service.listener("simulator", returned);
    const declined = (await service.get(`/payments/${id}`)).body;
    expect(declined.status).to.equal("requires_payment_method");
    expect(declined.last_error).to.include({ code: "no_account" });

    const paid = await service.post(`/payments/${id}/confirm`, { payment_method: "pm_card_visa" });
    expect(paid.body.status).to.equal("succeeded");
    const before = await world.balances();
    await service.listener("simulator", returned);
    expect((await service.get(`/payments/${id}`)).body.status).to.equal("succeeded");
    expect(difference(before, await world.balances())).to.deep.equal({});
  });

  it("a processor is not believed about what another one was asked", async () => {
    const open = (await service.post("/payments", paymentBy("late_success"))).body;
    const paid = (await service.post("/payments", paymentBy("approve"))).body;
    const refund = (await service.post("/refunds", { payment: paid.id, amount: 1_000 })).body;
    const before = await world.balances();
    const approved = { outcome: "approved", reference: "ch_bank", amount: 10_000 } as const;
    const sentBack = { reference: "r", code: "no_account", message: "No.", amount: 10_000, currency: "usd" };
    for (const notice of [
      { type: "outcome", key: `${open.id}-authorize-1`, result: approved },
      { type: "returned", key: `${open.id}-authorize-1`, ...sentBack },
      { type: "returned", key: `${paid.id}-authorize-1`, ...sentBack },
      { type: "refund_failed", key: `${refund.id}-refund-1`, ...sentBack },
    ] as const) {
      await service.listener("bank", notice);
    }
    expect((await service.get(`/payments/${open.id}`)).body.status).to.equal("processing");
    expect((await service.get(`/payments/${paid.id}`)).body.status).to.equal("succeeded");
    expect((await service.get(`/refunds/${refund.id}`)).body.status).to.equal("succeeded");
    expect(difference(before, await world.balances())).to.deep.equal({});

    // What is left open here would keep the disputes of these tests waiting.
    await service.listener("simulator", {
      type: "outcome",
      key: `${open.id}-authorize-1`,
      result: { ...approved, reference: "ch_own" },
    });
    expect((await service.get(`/payments/${open.id}`)).body.status).to.equal("succeeded");
  });

  describe("a dispute about a charge that is not ours", () => {
    const dispute = {
      type: "dispute_opened",
      dispute: "dp_stranger",
      charge: "ch_stranger",
      reason: "fraudulent",
      fee: 0,
      evidenceDueBy: Date.UTC(2027, 0, 1),
      amount: 100,
      currency: "usd",
    } as const;

    it("waits for payments that may turn out to be the charge, and for no later ones", async () => {
      const earlier = (await service.post("/payments", paymentBy("late_success"))).body;
      const refused = await service.listener("simulator", dispute).catch((error: unknown) => error);
      expect(refused)
        .to.be.instanceOf(Error)
        .with.property(
          "message",
          "Charge ch_stranger of processor simulator may be one whose outcome is not known yet.",
        );
      world.core.advance(120_000);
      const later = (await service.post("/payments", paymentBy("late_success"))).body;
      await service.listener("simulator", {
        type: "outcome",
        key: `${earlier.id}-authorize-1`,
        result: { outcome: "approved", reference: "ch_earlier", amount: 10_000 },
      });
      await service.listener("simulator", dispute);
      expect((await service.get(`/payments/${later.id}`)).body.status).to.equal("processing");
    });

    it("does not wait for a debit whose charge is known", async () => {
      const debit = { amount: 5, currency: "usd", confirm: true, payment_method_data: BANK_ACCOUNT };
      const { body } = await service.post("/payments", debit);
      expect(body.status).to.equal("processing");
      await service.listener("bank", dispute);
    });
  });

  it("the ledger and the audit chain are without fault after all of this", async () => {
    expect(await world.faults()).to.deep.equal([]);
  });
});
