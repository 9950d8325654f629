import { Type, type Static } from "typebox";
import {
  Amount,
  Balance,
  CreatedQuery,
  Id,
  ListOf,
  Metadata,
  PageQuery,
  Timestamp,
} from "../http/schemas.ts";
import { DISPUTE_STATUSES } from "./dispute.ts";

const closed = { additionalProperties: false } as const;

/** By kind, as Stripe names them. */
const Evidence = Type.Record(
  Type.String({ pattern: "^[a-z_]{1,40}$" }),
  Type.String({ minLength: 1, maxLength: 20_000 }),
  {
    minProperties: 1,
    maxProperties: 30,
    description: "What speaks for you, by kind.",
    examples: [
      { uncategorized_text: "The parcel was signed for on 3 May.", shipping_tracking_number: "1Z999" },
    ],
  },
);

export const EvidenceInput = Type.Object({ evidence: Evidence }, closed);

export const DisputeChange = Type.Object({ metadata: Metadata }, closed);

export const DisputeAnswer = Type.Object(
  {
    id: Id("dispute"),
    object: Type.Literal("dispute"),
    status: Type.Enum([...DISPUTE_STATUSES]),
    amount: Amount,
    fee: Balance,
    currency: Type.String(),
    payment: Id("payment"),
    customer: Type.Optional(Id("customer")),
    reason: Type.String({ examples: ["fraudulent"] }),
    evidence_due_by: Timestamp,
    has_evidence: Type.Boolean(),
    evidence: Type.Optional(Evidence),
    submitted_at: Type.Optional(Timestamp),
    closed_at: Type.Optional(Timestamp),
    processor: Type.String(),
    processor_reference: Type.String({ description: "The processor's id of the dispute." }),
    metadata: Metadata,
    created: Timestamp,
    livemode: Type.Boolean(),
  },
  { title: "Dispute", description: "What does not apply is left out." },
);

export const DisputePath = Type.Object({ id: Id("dispute") });

export const DisputeQuery = Type.Object(
  {
    ...PageQuery,
    ...CreatedQuery,
    payment: Type.Optional(Id("payment")),
    customer: Type.Optional(Id("customer")),
    status: Type.Optional(Type.Enum([...DISPUTE_STATUSES])),
  },
  closed,
);

export const DisputeList = ListOf(DisputeAnswer);

export type EvidenceInput = Static<typeof EvidenceInput>;
export type DisputeChange = Static<typeof DisputeChange>;
export type DisputeQuery = Static<typeof DisputeQuery>;
