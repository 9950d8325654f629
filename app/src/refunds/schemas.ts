import { Type, type Static } from "typebox";
import {
  Amount,
  CreatedQuery,
  Description,
  Id,
  ListOf,
  Metadata,
  PageQuery,
  Timestamp,
} from "../http/schemas.ts";
import { Attempt, Reference } from "../payments/schemas.ts";
import { REFUND_REASONS, REFUND_STATUSES } from "./refund.ts";

const closed = { additionalProperties: false } as const;

export const RefundInput = Type.Object(
  {
    payment: Id("payment", "The payment to give back."),
    amount: Type.Optional(Amount),
    reason: Type.Optional(Type.Enum([...REFUND_REASONS])),
    description: Type.Optional(Description),
    reference: Type.Optional(Reference),
    metadata: Type.Optional(Metadata),
  },
  closed,
);

export const RefundChange = Type.Object(
  {
    description: Type.Optional(Description),
    reference: Type.Optional(Reference),
    metadata: Type.Optional(Metadata),
  },
  { ...closed, minProperties: 1 },
);

export const RefundAnswer = Type.Object(
  {
    id: Id("refund"),
    object: Type.Literal("refund"),
    status: Type.Enum([...REFUND_STATUSES], {
      description: "`pending`: not known yet; `failed`: the money is with the merchant again.",
    }),
    amount: Amount,
    currency: Type.String(),
    payment: Id("payment"),
    customer: Type.Optional(Id("customer")),
    reason: Type.Optional(Type.Enum([...REFUND_REASONS])),
    description: Type.Optional(Type.String()),
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
  { title: "Refund", description: "What does not apply is left out." },
);

export const RefundPath = Type.Object({ id: Id("refund") });

export const RefundQuery = Type.Object(
  {
    ...PageQuery,
    ...CreatedQuery,
    payment: Type.Optional(Id("payment")),
    customer: Type.Optional(Id("customer")),
    status: Type.Optional(Type.Enum([...REFUND_STATUSES])),
    reference: Type.Optional(Reference),
  },
  closed,
);

export const RefundList = ListOf(RefundAnswer);

export type RefundInput = Static<typeof RefundInput>;
export type RefundChange = Static<typeof RefundChange>;
export type RefundQuery = Static<typeof RefundQuery>;
