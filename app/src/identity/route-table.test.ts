import { expect } from "chai";
import { testApp, type TestApp } from "../../test/app.test-support.ts";

interface Route {
  method: "GET" | "POST" | "DELETE";
  url: string;
}

/** Reading these needs a scope to write: they hold account numbers. */
const SENSITIVE = /^\/v1\/ach_files\/none\/content$/;

/** Asking for a flag's value changes nothing, though it is asked with POST. */
const QUESTION = /^\/v1\/flags\/none\/evaluate$/;

/** Where callers who act for one customer have business. */
const FOR_CUSTOMERS =
  /^\/v1\/(customers|disputes|ledger|payment_methods|payments|refunds|tokens|transfers)\b/;

describe("Who may use the routes of the whole API", () => {
  let service: TestApp;
  let routes: Route[];

  before(async function () {
    this.timeout(60_000);
    service = await testApp();
    const { body } = await service.get<{ paths: Record<string, object> }>("/openapi.json");
    routes = Object.entries(body.paths)
      .filter(([path]) => path.startsWith("/v1/"))
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => ({
          method: method.toUpperCase() as Route["method"],
          url: path.replace(/\{[^}]+\}/g, "none"),
        })),
      );
  });
  after(() => service.close());

  async function keyFor(body: object): Promise<string> {
    const { body: key, status } = await service.post<{ secret: string }>("/v1/api_keys", {
      name: "Key",
      ...body,
    });
    expect(status).to.equal(201);
    return key.secret;
  }

  async function ask({ method, url }: Route, key?: string) {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const { statusCode, body } = await service.app.inject({
      method,
      url,
      headers,
      payload: method === "POST" ? {} : undefined,
    });
    const { error } = body.startsWith("{") ? (JSON.parse(body) as { error?: { code: string } }) : {};
    return { status: statusCode, code: error?.code, name: `${method} ${url}` };
  }

  it("nobody uses any without a credential", async () => {
    expect(routes.length).to.be.greaterThan(60);
    for (const route of routes) {
      const { status, name } = await ask(route);
      expect(status, name).to.equal(401);
    }
  });

  it("an auditor may read all but account numbers and change nothing", async () => {
    const key = await keyFor({ roles: ["auditor"] });
    for (const route of routes) {
      const { code, name } = await ask(route, key);
      const isRead = (route.method === "GET" && !SENSITIVE.test(route.url)) || QUESTION.test(route.url);
      if (isRead) expect(code, name).not.to.equal("scope_missing");
      else expect(code, name).to.equal("scope_missing");
    }
  });

  it("who acts for one customer may use those that keep customers apart, even with every scope", async () => {
    const { body: customer } = await service.post<{ id: string }>("/v1/customers", { name: "Ada" });
    const key = await keyFor({ scopes: ["*"], customer: customer.id });
    for (const route of routes.filter(({ url }) => !FOR_CUSTOMERS.test(url))) {
      const { code, name } = await ask(route, key);
      expect(code, name).to.equal("customer_bound");
    }
    expect(await ask({ method: "GET", url: "/v1/payments" }, key)).to.include({ status: 200 });
  });

  it("every role may use at least one of them, and none but an admin all", async () => {
    for (const role of ["developer", "finance", "support", "auditor", "service", "admin"]) {
      const key = await keyFor({ roles: [role] });
      const answers = await Promise.all(routes.map((route) => ask(route, key)));
      const refused = answers.filter(({ code }) => code === "scope_missing");
      expect(refused.length, role).to.be.lessThan(routes.length);
      if (role === "admin") expect(refused).to.deep.equal([]);
      else expect(refused, role).not.to.be.empty;
    }
  });
});
