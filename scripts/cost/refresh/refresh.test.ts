import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import type { Price, PriceTable } from "../prices/price-table.ts";
import { queryOf } from "./queries.ts";
import { NoCredentials, NoPrices, refresh } from "./refresh.ts";

/** A product as the Price List writes it. */
interface Listed {
  attributes: Record<string, string>;
  /** Beginning of each tier → dollars. */
  tiers: Record<string, string>;
}

interface Question {
  ServiceCode: string;
  Filters: { Type: string; Field: string; Value: string }[];
  NextToken?: string;
}

/** A Price List behind HTTP: AWS's JSON protocol, filters, two products a page, throttling on demand. */
class PriceListServer {
  readonly questions: Question[] = [];
  /** Questions that are still to be throttled. */
  throttle = 0;
  /** Service code whose questions fail; `*` for all. */
  refuse = "";
  readonly #products: Record<string, Listed[]>;
  readonly #server: Server;

  constructor(products: Record<string, Listed[]>) {
    this.#products = products;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const [status, body] = this.#answer(
          String(request.headers["x-amz-target"]),
          JSON.parse(Buffer.concat(chunks).toString()) as Question,
        );
        response
          .writeHead(status, { "content-type": "application/x-amz-json-1.1" })
          .end(JSON.stringify(body));
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(target: string, question: Question): [number, object] {
    if (target !== "AWSPriceListService.GetProducts") return [400, { __type: "UnknownOperationException" }];
    if (this.throttle > 0) {
      this.throttle--;
      return [400, { __type: "ThrottlingException", message: "Rate exceeded" }];
    }
    if ([question.ServiceCode, "*"].includes(this.refuse))
      return [400, { __type: "AccessDeniedException", message: "not allowed" }];
    this.questions.push(question);
    const matching = (this.#products[question.ServiceCode] ?? []).filter(({ attributes }) =>
      question.Filters.every(
        ({ Type, Field, Value }) => Type === "TERM_MATCH" && attributes[Field] === Value,
      ),
    );
    const start = Number(question.NextToken ?? 0);
    const page = matching.slice(start, start + 2).map(({ attributes, tiers }, index) =>
      JSON.stringify({
        product: { attributes, sku: `SKU${start + index}` },
        terms: {
          OnDemand: {
            [`SKU${start + index}.TERM`]: {
              priceDimensions: Object.fromEntries(
                Object.entries(tiers).map(([beginRange, USD]) => [
                  `RATE.${beginRange}`,
                  { beginRange, pricePerUnit: { USD } },
                ]),
              ),
            },
          },
        },
      }),
    );
    const more = start + 2 < matching.length ? { NextToken: String(start + 2) } : {};
    return [200, { FormatVersion: "aws_v1", PriceList: page, ...more }];
  }
}

const price = (usd: number, unit: string, more: Partial<Price> = {}): Price => ({
  usd,
  unit,
  source: "https://aws.amazon.com/x/pricing/",
  confidence: "medium",
  ...more,
});

const HOME: Record<string, Price> = {
  "alb.hour": price(0.02, "hour"),
  "alb.lcu": price(0.008, "LCU-hour"),
  "fargate.spot.vcpu": price(0.012, "vCPU-hour", { confidence: "low", note: "Spot" }),
  "lambda.requests": price(0.2, "million requests"),
  "nat.gb": price(0.045, "GB"),
  "nat.hour": price(0.045, "hour", { asOf: "2025-01-01" }),
  "rds.postgres.db.r6g.large": price(0.2, "hour"),
};

const at = (
  regionCode: string,
  usagetype: string,
  usd: string,
  more: Record<string, string> = {},
  tiers?: Record<string, string>,
): Listed => ({
  attributes: { regionCode, usagetype, ...more },
  tiers: tiers ?? { "0": usd },
});

const ALB = { productFamily: "Load Balancer-Application" };
const NAT = { productFamily: "NAT Gateway" };
const POSTGRES = {
  instanceType: "db.r6g.large",
  databaseEngine: "PostgreSQL",
  deploymentOption: "Single-AZ",
};

