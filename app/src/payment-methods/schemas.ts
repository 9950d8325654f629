import { Type, type Static } from "typebox";
import { Address, Email, PersonName, Phone } from "../customers/index.ts";
import { CreatedQuery, Id, ListOf, Metadata, Nullable, PageQuery, Timestamp } from "../http/schemas.ts";

const ExpiryMonth = Type.Integer({ minimum: 1, maximum: 12, examples: [12] });
const ExpiryYear = Type.Integer({
  minimum: 0,
  maximum: 9999,
  description: "Four digits, or the last two.",
  examples: [2030],
});

const CardInput = Type.Object(
  {
    number: Type.String({
      pattern: "^[0-9 -]{12,40}$",
      description: "The card's digits, in groups or not. Kept encrypted in the vault; never shown again.",
      examples: ["4242 4242 4242 4242"],
    }),
    exp_month: ExpiryMonth,
    exp_year: ExpiryYear,
    cvc: Type.Optional(
      Type.String({
        pattern: "^[0-9]{3,4}$",
        description:
          "The security code. It is never stored: it waits in memory for the first payment, ten minutes at most, and is then gone.",
        examples: ["123"],
      }),
    ),
  },
  { additionalProperties: false, title: "CardInput" },
);

const BankAccountInput = Type.Object(
  {
    routing_number: Type.String({
      pattern: "^[0-9]{9}$",
      description: "ABA routing number.",
      examples: ["110000000"],
    }),
    account_number: Type.String({ pattern: "^[0-9]{4,17}$", examples: ["000123456789"] }),
    account_type: Type.Union([Type.Literal("checking"), Type.Literal("savings")], { default: "checking" }),
    account_holder_type: Type.Union([Type.Literal("individual"), Type.Literal("company")]),
    account_holder_name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: "By default the name in billing_details." }),
    ),
  },
  { additionalProperties: false, title: "BankAccountInput" },
);

export const BillingDetails = Type.Object(
  {
    name: Type.Optional(Nullable(PersonName)),
    email: Type.Optional(Nullable(Email)),
    phone: Type.Optional(Nullable(Phone)),
    address: Type.Optional(Nullable(Address)),
  },
  { additionalProperties: false, title: "BillingDetails" },
);

const common = {
  billing_details: Type.Optional(BillingDetails),
  metadata: Type.Optional(Metadata),
};

export const MethodInput = Type.Object(
  {
    type: Type.Union([Type.Literal("card"), Type.Literal("us_bank_account")]),
    card: Type.Optional(CardInput),
    us_bank_account: Type.Optional(BankAccountInput),
    customer: Type.Optional(Id("customer", "The customer to attach it to at once.")),
    ...common,
  },
  {
    additionalProperties: false,
    title: "PaymentMethodInput",
    examples: [
      {
        type: "card",
        card: { number: "4242 4242 4242 4242", exp_month: 12, exp_year: 2030, cvc: "123" },
        billing_details: { name: "Ada Lovelace", email: "ada@example.com" },
      },
    ],
  },
);

export const MethodChange = Type.Object(
  {
    card: Type.Optional(
      Type.Object(
        { exp_month: ExpiryMonth, exp_year: ExpiryYear },
        { additionalProperties: false, title: "CardExpiry" },
      ),
    ),
    ...common,
  },
  { additionalProperties: false, minProperties: 1 },
);

export const AttachInput = Type.Object({ customer: Id("customer") }, { additionalProperties: false });

export const MethodPath = Type.Object({ id: Id("paymentMethod") });

export const MethodQuery = Type.Object(
  { ...PageQuery, ...CreatedQuery, customer: Type.Optional(Id("customer")) },
  { additionalProperties: false },
);

const Fingerprint = Type.Optional(
  Type.String({
    description:
      "The same for the same number within test or live data. Not there once the method is detached.",
  }),
);

export const Method = Type.Object(
  {
    id: Id("paymentMethod"),
    object: Type.Literal("payment_method"),
    type: Type.Union([Type.Literal("card"), Type.Literal("us_bank_account")]),
    card: Type.Optional(
      Type.Object({
        brand: Type.String({ examples: ["visa"] }),
        first6: Type.String({ examples: ["424242"] }),
        last4: Type.String({ examples: ["4242"] }),
        exp_month: Type.Integer(),
        exp_year: Type.Integer(),
        funding: Type.String({ description: "credit, debit, prepaid, or unknown until a processor tells." }),
        fingerprint: Fingerprint,
      }),
    ),
    us_bank_account: Type.Optional(
      Type.Object({
        routing_number: Type.String(),
        last4: Type.String(),
        account_type: Type.String(),
        account_holder_type: Type.String(),
        fingerprint: Fingerprint,
      }),
    ),
    billing_details: Type.Object({
      name: Nullable(Type.String()),
      email: Nullable(Type.String()),
      phone: Nullable(Type.String()),
      address: Nullable(Address),
    }),
    customer: Nullable(Type.String()),
    metadata: Metadata,
    livemode: Type.Boolean(),
    created: Timestamp,
  },
  { title: "PaymentMethod" },
);

export const MethodList = ListOf(Method);

export type MethodInput = Static<typeof MethodInput>;
export type MethodChange = Static<typeof MethodChange>;
export type MethodQuery = Static<typeof MethodQuery>;
export type BillingDetails = Static<typeof BillingDetails>;
