import { expect } from "chai";
import fc from "fast-check";
import { addresses, type Cidr, contains, formatCidr, isPrivate, overlaps, parseCidr, part } from "./cidr.ts";

/** Any range whose bits beyond the prefix are zero. */
const cidrs = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]): Cidr => ({ base: address - (address % 2 ** (32 - prefix)), prefix }));

describe("IPv4 ranges", () => {
  it("are written as they were read", () => {
    fc.assert(
      fc.property(cidrs, (cidr) => {
        expect(parseCidr(formatCidr(cidr))).to.deep.equal(cidr);
      }),
    );
  });

  it("are cut into parts that fill them, in order and without a gap", () => {
    fc.assert(
      fc.property(cidrs, fc.integer({ min: 0, max: 4 }), (cidr, bits) => {
        fc.pre(cidr.prefix + bits <= 32);
        const parts = Array.from({ length: 2 ** bits }, (_, index) => part(cidr, bits, index));
        let next = cidr.base;
        for (const one of parts) {
          expect(one.base).to.equal(next);
          next += addresses(one);
        }
        expect(next).to.equal(cidr.base + addresses(cidr));
      }),
    );
  });

  it("overlap exactly when one holds the other's first address", () => {
    fc.assert(
      fc.property(cidrs, cidrs, (one, other) => {
        const holdsFirst = (outer: Cidr, inner: Cidr) => contains(outer, { base: inner.base, prefix: 32 });
        expect(overlaps(one, other)).to.equal(holdsFirst(one, other) || holdsFirst(other, one));
      }),
    );
  });

  it("are private within RFC 1918 and RFC 6598, and nowhere else", () => {
    for (const text of ["10.0.0.0/8", "172.31.0.0/16", "192.168.4.0/24", "100.64.0.0/10"]) {
      expect(isPrivate(parseCidr(text)), text).to.equal(true);
    }
    for (const text of ["0.0.0.0/0", "11.0.0.0/16", "172.32.0.0/16", "192.0.0.0/8", "100.0.0.0/8"]) {
      expect(isPrivate(parseCidr(text)), text).to.equal(false);
    }
  });

  for (const [text, message] of [
    ["10.0.0.0", '"10.0.0.0" is not an IPv4 range; write one such as "10.0.0.0/16"'],
    ["10.0.256.0/24", '"10.0.256.0/24" is not an IPv4 range; write one such as "10.0.0.0/16"'],
    ["10.0.0.0/33", '"10.0.0.0/33" is not an IPv4 range; write one such as "10.0.0.0/16"'],
    ["::/0", '"::/0" is not an IPv4 range; write one such as "10.0.0.0/16"'],
    ["10.0.1.0/16", '"10.0.1.0/16" has bits set beyond its prefix; write "10.0.0.0/16"'],
  ] as const) {
    it(`refuse ${text}`, () => expect(() => parseCidr(text)).to.throw(message));
  }

  it("refuse a part that they do not have", () => {
    const network = parseCidr("10.0.0.0/16");
    expect(() => part(network, 2, 4)).to.throw("10.0.0.0/16 has no part 4 of 4");
    expect(() => part(network, 17, 0)).to.throw("10.0.0.0/16 has no part 0 of 131072");
  });
});
