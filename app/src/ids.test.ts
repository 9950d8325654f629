import { expect } from "chai";
import { TypeID } from "typeid-js";
import { V7Generator } from "uuidv7";
import { ID_PREFIXES, type IdKind, makeIds } from "./ids.ts";

describe("ids", () => {
  const NOW = 1_795_305_600_000;

  it("are TypeIDs of UUIDs of version 7", () => {
    // A random number of few bits, and one of all: so that every place of the encoding is seen with both.
    for (const pattern of [0, 1, 0x80000000, 0xffffffff, 0xa5c31e97]) {
      const random = () => pattern;
      const generator = new V7Generator({ nextUint32: random });
      const makeId = makeIds(() => NOW, random);
      for (const kind of Object.keys(ID_PREFIXES) as IdKind[]) {
        const { bytes } = generator.generateOrResetWithTs(NOW);
        expect(makeId(kind)).to.equal(TypeID.fromUUIDBytes(ID_PREFIXES[kind], bytes).toString());
      }
    }
  });

  it("bear the time of their making", () => {
    const id = TypeID.fromString(makeIds(() => NOW)("payment"));
    expect(id.getType()).to.equal("pay");
    expect(Number.parseInt(id.toUUID().replaceAll("-", "").slice(0, 12), 16)).to.equal(NOW);
  });

  it("grow, and none comes twice, also when the clock stands still or steps back", () => {
    let now = NOW;
    const makeId = makeIds(() => now);
    const made = Array.from({ length: 10_000 }, (_, n) => {
      now = NOW - (n % 5);
      return makeId("event");
    });
    expect(made).to.deep.equal([...new Set(made)].sort());
  });

  it("of two makers differ within the same millisecond", () => {
    const [one, other] = [makeIds(() => NOW), makeIds(() => NOW)];
    const made = Array.from({ length: 1000 }, () => [one("event"), other("event")]).flat();
    expect(new Set(made).size).to.equal(made.length);
  });
});
