import { expect } from "chai";
import { ApiError } from "../errors.ts";
import type { RequireOpen } from "../flags/index.ts";
import { cardFor, difference, paymentBy, World, type Instance } from "./world.test-support.ts";

describe("payments", () => {
  let world: World;
  let service: Instance;

  before(async () => {
    world = await World.create();
    service = await world.instance();
  });

  after(() => world.close());

  describe("in one call", () => {
    it("N9: takes the money, charges 30 basis points, and tells of it", async () => {
      const before = await world.balances();
      const { status, body } = await service.post(
        "/payments",
        paymentBy("approve", { reference: "order-1" }),
      );
      expect(status).to.equal(200);
      expect(body).to.include({
        object: "payment",
        status: "succeeded",
        amount: 10_000,
        amount_captured: 10_000,
        amount_capturable: 0,
        fee: 30,
        reference: "order-1",
        processor: "simulator",
        livemode: false,
      });
      expect(body.latest_attempt).to.deep.equal({
        operation: "authorize",
        ordinal: 1,
        amount: 10_000,
        outcome: "approved",
      });
      expect(difference(before, await world.balances())).to.deep.equal({
        fee_revenue: [30, 0],
        merchant_balance: [9_970, 0],
        "processor_receivable.simulator": [10_000, 0],
      });
      expect(await world.events(body.id)).to.deep.equal(["payment.created", "payment.succeeded"]);
    });

    it("keeps a declined payment, which takes another method", async () => {
      const declined = await service.post("/payments", paymentBy("insufficient_funds"));
      expect(declined.status).to.equal(402);
      expect(declined.body.error).to.include({
        type: "card_error",
        code: "card_declined",
        decline_code: "insufficient_funds",
        message: "The card has insufficient funds.",
      });
      const id = declined.body.error?.payment ?? "";
      const kept = await service.get(`/payments/${id}`);
      expect(kept.body).to.include({ status: "requires_payment_method", amount_captured: 0 });
      expect(kept.body.last_error).to.include({
        code: "card_declined",
        decline_code: "insufficient_funds",
      });

      const again = await service.post(`/payments/${id}/confirm`, { payment_method: "pm_card_visa" });
      expect(again.body).to.include({ status: "succeeded", payment_method: "pm_card_visa" });
      expect(again.body.last_error).to.equal(undefined);
    });

    it("answers a repeated key byte by byte, a decline too", async () => {
      for (const behaviour of ["approve", "generic_decline"] as const) {
        const body = paymentBy(behaviour);
        const first = await service.post("/payments", body, `same-${behaviour}`);
        const second = await service.post("/payments", body, `same-${behaviour}`);
        expect(second.text).to.equal(first.text);
        expect([first.replayed, second.replayed]).to.deep.equal([false, true]);
      }
      const other = await service.post("/payments", paymentBy("approve", { amount: 7 }), "same-approve");
      expect(other.status).to.equal(400);
      expect(other.body.error?.code).to.equal("idempotency_key_reused");
    });

    it("needs something to pay with", async () => {
      const { status, body } = await service.post("/payments", { amount: 5, currency: "usd", confirm: true });
      expect(status).to.equal(400);
      expect(body.error?.message).to.equal(
        "confirm needs something to pay with: send payment_method or payment_method_data.",
      );
    });

    it("tells every mistake of a body", async () => {
      const { status, body } = await service.post("/payments", { amount: 1.5, currency: "xyz", extra: 1 });
      expect(status).to.equal(400);
      const mistakes = (body.error as unknown as { mistakes: { param: string }[] }).mistakes;
      expect(mistakes.map(({ param }) => param)).to.have.members(["amount", "currency", "extra"]);
    });

    it("does not take a customer who is not there, nor another's method", async () => {
      const missing = await service.post("/payments", paymentBy("approve", { customer: "cus_none" }));
      expect([missing.status, missing.body.error?.message]).to.deep.equal([
        400,
        "There is no customer cus_none.",
      ]);

      const ada = (await service.post("/customers", {})).body.id;
      const bob = (await service.post("/customers", {})).body.id;
      const card = { number: cardFor("approve"), exp_month: 12, exp_year: 2030 };
      const method = (await service.post("/payment_methods", { type: "card", card, customer: ada })).body.id;
      const stolen = { amount: 5, currency: "usd", payment_method: method, customer: bob, confirm: true };
      const refused = await service.post("/payments", stolen);
      expect([refused.status, refused.body.error?.code]).to.deep.equal([400, "payment_method_attached"]);
      const own = await service.post("/payments", { ...stolen, customer: ada });
      expect(own.body.status).to.equal("succeeded");
    });
  });

  describe("step by step", () => {
    it("goes from a method to confirmation", async () => {
      const created = await service.post("/payments", { amount: 2_000, currency: "eur" });
      expect(created.body.status).to.equal("requires_payment_method");
      const early = await service.post(`/payments/${created.body.id}/confirm`);
      expect(early.body.error?.message).to.equal(
        "The payment has no payment method: send payment_method or payment_method_data.",
      );
      const done = await service.post(`/payments/${created.body.id}/confirm`, {
        payment_method: "pm_card_visa",
      });
      expect(done.body).to.include({ status: "succeeded", fee: 6 });
      const late = await service.post(`/payments/${created.body.id}/confirm`);
      expect(late.body.error?.message).to.equal(
        "The payment is succeeded, so it cannot be confirmed: that needs requires_confirmation or requires_action.",
      );
    });

    it("holds, captures in parts and releases the rest", async () => {
      const before = await world.balances();
      const { body } = await service.post("/payments", paymentBy("approve", { capture_method: "manual" }));
      expect(body).to.include({ status: "authorized", amount_capturable: 10_000, amount_captured: 0 });
      expect(difference(before, await world.balances())).to.deep.equal({
        merchant_balance: [0, 10_000],
        "processor_receivable.simulator": [0, 10_000],
      });

      const path = `/payments/${body.id}/capture`;
      const part = await service.post(path, { amount: 2_500, final_capture: false });
      expect(part.body).to.include({
        status: "partially_captured",
        amount_capturable: 7_500,
        amount_captured: 2_500,
        fee: 8,
      });
      const beyond = await service.post(path, { amount: 7_501 });
      expect(beyond.body.error?.message).to.equal(
        "amount 7501 is more than the 7500 that can still be captured.",
      );
      const last = await service.post(path, { amount: 3_000 });
      expect(last.body).to.include({
        status: "succeeded",
        amount_capturable: 0,
        amount_captured: 5_500,
        fee: 17,
      });
      expect(difference(before, await world.balances())).to.deep.equal({
        fee_revenue: [17, 0],
        merchant_balance: [5_483, 0],
        "processor_receivable.simulator": [5_500, 0],
      });
    });

    it("has succeeded with what was captured once the authorization has expired, and releases the rest", async () => {
      const before = await world.balances();
      const { body } = await service.post("/payments", paymentBy("approve", { capture_method: "manual" }));
      const path = `/payments/${body.id}/capture`;
      await service.post(path, { amount: 3_000, final_capture: false });
      world.core.advance(8 * 86_400_000);
      const late = await service.post(path, { amount: 1_000, final_capture: false });
      expect([late.status, late.body.error?.code]).to.deep.equal([402, "authorization_expired"]);
      expect((await service.get(`/payments/${body.id}`)).body).to.include({
        status: "succeeded",
        amount_captured: 3_000,
        amount_capturable: 0,
      });
      expect(difference(before, await world.balances())).to.deep.equal({
        fee_revenue: [9, 0],
        merchant_balance: [2_991, 0],
        "processor_receivable.simulator": [3_000, 0],
      });
    });

    it("cancels at once before confirmation, and releases what is held after", async () => {
      const before = await world.balances();
      const open = await service.post("/payments", { amount: 5, currency: "usd" });
      const canceled = await service.post(`/payments/${open.body.id}/cancel`, {
        cancellation_reason: "abandoned",
      });
      expect(canceled.body).to.include({ status: "canceled", cancellation_reason: "abandoned" });

      const held = await service.post("/payments", paymentBy("approve", { capture_method: "manual" }));
      const released = await service.post(`/payments/${held.body.id}/cancel`);
      expect(released.body).to.include({ status: "canceled", amount_capturable: 0 });
      expect(difference(before, await world.balances())).to.deep.equal({});
      const again = await service.post(`/payments/${held.body.id}/cancel`);
      expect(again.body.error?.code).to.equal("payment_unexpected_state");
    });

    it("asks the customer who she is, and goes on with what became of it", async () => {
      const ways = { challenge_passes: "succeeded", challenge_fails: "authentication_failed" } as const;
      for (const [behaviour, outcome] of Object.entries(ways)) {
        const body = paymentBy(behaviour as keyof typeof ways, { return_url: "https://shop.example/return" });
        const first = await service.post("/payments", body);
        expect(first.body.status).to.equal("requires_action");
        const action = first.body.next_action as { redirect_to_url: { url: string; return_url: string } };
        expect(action.redirect_to_url.url).to.match(/^https:/);
        expect(action.redirect_to_url.return_url).to.equal("https://shop.example/return");
        const second = await service.post(`/payments/${first.body.id}/confirm`);
        expect(second.body.error?.code ?? second.body.status).to.equal(outcome);
      }
    });

    it("takes no other payment method while the customer has to say who she is", async () => {
      const { id, payment_method } = (await service.post("/payments", paymentBy("challenge_passes"))).body;
      const path = `/payments/${id}/confirm`;
      const other = await service.post(path, { payment_method: "pm_card_visa" });
      expect([other.status, other.body.error?.message]).to.deep.equal([
        400,
        "The payment is requires_action, so it cannot be given another payment method: that needs requires_payment_method or requires_confirmation.",
      ]);
      expect((await service.get(`/payments/${id}`)).body.status).to.equal("requires_action");
      expect((await service.post(path, { payment_method })).body.status).to.equal("succeeded");
    });

    it("changes description and metadata while it is open", async () => {
      const { body } = await service.post("/payments", {
        amount: 5,
        currency: "usd",
        metadata: { color: "red", size: "m" },
      });
      const changed = await service.post(`/payments/${body.id}`, {
        description: "A hat",
        metadata: { size: "" },
      });
      expect(changed.body.description).to.equal("A hat");
      expect(changed.body.metadata).to.deep.equal({ color: "red" });
      await service.post(`/payments/${body.id}/cancel`);
      const late = await service.post(`/payments/${body.id}`, { description: "No" });
      expect(late.body.error?.message).to.equal("The payment is canceled, so it cannot be changed.");
    });
  });

  describe("reading", () => {
    it("lists, filters, pages and expands", async () => {
      const customer = (await service.post("/customers", { name: "Ada" })).body.id;
      const ids: string[] = [];
      for (let n = 1; n <= 3; n += 1) {
        const { body } = await service.post(
          "/payments",
          paymentBy("approve", { amount: n, customer, reference: "list" }),
        );
        ids.unshift(body.id);
      }
      const { body } = await service.get(`/payments?customer=${customer}&limit=2`);
      expect(body.data?.map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
      expect(body.has_more).to.equal(true);
      const rest = await service.get(`/payments?reference=list&starting_after=${ids[1] ?? ""}`);
      expect(rest.body.data?.map(({ id }) => id)).to.deep.equal(ids.slice(2));

      await service.post("/refunds", { payment: ids[0] ?? "" });
      const one = await service.get(
        `/payments/${ids[0] ?? ""}?expand[]=customer&expand[]=payment_method&expand[]=latest_refund`,
      );
      expect(one.body.customer).to.include({ id: customer, name: "Ada" });
      expect(one.body.payment_method).to.include({ object: "payment_method", type: "card" });
      expect(one.body.latest_refund).to.include({ object: "refund", amount: 3 });
    });

    it("searches by reference and metadata", async () => {
      const { body } = await service.post("/payments", {
        amount: 5,
        currency: "usd",
        reference: "s-1",
        metadata: { a: "1", b: "2" },
      });
      const ids = async (query: string) =>
        (await service.get(`/payments/search?${query}`)).body.data?.map(({ id }) => id);
      expect(await ids("reference=s-1")).to.deep.equal([body.id]);
      expect(await ids("metadata=a:1,b:2")).to.deep.equal([body.id]);
      expect(await ids("metadata=a:1,b:3")).to.deep.equal([]);
      const nothing = await service.get("/payments/search");
      expect(nothing.body.error?.message).to.equal("Search needs reference or metadata: send one of them.");
    });

    it("shows callers who act for a customer only that customer's payments", async () => {
      const ada = (await service.post("/customers", {})).body.id;
      const other = await service.post("/payments", paymentBy("approve"));
      const bound = await world.instance();
      bound.actAs({ actor: "key_ada", livemode: false, scopes: new Set(["*"]), customer: ada });
      const own = await bound.post("/payments", { amount: 5, currency: "usd" });
      expect(own.body.customer).to.equal(ada);
      expect((await bound.get(`/payments/${other.body.id}`)).status).to.equal(404);
      expect((await bound.post(`/payments/${other.body.id}/cancel`)).status).to.equal(404);
      expect((await bound.get("/payments")).body.data?.map(({ id }) => id)).to.deep.equal([own.body.id]);
      const foreign = await bound.post("/payments", { amount: 5, currency: "usd", customer: "cus_other" });
      expect([foreign.status, foreign.body.error?.code]).to.deep.equal([403, "customer_not_allowed"]);
    });
  });

  it("N6: stops at once when the kill switch is on, and leaves the key free", async () => {
    const stopped = new Set(["payments"]);
    const requireOpen: RequireOpen = (_livemode, ...paths) => {
      if (paths.some((path) => stopped.has(path)))
        throw new ApiError(503, "api_error", "path_stopped", "Stopped.");
    };
    const switched = await world.instance({ requireOpen });
    for (const path of [
      "payments",
      "payments.method.card",
      "payments.processor.simulator",
      "payments.currency.usd",
    ]) {
      stopped.clear();
      stopped.add(path);
      const refused = await switched.post("/payments", paymentBy("approve"), "kill-switch");
      expect([refused.status, refused.body.error?.code], path).to.deep.equal([503, "path_stopped"]);
    }
    stopped.clear();
    const done = await switched.post("/payments", paymentBy("approve"), "kill-switch");
    expect(done.body.status).to.equal("succeeded");
  });

  it("the ledger and the audit chain are without fault after all of this", async () => {
    expect(await world.faults()).to.deep.equal([]);
  });
});
