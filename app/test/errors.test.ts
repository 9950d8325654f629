/** What a request names and is not there: 404 when the path names it, 400 when a field of the body or the query does. */
import { expect } from "chai";
import { testApp, type TestApp } from "./app.test-support.ts";

interface Body {
  id: string;
  data?: object[];
  error?: { code: string; message: string; param?: string };
}

interface Schema {
  $ref?: string;
  examples?: unknown[];
  properties?: Record<string, Schema>;
}

interface Operation {
  operationId: string;
  parameters?: { in: string; name: string; example?: unknown }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

interface Request {
  path: string;
  body: object;
  message: string;
}

const MONEY = { amount: 5, currency: "usd" };
const CARD = { type: "card", card: { number: "4242424242424242", exp_month: 12, exp_year: 2035 } };
const ACCOUNT = { name: "Ada", type: "liability", currency: "usd" };
const NO_CUSTOMER = "There is no customer cus_x.";
const NO_METHOD = "There is no payment method pm_x.";

/** Ids in the API's examples, as `cus_01m80pvkadecrbzqsgybvvvmqg`. */
const ID = /^[a-z]+_[0-9a-z]{26}$/;

describe("errors about what is not there", function () {
  this.timeout(30_000);
  let app: TestApp;
  let document: Document;
  let account: string;
  /** Requests by the field that names something: `createPayment.customer`. */
  let requests: Record<string, Request>;

  before(async () => {
    app = await testApp();
    document = (await app.get<Document>("/openapi.json")).body;
    const made = async (path: string, body: object) => (await app.post<Body>(path, body)).body.id;
    const open = await made("/v1/payments", MONEY);
    const method = await made("/v1/payment_methods", CARD);
    account = await made("/v1/ledger/accounts", ACCOUNT);
    const transfer = { ...MONEY, source: account, destination: account };
    const key = { name: "Ada", scopes: ["payments:read"], customer: "cus_x" };
    const payments = "/v1/payments";
    requests = {
      "createPayment.customer": {
        path: payments,
        body: { ...MONEY, customer: "cus_x" },
        message: NO_CUSTOMER,
      },
      "createPayment.payment_method": {
        path: payments,
        body: { ...MONEY, payment_method: "pm_x" },
        message: NO_METHOD,
      },
      "confirmPayment.payment_method": {
        path: `${payments}/${open}/confirm`,
        body: { payment_method: "pm_x" },
        message: NO_METHOD,
      },
      "createRefund.payment": {
        path: "/v1/refunds",
        body: { payment: "pay_x" },
        message: "There is no payment pay_x.",
      },
      "createPayout.payment_method": {
        path: "/v1/payouts",
        body: { ...MONEY, payment_method: "pm_x" },
        message: NO_METHOD,
      },
      "createPaymentMethod.customer": {
        path: "/v1/payment_methods",
        body: { ...CARD, customer: "cus_x" },
        message: NO_CUSTOMER,
      },
      "attachPaymentMethod.customer": {
        path: `/v1/payment_methods/${method}/attach`,
        body: { customer: "cus_x" },
        message: NO_CUSTOMER,
      },
      "createLedgerAccount.customer": {
        path: "/v1/ledger/accounts",
        body: { ...ACCOUNT, customer: "cus_x" },
        message: NO_CUSTOMER,
      },
      "createTransfer.source": {
        path: "/v1/transfers",
        body: { ...transfer, source: "acct_x" },
        message: "There is no account acct_x.",
      },
      "createTransfer.destination": {
        path: "/v1/transfers",
        body: { ...transfer, destination: "acct_x" },
        message: "There is no account acct_x.",
      },
      "createApiKey.customer": { path: "/v1/api_keys", body: key, message: NO_CUSTOMER },
      "createToken.customer": { path: "/v1/tokens", body: { customer: "cus_x" }, message: NO_CUSTOMER },
    };
  });
  after(() => app.close());

  const operations = (method: "get" | "post") =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      methods[method] === undefined ? [] : [{ path, operation: methods[method] }],
    );

  /** The fields that name an object by its id, as `payment.customer`. */
  function namesIn(schema: Schema): string[] {
    const name = schema.$ref?.split("/").at(-1);
    const { properties = {} } = name === undefined ? schema : (document.components.schemas[name] ?? {});
    return Object.entries(properties).flatMap(([field, each]) =>
      ID.test(String(each.examples?.[0])) ? [field] : namesIn(each).map((nested) => `${field}.${nested}`),
    );
  }

  it("are 400 and name the body's field, in every POST that names an object", async () => {
    const fields = operations("post").flatMap(({ operation: { operationId, requestBody } }) =>
      Object.values(requestBody?.content ?? {})
        .flatMap(({ schema }) => namesIn(schema))
        .map((field) => `${operationId}.${field}`),
    );
    expect(Object.keys(requests)).to.have.members(fields);
    for (const [field, { path, body, message }] of Object.entries(requests)) {
      const answer = await app.post<Body>(path, body);
      expect(answer.status, `${field}: ${answer.text}`).to.equal(400);
      const param = field.slice(field.indexOf(".") + 1);
      expect(answer.body.error, field).to.include({ code: "resource_missing", message, param });
    }
  });

  it("are 400 and name the query's field; a list that is filtered by what is not there is empty", async () => {
    const refused: string[] = [];
    for (const { path, operation } of operations("get")) {
      for (const { in: place, name, example } of operation.parameters ?? []) {
        if (place !== "query" || !ID.test(String(example))) continue;
        const { status, body, text } = await app.get<Body>(`${path}?${name}=none_x`);
        if (status === 200) expect(body.data, `${path} ${name}`).to.deep.equal([]);
        else {
          expect([status, body.error?.code, body.error?.param], text).to.deep.equal([
            400,
            "resource_missing",
            name,
          ]);
          refused.push(operation.operationId);
        }
      }
    }
    expect(refused).to.deep.equal(["listLedgerEntries"]);
  });

  it("name a flag or a segment that is to be there by the body's field, too", async () => {
    const split = { on: 50, off: 50 };
    for (const [path, body, message, param] of [
      [
        "/v1/experiments",
        { key: "test", flag: "nowhere", split, control: "off", metrics: ["paid"] },
        "There is no flag nowhere; create it first.",
        "flag",
      ],
      [
        "/v1/flags",
        { key: "checkout", kind: "boolean", rules: [{ segments: ["nowhere"], variant: "on" }] },
        "There is no segment nowhere; create it first.",
        "rules.0.segments.0",
      ],
    ] as const) {
      const answer = await app.post<Body>(path, body);
      expect(answer.status, path).to.equal(400);
      expect(answer.body.error, path).to.include({ code: "resource_missing", message, param });
    }
  });

  it("name the body's field for a customer that is deleted, too", async () => {
    const { id } = (await app.post<Body>("/v1/customers", {})).body;
    const headers = { authorization: `Bearer ${app.apiKey}` };
    await app.app.inject({ method: "DELETE", url: `/v1/customers/${id}`, headers });
    for (const { path, body } of Object.values(requests)) {
      if (!("customer" in body)) continue;
      const answer = await app.post<Body>(path, { ...body, customer: id });
      expect(answer.status, path).to.equal(400);
      expect(answer.body.error, path).to.include({
        code: "customer_deleted",
        message: `Customer ${id} is deleted.`,
        param: "customer",
      });
    }
  });

  it("name the body's field for a payment method that is detached, and the path's id for one that the path names", async () => {
    const { id } = (await app.post<Body>("/v1/payment_methods", CARD)).body;
    await app.post(`/v1/payment_methods/${id}/detach`);
    for (const [path, body, param] of [
      ["/v1/payments", { ...MONEY, payment_method: id }, "payment_method"],
      ["/v1/payouts", { ...MONEY, payment_method: id }, "payment_method"],
      [`/v1/payment_methods/${id}`, { metadata: {} }, "id"],
      [`/v1/payment_methods/${id}/detach`, {}, "id"],
    ] as const) {
      const { body: answer } = await app.post<Body>(path, body);
      expect(answer.error, path).to.include({ code: "payment_method_detached", param });
    }
  });

  it("are 404 for the path's id", async () => {
    for (const [path, body] of [
      ["/v1/payments/pay_x/capture", {}],
      ["/v1/payment_methods/pm_x/detach", {}],
      ["/v1/payment_methods/pm_x/attach", { customer: "cus_x" }],
    ] as const) {
      const answer = await app.post<Body>(path, body);
      expect(answer.status, path).to.equal(404);
      expect(answer.body.error, path).to.include({ code: "resource_missing", param: "id" });
    }
  });

  it("tell an id that is left empty from one of nothing", async () => {
    for (const [answer, param] of [
      [await app.post<Body>("/v1/payments", { ...MONEY, customer: "" }), "customer"],
      [await app.post<Body>("/v1/transfers", { ...MONEY, source: "", destination: account }), "source"],
      [await app.get<Body>("/v1/payments?customer="), "customer"],
      [await app.get<Body>("/v1/events?object="), "object"],
      [await app.get<Body>("/v1/customers?email="), "email"],
    ] as const) {
      const message = `${param} is "", but must NOT have fewer than 1 characters.`;
      expect(answer.body.error, answer.text).to.include({ code: "parameter_invalid", message, param });
    }
  });
});
