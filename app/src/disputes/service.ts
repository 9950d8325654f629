/** Disputes: opened and closed by the processor, answered by the merchant. */
import type { Core } from "../core.ts";
import { ApiError, notFound } from "../errors.ts";
import { mergeMetadata } from "../http/metadata.ts";
import type { Caller, Operation } from "../http/operation.ts";
import { pageOptions } from "../http/pages.ts";
import { listAnswer } from "../http/schemas.ts";
import { customerFor } from "../identity/bound-customer.ts";
import type { GivenAnswer, Once } from "../journal/once.ts";
import type { Chart } from "../ledger/chart.ts";
import { awaitOutcome, leaseOf, openAttemptOf } from "../payments/attempt.ts";
import { effectsOf, next, type Change } from "../payments/change.ts";
import { showPayment, type Payment, type StoredPayment } from "../payments/payment.ts";
import { findByProcessorReference } from "../payments/repository.ts";
import { Undertakings, type Conclusion, type Undertaking } from "../payments/undertaking.ts";
import type { Declined, Processors } from "../processors/processor.ts";
import {
  closeDispute,
  concludeContest,
  contest,
  openDispute,
  showDispute,
  showDisputeEvent,
  withheldBy,
  type DecidedDispute,
  type Dispute,
  type DisputeNotice,
  type StoredDispute,
} from "./dispute.ts";
import type { DisputeChange, DisputeQuery } from "./schemas.ts";

export interface DisputeParts {
  once: Once;
  chart: Chart;
  processors: Processors;
}

const NEVER_ARRIVED: Declined = {
  outcome: "declined",
  code: "processing_error",
  message: "The processor does not know of the response: send it again.",
  retryable: true,
};

export type DisputeService = ReturnType<typeof disputeService>;

