import { expect } from "chai";
import { messageOf } from "./migrate-remedies.ts";

describe("What an error of the database says", () => {
  it("is what each attempt says, where a name has several addresses", () => {
    const attempts = ["127.0.0.1:1", "::1:1"].map((address) => new Error(`connect ECONNREFUSED ${address}`));
    expect(messageOf(new AggregateError(attempts))).to.equal(
      "connect ECONNREFUSED 127.0.0.1:1; connect ECONNREFUSED ::1:1",
    );
  });

  it("is its message", () => {
    expect(messageOf(new Error("password authentication failed"))).to.equal("password authentication failed");
  });
});
