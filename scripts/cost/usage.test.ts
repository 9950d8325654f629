import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ASSUMPTIONS, flattened, parseUsage, usageWith } from "./usage.ts";

describe("usage assumptions", () => {
  it("are the defaults where a stack says nothing", () => {
    expect(parseUsage(undefined)).to.deep.equal({});
    expect(usageWith().requests).to.equal(ASSUMPTIONS.requests.value);
    expect(usageWith({ requests: 9 })).to.include({ requests: 9, natGb: ASSUMPTIONS.natGb.value });
  });

  it("take numbers, numbers in strings, and figures by name in either form", () => {
    expect(
      parseUsage({ requests: 3, natGb: "12.5", averageTasks: { backend: 2 }, "averageTasks.frontend": 4 }),
    ).to.deep.equal({
      requests: 3,
      natGb: 12.5,
      averageTasks: { backend: 2, frontend: 4 },
    });
    expect(flattened(usageWith({ logGb: { flows: 3 } }))).to.include({ "logGb.flows": 3, usageLow: 0.5 });
  });

  it("name every mistake at once, with the nearest name that there is", () => {
    const wrong = {
      request: 3,
      natGb: -1,
      endpointGb: "much",
      averageTasks: { backend: -2 },
      logGb: 4,
      usageLow: 1.5,
      usageHigh: 0.5,
      swordfish: 1,
    };
    expect(() => parseUsage(wrong)).to.throw(
      [
        "strongroom:usage is wrong:",
        '  request: unknown. Did you mean "requests"?',
        "  natGb: -1 is not a number from 0 up",
        '  endpointGb: "much" is not a number from 0 up',
        "  averageTasks.backend: -2 is not a number from 0 up",
        "  logGb: must map names to numbers, such as { backend: 2 }",
        "  swordfish: unknown. docs/cost.md lists the assumptions.",
        "  usageLow: 1.5 is above 1; the low estimate cannot assume more than the expected one",
        "  usageHigh: 0.5 is below 1; the high estimate cannot assume less than the expected one",
      ].join("\n"),
    );
    expect(() => parseUsage([1])).to.throw("strongroom:usage must be an object such as { requests: 5 }");
  });

  it("stand in docs/cost.md with their defaults and units", () => {
    const guide = readFileSync(new URL("../../docs/cost.md", import.meta.url), "utf8");
    for (const [name, { value, unit }] of Object.entries(ASSUMPTIONS)) {
      expect(guide).to.match(
        new RegExp(`\\| \`${name}\` +\\| ${value} ${unit.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")} +\\|`),
      );
    }
  });
});
