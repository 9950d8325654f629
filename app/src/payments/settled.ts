/**
 * What settlement reports tell of operations whose outcome is open: money that moved under a key of ours was approved. Their
 * other lines are left to the reconciliation.
 */
import type { Core } from "../core.ts";
import type { ObjectKind } from "../journal/write.ts";
import type {
  NoticeListener,
  SettlementLine,
  SettlementListener,
  SettlementType,
} from "../processors/processor.ts";
import { type AttemptOperation, parseAttemptKey } from "./attempt.ts";
import { openObjects } from "./repository.ts";

/** Operations that move money, by the lines that tell of it. */
const OPERATIONS: Partial<Record<SettlementType, { kind: ObjectKind; by: readonly AttemptOperation[] }>> = {
  charge: { kind: "payments", by: ["authorize", "confirm_challenge", "capture"] },
  refund: { kind: "refunds", by: ["refund"] },
  payout: { kind: "payouts", by: ["pay_out"] },
};

/** A line that names an operation of ours. */
interface NamedLine {
  line: SettlementLine;
  key: string;
  kind: ObjectKind;
  /** Of the object that the operation is of. */
  id: string;
}

/** @param tell is told what became of an operation, as a processor's notice would tell it */
export function settlementListener({ pool }: Pick<Core, "pool">, tell: NoticeListener): SettlementListener {
  return async ({ processor, livemode }, lines) => {
    const named = lines.flatMap(namedLine);
    for (const [kind, ofKind] of Map.groupBy(named, (each) => each.kind)) {
      const ids = ofKind.map(({ id }) => id);
      const currencies = await openObjects(pool, kind, { processor, livemode, ids });
      for (const { id, key, line } of ofKind) {
        if (currencies.get(id) !== line.currency) continue;
        const { processorReference: reference, amount } = line;
        // An operation that is not the open one is passed over there.
        await tell(processor, { type: "outcome", key, result: { outcome: "approved", reference, amount } });
      }
    }
  };
}

function namedLine(line: SettlementLine): NamedLine[] {
  const { key = "", type } = line;
  const parsed = parseAttemptKey(key);
  const operation = OPERATIONS[type];
  const isOfType = operation?.by.some((name) => name === parsed?.operation) ?? false;
  return parsed && operation && isOfType ? [{ line, key, kind: operation.kind, id: parsed.id }] : [];
}
