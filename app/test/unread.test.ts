/** No parameter that is sent is passed over in silence. */
import { expect } from "chai";
import { testApp, type TestApp } from "./app.test-support.ts";

interface Answer {
  error?: { code: string; param?: string; mistakes?: { code: string; param: string }[] };
}

describe("every route of the API", function () {
  this.timeout(30_000);
  let app: TestApp;

  before(async () => {
    app = await testApp();
  });
  after(() => app.close());

  it("refuses a parameter that it does not know, by name", async () => {
    const { body: document } = await app.get<{ paths: Record<string, Record<string, object>> }>(
      "/openapi.json",
    );
    const headers = { authorization: `Bearer ${app.apiKey}` };
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of ["GET", "DELETE"] as const) {
        if (!path.startsWith("/v1/") || methods[method.toLowerCase()] === undefined) continue;
        // The path is judged before the query, so that it must be right.
        const url = `${path.replaceAll(/\{(item|number)\}/g, "1").replaceAll(/\{\w+\}/g, "x")}?unread=1`;
        const answer = await app.app.inject({ method, url, headers });
        const { error } = answer.json<Answer>();
        const told = (error?.mistakes ?? [error]).find((mistake) => mistake?.param === "unread");
        expect([answer.statusCode, told?.code], `${method} ${url}`).to.deep.equal([400, "parameter_unknown"]);
      }
    }
    const payment = await app.post<Answer>("/v1/payments?unread=1", { amount: 5, currency: "usd" });
    expect([payment.status, payment.body.error?.param]).to.deep.equal([400, "unread"]);
  });
});
