import { expect } from "chai";
import fc from "fast-check";
import { compareVersions, isVersion } from "./semver.ts";

describe("versions", () => {
  it("come in the order of semver.org's own example", () => {
    const order = [
      "1.0.0-alpha",
      "1.0.0-alpha.1",
      "1.0.0-alpha.beta",
      "1.0.0-beta",
      "1.0.0-beta.2",
      "1.0.0-beta.11",
      "1.0.0-rc.1",
      "1.0.0",
      "2.0.0",
      "2.1.0",
      "2.1.1",
    ];
    for (const [index, version] of order.entries())
      for (const [other, later] of order.entries())
        expect(Math.sign(compareVersions(version, later) ?? NaN), `${version} ${later}`).to.equal(
          Math.sign(index - other),
        );
  });

  it("ignore build metadata", () => {
    expect(compareVersions("1.0.0+20260101", "1.0.0+other")).to.equal(0);
  });

  it("are three numbers without leading zeros; nothing else compares", () => {
    for (const text of ["1.0", "v1.0.0", "01.0.0", "1.0.0-", "", "1.0.0.0"]) {
      expect(isVersion(text), text).to.equal(false);
      expect(compareVersions(text, "1.0.0")).to.equal(undefined);
    }
  });

  it("compare the same from both sides", () => {
    const part = fc.integer({ min: 0, max: 20 });
    const version = fc.tuple(part, part, part).map((parts) => parts.join("."));
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareVersions(a, b) ?? NaN) + Math.sign(compareVersions(b, a) ?? NaN)).to.equal(0);
      }),
    );
  });
});
