/** Refunds: from requests to decisions, and from processors' answers to what they make of a refund and its payment. */
import type { Core } from "../core.ts";
import { namedBy, notFound } from "../errors.ts";
import type { RequireOpen } from "../flags/index.ts";
import { mergeMetadata } from "../http/metadata.ts";
import type { Caller, Operation } from "../http/operation.ts";
import { pageOptions } from "../http/pages.ts";
import { listAnswer } from "../http/schemas.ts";
import { customerFor } from "../identity/bound-customer.ts";
import type { GivenAnswer, Once } from "../journal/once.ts";
import type { Chart } from "../ledger/chart.ts";
import type { Declined, Processors } from "../processors/processor.ts";
import { awaitOutcome, leaseOf, openAttemptOf } from "../payments/attempt.ts";
import { effectsOf, next, type Change } from "../payments/change.ts";
import { processorOf } from "../payments/decide.ts";
import { showPayment, type Payment } from "../payments/payment.ts";
import type { PaymentService } from "../payments/service.ts";
import { Undertakings, type Conclusion, type Undertaking } from "../payments/undertaking.ts";
import {
  beginRefund,
  cancelRefund,
  concludeRefund,
  giveBack,
  showRefund,
  type DecidedRefund,
  type Refund,
  type StoredRefund,
} from "./refund.ts";
import type { RefundChange, RefundInput, RefundQuery } from "./schemas.ts";

export interface RefundParts {
  once: Once;
  chart: Chart;
  processors: Processors;
  payments: Pick<PaymentService, "find">;
  requireOpen: RequireOpen;
}

/** A refund that the processor says it never had, though it had taken it in. */
const NEVER_ARRIVED: Declined = {
  outcome: "declined",
  code: "processing_error",
  message: "The processor does not know of the refund.",
  retryable: true,
};

export type RefundService = ReturnType<typeof refundService>;

export function refundService(core: Core, { once, chart, processors, payments, requireOpen }: RefundParts) {
  const { clock, makeId, objects } = core;

  async function paymentOf({ livemode, data }: StoredRefund) {
    const payment = await objects.get<Payment>("payments", data.payment, livemode);
    if (payment === undefined) throw new Error(`Payment ${data.payment} has vanished.`);
    return payment;
  }

  /** The refund after a decision, and its payment where the amount can be given back again. */
  async function recorded(before: StoredRefund, decided: DecidedRefund): Promise<Conclusion> {
    const { data, event, postings, returns = 0 } = decided;
    const after = next(before, data);
    const body = JSON.stringify(showRefund(after));
    const changes: Change[] = [
      { kind: "refunds", after, event: event === undefined ? undefined : { type: event, body }, postings },
    ];
    if (returns > 0) {
      const payment = await paymentOf(before);
      const freed = next(payment, giveBack(payment.data, returns));
      changes.push({
        kind: "payments",
        after: freed,
        event: { type: "payment.updated", body: showPayment(freed) },
      });
    }
    return { changes, answer: { status: 200, body } };
  }

  const undertaking: Undertaking<Refund> = {
    kind: "refunds",
    neverArrived: NEVER_ARRIVED,
    async send(processor, stored, key) {
      const { amount, currency } = stored.data;
      const reference = (await paymentOf(stored)).data.processor_reference ?? "";
      return processor.refund({ key, amount, currency, reference });
    },
    conclude: (stored, result) => recorded(stored, concludeRefund(stored.id, stored.data, result, clock())),
    postpone(stored, outcome) {
      const attempt = awaitOutcome(openAttemptOf(stored.data), outcome, clock());
      const after = next(stored, { ...stored.data, attempt });
      return { changes: [{ kind: "refunds", after }], answer: { status: 200, body: showRefund(after) } };
    },
    answer: (stored) => ({ status: 200, body: showRefund(stored) }),
  };
  const undertakings = new Undertakings<Refund>(core, once, chart, processors, undertaking);

  /** @throws ApiError 404, also for what the caller may not see */
  async function find(id: string, { livemode, customer }: Caller): Promise<StoredRefund> {
    const found = await objects.get<Refund>("refunds", id, livemode);
    if (found === undefined || (customer !== undefined && found.data.customer !== customer))
      throw notFound("refund", id);
    return found;
  }

  return {
    undertakings,
    recorded,

    create(operation: Operation, body: RefundInput): Promise<GivenAnswer> {
      const { caller, requestId, idempotency } = operation;
      const id = makeId("refund");
      const created = clock();
      return undertakings.run(operation, async () => {
        const payment = await namedBy("payment", payments.find(body.payment, caller));
        requireOpen(caller.livemode, `refunds.processor.${payment.data.processor ?? ""}`);
        const { reason, description, reference, amount } = body;
        const terms = { amount, reason, description, reference, metadata: mergeMetadata({}, body.metadata) };
        const lease =
          payment.data.processor === undefined ? 0 : leaseOf(processors.get(processorOf(payment.data)));
        const origin = { now: clock(), lease, request: requestId, idempotencyKey: idempotency?.key };
        const begun = beginRefund(id, payment.id, payment.data, terms, origin);
        const stored: StoredRefund = {
          id,
          livemode: caller.livemode,
          version: 1,
          created,
          data: begun.refund,
        };
        const reduced = next(payment, begun.payment);
        const changes: Change[] = [
          { kind: "refunds", after: stored, event: { type: "refund.created", body: showRefund(stored) } },
          {
            kind: "payments",
            after: reduced,
            event: { type: "payment.updated", body: showPayment(reduced) },
          },
        ];
        return { stored, changes };
      });
    },

    cancel(operation: Operation, id: string): Promise<GivenAnswer> {
      return once.answer(operation, async () => {
        const before = await find(id, operation.caller);
        const { changes, answer } = await recorded(before, cancelRefund(before.data));
        return { answer, ...(await effectsOf(core, chart, changes)) };
      });
    },

    update(operation: Operation, id: string, change: RefundChange): Promise<GivenAnswer> {
      return once.answer(operation, async () => {
        const before = await find(id, operation.caller);
        const metadata = mergeMetadata(before.data.metadata, change.metadata);
        const data = { ...before.data, ...change, metadata };
        const { changes, answer } = await recorded(before, { data, event: "refund.updated" });
        return { answer, ...(await effectsOf(core, chart, changes)) };
      });
    },

    async retrieve(id: string, caller: Caller) {
      return showRefund(await find(id, caller));
    },

    async list(query: RefundQuery, caller: Caller) {
      const { status, reference, payment: parent } = query;
      const customer = customerFor(caller, query.customer);
      const options = {
        ...pageOptions(query, "refund"),
        livemode: caller.livemode,
        customer,
        parent,
        status,
        reference,
      };
      const { data, hasMore } = await objects.list<Refund>("refunds", options);
      return listAnswer("/v1/refunds", data.map(showRefund), hasMore);
    },
  };
}
