/** Checks of what every instance of the service depends on. */
import type pg from "pg";
import { pendingMigrations } from "../database/migrate.ts";
import type { HealthCheck } from "./health.ts";

/**
 * PostgreSQL answers on a connection of the pool, and takes writes: a former primary may be set to read only, and answers all
 * the same. A pool whose connections all hang is as bad as a database that is away.
 */
export function databaseCheck(name: string, pool: pg.Pool): HealthCheck {
  return {
    name,
    required: true,
    async check() {
      const started = performance.now();
      const { rows } = await pool.query<{ readOnly: boolean }>(
        `select current_setting('transaction_read_only')::boolean as "readOnly"`,
      );
      const readOnly = rows[0]?.readOnly === true;
      return {
        status: readOnly ? "DOWN" : "UP",
        details: {
          database: "PostgreSQL",
          readOnly,
          milliseconds: Math.round(performance.now() - started),
          connections: pool.totalCount,
          idle: pool.idleCount,
          waiting: pool.waitingCount,
        },
      };
    },
  };
}

/** The schema is this version's, or a later one's: once it is, it stays so, as migrations only go forward. */
export function migrationsCheck(pool: pg.Pool): HealthCheck {
  let complete = false;
  return {
    name: "migrations",
    required: true,
    async check() {
      if (complete) return { status: "UP" };
      const pending = await pendingMigrations(pool);
      complete = pending.length === 0;
      return complete
        ? { status: "UP" }
        : { status: "OUT_OF_SERVICE", details: { pending: pending.join(", ") } };
    },
  };
}

/** Redis or Valkey answers. Without it limits are counted by each instance for itself, and money is not affected. */
export function cacheCheck(ping: () => Promise<unknown>): HealthCheck {
  return {
    name: "redis",
    required: false,
    async check() {
      const started = performance.now();
      await ping();
      return { status: "UP", details: { milliseconds: Math.round(performance.now() - started) } };
    },
  };
}

/**
 * The processors can be asked. While one cannot, its payments are refused or stay `processing`, and all else goes on.
 * @param circuits of each processor by name: `closed` is well
 */
export function processorsCheck(circuits: () => Readonly<Record<string, string>>): HealthCheck {
  return {
    name: "processors",
    required: false,
    check() {
      const details = circuits();
      const isWell = Object.values(details).every((circuit) => circuit === "closed");
      return { status: isWell ? "UP" : "DEGRADED", details };
    },
  };
}

/** The process takes requests: it has started, and it was not told to stop. */
export function lifecycleCheck(lifecycle: { isReady: boolean }): HealthCheck {
  return {
    name: "readinessState",
    required: true,
    check: () => ({ status: lifecycle.isReady ? "UP" : "OUT_OF_SERVICE" }),
  };
}
