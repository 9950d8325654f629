/** Reconciliations as the API shows them. */
import { type Static, Type } from "typebox";
import { Balance, Currency, Id, ListOf, Metadata, Nullable, PageQuery, Timestamp } from "../http/schemas.ts";
import { FAULT_KINDS } from "./match.ts";
import { SETTLEMENT_TYPES } from "./settlement-line.ts";

/** Characters of a file: some 400,000 lines. */
export const CONTENT_LIMIT = 32 * 1024 * 1024;

export const ITEM_KINDS = [...FAULT_KINDS, "settlement"] as const;
const FORMATS = ["csv", "camt053"] as const;

const Day = Type.String({
  pattern: "^\\d{4}-\\d{2}-\\d{2}$",
  description: "Day (UTC).",
  examples: ["2026-01-31"],
});
const Processor = Type.String({
  pattern: "^[a-z][a-z0-9_]{0,39}$",
  description: "Whose file it is, as payments name their processor.",
  examples: ["simulator"],
});

export const ReconciliationInput = Type.Object(
  {
    processor: Processor,
    format: Type.Enum(FORMATS, {
      description: "CSV with documented columns, or an ISO 20022 bank statement.",
    }),
    content: Type.String({ minLength: 1, maxLength: CONTENT_LIMIT, description: "The file's text." }),
    period: Type.Optional(
      Type.Object(
        { from: Day, to: Day },
        {
          additionalProperties: false,
          description:
            "Days whose movements the file must hold: what the ledger has of them and no file had is missing there. Default: from the first to the last day in the file.",
        },
      ),
    ),
    fees: Type.Optional(
      Type.String({
        maxLength: 500,
        description:
          "What the processor is to keep of charges: basis points and a fixed part by currency, as `290+30;eur=250+25`.",
      }),
    ),
    metadata: Type.Optional(Metadata),
  },
  {
    additionalProperties: false,
    examples: [
      {
        processor: "simulator",
        format: "csv",
        content:
          "reference,type,amount,currency,fee,net,date\nch_example,charge,1099,usd,3,1096,2026-01-31\n",
      },
    ],
  },
);

const Counts = Type.Object(
  Object.fromEntries(FAULT_KINDS.map((kind) => [kind, Type.Integer()])) as Record<
    (typeof FAULT_KINDS)[number],
    ReturnType<typeof Type.Integer>
  >,
);

export const Reconciliation = Type.Object(
  {
    id: Id("reconciliation"),
    object: Type.Literal("reconciliation"),
    status: Type.Enum(["processing", "completed"]),
    processor: Processor,
    format: Type.Enum(FORMATS),
    digest: Type.String({
      description: "SHA-256 of the file: the same file again is the same reconciliation.",
    }),
    period: Type.Object({ from: Day, to: Day }),
    fees: Nullable(Type.String()),
    lines: Type.Integer({ description: "In the file." }),
    matched: Type.Integer({ description: "Lines that agree with the ledger." }),
    known: Type.Integer({
      description:
        "Lines that an earlier file had, just so: left alone, unless the ledger has come to know their movement only since.",
    }),
    faults: Counts,
    totals: Type.Array(Type.Object({ currency: Currency, gross: Balance, fees: Balance, net: Balance })),
    items: Type.Integer({ description: "Faults, and the settlement of what agrees." }),
    applied: Type.Integer({ description: "Items whose entries are posted." }),
    metadata: Metadata,
    livemode: Type.Boolean(),
    created: Timestamp,
  },
  { title: "reconciliation" },
);

/** Above zero; unlike an `Amount`, as large as a file tells it, or as the sum of its lines. */
const LineAmount = Type.Integer({ minimum: 1, description: "In the currency's minor unit." });
const ItemLine = Type.Object({
  reference: Type.String(),
  type: Type.Enum(SETTLEMENT_TYPES),
  amount: LineAmount,
  currency: Currency,
  fee: Balance,
  net: Balance,
  date: Day,
});
const ItemMovement = Type.Object({
  transaction: Type.String(),
  object: Type.String(),
  reference: Type.String(),
  type: Type.Enum(SETTLEMENT_TYPES),
  change: Balance,
  currency: Currency,
  date: Day,
});
const Proposed = Type.Array(
  Type.Object({
    currency: Currency,
    entries: Type.Array(
      Type.Object({ account: Type.String(), direction: Type.Enum(["debit", "credit"]), amount: LineAmount }),
    ),
  }),
  { description: "Entries on the service's own accounts that set the ledger right; `apply` posts them." },
);

export const Item = Type.Object(
  {
    id: Type.String({ description: "The reconciliation's id and the item's number." }),
    object: Type.Literal("reconciliation.item"),
    reconciliation: Type.String(),
    number: Type.Integer(),
    kind: Type.Enum(ITEM_KINDS, {
      description:
        "missing_here: the ledger has no such movement; missing_there: no file has it; duplicate: the file has it twice; status_differs: ours has not come so far; settlement: all lines that agree.",
    }),
    status: Type.Enum(["open", "applied", "resolved"], {
      description:
        "Resolved: a later file explained it, or has an item for it, or the refund failed; nothing is left to do.",
    }),
    line: Nullable(ItemLine),
    movement: Nullable(ItemMovement),
    known: Nullable(Type.Object({ object: Type.String(), status: Type.String() })),
    proposed: Proposed,
    transactions: Type.Array(Type.String(), { description: "Ledger transactions that `apply` posted." }),
  },
  { title: "reconciliation.item" },
);

export const ReconciliationPath = Type.Object({ id: Id("reconciliation") });
export const ItemPath = Type.Object({
  id: Id("reconciliation"),
  item: Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: "The item's number." }),
});
export const ReconciliationQuery = Type.Object(
  { ...PageQuery, status: Type.Optional(Reconciliation.properties.status) },
  { additionalProperties: false },
);
export const ItemQuery = Type.Object(
  {
    limit: PageQuery.limit,
    starting_after: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2_147_483_647,
        description: "Number of the page before's last item.",
      }),
    ),
    kind: Type.Optional(Item.properties.kind),
  },
  { additionalProperties: false },
);
export const ReconciliationList = ListOf(Reconciliation);
export const ItemList = ListOf(Item);

export type ReconciliationInput = Static<typeof ReconciliationInput>;
export type Reconciliation = Static<typeof Reconciliation>;
export type Item = Static<typeof Item>;
export type ItemKind = (typeof ITEM_KINDS)[number];
