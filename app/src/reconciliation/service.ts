/** Reconciliations: taking files in, working them through, posting what sets the ledger right. */
import { hash } from "node:crypto";
import type { Core } from "../core.ts";
import { ApiError, type ErrorDetails, invalid, notFound } from "../errors.ts";
import { mergeMetadata } from "../http/metadata.ts";
import type { Operation } from "../http/operation.ts";
import type { GivenAnswer, Once } from "../journal/once.ts";
import type { LedgerTransaction } from "../journal/write.ts";
import type { Chart } from "../ledger/chart.ts";
import { parseFeeSchedule } from "../payments/fees.ts";
import type { Processors, SettlementListener } from "../processors/processor.ts";
import { FAULT_KINDS, type FaultKind } from "./match.ts";
import { readPortions } from "./reading.ts";
import {
  type ItemRow,
  type ReconciliationData,
  showItem,
  showReconciliation,
  type StoredReconciliation,
} from "./reconciliation.ts";
import { claimFile } from "./repository-files.ts";
import { isKnownProcessor } from "./repository-movements.ts";
import { claimItem, findItem } from "./repository.ts";
import type { ReconciliationInput } from "./schemas.ts";
import type { SettlementFile } from "./settlement-file.ts";
import { FileFault, isDay } from "./settlement-line.ts";

export interface ReconciliationParts {
  once: Once;
  chart: Chart;
  processors: Pick<Processors, "names">;
  /** Is told a file's lines before they are held against the ledger. */
  settlements: SettlementListener;
}

export interface ReconciliationServiceOptions extends ReconciliationParts {
  /** Called with a reconciliation that waits to be worked through. */
  enqueue: (id: string) => void;
}

export class ReconciliationService {
  readonly #core: Core;
  readonly #options: ReconciliationServiceOptions;
  /** Requests read their files one after the other: a large one takes much memory. */
  #lastReading: Promise<unknown> = Promise.resolve();

  constructor(core: Core, options: ReconciliationServiceOptions) {
    this.#core = core;
    this.#options = options;
  }

  /** Is told the lines of files that are worked through. */
  get settlements(): SettlementListener {
    return this.#options.settlements;
  }

  /** @throws ApiError 404 */
  async get(id: string, livemode: boolean): Promise<StoredReconciliation> {
    const stored = await this.#core.objects.get<ReconciliationData>("reconciliations", id, livemode);
    if (!stored) throw notFound("reconciliation", id);
    return stored;
  }

