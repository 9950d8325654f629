import { testApp, type TestApp } from "./app.test-support.ts";
import { MODEL_ENVIRONMENT, runModel } from "./model-run.test-support.ts";

/** Sequences of the run; STRONGROOM_MODEL_RUNS=10000 for a long one, STRONGROOM_MODEL_SEED=… for one that failed. */
const RUNS = Number(process.env.STRONGROOM_MODEL_RUNS ?? 2500);
const SEED = process.env.STRONGROOM_MODEL_SEED;

describe("the whole API against a model of it, at length", () => {
  let app: TestApp;

  before(async () => {
    app = await testApp(MODEL_ENVIRONMENT);
  });
  after(() => app.close());

  it(`${RUNS} random sequences without a difference`, async () => {
    const seed = SEED === undefined ? undefined : Number(SEED);
    await runModel(app, { runs: RUNS, maxCommands: 20, seed, verifyEvery: 500 });
  }).timeout(900_000);
});
