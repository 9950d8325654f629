/** Payments as undertakings: how each operation is put to a processor, and what its answers make of the payment. */
import type { Core } from "../core.ts";
import { ApiError } from "../errors.ts";
import type { Awaitable, Declined, Instrument, Processor, ProcessorResult } from "../processors/processor.ts";
import { openAttemptOf, type Attempt } from "./attempt.ts";
import { next, type Change } from "./change.ts";
import { conclude, declineError, NEVER_ARRIVED, remainUnknown, takeBack, type Decided } from "./conclude.ts";
import { rateFor, type FeeSchedule } from "./fees.ts";
import type { MethodSource } from "./methods.ts";
import { showPayment, type Payment, type StoredPayment } from "./payment.ts";
import type { Conclusion, Undertaking } from "./undertaking.ts";

export function paymentUndertaking(
  core: Core,
  methods: MethodSource,
  fees: FeeSchedule,
): Undertaking<Payment> {
  const { clock } = core;

  async function authorizeAgain(
    processor: Processor,
    stored: StoredPayment,
    key: string,
  ): Promise<ProcessorResult> {
    const { livemode, data } = stored;
    const wanted = { livemode, customer: data.customer, attempt: data.attempt };
    const instrument = await reveal(methods, data.payment_method, wanted, "payment.authorize");
    return instrument instanceof ApiError
      ? unusable(instrument)
      : authorize(processor, data, key, instrument);
  }

  return {
    kind: "payments",
    neverArrived: NEVER_ARRIVED,

    send(processor, stored, key, instrument): Awaitable<ProcessorResult> {
      const { data } = stored;
      const { operation, amount, final = true } = openAttemptOf(data);
      const reference = data.processor_reference ?? "";
      switch (operation) {
        case "authorize":
          if (instrument === undefined) return authorizeAgain(processor, stored, key);
          return authorize(processor, data, key, instrument);
        case "confirm_challenge":
          return processor.confirmChallenge({ key, reference });
        case "capture":
          return processor.capture({ key, amount, currency: data.currency, reference, final });
        case "void":
          return processor.void({ key, reference });
        default:
          throw new Error(`A payment has no ${operation}.`);
      }
    },

    conclude(stored, result): Conclusion {
      const { id, data } = stored;
      const now = clock();
      const rate = rateFor(fees, data.payment_method_type ?? "", data.currency);
      return recorded(stored, conclude(id, data, result, rate, now));
    },

    postpone(stored): Conclusion {
      return recorded(stored, { data: remainUnknown(stored.data, clock()) });
    },

    takeBack(stored): Change[] {
      return recorded(stored, { data: takeBack(stored.data), event: "payment.unsent" }).changes;
    },

    answer: answerOf,
  };
}

/** The payment after a decision, and the answer that follows from it. */
export function recorded(before: StoredPayment, { data, event, postings }: Decided): Conclusion {
  const after = next(before, data);
  // Written once for both: the answer is the event's data.
  const body = JSON.stringify(showPayment(after));
  const change: Change = {
    kind: "payments",
    after,
    event: event === undefined ? undefined : { type: event, body },
    postings,
  };
  return {
    changes: [change],
    answer: isDeclined(data) ? declineError(after.id, data) : { status: 200, body },
  };
}

function answerOf(stored: StoredPayment): Conclusion["answer"] {
  const { id, data } = stored;
  return isDeclined(data) ? declineError(id, data) : { status: 200, body: showPayment(stored) };
}

function isDeclined({ attempt, last_error }: Payment): boolean {
  return attempt?.outcome === "declined" && last_error !== undefined;
}

function authorize(
  processor: Processor,
  payment: Payment,
  key: string,
  instrument: Instrument,
): Awaitable<ProcessorResult> {
  return processor.authorize({
    key,
    amount: payment.amount,
    currency: payment.currency,
    capture: payment.capture_method === "automatic",
    instrument,
    statementDescriptor: payment.statement_descriptor,
    returnUrl: payment.return_url,
  });
}

/** What a processor is given of a payment method; an error when it was detached, or its number erased, since. */
export async function reveal(
  methods: MethodSource,
  method: string | undefined,
  { livemode, customer, attempt }: { livemode: boolean; customer?: string; attempt?: Attempt },
  purpose: string,
): Promise<Instrument | ApiError> {
  const access = { purpose, actor: "system", request: attempt?.request };
  try {
    return (await methods.resolve({ payment_method: method }, { livemode, customer, access })).instrument;
  } catch (error) {
    if (error instanceof ApiError && !error.isTransient) return error;
    throw error;
  }
}

export function unusable({ code, message }: ApiError): Declined {
  return { outcome: "declined", code, message, retryable: false };
}
