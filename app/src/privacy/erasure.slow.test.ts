import { expect } from "chai";
import { setTimeout as pause } from "node:timers/promises";
import { testApp, type TestApp } from "../../test/app.test-support.ts";
import { completed, dump, findIn, PLANTED } from "./privacy.test-support.ts";

describe("an erasure", () => {
  let app: TestApp;
  before(async function () {
    this.timeout(60_000);
    app = await testApp();
  });
  after(() => app.close());

  it("that broke off goes on where it was", async function () {
    this.timeout(30_000);
    const { body: made } = await app.post<{ id: string }>("/v1/customers", { name: PLANTED.name });
    const customer = made.id;
    const terms = { amount: 500, currency: "usd", payment_method: "pm_card_visa", confirm: true };
    const { body: payment } = await app.post<{ id: string }>("/v1/payments", {
      ...terms,
      customer,
      description: PLANTED.payment,
    });
    const { pool } = app.database;
    const name = "erase_customer_records";
    await pool.query(`revoke execute on function ${name} from strongroom_service`);
    const { body: erasure } = await app.post<{ id: string }>(`/v1/customers/${customer}/erasure`);
    for (;;) {
      const { body } = await app.get<{ description?: string }>(`/v1/payments/${payment.id}`);
      if (body.description === undefined) break;
      await pause(20);
    }
    expect((await app.get<{ status: string }>(`/v1/privacy/erasures/${erasure.id}`)).body.status).to.equal(
      "processing",
    );
    expect(findIn(await dump(pool), [PLANTED.payment])).to.have.length(1);
    await pool.query(`grant execute on function ${name} to strongroom_service`);
    await completed(app, erasure.id);
    expect(findIn(await dump(pool), [PLANTED.payment])).to.deep.equal([]);
  });
});
