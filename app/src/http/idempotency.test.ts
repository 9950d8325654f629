import { expect } from "chai";
import { idempotencyKeys } from "./idempotency.ts";
import { exchange, hardenedServer, type HardenedServer } from "./hardening.test-support.ts";

describe("The header Idempotency-Key", () => {
  let server: HardenedServer;

  before(async () => {
    server = await hardenedServer({}, async (app) => {
      app.addHook("onRequest", (request, _reply, done) => {
        request.operation = {
          caller: { actor: "key_test", livemode: false, scopes: new Set() },
          requestId: request.id,
        };
        done();
      });
      await app.register(idempotencyKeys, { key: Buffer.alloc(32) });
      app.post("/keyed", ({ operation }) => ({ key: operation.idempotency?.key ?? null }));
    });
  });
  after(() => server.close());

  const ask = (...keys: string[]) => {
    const headers = keys.map(
      (key, index) => `${index === 0 ? "Idempotency-Key" : "idempotency-key"}: ${key}\r\n`,
    );
    return exchange(
      server.port,
      `POST /keyed HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n${headers.join("")}\r\n`,
    );
  };

  it("may hold a comma", async () => {
    expect(await ask("order 1, step 2")).to.include('{"key":"order 1, step 2"}');
  });

  it("is refused when it is sent twice, equal or not", async () => {
    for (const second of ["a", "b"]) {
      const answer = await ask("a", second);
      expect(answer).to.match(/^HTTP\/1\.1 400 /);
      expect(answer).to.include('"code":"idempotency_key_invalid"');
      expect(answer).to.include("There is more than one Idempotency-Key. Send one.");
    }
  });
});
