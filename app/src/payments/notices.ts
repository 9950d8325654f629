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
import { attemptKey, parseAttemptKey, type AttemptOperation } from "./attempt.ts";
import { effectsOf } from "./change.ts";
import { takenBack } from "./conclude.ts";
import type { Payment, StoredPayment } from "./payment.ts";
import { awaitsCharge, findByProcessorReference, findObject } from "./repository.ts";
import type { Conclusion, Undertaken, Undertakings } from "./undertaking.ts";

export interface NoticeParts {
  chart: Chart;
  payments: { undertakings: Undertakings<Payment> };
  refunds: RefundService;
  payouts: PayoutService;
  disputes: DisputeService;
}

/** Milliseconds by which the clocks of instances may differ. */
const CLOCK_DIFFERENCE = 60_000;

export function noticeListener(
  core: Core,
  { chart, payments, refunds, payouts, disputes }: NoticeParts,
): NoticeListener {
  const { clock, journal, pool } = core;
  const log = core.log.child({ module: "notices" });
  /** When disputes that wait for their payment were first told, here: payments begun later are not disputed yet. */
  const firstMet = new Map<string, number>();

  /** The object that a notice is about; nothing when another processor was asked for it. */
  async function findOwn<T extends Undertaken>(
    processor: string,
    kind: ObjectKind,
    id: string,
  ): Promise<StoredObject<T> | undefined> {
    const stored = await findObject<T>(pool, kind, id);
    if (stored === undefined || stored.data.processor === processor) return stored;
    log.warn({ processor, object: id }, "A notice tells of what another processor was asked for");
    return undefined;
  }

  /** What an attempt came to; nothing when it is over already. */
  async function tellOutcome<T extends Undertaken>(
    processor: string,
    kind: ObjectKind,
    undertakings: Undertakings<T>,
    key: { id: string; operation: string; ordinal: number },
    result: FinalResult,
  ): Promise<void> {
    const stored = await findOwn<T>(processor, kind, key.id);
    const attempt = { operation: key.operation as AttemptOperation, ordinal: key.ordinal };
    const isNews = stored !== undefined && (await undertakings.tell(stored, attempt, result));
    if (!isNews) log.info({ object: key.id, outcome: result.outcome }, "A notice told what was known");
  }

  async function outcome(processor: string, key: string, result: FinalResult): Promise<void> {
    const parsed = parseAttemptKey(key);
    switch (parsed?.id.split("_")[0]) {
      case "pay":
        return tellOutcome(processor, "payments", payments.undertakings, parsed, result);
      case "re":
        return tellOutcome(processor, "refunds", refunds.undertakings, parsed, result);
      case "po":
        return tellOutcome(processor, "payouts", payouts.undertakings, parsed, result);
      case "dp":
        return tellOutcome(processor, "disputes", disputes.undertakings, parsed, result);
      default:
        log.error({ key }, "A notice names a key that is not ours");
    }
  }

  /** Changes an object by what the processor tells, once: `decide` returns undefined when it is so already. */
  async function change<T extends Undertaken>(
    processor: string,
    kind: ObjectKind,
    key: string,
    decide: (stored: StoredObject<T>) => Conclusion | undefined | Promise<Conclusion | undefined>,
  ): Promise<void> {
    const id = parseAttemptKey(key)?.id ?? "";
    for (;;) {
      const stored = await findOwn<T>(processor, kind, id);
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
  async function sentBack(processor: string, notice: Extract<Notice, { type: "returned" }>): Promise<void> {
    const { key, code, message } = notice;
    const operation = parseAttemptKey(key)?.operation;
    const declined = { outcome: "declined", code, message, retryable: false } as const;
    // Before its outcome was told, a return is the outcome.
    await outcome(processor, key, declined);
    if (operation === "pay_out") {
      await change<Payout>(processor, "payouts", key, (payout) =>
        payout.data.status === "paid"
          ? payouts.recorded(payout, returnPayout(payout.id, payout.data, notice))
          : undefined,
      );
    } else {
      await change<Payment>(processor, "payments", key, (payment) =>
        payment.data.status === "succeeded" && tookMoney(payment, notice)
          ? recorded(payment, takenBack(payment.id, payment.data, notice))
          : undefined,
      );
    }
  }

  async function openDispute(
    processor: string,
    notice: Extract<Notice, { type: "dispute_opened" }>,
  ): Promise<void> {
    const { charge, dispute } = notice;
    const disputed = `${processor} ${dispute}`;
    const met = firstMet.get(disputed) ?? clock();
    // In this order: a payment whose outcome is recorded meanwhile is found by the second question.
    const mayCome = await awaitsCharge(pool, processor, met + CLOCK_DIFFERENCE);
    const payment = await findByProcessorReference<Payment>(pool, "payments", processor, charge);
    if (payment === undefined && mayCome) {
      firstMet.set(disputed, met);
      throw new Error(
        `Charge ${charge} of processor ${processor} may be one whose outcome is not known yet.`,
      );
    }
    firstMet.delete(disputed);
    if (payment !== undefined) return disputes.open({ ...notice, processor }, charge);
    log.error({ processor, charge }, "A dispute is about a charge that is not ours: reconcile");
  }

  return async (processor, notice) => {
    switch (notice.type) {
      case "outcome":
        return outcome(processor, notice.key, notice.result);
      case "dispute_opened":
        return openDispute(processor, notice);
      case "dispute_closed":
        return disputes.close(processor, notice.dispute, notice.won);
      case "refund_failed":
        await outcome(processor, notice.key, {
          outcome: "declined",
          code: notice.code,
          message: notice.message,
          retryable: false,
        });
        return change<Refund>(processor, "refunds", notice.key, (refund) =>
          refund.data.status === "succeeded"
            ? refunds.recorded(refund, failRefund(refund.id, refund.data, notice))
            : undefined,
        );
      case "returned":
        return sentBack(processor, notice);
    }
  };
}

/** Whether the payment has its money from the charge that a return is about: an earlier one of the payment may have failed. */
function tookMoney(
  { id, data }: StoredPayment,
  { key, reference }: { key: string; reference: string },
): boolean {
  const { attempt, processor_reference } = data;
  return processor_reference === reference || (attempt !== undefined && attemptKey(id, attempt) === key);
}
