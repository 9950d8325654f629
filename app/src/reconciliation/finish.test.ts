import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import { createPool } from "../database/pool.ts";
import { settlementListener } from "../payments/settled.ts";
import { finishReconciliation } from "./finish.ts";
import { createReconciliations } from "./index.ts";
import type { ReconciliationData } from "./reconciliation.ts";
import { alone } from "./repository-files.ts";
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
    const waiting = createReconciliations(core, kit.parts);
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

  const makeService = () => {
    return new ReconciliationService(kit.core, { ...kit.parts, enqueue: () => undefined });
  };
  const begin = async (content: string) => {
    const input = { processor: PROCESSOR, format: "csv", content };
    return ((await kit.call("POST", "/reconciliations", input)).body as Reconciliation).id;
  };
  /** Works a file through; the database is away when that is to be recorded. */
  const breakOff = async (id: string) => {
    const { core } = kit;
    const commit = () => Promise.reject(new Error("away"));
    const journal = Object.assign(Object.create(core.journal) as typeof core.journal, { commit });
    const failure = await finishReconciliation({ ...core, journal }, makeService(), id).catch(
      (error: unknown) => error,
    );
    expect(failure).to.have.property("message", "away");
  };
  const finish = async (...ids: string[]) => {
    for (const id of ids) await finishReconciliation(kit.core, makeService(), id);
  };

  it("settles once what broke off before it was completed, and a later file has as well", async () => {
    const broken = await begin(csv(line("ch_2")));
    await breakOff(broken);
    await kit.post([capture("ch_2")]);
    const later = await begin(csv(line("ch_2"), line("ch_3")));
    await finish(later, broken);
    const settlements = await Promise.all([later, broken].map((id) => kit.items(id, "settlement")));
    expect(settlements.map((items) => items.length)).to.deep.equal([1, 0]);
    const [stranger] = await kit.items(broken);
    expect(stranger).to.include({ kind: "missing_here", status: "resolved" });
  });

  it("keeps the duplicates of what broke off, on which a later file with more of them counts", async () => {
    const copies = (count: number) => csv(...Array.from({ length: count }, () => line("ch_4")));
    const broken = await begin(copies(2));
    await breakOff(broken);
    const later = await begin(copies(3));
    await finish(later, broken);
    const duplicates = await Promise.all([broken, later].map((id) => kit.items(id, "duplicate")));
    expect(duplicates.map((items) => items.length)).to.deep.equal([1, 1]);
  });

  it("keeps nothing of a large file that was broken off, and works it through later", async () => {
    const lines = Array.from({ length: 3000 }, (_, index) => line(`large_${index}`));
    const large = await begin(csv(...lines));
    const ended = AbortSignal.abort();
    const failure = await finishReconciliation(kit.core, makeService(), large, ended).catch(
      (error: unknown) => error,
    );
    expect(failure).to.have.property("name", "AbortError");
    const { rows } = await kit.core.pool.query(
      `select reconciliation from reconciliation_lines where reconciliation = $1
       union all select reconciliation from reconciliation_items where reconciliation = $1`,
      [large],
    );
    expect(rows).to.be.empty;
    await finish(large);
    expect((await kit.call("GET", `/reconciliations/${large}`)).body).to.deep.include({
      status: "completed",
      lines: 3000,
      items: 3000,
    });
  });

  it("ends what is open with the one connection that it has", async () => {
    const pool = createPool({ connection: kit.core.database.url, max: 1, connectTimeout: 1 });
    try {
      const core = { ...kit.core, pool };
      const told: string[] = [];
      const settlements = settlementListener(core, async (_processor, notice) => {
        if (notice.type === "outcome") told.push(notice.key);
      });
      const data = { processor: PROCESSOR, currency: "usd", status: "pending", attempt: { due: 1 } };
      const refund = { kind: "refunds" as const, id: "re_open", version: 1, created: core.clock(), data };
      await core.journal.commit({ livemode: false, actor: "system", objects: [refund] });
      const id = await begin(csv(line("rf_open", { type: "refund", fee: 0, key: "re_open-refund-1" })));
      const service = new ReconciliationService(core, {
        ...kit.parts,
        settlements,
        enqueue: () => undefined,
      });
      await finishReconciliation(core, service, id);
      expect(told).to.deep.equal(["re_open-refund-1"]);
      expect((await kit.call("GET", `/reconciliations/${id}`)).body).to.include({ status: "completed" });
    } finally {
      await pool.end();
    }
  });

  it("does anew what a version that kept no outcome left behind", async () => {
    const broken = await begin(csv(line("ch_5"), line("ch_5")));
    await breakOff(broken);
    await kit.core.database.pool.query("update reconciliation_files set outcome = null");
    await finish(broken);
    expect((await kit.items(broken)).map(({ kind }) => kind)).to.deep.equal(["missing_here", "duplicate"]);
    const { rows } = await kit.core.pool.query(
      "select from reconciliation_files where reconciliation = $1 and content is null and outcome is null",
      [broken],
    );
    expect(rows).to.have.length(1);
  });
});
