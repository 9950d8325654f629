import { expect } from "chai";
import { testDatabase, type TestDatabase } from "../../test/database.test-support.ts";
import { loadConfig } from "../config.ts";
import { watchLedger } from "./ledger-watch.ts";
import { createLog } from "./log.ts";
import { startTelemetry } from "./telemetry.ts";

const ACCOUNT = `insert into ledger_accounts
  (id, livemode, name, type, currency, created, debits_posted, credits_posted)
  values ($1, false, 'test', 'asset', 'usd', now(), $2, $3)`;

describe("the ledger's watch", () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  async function watched() {
    const config = loadConfig({});
    const lines: string[] = [];
    const { log } = createLog(config, { sink: { write: (line) => void lines.push(line) } });
    const telemetry = await startTelemetry(config, "0.0.0");
    const watch = watchLedger({ pool: database.servicePool, meter: telemetry.meter, log, interval: 3600 });
    return { watch, lines, telemetry };
  }

  it("shows a drift of 0 for a ledger whose balances are its entries' sums", async () => {
    const { watch, lines, telemetry } = await watched();
    expect(await telemetry.metricsText()).not.to.match(/^ledger_drift/m);
    await watch.compare();
    expect(await telemetry.metricsText()).to.match(/^ledger_drift 0$/m);
    expect(await telemetry.metricsText()).to.match(/^ledger_compared_age [0-9.e-]+$/m);
    expect(lines).to.deep.equal([]);
    await telemetry.stop();
  });

  it("shows and logs as fatal what somebody changed around the service", async () => {
    await database.pool.query(ACCOUNT, ["acct_a", 500, 0]);
    await database.pool.query(ACCOUNT, ["acct_b", 0, 300]);
    const { watch, lines, telemetry } = await watched();
    await watch.compare();
    const text = await telemetry.metricsText();
    expect(text).to.match(/^ledger_drift 2$/m);
    expect(text).to.include('ledger_imbalance{currency="usd",livemode="false",layer="posted"} 200');
    expect(text).to.include('ledger_imbalance{currency="usd",livemode="false",layer="pending"} 0');
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).to.deep.equal([
      "fatal",
      "fatal",
    ]);
    expect(lines[0]).to.include("acct_a").and.include("debits_posted");
    await telemetry.stop();
  });

  it("stops while it waits", async () => {
    const { watch, telemetry } = await watched();
    watch.start();
    await watch.stop();
    await telemetry.stop();
  });
});
