import type { ErrorObject } from "ajv";
import { expect } from "chai";
import { Type, type TSchema } from "typebox";
import { Currency, Nullable } from "./schemas.ts";
import { validationError, validatorCompiler } from "./validation.ts";

describe("mistakes of a body", () => {
  /** What is said of a field that must be like the schema. */
  function told(schema: TSchema, field: unknown): string[] {
    const body = Type.Object({ field: Type.Optional(schema) }, { additionalProperties: false });
    const validate = validatorCompiler()({ schema: body, method: "POST", url: "/", httpPart: "body" });
    if (validate({ field }) === true) return [];
    const { errors } = validate as unknown as { errors: ErrorObject[] };
    const { message, details } = validationError(errors, "body");
    return details.mistakes?.map((mistake) => mistake.message) ?? [message];
  }
  const address = Type.Object(
    { country: Type.Optional(Nullable(Type.String({ pattern: "^[A-Z]{2}$", examples: ["DE"] }))) },
    { additionalProperties: false },
  );

  it("say what is wrong with the value of a field that may be null", () => {
    expect(told(Nullable(Type.String({ format: "email" })), "ada")).to.deep.equal([
      'field is "ada", but must match format "email".',
    ]);
    expect(told(Nullable(Type.Integer({ minimum: 0 })), -1)).to.deep.equal([
      "field is -1, but must be >= 0.",
    ]);
    expect(told(Nullable(address), { country: "de", town: "x" })).to.have.members([
      "field.town is not known here: remove it from the body.",
      'field.country is "de", but must match pattern "^[A-Z]{2}$", as DE.',
    ]);
    expect(told(Nullable(address), null)).to.deep.equal([]);
  });

  it("say what is allowed where the value is of no allowed type", () => {
    expect(told(Nullable(Type.String()), 5)).to.deep.equal(["field is 5, but must be one of string, null."]);
    expect(told(Nullable(Type.Integer()), 1.5)).to.deep.equal([
      "field is 1.5, but must be one of integer, null.",
    ]);
    expect(told(Type.Union([Type.Literal("open"), Type.Literal("closed")]), "shut")).to.deep.equal([
      'field is "shut", but must be one of open, closed.',
    ]);
  });

  it("name the values most like the one at fault first, whatever its letters", () => {
    expect(told(Currency, "USD")[0]).to.match(/^field is "USD", but must be one of usd, /);
  });
});
