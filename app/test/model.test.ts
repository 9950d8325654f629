import { testApp, type TestApp } from "./app.test-support.ts";
import { MODEL_ENVIRONMENT, runModel } from "./model-run.test-support.ts";

describe("the whole API against a model of it", () => {
  let app: TestApp;

  before(async () => {
    app = await testApp(MODEL_ENVIRONMENT);
  });
  after(() => app.close());

  it("random sequences of requests: same answers, same states, same balances, and the ledger whole after each", async () => {
    await runModel(app, { runs: 120 });
  });
});
