/** Privacy: exports of a customer's data, its erasure, and how long anything is kept. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import type { CustomerService } from "../customers/index.ts";
import type { Once } from "../journal/once.ts";
import type { MethodService } from "../payment-methods/index.ts";
import { JobQueue } from "../jobs/job-queue.ts";
import type { Vault } from "../vault/index.ts";
import { createEraser } from "./eraser.ts";
import { exporting } from "./exporting.ts";
import { partReader } from "./parts.ts";
import { privacyRepository } from "./repository.ts";
import { createRetention } from "./retention.ts";
import { privacyRoutes } from "./routes.ts";
import { privacyService } from "./service.ts";

export interface PrivacyOptions {
  once: Once;
  vault: Vault;
  customers: CustomerService;
  methods: MethodService;
}

export interface Privacy {
  routes: FastifyPluginAsyncTypebox;
  /** Begins what goes on in the background: open erasures, and a daily look at what was kept long enough. */
  start(): void;
  stop(): Promise<void>;
}

export function createPrivacy(core: Core, { once, vault, customers, methods }: PrivacyOptions): Privacy {
  const repository = privacyRepository(core.pool);
  const queue = new JobQueue({
    log: core.log.child({ module: "privacy" }),
    open: () => repository.openErasures(),
    finish: createEraser(core, { customers, vault, repository }),
  });
  const retention = createRetention(core, repository);
  const service = privacyService(core, { once, customers, repository, enqueue: (id) => queue.enqueue(id) });
  const exportCustomer = exporting(core, customers, partReader(core, { customers, methods, repository }));

  return {
    routes: privacyRoutes(service, exportCustomer, retention),
    start() {
      queue.start();
      retention.start();
    },
    async stop() {
      await queue.stop();
      await retention.stop();
    },
  };
}
