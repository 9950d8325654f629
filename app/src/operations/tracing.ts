/** Spans around what takes time. Without a collector nothing is traced, and a span costs a comparison. */
import {
  type Attributes,
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { FastifyPluginCallback, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";

let tracer: Tracer | undefined;

/** Sets who makes the spans from now on; undefined: nobody. */
export function traceWith(next: Tracer | undefined): void {
  tracer = next;
}

/**
 * Runs the work within a span, below the span that is active. When the work fails, so does the span.
 * @param name as `journal.commit`: few different ones, without ids
 * @param attributes no personal data, no secrets: they leave the process
 */
export function span<T>(name: string, work: () => Promise<T>, attributes?: Attributes): Promise<T>;
/** What answers at once still does, unless it is traced. */
export function span<T>(name: string, work: () => T | Promise<T>, attributes?: Attributes): T | Promise<T>;
export function span<T>(name: string, work: () => T | Promise<T>, attributes?: Attributes): T | Promise<T> {
  if (tracer === undefined) return work();
  return tracer.startActiveSpan(name, { attributes }, async (active) => {
    try {
      return await work();
    } catch (error) {
      // The error's text may quote what must not leave; its name tells enough.
      active.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.name : undefined,
      });
      throw error;
    } finally {
      active.end();
    }
  });
}

/** Ids of the active trace, for log lines. */
export function traceFields(): object {
  const active = tracer === undefined ? undefined : trace.getActiveSpan()?.spanContext();
  return active === undefined ? {} : { trace_id: active.traceId, span_id: active.spanId };
}

interface TracedRequest {
  span: Span;
  context: Context;
}

/** One span for each request, below the caller's span when it sends `traceparent` (W3C Trace Context). */
export const requestTracing: FastifyPluginCallback = fastifyPlugin((app, _options, done) => {
  const traced = new WeakMap<FastifyRequest, TracedRequest>();

  app.addHook("onRequest", (request, _reply, next) => {
    if (tracer === undefined) {
      next();
      return;
    }
    const route = request.routeOptions.url;
    const started = tracer.startSpan(
      route === undefined ? request.method : `${request.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          "http.request.method": request.method,
          "http.route": route,
          "url.scheme": request.protocol,
          "strongroom.request_id": request.id,
        },
      },
      // Nothing but the ids: in `tracestate` and `baggage` a caller can put anything.
      propagation.extract(context.active(), { traceparent: request.headers.traceparent }),
    );
    const entry = { span: started, context: trace.setSpan(context.active(), started) };
    traced.set(request, entry);
    context.with(entry.context, next);
  });
  // Reading the body leaves the context: it goes on from the socket's events.
  app.addHook("preValidation", (request, _reply, next) => {
    const entry = traced.get(request);
    if (entry === undefined) next();
    else context.with(entry.context, next);
  });
  app.addHook("onResponse", (request, reply, next) => {
    const active = traced.get(request)?.span;
    active?.setAttribute("http.response.status_code", reply.statusCode);
    if (reply.statusCode >= 500) active?.setStatus({ code: SpanStatusCode.ERROR });
    end(request);
    next();
  });
  app.addHook("onRequestAbort", (request, next) => {
    traced.get(request)?.span.setStatus({ code: SpanStatusCode.ERROR, message: "aborted by the client" });
    end(request);
    next();
  });
  /** Once: an aborted request may get its answer all the same. */
  function end(request: FastifyRequest): void {
    traced.get(request)?.span.end();
    traced.delete(request);
  }
  done();
});
