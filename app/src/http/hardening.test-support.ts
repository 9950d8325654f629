/** A hardened server on a real socket, and a client that writes bytes. */
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from "fastify";
import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig } from "../config.ts";
import { systemClock } from "../clock.ts";
import { makeIds } from "../ids.ts";
import { refusePath, registerErrorHandlers } from "./errors-handler.ts";
import { hardening } from "./hardening.ts";
import { serverOptions } from "./hardening-server.ts";

export interface HardenedServer {
  app: FastifyInstance;
  port: number;
  close(): Promise<void>;
}

export async function hardenedServer(
  environment: Record<string, string> = {},
  more?: FastifyPluginAsync,
): Promise<HardenedServer> {
  const config = loadConfig(environment);
  const makeId = makeIds(systemClock);
  const app = Fastify({
    ...serverOptions(config, makeId),
    genReqId: () => makeId("request"),
    frameworkErrors: refusePath,
  });
  registerErrorHandlers(app);
  await app.register(hardening(config));
  app.get("/live", () => ({ status: "UP" }));
  app.get("/ready", () => ({ status: "UP" }));
  app.get("/hello", () => ({ hello: "world" }));
  app.get("/docs/page", () => "page");
  app.post("/echo", ({ body }) => ({ body }));
  app.post("/import", { bodyLimit: 4_194_304 }, () => ({}));
  if (more !== undefined) await app.register(more);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { app, port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

/** A connection that is written to by hand. */
export class RawClient {
  readonly socket: Socket;
  received = "";
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (data: Buffer) => (this.received += data.toString("latin1")));
    socket.on("close", () => (this.closed = true));
    // A server that refuses may close while the client still writes.
    socket.on("error", () => undefined);
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect(port, "127.0.0.1");
    const client = new RawClient(socket);
    await once(socket, "connect");
    return client;
  }

  write(bytes: string | Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Waits until what was received matches, or the connection is closed. @param limit milliseconds */
  async until(pattern: RegExp, limit = 10_000): Promise<string> {
    const end = Date.now() + limit;
    while (!pattern.test(this.received) && !this.closed && Date.now() < end) await sleep(5);
    return this.received;
  }

  async untilClosed(limit = 10_000): Promise<boolean> {
    const end = Date.now() + limit;
    while (!this.closed && Date.now() < end) await sleep(5);
    return this.closed;
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** Writes bytes on a connection of their own and returns what comes back until it is closed or complete. */
export async function exchange(
  port: number,
  bytes: string | Buffer,
  pattern = /\r\n\r\n[^]*\}/,
): Promise<string> {
  const client = await RawClient.connect(port);
  client.write(bytes);
  const received = await client.until(pattern);
  client.destroy();
  return received;
}
