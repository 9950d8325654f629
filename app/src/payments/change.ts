/** What a decision changes, before it has ids: pure decisions stay free of them. */
import type { Core } from "../core.ts";
import type { StoredObject } from "../database/objects.ts";
import type { EventType } from "../events/types.ts";
import type { Effects } from "../journal/once.ts";
import {
  type DomainEvent,
  jsonText,
  type LedgerEntry,
  type LedgerTransaction,
  type ObjectChange,
  type ObjectKind,
} from "../journal/write.ts";
import type { Chart } from "../ledger/chart.ts";
import type { Posting } from "./postings.ts";

/** One object after the change, what is told of it and what it does to the ledger. */
export interface Change {
  kind: ObjectKind;
  after: StoredObject<object>;
  /**
   * The event's type and the object as the API shows it, or the JSON text of that; absent for what nobody need know (who looks
   * after an attempt).
   */
  event?: { type: EventType; body: object | string };
  postings?: Posting[];
}

/** The object's next version. */
export function next<T>(before: StoredObject<T>, data: T): StoredObject<T> {
  const { id, livemode, version, created } = before;
  return { id, livemode, version: version + 1, created, data };
}

/** The changes with ids and accounts, as one write for the journal. */
export async function effectsOf(
  { clock, makeId }: Pick<Core, "clock" | "makeId">,
  chart: Chart,
  changes: readonly Change[],
): Promise<Effects> {
  const now = clock();
  const objects: ObjectChange[] = [];
  const transactions: LedgerTransaction[] = [];
  const events: DomainEvent[] = [];
  for (const { kind, after, event, postings } of changes) {
    const { id, version, created, livemode, data } = after;
    objects.push({ kind, id, version, created, data });
    for (const { type, currency, object, lines, metadata } of postings ?? []) {
      const entries: LedgerEntry[] = [];
      for (const { account: code, detail, direction, layer, amount } of lines) {
        const account = await chart.account(code, currency, livemode, detail);
        entries.push({ account, direction, layer, amount });
      }
      transactions.push({
        id: makeId("transaction"),
        type,
        currency,
        object,
        metadata,
        created: now,
        entries,
      });
    }
    if (event !== undefined) {
      const { type, body } = event;
      events.push({
        id: makeId("event"),
        type,
        object: id,
        version,
        created: now,
        data: jsonText(body),
      });
    }
  }
  return {
    objects: objects.length > 0 ? objects : undefined,
    transactions: transactions.length > 0 ? transactions : undefined,
    events: events.length > 0 ? events : undefined,
  };
}
