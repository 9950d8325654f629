/** US dollars a month; `low` and `high` differ where scaling or usage decides. */
export interface Monthly {
  low: number;
  /** What the usage assumptions say. */
  expected: number;
  high: number;
}

/** One priced thing. */
export interface CostLine {
  /** The resource that costs it. */
  urn: string;
  /** What is charged, such as `db.r6g.large Multi-AZ, 730 h`. */
  what: string;
  /** How it was computed, in words: quantity × unit price. */
  formula: string;
  monthly: Monthly;
  /** The price's id in the price table, whose public source the table names. */
  price: string;
  /** True when the figure is not the region's published one: a regional factor, a Spot price, an uncertain source. */
  approximate?: boolean;
}

/** A part of the architecture and what it costs. */
export interface CostPart {
  /** `compute`, `database`, `cache`, `load balancing`, `network`, `security`, `observability`, `storage`, `backup`, … */
  part: string;
  lines: CostLine[];
  monthly: Monthly;
}

/** What a Plan costs at list price. */
export interface CostEstimate {
  currency: "USD";
  /** Day of the price table, `YYYY-MM-DD`. */
  pricesAsOf: string;
  parts: CostPart[];
  total: Monthly;
  /** Resources that cost money but that the table has no price for. Free ones are not listed. */
  notPriced: { urn: string; type: string; why: string }[];
  /** The usage assumptions that the estimate stands on, by name. */
  assumptions: Record<string, number>;
}
