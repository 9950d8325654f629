/** The service's configuration: all domains' environment variables, read once at the start. */
import { type Static, type TObject, Type } from "typebox";
import { databaseGuards, databaseSettings } from "./database/settings.ts";
import { flagsGuards, flagsSettings } from "./flags/settings.ts";
import { hardeningGuards, hardeningSettings } from "./http/hardening-settings.ts";
import { limitsGuards, limitsSettings } from "./http/limits-settings.ts";
import { identityGuards, identitySettings } from "./identity/settings.ts";
import { journalGuards, journalSettings } from "./journal/settings.ts";
import { type Environment, readEnvironment } from "./operations/environment.ts";
import { operationsGuards, operationsSettings } from "./operations/settings.ts";
import { paymentsGuards, paymentsSettings } from "./payments/settings.ts";
import { privacySettings } from "./privacy/settings.ts";
import { processorsGuards, processorsSettings } from "./processors/settings.ts";
import { vaultGuards, vaultSettings } from "./vault/settings.ts";
import { webhookSettings } from "./webhooks/settings.ts";

const settings = {
  ...operationsSettings,
  ...databaseSettings,
  ...journalSettings,
  ...hardeningSettings,
  ...limitsSettings,
  ...identitySettings,
  ...vaultSettings,
  ...paymentsSettings,
  ...webhookSettings,
  ...processorsSettings,
  ...flagsSettings,
  ...privacySettings,
};

/** The environment variables' names are the keys. */
export type Config = Static<TObject<typeof settings>>;

/** Mistakes beyond the form of single values: what contradicts itself, and what production must not do. */
const GUARDS: readonly ((config: Config) => string[])[] = [
  operationsGuards,
  databaseGuards,
  journalGuards,
  hardeningGuards,
  limitsGuards,
  identityGuards,
  vaultGuards,
  processorsGuards,
  paymentsGuards,
  flagsGuards,
];

/** Everything that is wrong with the configuration. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join("\n"));
    this.name = "ConfigError";
    this.mistakes = mistakes;
  }
}

/**
 * Reads the configuration.
 * @throws ConfigError with all mistakes at once; each names the variable, its value (a secret's never) and the remedy
 */
export function loadConfig(environment: Environment): Config {
  const { values, mistakes } = readEnvironment(settings, environment);
  // Guards compare values: they can judge only what was read without mistakes.
  const all = mistakes.length > 0 ? mistakes : GUARDS.flatMap((guard) => guard(values));
  if (all.length > 0) throw new ConfigError(all);
  return Object.freeze(values);
}

/** All variables with their JSON schemas, for the documentation. */
export const configSchema = Type.Object(settings);
