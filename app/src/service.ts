/** The whole service: every domain with what it needs, started and stopped in order. */
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { buildApp } from "./app.ts";
import { systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Core } from "./core.ts";
import { createCustomers } from "./customers/index.ts";
import { makeDataFolder } from "./data-folder.ts";
import type { EmbeddedPostgres } from "./database/embedded.ts";
import { migrate } from "./database/migrate.ts";
import { Objects } from "./database/objects.ts";
import { createPool } from "./database/pool.ts";
import { databaseConnection, dataFolder } from "./database/settings.ts";
import { createEvents } from "./events/index.ts";
import { createExports } from "./exports/index.ts";
import { createFlags } from "./flags/index.ts";
import { hardening } from "./http/hardening.ts";
import { serverOptions } from "./http/hardening-server.ts";
import { createLimits } from "./http/limits.ts";
import { createIdentity } from "./identity/index.ts";
import { makeIds } from "./ids.ts";
import { createForgetting } from "./journal/forgetting.ts";
import { Journal } from "./journal/journal.ts";
import { Once } from "./journal/once.ts";
import { createLedger } from "./ledger/index.ts";
import { cacheCheck, processorsCheck } from "./operations/checks.ts";
import { createOperations } from "./operations/index.ts";
import type { Log } from "./operations/log.ts";
import { paymentMetrics } from "./operations/payment-metrics.ts";
import type { Lifecycle } from "./operations/shutdown.ts";
import type { Telemetry } from "./operations/telemetry.ts";
import { createPaymentMethods } from "./payment-methods/index.ts";
import { createPaymentDomains } from "./payment-domains.ts";
import { createPrivacy } from "./privacy/index.ts";
import { createProcessors } from "./processors/index.ts";
import { createReconciliations } from "./reconciliation/index.ts";
import { deriveFrom, localSecret } from "./root-key.ts";
import { createTransfers } from "./transfers/index.ts";
import { createVault, rootKey, sealedRows, vaultRoutes } from "./vault/index.ts";
import { createWebhooks } from "./webhooks/index.ts";

export interface ServiceOptions {
  log: Log;
  telemetry: Telemetry;
  lifecycle: Lifecycle;
}

export interface Service {
  app: FastifyInstance;
  /** Present when the service runs on its own PostgreSQL. */
  embedded?: { folder: string; testKeyFile: string };
  /** Makes a test key that may do everything, unless the folder holds one. @returns the file with the key */
  bootstrapKeys(folder: string): Promise<string>;
  start(): Promise<void>;
  /**
   * After the last request: ends the jobs, lets the journal finish, closes the database. While the service starts, no further
   * job begins.
   */
  stop(): Promise<void>;
}

/** Something with work of its own in the background. */
interface Job {
  start?(): Promise<void> | void;
  stop?(): Promise<void> | void;
}

/** Closes one thing that was opened; called in the reverse order. */
type Closing = () => Promise<void>;

export async function createService(config: Config, options: ServiceOptions): Promise<Service> {
  const closings: Closing[] = [];
  try {
    return await assemble(config, options, closings);
  } catch (error) {
    // What went wrong first tells more than what follows from it.
    await closeAll(closings).catch(() => undefined);
    throw error;
  }
}

