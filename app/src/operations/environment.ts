/** Reads environment variables as a schema describes them; tells every mistake, each with the way out. */
import { type Static, type TObject, type TProperties, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Reading<T extends TProperties> {
  /** Complete only where there are no mistakes. */
  values: Static<TObject<T>>;
  mistakes: string[];
}

/** The part of JSON Schema that settings are written in. */
interface SettingSchema {
  type?: string;
  enum?: readonly unknown[];
  anyOf?: readonly { const?: unknown }[];
  items?: SettingSchema;
  format?: string;
  pattern?: string | RegExp;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  default?: unknown;
  description?: string;
}

/** Names whose values are never shown. Where a file, an id or an address of the secret is meant, showing it helps. */
const SECRET = /(SECRET|PASSWORD|TOKEN|KEY|KEYS|HEADERS|CREDENTIALS)$/;

/**
 * An empty variable counts as one that is not there: that is how Compose files and shells leave one out. Booleans are
 * `true` and `false` (or 1 and 0), lists are separated by commas.
 */
export function readEnvironment<T extends TProperties>(settings: T, environment: Environment): Reading<T> {
  const values: Record<string, unknown> = {};
  const mistakes: string[] = [];
  for (const [name, schema] of Object.entries(settings)) {
    const setting = schema as SettingSchema;
    const text = environment[name];
    if (text === undefined || text.trim() === "") {
      if (setting.default !== undefined) values[name] = setting.default;
      else if (!Type.IsOptional(schema))
        mistakes.push(`${name} is missing; write ${expected(setting)}${purpose(setting)}`);
      continue;
    }
    const value = convert(setting, text.trim());
    if (Value.Check(schema, value)) values[name] = value;
    else
      mistakes.push(`${name}: ${shown(name, text)} is not ${expected(setting)}; ${remedy(schema, setting)}`);
  }
  return { values: values as Static<TObject<T>>, mistakes };
}

/** The value as the schema's type; the text as it is where it cannot be that, for the schema to refuse. */
function convert({ type, items }: SettingSchema, text: string): unknown {
  if (type === "integer" || type === "number") return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === "boolean")
    return { true: true, "1": true, false: false, "0": false }[text.toLowerCase()] ?? text;
  if (type === "array") {
    return text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "")
      .map((item) => convert(items ?? {}, item));
  }
  return text;
}

/** What may be written, as words: `a whole number from 1 to 65535`. */
function expected(setting: SettingSchema): string {
  const choices = setting.enum ?? setting.anyOf?.map((choice) => choice.const);
  if (choices !== undefined) return `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`;
  switch (setting.type) {
    case "integer":
      return `a whole number${range(setting.minimum, setting.maximum)}`;
    case "number":
      return `a number${range(setting.minimum, setting.maximum)}`;
    case "boolean":
      return "true or false";
    case "array":
      return `a list, separated by commas, of which each is ${expected(setting.items ?? {})}`;
    default:
      return text(setting);
  }
}

function text({ format, pattern, minLength, maxLength }: SettingSchema): string {
  if (format === "uri" || format === "url") return "a URL, such as https://host:4318";
  if (pattern !== undefined) return `text of the form ${String(pattern)}`;
  const bounds = range(minLength, maxLength);
  return bounds === "" ? "text" : `text of${bounds} characters`;
}

function range(least?: number, most?: number): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` at least ${least}`;
  return most === undefined ? "" : ` at most ${most}`;
}

function remedy(schema: TSchema, setting: SettingSchema): string {
  if (setting.default !== undefined)
    return `write one, or leave it out for ${JSON.stringify(setting.default)}`;
  return Type.IsOptional(schema) ? "write one, or leave it out" : "write one";
}

function purpose({ description }: SettingSchema): string {
  return description === undefined ? "" : `: ${description}`;
}

function shown(name: string, value: string): string {
  if (SECRET.test(name)) return `its value (${value.length} characters, not shown)`;
  // Passwords within URLs.
  return JSON.stringify(value.replace(/(:\/\/[^:/?#@]*:)[^@]*@/g, "$1***@"));
}
