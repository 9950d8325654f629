import { expect } from "chai";
import fc from "fast-check";
import { bucketOf, BUCKETS, isWithin, pick } from "./bucket.ts";

const name = fc.string({ minLength: 1, maxLength: 40 });
const percentage = fc.integer({ min: 0, max: BUCKETS }).map((thousandths) => thousandths / 1000);

describe("buckets of subjects (N6)", () => {
  it("are the documented hash, so that other programs can work them out", () => {
    // printf 'new-checkout.2026.cus_1' | sha256sum | cut -c1-12  is 2074b5f09e29, modulo 100,000
    expect(bucketOf("new-checkout", "2026", "cus_1")).to.equal(40393);
  });

  it("are within 0 to 99,999 and the same at every call", () => {
    fc.assert(
      fc.property(name, name, name, (key, salt, subject) => {
        const bucket = bucketOf(key, salt, subject);
        expect(bucket).to.be.within(0, BUCKETS - 1);
        expect(bucketOf(key, salt, subject)).to.equal(bucket);
      }),
    );
  });

  it("never leave a roll-out when its percentage rises", () => {
    fc.assert(
      fc.property(name, percentage, percentage, (subject, one, other) => {
        const bucket = bucketOf("flag", "", subject);
        const [low, high] = one <= other ? [one, other] : [other, one];
        if (isWithin(bucket, low)) expect(isWithin(bucket, high)).to.equal(true);
      }),
    );
  });

  it("are all within 100 per cent and none within 0", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: BUCKETS - 1 }), (bucket) => {
        expect(isWithin(bucket, 100)).to.equal(true);
        expect(isWithin(bucket, 0)).to.equal(false);
      }),
    );
  });

  it("take exactly as many as the percentage says, to a thousandth", () => {
    fc.assert(
      fc.property(percentage, (share) => {
        const last = Math.round(share * 1000) - 1;
        if (last >= 0) expect(isWithin(last, share)).to.equal(true);
        expect(isWithin(last + 1, share)).to.equal(false);
      }),
    );
  });

  it("spread evenly: 100,000 subjects over ten tenths, within the bounds of chance", () => {
    const counts = new Array<number>(10).fill(0);
    for (let subject = 0; subject < 100_000; subject++) {
      const tenth = Math.floor(bucketOf("flag", "salt", `cus_${subject}`) / 10_000);
      counts[tenth] = (counts[tenth] ?? 0) + 1;
    }
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    // Chi-squared of 9 degrees of freedom exceeds 27.88 once in a thousand; the subjects are the same in every run.
    expect(chiSquared).to.be.below(27.88);
  });

  it("of two flags have nothing to do with each other", () => {
    let both = 0;
    for (let subject = 0; subject < 20_000; subject++) {
      const isIn = (flag: string) => isWithin(bucketOf(flag, "", `cus_${subject}`), 50);
      if (isIn("one") && isIn("other")) both++;
    }
    // A quarter, give or take five standard deviations of 61.
    expect(both).to.be.within(4694, 5306);
  });

  it("fall into the parts of a split in order, each part as wide as its share", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: BUCKETS - 1 }),
        fc.integer({ min: 0, max: 100 }),
        (bucket, share) => {
          const expected = bucket < share * 1000 ? "a" : "b";
          expect(pick(bucket, { a: share, b: 100 - share })).to.equal(expected);
        },
      ),
    );
  });

  it("always find a part, though thirds do not add up in floating point", () => {
    expect(pick(BUCKETS - 1, { a: 33.333, b: 33.333, c: 33.334 })).to.equal("c");
    expect(pick(BUCKETS - 1, { a: 33.333, b: 66.667, c: 0 })).to.equal("b");
  });
});
