import type { Core } from "../core.ts";
import type { ReconciliationData } from "./reconciliation.ts";
import { Reconciler } from "./reconcile.ts";
import { alone, clear, forgetContent, isProcessing, openFile } from "./repository.ts";
import { type ReconciliationService, readLines } from "./service.ts";

/** Works a reconciliation's file through, unless that is done. Broken off anywhere, it begins anew with the same outcome. */
export async function finishReconciliation(
  core: Core,
  service: ReconciliationService,
  id: string,
): Promise<void> {
  const { pool, objects, journal } = core;
  const file = await openFile(pool, id);
  if (!file) return;
  const stored = await objects.get<ReconciliationData>("reconciliations", id, file.livemode);
  // Claimed by a request that was never answered: when it comes again, so does the file.
  if (!stored) return;
  if (stored.data.status === "processing") {
    const lines = await readLines(file);
    const outcome = await alone(pool, file, async (connection) => {
      if (!(await isProcessing(connection, id))) return undefined;
      await clear(connection, id);
      return new Reconciler(connection, file, id, stored.data).run(lines);
    });
    // Another instance completed it while this one waited to be alone.
    if (!outcome) return;
    const data: ReconciliationData = { ...stored.data, ...outcome, status: "completed" };
    const done = { ...stored, version: stored.version + 1, data };
    // Refused when another instance has completed it meanwhile, with the same outcome.
    await journal.commit({ livemode: file.livemode, actor: "system", ...service.effects(done, "completed") });
  }
  await forgetContent(pool, id);
}
