import { type Json, SECRET, UNKNOWN } from "./plan.ts";

/**
 * Property values as they travel between a program and Pulumi's resource monitor: JSON in which an object with the key
 * {@link SIGNATURE} stands for something JSON has not (secret, asset, archive, resource, output).
 */
export type Wire = Json;
/** A resource's properties on the wire. */
export type WireObject = Record<string, Json>;

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_VALUE = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** True for a JSON object, the only value with properties of its own. */
export function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True when the value is, or holds, a secret. */
export function hasSecret(value: Wire): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  if (!isObject(value)) return false;
  return isSecret(value) || Object.values(value).some(hasSecret);
}

/** Makes a value secret. */
export function secret(value: Wire): Wire {
  return isObject(value) && isSecret(value) ? value : { [SIGNATURE]: SECRET_VALUE, value };
}

/** The value as the provider would see it: secrets in clear, references as ids, assets described. */
function plain(value: Wire): Json {
  return translate(value, (inner) => plain(inner));
}

/** The value as a Plan shows it: every secret replaced by {@link SECRET}. */
function concealed(value: Wire): Json {
  return translate(value, () => SECRET);
}

/** {@link plain} of each property. */
export function plainObject(values: WireObject): Record<string, Json> {
  return mapValues(values, plain);
}

/** {@link concealed} of each property. */
export function concealedObject(values: WireObject): Record<string, Json> {
  return mapValues(values, concealed);
}

/** Paths to the secrets in a value, such as `environment.variables.TOKEN` or `users[0].password`. */
export function secretPaths(value: Wire, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => secretPaths(item, `${path}[${index}]`));
  if (!isObject(value)) return [];
  if (isSecret(value)) return [path];
  return Object.entries(value).flatMap(([key, item]) => secretPaths(item, path ? `${path}.${key}` : key));
}

/** The strings that are secret within a value, in clear, so that they can be struck out of messages. */
export function secretStrings(value: Wire): string[] {
  if (Array.isArray(value)) return value.flatMap(secretStrings);
  if (!isObject(value)) return [];
  return isSecret(value) ? strings(plain(value)) : Object.values(value).flatMap(secretStrings);
}

function strings(value: Json): string[] {
  if (typeof value === "string") return value === UNKNOWN ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  return isObject(value) ? Object.values(value).flatMap(strings) : [];
}

function isSecret(value: Record<string, Json>): boolean {
  return value[SIGNATURE] === SECRET_VALUE || (value[SIGNATURE] === OUTPUT && value.secret === true);
}

function translate(value: Wire, ofSecret: (inner: Wire) => Json): Json {
  if (Array.isArray(value)) return value.map((item) => translate(item, ofSecret));
  if (!isObject(value)) return value;
  switch (value[SIGNATURE]) {
    case undefined:
      return mapValues(value, (item) => translate(item, ofSecret));
    case SECRET_VALUE:
      return ofSecret(value.value ?? null);
    case OUTPUT: {
      const inner = value.value ?? UNKNOWN;
      return value.secret === true ? ofSecret(inner) : translate(inner, ofSecret);
    }
    case RESOURCE:
      return value.id === "" ? UNKNOWN : (value.id ?? value.urn ?? UNKNOWN);
    case ASSET:
    case ARCHIVE: {
      const described = mapValues(value, (item) => translate(item, ofSecret));
      const { [SIGNATURE]: signature, ...rest } = described;
      return { [signature === ASSET ? "asset" : "archive"]: rest };
    }
    default:
      return UNKNOWN;
  }
}

function mapValues(values: Record<string, Json>, change: (value: Json) => Json): Record<string, Json> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
