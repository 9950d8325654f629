import { expect } from "chai";
import { Type } from "typebox";
import { readEnvironment } from "./environment.ts";

const settings = {
  PORT: Type.Integer({ minimum: 1, maximum: 65535, default: 3000 }),
  RATIO: Type.Number({ minimum: 0, maximum: 1, default: 1 }),
  LEVEL: Type.Enum(["low", "high"], { default: "low" }),
  MODE: Type.Optional(Type.Union([Type.Literal("a"), Type.Literal("b")])),
  VERBOSE: Type.Boolean({ default: false }),
  ORIGINS: Type.Array(Type.String({ minLength: 3 }), { default: [] }),
  TARGET: Type.Optional(Type.String({ format: "uri" })),
  JWT_SECRET: Type.Optional(Type.String({ minLength: 32 })),
  REQUIRED: Type.String({ description: "What it is for" }),
};

function mistakesOf(environment: Record<string, string>): string[] {
  return readEnvironment(settings, { REQUIRED: "x", ...environment }).mistakes;
}

describe("the environment", () => {
  it("becomes values of the schema's types", () => {
    const { values, mistakes } = readEnvironment(settings, {
      PORT: " 8080 ",
      RATIO: "0.25",
      LEVEL: "high",
      MODE: "b",
      VERBOSE: "1",
      ORIGINS: "https://a.example, https://b.example,",
      TARGET: "https://collector.example:4318",
      REQUIRED: "x",
      UNRELATED: "y",
    });
    expect(mistakes).to.deep.equal([]);
    expect(values).to.deep.equal({
      PORT: 8080,
      RATIO: 0.25,
      LEVEL: "high",
      MODE: "b",
      VERBOSE: true,
      ORIGINS: ["https://a.example", "https://b.example"],
      TARGET: "https://collector.example:4318",
      REQUIRED: "x",
    });
  });

  it("takes the defaults for what is missing or empty", () => {
    const { values, mistakes } = readEnvironment(settings, { REQUIRED: "x", PORT: "", RATIO: "  " });
    expect(mistakes).to.deep.equal([]);
    expect(values).to.deep.equal({
      PORT: 3000,
      RATIO: 1,
      LEVEL: "low",
      VERBOSE: false,
      ORIGINS: [],
      REQUIRED: "x",
    });
  });

  const wrong: [string, string, string][] = [
    [
      "PORT",
      "http",
      'PORT: "http" is not a whole number from 1 to 65535; write one, or leave it out for 3000',
    ],
    ["PORT", "0", 'PORT: "0" is not a whole number from 1 to 65535; write one, or leave it out for 3000'],
    [
      "PORT",
      "80.5",
      'PORT: "80.5" is not a whole number from 1 to 65535; write one, or leave it out for 3000',
    ],
    [
      "PORT",
      "0x50",
      'PORT: "0x50" is not a whole number from 1 to 65535; write one, or leave it out for 3000',
    ],
    ["RATIO", "2", 'RATIO: "2" is not a number from 0 to 1; write one, or leave it out for 1'],
    ["LEVEL", "LOW", 'LEVEL: "LOW" is not one of "low", "high"; write one, or leave it out for "low"'],
    ["MODE", "c", 'MODE: "c" is not one of "a", "b"; write one, or leave it out'],
    ["VERBOSE", "yes", 'VERBOSE: "yes" is not true or false; write one, or leave it out for false'],
    [
      "ORIGINS",
      "a",
      'ORIGINS: "a" is not a list, separated by commas, of which each is text of at least 3 characters; write one, or leave it out for []',
    ],
    [
      "TARGET",
      "collector",
      'TARGET: "collector" is not a URL, such as https://host:4318; write one, or leave it out',
    ],
  ];
  for (const [name, value, message] of wrong) {
    it(`refuses ${name}=${value}, naming the value and the remedy`, () => {
      expect(mistakesOf({ [name]: value })).to.deep.equal([message]);
    });
  }

  it("tells all mistakes at once", () => {
    expect(mistakesOf({ PORT: "x", RATIO: "y", VERBOSE: "z" })).to.have.length(3);
  });

  it("says what a missing variable is for", () => {
    expect(readEnvironment(settings, {}).mistakes).to.deep.equal([
      "REQUIRED is missing; write text: What it is for",
    ]);
  });

  it("never shows a secret, nor the password within a URL", () => {
    expect(mistakesOf({ JWT_SECRET: "hunter2" })).to.deep.equal([
      "JWT_SECRET: its value (7 characters, not shown) is not text of at least 32 characters; write one, or leave it out",
    ]);
    expect(mistakesOf({ MODE: "postgres://me:hunter2@host/db" })).to.deep.equal([
      'MODE: "postgres://me:***@host/db" is not one of "a", "b"; write one, or leave it out',
    ]);
  });
});
