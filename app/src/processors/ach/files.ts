/** ACH files: made of what is pending, each entry exactly once; their text is made from the database's rows, always the same. */
import { createHash } from "node:crypto";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import type { Core } from "../../core.ts";
import { makeFolders } from "../../data-folder.ts";
import { ApiError, invalid } from "../../errors.ts";
import type { Vault } from "../../vault/index.ts";
import type { Notice } from "../processor.ts";
import { addBankingDays, newYorkTime, processingDay } from "./calendar.ts";
import {
  type BankDetails,
  composeFile,
  type EntryRow,
  type FileHeader,
  type FileRow,
  type FiledEntry,
  resultOf,
  traceNumber,
} from "./entry.ts";
import { buildAchFile, isDebit } from "./nacha/file.ts";
import type { AchRepository } from "./repository.ts";

/** Letters of a day's files, in their order. */
const MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Largest total of a file's debits, and of its credits: twelve digits. */
const MAX_TOTAL = 999_999_999_999;

/** Bank details that are opened together: the vault then asks for their keys with one query. */
const OPENED_AT_ONCE = 100;

export interface FilesOptions {
  core: Pick<Core, "clock" | "config" | "log" | "makeId">;
  repository: AchRepository;
  vault: Pick<Vault, "openPersonal">;
}

export class AchFiles {
  private readonly options: FilesOptions;

  constructor(options: FilesOptions) {
    this.options = options;
  }

  /**
   * Files what is pending in a mode, and delivers the file where a folder is set.
   *
   * @param requestKey a request that is sent again gets the file that it made, as long as keys are remembered
   * @throws ApiError 400 `nothing_pending`, 409 `ach_files_exhausted` when the day has no letter left
   */
  async make(livemode: boolean, requestKey: string | undefined): Promise<FileRow> {
    const { repository } = this.options;
    const made = await this.madeBy(livemode, requestKey);
    if (made) return made;
    // The vault is asked before the transaction: inside it, nobody may wait for a further connection.
    const opened = await this.open(await repository.pending(livemode));
    const filed = await repository.exclusively((client) => this.file(livemode, requestKey, opened, client));
    if (!filed) throw invalid("nothing_pending", "No debit or credit waits for a file.");
    const { file, text } = filed;
    await this.deliver(file, text);
    return (await repository.file(file.id, livemode)) ?? file;
  }

  /** The file that a request has made. */
  private async madeBy(
    livemode: boolean,
    requestKey: string | undefined,
    client?: pg.PoolClient,
  ): Promise<FileRow | undefined> {
    if (requestKey === undefined) return undefined;
    const { core, repository } = this.options;
    const remembered = new Date(core.clock() - core.config.IDEMPOTENCY_HOURS * 3_600_000);
    return repository.fileByRequest(livemode, requestKey, remembered, client);
  }

  /**
   * The file's text.
   * @throws ApiError 410 `ach_file_erased` when bank details in it were erased meanwhile
   */
  async content(file: FileRow): Promise<string> {
    const entries = await this.options.repository.entriesOf(file.id);
    const opened = await this.open(entries);
    const filed = entries.flatMap((entry) => withDetails(entry, opened));
    const text = filed.length === entries.length ? buildAchFile(composeFile(file, filed)) : "";
    if (digestOf(text) !== file.digest) {
      const message =
        "Bank details in this file were erased at their owner's request: the file cannot be made again.";
      throw new ApiError(410, "invalid_request_error", "ach_file_erased", message, { param: "id" });
    }
    return text;
  }

  /** Delivers what a stop kept from being delivered. */
  async deliverMissing(livemode: boolean): Promise<void> {
    if (this.options.core.config.ACH_FOLDER === undefined) return;
    for (const file of await this.options.repository.undelivered(livemode)) await this.deliver(file);
  }

