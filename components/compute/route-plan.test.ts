import { expect } from "chai";
import fc from "fast-check";
import { targetGroupName } from "./route-plan.ts";

describe("targetGroupName", () => {
  it("is always a name that AWS takes, and the same every time", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 60 }),
        fc.array(fc.string()),
        (component, identity) => {
          const name = targetGroupName(component, identity);
          expect(name).to.match(/^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/);
          expect(targetGroupName(component, identity)).to.equal(name);
        },
      ),
    );
  });

  it("keeps stacks, roles and what replaces a group apart", () => {
    const names = [
      targetGroupName("backend", ["payments", "staging", "blue"]),
      targetGroupName("backend", ["payments", "staging", "green"]),
      targetGroupName("backend", ["payments", "production", "blue"]),
      targetGroupName("internal-backend", ["payments", "staging", "blue"]),
    ];
    expect(new Set(names).size).to.equal(4);
    expect(names[0]).to.match(/^backend-[0-9a-f]{8}$/);
  });
});
