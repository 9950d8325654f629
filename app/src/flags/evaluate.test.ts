import { TargetingKeyMissingError } from "@openfeature/server-sdk";
import { expect } from "chai";
import fc from "fast-check";
import { withDefaults } from "./definitions.ts";
import { evaluate } from "./evaluate.ts";
import type { Condition, FlagCreate, SegmentDefinition } from "./schemas.ts";
import { makeSnapshot, stoppedBy } from "./snapshot.ts";

const NOW = 1_800_000_000_000;

function give(
  flag: Partial<FlagCreate>,
  context: Record<string, string | number | boolean | string[]>,
  segments: SegmentDefinition[] = [],
) {
  const whole = withDefaults({
    key: "checkout",
    kind: "boolean",
    enabled: true,
    default_variant: "off",
    ...flag,
  });
  return evaluate(whole, makeSnapshot([whole], segments), context, NOW);
}

/** Whether a condition holds, by way of a rule. */
function holds(condition: Condition, context: Record<string, string | number | boolean | string[]>): boolean {
  return give({ rules: [{ all: [condition], variant: "on" }] }, context).value === true;
}

describe("evaluation of flags (N6)", () => {
  it("gives the off variant while the flag is disabled, whatever the rules say", () => {
    const { value, reason } = give({ enabled: false, default_variant: "on", rules: [{ variant: "on" }] }, {});
    expect([value, reason]).to.deep.equal([false, "DISABLED"]);
  });

  it("gives the default variant when there are no rules", () => {
    const { value, variant, reason } = give({ default_variant: "on" }, {});
    expect([value, variant, reason]).to.deep.equal([true, "on", "STATIC"]);
  });

  it("lets the first rule that applies decide and tells why others did not", () => {
    const evaluation = give(
      {
        rules: [
          { id: "later", starts_at: NOW / 1000 + 1, variant: "on" },
          { id: "over", ends_at: NOW / 1000, variant: "on" },
          { id: "germans", all: [{ attribute: "country", operator: "equals", value: "de" }], variant: "on" },
          { id: "nobody", percentage: 0, variant: "on" },
          { id: "all", variant: "on" },
          { id: "never asked", variant: "off" },
        ],
      },
      { targetingKey: "cus_1", country: "fr" },
    );
    expect(evaluation).to.deep.include({ value: true, reason: "TARGETING_MATCH", rule: "all" });
    expect(evaluation.skipped.map(({ because }) => because.replace(/\d+/, "n"))).to.deep.equal([
      "it has not started yet",
      "it has ended",
      "the subject is not in its audience",
      "bucket n is beyond 0 %",
    ]);
  });

  const CASES: [Condition["operator"], Condition["value"], string | number | boolean | string[], boolean][] =
    [
      ["equals", "de", "de", true],
      ["equals", 1, "1", false],
      ["not_equals", "de", "fr", true],
      ["not_equals", "de", "de", false],
      ["in", ["de", "fr"], "fr", true],
      ["in", ["de", "fr"], "it", false],
      ["not_in", ["de", "fr"], "it", true],
      ["not_in", ["de", "fr"], "de", false],
      ["contains", "@bank.", "jo@bank.example", true],
      ["contains", "beta", ["alpha", "beta"], true],
      ["contains", "gamma", ["alpha", "beta"], false],
      ["starts_with", "cus_", "cus_1", true],
      ["starts_with", "cus_", "acct_1", false],
      ["ends_with", ".example", "bank.example", true],
      ["ends_with", ".example", "bank.test", false],
      ["greater_than", 10, 11, true],
      ["greater_than", 10, 10, false],
      ["greater_or_equal", 10, 10, true],
      ["greater_or_equal", 10, 9, false],
      ["less_than", 10, 9, true],
      ["less_than", 10, 10, false],
      ["less_or_equal", 10, 10, true],
      ["less_or_equal", 10, 11, false],
      ["less_than", "2026-06-01", "2026-05-31", true],
      ["greater_than", 10, "11", false],
      ["version_equals", "1.2.3", "1.2.3+build", true],
      ["version_equals", "1.2.3", "1.2.4", false],
      ["version_at_least", "1.10.0", "1.10.0", true],
      ["version_at_least", "1.10.0", "1.9.9", false],
      ["version_at_least", "1.10.0", "newest", false],
      ["version_below", "2.0.0", "2.0.0-rc.1", true],
      ["version_below", "2.0.0", "2.0.0", false],
      ["exists", true, "anything", true],
      ["exists", false, "anything", false],
    ];
  for (const [operator, value, actual, expected] of CASES) {
    it(`${JSON.stringify(actual)} ${operator} ${JSON.stringify(value)}: ${expected}`, () => {
      expect(holds({ attribute: "it", operator, value }, { it: actual })).to.equal(expected);
    });
  }

  it("takes an absent attribute for different from everything, and for nothing else", () => {
    for (const [operator, value] of CASES)
      if (operator !== "exists")
        expect(holds({ attribute: "it", operator, value }, {}), operator).to.equal(
          operator.startsWith("not_"),
        );
    expect(holds({ attribute: "it", operator: "exists", value: false }, {})).to.equal(true);
    // What every JavaScript object has is no attribute.
    expect(holds({ attribute: "constructor", operator: "exists", value: true }, {})).to.equal(false);
  });

  it("asks for all of `all`, one of `any`, and one of the segments", () => {
    const segments: SegmentDefinition[] = [
      { key: "staff", included: ["cus_1"] },
      {
        key: "big",
        all: [{ attribute: "volume", operator: "greater_than", value: 100 }],
        excluded: ["cus_9"],
      },
    ];
    const flag: Partial<FlagCreate> = {
      rules: [
        {
          all: [{ attribute: "live", operator: "equals", value: true }],
          any: [
            { attribute: "country", operator: "equals", value: "de" },
            { attribute: "country", operator: "equals", value: "fr" },
          ],
          segments: ["staff", "big"],
          variant: "on",
        },
      ],
    };
    const value = (context: Record<string, string | number | boolean>) => give(flag, context, segments).value;
    expect(value({ targetingKey: "cus_1", live: true, country: "fr" })).to.equal(true);
    expect(value({ targetingKey: "cus_2", live: true, country: "de", volume: 101 })).to.equal(true);
    expect(value({ targetingKey: "cus_9", live: true, country: "de", volume: 101 })).to.equal(false);
    expect(value({ targetingKey: "cus_2", live: true, country: "de", volume: 100 })).to.equal(false);
    expect(value({ targetingKey: "cus_1", live: true, country: "it" })).to.equal(false);
    expect(value({ targetingKey: "cus_1", live: false, country: "de" })).to.equal(false);
  });

  it("serves a percentage: whoever is in stays in when it rises", () => {
    const share = fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1000);
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), share, share, (targetingKey, one, other) => {
        const at = (percentage: number) =>
          give({ rules: [{ percentage, variant: "on" }] }, { targetingKey }).value;
        if (at(Math.min(one, other)) === true) expect(at(Math.max(one, other))).to.equal(true);
      }),
    );
  });

  it("deals a split within a percentage anew, so that a small roll-out has all variants", () => {
    const seen = new Map<unknown, number>();
    for (let subject = 0; subject < 20_000; subject++) {
      const { variant, reason } = give(
        {
          kind: "string",
          variants: { none: "", a: "a", b: "b" },
          default_variant: "none",
          rules: [{ percentage: 10, split: { a: 50, b: 50 } }],
        },
        { targetingKey: `cus_${subject}` },
      );
      expect(reason).to.equal(variant === "none" ? "DEFAULT" : "SPLIT");
      seen.set(variant, (seen.get(variant) ?? 0) + 1);
    }
    // 1,000 each, within five standard deviations of 31.
    expect(seen.get("a")).to.be.within(845, 1155);
    expect(seen.get("b")).to.be.within(845, 1155);
  });

  it("cannot decide a percentage without a subject, and says so", () => {
    expect(() => give({ rules: [{ percentage: 50, variant: "on" }] }, {}))
      .to.throw(TargetingKeyMissingError)
      .with.property("message", "A percentage needs a subject: give the context a targetingKey.");
  });
});

describe("kill switches (N6)", () => {
  const stopped = (paths: string[], enabled = false) =>
    makeSnapshot([withDefaults({ key: "brake", kind: "kill_switch", paths, enabled })], []).stopped;

  it("stop their paths and what is below, nothing else", () => {
    const paths = stopped(["payments.method.card", "payouts"]);
    expect(stoppedBy("payments.method.card", paths)).to.equal("brake");
    expect(stoppedBy("payments.method.card.visa", paths)).to.equal("brake");
    expect(stoppedBy("payouts.eur", paths)).to.equal("brake");
    for (const open of ["payments", "payments.method", "payments.method.cards", "pay", "webhooks", ""])
      expect(stoppedBy(open, paths), open).to.equal(undefined);
  });

  it("stop nothing while they are enabled", () => {
    expect(stoppedBy("payouts", stopped(["payouts"], true))).to.equal(undefined);
  });
});
