import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import { createReconciliations } from "./index.ts";
import type { ReconciliationData } from "./reconciliation.ts";
import { alone } from "./repository.ts";
import { csv, type Kit, line, PROCESSOR, startKit } from "./reconciliation.test-support.ts";
import type { Reconciliation } from "./schemas.ts";

describe("finishing a reconciliation", () => {
  let kit: Kit;

  before(async function () {
    this.timeout(60_000);
    kit = await startKit();
  });

  after(() => kit.close());

  it("leaves alone what another instance completes while this one waits for its turn", async () => {
    const { core } = kit;
    await kit.reconciliations.stop();
    const input = { processor: PROCESSOR, format: "csv", content: csv(line("ch_1")) };
    const { id } = (await kit.call("POST", "/reconciliations", input)).body as Reconciliation;
    const waiting = createReconciliations(core, { once: core.once, chart: kit.chart });
    await alone(core.pool, { livemode: false, processor: PROCESSOR }, async () => {
      waiting.start();
      await until(async () => {
        const { rowCount } = await core.pool.query(
          "select from pg_locks where locktype = 'advisory' and not granted",
        );
        return rowCount === 1;
      });
      const stored = await core.objects.get<ReconciliationData>("reconciliations", id, false);
      const data = { ...stored?.data, status: "completed" };
      const objects = [{ kind: "reconciliations" as const, id, version: 2, created: core.clock(), data }];
      await core.journal.commit({ livemode: false, actor: "system", objects });
    });
    await waiting.stop();
    expect(await kit.items(id)).to.be.empty;
  });
});
