import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { withRuleList } from "./rule-list.ts";

const FILE = new URL("../docs/policies.md", import.meta.url);

describe("docs/policies.md", () => {
  it("lists the rules as they are (STRONGROOM_UPDATE_GOLDEN=1 makes the list anew)", () => {
    const document = readFileSync(FILE, "utf8");
    if (process.env.STRONGROOM_UPDATE_GOLDEN === "1") writeFileSync(FILE, withRuleList(document));
    expect(readFileSync(FILE, "utf8")).to.equal(withRuleList(document));
  });

  it("keeps what is written by hand, and needs its markers", () => {
    const markers = (list: string) =>
      `Before\n<!-- rules: generated from policies/rules, see policies/rule-list.test.ts -->${list}<!-- end of rules -->\nAfter`;
    const made = withRuleList(markers("old"));
    expect(made)
      .to.match(/^Before\n/)
      .and.to.match(/\nAfter$/)
      .and.to.include("### rds-not-public\n")
      .and.not.to.include("old<");
    expect(withRuleList(made)).to.equal(made);
    expect(() => withRuleList("no markers")).to.throw("the document has no <!-- rules");
  });
});
