/** What the simulated processor tells of itself when its time has come. */
import type { SettlementType } from "../processor.ts";
import { settlementLine } from "../settlement-line.ts";
import { approved } from "./answers.ts";
import type { Scheduled } from "./book.ts";
import type { NewFact, NoticeFact } from "./facts.ts";

/** Minor units that a dispute costs. */
const DISPUTE_FEE = 1500;

/** Milliseconds in which a dispute can be contested. */
const EVIDENCE_TIME = 7 * 24 * 3_600_000;

/**
 * The notice that a schedule has come to, as a fact.
 *
 * @param id of the schedule
 * @param newDispute id for a dispute that it opens
 */
export function dueNotice(id: string, due: Scheduled, newDispute: string, now: number): NewFact {
  const { amount, currency } = due;
  const make = (
    notice: NoticeFact["notice"],
    line: NoticeFact["line"],
    charge?: string,
  ): Omit<NoticeFact, "n" | "at"> => ({ type: "notice", scheduled: id, charge, notice, line });
  const moved = (reference: string, type: SettlementType, fee = 0) =>
    settlementLine(reference, type, amount, currency, fee);

  switch (due.type) {
    case "dispute": {
      const { charge, reason } = due;
      const evidenceDueBy = now + EVIDENCE_TIME;
      const dispute = newDispute;
      return make(
        {
          type: "dispute_opened",
          dispute,
          charge,
          reason,
          amount,
          currency,
          fee: DISPUTE_FEE,
          evidenceDueBy,
        },
        moved(dispute, "chargeback", DISPUTE_FEE),
        charge,
      );
    }
    case "dispute_end":
      return make(
        { type: "dispute_closed", dispute: due.dispute, won: due.won },
        due.won ? moved(due.dispute, "chargeback_reversal") : undefined,
        due.charge,
      );
    case "refund_outcome":
      return make(
        { type: "outcome", key: due.key, result: approved(due.refund, amount) },
        { ...moved(due.refund, "refund"), key: due.key },
      );
    case "refund_failure": {
      const { key, refund: reference } = due;
      const message = "The customer's bank sent the refund back.";
      return make(
        { type: "refund_failed", key, reference, code: "refund_returned", message, amount, currency },
        moved(reference, "refund_reversal"),
        due.charge,
      );
    }
  }
}
