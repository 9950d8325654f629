/** What the process and its connections use. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Meter } from "@opentelemetry/api";
import type pg from "pg";

/** @param pools by name, as `reads` */
export function watchProcess(meter: Meter, pools: Readonly<Record<string, pg.Pool>>): { stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  meter
    .createObservableGauge("nodejs.eventloop.delay.p99", {
      description: "How late the event loop is since the last reading",
      unit: "s",
    })
    .addCallback((result) => {
      const p99 = delay.percentile(99) / 1e9;
      // Nothing was measured yet.
      result.observe(Number.isFinite(p99) ? p99 : 0);
      delay.reset();
    });
  meter
    .createObservableGauge("process.memory.usage", { description: "Resident memory", unit: "By" })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableGauge("nodejs.heap.used", { description: "Memory of JavaScript objects", unit: "By" })
    .addCallback((result) => result.observe(process.memoryUsage().heapUsed));
  meter
    .createObservableCounter("process.cpu.time", { description: "Processor time", unit: "s" })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe(user / 1e6, { "cpu.mode": "user" });
      result.observe(system / 1e6, { "cpu.mode": "system" });
    });
  meter
    .createObservableGauge("process.uptime", { description: "Age of the process", unit: "s" })
    .addCallback((result) => result.observe(process.uptime()));
  meter
    .createObservableGauge("db.client.connection.count", { description: "Connections to PostgreSQL" })
    .addCallback((result) => {
      for (const [name, pool] of Object.entries(pools)) {
        result.observe(pool.idleCount, { pool: name, state: "idle" });
        result.observe(pool.totalCount - pool.idleCount, { pool: name, state: "used" });
      }
    });
  meter
    .createObservableGauge("db.client.connection.pending_requests", {
      description: "Waiting for a connection",
    })
    .addCallback((result) => {
      for (const [name, pool] of Object.entries(pools)) result.observe(pool.waitingCount, { pool: name });
    });
  return { stop: () => delay.disable() };
}
