import { expect } from "chai";
import fc from "fast-check";
import { covers, HIGHEST_PRIORITY, PriorityPlanner, type RuleClaim } from "./priorities.ts";

const rule = (name: string, paths: string[], hosts: string[] = [], priority?: number): RuleClaim => ({
  name,
  paths,
  hosts,
  ...(priority === undefined ? {} : { priority }),
});

const segments = fc.stringMatching(/^[a-z]{1,8}$/);
const pathPatterns = fc
  .tuple(fc.array(segments, { maxLength: 4 }), fc.boolean())
  .map(([parts, wild]) => `/${parts.join("/")}${wild ? (parts.length === 0 ? "*" : "/*") : ""}`);
const hostPatterns = fc
  .tuple(segments, fc.boolean())
  .map(([name, wild]) => (wild ? "*.example.com" : `${name}.example.com`));
const claims = fc.record({
  name: segments,
  paths: fc.uniqueArray(pathPatterns, { minLength: 1, maxLength: 3 }),
  hosts: fc.uniqueArray(hostPatterns, { maxLength: 2 }),
});

/** The priority that a rule gets when it is alone. */
const alone = (claim: RuleClaim) => new PriorityPlanner().reserve(claim);

/** AWS's matching of a pattern, as a regular expression. */
function matches(pattern: string, text: string): boolean {
  const source = pattern.replaceAll(/[.$+]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(text);
}

describe("priorities of listener rules", () => {
  it("lie within AWS's bounds", () => {
    fc.assert(
      fc.property(claims, (claim) => {
        expect(alone(claim)).to.be.within(1, HIGHEST_PRIORITY);
      }),
    );
  });

  it("do not depend on which services there are, nor on their order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(claims, { selector: ({ name }) => name, maxLength: 6 }), (all) => {
        const place = (order: RuleClaim[]) => {
          const planner = new PriorityPlanner();
          return new Map(order.map((claim) => [claim.name, planner.reserve(claim)]));
        };
        const placed = tried(() => place(all));
        const reversed = tried(() => place(all.toReversed()));
        // Whether services conflict does not depend on the order either.
        expect(placed === undefined).to.equal(reversed === undefined);
        for (const claim of all) {
          if (placed !== undefined) expect(placed.get(claim.name)).to.equal(alone(claim));
          if (reversed !== undefined) expect(reversed.get(claim.name)).to.equal(alone(claim));
        }
      }),
    );
  });

  it("put what matches less before what matches more", () => {
    const simple = fc.record({
      name: segments,
      paths: fc.tuple(pathPatterns),
      hosts: fc.array(hostPatterns, { maxLength: 1 }),
    });
    fc.assert(
      fc.property(simple, simple, (one, other) => {
        fc.pre(covers(one, other) && !covers(other, one));
        expect(alone(other)).to.be.lessThan(alone(one));
      }),
      { numRuns: 200 },
    );
    const order = [
      rule("exact", ["/api/v1/health"]),
      rule("deep", ["/api/v1/*"]),
      rule("api", ["/api/*"]),
      rule("all", ["/*"]),
    ].map(alone);
    expect(order).to.deep.equal(order.toSorted((one, other) => one - other));
    expect(alone(rule("host", ["/*"], ["pay.example.com"]))).to.be.lessThan(
      alone(rule("wild host", ["/very/long/path/*"], ["*.example.com"])),
    );
  });

  it("are refused where planning would let one rule hide another", () => {
    fc.assert(
      fc.property(fc.uniqueArray(claims, { selector: ({ name }) => name, maxLength: 5 }), (all) => {
        const planner = new PriorityPlanner();
        const accepted = all.flatMap((claim) => {
          const priority = tried(() => planner.reserve(claim));
          return priority === undefined ? [] : [{ ...claim, priority }];
        });
        for (const first of accepted) {
          for (const later of accepted.filter(({ priority }) => priority > first.priority)) {
            expect(covers(first, later), `${first.name} hides ${later.name}`).to.equal(false);
          }
        }
      }),
    );
    const planner = new PriorityPlanner();
    const [general, special] = [rule("general", ["/", "/h"]), rule("special", ["/"])];
    planner.reserve(general);
    expect(alone(special)).to.be.greaterThan(alone(general));
    expect(() => planner.reserve(special)).to.throw('service "special" would never be reached');
  });

  it("call a rule covered only when each request that it matches is matched by the other", () => {
    const requests = fc.array(segments, { maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
    fc.assert(
      fc.property(claims, claims, requests, (one, other, path) => {
        const takes = (claim: RuleClaim) => claim.paths.some((pattern) => matches(pattern, path));
        if (covers({ ...one, hosts: [] }, { ...other, hosts: [] }) && takes(other)) {
          expect(takes(one)).to.equal(true);
        }
      }),
    );
    expect(covers(rule("a", ["/a*c"]), rule("b", ["/abc"]))).to.equal(true);
    expect(covers(rule("a", ["/a?c"]), rule("b", ["/a*c"]))).to.equal(false);
    expect(covers(rule("a", ["/a*"]), rule("b", ["/a", "/b"]))).to.equal(false);
    expect(covers(rule("a", ["/*"], ["x.example.com"]), rule("b", ["/*"]))).to.equal(false);
  });

  it("are found at once, whatever the patterns", () => {
    const general = rule("a", [`/${"*a".repeat(60)}b`]);
    expect(covers(general, rule("b", [`/${"a".repeat(120)}`]))).to.equal(false);
    expect(covers(general, rule("b", [`/${"a".repeat(120)}b`]))).to.equal(true);
  });

  it("are as given where they are given, before all planning", () => {
    const planner = new PriorityPlanner();
    const planned = planner.reserve(rule("backend", ["/api/*"]));
    expect(planner.reserve(rule("probe", ["/api/probe"], [], planned - 1))).to.equal(planned - 1);
  });

  it("are the same when a service asks again, as it does for its test listener", () => {
    const planner = new PriorityPlanner();
    const first = planner.reserve(rule("backend", ["/b/*", "/a/*"]));
    expect(planner.reserve(rule("backend", ["/a/*", "/b/*"]))).to.equal(first);
  });

  for (const [what, second, message] of [
    [
      "two services claim the same conditions",
      rule("other", ["/api/*"], ["PAY.example.com"]),
      'services "backend" and "other" both claim /api/* on pay.example.com; give one of them other paths or hosts',
    ],
    [
      "two services are given the same priority",
      rule("other", ["/x"], [], 4000),
      'services "backend" and "other" both get the priority 4000; give "other" another one explicitly',
    ],
    [
      "a service would never be reached",
      rule("other", ["/api/v1"], ["pay.example.com"], 4001),
      'service "other" would never be reached: /api/* on pay.example.com of "backend" has priority 4000, before /api/v1 on ' +
        'pay.example.com with 4001; give "other" a lower priority explicitly',
    ],
    [
      "a given priority is out of bounds",
      rule("other", ["/x"], [], 0),
      'service "other" asks for the priority 0; write one of 1 to 50000',
    ],
    [
      "a path is not one",
      rule("other", ["api"]),
      'service "other" has the path "api"; write one of at most 128 characters such as "/api/*"',
    ],
    [
      "a host is not one",
      rule("other", [], ["localhost"]),
      'service "other" has the host "localhost"; write one such as "pay.example.com" or "*.example.com"',
    ],
  ] as const) {
    it(`refuse that ${what}`, () => {
      const planner = new PriorityPlanner();
      planner.reserve(rule("backend", ["/api/*"], ["pay.example.com"], 4000));
      expect(() => planner.reserve(second)).to.throw(message);
    });
  }
});

function tried<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
