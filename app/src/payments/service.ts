/** Payments: from requests to decisions. */
import type { Core } from "../core.ts";
import { invalid, notFound } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import type { RequireOpen } from "../flags/index.ts";
import { mergeMetadata } from "../http/metadata.ts";
import type { Caller, Operation } from "../http/operation.ts";
import { customerFor, refuseUnusable } from "../identity/bound-customer.ts";
import type { Decision, GivenAnswer, Once } from "../journal/once.ts";
import type { Chart } from "../ledger/chart.ts";
import type { Processor, Processors } from "../processors/processor.ts";
import { leaseOf, type AttemptOrigin } from "./attempt.ts";
import { effectsOf, next, type Change } from "./change.ts";
import {
  cancel,
  capture,
  confirm,
  isUnsent,
  methodIsSent,
  newPayment,
  withMethod,
  type PaymentTerms,
} from "./decide.ts";
import { MethodChoice, type ChargeableMethod, type MethodSource } from "./methods.ts";
import { showPayment, type Payment, type StoredPayment } from "./payment.ts";
import type {
  PaymentCancellation,
  PaymentCapture,
  PaymentChange,
  PaymentConfirmation,
  PaymentInput,
} from "./schemas.ts";
import { processorUnavailable, type Begun, type Undertakings } from "./undertaking.ts";

export interface PaymentParts {
  once: Once;
  chart: Chart;
  processors: Processors;
  methods: MethodSource;
  undertakings: Undertakings<Payment>;
  requireOpen: RequireOpen;
}

export type PaymentService = ReturnType<typeof paymentService>;

