/** Hostile input over the whole application, on a real socket: refused or taken as it should be, and the service stays ready. */
import { expect } from "chai";
import type { AddressInfo } from "node:net";
import { RawClient } from "../src/http/hardening.test-support.ts";
import { testApp, type CallOptions, type TestApp } from "./app.test-support.ts";

interface ErrorBody {
  error: {
    code: string;
    message: string;
    param?: string;
    request_id: string;
    mistakes?: { param: string }[];
  };
}

interface CustomerBody {
  id: string;
  name: string | null;
  description: string | null;
  metadata: Record<string, string>;
}

const NUL = "\\u0000";
const HALF = "\\ud83d";

describe("hostile input", function () {
  this.timeout(60_000);
  let app: TestApp;
  let port: number;

  before(async () => {
    app = await testApp({ HEADERS_TIMEOUT: "2", REQUEST_TIMEOUT: "3", CONNECTION_TIMEOUT: "80" });
    await app.app.listen({ port: 0, host: "127.0.0.1" });
    port = (app.app.server.address() as AddressInfo).port;
  });
  after(async () => {
    await app.close();
  });
  afterEach(async () => {
    expect((await app.get("/ready")).status, "ready afterwards").to.equal(200);
  });

  /** Sends JSON as it is written, and expects a refusal. */
  async function refused(path: string, json: string, status = 400, options?: CallOptions) {
    const answer = await app.post<ErrorBody>(path, json, options);
    expect(answer.status, `${json.slice(0, 200)}: ${answer.text}`).to.equal(status);
    expect(answer.headers["request-id"]).to.equal(answer.body.error.request_id);
    return answer.body.error;
  }

  describe("in bodies", () => {
    it("refuses 10 MB, wherever it is sent", async () => {
      const body = JSON.stringify({ description: "x".repeat(10_485_760) });
      for (const path of ["/v1/payments", "/v1/customers", "/v1/transfers", "/v1/flags"]) {
        expect((await refused(path, body, 413)).code).to.equal("body_too_large");
      }
    });

    it("refuses JSON that is nested 100,000 deep", async () => {
      for (const [open, close] of [
        ["[", "]"],
        ['{"a":', "}"],
      ] as const) {
        const body = `{"metadata":${open.repeat(100_000)}1${close.repeat(100_000)}}`;
        expect((await refused("/v1/payments", body)).code).to.equal("body_too_deep");
      }
    });

    it("refuses NUL characters and half characters, and names the fields", async () => {
      const fields = [
        ["/v1/customers", `{"name":"a${NUL}b"}`, "name"],
        ["/v1/customers", `{"description":"${HALF}"}`, "description"],
        ["/v1/customers", `{"metadata":{"note":"\\udc00"}}`, "metadata.note"],
        ["/v1/customers", `{"metadata":{"a${NUL}":"x"}}`, "metadata"],
        ["/v1/payments", `{"amount":1,"currency":"usd","reference":"${NUL}"}`, "reference"],
        ["/v1/payments", `{"amount":1,"currency":"usd${NUL}"}`, "currency"],
        ["/v1/transfers", `{"source":"${NUL}","destination":"b","amount":1,"currency":"usd"}`, "source"],
        ["/v1/ledger/accounts", `{"name":"${NUL}","type":"asset","currency":"usd"}`, "name"],
        ["/v1/webhook_endpoints", `{"url":"https://example.com/${NUL}","types":["*"]}`, "url"],
        ["/v1/flags", `{"key":"a","kind":"object","variants":{"a":{"b":["${HALF}"]}}}`, "variants.a.b.0"],
        ["/v1/reconciliations", `{"content":"${NUL}"}`, "content"],
      ] as const;
      for (const [path, body, param] of fields) {
        const error = await refused(path, body);
        expect([error.code, error.param], body).to.deep.equal(["text_invalid", param]);
      }
    });

    it("tells of all of them at once", async () => {
      const error = await refused("/v1/customers", `{"name":"${NUL}","metadata":{"b":"${HALF}"}}`);
      expect(error.message).to.equal("name has a NUL character: remove it.");
      expect(error.mistakes?.map(({ param }) => param)).to.deep.equal(["name", "metadata.b"]);
    });

    it("refuses numbers that are none of ours", async () => {
      for (const amount of [
        "0",
        "-0",
        "-1",
        "1.5",
        "1e400",
        "-1e400",
        "9007199254740993",
        "1e22",
        '"1"',
        "null",
        "[1]",
        "true",
      ]) {
        const error = await refused("/v1/payments", `{"amount":${amount},"currency":"usd"}`);
        expect([error.code, error.param], amount).to.deep.equal(["parameter_invalid", "amount"]);
      }
      for (const endless of ["1e400", "1".repeat(400), `${"1".repeat(199)}e199`]) {
        const json = `{"key":"endless","kind":"object","variants":{"a":{"b":[${endless}]}}}`;
        const error = await refused("/v1/flags", json);
        expect(error.message).to.equal("variants.a.b.0 is beyond all numbers that are kept.");
      }
    });

    it("refuses keys that reach for prototypes", async () => {
      for (const key of ["__proto__", "constructor"]) {
        const metadata = `{"${key}":{"prototype":{"polluted":"yes"}}}`;
        await refused("/v1/customers", `{"metadata":${metadata}}`);
        await refused("/v1/customers", `{"${key}":{"prototype":{}}}`);
      }
      expect(({} as { polluted?: string }).polluted).to.equal(undefined);
    });

    it("takes no names in metadata beyond their length, nor more of them than allowed over time", async () => {
      const long = await refused("/v1/customers", JSON.stringify({ metadata: { ["k".repeat(41)]: "x" } }));
      expect(long.message).to.equal("A name in metadata must NOT have more than 40 characters.");
      const { body } = await app.post<CustomerBody>("/v1/customers", { metadata: numbered(0, 50) });
      const more = await refused(`/v1/customers/${body.id}`, JSON.stringify({ metadata: numbered(50, 51) }));
      expect(more.message).to.equal(
        "metadata would have 51 keys, but may have 50: remove some by sending them empty.",
      );
    });

    it("keeps emoji, right-to-left text, quotes and SQL as they are", async () => {
      for (const text of [
        "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "مرحبا \u202eabc",
        "'; drop table payments; --",
        '"\\"$$;',
        "a\u0001\u0008\u001b",
        "\ufeff\uffff",
      ]) {
        const sent = { name: text, description: text, metadata: { note: text } };
        const made = await app.post<CustomerBody>("/v1/customers", sent);
        expect(made.status, made.text).to.equal(200);
        const { body } = await app.get<CustomerBody>(`/v1/customers/${made.body.id}`);
        const { name, description, metadata } = body;
        expect({ name, description, metadata }).to.deep.equal(sent);
      }
    });
  });

  describe("in addresses", () => {
    const ids = [
      "a'b",
      "%00",
      "%27%3B--",
      "%F0%9F%92%A9",
      "..%2F..%2Fetc",
      "x".repeat(64),
      "%7B%7D",
      "%0d%0a",
    ];
    for (const path of [
      "payments",
      "refunds",
      "customers",
      "payment_methods",
      "payouts",
      "transfers",
      "events",
      "ledger/accounts",
      "ledger/transactions",
      "webhook_endpoints",
      "reconciliations",
      "exports",
      "api_keys",
      "flags",
    ]) {
      it(`finds nothing under ids of ${path} that are none`, async () => {
        for (const id of ids) {
          const { status, text } = await app.get(`/v1/${path}/${id}`);
          expect([400, 404], `${id}: ${text}`).to.include(status);
        }
      });
    }

    it("refuses paths that cannot be read, in the usual form", async () => {
      for (const path of ["/v1/payments/%ff", "/v1/payments/%", `/v1/payments/${"x".repeat(500)}`]) {
        const { status, body, headers } = await app.get<ErrorBody>(path);
        expect([status, body.error.code], path).to.deep.equal([400, "path_invalid"]);
        expect(headers["request-id"]).to.equal(body.error.request_id);
      }
    });

    it("refuses values of queries that no database takes, with the parameter's name", async () => {
      for (const [query, param] of [
        ["limit=1e400", "limit"],
        ["limit=1&limit=2", "limit"],
        ["created_gte=99999999999999999999", "created_gte"],
        ["created_lt=-1", "created_lt"],
        ["reference=%00", "reference"],
        ["status[]=x", "status[]"],
      ] as const) {
        const { status, body, text } = await app.get<ErrorBody>(`/v1/payments?${query}`);
        expect(status, `${query}: ${text}`).to.equal(400);
        expect(body.error.param, query).to.equal(param);
      }
      for (const path of ["/v1/ledger/trial-balance?at=1e298", "/v1/ledger/entries?account=a&before=1e300"])
        expect((await app.get(path)).status, path).to.equal(400);
    });

    it("takes cursors that are none for pages without objects, or says so", async () => {
      for (const cursor of ["'", "%F0%9F%92%A9", "pay_", "-1"]) {
        const { status, text } = await app.get(`/v1/payments?starting_after=${cursor}`);
        expect([200, 400, 404], text).to.include(status);
      }
    });
  });

  describe("in methods and headers", () => {
    it("names the methods that a path takes with 405, whatever is sent along", async () => {
      for (const method of ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY"] as const) {
        const answer = await ask(
          `${method} /v1/payments HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n{"a`,
        );
        expect(answer).to.match(/^HTTP\/1\.1 405 /, method);
        expect(answer).to.match(/^allow: GET, HEAD, POST\r$/im, method);
        expect(answer).to.contain('"code":"method_not_allowed"');
      }
    });

    it("answers HEAD as GET, without a body", async () => {
      const answer = await ask(
        `HEAD /v1/payments HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${app.apiKey}\r\n\r\n`,
      );
      expect(answer).to.match(/^HTTP\/1\.1 200 /);
      expect(answer).to.match(/^content-type: application\/json; charset=utf-8\r$/im);
      expect(answer.split("\r\n\r\n")[1]).to.equal("");
    });

    it("answers JSON whatever is accepted", async () => {
      for (const accept of ["text/html", "*/*;q=0", "x/y, ,;;", "application/xml"]) {
        const { status, headers } = await app.get("/v1/payments", { headers: { accept } });
        expect([status, headers["content-type"]]).to.deep.equal([200, "application/json; charset=utf-8"]);
      }
    });

    it("gives every refusal a request id, also what is no request", async () => {
      for (const [bytes, status] of [
        ["hello\r\n\r\n", 400],
        [`GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(100_000)}\r\n\r\n`, 431],
        [`GET /live HTTP/1.1\r\nHost: a\r\n${"X: y\r\n".repeat(500)}\r\n`, 431],
        ["GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 404],
        ["GET /v1/payments HTTP/1.1\r\nHost: a\r\n\r\n", 401],
      ] as const) {
        const answer = await ask(bytes);
        expect(answer).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
        const id = /^request-id: (req_\w+)\r$/im.exec(answer)?.[1];
        expect(answer).to.contain(`"request_id":"${id}"`);
      }
    });

    it("refuses what two servers would read as different requests, and runs nothing that is smuggled in", async () => {
      const smuggled = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n";
      for (const headers of [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 5",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding : chunked",
        "Content-Length: +4",
        "Content-Length: 4, 4",
      ]) {
        const answer = await ask(
          `POST /v1/payments HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${app.apiKey}\r\n${headers}\r\n\r\n0\r\n\r\n${smuggled}`,
        );
        expect(answer, headers).to.match(/^HTTP\/1\.1 4/);
        expect(answer.match(/HTTP\/1\.1 /g), headers).to.have.length(1);
      }
    });

    it("believes neither of two credentials", async () => {
      const valid = `Authorization: Bearer ${app.apiKey}\r\n`;
      for (const other of [
        "Authorization: Bearer sk_test_other\r\n",
        "Authorization: Basic YQ==\r\n",
        valid,
      ]) {
        for (const headers of [valid + other, other + valid]) {
          const answer = await ask(`GET /v1/payments HTTP/1.1\r\nHost: a\r\n${headers}\r\n`);
          expect(answer).to.match(/^HTTP\/1\.1 401 /, headers);
          expect(answer).to.contain('"code":"authorization_malformed"');
        }
      }
    });

    it("answers pipelined requests in their order", async () => {
      const request = (path: string, more = "") =>
        `GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${app.apiKey}\r\n${more}\r\n`;
      const paths = ["/v1/payments", "/live", "/v1/nothing", "/v1/customers"];
      const answer = await ask(
        paths.map((path) => request(path)).join("") + request("/ready", "Connection: close\r\n"),
      );
      const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
      expect(statuses).to.deep.equal(["200", "200", "404", "200", "200"]);
    });
  });

  describe("in connections", () => {
    it("serves others while 1,000 connections are half open, and closes those", async () => {
      const clients = await Promise.all(Array.from({ length: 1000 }, () => RawClient.connect(port)));
      for (const client of clients) client.write("POST /v1/payments HTTP/1.1\r\nHost: a\r\nX-Slow: ");
      expect(await ask("GET /live HTTP/1.1\r\nHost: a\r\n\r\n")).to.match(/^HTTP\/1\.1 200 /);
      const { status } = await app.post("/v1/customers", { name: "Others" });
      expect(status).to.equal(200);
      const closed = await Promise.all(clients.map((client) => client.untilClosed(20_000)));
      expect(closed.every((each) => each)).to.equal(true);
      expect(clients.every(({ received }) => received.startsWith("HTTP/1.1 408 "))).to.equal(true);
    });

    it("forgets requests that are broken off in their body", async () => {
      for (let index = 0; index < 200; index += 1) {
        const client = await RawClient.connect(port);
        const head = `POST /v1/customers HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${app.apiKey}\r\n`;
        client.write(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":"Half`);
        client.destroy();
      }
      const { body } = await app.get<{ data: CustomerBody[] }>("/v1/customers?limit=100");
      expect(body.data.some(({ name }) => name?.startsWith("Half"))).to.equal(false);
    });
  });

  /** Writes bytes on a connection of its own. @returns all that comes back until it is closed or complete */
  async function ask(bytes: string): Promise<string> {
    const client = await RawClient.connect(port);
    client.write(bytes);
    if (bytes.includes("\r\nConnection: close\r\n")) await client.untilClosed();
    else await client.until(/\r\n\r\n(?:$|[^]*\})/);
    client.destroy();
    return client.received;
  }
});

/** Metadata with the keys from one number to before another. */
function numbered(from: number, to: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: to - from }, (_, index) => [`k${from + index}`, "x"]));
}
