import { expect } from "chai";
import { expectNoCardNumbers, findCardNumbers, plantedNumbers } from "./card-numbers.test-support.ts";

const NUMBER = "4242424242424242";

/** Ways in which a number may leave the service. */
const HIDDEN: Record<string, (number: string) => string | Buffer> = {
  "in the midst of text": (number) => `declined: ${number} is no good`,
  "as a JSON number": (number) => `{"n":${number}}`,
  "in groups": (number) => number.replace(/(.{4})(?=.)/g, "$1 "),
  "with dashes": (number) => number.replace(/(.{4})(?=.)/g, "$1-"),
  "in a URL": (number) => `/x?n=${number.replace(/(.{4})(?=.)/g, "$1%20")}`,
  "with every digit escaped in a URL": (number) => number.replace(/\d/g, "%3$&"),
  "escaped in JSON": (number) => number.replace(/\d/g, String.raw`\u003$&`),
  "escaped in JSON within JSON": (number) => JSON.stringify(number.replace(/\d/g, String.raw`\u003$&`)),
  "in base64": (number) => Buffer.from(number).toString("base64"),
  "in base64 after one other byte": (number) => Buffer.from(`x${number}y`).toString("base64"),
  "in base64 after two other bytes": (number) => Buffer.from(`xx${number}yy`).toString("base64"),
  "in base64 for URLs": (number) => `data:${Buffer.from(`{"n":"${number}"}`).toString("base64url")}`,
  "in base64 of base64": (number) =>
    Buffer.from(Buffer.from(`[${number}]`).toString("base64")).toString("base64"),
  "in hexadecimal": (number) => Buffer.from(number).toString("hex"),
  "as PostgreSQL shows bytes": (number) => `\\x00ff${Buffer.from(`"${number}"`).toString("hex")}00`,
  "in UTF-16": (number) => Buffer.from(number, "utf16le"),
  "after another digit and a letter": (number) => `7z${number}`,
};

describe("the search for card numbers", () => {
  for (const [how, hide] of Object.entries(HIDDEN)) {
    it(`finds one ${how}`, () => {
      for (const { number } of plantedNumbers()) {
        const found = findCardNumbers(hide(number)).map(({ masked }) => masked);
        expect(found, number).to.include(
          `${number.slice(0, 6)}${"*".repeat(number.length - 10)}${number.slice(-4)}`,
        );
      }
    });
  }

  it("finds one within a longer run of digits", () => {
    expect(findCardNumbers(`00012${NUMBER}3456789`).map(({ masked }) => masked)).to.include(
      "424242******4242",
    );
  });

  it("finds security codes by what they are called", () => {
    for (const text of [
      `"cvc":"937"`,
      "cvv=937",
      `{\\"security_code\\": \\"937\\"}`,
      "CVC2: 937",
      `"cvc":937`,
    ]) {
      expect(findCardNumbers(text), text).to.deep.include({
        kind: "security code",
        how: "text",
        masked: "***",
      });
    }
  });

  it("tells what it found and how, without showing it", () => {
    const hidden = Buffer.from(`{"number":"${NUMBER}"}`).toString("base64");
    expect(() => expectNoCardNumbers(hidden, "the log")).to.throw(
      "expected no card number in the log, but there is card number 424242******4242 (base64 > text)",
    );
  });

  it("finds nothing in what the service may show", () => {
    const shown = [
      `{"first6":"424242","last4":"4242","exp_year":2030,"created":1795305600,"fingerprint":"00f1e2d3c4b5a6978897a6b5c4d3e2f1"}`,
      "pay_01m80pvkadecrbzqsgybvvvmqg 424242******4242 1795305600123 2026-11-22T04:30:00.123Z",
      `"cvc_check":"pass","invalid_cvc" The security code must have 3 digits, as on Visa cards.`,
      "\\x8f3c9a1be27d4056f1c2b3a4958677605142332415061728394a5b6c7d8e9fa0",
    ].join("\n");
    expect(findCardNumbers(shown)).to.deep.equal([]);
    expect(() => expectNoCardNumbers(shown)).not.to.throw();
  });
});
