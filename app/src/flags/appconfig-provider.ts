/**
 * OpenFeature provider for feature flags of AWS AppConfig, by way of its agent, which runs beside the service and evaluates
 * variants itself (AWS AppConfig user guide, "Retrieving basic and multi-variant feature flags"):
 *
 *   GET <agent>/applications/A/environments/E/configurations/C     Context: country=de,app=2.1.0
 *   {"checkout": {"enabled": true, "_variant": "beta", "value": "short"}}
 *
 * A boolean flag's value is `enabled`; a string's and a number's the attribute `value`; an object's all attributes. While
 * it is enabled, a flag with an attribute `stops` (paths, in one text with commas or as a list) is a kill switch.
 *
 * Answers are kept per context: a kept one is used at once and refreshed in the background, and when the agent does not
 * answer, the last good one stays.
 */
import {
  type EvaluationContext,
  FlagNotFoundError,
  type FlagValue,
  GeneralError,
  InvalidContextError,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  StandardResolutionReasons,
  TypeMismatchError,
} from "@openfeature/server-sdk";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { Evaluation } from "./evaluate.ts";

export interface AppConfigOptions {
  /** The agent. @default http://localhost:2772 */
  url?: string;
  application: string;
  environment: string;
  configuration: string;
  log: Logger;
  /** Milliseconds after which an answer is refreshed, and between two looks for kill switches. @default 1000 */
  pollInterval?: number;
  /** Milliseconds to wait for the agent. @default 1000 */
  timeout?: number;
}

type AgentFlag = { enabled: boolean; _variant?: string } & Record<string, JsonValue>;
type Configuration = Readonly<Record<string, AgentFlag>>;

/** Contexts whose answers are kept. */
const CONTEXTS = 10_000;

export class AppConfigProvider implements Provider {
  readonly metadata = { name: "aws-appconfig" };
  readonly runsOn = "server";
  readonly events = new OpenFeatureEventEmitter();
  readonly #url: string;
  readonly #timeout: number;
  readonly #interval: number;
  readonly #log: Logger;
  /** By their headers, as JSON. */
  readonly #configurations: LRUCache<string, Configuration>;
  #stopped: ReadonlyMap<string, string> = new Map();
  #seen = "";
  #away = false;
  #poll: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: AppConfigOptions) {
    const { url = "http://localhost:2772", application, environment, configuration } = options;
    const path = { applications: application, environments: environment, configurations: configuration };
    const segments = Object.entries(path).map(([kind, name]) => `/${kind}/${encodeURIComponent(name)}`);
    this.#url = url.replace(/\/$/, "") + segments.join("");
    this.#timeout = options.timeout ?? 1000;
    this.#interval = options.pollInterval ?? 1000;
    this.#log = options.log;
    this.#configurations = new LRUCache({
      max: CONTEXTS,
      ttl: this.#interval,
      allowStale: true,
      noDeleteOnStaleGet: true,
      allowStaleOnFetchRejection: true,
      noDeleteOnFetchRejection: true,
      fetchMethod: (headers) => this.#fetch(JSON.parse(headers) as Record<string, string>),
    });
  }

  /** Paths that kill switches stop, and the key of the switch. */
  get stopped(): ReadonlyMap<string, string> {
    return this.#stopped;
  }

  /** Reads the flags without a context; without the agent, flags have the defaults of the code until it answers. */
  async initialize(): Promise<void> {
    await this.#look();
    this.#schedule();
  }

  onClose(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#poll);
    return Promise.resolve();
  }

  resolveBooleanEvaluation(key: string, _default: boolean, context: EvaluationContext) {
    return this.#resolve(key, context, (flag) => flag.enabled);
  }

  resolveStringEvaluation(key: string, preset: string, context: EvaluationContext) {
    return this.#resolve(key, context, (flag) => (flag.enabled ? single("string", key, flag) : preset));
  }

  resolveNumberEvaluation(key: string, preset: number, context: EvaluationContext) {
    return this.#resolve(key, context, (flag) => (flag.enabled ? single("number", key, flag) : preset));
  }

  resolveObjectEvaluation<T extends JsonValue>(key: string, preset: T, context: EvaluationContext) {
    return this.#resolve(key, context, (flag) => (flag.enabled ? (attributesOf(flag) as T) : preset));
  }

  /**
   * One flag with all its attributes.
   * @throws FlagNotFoundError, GeneralError, InvalidContextError
   */
  async explain(key: string, context: EvaluationContext): Promise<Evaluation> {
    const { value, variant = "", reason = "" } = await this.#resolve<JsonValue>(key, context, (flag) => flag);
    return { value, variant, reason, skipped: [] };
  }

  async #resolve<T extends FlagValue>(
    key: string,
    context: EvaluationContext,
    valueOf: (flag: AgentFlag) => T,
  ): Promise<ResolutionDetails<T>> {
    const headers = JSON.stringify(headersOf(context));
    const configuration = await this.#configurations.fetch(headers);
    if (!configuration)
      throw new GeneralError("The AppConfig agent does not answer, and has not for this context before.");
    const flag = Object.hasOwn(configuration, key) ? configuration[key] : undefined;
    if (!flag) throw new FlagNotFoundError(`AppConfig has no flag ${key}.`);
    const variant = flag._variant;
    const served =
      variant === undefined ? StandardResolutionReasons.STATIC : StandardResolutionReasons.TARGETING_MATCH;
    return {
      value: valueOf(flag),
      variant,
      reason: flag.enabled ? served : StandardResolutionReasons.DISABLED,
    };
  }

  async #fetch(headers: Record<string, string>): Promise<Configuration> {
    const response = await fetch(this.#url, { headers, signal: AbortSignal.timeout(this.#timeout) });
    if (!response.ok) throw new Error(`The AppConfig agent answered ${response.status} for ${this.#url}.`);
    return readConfiguration(await response.json());
  }

  /** Looks for kill switches; says so when the agent goes away and when it is back. */
  async #look(): Promise<void> {
    try {
      const configuration = await this.#fetch({});
      this.#stopped = stoppedPaths(configuration);
      const seen = JSON.stringify(configuration);
      if (this.#seen !== "" && seen !== this.#seen) this.events.emit(ProviderEvents.ConfigurationChanged, {});
      this.#seen = seen;
      if (this.#away) this.#log.info("the AppConfig agent answers again");
      this.#away = false;
    } catch (error) {
      if (!this.#away)
        this.#log.warn({ err: error }, "the AppConfig agent does not answer; the last flags stay");
      this.#away = true;
    }
  }

  #schedule(): void {
    this.#poll = setTimeout(() => {
      void this.#look().then(() => {
        if (!this.#closed) this.#schedule();
      });
    }, this.#interval);
  }
}

