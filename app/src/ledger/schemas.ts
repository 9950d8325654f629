import { Type, type Static } from "typebox";
import {
  Balance,
  Currency,
  Description,
  Id,
  ListOf,
  Metadata,
  Nullable,
  PageQuery,
  Timestamp,
} from "../http/schemas.ts";

const AccountType = Type.Union(
  (["asset", "liability", "equity", "revenue", "expense"] as const).map((type) => Type.Literal(type)),
  { description: "Debits raise assets and expenses, credits raise the others." },
);

const Overdraft = Type.Union([Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Type.Null()], {
  description: "How far what is available may go below zero, in minor units; null: without limit.",
});

export const NewAccount = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    type: AccountType,
    currency: Currency,
    overdraft: Type.Optional(Overdraft),
    customer: Type.Optional(Id("customer", "The customer whose money the account keeps.")),
    metadata: Type.Optional(Metadata),
  },
  {
    additionalProperties: false,
    examples: [{ name: "Alice", type: "liability", currency: "usd", overdraft: 2000 }],
  },
);

export const AccountUpdate = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    status: Type.Optional(
      Type.Union([Type.Literal("open"), Type.Literal("closed")], {
        description: "Only an empty account can be closed.",
      }),
    ),
    overdraft: Type.Optional(Overdraft),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false, minProperties: 1 },
);

export const Account = Type.Object(
  {
    id: Id("account"),
    object: Type.Literal("ledger.account"),
    name: Type.String(),
    code: Nullable(Type.String({ description: "Of the service's own accounts." })),
    type: Type.String(),
    normal_side: Type.Union([Type.Literal("debit"), Type.Literal("credit")]),
    currency: Type.String(),
    status: Type.String(),
    overdraft: Nullable(Type.Integer()),
    customer: Nullable(Type.String()),
    balance: Type.Object({
      posted: Type.Integer({ description: "What was posted, on the account's normal side." }),
      pending: Type.Integer({ description: "What authorisations hold of it." }),
      available: Type.Integer({ description: "Posted less held." }),
      debits: Balance,
      credits: Balance,
    }),
    entries: Type.Integer({ description: "Number of entries." }),
    metadata: Metadata,
    livemode: Type.Boolean(),
    created: Timestamp,
  },
  { title: "LedgerAccount" },
);

export const Entry = Type.Object(
  {
    object: Type.Literal("ledger.entry"),
    account: Id("account"),
    sequence: Type.Integer({ description: "1, 2, 3 … within the account, without gaps." }),
    transaction: Id("transaction"),
    direction: Type.Union([Type.Literal("debit"), Type.Literal("credit")]),
    layer: Type.Union([Type.Literal("posted"), Type.Literal("pending")]),
    amount: Type.Integer({ description: "Minor units; below zero where a pending amount is released." }),
    currency: Type.String(),
    balance: Type.Integer({ description: "Posted balance after the entry, on the account's normal side." }),
    posted: Timestamp,
  },
  { title: "LedgerEntry" },
);

export const Transaction = Type.Object(
  {
    id: Id("transaction"),
    object: Type.Literal("ledger.transaction"),
    type: Type.String({ examples: ["payment.capture"] }),
    currency: Type.String(),
    source: Type.String({ description: "Id of the object that caused it." }),
    description: Nullable(Description),
    metadata: Metadata,
    entries: Type.Array(Entry),
    livemode: Type.Boolean(),
    created: Timestamp,
    posted: Timestamp,
  },
  { title: "LedgerTransaction" },
);

export const Statement = Type.Object(
  {
    object: Type.Literal("ledger.statement"),
    account: Id("account"),
    currency: Type.String(),
    from: Timestamp,
    to: Timestamp,
    opening_balance: Balance,
    closing_balance: Balance,
    debits: Balance,
    credits: Balance,
    entries: ListOf(Entry),
  },
  { title: "LedgerStatement" },
);

export const TrialBalance = Type.Object(
  {
    object: Type.Literal("ledger.trial_balance"),
    at: Timestamp,
    currencies: Type.Array(
      Type.Object({
        currency: Type.String(),
        debits: Balance,
        credits: Balance,
        difference: Type.Integer({ description: "Debits less credits: 0." }),
        accounts: Type.Array(
          Type.Object({
            account: Id("account"),
            name: Type.String(),
            type: Type.String(),
            debit: Type.Integer({ description: "The balance, when it is a debit balance." }),
            credit: Type.Integer({ description: "The balance, when it is a credit balance." }),
          }),
        ),
      }),
    ),
  },
  { title: "TrialBalance" },
);

export const Integrity = Type.Object(
  {
    object: Type.Literal("ledger.integrity"),
    intact: Type.Boolean(),
    blocks: Type.Integer({ description: "Blocks of the audit chains that were recomputed." }),
    violations: Type.Array(
      Type.Object({ chain: Type.Integer(), height: Type.Integer(), problem: Type.String() }),
    ),
    drift: Type.Array(
      Type.Object({ account: Type.String(), column: Type.String(), kept: Balance, counted: Balance }),
    ),
    heads: Type.Array(Type.Object({ chain: Type.Integer(), height: Type.Integer(), hash: Type.String() }), {
      description: "Keep these outside: whoever rewrites the whole chain cannot rewrite them.",
    }),
  },
  { title: "LedgerIntegrity" },
);

export const AccountsQuery = Type.Object(
  {
    ...PageQuery,
    currency: Type.Optional(Currency),
    type: Type.Optional(AccountType),
    customer: Type.Optional(Id("customer")),
    code: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false },
);

export const TransactionsQuery = Type.Object(
  {
    ...PageQuery,
    type: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    source: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: "Id of the object that caused it." }),
    ),
    account: Type.Optional(Id("account")),
  },
  { additionalProperties: false },
);

export const EntriesQuery = Type.Object(
  {
    account: Id("account"),
    limit: PageQuery.limit,
    before: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Sequence that the page's entries come before.",
      }),
    ),
  },
  { additionalProperties: false },
);

export type NewAccount = Static<typeof NewAccount>;
export type AccountUpdate = Static<typeof AccountUpdate>;
export type Account = Static<typeof Account>;
export type Entry = Static<typeof Entry>;
export type EntriesQuery = Static<typeof EntriesQuery>;