export function disputeService(core: Core, { once, chart, processors }: DisputeParts) {
  const { clock, journal, makeId, objects, pool } = core;
  const log = core.log.child({ module: "disputes" });

  async function recorded(before: StoredDispute, decided: DecidedDispute): Promise<Conclusion> {
    const { data, event, postings, returns } = decided;
    const after = next(before, data);
    const told = event === undefined ? undefined : { type: event, body: showDisputeEvent(after) };
    const changes: Change[] = [{ kind: "disputes", after, event: told, postings }];
    if (returns) {
      const payment = await objects.get<Payment>("payments", data.payment, before.livemode);
      if (payment === undefined) throw new Error(`Payment ${data.payment} has vanished.`);
      const freed = { ...payment.data, amount_disputed: payment.data.amount_disputed - withheldBy(data) };
      changes.push(paymentChange(next(payment, freed)));
    }
    return { changes, answer: answerOf(after) };
  }

  const undertaking: Undertaking<Dispute> = {
    kind: "disputes",
    neverArrived: NEVER_ARRIVED,
    send: (processor, { data }, key) =>
      processor.contestDispute({ key, dispute: data.processor_reference, evidence: data.evidence ?? {} }),
    conclude: (stored, result) => recorded(stored, concludeContest(stored.id, stored.data, result, clock())),
    postpone(stored, outcome) {
      const after = next(stored, {
        ...stored.data,
        attempt: awaitOutcome(openAttemptOf(stored.data), outcome, clock()),
      });
      return { changes: [{ kind: "disputes", after }], answer: answerOf(after) };
    },
    answer: answerOf,
  };
  const undertakings = new Undertakings<Dispute>(core, once, chart, processors, undertaking);

  /** @throws ApiError 404, also for what the caller may not see */
  async function find(id: string, { livemode, customer }: Caller): Promise<StoredDispute> {
    const found = await objects.get<Dispute>("disputes", id, livemode);
    if (found === undefined || (customer !== undefined && found.data.customer !== customer)) {
      throw notFound("dispute", id);
    }
    return found;
  }

  /** @param evidence None accepts the dispute. */
  function respond(
    operation: Operation,
    id: string,
    evidence: Record<string, string> | undefined,
  ): Promise<GivenAnswer> {
    const { caller, requestId, idempotency } = operation;
    return undertakings.run(operation, async () => {
      const before = await find(id, caller);
      const lease = leaseOf(processors.get(before.data.processor));
      const origin = { now: clock(), lease, request: requestId, idempotencyKey: idempotency?.key };
      const stored = next(before, contest(before.data, evidence, origin));
      return { stored, changes: [{ kind: "disputes", after: stored }] };
    });
  }

  return {
    undertakings,

    /** The processor tells that money was taken back; telling it again changes nothing. */
    async open(notice: DisputeNotice, charge: string): Promise<void> {
      for (;;) {
        const { processor, dispute } = notice;
        if (await findByProcessorReference(pool, "disputes", processor, dispute)) return;
        const payment = await findByProcessorReference<Payment>(pool, "payments", processor, charge);
        if (payment === undefined)
          throw new Error(`No payment is known for charge ${charge} of processor ${processor}.`);
        const { livemode } = payment;
        const id = makeId("dispute");
        const opened = openDispute(id, payment.id, payment.data, notice);
        const after: StoredDispute = { id, livemode, version: 1, created: clock(), data: opened.data };
        const event = { type: "dispute.opened" as const, body: showDisputeEvent(after) };
        const effects = await effectsOf(core, chart, [
          { kind: "disputes", after, event, postings: opened.postings },
          paymentChange(next(payment, opened.payment)),
        ]);
        const result = await journal.commit({ livemode, actor: "system", ...effects });
        if (result.committed) return;
        if (result.reason !== "conflict") throw new Error(`The ledger refused a dispute: ${result.reason}.`);
      }
    },

    /** The processor tells how a dispute ended. */
    async close(processor: string, reference: string, won: boolean): Promise<void> {
      for (;;) {
        const dispute = await findByProcessorReference<Dispute>(pool, "disputes", processor, reference);
        if (dispute === undefined) {
          log.error({ processor, dispute: reference }, "A dispute that was closed is not known: reconcile");
          return;
        }
        const decided = closeDispute(dispute.id, dispute.data, won, clock());
        if (decided === undefined) return;
        const { changes } = await recorded(dispute, decided);
        const { livemode } = dispute;
        const result = await journal.commit({
          livemode,
          actor: "system",
          ...(await effectsOf(core, chart, changes)),
        });
        if (result.committed) return;
        if (result.reason !== "conflict") throw new Error(`The ledger refused a dispute: ${result.reason}.`);
      }
    },

    submit: (operation: Operation, id: string, evidence: Record<string, string>) =>
      respond(operation, id, evidence),
    accept: (operation: Operation, id: string) => respond(operation, id, undefined),

    update(operation: Operation, id: string, change: DisputeChange): Promise<GivenAnswer> {
      return once.answer(operation, async () => {
        const before = await find(id, operation.caller);
        const metadata = mergeMetadata(before.data.metadata, change.metadata);
        const data = { ...before.data, metadata };
        const { changes } = await recorded(before, { data, event: "dispute.updated" });
        const body = showDispute(next(before, data));
        return { answer: { status: 200, body }, ...(await effectsOf(core, chart, changes)) };
      });
    },

    async retrieve(id: string, caller: Caller) {
      return showDispute(await find(id, caller));
    },

    async list(query: DisputeQuery, caller: Caller) {
      const { status, payment: parent } = query;
      const customer = customerFor(caller, query.customer);
      const options = {
        ...pageOptions(query, "dispute"),
        livemode: caller.livemode,
        customer,
        parent,
        status,
      };
      const { data, hasMore } = await objects.list<Dispute>("disputes", options);
      return listAnswer("/v1/disputes", data.map(showDispute), hasMore);
    },
  };
}

function paymentChange(after: StoredPayment): Change {
  return { kind: "payments", after, event: { type: "payment.updated", body: showPayment(after) } };
}

/** The dispute; an error when the processor refused the response. */
function answerOf(stored: StoredDispute): Conclusion["answer"] {
  if (stored.data.attempt?.outcome === "declined") {
    return new ApiError(
      400,
      "invalid_request_error",
      "dispute_response_refused",
      "The processor refused the response to the dispute: it is closed there, or the response came too late.",
    );
  }
  return { status: 200, body: showDispute(stored) };
}
