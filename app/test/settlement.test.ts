/** A settlement file tells the truth about a payment whose processor gave no answer. */
import { expect } from "chai";
import { settlementLine } from "../src/processors/settlement-line.ts";
import { settlementCsv } from "../src/processors/simulator/settlement.ts";
import { testApp, type TestApp } from "./app.test-support.ts";
import { until } from "./wait.test-support.ts";

interface Body {
  id: string;
  status: string;
  matched: number;
  processor_reference?: string;
}

describe("a payment that is processing", () => {
  let app: TestApp;
  before(async () => {
    // Nobody inquires meanwhile.
    app = await testApp({ JANITOR_INTERVAL: "60000" });
  });
  after(() => app.close());

  it("succeeds when a settlement file has its key, and the file's line matches", async () => {
    const payment = { amount: 1000, currency: "usd", payment_method: "pm_card_lostAnswer", confirm: true };
    const { id, status } = (await app.post<Body>("/v1/payments", payment)).body;
    expect(status).to.equal("processing");
    const line = { ...settlementLine("ch_of_file", "charge", 1000, "usd", 3), date: "2026-01-05" };
    const file = {
      processor: "simulator",
      format: "csv",
      content: settlementCsv([{ ...line, key: `${id}-authorize-1` }]),
    };
    const reconciliation = `/v1/reconciliations/${(await app.post<Body>("/v1/reconciliations", file)).body.id}`;
    await until(async () => (await app.get<Body>(reconciliation)).body.status === "completed");
    expect((await app.get<Body>(reconciliation)).body).to.include({ matched: 1 });
    expect((await app.get<Body>(`/v1/payments/${id}`)).body).to.include({
      status: "succeeded",
      processor_reference: "ch_of_file",
    });
  });
});
