import { expect } from "chai";
import { CURRENCIES, exponentOf, formatAmount } from "./currency.ts";

describe("currencies", () => {
  it("are those of ISO 4217 that are money, with their minor units", () => {
    const exponents = Object.fromEntries(
      ["usd", "jpy", "kwd", "xcg"].map((each) => [each, exponentOf(each)]),
    );
    expect(exponents).to.deep.equal({ usd: 2, jpy: 0, kwd: 3, xcg: 2 });
    expect(CURRENCIES).to.include.members(["eur", "xcg"]).and.not.include.members(["xau", "xxx"]);
    expect(() => exponentOf("xau")).to.throw("xau is not a currency of ISO 4217");
  });

  it("write amounts for people", () => {
    expect(formatAmount(-5, "usd")).to.equal("-0.05 USD");
    expect(formatAmount(1234, "jpy")).to.equal("1234 JPY");
    expect(formatAmount(1234, "kwd")).to.equal("1.234 KWD");
  });
});
