import { expect } from "chai";
import fc from "fast-check";
import { isDeeperThan } from "./hardening-json.ts";

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe("Depth of JSON", () => {
  it("is that of the value, whatever its strings hold", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), fc.nat(12), (value, limit) => {
        const bytes = Buffer.from(JSON.stringify(value));
        expect(isDeeperThan(bytes, limit)).to.equal(depthOf(value) > limit);
      }),
    );
  });

  it("is not misled by brackets, quotes and escapes within strings", () => {
    for (const text of ["[[[[", '"[[["', '\\"[[[[', "{{{{\\", "ſ[[[["]) {
      expect(isDeeperThan(Buffer.from(JSON.stringify([text])), 1), text).to.equal(false);
    }
  });

  it("is found in what is no JSON at all", () => {
    expect(isDeeperThan(Buffer.from("[".repeat(100_000)), 32)).to.equal(true);
    expect(isDeeperThan(Buffer.from('"[[[[[[[['), 2)).to.equal(false);
    expect(isDeeperThan(Buffer.from("]]]]]"), 2)).to.equal(false);
  });
});
