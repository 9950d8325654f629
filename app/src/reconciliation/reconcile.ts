/** Works a settlement file through: every line against the ledger, then the ledger's movements that no file had. */
import { hash } from "node:crypto";
import type pg from "pg";
import { parseFeeSchedule } from "../payments/fees.ts";
import type { SettlementLine } from "../processors/processor.ts";
import { FAULT_KINDS, type FaultKind, type Finding, identityOf, judge, type Movement } from "./match.ts";
import { Proposal, propose } from "./propose.ts";
import type { ReconciliationData } from "./reconciliation.ts";
import {
  insertItems,
  keepLines,
  knownObjects,
  missingMovements,
  movementsByReference,
  type NewItem,
  resolveMissing,
  type Source,
} from "./repository.ts";
import { signOf } from "./settlement-line.ts";

/** Lines, movements and items that go to the database at once. */
const BATCH = 1000;

export type Outcome = Pick<ReconciliationData, "lines" | "matched" | "known" | "faults" | "totals" | "items">;

export class Reconciler {
  readonly #connection: pg.ClientBase;
  readonly #source: Source;
  readonly #id: string;
  readonly #data: ReconciliationData;
  readonly #fees: ReturnType<typeof parseFeeSchedule> | undefined;
  /** Type and reference of the file's lines so far. */
  readonly #seen = new Set<string>();
  /** All that agrees, to be settled at once. */
  readonly #settlement = new Proposal();
  readonly #faults = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  readonly #totals = new Map<string, { gross: number; fees: number; net: number }>();
  #matched = 0;
  #known = 0;
  #items = 0;
  #waiting: NewItem[] = [];

  constructor(connection: pg.ClientBase, source: Source, id: string, data: ReconciliationData) {
    this.#connection = connection;
    this.#source = source;
    this.#id = id;
    this.#data = data;
    this.#fees = data.fees === null ? undefined : parseFeeSchedule(data.fees);
  }

  async run(lines: readonly SettlementLine[]): Promise<Outcome> {
    for (let from = 0; from < lines.length; from += BATCH)
      await this.#takeLines(lines.slice(from, from + BATCH));
    await this.#findMissing();
    const proposed = this.#settlement.transactions();
    if (proposed.length > 0) this.#addItem("settlement", { proposed });
    await this.#writeItems();
    return {
      lines: lines.length,
      matched: this.#matched,
      known: this.#known,
      faults: this.#faults,
      totals: [...this.#totals]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([currency, sums]) => ({ currency, ...sums })),
      items: this.#items,
    };
  }

  async #takeLines(lines: readonly SettlementLine[]): Promise<void> {
    const fresh: SettlementLine[] = [];
    for (const line of lines) {
      this.#count(line);
      const identity = identityOf(line.type, line.processorReference);
      if (this.#seen.has(identity)) this.#addFinding({ kind: "duplicate", line });
      else fresh.push(line);
      this.#seen.add(identity);
    }
    const rows = fresh.map((line) => ({ line, digest: digestOf(line) }));
    const earlier = await keepLines(this.#connection, this.#source, this.#id, rows);
    const before = new Map(earlier.map(({ type, reference, digest }) => [`${type} ${reference}`, digest]));
    const open: SettlementLine[] = [];
    for (const { line, digest } of rows) {
      const known = before.get(identityOf(line.type, line.processorReference));
      if (known === undefined) open.push(line);
      else if (known === digest) this.#known += 1;
      // Settled before, and now otherwise: the money of both came.
      else this.#addFinding({ kind: "duplicate", line });
    }
    await this.#judge(open);
    await this.#writeItems();
  }

  async #judge(lines: readonly SettlementLine[]): Promise<void> {
    const references = lines.map(({ processorReference }) => processorReference);
    const movements = new Map<string, Movement>();
    for (const movement of await movementsByReference(this.#connection, this.#source, references))
      movements.set(identityOf(movement.type, movement.reference), movement);
    const movementOf = (line: SettlementLine) =>
      movements.get(identityOf(line.type, line.processorReference));
    const strangers = lines.filter((line) => line.type !== "fee" && !movementOf(line));
    const known = await knownObjects(
      this.#connection,
      this.#source,
      strangers.map(({ processorReference }) => processorReference),
    );
    for (const line of lines) {
      const movement = movementOf(line);
      const finding = judge(line, { movement, known: known.get(line.processorReference), fees: this.#fees });
      if (finding) this.#addFinding(finding);
      else {
        this.#matched += 1;
        this.#settlement.add(line, movement);
      }
    }
    await resolveMissing(
      this.#connection,
      [...movements.values()].map(({ transaction }) => transaction),
    );
  }

  async #findMissing(): Promise<void> {
    let after = "";
    for (;;) {
      const { period } = this.#data;
      const movements = await missingMovements(this.#connection, this.#source, period, after, BATCH);
      for (const movement of movements) this.#addFinding({ kind: "missing_there", movement });
      await this.#writeItems();
      const last = movements.at(-1);
      if (movements.length < BATCH || !last) return;
      after = last.transaction;
    }
  }

  #addFinding(finding: Finding): void {
    const { kind, line, movement, known } = finding;
    this.#faults[kind] += 1;
    this.#addItem(kind, { line, movement, known, proposed: propose(finding) });
  }

  #addItem(kind: NewItem["kind"], data: NewItem["data"]): void {
    this.#items += 1;
    this.#waiting.push({ number: this.#items, kind, data });
  }

  async #writeItems(): Promise<void> {
    if (this.#waiting.length === 0) return;
    await insertItems(this.#connection, this.#id, this.#waiting);
    this.#waiting = [];
  }

  #count({ currency, type, amount, fee, net }: SettlementLine): void {
    const sums = this.#totals.get(currency) ?? { gross: 0, fees: 0, net: 0 };
    sums.gross += signOf(type) * amount;
    sums.fees += fee;
    sums.net += net;
    this.#totals.set(currency, sums);
  }
}

/** What a line says besides its identity. */
function digestOf({ amount, currency, fee, net, date }: SettlementLine): string {
  return hash("sha256", `${amount} ${currency} ${fee} ${net} ${date}`, "hex").slice(0, 16);
}
