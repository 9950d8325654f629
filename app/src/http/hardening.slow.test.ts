import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { exchange, hardenedServer, type HardenedServer, RawClient } from "./hardening.test-support.ts";

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

describe("Slow clients", function () {
  this.timeout(60_000);
  let server: HardenedServer;

  before(async () => {
    server = await hardenedServer({
      HEADERS_TIMEOUT: "2",
      REQUEST_TIMEOUT: "3",
      KEEP_ALIVE_TIMEOUT: "2",
      CONNECTION_TIMEOUT: "10",
    });
  });
  after(() => server.close());
  afterEach("stays ready", async () => {
    expect(statusOf(await exchange(server.port, "GET /ready HTTP/1.1\r\nHost: x\r\n\r\n"))).to.equal(200);
  });

  /** Writes a byte now and then, until the server has enough of it. */
  async function drip(client: RawClient, bytes: string): Promise<void> {
    for (const byte of bytes) {
      if (client.closed) return;
      client.write(byte);
      await sleep(100);
    }
  }

  it("that send headers drop by drop (slow loris) are answered 408 and closed, and others served meanwhile", async () => {
    const clients = await Promise.all(Array.from({ length: 200 }, () => RawClient.connect(server.port)));
    const dripping = clients.map((client) =>
      drip(client, `GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ${"a".repeat(300)}`),
    );
    await sleep(1000);
    expect(statusOf(await exchange(server.port, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"))).to.equal(200);
    await Promise.all(dripping);
    for (const client of clients) {
      expect(client.closed).to.equal(true);
      expect(statusOf(client.received)).to.equal(408);
      expect(client.received).to.include('"code":"request_timeout"');
    }
  });

  it("that send a body drop by drop are answered 408 and closed", async () => {
    const client = await RawClient.connect(server.port);
    client.write(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n",
    );
    await drip(client, " ".repeat(100));
    expect(client.closed).to.equal(true);
    expect(statusOf(client.received)).to.equal(408);
  });

  it("that never say a word are closed", async () => {
    const client = await RawClient.connect(server.port);
    expect(await client.untilClosed(10_000)).to.equal(true);
  });

  it("that stay after an answer are closed after the time for idle connections", async () => {
    const client = await RawClient.connect(server.port);
    client.write("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(statusOf(await client.until(/world/))).to.equal(200);
    expect(await client.untilClosed(10_000)).to.equal(true);
  });

  it("that do not read what they asked for hold nothing up", async () => {
    const client = await RawClient.connect(server.port);
    client.socket.pause();
    client.write("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20_000));
    await sleep(500);
    expect(statusOf(await exchange(server.port, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"))).to.equal(200);
    client.destroy();
  });
});
