/** Whoever tries a route at /docs, or copies from there, sends what stands there. */
import { expect } from "chai";
import { testApp, type TestApp } from "./app.test-support.ts";

interface Operation {
  parameters?: { name: string; schema: { examples?: unknown[] } }[];
  requestBody?: { content: Record<string, { example?: object }> };
}

interface Route {
  method: "POST" | "PATCH";
  path: string;
  operation: Operation;
}

describe("the examples at /docs", function () {
  this.timeout(30_000);
  let app: TestApp;
  let routes: Route[];

  before(async () => {
    app = await testApp();
    const { body } = await app.get<{ paths: Record<string, Record<string, Operation>> }>("/openapi.json");
    routes = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase() as Route["method"],
        path,
        operation,
      })),
    );
  });
  after(() => app.close());

  it("have a body where fields exclude each other, or belong together", () => {
    const names = routes.filter(exampleOf).map(({ method, path }) => `${method} ${path}`);
    expect(names).to.include.members([
      "POST /v1/payments",
      "POST /v1/payments/{id}/confirm",
      "POST /v1/payment_methods",
      "POST /v1/reconciliations",
      "POST /v1/exports",
      "POST /v1/webhook_endpoints/{id}/replay",
      "POST /v1/flags",
      "POST /v1/segments",
      "POST /v1/experiments",
      "POST /v1/api_keys",
      "POST /v1/tokens",
    ]);
  });

  it("have bodies that are taken as they are", async () => {
    const payment = await idOf("/v1/payments", { amount: 1099, currency: "usd" });
    const endpoint = await idOf("/v1/webhook_endpoints", {
      url: "http://127.0.0.1:4000/",
      enabled_events: ["payment.*"],
    });
    const key = await idOf("/v1/api_keys", { name: "Shop", scopes: ["payments:read"] });
    // What is named by its key was made by an example before.
    const made: Record<string, string> = {
      "/v1/payments/{id}": `/v1/payments/${payment}`,
      "/v1/webhook_endpoints/{id}": `/v1/webhook_endpoints/${endpoint}`,
      "/v1/api_keys/{id}": `/v1/api_keys/${key}`,
      "/v1/flags/{key}": "/v1/flags/new-checkout",
      "/v1/segments/{key}": "/v1/segments/europe",
      "/v1/experiments/{key}": "/v1/experiments/checkout-test",
    };
    for (const route of routes.filter(exampleOf)) {
      const { method, path } = route;
      const url = path.replace(/^.*\}/, (object) => made[object] ?? object);
      const headers = { authorization: `Bearer ${app.apiKey}` };
      const answer = await app.app.inject({ method, url, headers, payload: exampleOf(route) });
      expect(answer.statusCode, `${method} ${path}: ${answer.body}`).to.be.within(200, 201);
    }
  });

  it("have no Idempotency-Key, which would be the same for all and refused at the second", () => {
    const keys = routes.flatMap(({ operation: { parameters = [] } }) =>
      parameters.filter(({ name }) => name === "Idempotency-Key"),
    );
    expect(keys).to.have.length.above(20);
    expect(keys.filter(({ schema }) => "examples" in schema || "example" in schema)).to.deep.equal([]);
  });

  async function idOf(path: string, body: object): Promise<string> {
    return (await app.post<{ id: string }>(path, body)).body.id;
  }
});

function exampleOf({ operation }: Route): object | undefined {
  return operation.requestBody?.content["application/json"]?.example;
}