export function paymentService(core: Core, parts: PaymentParts) {
  const { once, chart, processors, methods, undertakings, requireOpen } = parts;
  const { clock, makeId, objects } = core;

  /** @throws ApiError 404, also for what the caller may not see */
  async function find(id: string, { livemode, customer }: Caller): Promise<StoredPayment> {
    const found = await objects.get<Payment>("payments", id, livemode);
    if (found === undefined || (customer !== undefined && found.data.customer !== customer)) {
      throw notFound("payment", id);
    }
    return found;
  }

  /**
   * Kill switches stop what takes new money: creating, and asking a processor for an authorisation. What was authorised can
   * be captured, cancelled and refunded, and what is under way is brought to its end.
   */
  function requireOpenPath(
    { currency }: Payment,
    method: string,
    processor: string,
    livemode: boolean,
  ): void {
    requireOpen(
      livemode,
      `payments.method.${method}`,
      `payments.processor.${processor}`,
      `payments.currency.${currency}`,
    );
  }

  /** @param processor Name of the payment's processor; a payment without one asks none. */
  function originOf({ requestId, idempotency }: Operation, processor: string | undefined): AttemptOrigin {
    const lease = processor === undefined ? 0 : leaseOf(processors.get(processor));
    return { now: clock(), lease, request: requestId, idempotencyKey: idempotency?.key };
  }

  /** @param method Recorded with the payment, when it is new. */
  function begun(after: StoredPayment, event: EventType, method?: ChargeableMethod): Begun<Payment> {
    const change: Change = { kind: "payments", after, event: { type: event, body: showPayment(after) } };
    return { stored: after, changes: [...(method?.changes ?? []), change], instrument: method?.instrument };
  }

  async function answer(
    after: StoredPayment,
    event: EventType,
    method?: ChargeableMethod,
  ): Promise<Decision> {
    const body = JSON.stringify(showPayment(after));
    const change: Change = { kind: "payments", after, event: { type: event, body } };
    return {
      answer: { status: 200, body },
      ...(await effectsOf(core, chart, [...(method?.changes ?? []), change])),
    };
  }

  /** An authorisation of the payment with the method begins. */
  function authorize(payment: Payment, { type }: ChargeableMethod, operation: Operation): Payment {
    const { currency } = payment;
    const { livemode } = operation.caller;
    const processor = processors.choose({ method: type, currency, livemode });
    requireOpenPath(payment, type, processor.name, livemode);
    refuseWhatProcessorCannot(payment, processor);
    if (processor.circuit === "open") throw processorUnavailable({ reason: "circuit_open", retryAfter: 5 });
    return confirm(payment, processor.name, originOf(operation, processor.name));
  }

  async function beginConfirmation(
    operation: Operation,
    existing: StoredPayment,
    body: PaymentConfirmation,
    choice: MethodChoice,
  ): Promise<Begun<Payment>> {
    const { data } = existing;
    const isNamed = body.payment_method !== undefined || body.payment_method_data !== undefined;
    const wanted = isNamed ? body : { payment_method: data.payment_method };
    const method = isUnsent(data) ? await choice.choose(wanted, data.customer, "payment.confirm") : undefined;
    if (method === undefined) {
      // What became of a challenge; or the payment is in no state for it, or lacks a method, and this says so.
      if (data.processor !== undefined)
        requireOpenPath(data, data.payment_method_type ?? "", data.processor, operation.caller.livemode);
      const confirmed = confirm(data, data.processor ?? "", originOf(operation, data.processor));
      if (isNamed && body.payment_method !== data.payment_method) throw methodIsSent(data);
      return begun(next(existing, confirmed), "payment.processing");
    }
    const ready = { ...withMethod(data, method), return_url: body.return_url ?? data.return_url };
    return begun(next(existing, authorize(ready, method, operation)), "payment.processing", method);
  }

  return {
    find,

    create(operation: Operation, body: PaymentInput): Promise<GivenAnswer> {
      const { caller } = operation;
      const id = makeId("payment");
      const created = clock();
      const choice = new MethodChoice(methods, operation);
      const first = (data: Payment): StoredPayment => ({
        id,
        livemode: caller.livemode,
        version: 1,
        created,
        data,
      });

      const decide = async () => {
        requireOpen(caller.livemode, "payments");
        const terms = termsOf(body, caller);
        const customerIsKnown = refuseUnknownCustomer(core, terms.customer, caller);
        // A new method is put under its customer's key, so the customer comes first.
        if (body.payment_method_data !== undefined) await customerIsKnown;
        const [method] = await Promise.all([
          choice.choose(body, terms.customer, "payment.create"),
          customerIsKnown,
        ]);
        return { method, payment: newPayment(terms, method) };
      };

      if (!body.confirm) {
        const created = once.answer(operation, async () => {
          const { method, payment } = await decide();
          return answer(first(payment), "payment.created", method);
        });
        return choice.keepRecorded(created);
      }
      const confirmed = undertakings.run(operation, async (existing) => {
        if (existing !== undefined) {
          requireOpen(caller.livemode, "payments");
          return beginConfirmation(operation, existing, {}, choice);
        }
        const { method, payment } = await decide();
        if (method === undefined) {
          throw invalid(
            "payment_method_required",
            "confirm needs something to pay with: send payment_method or payment_method_data.",
            "payment_method",
          );
        }
        return begun(first(authorize(payment, method, operation)), "payment.created", method);
      });
      return choice.keepRecorded(confirmed);
    },

    confirm(operation: Operation, id: string, body: PaymentConfirmation): Promise<GivenAnswer> {
      const choice = new MethodChoice(methods, operation);
      const confirmed = undertakings.run(operation, async () => {
        requireOpen(operation.caller.livemode, "payments");
        return beginConfirmation(operation, await find(id, operation.caller), body, choice);
      });
      return choice.keepRecorded(confirmed);
    },

    capture(operation: Operation, id: string, body: PaymentCapture): Promise<GivenAnswer> {
      return undertakings.run(operation, async () => {
        const before = await find(id, operation.caller);
        const { data } = before;
        const terms = { amount: body.amount, final: body.final_capture };
        return begun(
          next(before, capture(data, terms, originOf(operation, data.processor))),
          "payment.processing",
        );
      });
    },

    cancel(operation: Operation, id: string, body: PaymentCancellation): Promise<GivenAnswer> {
      return undertakings.run(operation, async () => {
        const before = await find(id, operation.caller);
        // Where no money is held no processor is asked, so that it need not be configured any more.
        const asked = before.data.status === "authorized" ? before.data.processor : undefined;
        const origin = originOf(operation, asked);
        const { asks, data } = cancel(before.data, body.cancellation_reason, origin);
        const after = next(before, data);
        return asks ? begun(after, "payment.processing") : answer(after, "payment.canceled");
      });
    },

    update(operation: Operation, id: string, change: PaymentChange): Promise<GivenAnswer> {
      return once.answer(operation, async () => {
        const before = await find(id, operation.caller);
        const { data } = before;
        if (data.status === "canceled" || data.status === "failed") {
          throw invalid(
            "payment_unexpected_state",
            `The payment is ${data.status}, so it cannot be changed.`,
          );
        }
        if (change.statement_descriptor !== undefined && data.processor !== undefined) {
          throw invalid(
            "payment_unexpected_state",
            "The payment was sent to the processor, so its statement_descriptor cannot be changed.",
            "statement_descriptor",
          );
        }
        const metadata = mergeMetadata(data.metadata, change.metadata);
        return answer(next(before, { ...data, ...change, metadata }), "payment.updated");
      });
    },
  };
}

function termsOf(body: PaymentInput, caller: Caller): PaymentTerms {
  return {
    amount: body.amount,
    currency: body.currency,
    capture_method: body.capture_method,
    customer: customerFor(caller, body.customer),
    description: body.description,
    statement_descriptor: body.statement_descriptor,
    reference: body.reference,
    metadata: mergeMetadata({}, body.metadata),
    return_url: body.return_url,
  };
}

async function refuseUnknownCustomer(
  { objects }: Core,
  id: string | undefined,
  { livemode }: Caller,
): Promise<void> {
  if (id === undefined) return;
  refuseUnusable(id, (await objects.get<{ status: string }>("customers", id, livemode))?.data);
}

/** Banks' debits cannot be held for a later capture. */
function refuseWhatProcessorCannot({ capture_method }: Payment, { name, capabilities }: Processor): void {
  if (capture_method === "manual" && !capabilities.delayedCapture) {
    throw invalid(
      "capture_method_not_available",
      `Processor ${name} takes money at once: capture_method must be automatic for this payment method.`,
      "capture_method",
    );
  }
}
