import { channel } from "node:diagnostics_channel";
import { expect } from "chai";
import Fastify, { type FastifyInstance, type RouteOptions } from "fastify";
import { testApp } from "../../test/app.test-support.ts";
import { lazySerializers, lazyValidators } from "./lazy-compilers.ts";
import { validatorCompiler } from "./validation.ts";

interface Content {
  content?: Record<string, { schema: object }>;
}

describe("schemas that are compiled at their first use", () => {
  it("can all be compiled, in the whole service", async () => {
    const routes: RouteOptions[] = [];
    const watch = (message: unknown) => {
      const { fastify } = message as { fastify: FastifyInstance };
      fastify.addHook("onRoute", (route) => void routes.push(route));
    };
    const made = channel("fastify.initialization");
    made.subscribe(watch);
    const app = await testApp();
    made.unsubscribe(watch);
    await app.close();

    const validators = validatorCompiler();
    const serializers = lazySerializers();
    let compiled = 0;
    for (const { url, method: methods, schema = {} } of routes) {
      const method = String(methods);
      for (const httpPart of ["body", "querystring", "params", "headers"] as const) {
        const part = schema[httpPart];
        if (part === undefined) continue;
        expect(validators({ schema: part as object, method, url, httpPart }), url).to.be.a("function");
        compiled += 1;
      }
      for (const [httpStatus, response] of Object.entries(
        (schema.response ?? {}) as Record<string, Content>,
      )) {
        const bodies = response.content
          ? Object.values(response.content).map((each) => each.schema)
          : [response];
        for (const body of bodies) {
          const serialize = serializers({ schema: body, method, url, httpStatus });
          // It is compiled, whatever it makes of a body that lacks what is required.
          try {
            serialize({});
          } catch (error) {
            expect((error as Error).message, `${method} ${url} ${httpStatus}`).to.match(
              /is required|does not match/,
            );
          }
          compiled += 1;
        }
      }
    }
    expect(compiled).to.be.above(200);
  });

  it("judge and write as if they had been compiled at once, at the first use and later", async () => {
    const counted = { validators: 0 };
    const compile = validatorCompiler();
    const app = Fastify()
      .setValidatorCompiler(
        lazyValidators((route) => {
          counted.validators += 1;
          return compile(route as Parameters<typeof compile>[0]);
        }),
      )
      .setSerializerCompiler(lazySerializers());
    const object = (properties: object, required: string[]) => ({ type: "object", properties, required });
    const schema = {
      body: object({ amount: { type: "integer" }, currency: { type: "string", default: "usd" } }, ["amount"]),
      response: { 200: object({ amount: { type: "integer" }, currency: { type: "string" } }, ["amount"]) },
    };
    app.post("/", { schema }, (request) => ({ ...(request.body as object), secret: "planted" }));
    await app.ready();
    expect(counted.validators).to.equal(0);
    const post = async (payload: object) => {
      const answer = await app.inject({ method: "POST", url: "/", payload });
      return [answer.statusCode, answer.json<object>()];
    };
    for (let round = 1; round <= 2; round += 1) {
      const [status, body] = await post({ amount: "12" });
      expect(status).to.equal(400);
      expect(body).to.deep.include({ message: "body/amount must be integer" });
      expect(await post({ amount: 12 })).to.deep.equal([200, { amount: 12, currency: "usd" }]);
    }
    expect(counted.validators).to.equal(1);
    await app.close();
  });
});
