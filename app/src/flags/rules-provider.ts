/** OpenFeature provider for flags whose rules this service evaluates: those of the database and of a file. */
import {
  type EvaluationContext,
  FlagNotFoundError,
  type FlagValue,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  TypeMismatchError,
} from "@openfeature/server-sdk";
import type { Clock } from "../clock.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import type { FlagDefinition } from "./schemas.ts";
import type { Snapshot } from "./snapshot.ts";

export interface RulesProviderOptions {
  name: string;
  snapshot: (context: EvaluationContext) => Snapshot;
  clock: Clock;
  /** A subject got its variant of an experiment. */
  onExposure?: (experiment: string, variant: string, context: EvaluationContext) => void;
  /** A subject did what `client.track` names. */
  onConversion?: (metric: string, context: EvaluationContext) => void;
}

const KIND_OF_VALUE: Record<FlagDefinition["kind"], string> = {
  boolean: "boolean",
  kill_switch: "boolean",
  string: "string",
  number: "number",
  object: "object",
};

export class RulesProvider implements Provider {
  readonly metadata: { name: string };
  readonly runsOn = "server";
  readonly events = new OpenFeatureEventEmitter();
  readonly #options: RulesProviderOptions;

  constructor(options: RulesProviderOptions) {
    this.metadata = { name: options.name };
    this.#options = options;
  }

  /** Tells OpenFeature's listeners that flags have changed. */
  changed(): void {
    this.events.emit(ProviderEvents.ConfigurationChanged, {});
  }

  /**
   * One flag, with why; does not count as taking part in an experiment.
   * @throws FlagNotFoundError, TargetingKeyMissingError
   */
  explain(key: string, context: EvaluationContext): Promise<Evaluation> {
    // A promise also of what is thrown.
    return Promise.resolve().then(() => this.#evaluate(key, context));
  }

  resolveBooleanEvaluation(key: string, _default: boolean, context: EvaluationContext) {
    return this.#resolve<boolean>("boolean", key, context);
  }

  resolveStringEvaluation(key: string, _default: string, context: EvaluationContext) {
    return this.#resolve<string>("string", key, context);
  }

  resolveNumberEvaluation(key: string, _default: number, context: EvaluationContext) {
    return this.#resolve<number>("number", key, context);
  }

  resolveObjectEvaluation<T extends JsonValue>(key: string, _default: T, context: EvaluationContext) {
    return this.#resolve<T>("object", key, context);
  }

  track(name: string, context: EvaluationContext): void {
    this.#options.onConversion?.(name, context);
  }

  #resolve<T extends FlagValue>(
    kind: string,
    key: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return Promise.resolve().then(() => {
      const { value, variant, reason, rule, experiment } = this.#evaluate(key, context, kind);
      if (experiment !== undefined) this.#options.onExposure?.(experiment, variant, context);
      const flagMetadata = {
        ...(rule !== undefined && { rule }),
        ...(experiment !== undefined && { experiment }),
      };
      return { value: value as T, variant, reason, flagMetadata };
    });
  }

  /** @param kind the type that the code asks for */
  #evaluate(key: string, context: EvaluationContext, kind?: string): Evaluation {
    const snapshot = this.#options.snapshot(context);
    const flag = snapshot.flags.get(key);
    if (!flag) throw new FlagNotFoundError(`There is no flag ${key}.`);
    if (kind !== undefined && KIND_OF_VALUE[flag.kind] !== kind)
      throw new TypeMismatchError(`Flag ${key} is of kind ${flag.kind}; it was asked for as ${kind}.`);
    return evaluate(flag, snapshot, context, this.#options.clock());
  }
}
