/** ACH: a bank that works by files. */
import type { FastifyPluginAsync } from "fastify";
import type { Core } from "../../core.ts";
import type { Once } from "../../journal/once.ts";
import type { Vault } from "../../vault/index.ts";
import { AchFiles } from "./files.ts";
import { AchProcessor } from "./processor.ts";
import { AchRepository } from "./repository.ts";
import { importReturns, settleDue } from "./returns.ts";
import { achRoutes } from "./routes.ts";

export interface AchDependencies {
  once: Once;
  vault: Pick<Vault, "sealPersonal" | "openPersonal">;
}

export interface Ach {
  /** One for live and one for test payments: they share nothing. */
  processors: AchProcessor[];
  routes(deliverNotices: () => Promise<unknown>): FastifyPluginAsync;
}

export function createAch(core: Core, { once, vault }: AchDependencies): Ach {
  const repository = new AchRepository(core.pool);
  const files = new AchFiles({ core, repository, vault });
  return {
    processors: [true, false].map(
      (livemode) =>
        new AchProcessor({
          core,
          repository,
          vault,
          livemode,
          tick: async () => {
            await settleDue(core, repository, livemode);
            await files.deliverMissing(livemode);
          },
        }),
    ),
    routes: (deliverNotices) =>
      achRoutes({
        once,
        files,
        repository,
        importReturns: (livemode, text) => importReturns(core, repository, livemode, text),
        deliverNotices,
      }),
  };
}
