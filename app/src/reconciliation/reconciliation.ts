/** Reconciliations and their items: as they are kept and as the API shows them. */
import { toSeconds } from "../clock.ts";
import type { StoredObject } from "../database/objects.ts";
import type { SettlementLine } from "../processors/processor.ts";
import { changeOf, type FaultKind, type Known, type Movement } from "./match.ts";
import type { ProposedTransaction } from "./propose.ts";
import type { Item, ItemKind, Reconciliation } from "./schemas.ts";

/** What is kept of a reconciliation. */
export interface ReconciliationData {
  status: "processing" | "completed";
  processor: string;
  format: "csv" | "camt053";
  digest: string;
  period: { from: string; to: string };
  fees: string | null;
  lines: number;
  matched: number;
  known: number;
  faults: Record<FaultKind, number>;
  totals: { currency: string; gross: number; fees: number; net: number }[];
  items: number;
  /** Ledger transactions of the items that were applied, by the item's number. */
  applied: Record<string, string[]>;
  metadata: Record<string, string>;
}

/** What working a file through comes to. */
export type Outcome = Pick<ReconciliationData, "lines" | "matched" | "known" | "faults" | "totals" | "items">;

export type StoredReconciliation = StoredObject<ReconciliationData>;

/** What is kept of an item. */
export interface ItemData {
  line?: SettlementLine;
  movement?: Movement;
  known?: Known;
  proposed: ProposedTransaction[];
  /** Somebody applies it, or has: files that come later count on its entries. */
  claimed?: true;
  /** The reconciliation that judged the line anew, when the ledger had got its movement. */
  successor?: string;
}

export interface ItemRow {
  number: number;
  kind: ItemKind;
  resolved: boolean;
  data: ItemData;
}

export function showReconciliation({ id, livemode, created, data }: StoredReconciliation): Reconciliation {
  return {
    id,
    object: "reconciliation",
    ...data,
    applied: Object.keys(data.applied).length,
    livemode,
    created: toSeconds(created),
  };
}

export function showItem(
  reconciliation: StoredReconciliation,
  { number, kind, resolved, data }: ItemRow,
): Item {
  const { line, movement, known = null, proposed } = data;
  const transactions = reconciliation.data.applied[number];
  // Of one that was claimed and not posted yet, the entries are still to come.
  const isResolved = resolved && !data.claimed;
  return {
    id: `${reconciliation.id}_${number}`,
    object: "reconciliation.item",
    reconciliation: reconciliation.id,
    number,
    kind,
    status: transactions ? "applied" : isResolved ? "resolved" : "open",
    line: line ? showLine(line) : null,
    movement: movement ? showMovement(movement) : null,
    known,
    proposed,
    transactions: transactions ?? [],
  };
}

function showLine({ processorReference: reference, type, amount, currency, fee, net, date }: SettlementLine) {
  return { reference, type, amount, currency, fee, net, date };
}

function showMovement(movement: Movement) {
  const { transaction, object, reference, type, currency, date } = movement;
  return { transaction, object, reference, type, change: changeOf(movement), currency, date };
}
