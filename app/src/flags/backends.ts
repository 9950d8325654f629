/** Who holds the flags: the database, a file or AWS AppConfig (setting FLAGS_PROVIDER). */
import type { EvaluationContext, Provider } from "@openfeature/server-sdk";
import type { Core } from "../core.ts";
import { AppConfigProvider } from "./appconfig-provider.ts";
import type { DatabaseSource } from "./database-source.ts";
import type { Evaluation } from "./evaluate.ts";
import { makeFileSource } from "./file-source.ts";
import type { Recorder } from "./recorder.ts";
import { RulesProvider } from "./rules-provider.ts";
import { EMPTY } from "./snapshot.ts";

export interface Backend {
  provider: Provider;
  explain(key: string, context: EvaluationContext): Promise<Evaluation>;
  /** Paths that the backend's own kill switches stop. */
  stopped(): ReadonlyMap<string, string>;
  /** The database's flags have changed. */
  changed(): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Contexts name the mode; where none does, it is live. */
function isLive(context: EvaluationContext): boolean {
  return context.livemode !== false;
}

export function makeBackend(core: Core, database: DatabaseSource, recorder: Recorder): Backend {
  switch (core.config.FLAGS_PROVIDER) {
    case "database":
      return databaseBackend(core, database, recorder);
    case "file":
      return fileBackend(core);
    case "appconfig":
      return appConfigBackend(core);
  }
}

const nothing = () => Promise.resolve();

function databaseBackend({ clock }: Core, database: DatabaseSource, recorder: Recorder): Backend {
  const provider = new RulesProvider({
    name: "database",
    clock,
    snapshot: (context) => database.snapshot(isLive(context)),
    onExposure: (experiment, variant, context) =>
      recorder.expose(isLive(context), experiment, context.targetingKey ?? "", variant),
    onConversion: (metric, context) => {
      if (context.targetingKey === undefined) return;
      const livemode = isLive(context);
      recorder.convert(livemode, database.snapshot(livemode), context.targetingKey, metric);
    },
  });
  return {
    provider,
    explain: (key, context) => provider.explain(key, context),
    // The database's kill switches count with every backend.
    stopped: () => EMPTY.stopped,
    changed: () => provider.changed(),
    start: nothing,
    stop: nothing,
  };
}

function fileBackend({ config, clock, log }: Core): Backend {
  const source = makeFileSource({
    path: config.FLAGS_FILE ?? "",
    log,
    pollInterval: config.FLAGS_POLL_INTERVAL,
    onChange: () => provider.changed(),
  });
  const provider = new RulesProvider({ name: "file", clock, snapshot: () => source.snapshot() });
  return {
    provider,
    explain: (key, context) => provider.explain(key, context),
    stopped: () => source.snapshot().stopped,
    changed: () => undefined,
    start: () => source.start(),
    stop: () => source.stop(),
  };
}

function appConfigBackend({ config, log }: Core): Backend {
  const provider = new AppConfigProvider({
    url: config.FLAGS_APPCONFIG_URL,
    application: config.FLAGS_APPCONFIG_APPLICATION ?? "",
    environment: config.FLAGS_APPCONFIG_ENVIRONMENT ?? "",
    configuration: config.FLAGS_APPCONFIG_CONFIGURATION ?? "",
    pollInterval: config.FLAGS_POLL_INTERVAL,
    log,
  });
  return {
    provider,
    explain: (key, context) => provider.explain(key, context),
    stopped: () => provider.stopped,
    changed: () => undefined,
    // OpenFeature starts and closes it.
    start: nothing,
    stop: nothing,
  };
}
