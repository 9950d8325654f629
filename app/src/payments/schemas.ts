import { Type, type Static, type TSchema } from "typebox";
import {
  Amount,
  Balance,
  CreatedQuery,
  Currency,
  Description,
  Id,
  ListOf,
  Metadata,
  PageQuery,
  Timestamp,
} from "../http/schemas.ts";
import { MethodInput } from "../payment-methods/index.ts";
import { ATTEMPT_OPERATIONS, ATTEMPT_OUTCOMES } from "./attempt.ts";
import { CANCELLATION_REASONS } from "./payment.ts";
import { PAYMENT_STATUSES } from "./states.ts";

const closed = { additionalProperties: false } as const;

/** 5 to 22 characters that every card network prints. */
const StatementDescriptor = Type.String({
  pattern: "^[A-Za-z0-9 .,&/#-]{5,22}$",
  description: "What the customer's statement shows: 5 to 22 letters, digits, spaces or any of . , & / # -",
  examples: ["STRONGROOM SHOP"],
});

export const Reference = Type.String({
  minLength: 1,
  maxLength: 100,
  description: "Your own id, as an order's number. It need not be unique.",
});

const ReturnUrl = Type.String({
  format: "uri",
  pattern: "^https?://",
  maxLength: 2048,
  description: "Where the customer's browser goes after a challenge.",
});

/** A new payment method; it becomes the payment's customer's. */
const PaymentMethodData = Type.Omit(MethodInput, ["customer"], {
  ...closed,
  title: "PaymentMethodData",
});

const method = {
  payment_method: Type.Optional(Id("paymentMethod", "What to pay with.")),
  payment_method_data: Type.Optional(PaymentMethodData),
};

export const PaymentInput = Type.Object(
  {
    amount: Amount,
    currency: Currency,
    ...method,
    customer: Type.Optional(Id("customer")),
    confirm: Type.Boolean({ default: false, description: "Confirm at once." }),
    capture_method: Type.Enum(["automatic", "manual"], {
      default: "automatic",
      description: "`manual` holds the money until it is captured.",
    }),
    description: Type.Optional(Description),
    statement_descriptor: Type.Optional(StatementDescriptor),
    reference: Type.Optional(Reference),
    metadata: Type.Optional(Metadata),
    return_url: Type.Optional(ReturnUrl),
  },
  {
    ...closed,
    examples: [
      {
        amount: 1099,
        currency: "usd",
        payment_method: "pm_card_visa",
        confirm: true,
        reference: "order-1042",
      },
    ],
  },
);

export const PaymentConfirmation = Type.Object(
  { ...method, return_url: Type.Optional(ReturnUrl) },
  { ...closed, examples: [{ payment_method: "pm_card_visa" }] },
);

export const PaymentCapture = Type.Object(
  {
    amount: Type.Optional(Amount),
    final_capture: Type.Boolean({
      default: true,
      description: "Release what is left. Send false to capture more later.",
    }),
  },
  closed,
);

export const PaymentCancellation = Type.Object(
  { cancellation_reason: Type.Optional(Type.Enum([...CANCELLATION_REASONS])) },
  closed,
);

export const PaymentChange = Type.Object(
  {
    description: Type.Optional(Description),
    reference: Type.Optional(Reference),
    statement_descriptor: Type.Optional(StatementDescriptor),
    metadata: Type.Optional(Metadata),
  },
  {
    ...closed,
    minProperties: 1,
    examples: [{ description: "Two tickets", metadata: { order: "1042" } }],
  },
);

/** The id, or the object itself when it was asked for with `expand[]`. */
function Expandable<T extends TSchema>(id: T) {
  return Type.Union([id, Type.Object({ id: Type.String() }, { additionalProperties: true })]);
}

export const Attempt = Type.Object({
  operation: Type.Enum([...ATTEMPT_OPERATIONS]),
  ordinal: Type.Integer({ description: "1, 2, 3 … of the object's attempts." }),
  amount: Balance,
  outcome: Type.Enum([...ATTEMPT_OUTCOMES], {
    description:
      "`asked`, `unknown`, `pending`: not known yet; `unsent`: the processor could not be reached.",
  }),
});

