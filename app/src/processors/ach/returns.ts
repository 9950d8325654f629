/** What the bank sends back: entries that are returned, and corrections of bank details. Importing a file again changes nothing. */
import type pg from "pg";
import type { Core } from "../../core.ts";
import type { Notice } from "../processor.ts";
import { newYorkTime } from "./calendar.ts";
import { type EntryRow, resultOf } from "./entry.ts";
import { isReturnOfEntry, returnDeclined } from "./nacha/codes.ts";
import { type Addenda, parseAchFile } from "./nacha/file.ts";
import type { AchRepository } from "./repository.ts";

/**
 * What became of a line of the file:
 * - `returned`: the entry has failed; `returned_late`: it had succeeded before, and the money is gone again;
 * - `corrected`: a notification of change was taken down;
 * - `known`: it was imported before;
 * - `unmatched`: we have no such entry, or it had another amount;
 * - `ignored`: not a return of an entry of ours (dishonoured and contested returns).
 */
export type ReturnOutcome = "returned" | "returned_late" | "corrected" | "known" | "unmatched" | "ignored";

export interface ImportedReturn {
  trace_number: string;
  code: string;
  outcome: ReturnOutcome;
  /** Our reference of the entry. */
  reference?: string;
}

type Told = Exclude<Addenda, { type: "payment" }>;

/** @throws AchFormatError for a text that is not NACHA; then nothing of it was imported */
export async function importReturns(
  core: Pick<Core, "clock">,
  repository: AchRepository,
  livemode: boolean,
  text: string,
): Promise<ImportedReturn[]> {
  const lines = parseAchFile(text).batches.flatMap(({ entries }) =>
    entries.flatMap(({ amount, addenda }) =>
      addenda.filter((each): each is Told => each.type !== "payment").map((told) => ({ amount, told })),
    ),
  );
  return repository.exclusively(async (client) => {
    const imported: ImportedReturn[] = [];
    for (const { amount, told } of lines) {
      const entry = await repository.traced(told.originalTrace, livemode, client);
      const outcome = await take(core, repository, entry, amount, told, client);
      imported.push({
        trace_number: told.originalTrace,
        code: told.code,
        outcome,
        reference: outcome === "unmatched" ? undefined : entry?.reference,
      });
    }
    return imported;
  });
}

async function take(
  { clock }: Pick<Core, "clock">,
  repository: AchRepository,
  entry: EntryRow | undefined,
  amount: number,
  told: Told,
  client: pg.PoolClient,
): Promise<ReturnOutcome> {
  if (told.type === "change") {
    if (!entry) return "unmatched";
    return (await repository.addChange(entry.sequence, told.code, new Date(clock()), client))
      ? "corrected"
      : "known";
  }
  if (!isReturnOfEntry(told.code)) return "ignored";
  if (entry?.amount !== amount) return "unmatched";
  if (entry.state !== "filed" && entry.state !== "settled") return "known";
  await repository.setReturned(entry.sequence, told.code, newYorkTime(clock()).date, client);
  // Its bank has given the whole debit back: a refund would give it a second time.
  const refunds = await repository.cancelRefunds(entry.reference, client);
  await repository.tell(entry.livemode, [...refunds.flatMap(outcomeOf), noticeOf(entry, told.code)], client);
  return entry.state === "settled" ? "returned_late" : "returned";
}

/** What a return means to whoever waits for the entry, or thought that it had succeeded. */
function noticeOf({ type, state, key, reference, amount }: EntryRow, reason: string): Notice {
  const result = returnDeclined(reason);
  if (state === "filed") return { type: "outcome", key, result };
  const { code, message } = result;
  return {
    type: type === "refund" ? "refund_failed" : "returned",
    key,
    reference,
    code,
    message,
    amount,
    currency: "usd",
  };
}

/** What tells that an entry is over. */
function outcomeOf(entry: EntryRow): Notice[] {
  const result = resultOf(entry);
  return result.outcome === "pending" ? [] : [{ type: "outcome", key: entry.key, result }];
}

/** Entries whose time for a return is over have succeeded. */
export async function settleDue(
  core: Pick<Core, "clock">,
  repository: AchRepository,
  livemode: boolean,
): Promise<void> {
  const today = newYorkTime(core.clock()).date;
  if (!(await repository.hasDue(livemode, today))) return;
  await repository.exclusively(async (client) => {
    const settled = await repository.settle(livemode, today, client);
    await repository.tell(livemode, settled.flatMap(outcomeOf), client);
  });
}
