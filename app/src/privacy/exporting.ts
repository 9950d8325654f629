/** Exports of everything about a customer (GDPR art. 15 and 20). Nothing of them is kept. */
import { toSeconds } from "../clock.ts";
import type { Core } from "../core.ts";
import type { CustomerService } from "../customers/index.ts";
import { invalid } from "../errors.ts";
import type { Caller } from "../http/operation.ts";
import { csvText, jsonText, type ExportHead } from "./export-text.ts";
import { PART_NAMES, type PartReader } from "./parts.ts";
import type { ExportQuery } from "./schemas.ts";

export interface ExportText {
  filename: string;
  mediaType: string;
  text: AsyncIterable<string>;
}

export type Exporting = ReturnType<typeof exporting>;

export function exporting({ clock }: Core, customers: CustomerService, read: PartReader) {
  /** @throws ApiError 404, also for what the caller may not see; 400 for CSV without a part */
  return async (id: string, { format, part }: ExportQuery, caller: Caller): Promise<ExportText> => {
    const { livemode } = await customers.find(id, caller);
    if (format === "csv") {
      if (part === undefined) {
        throw invalid(
          "parameter_missing",
          `A CSV file holds one part: send part, one of ${PART_NAMES.join(", ")}.`,
          "part",
        );
      }
      const text = csvText(part, read(part, id, caller));
      return { filename: `${id}-${part}.csv`, mediaType: "text/csv; charset=utf-8", text };
    }
    const names = part === undefined ? PART_NAMES : [part];
    const head: ExportHead = {
      object: "customer_export",
      customer: id,
      livemode,
      created: toSeconds(clock()),
    };
    const text = jsonText(
      head,
      names.map((name) => [name, read(name, id, caller)] as const),
    );
    return { filename: `${id}.json`, mediaType: "application/json; charset=utf-8", text };
  };
}
