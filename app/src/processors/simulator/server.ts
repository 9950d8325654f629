/**
 * The simulator in a process of its own, behind the gateway's protocol: several instances of the service share it, and it
 * outlives them.
 *
 * `node app/src/processors/simulator/server.ts` listens on SIMULATOR_HOST and SIMULATOR_PORT (127.0.0.1:4242), takes the bearer
 * key PROCESSOR_KEY (`simulator`), keeps its facts in SIMULATOR_FOLDER (in memory without it) and reads SIMULATOR_LATENCY,
 * SIMULATOR_FAULTS, SIMULATOR_SEED and SIMULATOR_FEE as the service does. It prints its URL when it is ready.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../clock.ts";
import { readEnvironment } from "../../operations/environment.ts";
import { OPERATIONS, REQUESTS, type OperationName } from "../gateway/protocol.ts";
import type { Awaitable, Processor, ProcessorResult, SettlementLine } from "../processor.ts";
import { simulatorServerSettings } from "../settings.ts";
import { createSimulator } from "./create.ts";

export interface SimulatorServerOptions {
  simulator: Processor;
  /** Bearer key that clients show. */
  key: string;
  /** @default "127.0.0.1" */
  host?: string;
  /** @default 0, any free one */
  port?: number;
}

export interface SimulatorServer {
  /** For PROCESSOR_URL. */
  url: string;
  /** Stops at once, also requests that hang. */
  close(): Promise<void>;
}

interface Answer {
  status: number;
  body: object;
}

/** Lines and notices of one page. */
const PAGE = 1000;

/** Bytes of a request's body. */
const BODY_LIMIT = 65_536;

export async function startSimulatorServer(options: SimulatorServerOptions): Promise<SimulatorServer> {
  const { simulator, key, host = "127.0.0.1", port = 0 } = options;
  const server = createServer((request, response) => {
    serve(simulator, key, request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : "internal error";
      send(response, { status: 500, body: { error: message } });
    });
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function serve(
  simulator: Processor,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!sameText(request.headers.authorization ?? "", `Bearer ${key}`)) {
    send(response, { status: 401, body: { error: "The bearer key is wrong." } });
    return;
  }
  const url = new URL(request.url ?? "/", "http://simulator");
  const [, version, collection, item] = url.pathname.split("/");
  if (version !== "v1") {
    send(response, NO_SUCH_PATH);
  } else if (request.method === "POST" && collection === "operations" && isOperation(item)) {
    await operate(simulator, item, request, response);
  } else if (request.method === "POST" && collection === "inquiries") {
    send(response, await inquire(simulator, await readJson(request)));
  } else if (request.method === "GET" && collection === "notices") {
    send(response, { status: 200, body: await simulator.notices(url.searchParams.get("after") ?? "") });
  } else if (request.method === "GET" && collection === "settlements" && item !== undefined) {
    send(response, await settlementPage(simulator, item, Number(url.searchParams.get("after") ?? 0)));
  } else {
    send(response, NO_SUCH_PATH);
  }
}

const NO_SUCH_PATH: Answer = { status: 404, body: { error: "There is no such path." } };

async function operate(
  simulator: Processor,
  operation: OperationName,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJson(request);
  const key = request.headers["idempotency-key"];
  if (!REQUESTS[operation].Check(body) || typeof key !== "string") {
    send(response, {
      status: 400,
      body: { error: `The request is no ${operation}, or has no Idempotency-Key.` },
    });
    return;
  }
  // The method and the check of its request belong together by OPERATIONS and REQUESTS.
  const call = simulator[OPERATIONS[operation]].bind(simulator) as (
    request: object,
  ) => Awaitable<ProcessorResult>;
  const result = await call({ ...body, key });
  if (result.outcome !== "unknown") {
    send(response, { status: 200, body: result });
  } else if (result.reason === "in_progress") {
    send(response, { status: 409, body: { error: "The request is being worked on." } });
  } else if (result.reason === "connection_lost") {
    request.socket.destroy();
  }
  // A time-out: the answer never comes.
}

async function inquire(simulator: Processor, body: unknown): Promise<Answer> {
  return REQUESTS.inquiry.Check(body)
    ? { status: 200, body: await simulator.inquire(body.key) }
    : { status: 400, body: { error: "The inquiry has no key." } };
}

async function settlementPage(simulator: Processor, date: string, after: number): Promise<Answer> {
  const lines: SettlementLine[] = [];
  let number = 0;
  for await (const line of simulator.settlement(date)) {
    number += 1;
    if (number > after + PAGE) return { status: 200, body: { lines, next: after + PAGE } };
    if (number > after) lines.push(line);
  }
  return { status: 200, body: { lines, next: null } };
}

/** The body's value; undefined when it is no JSON. */
async function readJson(request: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function isOperation(name: string | undefined): name is OperationName {
  return name !== undefined && Object.hasOwn(OPERATIONS, name);
}

function sameText(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

async function main(): Promise<void> {
  const { values: config, mistakes } = readEnvironment(simulatorServerSettings, process.env);
  if (mistakes.length > 0) {
    console.error(mistakes.join("\n"));
    process.exitCode = 2;
    return;
  }
  const simulator = createSimulator(config, { clock: systemClock, folder: config.SIMULATOR_FOLDER });
  const server = await startSimulatorServer({
    simulator,
    key: config.PROCESSOR_KEY ?? "simulator",
    host: config.SIMULATOR_HOST,
    port: config.SIMULATOR_PORT,
  });
  console.log(server.url);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => void server.close().then(() => simulator.close()));
  }
}

if (import.meta.main) {
  await main();
}
