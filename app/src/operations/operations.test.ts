import { expect } from "chai";
import { testDatabase, type TestDatabase } from "../../test/database.test-support.ts";
import { until } from "../../test/wait.test-support.ts";
import { freePort } from "../database/embedded-server.ts";
import { createPool } from "../database/pool.ts";
import { cacheCheck, processorsCheck } from "./checks.ts";
import {
  attributesOf,
  spansOf,
  startCollector,
  type TestOperations,
  testOperations,
} from "./operations.test-support.ts";

interface HealthBody {
  status: string;
  components?: Record<string, { status: string; details?: Record<string, unknown> }>;
}

async function health(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return { status: response.status, response, body: (await response.json()) as HealthBody };
}

describe("operations", () => {
  let database: TestDatabase;
  let operations: TestOperations;

  before(async () => {
    database = await testDatabase();
    operations = await testOperations(database.servicePool);
  });
  after(async () => {
    await operations.close();
    await database.drop();
  });

  describe("health", () => {
    for (const path of [
      "/health",
      "/api/v1/actuator/health",
      "/ready",
      "/api/v1/actuator/health/readiness",
    ]) {
      it(`E14, F5: ${path} is UP when database and schema are there`, async () => {
        const { status, body, response } = await health(operations.url + path);
        expect(status).to.equal(200);
        expect(response.headers.get("cache-control")).to.equal("no-store");
        expect(body.status).to.equal("UP");
        expect(body.components).to.have.all.keys("readinessState", "db", "migrations");
        expect(body.components?.db?.details).to.include({ database: "PostgreSQL" });
      });
    }
    for (const path of ["/live", "/api/v1/actuator/health/liveness"]) {
      it(`E14, F5: ${path} is UP`, async () => {
        const { status, body } = await health(operations.url + path);
        expect({ status, body }).to.deep.equal({ status: 200, body: { status: "UP" } });
      });
    }

    it("answers HEAD, as some load balancers ask", async () => {
      expect((await fetch(`${operations.url}/ready`, { method: "HEAD" })).status).to.equal(200);
    });

    it("shows details to callers on this machine only, statuses to all", async () => {
      const { body } = await health(`${operations.url}/health`, { "x-forwarded-for": "203.0.113.9" });
      expect(body.components).to.deep.equal({
        readinessState: { status: "UP" },
        db: { status: "UP" },
        migrations: { status: "UP" },
      });
    });

    it("is OUT_OF_SERVICE while stopping, but alive", async () => {
      const stopping = await testOperations(database.servicePool);
      stopping.lifecycle.isReady = false;
      const ready = await health(`${stopping.url}/ready`);
      expect(ready.status).to.equal(503);
      expect(ready.body.status).to.equal("OUT_OF_SERVICE");
      expect(ready.body.components?.readinessState?.status).to.equal("OUT_OF_SERVICE");
      expect((await fetch(`${stopping.url}/live`)).status).to.equal(200);
      await stopping.close();
    });

    it("is OUT_OF_SERVICE while migrations are pending, and tells which", async () => {
      const other = await testDatabase();
      const { rows } = await other.pool.query<{ name: string }>(
        "delete from migrations where id = (select max(id) from migrations) returning name",
      );
      const behind = await testOperations(other.servicePool);
      const { status, body } = await health(`${behind.url}/ready`);
      expect(status).to.equal(503);
      expect(body.components?.migrations).to.deep.equal({
        status: "OUT_OF_SERVICE",
        details: { pending: rows[0]?.name },
      });
      await behind.close();
      await other.drop();
    });

    it("is DOWN, but alive, when PostgreSQL is away", async () => {
      const other = await testDatabase();
      const cut = await testOperations(other.servicePool);
      await other.drop();
      const { status, body } = await health(`${cut.url}/health`);
      expect(status).to.equal(503);
      expect(body.status).to.equal("DOWN");
      expect(body.components?.db?.status).to.equal("DOWN");
      expect(JSON.stringify(body)).not.to.include("127.0.0.1");
      expect((await fetch(`${cut.url}/live`)).status).to.equal(200);
      await cut.close();
    });

    it("is DOWN when the journal's connections all hang", async () => {
      const journal = createPool({ connection: database.url, max: 1 });
      const hung = await journal.connect();
      const stuck = await testOperations(
        database.servicePool,
        {},
        { pools: { reads: database.servicePool, journal } },
      );
      const { status, body } = await health(`${stuck.url}/ready`);
      expect(status).to.equal(503);
      expect(body.components?.db?.status).to.equal("UP");
      expect(body.components?.journal).to.deep.equal({
        status: "DOWN",
        details: { error: "no answer within 1000 ms" },
      });
      hung.release();
      await journal.end();
      await stuck.close();
    });

    it("stays ready without the cache, and shows that it is away", async () => {
      const cache = cacheCheck(() =>
        Promise.reject(Object.assign(new Error("gone"), { code: "ECONNREFUSED" })),
      );
      const degraded = await testOperations(database.servicePool, {}, { checks: [cache] });
      const { status, body } = await health(`${degraded.url}/ready`);
      expect(status).to.equal(200);
      expect(body.components?.redis).to.deep.equal({ status: "DOWN", details: { error: "ECONNREFUSED" } });
      await degraded.close();
    });

    it("N8: stays ready without a processor, and shows which one is away", async () => {
      let circuit = "closed";
      const processors = processorsCheck(() => ({ simulator: "closed", acquirer: circuit }));
      const degraded = await testOperations(database.servicePool, {}, { checks: [processors] });
      expect((await health(`${degraded.url}/ready`)).body.components?.processors?.status).to.equal("UP");
      await degraded.close();

      circuit = "open";
      const broken = await testOperations(database.servicePool, {}, { checks: [processors] });
      const { status, body } = await health(`${broken.url}/ready`);
      expect(status).to.equal(200);
      expect(body.components?.processors).to.deep.equal({
        status: "DEGRADED",
        details: { simulator: "closed", acquirer: "open" },
      });
      await broken.close();
    });
  });

  describe("reports of requests", () => {
    it("F5: one line with id, route, status and duration, without path or query", async () => {
      operations.lines.length = 0;
      await fetch(`${operations.url}/v1/things/4242424242424242?token=planted`);
      await fetch(`${operations.url}/v1/broken`);
      expect(operations.lines).to.have.length(2);
      expect(operations.lines[0]).to.include({
        level: "info",
        method: "GET",
        route: "/v1/things/:id",
        status: 200,
        address: "127.0.0.1",
      });
      expect(operations.lines[0]?.request).to.match(/^req_\d+$/);
      expect(operations.lines[0]?.duration_ms).to.be.a("number");
      expect(operations.lines[1]).to.include({ level: "error", route: "/v1/broken", status: 500 });
      expect(JSON.stringify(operations.lines)).not.to.match(/planted|4242424242424242/);
    });

    it("are silent about probes that go well", async () => {
      operations.lines.length = 0;
      for (const path of ["/live", "/ready", "/health", "/metrics"]) await fetch(operations.url + path);
      expect(operations.lines).to.deep.equal([]);
    });

    it("tell of requests whose client went away, and count them as under way no longer", async () => {
      const fresh = await testOperations(database.servicePool);
      const gone = new AbortController();
      const asked = fetch(`${fresh.url}/v1/never`, { signal: gone.signal }).catch(() => undefined);
      await until(async () => (await fresh.metricsText()).includes("http_server_active_requests 1"));
      gone.abort();
      await asked;
      await until(() => Promise.resolve(fresh.lines.length > 0));
      expect(fresh.lines[0]).to.include({ level: "info", route: "/v1/never", status: 499 });
      const text = await fresh.metricsText();
      expect(text).to.include("http_server_active_requests 0");
      expect(text).to.include('http_route="/v1/never",http_response_status_code="499"} 1');
      expect(text).not.to.include("slo_availability_events_total{");
      await fresh.close();
    });

    for (const [accessLog, expected] of [
      ["off", []],
      ["errors", [500]],
      ["all", [200, 500]],
    ] as const) {
      it(`ACCESS_LOG=${accessLog} logs ${expected.length === 0 ? "nothing" : expected.join(" and ")}`, async () => {
        const quiet = await testOperations(database.servicePool, { ACCESS_LOG: accessLog });
        await fetch(`${quiet.url}/v1/things/1`);
        await fetch(`${quiet.url}/v1/broken`);
        expect(quiet.lines.map(({ status }) => status)).to.deep.equal(expected);
        await quiet.close();
      });
    }
  });

  describe("/metrics", () => {
    it("is Prometheus' text: durations by route and status, objectives, connections, process", async () => {
      const fresh = await testOperations(database.servicePool);
      for (let i = 0; i < 3; i += 1) await fetch(`${fresh.url}/v1/things/${i}`);
      await fetch(`${fresh.url}/v1/broken`);
      await fetch(`${fresh.url}/wp-login.php`);
      const response = await fetch(`${fresh.url}/metrics`);
      const text = await response.text();
      expect(response.headers.get("content-type")).to.equal("text/plain; version=0.0.4; charset=utf-8");
      expect(text).to.include("# TYPE http_server_request_duration histogram");
      const labels = 'http_request_method="GET",http_route="/v1/things/:id",http_response_status_code="200"';
      expect(text).to.include(`http_server_request_duration_count{${labels}} 3`);
      expect(text).to.include('http_route="/v1/broken",http_response_status_code="500"} 1');
      expect(text).to.include("slo_availability_ratio 0.75");
      expect(text).to.match(/slo_availability_events_total\{good="true"\} 3/);
      expect(text).to.include('db_client_connection_pending_requests{pool="reads"} 0');
      for (const name of ["nodejs_eventloop_delay_p99", "process_memory_usage", "process_cpu_time_total"]) {
        expect(text).to.match(new RegExp(`^${name}(\\{.*\\})? [0-9.e-]+$`, "m"));
      }
      expect(text).to.include('service_name="strongroom-payments",service_version="1.2.3"');
      expect(text).not.to.include("wp-login");
      await fresh.close();
    });

    it("is hidden from callers of other machines", async () => {
      const response = await fetch(`${operations.url}/metrics`, {
        headers: { "x-forwarded-for": "203.0.113.9" },
      });
      expect(response.status).to.equal(404);
    });

    it("moves to a port of its own when METRICS_PORT says so", async () => {
      const port = await freePort();
      const apart = await testOperations(database.servicePool, { METRICS_PORT: String(port) });
      expect((await fetch(`${apart.url}/metrics`)).status).to.equal(404);
      const own = await fetch(`http://127.0.0.1:${port}/metrics`);
      expect(await own.text()).to.include("process_uptime");
      expect((await fetch(`http://127.0.0.1:${port}/health`)).status).to.equal(404);
      await apart.close();
      expect(await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => "closed")).to.equal("closed");
    });
  });

  describe("OTLP", () => {
    it("sends traces and metrics, and goes on the caller's trace", async () => {
      const collector = await startCollector();
      const traced = await testOperations(database.servicePool, {
        OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
      });
      const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
      const headers = {
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
        "content-type": "application/json",
      };
      await fetch(`${traced.url}/v1/things?token=planted`, { method: "POST", headers, body: "{}" });
      await fetch(`${traced.url}/v1/broken`);
      const within = traced.lines.find(({ message }) => message === "within");
      await traced.close();

      const spans = spansOf(collector);
      const request = spans.find(({ name }) => name === "POST /v1/things");
      const commit = spans.find(({ name }) => name === "journal.commit");
      expect(request).to.include({ traceId, parentSpanId: "00f067aa0ba902b7" });
      expect(attributesOf(request)).to.include({
        "http.route": "/v1/things",
        "http.response.status_code": 200,
      });
      expect(attributesOf(request)["strongroom.request_id"]).to.match(/^req_\d+$/);
      expect(commit).to.include({ traceId, parentSpanId: request?.spanId });
      expect(within).to.include({ trace_id: traceId, span_id: commit?.spanId });
      expect(spans.find(({ name }) => name === "processor.call")?.status).to.deep.include({ code: 2 });

      const metrics = collector.received.filter(({ path }) => path === "/v1/metrics").map(({ body }) => body);
      expect(metrics.join("")).to.include("http.server.request.duration");
      expect(JSON.stringify(collector.received)).not.to.match(/planted|4242424242424242/);
    });

    it("does not hold up the end when the collector is away", async () => {
      const collector = await startCollector();
      await collector.close();
      const traced = await testOperations(database.servicePool, {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      });
      expect((await fetch(`${traced.url}/v1/things/1`)).status).to.equal(200);
      await traced.close();
    });
  });
});
