import { readFile, rename, writeFile } from "node:fs/promises";
import { HOME_REGION, readTable } from "../prices/price-table.ts";
import type { Price, PriceTable } from "../prices/price-table.ts";
import { PriceList } from "./price-list.ts";
import { queryOf } from "./queries.ts";

/** What a refresh found. */
export interface Refreshed {
  region: string;
  /** Prices that the list confirmed. */
  confirmed: number;
  /** Prices that are no longer what the table said. */
  changed: { id: string; before: number | undefined; after: number }[];
  /** Prices that stay as they were, and why. */
  kept: { id: string; why: string }[];
}

/** Without credentials the Price List cannot be asked. */
export class NoCredentials extends Error {
  override readonly name = "NoCredentials";
}

/** The Price List has told no price at all: a table that was written now would only look new. */
export class NoPrices extends Error {
  override readonly name = "NoPrices";
}

/** Where the tables lie. */
const TABLES_FOLDER = new URL("../prices/", import.meta.url);
/** Questions under way at once; the Price List allows few a second. */
const AT_ONCE = 4;

/**
 * Brings a region's price table up to date from AWS's Price List and writes it: sorted, so that a diff shows prices
 * and nothing else. Every price of the home region's table is asked for. What the list answers not, or not clearly,
 * stays as it was and keeps its own date.
 *
 * @param today becomes the table's date, `YYYY-MM-DD`
 * @throws {NoCredentials} before anything is asked
 * @throws {NoPrices} when nothing was answered; then nothing is written
 */
export async function refresh(
  region: string,
  today: string,
  folder: URL = TABLES_FOLDER,
): Promise<Refreshed> {
  const list = new PriceList();
  try {
    await list.requireCredentials().catch((error: unknown) => {
      throw new NoCredentials(error instanceof Error ? error.message : String(error));
    });
    const file = new URL(`${region}.json`, folder);
    const table = await tableOf(file);
    const home = region === HOME_REGION ? table : await tableOf(new URL(`${HOME_REGION}.json`, folder));
    const result: Refreshed = { region, confirmed: 0, changed: [], kept: [] };
    const prices: Record<string, Price> = {};
    const reasons: string[] = [];
    await inParallel(Object.entries(home.prices), async ([id, model]) => {
      const before = table.prices[id];
      const answer = await askFor(id, region, list);
      if (typeof answer === "string") {
        reasons.push(answer);
        if (before !== undefined) prices[id] = { ...before, asOf: before.asOf ?? table.pricesAsOf };
        // A price that the region's table leaves to its base is kept there, and reported there.
        if (before !== undefined) result.kept.push({ id, why: answer });
        return;
      }
      const { unit, source, note } = before ?? model;
      prices[id] = { usd: answer, unit, source, confidence: "high", ...(note === undefined ? {} : { note }) };
      if (before?.usd === answer) result.confirmed++;
      else result.changed.push({ id, before: before?.usd, after: answer });
    });
    if (result.confirmed + result.changed.length === 0)
      throw new NoPrices(reasons.find((reason) => reason.startsWith(UNANSWERED)) ?? reasons[0]);
    await write(file, { ...table, pricesAsOf: today, prices: sorted(prices) });
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    return { ...result, changed: result.changed.sort(byId), kept: result.kept.sort(byId) };
  } finally {
    list.close();
  }
}

const UNANSWERED = "the Price List did not answer";

/** The price, or why there is none. */
async function askFor(id: string, region: string, list: PriceList): Promise<number | string> {
  const query = queryOf(id, region);
  if (query === undefined) return "the Price List has no single price for it";
  try {
    const answer = await list.ask(query);
    switch (answer.kind) {
      case "price":
        return answer.usd;
      case "none":
        return "the Price List has no such product";
      case "several":
        return `the Price List has several prices: ${answer.usd.map((usd) => `$${usd}`).join(", ")}`;
    }
  } catch (error) {
    return `${UNANSWERED}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const tableOf = async (file: URL): Promise<PriceTable> =>
  readTable(JSON.parse(await readFile(file, "utf8")) as Parameters<typeof readTable>[0]);

const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** By way of a second file: an interrupted refresh leaves the former table whole. */
async function write(file: URL, table: PriceTable): Promise<void> {
  const unfinished = new URL(`${file.href}.new`);
  await writeFile(unfinished, `${JSON.stringify(table, undefined, 2)}\n`);
  await rename(unfinished, file);
}
