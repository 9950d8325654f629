import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import { finishReconciliation } from "./finish.ts";
import { createReconciliations } from "./index.ts";
import type { ReconciliationData } from "./reconciliation.ts";
import { alone } from "./repository.ts";
import { capture, csv, type Kit, line, PROCESSOR, startKit } from "./reconciliation.test-support.ts";
import type { Reconciliation } from "./schemas.ts";
import { ReconciliationService } from "./service.ts";

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

  it("settles once what broke off before it was completed, and a later file has as well", async () => {
    const { core, chart } = kit;
    const service = new ReconciliationService(core, { once: core.once, chart, enqueue: () => undefined });
    const begin = async (content: string) => {
      const input = { processor: PROCESSOR, format: "csv", content };
      return ((await kit.call("POST", "/reconciliations", input)).body as Reconciliation).id;
    };
    const broken = await begin(csv(line("ch_2")));
    const commit = () => Promise.reject(new Error("away"));
    const journal = Object.assign(Object.create(core.journal) as typeof core.journal, { commit });
    const failure = await finishReconciliation({ ...core, journal }, service, broken).catch(
      (error: unknown) => error,
    );
    expect(failure).to.have.property("message", "away");
    await kit.post([capture("ch_2")]);
    const later = await begin(csv(line("ch_2"), line("ch_3")));
    for (const id of [later, broken]) await finishReconciliation(core, service, id);
    const settlements = await Promise.all([later, broken].map((id) => kit.items(id, "settlement")));
    expect(settlements.map((items) => items.length)).to.deep.equal([0, 1]);
  });
});
