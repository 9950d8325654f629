import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema.js";
import type { Rule } from "./rule.ts";
import { closest } from "./text.ts";

/** The key of a stack's configuration that holds its settings of rules. */
export const SETTINGS_KEY = "strongroom:policies";

/** How a rule can be enforced. */
export const LEVELS = ["advisory", "mandatory", "remediate", "disabled"] as const;
export type Level = (typeof LEVELS)[number];

/** What a stack says of a rule, as files for `--policy-pack-config` say it: a level, or parameters and perhaps a level. */
export type RuleSetting = Level | ({ enforcementLevel?: Level } & Record<string, unknown>);

/** What a stack says of its rules, by id. `all` stands for every rule of ours; `<pack>/<policy>` names a policy of others. */
export type Settings = Readonly<Record<string, RuleSetting>>;

/** Thrown when settings are not sound; its message names every mistake. */
export class SettingsError extends Error {
  /** Tells Pulumi's runtime that the message is for users, so that it prints no stack trace. */
  readonly __pulumiRunError = true;
}

/**
 * Checks settings of rules.
 *
 * @param given the value as it stands in the file, or its JSON text, as Pulumi hands over structured configuration
 * @param rules all rules that there are
 * @param where what messages begin with, such as `Pulumi.production.yaml, strongroom:policies`
 * @throws {SettingsError} with all mistakes
 */
export function readSettings(given: unknown, rules: readonly Rule[], where: string): Settings {
  const value = typeof given === "string" ? fromText(given, where) : (given ?? {});
  if (!isRecord(value)) {
    throw new SettingsError(`${where}: must be a mapping from rules to a level or to parameters`);
  }
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const mistakes = Object.entries(value).flatMap(([id, setting]) => mistakesOf(id, setting, byId));
  if (mistakes.length > 0) {
    throw new SettingsError(mistakes.map((mistake) => `${where}: ${mistake}`).join("\n"));
  }
  return value as Settings;
}

/** The settings of the stack that the engine runs a policy pack for; none where it does not say. */
export function settingsOfStack(
  rules: readonly Rule[],
  { PULUMI_CONFIG }: NodeJS.ProcessEnv = process.env,
): Settings {
  const config = PULUMI_CONFIG === undefined ? {} : (JSON.parse(PULUMI_CONFIG) as Record<string, unknown>);
  return readSettings(config[SETTINGS_KEY], rules, SETTINGS_KEY);
}

/** Settings of which the later ones count more, parameter by parameter. */
export function mergeSettings(...all: readonly Settings[]): Settings {
  const merged: Record<string, RuleSetting> = {};
  for (const [id, setting] of all.flatMap((each) => Object.entries(each))) {
    merged[id] = { ...asObject(merged[id]), ...asObject(setting) };
  }
  return merged;
}

/**
 * What settings say of one pack's policies: the form of the policy SDK's initial configuration, and of files for
 * `--policy-pack-config`.
 *
 * @param pack the pack's name
 * @param policies names of its policies that are rules of ours
 */
export function settingsOfPack(
  settings: Settings,
  pack: string,
  policies: Iterable<string>,
): Record<string, RuleSetting> {
  const own = new Set(policies);
  // To others, `<pack>/all` says it.
  if (own.size > 0) own.add("all");
  const concerning = Object.entries(settings).flatMap(([id, setting]): [string, RuleSetting][] => {
    const [owner, policy] = id.split("/");
    if (policy !== undefined) return owner === pack ? [[policy, setting]] : [];
    return own.has(id) ? [[id, setting]] : [];
  });
  return Object.fromEntries(concerning);
}

function asObject(setting: RuleSetting | undefined): { enforcementLevel?: Level } & Record<string, unknown> {
  return typeof setting === "string" ? { enforcementLevel: setting } : (setting ?? {});
}

function fromText(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SettingsError(
      `${where}: must be a mapping from rules to a level or to parameters, not "${text}"`,
    );
  }
}

