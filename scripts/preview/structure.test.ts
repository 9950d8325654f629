import { expect } from "chai";
import fc from "fast-check";
import type { Json } from "../../components/testing/plan.ts";
import { changesBetween } from "./structure.ts";

const json = fc.jsonValue() as fc.Arbitrary<Json>;

describe("changesBetween", () => {
  it("finds nothing between a value and itself", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(changesBetween(value, structuredClone(value))).to.deep.equal([]);
      }),
    );
  });

  it("finds something between any two values that differ, apart from what JSON cannot tell apart", () => {
    const record = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.oneof(fc.integer(), fc.boolean()));
    fc.assert(
      fc.property(record, record, (before, after) => {
        const same =
          JSON.stringify(Object.entries(before).sort()) === JSON.stringify(Object.entries(after).sort());
        expect(changesBetween(before, after).length === 0).to.equal(same);
      }),
    );
  });

  it("gives back what was there with sides exchanged", () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const there = changesBetween(before, after).map(({ path }) => path);
        const back = changesBetween(after, before).map(({ path }) => path);
        expect(back.sort()).to.deep.equal(there.sort());
      }),
    );
  });

  it("names the property with both values, or the one there is", () => {
    const before = { size: 1, tags: { team: "a" }, gone: true };
    const after = { size: 2, tags: { team: "a", cost: "b" } };
    expect(changesBetween(before, after)).to.deep.equal([
      { path: "gone", before: true },
      { path: "size", before: 1, after: 2 },
      { path: "tags.cost", after: "b" },
    ]);
  });

  it("compares texts that hold JSON by what they say", () => {
    const policy = (action: string | string[]) => ({
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Sid: "Read", Action: action, Resource: "*" }],
      }),
    });
    const reordered = {
      policy: '{"Statement":[{"Resource":"*","Action":"s3:GetObject","Sid":"Read"}],"Version":"2012-10-17"}',
    };
    expect(changesBetween(policy("s3:GetObject"), reordered)).to.be.empty;
    expect(changesBetween(policy("s3:GetObject"), policy("s3:*"))).to.deep.equal([
      { path: "policy.Statement[Read].Action", before: "s3:GetObject", after: "s3:*" },
    ]);
    expect(changesBetween(policy(["s3:Get", "s3:Put"]), policy(["s3:Put", "s3:Get"]))).to.be.empty;
  });

  it("takes lists of ids for sets, and lists of words for sequences", () => {
    expect(changesBetween({ subnetIds: ["a", "b"] }, { subnetIds: ["b", "a"] })).to.be.empty;
    expect(changesBetween({ command: ["npm", "test"] }, { command: ["test", "npm"] })).to.have.length(2);
  });

  it("compares elements that have names by their names", () => {
    const environment = (...pairs: [string, string][]) => ({
      environment: pairs.map(([name, value]) => ({ name, value })),
    });
    expect(
      changesBetween(environment(["A", "1"], ["B", "2"]), environment(["B", "3"], ["A", "1"])),
    ).to.deep.equal([{ path: "environment[B].value", before: "2", after: "3" }]);
  });
});
