import { expect } from "chai";
import { OTHER_REGIONS, priceOf, readTable, TABLES } from "./price-table.ts";
import type { PriceTable } from "./price-table.ts";

const PRICE = { usd: 2, unit: "hour", source: "https://aws.amazon.com/x/pricing/", confidence: "high" };
const table = (prices: object, more: object = {}) => ({
  region: "x",
  pricesAsOf: "2026-01-31",
  prices,
  ...more,
});

describe("price tables", () => {
  it("name unit, AWS's page and confidence of every figure, and say what an uncertain one stands on", () => {
    for (const { region, prices } of TABLES.values()) {
      for (const [id, price] of Object.entries(prices)) {
        expect(price.source, `${region} ${id}`).to.match(/^https:\/\/aws\.amazon\.com\//);
        expect(price.usd, `${region} ${id}`).to.be.above(0);
        if (price.confidence === "low" && region === "us-east-1" && !id.startsWith("codebuild.")) {
          expect(price.note, `${region} ${id}`).to.be.a("string");
        }
      }
    }
  });

  it("are sorted, so that a refresh shows as a change of prices", () => {
    for (const { prices } of TABLES.values())
      expect(Object.keys(prices)).to.deep.equal(Object.keys(prices).sort());
  });

  it("of all regions name prices of the home table only, in the same units", () => {
    const home = TABLES.get("us-east-1")?.prices ?? {};
    for (const { region, prices } of TABLES.values()) {
      for (const [id, { unit }] of Object.entries(prices))
        expect(home[id]?.unit, `${region} ${id}`).to.equal(unit);
    }
  });

  it("charge Multi-AZ at least what Single-AZ costs, bigger sizes more, and ARM less", () => {
    const usd = (id: string) => priceOf(id, "us-east-1")?.usd ?? Number.NaN;
    for (const id of Object.keys(TABLES.get("us-east-1")?.prices ?? {})) {
      const multi = /^rds\.postgres\.(db\..*)$/.exec(id)?.[1];
      if (multi !== undefined)
        expect(usd(`rds.postgres.multi-az.${multi}`), id).to.be.closeTo(2 * usd(id), 1e-9);
      if (id.endsWith(".large") && id.startsWith("rds."))
        expect(usd(`${id.slice(0, -5)}xlarge`), id).to.be.within(1.9 * usd(id), 2.1 * usd(id));
      if (id.startsWith("elasticache.valkey.cache."))
        expect(usd(id), id).to.be.closeTo(0.8 * usd(id.replace("valkey", "redis")), 1e-9);
    }
    expect(usd("fargate.arm.vcpu")).to.be.below(usd("fargate.vcpu"));
  });

  it("answer with the region's figure, the base's times the longest factor, or nothing", () => {
    const base = readTable(table({ "a.b.c": PRICE, "a.d": PRICE, e: PRICE }));
    const other = readTable(
      table(
        { e: { ...PRICE, usd: 7 } },
        { region: "y", base: "x", factors: { default: 3, a: 2, "a.b": 1.5 } },
      ),
    );
    const tables = new Map<string, PriceTable>([
      ["x", base],
      ["y", other],
    ]);
    const ask = (id: string) => {
      const price = priceOf(id, "y", tables);
      return price && [price.usd, price.approximate];
    };
    expect([ask("a.b.c"), ask("a.d"), ask("e"), ask("f")]).to.deep.equal([
      [3, true],
      [4, true],
      [7, false],
      undefined,
    ]);
    expect(priceOf("a.d", "nowhere", tables)).to.equal(undefined);
  });

  it("take a factor of one as the same list, and the general level for regions without a table", () => {
    expect(priceOf("alb.hour", "us-west-2")).to.deep.equal(priceOf("alb.hour", "us-east-1"));
    const level = OTHER_REGIONS["ap-northeast-1"] ?? 0;
    expect(priceOf("alb.hour", "ap-northeast-1")).to.include({ usd: 0.0225 * level, approximate: true });
  });

  it("refuse what editing by hand gets wrong", () => {
    const wrong = (change: object) => () => readTable(table({ "nat.hour": { ...PRICE, ...change } }));
    expect(wrong({})).not.to.throw();
    expect(wrong({ usd: "2" })).to.throw("price table x: nat.hour: usd must be a number from 0");
    expect(wrong({ usd: -1 })).to.throw("price table x: nat.hour: usd must be a number from 0");
    expect(wrong({ unit: "" })).to.throw("price table x: nat.hour: unit is missing");
    expect(wrong({ source: "aws.amazon.com" })).to.throw(
      "price table x: nat.hour: source must be an https address",
    );
    expect(wrong({ confidence: "sure" })).to.throw(
      "price table x: nat.hour: confidence must be high, medium or low",
    );
    expect(() => readTable(table({}, { pricesAsOf: "June 2026" }))).to.throw(
      'price table x: pricesAsOf "June 2026" is not a day such as 2026-06-30',
    );
  });
});
