/** Exports as the API shows them. */
import { type Static, Type } from "typebox";
import { Id, ListOf, Metadata, Nullable, PageQuery, Timestamp } from "../http/schemas.ts";

export const EXPORT_TYPES = ["payments", "ledger_entries", "balances", "events"] as const;
export const EXPORT_FORMATS = ["csv", "jsonl"] as const;

const ExportType = Type.Enum(EXPORT_TYPES, {
  description:
    "Rows hold ids, amounts, states and times; descriptions and metadata, which may name people, are not exported.",
});
const Period = Type.Object(
  { from: Timestamp, to: Timestamp },
  { additionalProperties: false, description: "From `from` on, before `to`." },
);

export const ExportInput = Type.Object(
  {
    type: ExportType,
    format: Type.Enum(EXPORT_FORMATS, {
      default: "csv",
      description: "CSV with a header line, or JSON lines.",
    }),
    period: Period,
    metadata: Type.Optional(Metadata),
  },
  {
    additionalProperties: false,
    examples: [{ type: "payments", format: "csv", period: { from: 1795305600, to: 1795392000 } }],
  },
);

export const Export = Type.Object(
  {
    id: Id("export"),
    object: Type.Literal("export"),
    status: Type.Enum(["processing", "completed", "expired"]),
    type: ExportType,
    format: Type.Enum(EXPORT_FORMATS),
    period: Period,
    rows: Type.Integer(),
    bytes: Type.Integer(),
    url: Nullable(Type.String({ description: "Where the content is, once it is completed." })),
    expires: Nullable(Timestamp),
    metadata: Metadata,
    livemode: Type.Boolean(),
    created: Timestamp,
  },
  { title: "export" },
);

export const ExportPath = Type.Object({ id: Id("export") });
export const ExportQuery = Type.Object(
  {
    ...PageQuery,
    status: Type.Optional(
      Type.Enum(["processing", "completed"], { description: "Expired ones are among those `completed`." }),
    ),
  },
  { additionalProperties: false },
);
export const ExportList = ListOf(Export);

export type ExportInput = Static<typeof ExportInput>;
export type Export = Static<typeof Export>;
export type ExportType = (typeof EXPORT_TYPES)[number];
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
