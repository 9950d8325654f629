/** What the webhooks' tests build on: a real database, a clock that can be put forward, and receivers that really listen. */
import { until } from "../../test/wait.test-support.ts";
import { randomBytes } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Meter } from "@opentelemetry/api";
import type { FastifyInstance } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { buildApp } from "../app.ts";
import type { Core } from "../core.ts";
import { createEvents } from "../events/index.ts";
import type { EventType } from "../events/types.ts";
import { makeIds } from "../ids.ts";
import type { KeyEncryption } from "../vault/key-encryption.ts";
import { createWebhooks, type Webhooks, type WebhooksOptions } from "./index.ts";

export interface Bench {
  core: TestCore;
  webhooks: Webhooks;
  /** The API's routes of events and webhooks. */
  app: FastifyInstance;
  /** Puts the clock forward. */
  advance(milliseconds: number): void;
  /** One more instance of the webhooks on the same database. */
  another(options?: Partial<WebhooksOptions>): Webhooks;
  close(): Promise<void>;
}

export interface BenchOptions extends Partial<Omit<WebhooksOptions, "once" | "keyEncryption">> {
  /** Environment variables. */
  settings?: Record<string, string>;
  /** @default one that measures nothing */
  meter?: Meter;
}

/** @param options settings, and what the webhooks are to be made with; they look for work often unless it says otherwise */
export async function webhookBench({ settings, meter, ...options }: BenchOptions = {}): Promise<Bench> {
  let ahead = 0;
  // Verifiers compare with the real time, so it is the real time that goes on here.
  const clock = () => Date.now() + ahead;
  const given = await testCore(settings);
  const core: TestCore = { ...given, clock, makeId: makeIds(clock), meter: meter ?? given.meter };
  const make = (more?: Partial<WebhooksOptions>) =>
    createWebhooks(core, { once: core.once, keyEncryption: plainKeys(), poll: 20, ...options, ...more });
  const webhooks = make();
  const made = [webhooks];
  const app = await buildApp(core, {
    server: {},
    idempotencyKey: Buffer.alloc(32),
    hooks: [callers],
    root: [],
    v1: [webhooks.routes, createEvents(core).routes],
  });
  return {
    core,
    webhooks,
    app,
    advance: (milliseconds) => (ahead += milliseconds),
    another(more) {
      const other = make(more);
      made.push(other);
      return other;
    },
    async close() {
      await Promise.all(made.map((each) => each.stop(100)));
      await app.close();
      await core.close();
    },
  };
}

/** Keys under no key: how keys are wrapped is the vault's business, and tested there. */
export function plainKeys(): KeyEncryption {
  const mask = (key: Buffer) => key.map((byte) => byte ^ 0xff);
  return {
    generate: () => {
      const plain = randomBytes(32);
      return Promise.resolve({ root: "test", wrapped: Buffer.from(mask(plain)), plain });
    },
    unwrap: ({ wrapped }) => Promise.resolve(Buffer.from(mask(wrapped))),
    rewrap: (key) => Promise.resolve(key),
    isToday: () => true,
  };
}

/** A caller that may do everything; a header tells in which mode. */
const callers = fastifyPlugin((app) => {
  app.decorateRequest("operation");
  app.addHook("onRequest", (request, _reply, next) => {
    const livemode = request.headers["test-live"] === "true";
    const caller = { actor: "key_test", livemode, scopes: new Set(["*"]) };
    request.operation = { caller, requestId: request.id };
    next();
  });
  return Promise.resolve();
});

/** An answer of the API, as far as the tests look at it. */
export type Json = Record<string, unknown>;

export interface Answered {
  status: number;
  body: Json;
  text: string;
}

export async function call(
  { app }: Pick<Bench, "app">,
  method: "GET" | "POST" | "DELETE",
  url: string,
  payload?: object,
  headers?: Record<string, string>,
): Promise<Answered> {
  const { statusCode, body } = await app.inject({ method, url: `/v1${url}`, payload, headers });
  return { status: statusCode, body: JSON.parse(body) as Json, text: body };
}

/** Makes an endpoint for these types of events. @returns its id and secret */
export async function makeEndpoint(
  bench: Bench,
  url: string,
  types: string[] = ["payment.*"],
): Promise<{ id: string; secret: string }> {
  const { status, body, text } = await call(bench, "POST", "/webhook_endpoints", {
    url,
    enabled_events: types,
  });
  if (status !== 200) throw new Error(text);
  return { id: body.id as string, secret: body.secret as string };
}

/** An event that is to be committed. */
export interface Happening {
  type?: EventType;
  object: string;
  version?: number;
}

/** Commits events, each on its own, as the requests of many clients do. @returns their ids */
export async function happen(
  { core }: { core: Pick<Core, "makeId" | "clock" | "journal"> },
  happenings: readonly Happening[],
  livemode = false,
): Promise<string[]> {
  return Promise.all(
    happenings.map(async ({ type = "payment.succeeded", object, version = 1 }) => {
      const id = core.makeId("event");
      const data = JSON.stringify({ id: object, object: "payment", amount: 1099, version });
      const event = { id, type, object, version, created: core.clock(), data };
      const result = await core.journal.commit({
        livemode,
        actor: "key_test",
        request: "req_test",
        events: [event],
      });
      if (!result.committed) throw new Error(result.reason);
      return id;
    }),
  );
}

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  /** Id of the event, and of the object that it is about. */
  id: string;
  object: string;
  type: string;
}

export interface Receiver {
  url: string;
  port: number;
  /** What came, in the order of its coming. */
  received: Received[];
  close(): Promise<void>;
}

/** @param answer answers a message; @default 200 */
export async function receiver(
  answer: (response: ServerResponse, message: Received, count: number) => void = (response) =>
    response.end("ok"),
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const event = JSON.parse(body) as { id: string; type: string; data: { object: { id: string } } };
      const message = {
        headers: request.headers,
        body,
        id: event.id,
        object: event.data.object.id,
        type: event.type,
      };
      received.push(message);
      answer(response, message, received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Waits until what became of everything that was sent is written down: the clock may be put forward then. */
export async function settled({ core }: Pick<Bench, "core">): Promise<void> {
  const inHand = "select from webhook_deliveries where claim is not null";
  await until(async () => (await core.pool.query(inHand)).rowCount === 0);
}
