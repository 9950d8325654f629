/**
 * The protocol between the gateway adapter and a processor: JSON over HTTP with a bearer key.
 *
 * | request                          | body                                  | answer                        |
 * |----------------------------------|---------------------------------------|-------------------------------|
 * | `POST /v1/operations/<operation>`| the operation's request without `key`  | a result                      |
 * | `POST /v1/inquiries`             | `{ key }`                             | what became of the key        |
 * | `GET /v1/notices?after=<cursor>` |                                       | `{ notices, cursor }`         |
 * | `GET /v1/settlements/<date>?after=<number>` |                            | `{ lines, next }`             |
 *
 * Operations carry our key in the header `Idempotency-Key`. Status 200 comes with an answer; 409: the same key is being
 * worked on; any other 4xx but 408: the request was turned away and nothing was done; everything else: nobody knows.
 */
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { Processor } from "../processor.ts";

/** Operations as their URLs name them. */
export const OPERATIONS = {
  authorize: "authorize",
  confirm_challenge: "confirmChallenge",
  capture: "capture",
  refund: "refund",
  void: "void",
  pay_out: "payOut",
  contest_dispute: "contestDispute",
} as const satisfies Record<string, keyof Processor>;

export type OperationName = keyof typeof OPERATIONS;

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Money = { amount: Count, currency: Type.String({ pattern: "^[a-z]{3}$" }) };

const Approved = Type.Object({
  outcome: Type.Literal("approved"),
  reference: Type.String({ minLength: 1 }),
  amount: Count,
  networkTransactionId: Type.Optional(Type.String()),
  fee: Type.Optional(Count),
});

const Declined = Type.Object({
  outcome: Type.Literal("declined"),
  code: Type.String({ minLength: 1 }),
  declineCode: Type.Optional(Type.String()),
  message: Type.String(),
  retryable: Type.Boolean(),
});

const Pending = Type.Object({ outcome: Type.Literal("pending"), reference: Type.String({ minLength: 1 }) });

const RequiresAction = Type.Object({
  outcome: Type.Literal("requires_action"),
  reference: Type.String({ minLength: 1 }),
  challenge: Type.Object({ url: Type.String(), token: Type.String() }),
});

const FinalResult = Type.Union([Approved, Declined]);
const SimpleResult = Type.Union([Approved, Declined, Pending]);
const Result = Type.Union([Approved, Declined, Pending, RequiresAction]);

const Inquiry = Type.Union([
  Type.Object({ inquiry: Type.Literal("found"), result: Result }),
  Type.Object({ inquiry: Type.Literal("not_found") }),
  Type.Object({ inquiry: Type.Literal("unknown"), reason: Type.Literal("in_progress") }),
]);

const Reported = {
  key: Type.String(),
  reference: Type.String(),
  code: Type.String(),
  message: Type.String(),
  ...Money,
};

const Notice = Type.Union([
  Type.Object({ type: Type.Literal("outcome"), key: Type.String(), result: FinalResult }),
  Type.Object({
    type: Type.Literal("dispute_opened"),
    dispute: Type.String(),
    charge: Type.String(),
    reason: Type.String(),
    fee: Count,
    evidenceDueBy: Count,
    ...Money,
  }),
  Type.Object({ type: Type.Literal("dispute_closed"), dispute: Type.String(), won: Type.Boolean() }),
  Type.Object({ type: Type.Literal("refund_failed"), ...Reported }),
  Type.Object({ type: Type.Literal("returned"), ...Reported }),
]);

const SettlementLine = Type.Object({
  processorReference: Type.String(),
  key: Type.Optional(Type.String()),
  type: Type.Union([
    Type.Literal("charge"),
    Type.Literal("refund"),
    Type.Literal("refund_reversal"),
    Type.Literal("chargeback"),
    Type.Literal("chargeback_reversal"),
    Type.Literal("payout"),
    Type.Literal("payout_reversal"),
    Type.Literal("fee"),
  ]),
  ...Money,
  fee: Count,
  net: Type.Integer(),
  date: Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" }),
});

/** Checks of answers; what does not pass is not believed. */
export const ANSWERS = {
  result: Compile(Result),
  simpleResult: Compile(SimpleResult),
  inquiry: Compile(Inquiry),
  notices: Compile(Type.Object({ notices: Type.Array(Notice), cursor: Type.String() })),
  settlement: Compile(
    Type.Object({ lines: Type.Array(SettlementLine), next: Type.Union([Type.Integer(), Type.Null()]) }),
  ),
};

const Reference = { reference: Type.String({ minLength: 1 }) };
const Positive = { ...Money, amount: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) };

const BankAccount = Type.Object({
  type: Type.Literal("us_bank_account"),
  routingNumber: Type.String(),
  accountNumber: Type.String(),
  accountType: Type.Union([Type.Literal("checking"), Type.Literal("savings")]),
  holderName: Type.String(),
  holderType: Type.Union([Type.Literal("individual"), Type.Literal("company")]),
});

const Card = Type.Object({
  type: Type.Literal("card"),
  number: Type.String({ pattern: "^\\d{12,19}$" }),
  expMonth: Type.Integer({ minimum: 1, maximum: 12 }),
  expYear: Type.Integer({ minimum: 2000, maximum: 9999 }),
  cvc: Type.Optional(Type.String()),
});

/** Checks of requests, for the processor's side. */
export const REQUESTS = {
  authorize: Compile(
    Type.Object({
      ...Positive,
      capture: Type.Boolean(),
      instrument: Type.Union([Card, BankAccount]),
      statementDescriptor: Type.Optional(Type.String()),
      returnUrl: Type.Optional(Type.String()),
    }),
  ),
  confirm_challenge: Compile(Type.Object(Reference)),
  capture: Compile(Type.Object({ ...Reference, ...Positive, final: Type.Boolean() })),
  refund: Compile(Type.Object({ ...Reference, ...Positive })),
  void: Compile(Type.Object(Reference)),
  pay_out: Compile(
    Type.Object({ ...Positive, instrument: BankAccount, statementDescriptor: Type.Optional(Type.String()) }),
  ),
  contest_dispute: Compile(
    Type.Object({ dispute: Type.String(), evidence: Type.Record(Type.String(), Type.String()) }),
  ),
  inquiry: Compile(Type.Object({ key: Type.String({ minLength: 1, maxLength: 255 }) })),
};
