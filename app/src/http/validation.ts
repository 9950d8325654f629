/** How requests are judged by their schemas, and how mistakes are told. */
import { Ajv, type ErrorObject } from "ajv";
import addFormats from "ajv-formats";
import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { ApiError, type Mistake } from "../errors.ts";

const OPTIONS = {
  allErrors: true,
  useDefaults: true,
  removeAdditional: false,
  strict: false,
  verbose: true,
} as const;

/** Bodies mean what they say: "12" is no number. Queries, paths and headers have only strings, so those are converted. */
export function validatorCompiler(): FastifySchemaCompiler<TSchema> {
  const body = addFormats.default(new Ajv(OPTIONS));
  const other = addFormats.default(new Ajv({ ...OPTIONS, coerceTypes: "array" }));
  return ({ schema, httpPart }) => (httpPart === "body" ? body : other).compile(schema);
}

/** All mistakes of a request, each with its field, its value and what is allowed. */
export function validationError(errors: readonly ErrorObject[], part: string): ApiError {
  const mistakes = withoutEchoes(errors).map((error) => mistakeOf(error, part));
  const first = mistakes[0];
  if (first === undefined)
    return new ApiError(400, "invalid_request_error", "request_invalid", "The request is invalid.");
  const more = mistakes.length > 1 ? ` (and ${String(mistakes.length - 1)} more: see mistakes)` : "";
  return new ApiError(400, "invalid_request_error", first.code, `${first.message}${more}`, {
    param: first.param,
    mistakes: mistakes.length > 1 ? mistakes : undefined,
  });
}

/**
 * A union says what each of its branches misses, and then itself. One line for the field is enough: that of a value or null,
 * where it is no null, says what the value misses, and another union what it takes.
 */
function withoutEchoes(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const [optional, others] = [unions.filter(isOfRightType), unions.filter((union) => !isOfRightType(union))];
  const isWithin =
    ({ schemaPath }: ErrorObject) =>
    (union: ErrorObject) =>
      union.schemaPath !== schemaPath && schemaPath.startsWith(`${union.schemaPath}/`);
  return errors.filter(
    (error) =>
      error.keyword !== "if" &&
      error.keyword !== "propertyNames" &&
      !optional.includes(error) &&
      !(isNullBranch(error) && optional.some(isWithin(error))) &&
      !others.some(isWithin(error)),
  );
}

/** Whether a union is of one type or null, and the value of that type: then something else is wrong with it. */
function isOfRightType({ parentSchema, data }: ErrorObject): boolean {
  const { anyOf = [] } = (parentSchema ?? {}) as Schema;
  const types = anyOf.map(({ type }) => type);
  const [type] = types.filter((each) => each !== "null");
  if (types.length !== 2 || !types.includes("null")) return false;
  return type === typeof data || (type === "integer" && Number.isInteger(data));
}

/** What the null of such a union says of every value. */
function isNullBranch({ keyword, params }: ErrorObject): boolean {
  return keyword === "type" && (params as { type: unknown }).type === "null";
}

function mistakeOf(error: ErrorObject, part: string): Mistake {
  const path = error.instancePath.slice(1).replaceAll("/", ".");
  const params = error.params as { missingProperty?: string; additionalProperty?: string };
  const within = (name: unknown) => [path, String(name)].filter((piece) => piece !== "").join(".");
  switch (error.keyword) {
    case "required": {
      const param = within(params.missingProperty);
      return { param, code: "parameter_missing", message: `${param} is missing: send it in the ${part}.` };
    }
    case "additionalProperties": {
      const param = within(params.additionalProperty);
      return {
        param,
        code: "parameter_unknown",
        message: `${param} is not known here: remove it from the ${part}.`,
      };
    }
    default: {
      const param = path === "" ? part : path;
      if (error.propertyName !== undefined) {
        const message = `A name in ${param} ${expectation(error)}.`;
        return { param, code: "parameter_invalid", message };
      }
      return {
        param,
        code: "parameter_invalid",
        message: `${param}${shown(error.data, param)} ${expectation(error)}.`,
      };
    }
  }
}

/** A schema, as far as mistakes tell of it. */
interface Schema {
  title?: string;
  const?: unknown;
  enum?: unknown[];
  type?: string;
  anyOf?: Schema[];
  examples?: (string | number)[];
}

function expectation({ keyword, params, message, parentSchema, data, instancePath }: ErrorObject): string {
  const schema = (parentSchema ?? {}) as Schema;
  if (keyword === "enum") {
    return `must be one of ${choice((params as { allowedValues: unknown[] }).allowedValues, data, schema)}`;
  }
  if (keyword === "anyOf" || keyword === "oneOf") {
    const allowed = valuesOf(schema);
    return allowed.length > 0 ? `must be one of ${allowed.join(", ")}` : "has none of the allowed forms";
  }
  // A pattern is for programs: people see by an example what is meant. That of a card number would look like theirs.
  const [example] = keyword === "pattern" && !SECRET.test(instancePath) ? (schema.examples ?? []) : [];
  return `${message ?? "is invalid"}${example === undefined ? "" : `, as ${example}`}`;
}

/** What a branch of a union takes. */
function valuesOf({ const: constant, enum: values, anyOf, type }: Schema): unknown[] {
  return anyOf?.flatMap(valuesOf) ?? values ?? [constant ?? type].filter((name) => name !== undefined);
}

/** Values that a mistake names, at most. */
const NAMED = 8;

/** Of many values those that begin most like the one at fault, and where all of them stand. */
function choice(allowed: readonly unknown[], value: unknown, { title }: Schema): string {
  if (allowed.length <= NAMED) return allowed.join(", ");
  const alike = allowed
    .map((each) => ({ each, length: commonLength(String(each), String(value).toLowerCase()) }))
    .sort((a, b) => b.length - a.length);
  const named = alike.slice(0, NAMED).map(({ each }) => each);
  const all = title === undefined ? "" : ` (all: /openapi.json#/components/schemas/${title})`;
  return `${named.join(", ")}, …${all}`;
}

/** How many characters two texts have in common from their beginning. */
function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/** Fields whose values are not repeated. */
const SECRET = /number|cvc|secret|password|token|key/i;

/** The value at fault, when it is short and can be no secret. */
function shown(value: unknown, param: string): string {
  if (SECRET.test(param)) return "";
  if (typeof value === "number" || typeof value === "boolean" || value === null)
    return ` is ${String(value)}, but`;
  if (typeof value !== "string" || value.length > 40 || /\d[\d\s-]{8,}\d/.test(value)) return "";
  return ` is "${value}", but`;
}
