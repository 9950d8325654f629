import type { PlanResource } from "../../../components/testing/plan.ts";
import type { Monthly } from "../cost.ts";
import type { Site } from "../site.ts";

/** Parts of an estimate, in the order in which they are shown. */
export const PARTS = [
  "compute",
  "database",
  "cache",
  "load balancing",
  "network",
  "edge",
  "security",
  "observability",
  "storage",
  "backup",
  "messaging",
  "delivery",
] as const;
export type Part = (typeof PARTS)[number];

/** Something charged: a quantity of what one price is for. */
export interface Charge {
  part: Part;
  /** What is charged, such as `NAT gateway`. */
  what: string;
  /** Id in the price table. */
  price: string;
  /** In the price's unit. */
  quantity: Monthly;
  /** How the quantity came about, such as `2 zones × 730 h`; default the quantity and its unit. */
  how?: string;
  /** True for services whose prices have no region. */
  global?: boolean;
}

/** A thing that costs money, without a price for it. */
export interface Unpriced {
  /** Why, in words. */
  why: string;
}

/** What a resource is charged for. */
export type Pricer = (resource: PlanResource, site: Site) => (Charge | Unpriced)[];

/** The pricer of each type token. */
export type Pricers = Readonly<Record<string, Pricer>>;
