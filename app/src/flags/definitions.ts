/** Makes a flag whole and finds the mistakes that a schema cannot see. */
import type { Mistake } from "../errors.ts";
import {
  type Condition,
  type ExperimentDefinition,
  type FlagCreate,
  type FlagDefinition,
  type Rule,
  type SegmentDefinition,
  STOPPABLE,
} from "./schemas.ts";
import { isVersion } from "./semver.ts";

/** Flags of true and false need no variants written out. */
const SWITCH_VARIANTS = { on: true, off: false };

/**
 * A flag with its defaults: `on` and `off` for boolean flags and kill switches, the first variant as default and off
 * variant else; enabled for kill switches (their paths are open), disabled for the others.
 */
export function withDefaults(flag: FlagCreate): FlagDefinition {
  const isSwitch = flag.kind === "kill_switch";
  const variants = flag.variants ?? (isSwitch || flag.kind === "boolean" ? SWITCH_VARIANTS : {});
  const [first = ""] = Object.keys(variants);
  const off = Object.keys(variants).find((name) => name === "off") ?? first;
  return {
    ...flag,
    variants,
    default_variant: flag.default_variant ?? first,
    off_variant: flag.off_variant ?? off,
    enabled: flag.enabled ?? isSwitch,
    salt: flag.salt ?? "",
    rules: flag.rules ?? [],
    paths: flag.paths ?? [],
  };
}

/** All mistakes of a flag, each with its path, the value and the remedy. */
export function flagMistakes(flag: FlagDefinition, segments: ReadonlySet<string>): Mistake[] {
  return [
    ...valueMistakes(flag),
    ...variantMistake(flag, "default_variant", flag.default_variant),
    ...variantMistake(flag, "off_variant", flag.off_variant),
    ...flag.rules.flatMap((rule, index) => ruleMistakes(flag, rule, `rules.${index}`, segments)),
    ...switchMistakes(flag),
  ];
}

function mistake(param: string, message: string): Mistake {
  return { param, code: "parameter_invalid", message };
}

/** Of a flag or segment that is named and is not there. */
function missing(param: string, what: string, key: string): Mistake {
  return { param, code: "resource_missing", message: `There is no ${what} ${key}; create it first.` };
}

const HAS_KIND: Record<FlagDefinition["kind"], (value: unknown) => boolean> = {
  boolean: (value) => typeof value === "boolean",
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  object: (value) => typeof value === "object" && value !== null,
  kill_switch: (value) => typeof value === "boolean",
};

function valueMistakes(flag: FlagDefinition): Mistake[] {
  if (Object.keys(flag.variants).length === 0)
    return [mistake("variants", `A ${flag.kind} flag needs its variants, as {"small": …, "large": …}.`)];
  return Object.entries(flag.variants)
    .filter(([, value]) => !HAS_KIND[flag.kind](value))
    .map(([name, value]) =>
      mistake(
        `variants.${name}`,
        `${JSON.stringify(value)} is no value of a ${flag.kind} flag; change the value or the kind.`,
      ),
    );
}

function variantMistake(flag: { variants: object }, param: string, name: string | undefined): Mistake[] {
  if (name === undefined || Object.hasOwn(flag.variants, name)) return [];
  const known = Object.keys(flag.variants).join(", ");
  return [mistake(param, `There is no variant ${name}; the flag has ${known}.`)];
}

function ruleMistakes(
  flag: FlagDefinition,
  rule: Rule,
  path: string,
  segments: ReadonlySet<string>,
): Mistake[] {
  const mistakes = [
    ...audienceMistakes(rule, path, segments),
    ...variantMistake(flag, `${path}.variant`, rule.variant),
  ];
  if ((rule.variant === undefined) === (rule.split === undefined))
    mistakes.push(mistake(path, "A rule serves either `variant` or `split`: give one of them."));
  if (rule.split) mistakes.push(...splitMistakes(flag, rule.split, `${path}.split`));
  if (rule.starts_at !== undefined && rule.ends_at !== undefined && rule.ends_at <= rule.starts_at)
    mistakes.push(mistake(`${path}.ends_at`, `${rule.ends_at} is not after starts_at ${rule.starts_at}.`));
  return mistakes;
}