const LIST = {
  AWSELB: [
    at("us-east-1", "LoadBalancerUsage", "0.0225", ALB),
    at("us-east-1", "LCUUsage", "0.008", ALB),
    at("us-east-1", "USE1-Outposts-LCUUsage", "0.5", ALB),
    at("eu-west-1", "EU-LoadBalancerUsage", "0.0252", ALB),
  ],
  // The first tier is the account's free allowance.
  AWSLambda: [at("us-east-1", "Request", "", {}, { "0": "0", "1000000": "0.0000002" })],
  // Two prices for what should be one.
  AmazonEC2: [
    at("us-east-1", "NatGateway-Bytes", "0.045", NAT),
    at("us-east-1", "NatGateway-Bytes", "0.05", NAT),
  ],
  AmazonRDS: [
    at("us-east-1", "InstanceUsage:db.r6g.large", "0.225", POSTGRES),
    at("us-east-1", "InstanceUsage:db.r6g.large", "0.225", POSTGRES),
    at("us-east-1", "Multi-AZUsage:db.r6g.large", "0.45", { ...POSTGRES, deploymentOption: "Multi-AZ" }),
  ],
};

describe("refresh of the price table", () => {
  const saved = { ...process.env };
  let server: PriceListServer;
  let folder: string;
  let url: URL;

  beforeEach(async () => {
    server = new PriceListServer(LIST);
    folder = await mkdtemp(path.join(tmpdir(), "prices-"));
    url = pathToFileURL(`${folder}/`);
    await write({ region: "us-east-1", pricesAsOf: "2026-01-31", prices: HOME });
    await write({
      region: "eu-west-1",
      pricesAsOf: "2026-01-31",
      base: "us-east-1",
      factors: { default: 1.1 },
      prices: { "nat.hour": price(0.048, "hour") },
    });
    // Nothing of the machine's own set-up may count.
    for (const name of Object.keys(process.env))
      if (name.startsWith("AWS_")) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_PRICING: await server.listen(),
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_CONFIG_FILE: path.join(folder, "none"),
      AWS_SHARED_CREDENTIALS_FILE: path.join(folder, "none"),
      AWS_EC2_METADATA_DISABLED: "true",
    });
  });

  afterEach(async () => {
    process.env = { ...saved };
    await server.close();
    await rm(folder, { recursive: true });
  });

  const write = (table: PriceTable) =>
    writeFile(path.join(folder, `${table.region}.json`), `${JSON.stringify(table, undefined, 2)}\n`);
  const read = async (region: string) =>
    JSON.parse(await readFile(path.join(folder, `${region}.json`), "utf8")) as PriceTable;

  it("writes nothing when the Price List tells no price at all", async () => {
    server.refuse = "*";
    const error: unknown = await refresh("us-east-1", "2026-06-30", url).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(NoPrices);
    expect((error as Error).message).to.equal(
      "the Price List did not answer: AccessDeniedException: not allowed",
    );
    expect((await read("us-east-1")).pricesAsOf).to.equal("2026-01-31");
  });

  it("takes new figures, confirms the others, and keeps with their own day what has no single answer", async () => {
    const result = await refresh("us-east-1", "2026-12-01", url);
    expect(result).to.deep.equal({
      region: "us-east-1",
      confirmed: 2,
      changed: [
        { id: "alb.hour", before: 0.02, after: 0.0225 },
        { id: "rds.postgres.db.r6g.large", before: 0.2, after: 0.225 },
      ],
      kept: [
        { id: "fargate.spot.vcpu", why: "the Price List has no single price for it" },
        { id: "nat.gb", why: "the Price List has several prices: $0.045, $0.05" },
        { id: "nat.hour", why: "the Price List has no such product" },
      ],
    });
    const { pricesAsOf, prices } = await read("us-east-1");
    expect(pricesAsOf).to.equal("2026-12-01");
    expect(prices["alb.hour"]).to.deep.equal(price(0.0225, "hour", { confidence: "high" }));
    expect(prices["lambda.requests"]?.usd).to.equal(0.2);
    expect(prices["nat.gb"]).to.deep.equal(price(0.045, "GB", { asOf: "2026-01-31" }));
    expect(prices["nat.hour"]).to.deep.equal(price(0.045, "hour", { asOf: "2025-01-01" }));
    expect(prices["fargate.spot.vcpu"]).to.deep.equal({ ...HOME["fargate.spot.vcpu"], asOf: "2026-01-31" });
  });

  it("writes the same bytes for the same answers, and leaves no other file", async () => {
    await refresh("us-east-1", "2026-12-01", url);
    const first = await readFile(path.join(folder, "us-east-1.json"), "utf8");
    await refresh("us-east-1", "2026-12-01", url);
    expect(await readFile(path.join(folder, "us-east-1.json"), "utf8")).to.equal(first);
    expect(Object.keys((JSON.parse(first) as PriceTable).prices)).to.deep.equal(Object.keys(HOME).sort());
    expect((await readdir(folder)).sort()).to.deep.equal(["eu-west-1.json", "us-east-1.json"]);
  });

  it("asks once for what shares a question, and follows pages", async () => {
    await refresh("us-east-1", "2026-12-01", url);
    const asked = server.questions.filter(({ ServiceCode }) => ServiceCode === "AWSELB");
    expect(asked.map(({ NextToken }) => NextToken)).to.deep.equal([undefined, "2"]);
    expect(asked[0]?.Filters).to.deep.equal([
      { Type: "TERM_MATCH", Field: "productFamily", Value: "Load Balancer-Application" },
      { Type: "TERM_MATCH", Field: "regionCode", Value: "us-east-1" },
    ]);
  });

  it("adds to a region's table what the region lists, and leaves its factors", async () => {
    const result = await refresh("eu-west-1", "2026-12-01", url);
    expect(result.changed).to.deep.equal([{ id: "alb.hour", before: undefined, after: 0.0252 }]);
    const table = await read("eu-west-1");
    expect(table.factors).to.deep.equal({ default: 1.1 });
    expect(Object.keys(table.prices)).to.deep.equal(["alb.hour", "nat.hour"]);
    expect(table.prices["nat.hour"]?.asOf).to.equal("2026-01-31");
  });

  it("waits when it is throttled", async () => {
    server.throttle = 1;
    expect((await refresh("us-east-1", "2026-12-01", url)).changed).to.have.length(2);
  }).timeout(30_000);

  it("keeps the prices of a service that does not answer, and says so", async () => {
    server.refuse = "AWSELB";
    const { kept } = await refresh("us-east-1", "2026-12-01", url);
    expect(kept).to.deep.include({
      id: "alb.hour",
      why: "the Price List did not answer: AccessDeniedException: not allowed",
    });
    expect((await read("us-east-1")).prices["alb.hour"]?.usd).to.equal(0.02);
  });

  it("touches nothing without credentials", async () => {
    Reflect.deleteProperty(process.env, "AWS_ACCESS_KEY_ID");
    const before = await readFile(path.join(folder, "us-east-1.json"), "utf8");
    const error: unknown = await refresh("us-east-1", "2026-12-01", url).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(NoCredentials);
    expect(server.questions).to.deep.equal([]);
    expect(await readFile(path.join(folder, "us-east-1.json"), "utf8")).to.equal(before);
  });

  it("asks for most of the real table, and for home prices of services without a region only at home", async () => {
    await copyFile(new URL("../prices/us-east-1.json", import.meta.url), path.join(folder, "us-east-1.json"));
    const ids = Object.keys((await read("us-east-1")).prices);
    const asked = ids.filter((id) => queryOf(id, "us-east-1") !== undefined);
    expect(asked.length / ids.length).to.be.above(0.85);
    expect(queryOf("route53.zone", "us-east-1")?.attributes).to.deep.equal({});
    expect(queryOf("route53.zone", "eu-west-1")).to.equal(undefined);
    expect(queryOf("elasticache.valkey.cache.t4g.small", "eu-west-1")).to.deep.equal({
      service: "AmazonElastiCache",
      attributes: {
        regionCode: "eu-west-1",
        instanceType: "cache.t4g.small",
        cacheEngine: "Valkey",
        productFamily: "Cache Instance",
      },
    });
  });
});
