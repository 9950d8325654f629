/** The whole service: every domain with what it needs, started and stopped in order. */
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { buildApp } from "./app.ts";
import { systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Core } from "./core.ts";
import { createCustomers } from "./customers/index.ts";
import type { EmbeddedPostgres } from "./database/embedded.ts";
import { migrate } from "./database/migrate.ts";
import { Objects } from "./database/objects.ts";
import { createPool } from "./database/pool.ts";
import { databaseConnection, dataFolder } from "./database/settings.ts";
import { createDisputes } from "./disputes/index.ts";
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
import { cacheCheck } from "./operations/checks.ts";
import { createOperations } from "./operations/index.ts";
import type { Log } from "./operations/log.ts";
import type { Lifecycle } from "./operations/shutdown.ts";
import type { Telemetry } from "./operations/telemetry.ts";
import { createPaymentMethods } from "./payment-methods/index.ts";
import { createJanitor, createPayments, noticeListener, sweepOf } from "./payments/index.ts";
import type { Shows } from "./payments/reads.ts";
import { createPayouts } from "./payouts/index.ts";
import { createProcessors } from "./processors/index.ts";
import { createReconciliations } from "./reconciliation/index.ts";
import { createRefunds } from "./refunds/index.ts";
import { deriveFrom, localSecret } from "./root-key.ts";
import { createTransfers } from "./transfers/index.ts";
import { createVault, rootKey, vaultRoutes } from "./vault/index.ts";
import { sealedRows } from "./vault/sealed-rows.ts";
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
  /** After the last request: ends the jobs, lets the journal finish, closes the database. */
  stop(): Promise<void>;
}

/** Something with work of its own in the background. */
interface Job {
  start?(): Promise<void> | void;
  stop?(): Promise<void> | void;
}

export async function createService(config: Config, options: ServiceOptions): Promise<Service> {
  const { log, telemetry, lifecycle } = options;
  const folder = dataFolder(config);
  const given = databaseConnection(config);
  const embedded = given === undefined ? await startEmbedded(folder, log) : undefined;
  const connection: pg.ClientConfig = given ?? { connectionString: embedded?.url };

  const poolOptions = {
    connection,
    connectTimeout: config.DATABASE_CONNECT_TIMEOUT,
    statementTimeout: config.DATABASE_STATEMENT_TIMEOUT,
    log: log.log,
  };
  const pool = createPool({ ...poolOptions, max: config.DATABASE_POOL_SIZE });
  const journalPool = createPool({ ...poolOptions, max: config.JOURNAL_LANES });
  const clock = systemClock;
  const journal = new Journal(journalPool, log.log, telemetry.meter, { lanes: config.JOURNAL_LANES });
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
  const limits = createLimits(core);
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
  const { source: methods } = paymentMethods;
  const money = { once, chart: ledger.chart, processors, methods };
  const shows: Shows = {
    customer: (id, caller) => customers.service.retrieve(id, caller),
    payment_method: (id, caller) => paymentMethods.service.retrieve(id, caller),
    latest_refund: (id, caller) => refunds.service.retrieve(id, caller),
  };
  const payments = createPayments(core, {
    ...money,
    shows,
    isStopped: (livemode) => flags.isKilled("payments", livemode),
  });
  const refunds = createRefunds(core, { ...money, payments: payments.service });
  const disputes = createDisputes(core, money);
  const payouts = createPayouts(core, {
    ...money,
    isStopped: (livemode) => flags.isKilled("payouts", livemode),
  });
  processors.onNotice(
    noticeListener(core, {
      chart: ledger.chart,
      payments,
      refunds: refunds.service,
      payouts: payouts.service,
      disputes: disputes.service,
    }),
  );
  const janitor = createJanitor(core, [
    sweepOf(core, "payments", payments.undertakings),
    sweepOf(core, "refunds", refunds.service.undertakings),
    sweepOf(core, "payouts", payouts.service.undertakings),
    sweepOf(core, "disputes", disputes.service.undertakings),
  ]);
  const reconciliations = createReconciliations(core, money);
  const exports = createExports(core, once);
  const webhooks = createWebhooks(core, { once, keyEncryption });
  const forgetting = createForgetting(core);
  const operations = createOperations(core, {
    telemetry,
    access: log.access,
    lifecycle,
    pools: { reads: pool, journal: journalPool },
    checks: limits.ping === undefined ? [] : [cacheCheck(limits.ping)],
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
      payments.routes,
      refunds.routes,
      disputes.routes,
      payouts.routes,
      createTransfers(core, once).routes,
      ledger.routes,
      createEvents(core).routes,
      webhooks.routes,
      processors.routes,
      vaultRoutes(vault),
      reconciliations.routes,
      exports.routes,
      flags.routes,
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
    janitor,
    reconciliations,
    exports,
    webhooks,
    forgetting,
  ];
  const started: Job[] = [];

  return {
    app,
    embedded: embedded && { folder, testKeyFile: join(folder, "test-key") },
    bootstrapKeys: (into) => identity.bootstrapKeys(into),
    async start() {
      for (const job of jobs) {
        await job.start?.();
        started.push(job);
      }
      if (embedded !== undefined) await identity.bootstrapKeys(folder);
    },
    async stop() {
      await app.close();
      for (const job of started.splice(0).reverse()) await job.stop?.();
      await journal.drained();
      await Promise.all([pool.end(), journalPool.end()]);
      await embedded?.stop();
    },
  };
}

/** The service's own PostgreSQL, with the schema that this version needs. */
async function startEmbedded(folder: string, { log }: Log): Promise<EmbeddedPostgres> {
  // Not loaded where there is a database already.
  const { startEmbeddedPostgres } = await import("./database/embedded.ts");
  const embedded = await startEmbeddedPostgres({ folder, log });
  await migrate(embedded.url);
  return embedded;
}