  /**
   * Puts the file into the folder: whole or not at all, and under the same name when it is done again.
   * @param made its text, where it is at hand
   */
  private async deliver(file: FileRow, made?: string): Promise<void> {
    const { repository, core } = this.options;
    const folder = core.config.ACH_FOLDER;
    if (folder === undefined) return;
    try {
      const text = made ?? (await this.content(file));
      makeFolders(folder, 0o700);
      const path = join(folder, `${file.id}.ach`);
      const handle = await open(`${path}.part`, "w", 0o600);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${path}.part`, path);
      await repository.setDelivered(file.id, new Date(core.clock()));
    } catch (error) {
      core.log.error(
        { err: error, file: file.id },
        "An ACH file could not be delivered; it will be tried again",
      );
    }
  }

  /** Bank details by entry; none for those that were erased. */
  private async open(entries: readonly EntryRow[]): Promise<ReadonlyMap<number, BankDetails | undefined>> {
    const opened = new Map<number, BankDetails | undefined>();
    for (let from = 0; from < entries.length; from += OPENED_AT_ONCE) {
      const some = entries.slice(from, from + OPENED_AT_ONCE);
      const details = await Promise.all(some.map((entry) => this.detailsOf(entry)));
      some.forEach(({ sequence }, index) => opened.set(sequence, details[index]));
    }
    return opened;
  }

  private async detailsOf(entry: EntryRow): Promise<BankDetails | undefined> {
    const { repository, vault } = this.options;
    const { sequence, livemode, subject, debit, reference, sealed } = entry;
    const place = { livemode, subject: subject ?? "", record: debit ?? reference };
    const details = await vault.openPersonal<BankDetails>(place, sealed ?? "");
    if (details) return details;
    // Moved to new keys since it was read; or erased.
    const now = await repository.sealed(sequence);
    return now === sealed ? undefined : this.detailsOf({ ...entry, sealed: now });
  }

  private async file(
    livemode: boolean,
    requestKey: string | undefined,
    opened: ReadonlyMap<number, BankDetails | undefined>,
    client: pg.PoolClient,
  ): Promise<{ file: FileRow; text?: string } | undefined> {
    const { repository, core } = this.options;
    const now = core.clock();
    // Another instance may have had the same request meanwhile.
    const made = await this.madeBy(livemode, requestKey, client);
    if (made) return { file: made };
    const pending = await repository.lockPending([...opened.keys()], client);
    const erased = pending.filter(({ sequence }) => !opened.get(sequence));
    await repository.setState(
      erased.map(({ sequence }) => sequence),
      "failed",
      client,
    );
    await repository.tell(livemode, erased.map(failed), client);

    const header = this.header();
    const filed = withinTotals(pending.flatMap((entry) => withDetails(entry, opened))).map((entry) => ({
      ...entry,
      trace_number: traceNumber(header.routingNumber, entry.sequence),
    }));
    if (filed.length === 0) return undefined;

    const { date, time } = newYorkTime(now);
    const modifier = MODIFIERS[await repository.filesOfDay(livemode, date, client)];
    if (modifier === undefined) {
      throw new ApiError(
        409,
        "invalid_request_error",
        "ach_files_exhausted",
        `${date} has its 36 files already.`,
      );
    }
    const effective = addBankingDays(processingDay(now, core.config.ACH_CUTOFF), 1);
    const file = {
      id: core.makeId("achFile"),
      livemode,
      created: new Date(now),
      file_date: date,
      file_time: time,
      id_modifier: modifier,
      effective_date: effective,
      header,
    };
    const text = buildAchFile(composeFile(file, filed));
    const row = { ...file, ...totalsOf(filed), digest: digestOf(text) };
    await repository.addFile(row, requestKey, client);
    const settles = addBankingDays(effective, core.config.ACH_SETTLEMENT_DAYS);
    const traces = filed.map(({ sequence, trace_number: trace }) => ({ sequence, trace }));
    await repository.fileEntries(traces, file.id, settles, client);
    return { file: { ...row, delivered: null }, text };
  }

  private header(): FileHeader {
    const { config } = this.options.core;
    return {
      routingNumber: config.ACH_ORIGIN_ROUTING,
      bankName: config.ACH_BANK_NAME,
      companyId: config.ACH_COMPANY_ID,
      companyName: config.ACH_COMPANY_NAME,
      inFolder: config.ACH_FOLDER !== undefined,
    };
  }
}

function withDetails(
  entry: EntryRow,
  opened: ReadonlyMap<number, BankDetails | undefined>,
): (FiledEntry & { sequence: number })[] {
  const details = opened.get(entry.sequence);
  return details ? [{ ...entry, ...details }] : [];
}

/** The first of the entries, as far as a file's totals reach; the others go into the next file. */
function withinTotals<T extends FiledEntry>(entries: readonly T[]): T[] {
  const totals = { debit: 0, credit: 0 };
  const end = entries.findIndex((entry) => {
    const side = sideOf(entry);
    totals[side] += entry.amount;
    return totals[side] > MAX_TOTAL;
  });
  return entries.slice(0, end === -1 ? undefined : end);
}

function failed(entry: EntryRow): Notice {
  const result = resultOf({ ...entry, state: "failed" });
  if (result.outcome === "pending") throw new Error("A failed entry is not pending.");
  return { type: "outcome", key: entry.key, result };
}

function totalsOf(
  entries: readonly FiledEntry[],
): Pick<FileRow, "entry_count" | "debit_total" | "credit_total"> {
  const totals = { entry_count: entries.length, debit_total: 0, credit_total: 0 };
  for (const entry of entries) totals[`${sideOf(entry)}_total`] += entry.amount;
  return totals;
}

function sideOf({ transaction_code: code }: Pick<FiledEntry, "transaction_code">): "debit" | "credit" {
  return isDebit({ transactionCode: code ?? "" }) ? "debit" : "credit";
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
