/**
 * What processors tell of themselves, and whose business it is. A notice may come twice, late, or before the answer that it
 * repeats: each is taken in once, and what is over stays as it is.
 */
import type { Core } from "../core.ts";
import type { DisputeService } from "../disputes/index.ts";
import type { ObjectKind } from "../journal/write.ts";
import type { Chart } from "../ledger/chart.ts";
import { returnPayout } from "../payouts/payout.ts";
import type { Payout, PayoutService } from "../payouts/index.ts";
import type { FinalResult, Notice, NoticeListener } from "../processors/processor.ts";
import { failRefund } from "../refunds/refund.ts";
import type { Refund, RefundService } from "../refunds/index.ts";
import type { StoredObject } from "../database/objects.ts";
import { recorded } from "./asking.ts";
import { parseAttemptKey, type AttemptOperation } from "./attempt.ts";
import { effectsOf } from "./change.ts";
import { takenBack } from "./conclude.ts";
import type { Payment } from "./payment.ts";
import { findByProcessorReference, findObject, hasOpenPayments } from "./repository.ts";
import type { Conclusion, Undertaken, Undertakings } from "./undertaking.ts";

export interface NoticeParts {
  chart: Chart;
  payments: { undertakings: Undertakings<Payment> };
  refunds: RefundService;
  payouts: PayoutService;
  disputes: DisputeService;
}

export function noticeListener(
  core: Core,
  { chart, payments, refunds, payouts, disputes }: NoticeParts,
): NoticeListener {
  const { journal, pool } = core;
  const log = core.log.child({ module: "notices" });

  /** What an attempt came to; nothing when it is over already. */
  async function tellOutcome<T extends Undertaken>(
    kind: ObjectKind,
    undertakings: Undertakings<T>,
    key: { id: string; operation: string; ordinal: number },
    result: FinalResult,
  ): Promise<void> {
    const stored = await findObject<T>(pool, kind, key.id);
    const attempt = { operation: key.operation as AttemptOperation, ordinal: key.ordinal };
    const isNews = stored !== undefined && (await undertakings.tell(stored, attempt, result));
    if (!isNews) log.info({ object: key.id, outcome: result.outcome }, "A notice told what was known");
  }

  async function outcome(key: string, result: FinalResult): Promise<void> {
    const parsed = parseAttemptKey(key);
    switch (parsed?.id.split("_")[0]) {
      case "pay":
        return tellOutcome("payments", payments.undertakings, parsed, result);
      case "re":
        return tellOutcome("refunds", refunds.undertakings, parsed, result);
      case "po":
        return tellOutcome("payouts", payouts.undertakings, parsed, result);
      case "dp":
        return tellOutcome("disputes", disputes.undertakings, parsed, result);
      default:
        log.error({ key }, "A notice names a key that is not ours");
    }
  }

  /** Changes an object by what the processor tells, once: `decide` returns undefined when it is so already. */
  async function change<T>(
    kind: ObjectKind,
    key: string,
    decide: (stored: StoredObject<T>) => Conclusion | undefined | Promise<Conclusion | undefined>,
  ): Promise<void> {
    const id = parseAttemptKey(key)?.id ?? "";
    for (;;) {
      const stored = await findObject<T>(pool, kind, id);
      const conclusion = stored && (await decide(stored));
      if (conclusion === undefined) {
        log.info({ object: id }, "A notice told what was known");
        return;
      }
      const effects = await effectsOf(core, chart, conclusion.changes);
      const result = await journal.commit({
        livemode: stored?.livemode ?? false,
        actor: "system",
        ...effects,
      });
      if (result.committed) return;
      if (result.reason !== "conflict") throw new Error(`The ledger refused a notice: ${result.reason}.`);
    }
  }

  /** The bank took back what it had given, or sent back what it was given. */
  async function sentBack(notice: Extract<Notice, { type: "returned" }>): Promise<void> {
    const { key, code, message } = notice;
    const operation = parseAttemptKey(key)?.operation;
    const declined = { outcome: "declined", code, message, retryable: false } as const;
    // Before its outcome was told, a return is the outcome.
    await outcome(key, declined);
    if (operation === "pay_out") {
      await change<Payout>("payouts", key, (payout) =>
        payout.data.status === "paid"
          ? payouts.recorded(payout, returnPayout(payout.id, payout.data, notice))
          : undefined,
      );
    } else {
      await change<Payment>("payments", key, (payment) =>
        payment.data.status === "succeeded"
          ? recorded(payment, takenBack(payment.id, payment.data, notice))
          : undefined,
      );
    }
  }

  async function openDispute(
    processor: string,
    notice: Extract<Notice, { type: "dispute_opened" }>,
  ): Promise<void> {
    // In this order: a payment whose outcome is recorded meanwhile is found by the second question.
    const mayCome = await hasOpenPayments(pool, processor);
    const payment = await findByProcessorReference<Payment>(pool, "payments", processor, notice.charge);
    if (payment !== undefined) return disputes.open({ ...notice, processor }, notice.charge);
    if (mayCome) {
      throw new Error(
        `Charge ${notice.charge} of processor ${processor} may be one whose outcome is not known yet.`,
      );
    }
    log.error(
      { processor, charge: notice.charge },
      "A dispute is about a charge that is not ours: reconcile",
    );
  }

  return async (processor, notice) => {
    switch (notice.type) {
      case "outcome":
        return outcome(notice.key, notice.result);
      case "dispute_opened":
        return openDispute(processor, notice);
      case "dispute_closed":
        return disputes.close(processor, notice.dispute, notice.won);
      case "refund_failed":
        await outcome(notice.key, {
          outcome: "declined",
          code: notice.code,
          message: notice.message,
          retryable: false,
        });
        return change<Refund>("refunds", notice.key, (refund) =>
          refund.data.status === "succeeded"
            ? refunds.recorded(refund, failRefund(refund.id, refund.data, notice))
            : undefined,
        );
      case "returned":
        return sentBack(notice);
    }
  };
}
