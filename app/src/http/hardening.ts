/** What protects every route: security headers, CORS by list, strict bodies, refusals under overload. */
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import underPressure from "@fastify/under-pressure";
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from "fastify";
import fastifyPlugin from "fastify-plugin";
import type { Config } from "../config.ts";
import { unavailable } from "../errors.ts";
import { parseJsonOnly } from "./hardening-json.ts";
import { framingFault, headersTooLarge, misdirected, noteFraming } from "./hardening-server.ts";
import { isProbe } from "./probes.ts";
import type {} from "./request.ts";

/** The plugin, registered at the root before all others but those that only observe. */
export function hardening(config: Config): FastifyPluginAsync {
  return fastifyPlugin(
    async (app: FastifyInstance) => {
      app.server.maxConnections = config.MAX_CONNECTIONS;
      refuseSmuggling(app);
      limitHeaders(app, config.HEADER_COUNT_LIMIT);
      answerForNode(app);
      await secureHeaders(app);
      if (config.CORS_ORIGINS.length > 0) await allowOrigins(app, config.CORS_ORIGINS);
      if (config.MAX_EVENT_LOOP_DELAY > 0) await refuseUnderPressure(app, config.MAX_EVENT_LOOP_DELAY);
      parseJsonOnly(app, config.JSON_DEPTH_LIMIT);
    },
    { name: "hardening" },
  );
}

/** Closes connections on which two servers would see different requests; nothing that comes there is done. */
function refuseSmuggling(app: FastifyInstance): void {
  // Before Fastify, which answers paths that it cannot read without a hook.
  app.server.prependListener("request", (request, response) => {
    noteFraming(request);
    if (framingFault(request) !== undefined) response.shouldKeepAlive = false;
  });
  app.addHook("onRequest", ({ raw }, _reply, done) => {
    done(framingFault(raw));
  });
}

/** Node drops headers beyond its limit without a word; a request that has more is refused instead. */
function limitHeaders(app: FastifyInstance, limit: number): void {
  app.server.maxHeadersCount = limit + 1;
  app.addHook("onRequest", (request, _reply, done) => {
    // Names and values in turn.
    done(request.raw.rawHeaders.length > 2 * limit ? headersTooLarge() : undefined);
  });
}

/** What Node would answer by itself, with nothing but a status, or let pass. */
function answerForNode(app: FastifyInstance): void {
  // A server may pass over an expectation that it does not know (RFC 9110, 10.1.1).
  app.server.on("checkExpectation", (request, response) => app.server.emit("request", request, response));
  app.addHook("onRequest", ({ raw }, _reply, done) => {
    done(misdirected(raw));
  });
}

/** Answers of the API are data: nothing in them may load, run, or be framed. */
const NOTHING = {
  defaultSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/** The documentation's page runs its own scripts; Swagger UI writes styles and icons into it. */
const OWN_PAGE = {
  ...NOTHING,
  connectSrc: ["'self'"],
  fontSrc: ["'self'"],
  imgSrc: ["'self'", "data:"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
};

const DOCS = /^\/(docs|swagger-ui\.html)([/?]|$)/;

async function secureHeaders(app: FastifyInstance): Promise<void> {
  const [forData, forPages] = await Promise.all([headersFor(NOTHING), headersFor(OWN_PAGE)]);
  app.decorate("securityHeaders", forData);
  app.addHook("onRequest", (request, reply, done) => {
    void reply.headers(DOCS.test(request.url) ? forPages : forData);
    done();
  });
}

/** The headers are the same in every answer, so helmet makes them once: for each request it would take 20 µs of CPU. */
async function headersFor(directives: typeof NOTHING): Promise<Record<string, string>> {
  const sample = Fastify();
  await sample.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives },
    strictTransportSecurity: { maxAge: 63_072_000, includeSubDomains: true },
    xFrameOptions: { action: "deny" },
    referrerPolicy: { policy: "no-referrer" },
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
  });
  sample.get("/", (_request, reply) => reply.send(reply.raw.getHeaders()));
  const headers = (await sample.inject("/")).json<Record<string, string>>();
  await sample.close();
  return headers;
}

async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  await app.register(cors, {
    origin: [...origins],
    credentials: false,
    methods: ["GET", "POST", "PATCH", "DELETE"],
    allowedHeaders: ["authorization", "content-type", "idempotency-key"],
    exposedHeaders: [
      "idempotent-replayed",
      "ratelimit-limit",
      "ratelimit-remaining",
      "ratelimit-reset",
      "request-id",
      "retry-after",
    ],
    maxAge: 600,
    // OPTIONS that is no preflight is answered like one: the refusal would not have the shape of the API's errors.
    strictPreflight: false,
  });
}

/** Refuses at once what would wait too long; probes still learn how it stands. */
async function refuseUnderPressure(app: FastifyInstance, delay: number): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: delay,
    pressureHandler: (request) => {
      if (!isProbe(request.routeOptions.url))
        throw unavailable("The service is overloaded.", undefined, RETRY_AFTER);
    },
  });
}

/** Seconds. */
const RETRY_AFTER = 5;
