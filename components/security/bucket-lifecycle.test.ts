import { expect } from "chai";
import fc from "fast-check";
import { Problems } from "../validation.ts";
import { type BucketLifecycle, lifecycleRules, STORAGE_CLASSES } from "./bucket-lifecycle.ts";

/** Rules, and the mistakes that were found. */
function plan(...lifecycles: BucketLifecycle[]) {
  const problems = new Problems("strongroom:security:Bucket", "logs");
  const rules = lifecycleRules(lifecycles, problems);
  let mistakes = "";
  try {
    problems.throwIfAny();
  } catch (error) {
    mistakes = (error as Error).message;
  }
  return { rules, mistakes };
}

const transitions = fc
  .tuple(
    fc.subarray([...STORAGE_CLASSES]),
    fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 6, maxLength: 6 }),
  )
  .map(([classes, gaps]) => {
    let after = 0;
    return classes.map((to, index) => {
      after += gaps[index] ?? 0;
      return { after: `${after} days` as const, to };
    });
  });

describe("lifecycleRules", () => {
  it("accepts exactly the moves that S3 accepts", () => {
    fc.assert(
      fc.property(transitions, fc.option(fc.integer({ min: 1, max: 3000 })), (moves, expire) => {
        const { mistakes } = plan({
          transitions: moves,
          ...(expire === null ? {} : { expire: `${expire} days` }),
        });
        const steps = moves.map(({ after, to }) => ({ at: Number.parseInt(after), to }));
        const infrequent = (to?: string) => to === "STANDARD_IA" || to === "ONEZONE_IA";
        const fine =
          steps.every(({ at, to }) => at >= (infrequent(to) ? 30 : 1)) &&
          steps.every(({ at }, index) => {
            const before = steps[index - 1];
            return before === undefined || at - before.at >= (infrequent(before.to) ? 30 : 1);
          }) &&
          (expire === null || steps.every(({ at }) => at < expire));
        expect(mistakes === "", mistakes).to.equal(fine);
      }),
    );
  });

  it("keeps the order and the days of the moves", () => {
    const { rules, mistakes } = plan({
      transitions: [
        { after: "30 days", to: "STANDARD_IA" },
        { after: "60 days", to: "GLACIER" },
      ],
      expire: "1 year",
    });
    expect(mistakes).to.equal("");
    expect(rules).to.deep.equal([
      {
        id: "all",
        status: "Enabled",
        filter: { prefix: "" },
        transitions: [
          { days: 30, storageClass: "STANDARD_IA" },
          { days: 60, storageClass: "GLACIER" },
        ],
        expiration: { days: 365 },
        noncurrentVersionExpiration: { noncurrentDays: 90 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ]);
  });

  it("gives each prefix a rule of its own and refuses a second one", () => {
    const { rules, mistakes } = plan({ prefix: "AWSLogs/alb/" }, { prefix: "tmp/", expire: "1 day" });
    expect(mistakes).to.equal("");
    expect(rules.map(({ id }) => id)).to.deep.equal(["AWSLogs-alb", "tmp"]);
    expect(plan({ prefix: "tmp/" }, { prefix: "tmp/" }).mistakes).to.contain(
      'lifecycle[1].prefix: "tmp/" has a rule already; write one rule a prefix',
    );
  });

  it("gives prefixes of the same words different ids, as S3 wants them", () => {
    const { rules } = plan({ prefix: "logs/app" }, { prefix: "logs-app" }, { prefix: "/" }, {});
    expect(rules.map(({ id }) => id)).to.deep.equal(["logs-app", "logs-app--2", "all", "all--4"]);
  });

  it("says what is wrong with a move", () => {
    expect(
      plan({
        transitions: [
          { after: "90 days", to: "GLACIER" },
          { after: "100 days", to: "STANDARD_IA" },
        ],
        expire: "95 days",
      }).mistakes,
    ).to.equal(
      [
        'Bucket "logs" has wrong arguments:',
        "  lifecycle.transitions[1].to: S3 does not move objects from GLACIER to STANDARD_IA; the order is " +
          "STANDARD_IA, INTELLIGENT_TIERING, ONEZONE_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE",
        '  lifecycle.expire: "95 days" is not later than the move to STANDARD_IA after 100 days',
      ].join("\n"),
    );
    expect(plan({ transitions: [{ after: "7 days", to: "STANDARD_IA" }] }).mistakes).to.contain(
      "lifecycle.transitions[0].after: 7 days is too early for STANDARD_IA; S3 asks for at least 30 days",
    );
  });
});
