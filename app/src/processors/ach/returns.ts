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
    const traces = lines.map(({ told }) => told.originalTrace);
    const entries = await repository.traced(traces, livemode, client);
    const imported: ImportedReturn[] = [];
    const returned = new Map<EntryRow, string>();
    for (const { amount, told } of lines) {
      const entry = entries.get(told.originalTrace);
      const outcome =
        told.type === "change"
          ? await correct(core, repository, entry, told.code, client)
          : outcomeOf(
              entry && returned.has(entry) ? { ...entry, state: "returned" } : entry,
              amount,
              told.code,
            );
      if (entry && (outcome === "returned" || outcome === "returned_late")) returned.set(entry, told.code);
      imported.push({
        trace_number: told.originalTrace,
        code: told.code,
        outcome,
        reference: outcome === "unmatched" ? undefined : entry?.reference,
      });
    }
    await giveBack(core, repository, livemode, returned, client);
    return imported;
  });
}

async function correct(
  { clock }: Pick<Core, "clock">,
  repository: AchRepository,
  entry: EntryRow | undefined,
  code: string,
  client: pg.PoolClient,
): Promise<ReturnOutcome> {
  if (!entry) return "unmatched";
  return (await repository.addChange(entry.sequence, code, new Date(clock()), client))
    ? "corrected"
    : "known";
}

function outcomeOf(entry: EntryRow | undefined, amount: number, code: string): ReturnOutcome {
  if (!isReturnOfEntry(code)) return "ignored";
  if (entry?.amount !== amount) return "unmatched";
  if (entry.state !== "filed" && entry.state !== "settled") return "known";
  return entry.state === "settled" ? "returned_late" : "returned";
}

/** @param returned entries as they were before, with the reasons, in the order of the file */
async function giveBack(
  { clock }: Pick<Core, "clock">,
  repository: AchRepository,
  livemode: boolean,
  returned: ReadonlyMap<EntryRow, string>,
  client: pg.PoolClient,
): Promise<void> {
  if (returned.size === 0) return;
  const entries = [...returned.keys()];
  const codes = [...returned].map(([{ sequence }, code]) => ({ sequence, code }));
  await repository.setReturned(codes, newYorkTime(clock()).date, client);
  // Their banks have given the whole debits back: refunds would give them a second time.
  const references = entries.map(({ reference }) => reference);
  const refunds = Map.groupBy(await repository.cancelRefunds(references, client), ({ debit }) => debit);
  const notices = [...returned].flatMap(([entry, code]) => [
    ...(refunds.get(entry.reference) ?? []).flatMap(noticesOf),
    returnNotice(entry, code),
  ]);
  await repository.tell(livemode, notices, client);
}

/** What a return means to whoever waits for the entry, or thought that it had succeeded. */
function returnNotice({ type, state, key, reference, amount }: EntryRow, reason: string): Notice {
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
function noticesOf(entry: EntryRow): Notice[] {
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
    await repository.tell(livemode, settled.flatMap(noticesOf), client);
  });
}