function readConfiguration(body: unknown): Configuration {
  const isFlag = (flag: unknown) =>
    typeof flag === "object" && flag !== null && "enabled" in flag && typeof flag.enabled === "boolean";
  if (typeof body !== "object" || body === null || !Object.values(body).every(isFlag))
    throw new Error("The AppConfig agent's answer is no configuration of type AWS.AppConfig.FeatureFlags.");
  return body as Configuration;
}

/** What a header value may hold; a comma would part it in two. */
const SENDABLE = /^[\x20-\x2b\x2d-\x7e]*$/;

/** The context as the agent takes it, and the subject for gradual deployments. */
function headersOf(context: EvaluationContext): Record<string, string> {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(context).sort()) {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") continue;
    const pair = `${name}=${value}`;
    if (!SENDABLE.test(pair))
      throw new InvalidContextError(`The agent cannot take ${name}: only ASCII without commas.`);
    pairs.push(pair);
  }
  return {
    ...(pairs.length > 0 && { Context: pairs.join(",") }),
    ...(context.targetingKey !== undefined && { "Entity-Id": context.targetingKey }),
  };
}

function attributesOf(flag: AgentFlag): JsonValue {
  return Object.fromEntries(
    Object.entries(flag).filter(([name]) => name !== "enabled" && name !== "_variant"),
  );
}

function single<K extends "string" | "number">(
  kind: K,
  key: string,
  flag: AgentFlag,
): K extends "string" ? string : number {
  const value = flag.value;
  if (typeof value !== kind)
    throw new TypeMismatchError(`Flag ${key} of AppConfig has no attribute "value" that is a ${kind}.`);
  return value as K extends "string" ? string : number;
}

function stoppedPaths(configuration: Configuration): Map<string, string> {
  const stopped = new Map<string, string>();
  for (const [key, { enabled, stops }] of Object.entries(configuration)) {
    if (!enabled) continue;
    const paths = Array.isArray(stops) ? stops : typeof stops === "string" ? stops.split(",") : [];
    for (const path of paths) if (typeof path === "string") stopped.set(path.trim(), key);
  }
  return stopped;
}
