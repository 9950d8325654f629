import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { holdsCardNumber, maskCardNumbers } from "./mask.ts";

describe("maskCardNumbers", () => {
  const cards: [string, string][] = [
    ["4242424242424242", "424242******4242"],
    ["4242 4242 4242 4242", "424242******4242"],
    ["5555-5555-5555-4444", "555555******4444"],
    ["378282246310005", "378282*****0005"],
    ["6011111111111117", "601111******1117"],
    ["4222222222222", "422222***2222"],
  ];
  for (const [number, masked] of cards) {
    it(`leaves the first six and last four digits of ${number}`, () => {
      expect(maskCardNumbers(`{"message":"card ${number} refused"}`)).to.equal(
        `{"message":"card ${masked} refused"}`,
      );
    });
  }

  it("masks each of several, also where letters touch them", () => {
    expect(maskCardNumbers("a4242424242424242b,5555555555554444")).to.equal(
      "a424242******4242b,555555******4444",
    );
  });

  const beside: [string, string][] = [
    ["4242424242424242 12/27", "424242******4242 12/27"],
    ["4242424242424242 123", "424242******4242 123"],
    ["4242 4242 4242 4242 123", "424242******4242 123"],
    ["4242-4242-4242-4242-123", "424242******4242-123"],
    ["2026-11-22 4242424242424242", "2026-11-22 424242******4242"],
    ["12/27 3782 822463 10005 1234", "12/27 378282*****0005 1234"],
    ["%204242424242424242", "%20424242******4242"],
  ];
  for (const [text, masked] of beside) {
    it(`masks a number beside other digits: ${text}`, () => expect(maskCardNumbers(text)).to.equal(masked));
  }

  it("masks groups apart by dots, plus signs, no-break spaces and two spaces", () => {
    for (const gap of [".", "+", "\u00a0", "  ", "%20%20"]) {
      const text = ["4242", "4242", "4242", "4242"].join(gap);
      expect(maskCardNumbers(text), text).to.equal("424242******4242");
      expect(holdsCardNumber(text), text).to.equal(true);
    }
  });

  it("shows no more of a number where its digits with others could be one, too", () => {
    // 4242 4242 4242 4242 is a number, and so is 4242 4242 4242 5009.
    const masked = maskCardNumbers("4242 4242 4242 4242 5009");
    expect(masked).to.equal("424242**********5009");
  });

  it("takes a time that grows with the text alone", () => {
    for (const piece of ["1 ", "4", "4242 4242 ", "4242.", "%204", "4  ", "444444444444,"]) {
      const text = piece.repeat(20_000 / piece.length);
      expect(maskCardNumbers(text)).to.have.length.at.most(text.length);
      holdsCardNumber(text);
    }
  });

  it("leaves other digits alone", () => {
    const text =
      '{"time":1795305600123,"amount":4242424242424241,"id":"42424242424242424242424242424242","n":123456,"f":3.14159265358979,"ip":"10.20.30.40:5432","at":"2026-11-22T06:45:00.123Z"}';
    expect(maskCardNumbers(text)).to.equal(text);
  });
});

describe("holdsCardNumber", () => {
  it("finds numbers in one piece, in groups and escaped", () => {
    const texts = [
      "4242424242424242",
      "order-4242424242424242",
      "x4242424242424242",
      "4242 4242 4242 4242",
      "https://a.example/5555-5555-5555-4444?x",
      "3782-822463-10005",
      "4242%204242%204242%204242",
      "4242 4242 4242 4242 123",
      "4242424242424242 12/27",
      "2026-11-22 4242424242424242",
      "11-22 4242 4242 4242 4242 12/27",
    ];
    expect(texts.filter((text) => !holdsCardNumber(text))).to.deep.equal([]);
  });

  it("takes no UUID for a card number", () => {
    const uuids = Array.from({ length: 20_000 }, () => randomUUID().replace(/[a-f]/g, "4"));
    expect(uuids.filter(holdsCardNumber)).to.deep.equal([]);
  });

  it("takes no time and no digits with a wrong check digit for a card number", () => {
    expect(["1795328120123", "4242424242424241", "20261122064500"].filter(holdsCardNumber)).to.deep.equal([]);
  });
});
