/** Works a settlement file through: every line against the ledger, then the ledger's movements that no file had. */
import { hash } from "node:crypto";
import type pg from "pg";
import { parseFeeSchedule } from "../payments/fees.ts";
import type { SettlementLine } from "../processors/processor.ts";
import { FAULT_KINDS, type FaultKind, type Finding, identityOf, judge, type Movement } from "./match.ts";
import { Proposal, propose, type ProposedTransaction } from "./propose.ts";
import type { ReconciliationData } from "./reconciliation.ts";
import {
  duplicatesBefore,
  type EarlierLine,
  insertItems,
  keepLines,
  knownObjects,
  type LedgerMovement,
  type LineRow,
  missingMovements,
  movementsByReference,
  type NewItem,
  resolveLines,
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
  /** Lines of the file beside the one that stands for their movement: the first that any file had. */
  readonly #others: LineRow[] = [];
  /** Lines that stand for their movement, and which the file has not, or not before one of those. */
  readonly #replaced: string[] = [];
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
    await this.#judgeOthers();
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
    const fresh: LineRow[] = [];
    for (const line of lines) {
      this.#count(line);
      const identity = identityOf(line.type, line.processorReference);
      const rows = this.#seen.has(identity) ? this.#others : fresh;
      rows.push({ line, digest: digestOf(line) });
      this.#seen.add(identity);
    }
    const before = new Map<string, EarlierLine>();
    for (const earlier of await keepLines(this.#connection, this.#source, this.#id, fresh))
      before.set(identityOf(earlier.type, earlier.reference), earlier);
    const open: SettlementLine[] = [];
    const known: EarlierLine[] = [];
    for (const row of fresh) {
      const earlier = before.get(identityOf(row.line.type, row.line.processorReference));
      if (!earlier) open.push(row.line);
      else if (earlier.digest === row.digest) known.push(earlier);
      else {
        this.#others.push(row);
        this.#replaced.push(wholeOf(row.line, earlier.digest));
      }
    }
    const taken = fresh.map(({ line }) => line);
    const movements = await this.#movementsOf(taken);
    const posted = await this.#explainedNow(known, movements);
    this.#known += known.length - posted.size;
    const anew = taken.filter((line) => posted.has(identityOf(line.type, line.processorReference)));
    await this.#judge([...open, ...anew], movements, posted);
    await this.#writeItems();
  }

  /** The money of each other line came as well, unless it is one that an earlier file had: as often as that had it. */
  async #judgeOthers(): Promise<void> {
    if (this.#others.length === 0) return;
    const references = this.#others.map(({ line }) => line.processorReference);
    const earlier = await duplicatesBefore(this.#connection, this.#source, this.#id, references);
    const had = new Map<string, number>();
    for (const one of [...this.#replaced, ...earlier.map((line) => wholeOf(line, digestOf(line)))])
      had.set(one, (had.get(one) ?? 0) + 1);
    for (const { line, digest } of this.#others) {
      const left = had.get(wholeOf(line, digest)) ?? 0;
      had.set(wholeOf(line, digest), left - 1);
      if (left > 0) this.#known += 1;
      else this.#addFinding({ kind: "duplicate", line });
      if (this.#waiting.length === BATCH) await this.#writeItems();
    }
    await this.#writeItems();
  }

  /** The lines' movements in the ledger, by identity. */
  async #movementsOf(lines: readonly SettlementLine[]): Promise<Map<string, Movement>> {
    const identities = new Set(
      lines.map(({ type, processorReference }) => identityOf(type, processorReference)),
    );
    const references = lines.map(({ processorReference }) => processorReference);
    const found = new Map<string, LedgerMovement>();
    for (const movement of await movementsByReference(this.#connection, this.#source, references)) {
      const identity = identityOf(movement.type, movement.reference);
      if (identities.has(identity)) found.set(identity, movement);
    }
    const movements = await this.#takeOver([...found.values()]);
    return new Map(movements.map((movement) => [identityOf(movement.type, movement.reference), movement]));
  }

  /**
   * Known lines that the ledger could not explain when they came, and has a movement for now: what was posted for them, by
   * identity.
   */
  async #explainedNow(
    known: readonly EarlierLine[],
    movements: ReadonlyMap<string, Movement>,
  ): Promise<Map<string, ProposedTransaction[]>> {
    const explained = known.filter(({ type, reference }) => movements.has(identityOf(type, reference)));
    const lines = await resolveLines(this.#connection, this.#id, explained);
    return new Map(lines.map(({ type, reference, posted }) => [identityOf(type, reference), posted]));
  }

  async #judge(
    lines: readonly SettlementLine[],
    movements: ReadonlyMap<string, Movement>,
    posted: ReadonlyMap<string, readonly ProposedTransaction[]>,
  ): Promise<void> {
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
      const done = posted.get(identityOf(line.type, line.processorReference)) ?? [];
      const finding = judge(line, { movement, known: known.get(line.processorReference), fees: this.#fees });
      if (finding) this.#addFinding(finding, done);
      else {
        this.#matched += 1;
        this.#settlement.add(line, movement).less(done);
      }
    }
  }

  /** Movements are this file's from now on: it explains them, or has an item for them in place of earlier ones. */
  async #takeOver(movements: readonly LedgerMovement[]): Promise<Movement[]> {
    const ids = movements.map(({ transaction }) => transaction);
    const givenUp = await resolveMissing(this.#connection, ids);
    return movements.map((movement) => ({ ...movement, parked: givenUp.has(movement.transaction) }));
  }

  async #findMissing(): Promise<void> {
    let after = "";
    for (;;) {
      const { period } = this.#data;
      const movements = await missingMovements(this.#connection, this.#source, period, after, BATCH);
      for (const movement of await this.#takeOver(movements))
        this.#addFinding({ kind: "missing_there", movement });
      await this.#writeItems();
      const last = movements.at(-1);
      if (movements.length < BATCH || !last) return;
      after = last.transaction;
    }
  }

  #addFinding(finding: Finding, posted?: readonly ProposedTransaction[]): void {
    const { kind, line, movement, known } = finding;
    this.#faults[kind] += 1;
    this.#addItem(kind, { line, movement, known, proposed: propose(finding, posted) });
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

/** All that a line says: equal for equal lines. */
function wholeOf({ type, processorReference }: SettlementLine, digest: string): string {
  return `${identityOf(type, processorReference)} ${digest}`;
}

/** What a line says besides its identity. */
function digestOf({ amount, currency, fee, net, date }: SettlementLine): string {
  return hash("sha256", `${amount} ${currency} ${fee} ${net} ${date}`, "hex").slice(0, 16);
}
