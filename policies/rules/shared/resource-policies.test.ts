import { expect } from "chai";
import { UNKNOWN } from "../../corpus/case.ts";
import { Statement } from "../../policy-document.ts";
import { Props } from "../../values.ts";
import { everyAction } from "./resource-policies.ts";

const said = (statement: object) => everyAction(new Statement(new Props(statement)));

describe("Messages on statements of policies", () => {
  it("say of NotAction what it leaves out, and not that every action is granted", () => {
    expect(said({ Action: "*" })).to.equal("every action");
    expect(said({ NotAction: "sqs:*" })).to.equal("every action but sqs:*");
    expect(said({ NotAction: ["a:*", "b:*", "c:*", "d:*"] })).to.equal(
      "every action but a:*, b:*, c:* and 1 more",
    );
    expect(said({ NotAction: [UNKNOWN] })).to.equal("every action but some");
  });
});
