import { expect } from "chai";
import fc from "fast-check";
import { hashOf, isSecret, makeSecret } from "./secret.ts";

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((array) => Buffer.from(array));

describe("Secrets of API keys", () => {
  it("have a prefix, 43 digits of 256 random bits, and 6 of a checksum", () => {
    fc.assert(
      fc.property(fc.constantFrom("sk", "rk"), fc.boolean(), bytes, (kind, livemode, random) => {
        const { value, prefix, lastFour, hash } = makeSecret(kind, livemode, random);
        expect(prefix).to.equal(`${kind}_${livemode ? "live" : "test"}_`);
        expect(value.slice(prefix.length)).to.match(/^[0-9A-Za-z]{49}$/);
        expect(value.endsWith(lastFour)).to.equal(true);
        expect(isSecret(value)).to.equal(true);
        expect(hash.equals(hashOf(value))).to.equal(true);
      }),
    );
  });

  it("keep every bit of what they are made from", () => {
    fc.assert(
      fc.property(bytes, fc.nat(255), (random, bit) => {
        const other = Buffer.from(random);
        other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(makeSecret("sk", false, other).value).not.to.equal(makeSecret("sk", false, random).value);
      }),
    );
    expect(makeSecret("sk", false).value).not.to.equal(makeSecret("sk", false).value);
  });

  it("with one wrong character are seen to be mistyped", () => {
    fc.assert(
      fc.property(bytes, fc.nat(56), fc.constantFrom("0", "a", "Z", "_"), (random, place, character) => {
        const { value } = makeSecret("rk", true, random);
        const mistyped = value.slice(0, place) + character + value.slice(place + 1);
        expect(isSecret(mistyped)).to.equal(mistyped === value);
      }),
    );
  });

  for (const text of [
    "",
    "sk_test_",
    "sk_test_abc",
    "pk_test_0000000000000000000000000000000000000000000000000",
  ]) {
    it(`are not ${JSON.stringify(text)}`, () => expect(isSecret(text)).to.equal(false));
  }
});
