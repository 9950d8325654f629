/**
 * Feature flags, experiments and kill switches.
 *
 * Code asks an OpenFeature client; who answers (the database, a file, AWS AppConfig) is a setting. Kill switches are looked
 * up in memory, without a promise, so that they cost nothing on the way of a payment.
 */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Client, NOOP_PROVIDER, OpenFeature } from "@openfeature/server-sdk";
import { toSeconds } from "../clock.ts";
import type { Core } from "../core.ts";
import { ApiError } from "../errors.ts";
import type { Once } from "../journal/once.ts";
import { makeBackend } from "./backends.ts";
import type { ExperimentData, FlagData, SegmentData } from "./changes.ts";
import { makeDatabaseSource } from "./database-source.ts";
import { experimentRoutes } from "./experiment-routes.ts";
import { flagRoutes } from "./flag-routes.ts";
import { NamedObjects } from "./named-objects.ts";
import { Recorder } from "./recorder.ts";
import { countExperiment } from "./repository.ts";
import { segmentRoutes } from "./segment-routes.ts";
import type { FlagService } from "./service.ts";
import { stoppedBy } from "./snapshot.ts";

export interface Flags {
  routes: FastifyPluginAsyncTypebox;
  /** Reads the flags; resolves when the first evaluation may be asked for. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * OpenFeature's client for a mode. A flag that does not exist, or whose provider is away, has the default of the code.
   * Subjects are told by `targetingKey`.
   */
  client(livemode: boolean): Client;
  /** Whether a kill switch stops a path, as `payments.method.card`, `payouts`; synchronous, and nearly free. */
  isKilled(path: string, livemode: boolean): boolean;
  /** @throws ApiError 503 `path_stopped` when a kill switch stops one of the paths */
  requireOpen: (livemode: boolean, ...paths: string[]) => void;
}

/** What the kill switches are for those whose paths they stop. */
export type RequireOpen = Flags["requireOpen"];

/** OpenFeature knows providers by domain; each set of flags in a process has its own. */
let domains = 0;

export function createFlags(core: Core, once: Once): Flags {
  const { pool, clock, log, meter, config } = core;
  domains += 1;
  const domain = `strongroom-${domains}`;
  const recorder = new Recorder({ pool, clock, log, meter });
  const database = makeDatabaseSource({
    pool,
    log,
    pollInterval: config.FLAGS_POLL_INTERVAL,
    onChange: () => backend.changed(),
  });
  const backend = makeBackend(core, database, recorder);

  const service: FlagService = {
    once,
    flags: new NamedObjects<FlagData, "flag">(core, once, "flags", "flag"),
    segments: new NamedObjects<SegmentData, "flag_segment">(core, once, "flag_segments", "flag_segment"),
    experiments: new NamedObjects<ExperimentData, "experiment">(core, once, "experiments", "experiment"),
    elsewhere: config.FLAGS_PROVIDER === "database" ? undefined : config.FLAGS_PROVIDER,
    fresh: async (livemode) => {
      await database.refresh();
      return database.snapshot(livemode);
    },
    // The change is committed: should the read fail, the next look brings it.
    refresh: () => database.refresh().catch(() => undefined),
    explain: (key, context) => backend.explain(key, context),
    convert: async (livemode, conversions) => {
      const snapshot = database.snapshot(livemode);
      for (const { targetingKey, metric } of conversions)
        recorder.convert(livemode, snapshot, targetingKey, metric);
      await recorder.flush();
    },
    count: async (livemode, experiment) => {
      await recorder.flush();
      return countExperiment(pool, livemode, experiment);
    },
    now: () => toSeconds(clock()),
  };

  const switchOf = (path: string, livemode: boolean) =>
    stoppedBy(path, database.snapshot(livemode).stopped) ?? stoppedBy(path, backend.stopped());

  return {
    routes: async (app) => {
      await app.register(flagRoutes(service));
      await app.register(segmentRoutes(service));
      await app.register(experimentRoutes(service));
    },
    async start() {
      await Promise.all([database.start(), backend.start()]);
      await OpenFeature.setProviderAndWait(domain, backend.provider);
      recorder.start();
    },
    async stop() {
      await OpenFeature.setProviderAndWait(domain, NOOP_PROVIDER);
      await Promise.all([database.stop(), backend.stop(), recorder.stop()]);
    },
    client: (livemode) => OpenFeature.getClient(domain, { livemode }),
    isKilled: (path, livemode) => switchOf(path, livemode) !== undefined,
    requireOpen(livemode, ...paths) {
      for (const path of paths) {
        const key = switchOf(path, livemode);
        if (key === undefined) continue;
        throw new ApiError(
          503,
          "api_error",
          "path_stopped",
          `${path} is stopped for now (kill switch ${key}). Nothing was done: try again later.`,
          { retryAfter: 60 },
        );
      }
    },
  };
}
