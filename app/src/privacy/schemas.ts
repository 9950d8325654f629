import { Type, type Static } from "typebox";
import { Id, ListOf, Nullable, PageQuery, Timestamp } from "../http/schemas.ts";
import { PART_NAMES } from "./parts.ts";
import { RULE_NAMES } from "./retention-rules.ts";

const closed = { additionalProperties: false } as const;

export const CustomerPath = Type.Object({ id: Id("customer") });
export const ErasurePath = Type.Object({ id: Id("erasure") });

export const ExportQuery = Type.Object(
  {
    format: Type.Enum(["json", "csv"], { default: "json", description: "A CSV file holds one part." }),
    part: Type.Optional(
      Type.Enum([...PART_NAMES], { description: "Only this part. Needed for CSV.", examples: ["payments"] }),
    ),
  },
  closed,
);

/** The document is written as a stream; this is its form. */
export const CustomerExport = Type.Object(
  {
    object: Type.Literal("customer_export"),
    customer: Id("customer"),
    livemode: Type.Boolean(),
    created: Timestamp,
    parts: Type.Partial(
      Type.Object(
        Object.fromEntries(
          PART_NAMES.map((name) => [name, Type.Array(Type.Object({}, { additionalProperties: true }))]),
        ),
      ),
      {
        description: "Lists of objects as the API shows them; only the part that was asked for, if one was.",
      },
    ),
  },
  { title: "CustomerExport" },
);

export const Erasure = Type.Object(
  {
    id: Id("erasure"),
    object: Type.Literal("erasure"),
    customer: Id("customer"),
    status: Type.Enum(["processing", "completed"], {
      description:
        "`completed` becomes `processing` once more when a request that was under way at the time recorded something of the customer.",
    }),
    requested_by: Type.String({ description: "Id of the API key or user who asked for it." }),
    counts: Type.Record(Type.String(), Type.Integer(), {
      description: "Objects that were erased or pseudonymised, by kind; events whose data was erased.",
    }),
    completed: Nullable(Timestamp),
    livemode: Type.Boolean(),
    created: Timestamp,
  },
  { title: "Erasure" },
);

export const ErasureList = ListOf(Erasure);

export const ErasureQuery = Type.Object(
  {
    ...PageQuery,
    since: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 253_402_300_799,
        description: "Seconds since 1970 (UTC): erasures asked for then or later.",
      }),
    ),
    status: Type.Optional(Type.Enum(["processing", "completed"])),
    customer: Type.Optional(Id("customer")),
  },
  closed,
);

export const LegalHoldInput = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 200,
      description: "As the file number of a lawsuit. No personal data.",
      examples: ["case 2026-114"],
    }),
  },
  closed,
);

export const LegalHold = Type.Object(
  {
    object: Type.Literal("legal_hold"),
    customer: Id("customer"),
    active: Type.Boolean(),
    reason: Nullable(Type.String()),
    since: Nullable(Timestamp),
    livemode: Type.Boolean(),
  },
  { title: "LegalHold" },
);

export const RetentionRules = ListOf(
  Type.Object(
    {
      object: Type.Literal("retention_rule"),
      name: Type.Enum([...RULE_NAMES]),
      keeps: Type.String(),
      days: Nullable(
        Type.Number({ description: "Days after which it goes by itself; null: not by itself." }),
      ),
      erasure: Type.Enum(["erased", "pseudonymised", "kept"], {
        description: "What a customer's erasure does to it.",
      }),
      reason: Type.String(),
      applied_by: Type.Enum(["privacy", "journal", "webhooks", "exports", "request"]),
      applied: Nullable(Timestamp),
    },
    { title: "RetentionRule" },
  ),
);

export type ExportQuery = Static<typeof ExportQuery>;
export type ErasureQuery = Static<typeof ErasureQuery>;
export type LegalHoldInput = Static<typeof LegalHoldInput>;
