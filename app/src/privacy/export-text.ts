/** An export as text, written while it is read: no more than a page of it is in memory. */
import { stringify } from "csv-stringify/sync";
import { PART_COLUMNS, type Page, type PartName } from "./parts.ts";

/** What stands at the head of the JSON document. */
export interface ExportHead {
  object: "customer_export";
  customer: string;
  livemode: boolean;
  created: number;
}

/** One JSON document: its head, and `parts` with a list for each part. */
export async function* jsonText(
  head: ExportHead,
  parts: Iterable<readonly [PartName, AsyncIterable<Page>]>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"parts":{`;
  let beforePart = "";
  for (const [name, pages] of parts) {
    yield `${beforePart}"${name}":[`;
    beforePart = ",\n";
    let beforeRow = "\n";
    for await (const page of pages) {
      for (const row of page) {
        yield beforeRow + JSON.stringify(row);
        beforeRow = ",\n";
      }
    }
    yield "]";
  }
  yield "}}\n";
}

/** One part as CSV. Cells that a spreadsheet would take for a formula begin with an apostrophe. */
export async function* csvText(part: PartName, pages: AsyncIterable<Page>): AsyncGenerator<string> {
  const columns = [...PART_COLUMNS[part]];
  const options = { columns, record_delimiter: "unix", escape_formulas: true } as const;
  yield stringify([], { ...options, header: true });
  for await (const page of pages) {
    const text = stringify([...page], { ...options, cast: { boolean: String } });
    if (text !== "") yield text;
  }
}
