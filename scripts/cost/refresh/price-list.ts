import { GetProductsCommand, PricingClient } from "@aws-sdk/client-pricing";
import type { GetProductsCommandOutput } from "@aws-sdk/client-pricing";
import type { PriceQuery } from "./queries.ts";

/** What the Price List says of a query. */
export type Answer = { kind: "price"; usd: number } | { kind: "none" } | { kind: "several"; usd: number[] };

/** A product of the Price List, as far as it matters here. */
interface Product {
  product?: { attributes?: Record<string, string> };
  terms?: { OnDemand?: Record<string, { priceDimensions?: Record<string, Dimension> }> };
}

/** One tier of a price. */
interface Dimension {
  beginRange?: string;
  pricePerUnit?: { USD?: string };
}

/** The Price List is served from few regions; its answers do not depend on which. */
const ENDPOINT_REGION = "us-east-1";

/**
 * AWS's Price List, asked through its API. Prices that share a question are answered from one reply.
 *
 * Throttled questions are repeated by the SDK, at most ten times each and ever more slowly.
 */
export class PriceList {
  readonly #client = new PricingClient({ region: ENDPOINT_REGION, maxAttempts: 10, retryMode: "adaptive" });
  readonly #replies = new Map<string, Promise<Product[]>>();

  /** @throws {Error} when there are no credentials. */
  async requireCredentials(): Promise<void> {
    await this.#client.config.credentials();
  }

  /** The on-demand price of what the query describes. */
  async ask(query: PriceQuery): Promise<Answer> {
    const key = JSON.stringify([query.service, query.attributes]);
    const reply = this.#replies.get(key) ?? this.#products(query);
    this.#replies.set(key, reply);
    const prices = new Set(
      (await reply).filter((product) => isOf(product, query.usage)).flatMap(firstPaidTier),
    );
    const [first, ...more] = [...prices];
    if (first === undefined) return { kind: "none" };
    const scale = query.scale ?? 1;
    if (more.length > 0) return { kind: "several", usd: [first, ...more].map((usd) => scaled(usd, scale)) };
    return { kind: "price", usd: scaled(first, scale) };
  }

  /** Ends open connections. */
  close(): void {
    this.#client.destroy();
  }

  async #products({ service, attributes }: PriceQuery): Promise<Product[]> {
    const products: Product[] = [];
    let token: string | undefined;
    do {
      const page: GetProductsCommandOutput = await this.#client.send(
        new GetProductsCommand({
          ServiceCode: service,
          Filters: Object.entries(attributes).map(([Field, Value]) => ({ Type: "TERM_MATCH", Field, Value })),
          FormatVersion: "aws_v1",
          NextToken: token,
        }),
      );
      const { PriceList: found = [] } = page as { PriceList?: unknown[] };
      products.push(...found.map((product) => JSON.parse(String(product)) as Product));
      token = page.NextToken;
    } while (token !== undefined);
    return products;
  }
}

function isOf({ product }: Product, usage: string | undefined): boolean {
  if (usage === undefined) return true;
  const type = product?.attributes?.usagetype ?? "";
  const prefix = type.slice(0, -usage.length);
  return type.endsWith(usage) && (prefix === "" || /^[A-Z0-9]+-$/.test(prefix));
}

/** The price of the lowest tier that costs anything: lower ones are an account's free allowance. */
function firstPaidTier({ terms }: Product): number[] {
  const tiers = Object.values(terms?.OnDemand ?? {})
    .flatMap(({ priceDimensions = {} }) => Object.values(priceDimensions))
    .map(({ beginRange, pricePerUnit }) => ({
      from: Number(beginRange ?? 0),
      usd: Number(pricePerUnit?.USD),
    }))
    .filter(({ usd }) => usd > 0)
    .sort((a, b) => a.from - b.from);
  return tiers.slice(0, 1).map(({ usd }) => usd);
}

/** Without what binary fractions add. */
const scaled = (usd: number, scale: number): number => Number((usd * scale).toPrecision(10));
