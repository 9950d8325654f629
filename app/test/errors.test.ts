/** What a request names and is not there: the error tells which field named it. */
import { expect } from "chai";
import { testApp, type TestApp } from "./app.test-support.ts";

interface ErrorBody {
  error: { code: string; message: string; param?: string };
}

const MONEY = { amount: 5, currency: "usd" };
const CARD = { type: "card", card: { number: "4242424242424242", exp_month: 12, exp_year: 2035 } };

describe("errors about what is not there", () => {
  let app: TestApp;

  before(async () => {
    app = await testApp();
  });
  after(() => app.close());

  const errorOf = async (path: string, body: object) => {
    const answer = await app.post<ErrorBody>(path, body);
    expect(answer.status, answer.text).to.be.oneOf([400, 404]);
    return answer.body.error;
  };

  it("name the body's field", async () => {
    for (const [path, body, param, message] of [
      ["/v1/refunds", { payment: "pay_x" }, "payment", "There is no payment pay_x."],
      ["/v1/payments", { ...MONEY, customer: "cus_x" }, "customer", "There is no customer cus_x."],
      [
        "/v1/payments",
        { ...MONEY, payment_method: "pm_x", confirm: true },
        "payment_method",
        "There is no payment method pm_x.",
      ],
      [
        "/v1/payouts",
        { ...MONEY, payment_method: "pm_x" },
        "payment_method",
        "There is no payment method pm_x.",
      ],
      ["/v1/payment_methods", { ...CARD, customer: "cus_x" }, "customer", "There is no customer cus_x."],
      [
        "/v1/ledger/accounts",
        { name: "Ada", type: "liability", currency: "usd", customer: "cus_x" },
        "customer",
        "There is no customer cus_x.",
      ],
      [
        "/v1/api_keys",
        { name: "Ada", scopes: ["payments:read"], customer: "cus_x" },
        "customer",
        "There is no customer cus_x.",
      ],
      ["/v1/tokens", { customer: "cus_x" }, "customer", "There is no customer cus_x."],
    ] as const) {
      const error = await errorOf(path, body);
      expect(error, path).to.include({ code: "resource_missing", message, param });
    }
  });

  it("name the body's field for a customer that is deleted, too", async () => {
    const { id } = (await app.post<{ id: string }>("/v1/customers", {})).body;
    const headers = { authorization: `Bearer ${app.apiKey}` };
    await app.app.inject({ method: "DELETE", url: `/v1/customers/${id}`, headers });
    const method = (await app.post<{ id: string }>("/v1/payment_methods", CARD)).body.id;
    const error = await errorOf(`/v1/payment_methods/${method}/attach`, { customer: id });
    expect(error).to.include({ code: "customer_deleted", param: "customer" });
  });

  it("name the path's id", async () => {
    for (const path of ["/v1/payments/pay_x/capture", "/v1/payment_methods/pm_x/detach"])
      expect(await errorOf(path, {}), path).to.include({ code: "resource_missing", param: "id" });
    const missing = await errorOf("/v1/payment_methods/pm_x/attach", { customer: "cus_x" });
    expect(missing).to.include({ code: "resource_missing", param: "id" });
  });
});
