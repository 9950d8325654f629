import { expect } from "chai";
import { paymentBy, World, type Instance } from "./world.test-support.ts";

const EVERYTHING = "expand[]=customer&expand[]=payment_method&expand[]=latest_refund";

describe("payments with other objects shown in them", () => {
  let world: World;
  let service: Instance;
  let reader: Instance;

  before(async () => {
    world = await World.create();
    service = await world.instance();
    reader = await world.instance();
  });
  after(() => world.close());

  function readWith(scopes: string[], customer?: string): void {
    const caller = { actor: "key_reader", livemode: false, scopes: new Set(["payments:read", ...scopes]) };
    reader.actAs(customer === undefined ? caller : { ...caller, customer });
  }

  /** A refunded payment of a customer with a payment method of its own. */
  async function refunded() {
    const customer = (await service.post("/customers", { name: "Ada" })).body.id;
    const { type, card } = paymentBy("approve").payment_method_data;
    const method = (await service.post("/payment_methods", { type, card, customer })).body.id;
    const payment = { amount: 100, currency: "usd", customer, payment_method: method, confirm: true };
    const { id } = (await service.post("/payments", payment)).body;
    const refund = (await service.post("/refunds", { payment: id })).body.id;
    return { id, customer, method, refund };
  }

  it("show only what the caller could read by itself, and the ids of the rest", async () => {
    const { id, customer, method, refund } = await refunded();
    const ids = { customer, payment_method: method, latest_refund: refund };
    readWith([]);
    expect((await reader.get(`/payments/${id}?${EVERYTHING}`)).body).to.include(ids);
    const list = await reader.get(`/payments?customer=${customer}&${EVERYTHING}`);
    expect(list.body.data?.[0]).to.include(ids);

    for (const [field, scope] of [
      ["customer", "customers:read"],
      ["payment_method", "payment_methods:read"],
      ["latest_refund", "refunds:read"],
    ] as const) {
      readWith([scope]);
      const { body } = await reader.get(`/payments/${id}?${EVERYTHING}`);
      expect(body[field], field).to.include({ id: ids[field] });
      const rest = Object.fromEntries(Object.entries(ids).filter(([name]) => name !== field));
      expect(body, field).to.include(rest);
    }
  });

  it("are listed from the id of a payment only: anything else would begin the list anew", async () => {
    const { id, refund } = await refunded();
    const ofNoPayment = id.slice(0, -3) + "000";
    for (const place of [id, ofNoPayment])
      expect((await service.get(`/payments?starting_after=${place}`)).status).to.equal(200);
    for (const param of ["starting_after", "ending_before"]) {
      for (const place of [refund, "pay_none", id.toUpperCase(), `${id}0`, `pay_8${id.slice(5)}`]) {
        const { status, body } = await service.get(`/payments?${param}=${place}`);
        expect([status, body.error?.message]).to.deep.equal([
          400,
          `${param} is "${place}", but must be the id of an object of this list: pay_ and 26 digits and letters.`,
        ]);
      }
    }
  });

  it("name what expand[] and metadata take, where they take it not", async () => {
    for (const [query, message] of [
      ["?expand[]=x", 'expand[].0 is "x", but must be one of customer, payment_method, latest_refund.'],
      [
        "/search?metadata=order",
        'metadata is "order", but must match pattern "^[^:,]{1,40}:[^,]*(,[^:,]{1,40}:[^,]*)*$", as order:17,shop:berlin.',
      ],
    ] as const) {
      const { status, body } = await service.get(`/payments${query}`);
      expect([status, body.error?.message]).to.deep.equal([400, message]);
    }
  });

  it("are refused to who acts for another customer than is named", async () => {
    const { customer } = await refunded();
    readWith(["refunds:read", "disputes:read", "payment_methods:read"], "cus_other");
    for (const path of ["payments", "refunds", "disputes"]) {
      const { status, body } = await reader.get(`/${path}?customer=${customer}`);
      expect([status, body.error?.code], path).to.deep.equal([403, "customer_not_allowed"]);
    }
    expect((await reader.get("/payments?customer=cus_other")).body.data).to.deep.equal([]);
  });

  it("are not searched for one key with two values", async () => {
    await service.post("/payments", { amount: 5, currency: "usd", metadata: { order: "18" } });
    const { status, body } = await service.get("/payments/search?metadata=order:17,order:18");
    expect([status, body.error?.message]).to.deep.equal([400, "metadata names order twice: name it once."]);
  });

  it("keep the id of a payment method that was detached", async () => {
    const { customer, method } = await refunded();
    await service.post(`/payment_methods/${method}/detach`);
    readWith(["payment_methods:read"], customer);
    const { status, body } = await reader.get("/payments?expand[]=payment_method");
    expect(status).to.equal(200);
    expect(body.data?.[0]).to.include({ payment_method: method });
  });
});
