import type { Core } from "../core.ts";
import { readPortions } from "./reading.ts";
import { Reconciler } from "./reconcile.ts";
import type { Outcome, ReconciliationData, StoredReconciliation } from "./reconciliation.ts";
import {
  alone,
  clear,
  forgetContent,
  isProcessing,
  keepOutcome,
  keptOutcome,
  openFile,
  type OpenFile,
} from "./repository-files.ts";
import type { ReconciliationService } from "./service.ts";

/**
 * Works a reconciliation's file through, unless that is done, and completes it. Broken off anywhere, it goes on from there: what
 * a file has come to is kept with its lines and items, which later files count on, and stays as it is.
 *
 * @param signal breaks it off
 */
export async function finishReconciliation(
  core: Core,
  service: ReconciliationService,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  const { pool, objects, journal } = core;
  const file = await openFile(pool, id);
  if (!file) return;
  const stored = await objects.get<ReconciliationData>("reconciliations", id, file.livemode);
  // Claimed by a request that was never answered: when it comes again, so does the file.
  if (!stored) return;
  if (stored.data.status === "processing") {
    const outcome = file.outcome ?? (await workThrough(core, service, stored, file, signal));
    // Another instance completed it while this one waited to be alone.
    if (!outcome) return;
    const data: ReconciliationData = { ...stored.data, ...outcome, status: "completed" };
    const done = { ...stored, version: stored.version + 1, data };
    // Refused when another instance has completed it meanwhile, with the same outcome.
    await journal.commit({ livemode: file.livemode, actor: "system", ...service.effects(done, "completed") });
  }
  await forgetContent(pool, id);
}

/** @returns undefined for a file that another instance has brought to its end meanwhile */
async function workThrough(
  { pool }: Core,
  { settlements }: ReconciliationService,
  { id, data }: StoredReconciliation,
  file: OpenFile,
  signal?: AbortSignal,
): Promise<Outcome | undefined> {
  // What its lines end is in the ledger before they are held against it. That takes connections, and locks of its own. Other
  // formats have no room for the keys of operations.
  if (file.format === "csv") {
    for await (const lines of readPortions(file, { signal })) await settlements(file, lines);
  }
  return alone(pool, file, async (connection) => {
    const kept = await keptOutcome(connection, file);
    if (kept) return kept;
    if (!(await isProcessing(connection, id))) return undefined;
    await clear(connection, id);
    const outcome = await new Reconciler(connection, file, id, data).run(readPortions(file, { signal }));
    await keepOutcome(connection, file, outcome);
    return outcome;
  });
}
