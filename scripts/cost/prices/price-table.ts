import apSoutheast1 from "./ap-southeast-1.json" with { type: "json" };
import euCentral1 from "./eu-central-1.json" with { type: "json" };
import euWest1 from "./eu-west-1.json" with { type: "json" };
import others from "./other-regions.json" with { type: "json" };
import usEast1 from "./us-east-1.json" with { type: "json" };
import usEast2 from "./us-east-2.json" with { type: "json" };
import usWest2 from "./us-west-2.json" with { type: "json" };

/**
 * How sure a figure is. `high`: it also stands in a public source beside AWS's page; `medium`: AWS's figure, without
 * a second source; `low`: an approximation, whose note says of what.
 */
export type Confidence = "high" | "medium" | "low";

/** One list price. */
export interface Price {
  /** US dollars for one {@link unit}. */
  usd: number;
  /** What one costs it, such as `vCPU-hour`, `GB-month`, `million requests`. */
  unit: string;
  /** AWS's page that publishes it. */
  source: string;
  confidence: Confidence;
  note?: string;
  /** Day of this figure, where it is older than the table's. */
  asOf?: string;
}

/** The list prices of one region. */
export interface PriceTable {
  region: string;
  /** Day of the figures, `YYYY-MM-DD`. */
  pricesAsOf: string;
  /** Region whose price, times a factor, stands in for one that is missing here. */
  base?: string;
  /** Longest matching beginning of a price's id → factor on the base's price; `default` for all else. */
  factors?: Record<string, number>;
  prices: Record<string, Price>;
}

/** A price as it applies in one region. */
export interface RegionalPrice extends Price {
  id: string;
  /** True when the figure is not the region's published one. */
  approximate: boolean;
}

/** Where prices of services without a region (CloudFront, Route 53, …) are listed. */
export const HOME_REGION = "us-east-1";

/** The tables that ship with Strongroom, by region. */
export const TABLES: ReadonlyMap<string, PriceTable> = new Map(
  [usEast1, usEast2, usWest2, euWest1, euCentral1, apSoutheast1].map((table) => [
    table.region,
    readTable(table),
  ]),
);

/** Regions without a table of their own → general level of their prices against {@link HOME_REGION}. */
export const OTHER_REGIONS: Readonly<Record<string, number>> = others.factors;

/**
 * The price `id` in `region`: the region's own figure, else its base's times a factor (marked approximate), else
 * undefined.
 */
export function priceOf(
  id: string,
  region: string,
  tables: ReadonlyMap<string, PriceTable> = TABLES,
): RegionalPrice | undefined {
  const table = tables.get(region);
  if (table === undefined) {
    const factor = OTHER_REGIONS[region];
    return factor === undefined ? undefined : derived(id, HOME_REGION, factor, tables);
  }
  const own = table.prices[id];
  if (own !== undefined) return { ...own, id, approximate: own.confidence === "low" };
  return table.base === undefined
    ? undefined
    : derived(id, table.base, factorOf(id, table.factors ?? {}), tables);
}

/**
 * A table read from JSON. Only committed and freshly written files are read, so what is checked is what editing by
 * hand gets wrong.
 *
 * @throws {Error} naming region and price when a figure is no number, or unit, source, confidence or date is missing.
 */
export function readTable(json: {
  region: string;
  pricesAsOf: string;
  base?: string;
  factors?: Record<string, number>;
  prices: object;
}): PriceTable {
  const { region } = json;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(json.pricesAsOf)) {
    throw new Error(`price table ${region}: pricesAsOf "${json.pricesAsOf}" is not a day such as 2026-06-30`);
  }
  const prices: Record<string, Price> = {};
  for (const [id, value] of Object.entries(json.prices) as [string, Partial<Price>][]) {
    const { usd, unit, source, confidence } = value;
    const fault =
      typeof usd !== "number" || !(usd >= 0)
        ? "usd must be a number from 0"
        : unit === undefined || unit === ""
          ? "unit is missing"
          : source?.startsWith("https://") !== true
            ? "source must be an https address"
            : confidence === undefined || !["high", "medium", "low"].includes(confidence)
              ? "confidence must be high, medium or low"
              : undefined;
    if (fault !== undefined) throw new Error(`price table ${region}: ${id}: ${fault}`);
    prices[id] = value as Price;
  }
  return { ...json, prices };
}

function derived(
  id: string,
  base: string,
  factor: number,
  tables: ReadonlyMap<string, PriceTable>,
): RegionalPrice | undefined {
  const price = priceOf(id, base, tables);
  if (price === undefined) return undefined;
  // A factor of exactly one says that the region's list is the base's list.
  return { ...price, usd: price.usd * factor, approximate: price.approximate || factor !== 1 };
}

function factorOf(id: string, factors: Record<string, number>): number {
  const [best] = Object.keys(factors)
    .filter((prefix) => id === prefix || id.startsWith(`${prefix}.`))
    .sort((a, b) => b.length - a.length);
  return factors[best ?? "default"] ?? 1;
}