function splitMistakes(
  flag: { variants: object },
  split: Readonly<Record<string, number>>,
  path: string,
): Mistake[] {
  const mistakes = Object.keys(split).flatMap((name) => variantMistake(flag, `${path}.${name}`, name));
  // Shares have three decimals: add them as integers.
  const total = Object.values(split).reduce((sum, share) => sum + Math.round(share * 1000), 0);
  if (total !== 100_000) mistakes.push(mistake(path, `The shares add up to ${total / 1000}, not to 100.`));
  return mistakes;
}

type Audience = Pick<Rule, "all" | "any" | "segments">;

function audienceMistakes(audience: Audience, path: string, segments: ReadonlySet<string>): Mistake[] {
  const prefix = path === "" ? "" : `${path}.`;
  return [
    ...(["all", "any"] as const).flatMap((list) =>
      (audience[list] ?? []).flatMap((condition, index) =>
        conditionMistakes(condition, `${prefix}${list}.${index}`),
      ),
    ),
    ...(audience.segments ?? []).flatMap((key, index) =>
      segments.has(key) ? [] : [missing(`${prefix}segments.${index}`, "segment", key)],
    ),
  ];
}

/** What each group of operators compares with. */
function conditionMistakes({ operator, value }: Condition, path: string): Mistake[] {
  const fault = operandFault(operator, value);
  return fault === undefined
    ? []
    : [mistake(`${path}.value`, `${JSON.stringify(value)} does not fit ${operator}: give ${fault}.`)];
}

function operandFault(operator: Condition["operator"], value: Condition["value"]): string | undefined {
  switch (operator) {
    case "in":
    case "not_in":
      return Array.isArray(value) ? undefined : "a list";
    case "exists":
      return typeof value === "boolean" ? undefined : "true or false";
    case "version_equals":
    case "version_at_least":
    case "version_below":
      return typeof value === "string" && isVersion(value) ? undefined : "a version as 1.2.3";
    case "starts_with":
    case "ends_with":
      return typeof value === "string" ? undefined : "a text";
    case "greater_than":
    case "greater_or_equal":
    case "less_than":
    case "less_or_equal":
      return typeof value === "string" || typeof value === "number" ? undefined : "a number or a text";
    default:
      return Array.isArray(value) ? "a single value" : undefined;
  }
}

function switchMistakes(flag: FlagDefinition): Mistake[] {
  if (flag.kind !== "kill_switch")
    return flag.paths.length === 0
      ? []
      : [mistake("paths", `Only a kill switch stops paths; kind is ${flag.kind}.`)];
  if (flag.paths.length === 0)
    return [mistake("paths", "A kill switch needs the paths that it stops, as payments.method.card.")];
  const idle = flag.paths.filter((path) => !STOPPABLE.test(path));
  if (idle.length > 0) {
    const known =
      "payments, payments.method.card, refunds, payouts, transfers, webhooks and others: see /docs";
    return idle.map((path) => mistake("paths", `There is nothing to stop at ${path}; paths are ${known}.`));
  }
  // Whether a path is open must not depend on who asks.
  return flag.rules.length === 0
    ? []
    : [mistake("rules", "A kill switch has no rules: it stops its paths for everybody.")];
}

export function segmentMistakes(segment: SegmentDefinition): Mistake[] {
  return audienceMistakes(segment, "", new Set());
}

/** @param flag the experiment's flag; undefined when there is none of that key */
export function experimentMistakes(
  experiment: ExperimentDefinition,
  flag: FlagDefinition | undefined,
  segments: ReadonlySet<string>,
): Mistake[] {
  if (!flag) return [missing("flag", "flag", experiment.flag)];
  const mistakes = [
    ...audienceMistakes(experiment, "", segments),
    ...splitMistakes(flag, experiment.split, "split"),
  ];
  if (flag.kind === "kill_switch")
    mistakes.push(mistake("flag", "A kill switch cannot be tried out on some."));
  if (!Object.hasOwn(experiment.split, experiment.control))
    mistakes.push(
      mistake("control", `The control ${experiment.control} is not among the variants of the split.`),
    );
  if (Object.keys(experiment.split).length < 2)
    mistakes.push(mistake("split", "An experiment compares two variants or more."));
  return mistakes;
}
