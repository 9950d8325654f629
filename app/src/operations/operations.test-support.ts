/** The operations' part of the service, on a real server, with a few routes to look at. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import type pg from "pg";
import { loadConfig } from "../config.ts";
import { systemClock } from "../clock.ts";
import { createOperations, type OperationsOptions } from "./index.ts";
import { createLog } from "./log.ts";
import { startTelemetry } from "./telemetry.ts";
import { span, traceFields } from "./tracing.ts";

export interface TestOperations {
  app: FastifyInstance;
  url: string;
  lifecycle: { isReady: boolean };
  /** Lines of the log, parsed. */
  lines: Record<string, unknown>[];
  metricsText: () => Promise<string>;
  close(): Promise<void>;
}

export async function testOperations(
  pool: pg.Pool,
  environment: Record<string, string> = {},
  options: Partial<OperationsOptions> = {},
): Promise<TestOperations> {
  const config = loadConfig({ LEDGER_CHECK_INTERVAL: "0", ...environment });
  const lines: Record<string, unknown>[] = [];
  const telemetry = await startTelemetry(config, "1.2.3");
  const { log, access } = createLog(config, {
    sink: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
    mixin: traceFields,
  });
  const lifecycle = { isReady: true };
  const core = { config, pool, meter: telemetry.meter, clock: systemClock, log };
  const operations = createOperations(core, { telemetry, access, lifecycle, ...options });

  let made = 0;
  const app = Fastify({ genReqId: () => `req_${(made += 1)}` });
  await app.register(operations.hooks);
  await app.register(operations.routes);
  app.get("/v1/things/:id", () => ({ ok: true }));
  app.post("/v1/things", () =>
    span("journal.commit", async () => {
      log.info("within");
      return Promise.resolve({ ok: true });
    }),
  );
  app.get("/v1/never", () => new Promise(() => undefined));
  app.get("/v1/broken", () => span("processor.call", () => Promise.reject(new Error("4242424242424242"))));
  await operations.start();
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    app,
    url,
    lifecycle,
    lines,
    metricsText: telemetry.metricsText,
    async close() {
      await app.close();
      await operations.stop();
      await telemetry.stop();
    },
  };
}

/** A receiver of OTLP over HTTP: what it was sent, by path. */
export interface Collector {
  url: string;
  received: { path: string; headers: IncomingHttpHeaders; body: string }[];
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const received: Collector["received"] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status: { code?: number };
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

/** The spans that the collector has got. */
export function spansOf({ received }: Collector): Span[] {
  return received
    .filter(({ path }) => path === "/v1/traces")
    .map(({ body }) => JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] })
    .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
    .flatMap(({ spans }) => spans);
}

export function attributesOf(span: Span | undefined): Record<string, string | number | undefined> {
  return Object.fromEntries(
    (span?.attributes ?? []).map(({ key, value }) => [key, value.stringValue ?? value.intValue]),
  );
}
