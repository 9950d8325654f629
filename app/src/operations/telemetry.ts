/**
 * OpenTelemetry: metrics are always measured, and shown as Prometheus' text; with OTEL_EXPORTER_OTLP_ENDPOINT they are
 * also sent to a collector, with traces. What is not used is not loaded: that keeps the start short.
 */
import { context, type Meter, propagation, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { type IMetricReader, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import type { Config } from "../config.ts";
import { traceWith } from "./tracing.ts";

export interface Telemetry {
  meter: Meter;
  /** All metrics in Prometheus' text format, version 0.0.4. */
  metricsText: () => Promise<string>;
  /** Sends what was not sent yet, and ends. Never fails: a collector that is away must not hold up the shutdown. */
  stop(): Promise<void>;
}

/** Media type of `metricsText`. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Milliseconds that the last export may take. */
const LAST_EXPORT = 2000;

export async function startTelemetry(config: Config, version: string): Promise<Telemetry> {
  const resource = resourceFromAttributes({
    "service.name": config.OTEL_SERVICE_NAME,
    "service.version": version,
    ...(config.ENVIRONMENT === undefined ? {} : { "deployment.environment.name": config.ENVIRONMENT }),
  });
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const pulled = new PulledReader();
  const readers: IMetricReader[] = [pulled];
  if (endpoint !== undefined) readers.push(await pushingReader(endpoint, config.OTEL_METRIC_EXPORT_INTERVAL));
  const meters = new MeterProvider({ resource, readers });
  const traces =
    endpoint === undefined
      ? undefined
      : await startTracing(endpoint, config.OTEL_TRACES_SAMPLER_ARG, resource);

  return {
    meter: meters.getMeter(config.OTEL_SERVICE_NAME, version),
    async metricsText() {
      const { PrometheusSerializer } = await import("@opentelemetry/exporter-prometheus");
      const { resourceMetrics } = await pulled.collect();
      return new PrometheusSerializer(undefined, false, undefined, false, true).serialize(resourceMetrics);
    },
    async stop() {
      await Promise.allSettled([traces?.stop(), meters.shutdown({ timeoutMillis: LAST_EXPORT })]);
    },
  };
}

/** Collects when somebody asks. */
class PulledReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

async function pushingReader(endpoint: string, interval: number): Promise<IMetricReader> {
  const [{ OTLPMetricExporter }, { PeriodicExportingMetricReader }] = await Promise.all([
    import("@opentelemetry/exporter-metrics-otlp-http"),
    import("@opentelemetry/sdk-metrics"),
  ]);
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: below(endpoint, "v1/metrics") }),
    exportIntervalMillis: interval,
    exportTimeoutMillis: Math.min(interval, LAST_EXPORT),
  });
}

/** Callers that trace decide whether theirs is kept; of the other requests the share `ratio` is. */
async function startTracing(
  endpoint: string,
  ratio: number,
  resource: ReturnType<typeof resourceFromAttributes>,
): Promise<{ stop(): Promise<void> }> {
  const [sdk, { OTLPTraceExporter }, { AsyncLocalStorageContextManager }, core] = await Promise.all([
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/context-async-hooks"),
    import("@opentelemetry/core"),
  ]);
  const exporter = new OTLPTraceExporter({ url: below(endpoint, "v1/traces"), timeoutMillis: LAST_EXPORT });
  const provider = new sdk.TracerProvider({
    resource,
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  traceWith(provider.getTracer("strongroom"));
  return {
    async stop() {
      traceWith(undefined);
      await provider.shutdown();
      trace.disable();
      propagation.disable();
      context.disable();
    },
  };
}

function below(endpoint: string, path: string): string {
  return `${endpoint.replace(/\/+$/, "")}/${path}`;
}
