import { type Static, Type } from "typebox";
import { toSeconds } from "../../clock.ts";
import { Balance, Id, Nullable, Timestamp } from "../../http/schemas.ts";
import type { FileRow } from "./entry.ts";
import type { ImportedReturn } from "./returns.ts";

const Day = Type.String({ description: "Day in New York.", examples: ["2026-01-31"] });

export const AchFileObject = Type.Object({
  id: Id("achFile"),
  object: Type.Literal("ach_file"),
  livemode: Type.Boolean(),
  created: Timestamp,
  id_modifier: Type.String({ description: "Letter or digit that tells the files of a day apart." }),
  effective_date: Day,
  entry_count: Type.Integer({ description: "Debits and credits in the file." }),
  debit_total: Balance,
  credit_total: Balance,
  digest: Type.String({ description: "SHA-256 of the content, in hexadecimal digits." }),
  delivered: Nullable(Timestamp),
});

export const NewAchReturn = Type.Object(
  {
    content: Type.String({
      minLength: 1,
      description: "The bank's file of returns and notifications of change (NACHA, 94 characters a line).",
    }),
  },
  { additionalProperties: false },
);

export const AchReturnImport = Type.Object({
  object: Type.Literal("ach_return_import"),
  returns: Type.Array(
    Type.Object({
      trace_number: Type.String({ description: "Trace number of our entry." }),
      code: Type.String({ description: "Return reason (R01, …) or change code (C01, …)." }),
      outcome: Type.Union(
        [
          Type.Literal("returned"),
          Type.Literal("returned_late"),
          Type.Literal("corrected"),
          Type.Literal("known"),
          Type.Literal("unmatched"),
          Type.Literal("ignored"),
        ],
        {
          description:
            "returned: the entry failed; returned_late: it failed after it had succeeded; corrected: noted down; " +
            "known: imported before; unmatched: no entry of ours; ignored: not a return of an entry.",
        },
      ),
      reference: Type.Optional(Type.String({ description: "The entry, as settlements name it." })),
    }),
  ),
});

export function presentFile(file: FileRow): Static<typeof AchFileObject> {
  return {
    id: file.id,
    object: "ach_file",
    livemode: file.livemode,
    created: toSeconds(file.created.getTime()),
    id_modifier: file.id_modifier,
    effective_date: file.effective_date,
    entry_count: file.entry_count,
    debit_total: file.debit_total,
    credit_total: file.credit_total,
    digest: file.digest,
    delivered: file.delivered && toSeconds(file.delivered.getTime()),
  };
}

export function presentImport(returns: ImportedReturn[]): Static<typeof AchReturnImport> {
  return { object: "ach_return_import", returns };
}
