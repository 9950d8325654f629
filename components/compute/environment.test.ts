import { expect } from "chai";
import fc from "fast-check";
import type { Link } from "../link.ts";
import { Problems } from "../validation.ts";
import { mergeEnvironment } from "./environment.ts";

const problems = (): Problems => new Problems("strongroom:compute:Test", "test");
const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,6}$/);

describe("mergeEnvironment", () => {
  it("keeps every variable of every origin once, sorted, when names differ", () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 12 }), fc.nat(3), (names, origins) => {
        const share = (origin: number): Record<string, string> =>
          Object.fromEntries(
            names.filter((_, index) => index % (origins + 1) === origin).map((key) => [key, key]),
          );
        const links: Link[] = Array.from({ length: origins }, (_, index) => ({
          name: `link-${index}`,
          environment: share(index + 1),
        }));
        const found = problems();
        const merged = mergeEnvironment({ environment: share(0) }, links, found);
        found.throwIfAny();
        expect(merged.plain.map((variable) => variable.name)).to.deep.equal([...names].sort());
      }),
    );
  });

  it("reports a name that two origins claim, whatever the two are", () => {
    const reference = { valueFrom: "arn", arn: "arn", kind: "ssm" } as const;
    const found = problems();
    mergeEnvironment(
      { environment: { A: "1", B: "1" }, secrets: { A: reference } },
      [
        { name: "first", environment: { B: "2", C: "1" } },
        { name: "second", secrets: { C: reference } },
      ],
      found,
    );
    expect(() => found.throwIfAny()).to.throw(
      Error,
      'Test "test" has wrong arguments:\n' +
        '  secrets: "A" is already set by environment; leave one of them out or give it another name\n' +
        '  links[0] ("first"): "B" is already set by environment; leave one of them out or give it another name\n' +
        '  links[1] ("second"): "C" is already set by links[0] ("first"); leave one of them out or give it another name',
    );
  });

  it("reports names that no shell knows, and takes those it knows", () => {
    const found = problems();
    mergeEnvironment({ environment: { _OK1: "", "1BAD": "", "BAD-2": "" } }, [], found);
    expect(() => found.throwIfAny()).to.throw(/"1BAD" is not a name.*\n.*"BAD-2" is not a name/);
    const fine = problems();
    mergeEnvironment({ environment: { _OK1: "" } }, [], fine);
    fine.throwIfAny();
  });
});
