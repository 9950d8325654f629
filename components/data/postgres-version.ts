/** Engines that run PostgreSQL, as RDS names them. */
export type PostgresEngine = "postgres" | "aurora-postgresql";

/** Major versions that RDS creates, without those whose standard support has ended. */
const MAJORS = [14, 15, 16, 17, 18];

/** The default major version. Written down, so that an upgrade is a change that somebody decides on. */
export const DEFAULT_VERSION = "17";

/** What is wrong with a version; undefined when nothing is. */
export function versionMistake(version: string): string | undefined {
  if (/^\d+(\.\d+)?$/.test(version) && MAJORS.includes(majorOf(version))) return undefined;
  return `"${version}" is not a version that RDS runs; write ${MAJORS.join(", ")} or one with its minor version, such as "17.6"`;
}

/** The major version: 17 of `"17.6"`. */
export function majorOf(version: string): number {
  return Number(version.split(".")[0]);
}

/** The family of parameter groups, which follows the major version. */
export function parameterFamily(engine: PostgresEngine, version: string): string {
  return `${engine}${majorOf(version)}`;
}

/** One parameter of a parameter group. */
export interface DatabaseParameter {
  name: string;
  value: string;
  /** Static parameters count only after a restart; RDS refuses `immediate` for them. */
  applyMethod: "immediate" | "pending-reboot";
}

/** What is set when nothing else is said; all but the first two are for auditors and for whoever hunts a slow query. */
const DEFAULTS: Readonly<Record<string, string>> = {
  "rds.force_ssl": "1",
  password_encryption: "scram-sha-256",
  shared_preload_libraries: "pg_stat_statements",
  log_connections: "1",
  log_disconnections: "1",
  // Definitions only: statements with data in them would carry cardholder data into the logs.
  log_statement: "ddl",
  // Likewise without parameters, whatever the statement's length of time.
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  log_min_duration_statement: "1000",
  log_lock_waits: "1",
};

/**
 * Parameters that take effect without a restart. All others are sent with `pending-reboot`, which RDS accepts for
 * both kinds; a new database starts with them either way. `rds.force_ssl` is static in some families.
 */
const DYNAMIC =
  /^(log_|password_encryption$|autovacuum_(vacuum|analyze)_|work_mem$|maintenance_work_mem$|statement_timeout$|lock_timeout$|idle_in_transaction_session_timeout$|idle_session_timeout$|random_page_cost$|effective_cache_size$)/;

/** All parameters in the order of their names, so that previews do not flicker; `own` win over the defaults. */
export function parametersOf(own: Readonly<Record<string, string | number>> = {}): DatabaseParameter[] {
  const all: Record<string, string | number> = { ...DEFAULTS, ...own };
  return Object.entries(all)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => ({
      name,
      value: String(value),
      applyMethod: DYNAMIC.test(name) ? "immediate" : "pending-reboot",
    }));
}
