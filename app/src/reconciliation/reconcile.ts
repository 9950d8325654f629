/** Works a settlement file through: every line against the ledger, then the ledger's movements that no file had. */
import { hash } from "node:crypto";
import type pg from "pg";
import { parseFeeSchedule } from "../payments/fees.ts";
import type { SettlementLine } from "../processors/processor.ts";
import {
  FAULT_KINDS,
  type FaultKind,
  type Finding,
  identityOf,
  isOfRefund,
  judge,
  type Movement,
  settled,
} from "./match.ts";
import { Proposal, propose, type ProposedTransaction } from "./propose.ts";
import type { Outcome, ReconciliationData } from "./reconciliation.ts";
import { daysOfOthers, type Source } from "./repository-files.ts";
import {
  knownObjects,
  type LedgerMovement,
  missingMovements,
  missingOfRefunds,
  movementsByReference,
  reversalsLeft,
} from "./repository-movements.ts";
import {
  duplicatesBefore,
  type EarlierLine,
  insertItems,
  keepAlong,
  keepLines,
  type LineRow,
  lockMissing,
  type NewItem,
  resolveLines,
  resolveMissing,
} from "./repository.ts";
import { LINES_AT_ONCE, portions } from "./settlement-file.ts";
import { signOf } from "./settlement-line.ts";

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
  /** Lines that stand for their movement, and which the file has not, or not before one of those; by all that they say. */
  readonly #replaced = new Map<string, EarlierLine>();
  /** Movements of refunds that the file has lines for. */
  readonly #refunds: LedgerMovement[] = [];
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

  /** @param portions the file's lines, at most LINES_AT_ONCE in one */
  async run(portions: AsyncIterable<readonly SettlementLine[]>): Promise<Outcome> {
    let count = 0;
    for await (const lines of portions) {
      count += lines.length;
      await this.#takeLines(lines);
    }
    await this.#judgeOthers();
    await this.#findMissing();
    const proposed = this.#settlement.transactions();
    if (proposed.length > 0) this.#addItem("settlement", { proposed });
    await this.#writeItems();
    return {
      lines: count,
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
    const known: KnownLine[] = [];
    for (const row of fresh) {
      const earlier = before.get(identityOf(row.line.type, row.line.processorReference));
      if (!earlier) open.push(row.line);
      else if (earlier.digest === row.digest) known.push({ line: row.line, earlier });
      else {
        this.#others.push(row);
        this.#replaced.set(wholeOf(row.line, earlier.digest), earlier);
      }
    }
    await this.#judgeStanding(open, known);
    await this.#writeItems();
  }

  /** Lines that stand for their movement: new ones, and those that an earlier file had. */
  async #judgeStanding(open: readonly SettlementLine[], known: readonly KnownLine[]): Promise<void> {
    if (open.length + known.length === 0) return;
    const movements = await this.#movementsOf([...open, ...known.map(({ line }) => line)]);
    const posted = await this.#explainedNow(known, movements);
    this.#known += known.length - posted.size;
    const anew = known.flatMap(({ line }) =>
      posted.has(identityOf(line.type, line.processorReference)) ? [line] : [],
    );
    await this.#judge([...open, ...anew], movements, posted);
  }

  /** The money of each other line came as well, unless it is one that an earlier file had: as often as that had it. */
  async #judgeOthers(): Promise<void> {
    /** By all that a line says, how many earlier files had beside the one that stands. */
    const had = new Map<string, number>();
    const counted = new Set<string>();
    for (const others of portions(this.#others)) {
      const references = new Set(others.map(({ line }) => line.processorReference));
      const fresh = [...references].filter((reference) => !counted.has(reference));
      for (const { line, count } of await duplicatesBefore(this.#connection, this.#source, this.#id, fresh)) {
        const whole = wholeOf(line, digestOf(line));
        had.set(whole, (had.get(whole) ?? 0) + count);
      }
      for (const reference of fresh) counted.add(reference);
      const known: KnownLine[] = [];
      for (const { line, digest } of others) {
        const whole = wholeOf(line, digest);
        const earlier = this.#replaced.get(whole);
        const left = had.get(whole) ?? 0;
        if (earlier) {
          this.#replaced.delete(whole);
          known.push({ line, earlier });
        } else if (left > 0) {
          had.set(whole, left - 1);
          this.#known += 1;
        } else this.#addFinding({ kind: "duplicate", line });
      }
      await this.#judgeStanding([], known);
      await this.#writeItems();
    }
  }

  /** The lines' movements in the ledger, by identity. */
  async #movementsOf(lines: readonly SettlementLine[]): Promise<Map<string, Movement>> {
    const lineOf = new Map(lines.map((line) => [identityOf(line.type, line.processorReference), line]));
    const references = lines.map(({ processorReference }) => processorReference);
    const found = new Map<string, LedgerMovement>();
    for (const movement of await movementsByReference(this.#connection, this.#source, references)) {
      const identity = identityOf(movement.type, movement.reference);
      const line = lineOf.get(identity);
      // A refund may be reversed in parts.
      if (line && (!found.has(identity) || settled(line, movement) === movement.change))
        found.set(identity, movement);
    }
    this.#refunds.push(...[...found.values()].filter(isOfRefund));
    const movements = await this.#takeOver([...found.values()]);
    return new Map(movements.map((movement) => [identityOf(movement.type, movement.reference), movement]));
  }

  /**
   * Known lines that the ledger could not explain when they came, and has a movement for now: what was posted for them, by
   * identity.
   */
  async #explainedNow(
    known: readonly KnownLine[],
    movements: ReadonlyMap<string, Movement>,
  ): Promise<Map<string, ProposedTransaction[]>> {
    const explained = known.flatMap(({ earlier }) =>
      movements.has(identityOf(earlier.type, earlier.reference)) ? [earlier] : [],
    );
    const lines = await resolveLines(this.#connection, this.#id, explained);
    return new Map(lines.map(({ type, reference, posted }) => [identityOf(type, reference), posted]));
  }

  /** Refunds of which only a part was done before they were settled: what came back of them is settled with their lines. */
  async #addUndone(
    lines: readonly SettlementLine[],
    movements: ReadonlyMap<string, Movement>,
  ): Promise<void> {
    const inPart = lines.flatMap((line) => {
      const refund = movements.get(identityOf(line.type, line.processorReference));
      const rest = refund?.type === "refund" ? settled(line, refund) - refund.change : 0;
      return refund && rest > 0 && line.currency === refund.currency ? [{ refund, rest }] : [];
    });
    if (inPart.length === 0) return;
    const refunds = inPart.map(({ refund }) => refund.object);
    const reversals = await reversalsLeft(this.#connection, this.#source, refunds);
    const undone = inPart.flatMap(({ refund, rest }) => {
      const isOfIt = ({ object, reference, change }: LedgerMovement) =>
        object === refund.object && reference === refund.reference && change === rest;
      const reversal = reversals.find(isOfIt);
      return reversal ? [{ refund, reversal }] : [];
    });
    const taken = await this.#takeOver(undone.map(({ reversal }) => reversal));
    for (const [index, { refund }] of undone.entries()) refund.undone = taken[index];
    await keepAlong(this.#connection, this.#source, this.#id, taken);
  }

  async #judge(
    lines: readonly SettlementLine[],
    movements: ReadonlyMap<string, Movement>,
    posted: ReadonlyMap<string, readonly ProposedTransaction[]>,
  ): Promise<void> {
    await this.#addUndone(lines, movements);
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
    const states = await lockMissing(this.#connection, movements);
    await resolveMissing(this.#connection, movements);
    return movements.map((movement) => ({
      ...movement,
      parked: states.get(movement.transaction) === "given_up",
    }));
  }

  async #findMissing(): Promise<void> {
    const { period } = this.#data;
    let after = "";
    for (;;) {
      const movements = await missingMovements(this.#connection, this.#source, period, after, LINES_AT_ONCE);
      await this.#addMissing(await this.#withoutUndone(movements));
      const last = movements.at(-1);
      if (movements.length < LINES_AT_ONCE || !last) break;
      after = last.transaction;
    }
    for (const refunds of portions(this.#refunds)) await this.#addMissing(await this.#sidesLeft(refunds));
  }

  /**
   * The other sides of refunds that the file has one side of: they cancelled each other out when a file looked for them, and
   * do so no longer. Those that have an item keep it.
   */
  async #sidesLeft(refunds: readonly LedgerMovement[]): Promise<LedgerMovement[]> {
    const missing = await this.#missingOfRefunds(refunds);
    const days = missing.map(({ date }) => date);
    const lookedAt = await daysOfOthers(this.#connection, this.#source, this.#id, days);
    const states = await lockMissing(this.#connection, missing);
    return missing.filter(
      ({ transaction, date }) => lookedAt.has(date) && (states.get(transaction) ?? "resolved") === "resolved",
    );
  }

  /**
   * Without refunds that failed before they were settled: nothing comes for them. Unless one side was given up before, so
   * that the other one must be, too.
   */
  async #withoutUndone(movements: readonly LedgerMovement[]): Promise<LedgerMovement[]> {
    const group = ({ object, reference, currency }: LedgerMovement) => `${object} ${reference} ${currency}`;
    const missing = await this.#missingOfRefunds(movements.filter(isOfRefund));
    const states = await lockMissing(this.#connection, missing);
    const isUndone = (all: readonly LedgerMovement[]) =>
      all.reduce((sum, { change }) => sum + change, 0) === 0 &&
      !all.some(({ transaction }) => states.get(transaction) === "given_up");
    const undone = new Map([...Map.groupBy(missing, group)].filter(([, all]) => isUndone(all)));
    await resolveMissing(this.#connection, [...undone.values()].flat());
    return movements.filter((movement) => !isOfRefund(movement) || !undone.has(group(movement)));
  }

  #missingOfRefunds(movements: readonly LedgerMovement[]): Promise<LedgerMovement[]> {
    const refunds = new Set(movements.map(({ object }) => object));
    return missingOfRefunds(this.#connection, this.#source, [...refunds]);
  }

  async #addMissing(movements: readonly LedgerMovement[]): Promise<void> {
    for (const movement of await this.#takeOver(movements))
      this.#addFinding({ kind: "missing_there", movement });
    await this.#writeItems();
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

/** A line that stands for its movement, and was there before. */
interface KnownLine {
  line: SettlementLine;
  earlier: EarlierLine;
}

/** All that a line says: equal for equal lines. */
function wholeOf({ type, processorReference }: SettlementLine, digest: string): string {
  return `${identityOf(type, processorReference)} ${digest}`;
}

/** What a line says besides its identity. */
function digestOf({ amount, currency, fee, net, date }: SettlementLine): string {
  return hash("sha256", `${amount} ${currency} ${fee} ${net} ${date}`, "hex").slice(0, 16);
}
