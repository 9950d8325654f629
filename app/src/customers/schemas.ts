import { Type, type Static } from "typebox";
import { CreatedQuery, Id, ListOf, Metadata, Nullable, PageQuery, Timestamp } from "../http/schemas.ts";

export const Address = Type.Object(
  {
    line1: Type.Optional(Nullable(Type.String({ maxLength: 200 }))),
    line2: Type.Optional(Nullable(Type.String({ maxLength: 200 }))),
    city: Type.Optional(Nullable(Type.String({ maxLength: 100 }))),
    state: Type.Optional(Nullable(Type.String({ maxLength: 100 }))),
    postal_code: Type.Optional(Nullable(Type.String({ maxLength: 20 }))),
    country: Type.Optional(
      Nullable(Type.String({ pattern: "^[A-Z]{2}$", description: "ISO 3166-1, as DE." })),
    ),
  },
  { additionalProperties: false, title: "Address" },
);

export const Email = Type.String({ format: "email", maxLength: 254, examples: ["ada@example.com"] });
export const PersonName = Type.String({ maxLength: 200, examples: ["Ada Lovelace"] });
export const Phone = Type.String({ maxLength: 40, examples: ["+49 30 123456"] });

/** Kept encrypted under the customer's key, and erased with it. */
const personal = {
  name: Type.Optional(Nullable(PersonName)),
  email: Type.Optional(Nullable(Email)),
  phone: Type.Optional(Nullable(Phone)),
  address: Type.Optional(Nullable(Address)),
  description: Type.Optional(
    Nullable(Type.String({ maxLength: 500, description: "Shown to you, not to the customer." })),
  ),
};

export const CustomerInput = Type.Object(
  { ...personal, metadata: Type.Optional(Metadata) },
  { additionalProperties: false },
);

export const CustomerChange = Type.Object(
  { ...personal, metadata: Type.Optional(Metadata) },
  { additionalProperties: false, minProperties: 1 },
);

export const Customer = Type.Object(
  {
    id: Id("customer"),
    object: Type.Literal("customer"),
    name: Nullable(Type.String()),
    email: Nullable(Type.String()),
    phone: Nullable(Type.String()),
    address: Nullable(Address),
    description: Nullable(Type.String()),
    metadata: Metadata,
    livemode: Type.Boolean(),
    created: Timestamp,
  },
  { title: "Customer" },
);

export const DeletedCustomer = Type.Object(
  {
    id: Id("customer"),
    object: Type.Literal("customer"),
    deleted: Type.Literal(true),
    livemode: Type.Boolean(),
    created: Timestamp,
  },
  { title: "DeletedCustomer" },
);

export const CustomerList = ListOf(Customer);

export const CustomerQuery = Type.Object(
  {
    ...PageQuery,
    ...CreatedQuery,
    email: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 254,
        description: "The exact address; capital letters do not matter.",
      }),
    ),
  },
  { additionalProperties: false },
);

export const CustomerPath = Type.Object({ id: Id("customer") });

export const ConsentInput = Type.Object(
  {
    purpose: Type.String({
      pattern: "^[a-z0-9_.-]{1,60}$",
      description: "What for.",
      examples: ["marketing_email"],
    }),
    status: Type.Union([Type.Literal("granted"), Type.Literal("withdrawn")]),
    source: Type.String({
      minLength: 1,
      maxLength: 100,
      description: "Where it was given.",
      examples: ["checkout_web"],
    }),
    text_version: Type.String({
      minLength: 1,
      maxLength: 100,
      description: "Version of the text that the customer saw.",
      examples: ["2026-11"],
    }),
  },
  { additionalProperties: false },
);

export const Consent = Type.Object(
  {
    object: Type.Literal("consent"),
    customer: Id("customer"),
    purpose: Type.String(),
    status: Type.Union([Type.Literal("granted"), Type.Literal("withdrawn")]),
    source: Type.String(),
    text_version: Type.String(),
    livemode: Type.Boolean(),
    created: Timestamp,
  },
  { title: "Consent" },
);

export const ConsentList = ListOf(Consent);

export type CustomerInput = Static<typeof CustomerInput>;
export type CustomerChange = Static<typeof CustomerChange>;
export type CustomerQuery = Static<typeof CustomerQuery>;
export type ConsentInput = Static<typeof ConsentInput>;
export type Address = Static<typeof Address>;
