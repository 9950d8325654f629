/** Payouts: from the merchant's balance to a bank account. */
import type { Core } from "../core.ts";
import { ApiError, invalid, notFound } from "../errors.ts";
import type { RequireOpen } from "../flags/index.ts";
import { mergeMetadata } from "../http/metadata.ts";
import type { Caller, Operation } from "../http/operation.ts";
import { pageOptions } from "../http/pages.ts";
import { listAnswer } from "../http/schemas.ts";
import type { GivenAnswer, Once } from "../journal/once.ts";
import type { Chart } from "../ledger/chart.ts";
import { reveal, unusable } from "../payments/asking.ts";
import { awaitOutcome, leaseOf, openAttemptOf } from "../payments/attempt.ts";
import { effectsOf, next, type Change } from "../payments/change.ts";
import { MethodChoice, type MethodSource } from "../payments/methods.ts";
import { availableBalance } from "../payments/repository.ts";
import { Undertakings, type Conclusion, type Undertaking } from "../payments/undertaking.ts";
import type { Declined, Processors } from "../processors/processor.ts";
import {
  beginPayout,
  cancelPayout,
  concludePayout,
  insufficientFunds,
  NO_FUNDS,
  showPayout,
  type DecidedPayout,
  type Payout,
  type StoredPayout,
} from "./payout.ts";
import { wasCovered } from "./repository.ts";
import type { PayoutInput, PayoutQuery } from "./schemas.ts";

export interface PayoutParts {
  once: Once;
  chart: Chart;
  processors: Processors;
  methods: MethodSource;
  requireOpen: RequireOpen;
}

const NEVER_ARRIVED: Declined = {
  outcome: "declined",
  code: "processing_error",
  message: "The bank does not know of the payout. The money is in the balance again.",
  retryable: true,
};

const OVERDRAWN: Declined = {
  outcome: "declined",
  code: NO_FUNDS,
  message: "The merchant balance was not enough when the payout was to be sent.",
  retryable: true,
};

export type PayoutService = ReturnType<typeof payoutService>;

