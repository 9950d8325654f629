/** What is told of each request: one line in the log, one measurement. */
import type { Meter } from "@opentelemetry/api";
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";
import type { Logger } from "pino";
import type { Objective } from "./objectives.ts";

export interface RequestsOptions {
  /** Which requests get a line. */
  accessLog: "off" | "errors" | "all";
  access: Logger;
  meter: Meter;
  availability: Objective;
}

/** Asked by machines every few seconds: neither logged while all is well, nor counted as users' requests. */
const PROBES = /^\/(health|ready|live|metrics|api\/v1\/actuator\/.*)$/;

/** Status of a request whose client went away before its answer was whole, as web servers log it. */
const CLIENT_GONE = 499;

export const requestReports: FastifyPluginCallback<RequestsOptions> = fastifyPlugin(
  (app, { accessLog, access, meter, availability }: RequestsOptions, done) => {
    const durations = meter.createHistogram("http.server.request.duration", {
      description: "Time from a request's headers to its answer's last byte",
      unit: "s",
      advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10] },
    });
    let active = 0;
    meter
      .createObservableUpDownCounter("http.server.active_requests", { description: "Requests under way" })
      .addCallback((result) => result.observe(active));

    app.addHook("onRequest", (request, reply, next) => {
      active += 1;
      // Not onResponse: that does not come where the client went away.
      reply.raw.once("close", () => {
        active -= 1;
        report(request, reply);
      });
      next();
    });

    function report(request: FastifyRequest, reply: FastifyReply): void {
      const status = reply.raw.writableFinished ? reply.statusCode : CLIENT_GONE;
      const elapsed = reply.elapsedTime;
      // The pattern, never the path as sent: it has ids, and its query may have secrets.
      const { url } = request.routeOptions;
      const route = url ?? "unknown";
      const isProbe = PROBES.test(route);
      if (!isProbe) {
        durations.record(elapsed / 1000, {
          "http.request.method": request.method,
          "http.route": route,
          "http.response.status_code": status,
        });
        if (url !== undefined && status !== CLIENT_GONE) availability.record(status < 500);
      }
      if (status >= 500 ? accessLog !== "off" : accessLog === "all" && !isProbe)
        log(request, status, route, elapsed);
    }

    function log(request: FastifyRequest, status: number, route: string, elapsed: number): void {
      // Seen by nobody, a line is not worth the making.
      if (status < 500 && !access.isLevelEnabled("info")) return;
      const line = {
        request: request.id,
        method: request.method,
        route,
        status,
        duration_ms: Math.round(elapsed * 10) / 10,
        // Absent where nobody was recognised.
        actor: (request.operation as FastifyRequest["operation"] | undefined)?.caller.actor,
        address: request.ip,
      };
      if (status >= 500) access.error(line, "request failed");
      else access.info(line, "request");
    }
    done();
  },
);
