import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createOutgoing,
  type OutgoingClient,
  OutgoingError,
  type OutgoingOptions,
  type Resolve,
} from "./outgoing.ts";
import { isPublicAddress } from "./public-address.ts";

interface Pair {
  key: string;
  cert: string;
}

const closers: (() => unknown)[] = [];

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}

async function listen<T extends Server | ReturnType<typeof createTcpServer>>(server: T): Promise<T> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  return server;
}

async function plain(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${portOf(await listen(createHttpServer(listener)))}`;
}

/** A server that speaks as it is told, byte by byte. */
async function raw(speak: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    closers.push(() => void socket.destroy());
    socket.once("data", () => speak(socket));
  });
  return `http://127.0.0.1:${portOf(await listen(server))}`;
}

function client(options: OutgoingOptions = {}): OutgoingClient {
  const made = createOutgoing({ allowHttp: true, ...options });
  closers.push(() => made.close());
  return made;
}

async function failure(sending: Promise<unknown>): Promise<OutgoingError> {
  const error: unknown = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof OutgoingError) return error;
  throw new Error(`Expected an OutgoingError, got ${String(error)}`);
}

/** Answers a name with addresses, a list for each time that it is asked. */
function resolver(...answers: string[][]): Resolve & { asked: number } {
  const resolve = Object.assign(
    ((_hostname, _options, callback) => {
      const addresses = answers[Math.min(resolve.asked, answers.length - 1)] ?? [];
      resolve.asked += 1;
      callback(
        null,
        addresses.map((address): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    }) as Resolve,
    { asked: 0 },
  );
  return resolve;
}

describe("outgoing HTTP", () => {
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  describe("answers", () => {
    it("sends method, path, headers and body, and gives any status back", async () => {
      const url = await plain((request, response) => {
        let text = "";
        request.on("data", (chunk: Buffer) => (text += chunk.toString()));
        request.on("end", () =>
          response
            .writeHead(418, { "x-a": "1" })
            .end(`${request.method} ${request.url} ${String(request.headers["x-b"])} ${text}`),
        );
      });
      const response = await client().send({
        method: "POST",
        url: `${url}/p?q=1`,
        headers: { "x-b": "2" },
        body: "hello",
      });
      expect(response).to.deep.include({ status: 418, body: "POST /p?q=1 2 hello", truncated: false });
      expect(response.headers["x-a"]).to.equal("1");
    });

    it("follows no redirect", async () => {
      let asked = 0;
      const url = await plain((_request, response) => {
        asked += 1;
        response.writeHead(302, { location: "/other" }).end();
      });
      expect((await client().send({ method: "GET", url })).status).to.equal(302);
      expect(asked).to.equal(1);
    });

    it("cuts an answer off at the limit and does not read the rest", async () => {
      const url = await plain((_request, response) => {
        const more = (): void => {
          while (response.write("x".repeat(65_536)));
          response.once("drain", more);
        };
        more();
      });
      const { body, truncated } = await client({ maxResponseBytes: 1000 }).send({ method: "GET", url });
      expect([body.length, truncated]).to.deep.equal([1000, true]);
    });
  });

  describe("what goes wrong, and whether the request may have arrived", () => {
    for (const [name, speak, expected] of [
      ["hangs", () => undefined, "timeout"],
      ["sends its header byte by byte, without end", drip("HTTP/1.1 200 OK\r\nx-a: 1"), "timeout"],
      [
        "sends its body byte by byte, without end",
        drip("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\nabcdefghijk"),
        "timeout",
      ],
      ["resets the connection", (socket: Socket) => void socket.resetAndDestroy(), "connection_lost"],
      ["closes without a word", (socket: Socket) => void socket.end(), "connection_lost"],
      [
        "breaks off within the body",
        (socket: Socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
        "connection_lost",
      ],
      [
        "speaks something else",
        (socket: Socket) => void socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
        "unreadable_answer",
      ],
    ] as const) {
      it(`${expected}: the server ${name}`, async () => {
        const url = await raw(speak);
        const error = await failure(client({ deadline: 300 }).send({ method: "GET", url }));
        expect(error).to.include({ failure: expected, sent: true });
      });
    }

    it("not_connected: nobody listens, and nothing was sent", async () => {
      const server = await listen(createTcpServer());
      const port = portOf(server);
      server.close();
      await once(server, "close");
      const error = await failure(client().send({ method: "GET", url: `http://127.0.0.1:${port}` }));
      expect(error).to.include({
        failure: "not_connected",
        sent: false,
        message: `127.0.0.1:${port} could not be reached (ECONNREFUSED).`,
      });
    });

    it("not_connected: the name has no address", async () => {
      const error = await failure(
        client({ resolve: resolver([]) }).send({ method: "GET", url: "http://nobody.test" }),
      );
      expect(error).to.include({ failure: "not_connected", sent: false });
    });

    for (const [url, message] of [
      ["ftp://example.com", "The URL's scheme is ftp: where https: is expected."],
      ["https://user:secret@example.com", "The URL holds a user name or a password."],
      ["nonsense", "The URL cannot be read."],
    ] as const) {
      it(`url_refused: ${url}`, async () => {
        const error = await failure(client().send({ method: "GET", url }));
        expect(error).to.include({ failure: "url_refused", sent: false, message });
      });
    }

    it("url_refused: http where it is not allowed", async () => {
      const error = await failure(
        client({ allowHttp: false }).send({ method: "GET", url: "http://example.com" }),
      );
      expect(error.message).to.equal("The URL's scheme is http: where https: is expected.");
    });
  });

  describe("certificates and pins", () => {
    let folder: string;
    let ours: Pair;
    let renewed: Pair;
    let others: Pair;

    before(() => {
      folder = mkdtempSync(join(tmpdir(), "strongroom-tls-"));
      ours = certificate("ours");
      renewed = certificate("renewed", "ours");
      others = certificate("others");
    });

    after(() => rmSync(folder, { recursive: true, force: true }));

    /** A self-signed certificate for localhost, with a key of its own or that of another. */
    function certificate(name: string, keyOf?: string): Pair {
      const key = join(folder, `${keyOf ?? name}.key`);
      const cert = join(folder, `${name}.crt`);
      const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key];
      execFileSync(
        "openssl",
        [
          "req",
          "-x509",
          ...(keyOf === undefined ? newKey : ["-key", key]),
          "-out",
          cert,
          "-days",
          "2",
          "-subj",
          "/CN=localhost",
        ].concat(["-addext", "subjectAltName=DNS:localhost"]),
        { stdio: "ignore" },
      );
      return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
    }

    function pinOf({ cert }: Pair): string {
      const key = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
      return `sha256/${createHash("sha256").update(key).digest("base64")}`;
    }

    async function serve(pair: Pair, version?: "TLSv1.2"): Promise<{ url: string; requests: () => number }> {
      let requests = 0;
      const server = createHttpsServer({ ...pair, maxVersion: version }, (_request, response) => {
        requests += 1;
        response.setHeader("connection", "close").end("ok");
      });
      await listen(server);
      return { url: `https://localhost:${portOf(server)}`, requests: () => requests };
    }

    const get = (url: string, options: OutgoingOptions) => client(options).send({ method: "GET", url });

    it("refuses a certificate that nobody vouches for", async () => {
      const { url, requests } = await serve(ours);
      const error = await failure(get(url, {}));
      expect(error).to.include({ failure: "certificate_refused", sent: false });
      expect(error.message).to.match(
        /^localhost:\d+ showed a certificate that is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)\.$/,
      );
      expect(requests()).to.equal(0);
    });

    it("refuses a certificate for another name", async () => {
      const { url, requests } = await serve(ours);
      const resolve = resolver(["127.0.0.1"]);
      const error = await failure(get(url.replace("localhost", "other.test"), { ca: ours.cert, resolve }));
      expect(error).to.include({ failure: "certificate_refused", sent: false });
      expect(requests()).to.equal(0);
    });

    it("takes a pinned key, also of a renewed certificate, and one of several pins", async () => {
      for (const pair of [ours, renewed]) {
        const { url } = await serve(pair);
        const pins = [pinOf(others), pinOf(ours)];
        expect((await get(url, { ca: pair.cert, pins })).body).to.equal("ok");
      }
    });

    for (const version of [undefined, "TLSv1.2"] as const) {
      it(`refuses a trusted certificate whose key is not pinned, every time (${version ?? "TLS 1.3"})`, async () => {
        const { url, requests } = await serve(ours, version);
        const pinned = client({ ca: ours.cert, pins: [pinOf(others)] });
        for (let time = 1; time <= 3; time += 1) {
          const error = await failure(pinned.send({ method: "GET", url }));
          expect(error).to.include({ failure: "certificate_refused", sent: false });
          expect(error.message).to.match(
            /^localhost:\d+ showed a certificate with a key that is not pinned\.$/,
          );
        }
        expect(requests()).to.equal(0);
      });
    }

    it("checks the certificate of every connection", async () => {
      const { url, requests } = await serve(ours, "TLSv1.2");
      const pinned = client({ ca: ours.cert, pins: [pinOf(ours)] });
      for (let time = 1; time <= 3; time += 1) {
        expect((await pinned.send({ method: "GET", url })).body).to.equal("ok");
      }
      expect(requests()).to.equal(3);
    });

    it("refuses pins that are none", () => {
      expect(() => createOutgoing({ pins: ["sha1/abc"] })).to.throw(
        'The pin "sha1/abc" is not the base64 of a SHA-256 digest: expected 44 characters, as sha256/AAAA…=.',
      );
    });
  });

  describe("public addresses only (SSRF)", () => {
    const guarded = (options: OutgoingOptions = {}) =>
      client({ publicAddressesOnly: true, connectTimeout: 500, ...options });

    for (const host of [
      "127.0.0.1",
      "127.1",
      "0x7f000001",
      "2130706433",
      "017700000001",
      "0.0.0.0",
      "10.1.2.3",
      "172.16.0.1",
      "192.168.1.1",
      "100.64.0.1",
      "169.254.169.254",
      "168.63.129.16",
      "192.0.0.192",
      "198.18.0.1",
      "224.0.0.1",
      "255.255.255.255",
      "[::1]",
      "[::]",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
      "[::127.0.0.1]",
      "[64:ff9b::7f00:1]",
      "[64:ff9b:1::a00:1]",
      "[2002:7f00:1::]",
      "[2001:0:53aa:64c::1]",
      "[fe80::1]",
      "[fc00::1]",
      "[fd00:ec2::254]",
      "[fec0::1]",
      "[ff02::1]",
      "[2001:db8::1]",
    ]) {
      it(`refuses http://${host} before it dials`, async () => {
        const error = await failure(guarded().send({ method: "GET", url: `http://${host}:9/` }));
        expect(error).to.include({ failure: "address_refused", sent: false });
      });
    }

    it("refuses a name when one of its addresses is not public", async () => {
      const resolve = resolver(["93.184.216.34", "127.0.0.1"]);
      const error = await failure(guarded({ resolve }).send({ method: "GET", url: "http://mixed.test/" }));
      expect(error).to.include({
        failure: "address_refused",
        sent: false,
        message: "mixed.test is not a public address.",
      });
    });

    it("refuses localhost by the system's resolver", async () => {
      const error = await failure(guarded().send({ method: "GET", url: "http://localhost/" }));
      expect(error.failure).to.equal("address_refused");
    });

    it("dials the address that it checked: a name that changes between two questions gains nothing", async () => {
      let requests = 0;
      const url = await plain((_request, response) => {
        requests += 1;
        response.end();
      });
      // Public when it is asked first, loopback from then on. 192.0.2.1-like addresses are refused, so a public one that is not reached.
      const resolve = resolver(["203.0.114.1"], ["127.0.0.1"]);
      const target = `http://rebinding.test:${new URL(url).port}/`;
      const first = await failure(guarded({ resolve }).send({ method: "GET", url: target }));
      expect(first.failure).to.equal("not_connected");
      expect(resolve.asked).to.equal(1);
      const second = await failure(guarded({ resolve }).send({ method: "GET", url: target }));
      expect(second.failure).to.equal("address_refused");
      expect(requests).to.equal(0);
    });

    it("knows public addresses", () => {
      for (const address of [
        "8.8.8.8",
        "93.184.216.34",
        "172.32.0.1",
        "100.128.0.1",
        "2606:4700::1111",
        "2a00:1450:4001::8a",
      ]) {
        expect(isPublicAddress(address), address).to.be.true;
      }
      for (const text of ["", "example.com", "1.2.3", "4000::1", "5f00::1", "fe80::1%eth0", "1.2.3.4.5"]) {
        expect(isPublicAddress(text), text).to.be.false;
      }
    });
  });
});

/** Says a text slowly, its last letter over and over. */
function drip(text: string): (socket: Socket) => void {
  return (socket) => {
    let next = 0;
    const timer = setInterval(() => {
      if (socket.destroyed) clearInterval(timer);
      else socket.write(text[Math.min(next++, text.length - 1)] ?? "");
    }, 10);
    socket.on("close", () => clearInterval(timer));
  };
}
