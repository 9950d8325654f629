/** The whole service on a fresh database, asked without a network. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { loadConfig } from "../src/config.ts";
import { startTelemetry } from "../src/operations/telemetry.ts";
import { createService, type Service } from "../src/service.ts";
import { testDatabase, type TestDatabase } from "./database.test-support.ts";

export interface TestAnswer<T> {
  status: number;
  headers: Record<string, unknown>;
  body: T;
  /** The body as it was sent. */
  text: string;
}

export interface CallOptions {
  idempotencyKey?: string;
  /** @default a test key that may do everything */
  apiKey?: string;
  headers?: Record<string, string>;
}

export interface TestApp {
  app: FastifyInstance;
  service: Service;
  database: TestDatabase;
  /** With the keys that all its instances share. */
  folder: string;
  /** A test key that may do everything. */
  apiKey: string;
  get<T>(path: string, options?: CallOptions): Promise<TestAnswer<T>>;
  post<T>(path: string, body?: object | string, options?: CallOptions): Promise<TestAnswer<T>>;
  close(): Promise<void>;
}

/** @param shared makes another instance of this service, which must outlive it. @default one on a fresh database */
export async function testApp(
  environment: Record<string, string> = {},
  shared?: Pick<TestApp, "database" | "folder">,
): Promise<TestApp> {
  const database = shared?.database ?? (await testDatabase());
  const folder = shared?.folder ?? (await mkdtemp(join(tmpdir(), "strongroom-app-")));
  const config = loadConfig({
    DATABASE_URL: database.url,
    DATA_FOLDER: folder,
    RATE_LIMIT_PER_IP: "1000000",
    RATE_LIMIT_PER_KEY: "1000000",
    ...environment,
  });
  const telemetry = await startTelemetry(config, "test");
  const silent = pino({ level: "silent" });
  const log = { log: silent, access: silent, flush: () => undefined };
  const service = await createService(config, { log, telemetry, lifecycle: { isReady: true } });
  await service.start();
  await service.bootstrapKeys(folder);
  const apiKey = (await readFile(join(folder, "test-key"), "utf8")).trim();

  async function call<T>(
    method: "GET" | "POST",
    url: string,
    payload?: object | string,
    options: CallOptions = {},
  ): Promise<TestAnswer<T>> {
    const { idempotencyKey } = options;
    const headers = {
      authorization: `Bearer ${options.apiKey ?? apiKey}`,
      ...(payload !== undefined && { "content-type": "application/json" }),
      ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
      ...options.headers,
    };
    const answer = await service.app.inject({ method, url, payload, headers });
    const isJson = String(answer.headers["content-type"]).startsWith("application/json");
    const body = (isJson ? answer.json() : answer.body) as T;
    return { status: answer.statusCode, headers: answer.headers, body, text: answer.body };
  }

  return {
    app: service.app,
    service,
    database,
    folder,
    apiKey,
    get: (path, options) => call("GET", path, undefined, options),
    post: (path, body, options) => call("POST", path, body, options),
    async close() {
      await service.stop();
      await telemetry.stop();
      if (shared !== undefined) return;
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
