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
import type { Payment } from "./payment.ts";
import { awaitsCharge, findByProcessorReference, findObject } from "./repository.ts";
import type { Conclusion, Undertaken, Undertakings } from "./undertaking.ts";

export interface NoticeParts {
  chart: Chart;
  payments: { undertakings: Undertakings<Payment> };
  refunds: RefundService;
  payouts: PayoutService;
  disputes: DisputeService;
}

/** What a processor tells of an operation that had been done. */
interface Failure {
  key: string;
  /** The processor's id of what was done, where it tells that. */
  reference?: string;
  code: string;
  message: string;
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

  /** What an attempt came to; false when it is over already. */
  async function tellOutcome<T extends Undertaken>(
    processor: string,
    kind: ObjectKind,
    undertakings: Undertakings<T>,
    key: { id: string; operation: string; ordinal: number },
    result: FinalResult,
  ): Promise<boolean> {
    const stored = await findOwn<T>(processor, kind, key.id);
    const attempt = { operation: key.operation as AttemptOperation, ordinal: key.ordinal };
    const isNews = stored !== undefined && (await undertakings.tell(stored, attempt, result));
    if (!isNews) log.info({ object: key.id, outcome: result.outcome }, "A notice told what was known");
    return isNews;
  }

  async function outcome(processor: string, key: string, result: FinalResult): Promise<boolean> {
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
        return false;
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
  async function sentBack(processor: string, failure: Failure): Promise<void> {
    const { key } = failure;
    switch (parseAttemptKey(key)?.operation) {
      case "refund":
        return change<Refund>(processor, "refunds", key, (refund) =>
          refund.data.status === "succeeded" && isAbout(failure, refund)
            ? refunds.recorded(refund, failRefund(refund.id, refund.data, failure))
            : undefined,
        );
      case "pay_out":
        return change<Payout>(processor, "payouts", key, (payout) =>
          payout.data.status === "paid" && isAbout(failure, payout)
            ? payouts.recorded(payout, returnPayout(payout.id, payout.data, failure))
            : undefined,
        );
      case "authorize":
      case "confirm_challenge":
      case "capture":
        return change<Payment>(processor, "payments", key, (payment) =>
          payment.data.status === "succeeded" && isAbout(failure, payment)
            ? recorded(payment, takenBack(payment.id, payment.data, failure))
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
      case "outcome": {
        const { key, result } = notice;
        const isNews = await outcome(processor, key, result);
        const isCapture = parseAttemptKey(key)?.operation === "capture";
        if (isNews || result.outcome !== "declined" || isCapture) return;
        // A settlement report had ended it already: the money moved, and has come back since.
        return sentBack(processor, { key, code: result.code, message: result.message });
      }
      case "dispute_opened":
        return openDispute(processor, notice);
      case "dispute_closed":
        return disputes.close(processor, notice.dispute, notice.won);
      case "refund_failed":
      case "returned": {
        const { key, code, message } = notice;
        // Before its outcome was told, a return is the outcome.
        const result = { outcome: "declined", code, message, retryable: false } as const;
        if (!(await outcome(processor, key, result))) await sentBack(processor, notice);
      }
    }
  };
}

/** Whether the object is what the failed operation made of it: an earlier attempt may have failed, and its failure be told again. */
function isAbout(
  { key, reference }: Failure,
  { id, data }: StoredObject<Undertaken & { processor_reference?: string }>,
): boolean {
  const { attempt, processor_reference } = data;
  if (reference !== undefined && reference === processor_reference) return true;
  return attempt !== undefined && attemptKey(id, attempt) === key;
}
