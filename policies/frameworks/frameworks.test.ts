import { expect } from "chai";
import { RULES } from "../rules/index.ts";
import { FRAMEWORKS } from "./index.ts";

describe("Frameworks", () => {
  for (const framework of FRAMEWORKS) {
    it(`${framework.id}: maps only rules and requirements that there are, each with its source`, () => {
      const ids = RULES.map(({ id }) => id);
      const served = new Set<string>();
      for (const [rule, mappings] of Object.entries(framework.rules)) {
        expect(ids).to.include(rule);
        expect(mappings).to.not.deep.equal([]);
        for (const { requirement, sources } of mappings) {
          expect(framework.requirements[requirement], `${rule} ${requirement}`).to.be.a("string");
          expect(sources, `${rule} ${requirement}`).to.not.deep.equal([]);
          served.add(requirement);
        }
      }
      expect([...served]).to.have.members(Object.keys(framework.requirements));
    });
  }

  it("give every rule a requirement in PCI DSS or SOC 2, and every rule an id of its own", () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids.filter((id) => FRAMEWORKS.every(({ rules }) => rules[id] === undefined))).to.deep.equal([]);
  });
});