const LastError = Type.Object({
  type: Type.Enum(["card_error", "api_error"]),
  code: Type.String(),
  decline_code: Type.Optional(Type.String()),
  message: Type.String(),
  payment_method: Type.Optional(Id("paymentMethod")),
});

const fields = {
  id: Id("payment"),
  object: Type.Literal("payment"),
  status: Type.Enum([...PAYMENT_STATUSES]),
  amount: Amount,
  currency: Currency,
  amount_capturable: Balance,
  amount_captured: Balance,
  amount_refunded: Type.Integer({ description: "Given back, or on its way back." }),
  amount_disputed: Type.Integer({ description: "In open and lost disputes." }),
  fee: Type.Integer({ description: "What the merchant was charged." }),
  capture_method: Type.Enum(["automatic", "manual"]),
  payment_method: Type.Optional(Id("paymentMethod")),
  customer: Type.Optional(Id("customer")),
  description: Type.Optional(Type.String()),
  statement_descriptor: Type.Optional(Type.String()),
  reference: Type.Optional(Type.String()),
  return_url: Type.Optional(Type.String()),
  processor: Type.Optional(Type.String({ examples: ["simulator"] })),
  processor_reference: Type.Optional(
    Type.String({ description: "The processor's id of the authorisation." }),
  ),
  latest_attempt: Type.Optional(Attempt),
  next_action: Type.Optional(
    Type.Object({
      type: Type.Literal("redirect_to_url"),
      redirect_to_url: Type.Object({ url: Type.String(), return_url: Type.Optional(Type.String()) }),
    }),
  ),
  last_error: Type.Optional(LastError),
  latest_refund: Type.Optional(Id("refund")),
  cancellation_reason: Type.Optional(Type.Enum([...CANCELLATION_REASONS])),
  canceled_at: Type.Optional(Timestamp),
  metadata: Metadata,
  created: Timestamp,
  livemode: Type.Boolean(),
};

export const PaymentAnswer = Type.Object(fields, {
  title: "Payment",
  description: "What does not apply is left out.",
});

export const ExpandedPaymentAnswer = Type.Object(
  {
    ...fields,
    payment_method: Type.Optional(Expandable(fields.payment_method)),
    customer: Type.Optional(Expandable(fields.customer)),
    latest_refund: Type.Optional(Expandable(fields.latest_refund)),
  },
  { title: "ExpandedPayment", description: "A payment with the objects in it that were asked for." },
);

export const EXPANDABLE = ["customer", "payment_method", "latest_refund"] as const;

const ExpandQuery = {
  "expand[]": Type.Optional(
    Type.Array(Type.Enum([...EXPANDABLE]), {
      maxItems: 3,
      description: "Objects to show instead of their ids.",
    }),
  ),
};

export const PaymentPath = Type.Object({ id: Id("payment") });
export const PaymentRetrieval = Type.Object(ExpandQuery, closed);

export const PaymentQuery = Type.Object(
  {
    ...PageQuery,
    ...CreatedQuery,
    ...ExpandQuery,
    customer: Type.Optional(Id("customer")),
    status: Type.Optional(Type.Enum([...PAYMENT_STATUSES])),
    reference: Type.Optional(Reference),
  },
  closed,
);

export const PaymentSearch = Type.Object(
  {
    ...PageQuery,
    ...CreatedQuery,
    reference: Type.Optional(Reference),
    status: Type.Optional(Type.Enum([...PAYMENT_STATUSES])),
    metadata: Type.Optional(
      Type.String({
        maxLength: 2000,
        pattern: "^[^:,]{1,40}:[^,]*(,[^:,]{1,40}:[^,]*)*$",
        description: "Keys and values that the payment's metadata has.",
        examples: ["order:17,shop:berlin"],
      }),
    ),
  },
  closed,
);

export const PaymentList = ListOf(ExpandedPaymentAnswer);

export type PaymentInput = Static<typeof PaymentInput>;
export type PaymentConfirmation = Static<typeof PaymentConfirmation>;
export type PaymentCapture = Static<typeof PaymentCapture>;
export type PaymentCancellation = Static<typeof PaymentCancellation>;
export type PaymentChange = Static<typeof PaymentChange>;
export type PaymentQuery = Static<typeof PaymentQuery>;
export type PaymentSearch = Static<typeof PaymentSearch>;
export type Expandable = (typeof EXPANDABLE)[number];
