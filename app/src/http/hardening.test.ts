import { expect } from "chai";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { until } from "../../test/wait.test-support.ts";
import { loadConfig } from "../config.ts";
import { exchange, hardenedServer, type HardenedServer, RawClient } from "./hardening.test-support.ts";

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const errorOf = (answer: string) =>
  (
    JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as {
      error: { code: string; message: string; request_id: string };
    }
  ).error;

function post(path: string, body: string | Buffer, type = "application/json"): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

describe("Hardening", () => {
  let server: HardenedServer;

  before(async () => {
    server = await hardenedServer({ CORS_ORIGINS: "https://shop.example.com", HEADER_COUNT_LIMIT: "20" });
  });
  after(() => server.close());
  afterEach("stays ready", async () => {
    expect(statusOf(await exchange(server.port, "GET /ready HTTP/1.1\r\nHost: x\r\n\r\n"))).to.equal(200);
  });

  it("F5: sends security headers with every answer, errors included", async () => {
    for (const url of ["/hello", "/nothing", "/%zz"]) {
      const { headers } = await server.app.inject(url);
      expect(headers, url).to.include({
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "content-security-policy":
          "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      });
      expect(headers).not.to.have.any.keys("x-powered-by", "server");
    }
  });

  it("lets the documentation's page run its own scripts, and no others", async () => {
    const { headers } = await server.app.inject("/docs/page");
    const policy = String(headers["content-security-policy"]);
    expect(policy).to.include("script-src 'self';").and.include("default-src 'none'");
    expect(policy).not.to.match(/script-src[^;]*unsafe|https:|\*/);
  });

  it("F5: lets pages of the listed origins call, and no others", async () => {
    const ask = (origin: string, method: "GET" | "OPTIONS") =>
      server.app.inject({
        method,
        url: "/hello",
        headers: { origin, ...(method === "OPTIONS" && { "access-control-request-method": "POST" }) },
      });
    const listed = await ask("https://shop.example.com", "OPTIONS");
    expect(listed.statusCode).to.equal(204);
    expect(listed.headers).to.include({ "access-control-allow-origin": "https://shop.example.com" });
    expect(listed.headers["access-control-allow-headers"]).to.include("idempotency-key");
    expect(listed.headers["access-control-allow-methods"]).to.equal("GET, POST, PATCH, DELETE");
    expect(
      (await ask("https://shop.example.com", "GET")).headers["access-control-expose-headers"],
    ).to.include("request-id");
    for (const other of ["https://shop.example.com.evil.example", "http://shop.example.com", "null"]) {
      for (const method of ["GET", "OPTIONS"] as const) {
        const { headers } = await ask(other, method);
        expect(headers, other).not.to.have.property("access-control-allow-origin");
        expect(headers).not.to.have.property("access-control-allow-credentials");
      }
    }
  });

  it("answers OPTIONS that is no page's question, too", async () => {
    const { statusCode, body } = await server.app.inject({ method: "OPTIONS", url: "/hello" });
    expect({ statusCode, body }).to.deep.equal({ statusCode: 204, body: "" });
  });

  it("lets no page of another origin call by default", async () => {
    const plain = await hardenedServer();
    const { headers } = await plain.app.inject({
      url: "/hello",
      headers: { origin: "https://shop.example.com" },
    });
    expect(headers).not.to.have.property("access-control-allow-origin");
    await plain.close();
  });

  it("refuses a body of 10 MB with 413, announced or in chunks, and takes larger ones where a route says so", async () => {
    const large = `"${"x".repeat(10_000_000)}"`;
    const answer = await exchange(server.port, post("/echo", large));
    expect(statusOf(answer)).to.equal(413);
    expect(errorOf(answer)).to.include({ code: "body_too_large" });

    const chunk = Buffer.from(`10000\r\n${"x".repeat(0x10000)}\r\n`);
    const client = await RawClient.connect(server.port);
    client.write(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    for (let count = 0; count < 160; count += 1) client.write(chunk);
    expect(statusOf(await client.until(/\r\n\r\n[^]*\}/))).to.equal(413);
    client.destroy();

    const some = `"${"x".repeat(2_000_000)}"`;
    expect(statusOf(await exchange(server.port, post("/import", some)))).to.equal(200);
    expect(statusOf(await exchange(server.port, post("/echo", some)))).to.equal(413);
  });

  it("refuses JSON that is nested too deep", async () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(statusOf(await exchange(server.port, post("/echo", nested(32))))).to.equal(200);
    for (const body of [nested(33), nested(100_000), "[".repeat(100_000), '{"a":'.repeat(50_000)]) {
      const answer = await exchange(server.port, post("/echo", body));
      expect(statusOf(answer)).to.equal(400);
      expect(errorOf(answer)).to.include({
        code: "body_too_deep",
        message: "The body is nested more than 32 levels deep.",
      });
    }
  });

  it("refuses what is not UTF-8", async () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
      const body = Buffer.concat([Buffer.from('"'), Buffer.from(bytes), Buffer.from('"')]);
      const answer = await exchange(server.port, post("/echo", body));
      expect(statusOf(answer)).to.equal(400);
      expect(errorOf(answer)).to.include({
        code: "body_not_utf8",
        message: "The body is not UTF-8. Send JSON in UTF-8.",
      });
    }
    expect(statusOf(await exchange(server.port, post("/echo", '"€ 💶"')))).to.equal(200);
  });

  for (const body of [
    "{",
    '{"a":1}x',
    "undefined",
    '{"__proto__":{"admin":true}}',
    '{"constructor":{"prototype":{}}}',
  ]) {
    it(`refuses ${body} as body`, async () => {
      const answer = await exchange(server.port, post("/echo", body));
      expect(statusOf(answer)).to.equal(400);
      expect(errorOf(answer)).to.include({ code: "body_invalid" });
    });
  }

  it("takes no body for an empty one, whatever type it names", async () => {
    for (const head of ["Content-Length: 0", "Content-Type: application/json\r\nContent-Length: 0"]) {
      const answer = await exchange(server.port, `POST /echo HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`);
      expect(answer.slice(answer.indexOf("\r\n\r\n") + 4)).to.equal('{"body":{}}');
    }
  });

  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "x",
  ]) {
    it(`refuses a body of type ${type} with 415`, async () => {
      const answer = await exchange(server.port, post("/echo", "{}", type));
      expect(statusOf(answer)).to.equal(415);
      expect(errorOf(answer)).to.include({
        code: "content_type_unsupported",
        message: `The body has "${type}": send application/json.`,
      });
    });
  }

  it("refuses header bombs with 431: one large, many small, and one without end", async () => {
    const request = (headers: string) => `GET /hello HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
    const many = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: 1\r\n`).join("");
    expect(statusOf(await exchange(server.port, request(many(19))))).to.equal(200);
    for (const bomb of [
      request(`X-Large: ${"x".repeat(20_000)}\r\n`),
      request(many(20)),
      request(many(5000)),
      `GET /hello HTTP/1.1\r\nX-Endless: ${"x".repeat(1_000_000)}`,
    ]) {
      const answer = await exchange(server.port, bomb);
      expect(statusOf(answer)).to.equal(431);
      expect(errorOf(answer)).to.include({
        code: "headers_too_large",
        message: "The request's headers are too many or too large.",
      });
    }
  });

  it("refuses what is not HTTP with 400 and the usual error, and closes", async () => {
    for (const bytes of [
      "\x16\x03\x01\x02\x00\x01\x00\x01",
      "GET / HTTP/9.9\r\n\r\n",
      "hello\r\n\r\n",
      "GET /\0 HTTP/1.1\r\n\r\n",
    ]) {
      const client = await RawClient.connect(server.port);
      client.write(Buffer.from(bytes, "latin1"));
      const answer = await client.until(/\r\n\r\n[^]*\}/);
      expect(statusOf(answer), JSON.stringify(bytes)).to.equal(400);
      expect(errorOf(answer).message).to.equal("This is not an HTTP request.");
      expect(answer).to.include(`Request-Id: ${errorOf(answer).request_id}`);
      expect(await client.untilClosed()).to.equal(true);
    }
  });

  it("refuses a request that names no host, and passes over expectations, in the usual shape", async () => {
    const nameless = await exchange(server.port, "GET /hello HTTP/1.1\r\n\r\n");
    expect(statusOf(nameless)).to.equal(400);
    expect(errorOf(nameless)).to.include({ code: "request_invalid" });
    expect(statusOf(await exchange(server.port, "GET /hello HTTP/1.0\r\n\r\n"))).to.equal(200);
    const expecting = "GET /hello HTTP/1.1\r\nHost: x\r\nExpect: the-best\r\n\r\n";
    expect(statusOf(await exchange(server.port, expecting))).to.equal(200);
  });

  it("refuses a request whose host is given twice or is none", async () => {
    const hello = (host: string, version = "1.1") =>
      exchange(server.port, `GET /hello HTTP/${version}\r\nHost: ${host}\r\n\r\n`);
    for (const host of ["localhost", "api.example.com:443", "[::1]:3000", "my_service", ""])
      expect(statusOf(await hello(host)), host).to.equal(200);
    for (const [host, joined = host] of [
      ["a\r\nHost: b", "a, b"],
      ["a\r\nhost: a", "a, a"],
      ["a b"],
      ["user@a"],
      ["a/b?c"],
      ["a:80:80"],
      ["<script>"],
    ] as const) {
      for (const version of ["1.1", "1.0"]) {
        const answer = await hello(host, version);
        expect(statusOf(answer), host).to.equal(400);
        expect(errorOf(answer)).to.include({
          code: "request_invalid",
          message: `The header Host is "${joined}": send one, with a name as api.example.com.`,
        });
      }
    }
  });

  it("refuses requests of versions that it does not speak", async () => {
    for (const [bytes, version] of [
      ["GET /hello\r\n\r\n", "0.9"],
      ["GET /hello HTTP/2.0\r\nHost: x\r\n\r\n", "2.0"],
    ] as const) {
      const answer = await exchange(server.port, bytes);
      expect(statusOf(answer)).to.equal(400);
      expect(errorOf(answer).message).to.equal(`The request is of HTTP/${version}: send one of HTTP/1.1.`);
    }
  });

  it("refuses a body whose type is given twice, or that is compressed", async () => {
    const send = (headers: string, body = "{}") =>
      exchange(
        server.port,
        `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n${headers}\r\n\r\n${body}`,
      );
    const twice = await send("Content-Type: application/json\r\nContent-Type: text/plain");
    expect(statusOf(twice)).to.equal(415);
    expect(errorOf(twice).message).to.equal(
      'The body has "application/json, text/plain": send application/json.',
    );
    for (const encoding of ["gzip", "br", "gzip, identity"]) {
      const answer = await send(`Content-Type: application/json\r\nContent-Encoding: ${encoding}`);
      expect(statusOf(answer)).to.equal(415);
      expect(errorOf(answer)).to.include({
        code: "content_encoding_unsupported",
        message: `The body has the Content-Encoding "${encoding}": send it without one, uncompressed.`,
      });
    }
    const plain = await send("Content-Type: application/json\r\nContent-Encoding: identity");
    expect(statusOf(plain)).to.equal(200);
  });

  it("refuses headers that go on in another line, or hold CR, LF or NUL", async () => {
    for (const header of ["X: a\r\n b", "X: a\rb", "X: a\nY: b", "X: a\0b", "X : a", ": a"]) {
      const answer = await exchange(server.port, `GET /hello HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
      expect(statusOf(answer), JSON.stringify(header)).to.equal(400);
    }
  });

  it("refuses requests that two servers would read as different ones", async () => {
    for (const headers of [
      "Content-Length: 5\r\nTransfer-Encoding: chunked",
      "Content-Length: 5\r\nContent-Length: 6",
      "Transfer-Encoding: xchunked",
      "Content-Length: +5",
    ]) {
      const smuggled = `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n\r\n0\r\n\r\nGET /hello HTTP/1.1\r\n\r\n`;
      const answer = await exchange(server.port, smuggled);
      expect(statusOf(answer), headers).to.equal(400);
      expect(answer).not.to.include("world");
    }
  });

  for (const [title, head, message] of [
    [
      "a transfer coding in HTTP/1.0",
      "POST /first HTTP/1.0\r\nTransfer-Encoding: chunked",
      'The header Transfer-Encoding is "chunked" in HTTP/1.0: send chunked alone in HTTP/1.1, or Content-Length.',
    ],
    [
      "a transfer coding that it does not know",
      "POST /first HTTP/1.1\r\nTransfer-Encoding: gzip, chunked",
      'The header Transfer-Encoding is "gzip, chunked" in HTTP/1.1: send chunked alone in HTTP/1.1, or Content-Length.',
    ],
    [
      "two transfer codings",
      "POST /first HTTP/1.1\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked",
      'The header Transfer-Encoding is "identity, chunked" in HTTP/1.1: send chunked alone in HTTP/1.1, or Content-Length.',
    ],
    [
      "a transfer coding in HTTP/1.0 of a path that cannot be read",
      "POST /%zz HTTP/1.0\r\nTransfer-Encoding: chunked",
      "The path cannot be read: write it in UTF-8, with %25 for a percent sign.",
    ],
  ] as const) {
    it(`refuses ${title}, does nothing that follows, and closes`, async () => {
      const done: string[] = [];
      const observed = await hardenedServer({}, (app) => {
        app.addHook("preHandler", ({ url }, _reply, next) => {
          done.push(url);
          next();
        });
        app.post("/first", () => ({}));
        app.post("/second", () => ({}));
        return Promise.resolve();
      });
      const follower = "POST /second HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
      const client = await RawClient.connect(observed.port);
      client.write(
        `${head}\r\nHost: x\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n\r\n` +
          `2\r\n{}\r\n0\r\n\r\n${follower}`,
      );
      expect(await client.untilClosed()).to.equal(true);
      expect(statusOf(client.received)).to.equal(400);
      expect(errorOf(client.received).message).to.equal(message);
      expect(client.received).to.match(/^connection: close\r$/im);
      expect(done).to.deep.equal([]);
      await observed.close();
    });
  }

  it("takes chunked bodies whatever the case, and goes on after them", async () => {
    const chunked =
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    const client = await RawClient.connect(server.port);
    client.write(chunked + post("/echo", '{"last":1}').toString());
    const answers = await client.until(/"last"/);
    expect(answers).to.include('{"body":{}}').and.include('{"body":{"last":1}}');
    client.destroy();
  });

  it("answers pipelined requests in order, and stops at one that is broken", async () => {
    const hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
    const client = await RawClient.connect(server.port);
    client.write(Buffer.concat([Buffer.from(hello.repeat(50)), post("/echo", '{"last":1}')]));
    const answers = await client.until(/"last"/);
    expect(answers.match(/"hello":"world"/g)).to.have.length(50);
    expect(answers.lastIndexOf("world")).to.be.lessThan(answers.indexOf('"last"'));
    client.write(`${hello}garbage\r\n\r\n${hello}`);
    expect(await client.untilClosed()).to.equal(true);
    expect(client.received.match(/"hello":"world"/g)?.length).to.be.within(50, 51);
  });

  for (const broken of [
    "garbage\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
  ]) {
    it(`answers a request that is whole before it closes for what follows: ${JSON.stringify(broken)}`, async () => {
      let isDone: (() => void) | undefined;
      const busy = await hardenedServer({}, (app) => {
        app.post("/slow", () => new Promise((resolve) => (isDone = () => resolve({ paid: true }))));
        return Promise.resolve();
      });
      const client = await RawClient.connect(busy.port);
      client.write(post("/slow", "{}").toString() + broken);
      await until(() => isDone !== undefined);
      isDone?.();
      expect(await client.untilClosed()).to.equal(true);
      expect(statusOf(client.received)).to.equal(200);
      expect(client.received)
        .to.match(/^connection: close\r$/im)
        .and.include('{"paid":true}');
      await busy.close();
    });
  }

  it("blames the client, not the database, for a body that breaks off", async () => {
    let began = false;
    const sent: unknown[] = [];
    const observed = await hardenedServer({}, (app) => {
      app.addHook("onRequest", (_request, _reply, done) => {
        began = true;
        done();
      });
      app.addHook("onSend", (_request, _reply, payload, done) => {
        sent.push(payload);
        done();
      });
      app.post("/observed", () => ({}));
      return Promise.resolve();
    });
    const client = await RawClient.connect(observed.port);
    client.write(post("/observed", '{"a":1}').subarray(0, -1));
    await until(() => began);
    client.destroy();
    await until(() => sent.length > 0);
    expect(sent[0]).to.include('"code":"body_invalid"');
    await observed.close();
  });

  it("answers what comes on an open connection while it closes", async () => {
    const closing = await hardenedServer();
    const client = await RawClient.connect(closing.port);
    const connections = promisify(closing.app.server.getConnections.bind(closing.app.server));
    await until(async () => (await connections()) === 1);
    const closed = closing.close();
    // Its port takes nobody any more.
    await until(() => !closing.app.server.listening);
    client.write("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const answer = await client.until(/world/);
    expect(statusOf(answer)).to.equal(200);
    expect(answer).to.match(/^connection: close\r$/im);
    await closed;
  });

  it("takes as many connections as allowed, and more again when some have gone", async () => {
    const small = await hardenedServer({ MAX_CONNECTIONS: "2" });
    const clients = await Promise.all([1, 2].map(() => RawClient.connect(small.port)));
    const third = await RawClient.connect(small.port);
    expect(await third.untilClosed()).to.equal(true);
    clients[0]?.destroy();
    let answer = "";
    for (let count = 0; count < 100 && statusOf(answer) !== 200; count += 1) {
      answer = await exchange(small.port, "GET /live HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    expect(statusOf(answer)).to.equal(200);
    for (const client of clients) client.destroy();
    await small.close();
  });

  it("answers 503 with Retry-After when the process is overloaded, but tells probes how it stands", async () => {
    const busy = await hardenedServer({ MAX_EVENT_LOOP_DELAY: "20" });
    const load = setInterval(() => {
      const end = performance.now() + 100;
      while (performance.now() < end) createHash("sha256").update("work").digest();
    }, 1);
    try {
      let refused = await busy.app.inject("/hello");
      for (let count = 0; count < 100 && refused.statusCode === 200; count += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        refused = await busy.app.inject("/hello");
      }
      expect(refused.statusCode).to.equal(503);
      expect(refused.headers).to.include({ "retry-after": "5" });
      expect(refused.json<{ error: { message: string } }>().error.message).to.equal(
        "The service is overloaded.",
      );
      for (const url of ["/live", "/ready"]) expect((await busy.app.inject(url)).statusCode).to.equal(200);
    } finally {
      clearInterval(load);
      await busy.close();
    }
  });
});

describe("Settings of hardening", () => {
  it("say what is wrong, and what to do", () => {
    for (const origin of [
      "*",
      "shop.example.com",
      "https://shop.example.com/",
      "https://shop.example.com/path",
    ]) {
      expect(() => loadConfig({ CORS_ORIGINS: origin })).to.throw(
        `CORS_ORIGINS has ${origin}: give scheme and host (and port) alone, as https://shop.example.com; "*" is not possible.`,
      );
    }
    expect(() => loadConfig({ HEADERS_TIMEOUT: "40" })).to.throw(
      "HEADERS_TIMEOUT is 40, longer than REQUEST_TIMEOUT (30): headers are a part of the request. Give less.",
    );
    expect(() => loadConfig({ CONNECTION_TIMEOUT: "60" })).to.throw(
      "CONNECTION_TIMEOUT is 60, shorter than KEEP_ALIVE_TIMEOUT (75), which it would cut short. Give more.",
    );
  });
});
