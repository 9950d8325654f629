import { Type, type Static } from "typebox";
import {
  Amount,
  CreatedQuery,
  Currency,
  Description,
  Id,
  ListOf,
  Metadata,
  PageQuery,
  Timestamp,
} from "../http/schemas.ts";
import { Attempt, Reference } from "../payments/schemas.ts";
import { PAYOUT_STATUSES } from "./payout.ts";

const closed = { additionalProperties: false } as const;

export const PayoutInput = Type.Object(
  {
    amount: Amount,
    currency: Currency,
    payment_method: Id("paymentMethod", "The bank account that is paid."),
    description: Type.Optional(Description),
    statement_descriptor: Type.Optional(
      Type.String({ pattern: "^[A-Za-z0-9 .,&/#-]{1,22}$", description: "What the bank's statement shows." }),
    ),
    reference: Type.Optional(Reference),
    metadata: Type.Optional(Metadata),
  },
  closed,
);

export const PayoutAnswer = Type.Object(
  {
    id: Id("payout"),
    object: Type.Literal("payout"),
    status: Type.Enum([...PAYOUT_STATUSES]),
    amount: Amount,
    currency: Type.String(),
    payment_method: Id("paymentMethod"),
    description: Type.Optional(Type.String()),
    statement_descriptor: Type.Optional(Type.String()),
    reference: Type.Optional(Type.String()),
    processor: Type.String(),
    processor_reference: Type.Optional(Type.String()),
    latest_attempt: Type.Optional(Attempt),
    failure_code: Type.Optional(Type.String()),
    failure_message: Type.Optional(Type.String()),
    metadata: Metadata,
    created: Timestamp,
    livemode: Type.Boolean(),
  },
  { title: "Payout", description: "What does not apply is left out." },
);

export const PayoutPath = Type.Object({ id: Id("payout") });

export const PayoutQuery = Type.Object(
  {
    ...PageQuery,
    ...CreatedQuery,
    status: Type.Optional(Type.Enum([...PAYOUT_STATUSES])),
    reference: Type.Optional(Reference),
  },
  closed,
);

export const PayoutList = ListOf(PayoutAnswer);

export type PayoutInput = Static<typeof PayoutInput>;
export type PayoutQuery = Static<typeof PayoutQuery>;