  /** Takes a file in; the same file again is the same reconciliation. */
  async create(operation: Operation, input: ReconciliationInput): Promise<GivenAnswer> {
    await this.#refuseUnknownProcessor(input.processor, operation.caller.livemode);
    const { lines, days } = await this.#read(input);
    const period = periodOf(input, days);
    checkFees(input.fees);
    const { livemode } = operation.caller;
    const { processor, format, content } = input;
    const digest = hash("sha256", content, "hex");
    const file = { livemode, processor, format, digest, reconciliation: this.#core.makeId("reconciliation") };
    const data: ReconciliationData = {
      status: "processing",
      processor,
      format,
      digest,
      period,
      fees: input.fees ?? null,
      lines,
      matched: 0,
      known: 0,
      faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>,
      totals: [],
      items: 0,
      applied: {},
      metadata: mergeMetadata({}, input.metadata),
    };
    const attempt = () =>
      this.#options.once.act(operation, async () =>
        this.#record(await claimFile(this.#core.pool, file, content), livemode, data),
      );
    // The same file at the same moment: the second finds what the first has made.
    const answer = await attempt().catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "23505") return attempt();
      throw error;
    });
    if (answer.status < 400) this.#options.enqueue((JSON.parse(answer.body) as { id: string }).id);
    return answer;
  }

  /** A processor that is configured no more may still settle. */
  async #refuseUnknownProcessor(processor: string, livemode: boolean): Promise<void> {
    const { names } = this.#options.processors;
    if (names.includes(processor) || (await isKnownProcessor(this.#core.pool, { processor, livemode })))
      return;
    const message = `There is no processor ${processor}; there are ${names.join(", ")}.`;
    throw invalid("parameter_invalid", message, "processor");
  }

  #read(file: SettlementFile): Promise<FileSummary> {
    const summary = this.#lastReading.then(() => summaryOf(file));
    this.#lastReading = summary.catch(() => undefined);
    return summary;
  }

  async #record(id: string, livemode: boolean, data: ReconciliationData) {
    const existing = await this.#core.objects.get<ReconciliationData>("reconciliations", id, livemode);
    if (existing) return { answer: { status: 200, body: showReconciliation(existing) } };
    const created = this.#core.clock();
    const stored = { id, livemode, version: 1, created, data };
    return { answer: { status: 201, body: showReconciliation(stored) }, ...this.effects(stored, "created") };
  }

  /** The object as it is now, and the event that tells so. */
  effects(
    stored: StoredReconciliation,
    event: "created" | "completed" | "item_applied",
    body: object = showReconciliation(stored),
  ) {
    const { id, version, created, data } = stored;
    return {
      objects: [{ kind: "reconciliations" as const, id, version, created, data }],
      events: [
        {
          id: this.#core.makeId("event"),
          type: `reconciliation.${event}` as const,
          object: id,
          version,
          created: this.#core.clock(),
          data: JSON.stringify(body),
        },
      ],
    };
  }

  /** @throws ApiError 404 */
  async item(stored: StoredReconciliation, number: number): Promise<ItemRow> {
    const item = await findItem(this.#core.pool, stored.id, number);
    if (!item) throw notFound("item", `${stored.id}_${number}`);
    return item;
  }

  /** Posts what an item proposes, once. */
  apply(operation: Operation, id: string, number: number): Promise<GivenAnswer> {
    return this.#options.once.answer(operation, async () => {
      const stored = await this.get(id, operation.caller.livemode);
      if (stored.data.status !== "completed")
        throw conflict(
          "reconciliation_processing",
          `Reconciliation ${id} is still processing: wait until it is completed.`,
          { retryAfter: 1 },
        );
      const item = await this.item(stored, number);
      // Applied already: the answer is the same, and nothing is posted again.
      if (stored.data.applied[number]) return { answer: { status: 200, body: showItem(stored, item) } };
      if (!(await claimItem(this.#core.pool, id, number)))
        throw conflict(
          "item_resolved",
          `Item ${number} was explained or taken over by a later file: there is nothing to post.`,
        );
      const transactions = await this.#transactions(stored, item);
      const applied = { ...stored.data.applied, [number]: transactions.map((transaction) => transaction.id) };
      const next = { ...stored, version: stored.version + 1, data: { ...stored.data, applied } };
      const body = showItem(next, item);
      return { answer: { status: 200, body }, transactions, ...this.effects(next, "item_applied", body) };
    });
  }

  #transactions({ id, livemode, data }: StoredReconciliation, item: ItemRow): Promise<LedgerTransaction[]> {
    const { kind, number, data: details } = item;
    return Promise.all(
      details.proposed.map(async ({ currency, entries }): Promise<LedgerTransaction> => {
        const posted = entries.map(async ({ account, direction, amount }) => {
          const detail = account === "processor_receivable" ? data.processor : undefined;
          const account_ = await this.#options.chart.account(account, currency, livemode, detail);
          return { account: account_, direction, layer: "posted" as const, amount };
        });
        const reference = details.line?.processorReference ?? details.movement?.reference;
        return {
          id: this.#core.makeId("transaction"),
          type: `reconciliation.${kind}`,
          currency,
          object: id,
          metadata: {
            processor: data.processor,
            item: String(number),
            ...(reference !== undefined && { settled_reference: reference }),
          },
          created: this.#core.clock(),
          entries: await Promise.all(posted),
        };
      }),
    );
  }
}

interface FileSummary {
  lines: number;
  /** The first and the last day in the file. */
  days: { from: string; to: string };
}

/** @throws ApiError 400 with the first mistakes of the file */
async function summaryOf(file: SettlementFile): Promise<FileSummary> {
  const summary: FileSummary = { lines: 0, days: { from: "9999-12-31", to: "0001-01-01" } };
  const { days } = summary;
  try {
    for await (const lines of readPortions(file)) {
      summary.lines += lines.length;
      for (const { date } of lines) {
        if (date < days.from) days.from = date;
        if (date > days.to) days.to = date;
      }
    }
  } catch (error) {
    throw error instanceof FileFault ? refusal(error) : error;
  }
  return summary;
}

function refusal({ faults }: FileFault): ApiError {
  const mistakes = faults.map(({ where, message }) => ({
    param: "content",
    code: "file_invalid",
    message: `${where}: ${message}`,
  }));
  return new ApiError(400, "invalid_request_error", "file_invalid", mistakes[0]?.message ?? "", {
    param: "content",
    mistakes: mistakes.length > 1 ? mistakes : undefined,
  });
}

function periodOf({ period }: ReconciliationInput, days: FileSummary["days"]): FileSummary["days"] {
  if (!period) return days;
  for (const [end, day] of Object.entries(period))
    if (!isDay(day)) throw invalid("parameter_invalid", `${day} is no day of the calendar.`, `period.${end}`);
  if (period.to < period.from)
    throw invalid("parameter_invalid", `${period.to} is before ${period.from}.`, "period.to");
  return period;
}

function checkFees(fees: string | undefined): void {
  if (fees === undefined) return;
  try {
    parseFeeSchedule(fees);
  } catch (error) {
    throw invalid("parameter_invalid", `fees: ${(error as Error).message}.`, "fees");
  }
}

function conflict(code: string, message: string, details?: ErrorDetails): ApiError {
  return new ApiError(409, "invalid_request_error", code, message, details);
}