function mistakesOf(id: string, setting: unknown, rules: ReadonlyMap<string, Rule>): string[] {
  const isOfOthers = id === "all" || id.includes("/");
  const rule = rules.get(id);
  if (rule === undefined && !isOfOthers)
    return [`there is no rule ${id}${didYouMean(id, [...rules.keys()])}`];
  if (typeof setting === "string") return levelMistakes(id, setting, rule);
  if (!isRecord(setting)) return [`${id}: must be a level (${LEVELS.join(", ")}) or a mapping of parameters`];
  const { enforcementLevel, ...parameters } = setting;
  return [
    ...(enforcementLevel === undefined ? [] : levelMistakes(id, enforcementLevel, rule)),
    // The parameters of others are for their packs to check.
    ...(id.includes("/") ? [] : Object.entries(parameters)).flatMap(([name, value]) =>
      parameterMistakes(id, name, value, rule?.parameters ?? {}),
    ),
  ];
}

function levelMistakes(id: string, level: unknown, rule: Rule | undefined): string[] {
  if (typeof level !== "string" || !(LEVELS as readonly string[]).includes(level)) {
    const hint = typeof level === "string" ? didYouMean(level, LEVELS) : "";
    return [`${id}: there is no level ${JSON.stringify(level)}${hint}; there are ${LEVELS.join(", ")}`];
  }
  const remediates = rule === undefined || (rule.kind === "resource" && rule.remediate !== undefined);
  return level === "remediate" && !remediates
    ? [`${id}: cannot be remediated; make it mandatory instead`]
    : [];
}

function parameterMistakes(
  id: string,
  name: string,
  value: unknown,
  schemas: NonNullable<Rule["parameters"]>,
): string[] {
  const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  if (schema === undefined) {
    const names = Object.keys(schemas);
    const known =
      names.length === 0 ? "; it has none" : `${didYouMean(name, names)}; it has ${names.join(", ")}`;
    return [`${id}: there is no parameter ${name}${known}`];
  }
  const mistake = misfit(value, schema);
  return mistake === undefined ? [] : [`${id}: ${name} ${mistake}, not ${JSON.stringify(value)}`];
}

/** Keywords of JSON schema that {@link misfit} knows; parameters are described with no others. */
export const SCHEMA_KEYWORDS: readonly string[] = [
  "type",
  "enum",
  "items",
  "additionalProperties",
  "minimum",
  "maximum",
  "minItems",
  "pattern",
  "description",
  "default",
];

/** What a value must be that it is not, by its schema; undefined where it fits. */
function misfit(value: unknown, schema: PolicyConfigJSONSchema): string | undefined {
  const { type, items, minimum = -Infinity, maximum = Infinity } = schema;
  const types = type === undefined ? [] : [type].flat();
  if (types.length > 0 && !types.some((each) => isOfType(value, each)))
    return `must be of type ${types.join(" or ")}`;
  if (schema.enum !== undefined && !schema.enum.includes(value as never))
    return `must be one of ${schema.enum.map((each) => JSON.stringify(each)).join(", ")}`;
  if (typeof value === "number" && value < minimum) return `must be at least ${minimum}`;
  if (typeof value === "number" && value > maximum) return `must be at most ${maximum}`;
  if (typeof value === "string" && schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
    return `must match ${schema.pattern}`;
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) return `must have at least ${schema.minItems} items`;
    return eachMisfit(value, Array.isArray(items) ? undefined : items);
  }
  return isRecord(value) ? eachMisfit(Object.values(value), schema.additionalProperties) : undefined;
}

function eachMisfit(
  values: readonly unknown[],
  schema: PolicyConfigJSONSchema | boolean | undefined,
): string | undefined {
  if (typeof schema !== "object") return undefined;
  const mistake = values.map((value) => misfit(value, schema)).find((found) => found !== undefined);
  return mistake === undefined ? undefined : `has an item that ${mistake}`;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isRecord(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function didYouMean(word: string, words: readonly string[]): string {
  const near = closest(word, words);
  return near === undefined ? "" : `; did you mean ${near}?`;
}