export function payoutService(core: Core, { once, chart, processors, methods, requireOpen }: PayoutParts) {
  const { clock, makeId, objects, pool } = core;

  async function balance(currency: string, livemode: boolean): Promise<number> {
    return availableBalance(pool, await chart.account("merchant_balance", currency, livemode));
  }

  /**
   * A payout's amount has left the balance already. Below zero, payouts that raced took more than there is: those of this
   * moment go that were covered when it was their turn. None goes that has waited.
   */
  async function isFunded({ id, livemode, data }: StoredPayout, isNew: boolean): Promise<boolean> {
    if ((await balance(data.currency, livemode)) >= 0) return true;
    return isNew && wasCovered(pool, await chart.account("merchant_balance", data.currency, livemode), id);
  }

  function recorded(before: StoredPayout, { data, event, postings }: DecidedPayout): Conclusion {
    const after = next(before, data);
    const told = event === undefined ? undefined : { type: event, body: showPayout(after) };
    const change: Change = { kind: "payouts", after, event: told, postings };
    return { changes: [change], answer: answerOf(after) };
  }

  const undertaking: Undertaking<Payout> = {
    kind: "payouts",
    neverArrived: NEVER_ARRIVED,
    async send(processor, stored, key, given) {
      if (!(await isFunded(stored, given !== undefined))) return OVERDRAWN;
      const { livemode, data } = stored;
      const { payment_method, attempt, amount, currency, statement_descriptor: statementDescriptor } = data;
      const instrument = given ?? (await reveal(methods, payment_method, { livemode, attempt }, "payout"));
      if (instrument instanceof ApiError) return unusable(instrument);
      if (instrument.type !== "us_bank_account") throw new Error("A payout goes to a bank account.");
      return processor.payOut({ key, amount, currency, instrument, statementDescriptor });
    },
    conclude: (stored, result) => recorded(stored, concludePayout(stored.id, stored.data, result, clock())),
    postpone(stored, outcome) {
      const attempt = awaitOutcome(openAttemptOf(stored.data), outcome, clock());
      return recorded(stored, { data: { ...stored.data, attempt } });
    },
    answer: answerOf,
  };
  const undertakings = new Undertakings<Payout>(core, once, chart, processors, undertaking);

  async function find(id: string, { livemode }: Caller): Promise<StoredPayout> {
    const found = await objects.get<Payout>("payouts", id, livemode);
    if (found === undefined) throw notFound("payout", id);
    return found;
  }

  return {
    undertakings,
    recorded,

    create(operation: Operation, body: PayoutInput): Promise<GivenAnswer> {
      const { caller, requestId, idempotency } = operation;
      const { livemode } = caller;
      const { amount, currency, payment_method, description, statement_descriptor, reference } = body;
      const id = makeId("payout");
      const created = clock();
      const choice = new MethodChoice(methods, operation);
      return undertakings.run(operation, async () => {
        refuseCustomers(caller);
        requireOpen(livemode, `payouts.currency.${currency}`);
        const [method, available] = await Promise.all([
          choice.choose({ payment_method }, undefined, "payout"),
          balance(currency, livemode),
        ]);
        if (method?.type !== "us_bank_account") {
          throw invalid(
            "payment_method_unexpected",
            "A payout goes to a bank account: send a payment_method of type us_bank_account.",
            "payment_method",
          );
        }
        if (available < amount) throw insufficientFunds(amount);
        const processor = processors.choose({ method: method.type, currency, livemode });
        requireOpen(livemode, `payouts.processor.${processor.name}`);
        const metadata = mergeMetadata({}, body.metadata);
        const terms = {
          amount,
          currency,
          payment_method,
          description,
          statement_descriptor,
          reference,
          metadata,
        };
        const origin = {
          now: clock(),
          lease: leaseOf(processor),
          request: requestId,
          idempotencyKey: idempotency?.key,
        };
        const { data, event, postings } = beginPayout(id, { ...terms, processor: processor.name }, origin);
        const stored: StoredPayout = { id, livemode, version: 1, created, data };
        const change: Change = {
          kind: "payouts",
          after: stored,
          event: event && { type: event, body: showPayout(stored) },
          postings,
        };
        return { stored, changes: [change], instrument: method.instrument };
      });
    },

    cancel(operation: Operation, id: string): Promise<GivenAnswer> {
      return once.answer(operation, async () => {
        refuseCustomers(operation.caller);
        const before = await find(id, operation.caller);
        const { changes, answer } = recorded(before, cancelPayout(id, before.data));
        return { answer, ...(await effectsOf(core, chart, changes)) };
      });
    },

    async retrieve(id: string, caller: Caller) {
      refuseCustomers(caller);
      return showPayout(await find(id, caller));
    },

    async list(query: PayoutQuery, caller: Caller) {
      refuseCustomers(caller);
      const { status, reference } = query;
      const options = { ...pageOptions(query, "payout"), livemode: caller.livemode, status, reference };
      const { data, hasMore } = await objects.list<Payout>("payouts", options);
      return listAnswer("/v1/payouts", data.map(showPayout), hasMore);
    },
  };
}

/** The payout; an error when there was not enough money for it. */
function answerOf(stored: StoredPayout): Conclusion["answer"] {
  const { attempt, failure_code, amount } = stored.data;
  const isOverdrawn = attempt?.outcome === "declined" && failure_code === NO_FUNDS;
  return isOverdrawn ? insufficientFunds(amount) : { status: 200, body: showPayout(stored) };
}

/** Payouts are the merchant's: who acts for one customer has none. */
function refuseCustomers({ customer }: Caller): void {
  if (customer === undefined) return;
  throw new ApiError(
    403,
    "permission_error",
    "not_allowed",
    "Payouts are not open to those who act for one customer.",
  );
}
