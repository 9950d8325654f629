/** The OpenAPI document tells the truth about the whole application, and the pages that show it work. */
import { expect } from "chai";
import { EVENT_PATTERNS } from "../src/events/types.ts";
import { testApp, type TestApp } from "./app.test-support.ts";

interface Schema {
  type?: string | string[];
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  [keyword: string]: unknown;
}

interface Parameter {
  in: string;
  name: string;
  required?: boolean;
  schema: Schema;
}

interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: object[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<
    string,
    { description: string; headers?: object; content?: Record<string, { schema: Schema }> }
  >;
}

interface Document {
  openapi: string;
  tags: { name: string; description: string }[];
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: object };
}

describe("the OpenAPI document", function () {
  this.timeout(30_000);
  let app: TestApp;
  let text: string;
  let document: Document;
  let operations: { name: string; method: string; operation: Operation }[];

  before(async () => {
    app = await testApp();
    ({ text, body: document } = await app.get<Document>("/openapi.json"));
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method} ${path}`,
        method,
        operation,
      })),
    );
  });
  after(async () => {
    await app.close();
  });

  it("is of version 3.1, names its server, and says what each operation is", () => {
    expect(document.openapi).to.equal("3.1.0");
    expect(document.servers).to.have.length(1);
    const tags = new Set(document.tags.map(({ name }) => name));
    for (const { name, operation } of operations) {
      expect(operation.operationId, name).to.match(/^[a-z][A-Za-z]+$/);
      expect(operation.summary, name).to.be.a("string");
      expect(operation.tags, name).to.have.length(1);
      expect([...tags], name).to.include(operation.tags?.[0]);
    }
    const used = new Set(operations.map(({ operation }) => operation.tags?.[0]));
    expect(
      [...tags].filter((tag) => !used.has(tag)),
      "tags without operations",
    ).to.deep.equal([]);
  });

  it("gives each operation an id of its own", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).to.deep.equal([]);
  });

  it("says of each operation that needs a key which scope, and of each what errors look like", () => {
    for (const { name, operation } of operations.filter(({ name }) => name.includes(" /v1/"))) {
      expect(operation.security, name).to.equal(undefined);
      expect(operation.description, name).to.match(/Scope: `[a-z_]+:[a-z]+`\.$/);
      for (const status of ["4XX", "5XX"]) {
        const schema = operation.responses[status]?.content?.["application/json"]?.schema;
        expect(schema, `${name} ${status}`).to.deep.equal({ $ref: "#/components/schemas/Error" });
        expect(operation.responses[status]?.headers, name).to.have.all.keys("Request-Id", "Retry-After");
      }
    }
  });

  it("documents the Idempotency-Key of every POST that has an effect which must not be doubled", () => {
    const without = operations.filter(
      ({ method, operation }) =>
        method === "post" && !operation.parameters?.some(({ name }) => name === "Idempotency-Key"),
    );
    // Each token is another, and of rotations one runs at a time.
    expect(without.map(({ operation }) => operation.operationId)).to.have.members([
      "createToken",
      "rotateVaultKeys",
    ]);
  });

  it("lists the types of events that can be asked for", () => {
    expect(document.components.schemas.EventPattern?.enum).to.deep.equal(EVENT_PATTERNS);
  });

  it("documents expand[] where objects can be expanded", () => {
    for (const id of ["retrievePayment", "listPayments"]) {
      const { operation } = operations.find((each) => each.operation.operationId === id) ?? {};
      expect(
        operation?.parameters?.map(({ name }) => name),
        id,
      ).to.include("expand[]");
    }
  });

  it("requires nothing that has a default, and no body where all of it may be left out", () => {
    const payment = operations.find(({ operation }) => operation.operationId === "createPayment")?.operation;
    expect(payment?.requestBody?.content["application/json"]?.schema.required).to.deep.equal([
      "amount",
      "currency",
    ]);
    const list = operations.find(({ operation }) => operation.operationId === "listPayments")?.operation;
    expect(list?.parameters?.filter(({ required }) => required)).to.deep.equal([]);
    const cancel = operations.find(({ operation }) => operation.operationId === "cancelPayment")?.operation;
    expect(cancel?.requestBody?.required).to.equal(false);
    expect(payment?.requestBody?.required).to.equal(true);
  });

  it("bounds every number that is kept or looked up: none is beyond what the database takes", () => {
    const unbounded = operations.flatMap(({ operation }) => {
      const sent = [
        ...(operation.parameters ?? []).map(({ name, schema }) => [name, schema] as const),
        ...Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => ["body", schema] as const),
      ];
      return sent.flatMap(([name, schema]) => unboundedIntegers(schema, `${operation.operationId}.${name}`));
    });
    expect(unbounded).to.deep.equal([]);
  });

  it("writes each schema once, and refers to it", () => {
    const { schemas } = document.components;
    expect(schemas).to.include.keys(
      "Payment",
      "ExpandedPaymentList",
      "Refund",
      "Customer",
      "Error",
      "Currency",
    );
    for (const name of Object.keys(schemas)) expect(name).to.match(/^[A-Z][A-Za-z]+$/);
    const objects = JSON.stringify(document.paths).match(/"object":\{[^{}]*"const":"[a-z._]+"/g) ?? [];
    expect(objects, "objects that are written out in a path").to.deep.equal([]);
    const references = new Set(
      [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
    );
    expect([...references]).to.have.members(Object.keys(schemas));
    expect(text.length, "characters").to.be.below(400_000);
  });

  it("is shown at /docs and /swagger-ui.html, with a page about errors", async () => {
    const docs = await app.get<string>("/docs");
    expect([docs.status, docs.headers["content-type"]]).to.deep.equal([200, "text/html; charset=utf-8"]);
    const old = await app.get("/swagger-ui.html");
    expect([old.status, old.headers.location]).to.deep.equal([302, "/docs"]);
    const errors = await app.get<string>("/docs/errors");
    expect([errors.status, errors.headers["content-type"]]).to.deep.equal([200, "text/html; charset=utf-8"]);
    expect(errors.text).to.contain('<section id="resource_missing">');
  });

  function unboundedIntegers(schema: Schema, path: string): string[] {
    const name = schema.$ref?.split("/").at(-1);
    const seen = name === undefined ? schema : (document.components.schemas[name] ?? {});
    const isInteger = [seen.type].flat().includes("integer");
    const isBounded = "maximum" in seen && "minimum" in seen;
    const own = isInteger && !isBounded ? [path] : [];
    const nested = Object.entries(seen).filter((entry): entry is [string, Schema] => isObject(entry[1]));
    return [...own, ...nested.flatMap(([key, each]) => unboundedIntegers(each, `${path}.${key}`))];
  }
});

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
