/** What operators and their machines ask: health in several dialects, and metrics. None of it needs a key. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Finding, Health } from "./health.ts";
import { METRICS_TYPE } from "./telemetry.ts";

export interface OperationsRoutes {
  health: () => Promise<Health>;
  /** Absent where metrics have a port of their own. */
  metricsText?: () => Promise<string>;
}

const Details = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]));
const Status = Type.String({
  enum: ["UP", "DEGRADED", "DOWN", "OUT_OF_SERVICE"],
  description: "As Spring Boot's actuator says it",
});
const HealthSchema = Type.Object({
  status: Status,
  components: Type.Optional(
    Type.Record(Type.String(), Type.Object({ status: Status, details: Type.Optional(Details) }), {
      description: "What the service depends on. Details are for callers on the same machine.",
    }),
  ),
});

const config = { scope: "public" };

const PATHS = {
  health: ["/health", "/api/v1/actuator/health"],
  readiness: ["/ready", "/api/v1/actuator/health/readiness"],
  liveness: ["/live", "/api/v1/actuator/health/liveness"],
};

/**
 * Health and readiness answer 503 unless the service can take requests. Liveness answers 200 as long as the process does:
 * a restart would not bring a database back.
 */
export function operationsRoutes({ health, metricsText }: OperationsRoutes): FastifyPluginAsync {
  return (app) => {
    const schema = (operationId: string, summary: string, description: string) => ({
      operationId,
      tags: ["Operations"],
      summary,
      description,
      security: [],
      response: { 200: HealthSchema, 503: HealthSchema },
    });
    async function answer(request: FastifyRequest, reply: FastifyReply) {
      const found = await health();
      const shown = isLocal(request) ? found : withoutDetails(found);
      return reply.status(found.status === "UP" ? 200 : 503).send(shown);
    }

    app.addHook("onSend", async (_request, reply) => {
      reply.header("cache-control", "no-store");
    });
    for (const [index, path] of PATHS.health.entries()) {
      app.get(
        path,
        { config, schema: schema(id("getHealth", index), "Health", "The service and what it depends on.") },
        answer,
      );
    }
    for (const [index, path] of PATHS.readiness.entries()) {
      const text =
        "Whether to send requests here: database, migrations and journal are well, and nothing is stopping.";
      app.get(path, { config, schema: schema(id("getReadiness", index), "Readiness", text) }, answer);
    }
    for (const [index, path] of PATHS.liveness.entries()) {
      const text = "Whether the process answers. Stays well while a dependency is away.";
      app.get(path, { config, schema: schema(id("getLiveness", index), "Liveness", text) }, () => ({
        status: "UP",
      }));
    }
    if (metricsText !== undefined) {
      app.get("/metrics", { config, schema: { hide: true } }, async (request, reply) => {
        if (isLocal(request)) return reply.type(METRICS_TYPE).send(await metricsText());
        reply.callNotFound();
        return reply;
      });
    }
    return Promise.resolve();
  };
}

function id(name: string, index: number): string {
  return index === 0 ? name : `${name}Actuator`;
}

/** From this very machine, and not on behalf of another: proxies say so. */
function isLocal(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress ?? "";
  const isLoopback = address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127.");
  return (
    isLoopback &&
    ["forwarded", "x-forwarded-for", "x-real-ip", "via"].every((header) => !(header in request.headers))
  );
}

function withoutDetails({ status, components }: Health): Health {
  const bare = ([name, { status }]: [string, Finding]): [string, Finding] => [name, { status }];
  return { status, components: Object.fromEntries(Object.entries(components).map(bare)) };
}
