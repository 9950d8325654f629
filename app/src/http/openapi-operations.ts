/** What is true of every operation of the API, and therefore not said by each route. */
import type { OpenAPIV3, OpenAPIV3_1 } from "openapi-types";

type Document = Partial<OpenAPIV3.Document | OpenAPIV3_1.Document>;

const REQUEST_ID = "Request-Id";
const RETRY_AFTER = "Retry-After";

/** Headers of answers, as the document's components. */
export const HEADERS: Record<string, OpenAPIV3.HeaderObject> = {
  [REQUEST_ID]: {
    description: "Names the request in logs, events and errors.",
    required: true,
    schema: { type: "string", pattern: "^req_" },
  },
  [RETRY_AFTER]: {
    description: "Seconds after which to ask again.",
    schema: { type: "integer", minimum: 0 },
  },
};

/**
 * Headers of requests have the names that people know them by. What has a default may be left out, and a body with nothing
 * required as well.
 */
export function completeOperations<D extends Document>(document: D): D {
  for (const path of Object.values(document.paths ?? {})) {
    if (path === undefined) continue;
    for (const method of ["get", "post", "patch", "delete"] as const) {
      const operation = path[method];
      if (operation === undefined) continue;
      for (const parameter of operation.parameters ?? []) {
        if ("$ref" in parameter) continue;
        if (parameter.name === "idempotency-key") parameter.name = "Idempotency-Key";
        if (hasDefault(parameter.schema)) parameter.required = false;
      }
      requireNoDefaults(operation.requestBody);
      if (method === "post") allowNoBody(operation.requestBody);
      describeHeaders(operation.responses);
    }
  }
  return document;
}

function hasDefault(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && "default" in schema;
}

/** Validation puts defaults in first, so a field that has one counts as required there. */
function requireNoDefaults(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const { required, properties } = value as OpenAPIV3.SchemaObject;
  if (Array.isArray(required) && properties !== undefined)
    Object.assign(value, { required: required.filter((name) => !hasDefault(properties[name])) });
  for (const each of Object.values(value)) requireNoDefaults(each);
}

/** The service takes an empty body for `{}`. */
function allowNoBody(body: OpenAPIV3_1.OperationObject["requestBody"]): void {
  if (body === undefined || !("content" in body)) return;
  const schemas = Object.values(body.content).map(({ schema }) => schema);
  body.required = schemas.some((schema) => schema !== undefined && !acceptsEmptyObject(schema));
}

function acceptsEmptyObject(schema: object): boolean {
  const { type, required, minProperties, anyOf, oneOf } = schema as OpenAPIV3.SchemaObject;
  return (
    type === "object" &&
    (required ?? []).length === 0 &&
    minProperties === undefined &&
    anyOf === undefined &&
    oneOf === undefined
  );
}

function describeHeaders(responses: Record<string, { $ref: string } | { headers?: object }> = {}): void {
  for (const [status, response] of Object.entries(responses)) {
    if ("$ref" in response) continue;
    const names = status.startsWith("2") ? [REQUEST_ID] : [REQUEST_ID, RETRY_AFTER];
    const references = names.map((name) => [name, { $ref: `#/components/headers/${name}` }]);
    response.headers = { ...response.headers, ...(Object.fromEntries(references) as object) };
  }
}