/** @param closings gets what is to be closed, when the service stops or cannot be put together */
async function assemble(config: Config, options: ServiceOptions, closings: Closing[]): Promise<Service> {
  const { log, telemetry, lifecycle } = options;
  const folder = dataFolder(config);
  // Production keeps nothing there.
  if (config.NODE_ENV !== "production") makeDataFolder(folder);
  const given = databaseConnection(config);
  const embedded = given === undefined ? await startEmbedded(folder, log, closings) : undefined;
  const connection: pg.ClientConfig = given ?? { connectionString: embedded?.url };

  const poolOptions = {
    connection,
    connectTimeout: config.DATABASE_CONNECT_TIMEOUT,
    statementTimeout: config.DATABASE_STATEMENT_TIMEOUT,
    log: log.log,
  };
  const pool = createPool({ ...poolOptions, max: config.DATABASE_POOL_SIZE });
  const journalPool = createPool({ ...poolOptions, max: config.JOURNAL_LANES, pipeline: true });
  closings.push(
    () => pool.end(),
    () => journalPool.end(),
  );
  const clock = systemClock;
  const journal = new Journal(journalPool, log.log, telemetry.meter, {
    lanes: config.JOURNAL_LANES,
    committed: paymentMetrics(telemetry.meter, clock),
  });
  const objects = new Objects(pool);
  const core: Core = {
    config,
    clock,
    makeId: makeIds(clock),
    log: log.log,
    meter: telemetry.meter,
    pool,
    journal,
    objects,
  };
  const once = new Once(journal, pool);
  const secret = (setting: string | undefined) => setting ?? localSecret(folder);

  const keyEncryption = await rootKey(config, folder);
  const vault = createVault(core, keyEncryption);
  const limits = await createLimits(core);
  const identity = await createIdentity(core, {
    failures: limits.failures,
    secret: secret(config.JWT_SECRET),
  });
  const flags = createFlags(core, once);
  const ledger = createLedger(core, once);
  const customers = createCustomers(core, once, vault);
  const paymentMethods = createPaymentMethods(core, once, vault, customers.service);
  const processors = createProcessors(core, { once, vault });
  vault.rotation.onMove(
    sealedRows(pool, vault, { table: "ach_entries", key: "sequence", record: "coalesce(debit, reference)" }),
  );
  const payments = createPaymentDomains(core, {
    once,
    chart: ledger.chart,
    processors,
    customers: customers.service,
    paymentMethods,
    requireOpen: flags.requireOpen,
  });
  processors.onNotice(payments.listener);
  const reconciliations = createReconciliations(core, {
    once,
    chart: ledger.chart,
    processors,
    settlements: payments.settlements,
  });
  const exports = createExports(core, once);
  const webhooks = createWebhooks(core, {
    once,
    keyEncryption,
    isStopped: (livemode) => flags.isKilled("webhooks", livemode),
  });
  const forgetting = createForgetting(core);
  const privacy = createPrivacy(core, {
    once,
    vault,
    customers: customers.service,
    methods: paymentMethods.service,
  });
  const operations = createOperations(core, {
    telemetry,
    access: log.access,
    lifecycle,
    pools: { reads: pool, journal: journalPool },
    checks: [processorsCheck(processors.circuits), ...(limits.ping ? [cacheCheck(limits.ping)] : [])],
  });

  const app = await buildApp(core, {
    server: serverOptions(config, core.makeId),
    idempotencyKey: deriveFrom(secret(config.CURSOR_KEY))("idempotency"),
    hooks: [operations.hooks, hardening(config), limits.plugin, identity.authenticate],
    root: [operations.routes, identity.keySet],
    v1: [
      identity.routes,
      customers.routes,
      paymentMethods.routes,
      ...payments.routes,
      createTransfers(core, { once, requireOpen: flags.requireOpen }).routes,
      ledger.routes,
      createEvents(core).routes,
      webhooks.routes,
      processors.routes,
      vaultRoutes(vault),
      reconciliations.routes,
      exports.routes,
      flags.routes,
      privacy.routes,
    ],
  });

  // In the order of their start; they stop the other way round.
  const jobs: Job[] = [
    operations,
    limits,
    identity,
    flags,
    vault,
    paymentMethods,
    processors,
    payments.janitor,
    reconciliations,
    exports,
    webhooks,
    forgetting,
    privacy,
  ];
  const started: Job[] = [];
  let starting = Promise.resolve();
  let isStopping = false;

  async function startJobs(): Promise<void> {
    for (const job of jobs) {
      if (isStopping) return;
      await job.start?.();
      started.push(job);
    }
    if (embedded !== undefined) await identity.bootstrapKeys(folder);
  }

  return {
    app,
    embedded: embedded && { folder, testKeyFile: join(folder, "test-key") },
    bootstrapKeys: (into) => identity.bootstrapKeys(into),
    start() {
      starting = startJobs();
      return starting;
    },
    async stop() {
      isStopping = true;
      // What a job that is starting needs stays open until it has started. Why one cannot start, the caller of `start` is told.
      await starting.catch(() => undefined);
      await app.close();
      for (const job of started.splice(0).reverse()) await job.stop?.();
      await journal.drained();
      await closeAll(closings);
    },
  };
}

/** The service's own PostgreSQL, with the schema that this version needs. */
async function startEmbedded(folder: string, { log }: Log, closings: Closing[]): Promise<EmbeddedPostgres> {
  // Not loaded where there is a database already.
  const { startEmbeddedPostgres } = await import("./database/embedded.ts");
  const embedded = await startEmbeddedPostgres({ folder, log });
  closings.push(() => embedded.stop());
  await migrate(embedded.url);
  return embedded;
}

async function closeAll(closings: Closing[]): Promise<void> {
  for (const close of closings.splice(0).reverse()) await close();
}
