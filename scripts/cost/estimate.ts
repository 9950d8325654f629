import type { Plan, PlanResource } from "../../components/testing/plan.ts";
import type { CostEstimate, CostLine, CostPart } from "./cost.ts";
import { isFree } from "./free.ts";
import { sum, times } from "./monthly.ts";
import { HOME_REGION, OTHER_REGIONS, priceOf, TABLES } from "./prices/price-table.ts";
import type { PriceTable } from "./prices/price-table.ts";
import { PRICERS } from "./pricers/index.ts";
import { PARTS } from "./pricers/pricer.ts";
import type { Charge, Part } from "./pricers/pricer.ts";
import { Site } from "./site.ts";
import { flattened, usageWith } from "./usage.ts";
import type { Usage } from "./usage.ts";

export interface EstimateOptions {
  /** Assumptions that differ from the defaults, as `parseUsage` reads them. */
  usage?: Partial<Usage>;
  /** Prices everything as if it stood in this region. @default each resource's own */
  region?: string | undefined;
  /** @default the tables that ship with Strongroom */
  tables?: ReadonlyMap<string, PriceTable>;
}

/**
 * What a Plan costs a month at list price, without taxes, discounts, credits and an account's introductory free tier.
 *
 * Every resource is priced, known to be free, or listed in `notPriced`: nothing is left out silently. Resources that
 * the program only reads belong to another stack and are not counted.
 */
export function estimate(plan: Plan, options: EstimateOptions = {}): CostEstimate {
  const tables = options.tables ?? TABLES;
  const usage = usageWith(options.usage);
  const site = new Site(plan, usage);
  const lines = new Map<Part, CostLine[]>(PARTS.map((part) => [part, []]));
  const notPriced: CostEstimate["notPriced"] = [];

  for (const resource of plan.resources) {
    const without = (why: string) => notPriced.push({ urn: resource.urn, type: resource.type, why });
    if (resource.opaque) {
      without("a remote component, whose resources a Plan cannot show");
      continue;
    }
    if (!resource.custom || resource.read || isFree(resource.type)) continue;
    const pricer = PRICERS[resource.type];
    if (pricer === undefined) {
      without(`no price known for ${resource.type}`);
      continue;
    }
    for (const item of pricer(resource, site)) {
      if ("why" in item) {
        without(item.why);
        continue;
      }
      const region = options.region ?? resource.region ?? plan.aws.region;
      const line = lineOf(item, resource, item.global === true ? HOME_REGION : region, tables);
      if (typeof line === "string") without(line);
      else lines.get(item.part)?.push(line);
    }
  }

  const parts = [...lines]
    .filter(([, each]) => each.length > 0)
    .map(([part, each]): CostPart => ({
      part,
      lines: each,
      monthly: sum(each.map(({ monthly }) => monthly)),
    }));
  return {
    currency: "USD",
    pricesAsOf: dateOf(options.region === undefined ? regionsOf(plan) : [options.region], tables),
    parts,
    total: sum(parts.map(({ monthly }) => monthly)),
    notPriced,
    assumptions: flattened(usage),
  };
}

/** The line of a charge, or why it has no price. */
function lineOf(
  charge: Charge,
  resource: PlanResource,
  region: string,
  tables: ReadonlyMap<string, PriceTable>,
): CostLine | string {
  const price = priceOf(charge.price, region, tables);
  if (price === undefined) {
    const known = tables.has(region) || OTHER_REGIONS[region] !== undefined;
    return known
      ? `no price known for ${charge.what} (${charge.price})`
      : `no prices known for the region ${region}`;
  }
  const { usd, unit, approximate } = price;
  const how = charge.how ?? amount(charge.quantity.expected, unit);
  return {
    urn: resource.urn,
    what: charge.what,
    formula: `${how} × ${approximate ? "about " : ""}$${figure(usd)} per ${unit}`,
    monthly: times(charge.quantity, usd),
    price: price.id,
    ...(approximate ? { approximate } : {}),
  };
}

const regionsOf = (plan: Plan): string[] => [
  plan.aws.region,
  ...plan.resources.flatMap(({ region }) => region ?? []),
];

/** The oldest date of the tables that these regions use. */
function dateOf(regions: string[], tables: ReadonlyMap<string, PriceTable>): string {
  const dates = regions.map((region) => (tables.get(region) ?? tables.get(HOME_REGION))?.pricesAsOf ?? "");
  return dates.filter((date) => date !== "").sort()[0] ?? "";
}

/** `730 h`, `20 GB`, `3 × 10,000 requests`: a quantity without the time that its price is for. */
function amount(quantity: number, unit: string): string {
  if (unit === "hour") return `${figure(quantity)} h`;
  return `${figure(quantity)} ${/^\d/.test(unit) ? "× " : ""}${unit.replace(/-(month|hour)$/, "")}`;
}

/** Up to six significant digits, without an exponent. */
function figure(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 6, useGrouping: false });
}
