import { type Json, SECRET, UNKNOWN } from "./plan.ts";
import { type WireObject, hasSecret, isObject, secret } from "./wire.ts";

/** Shortest secret that is struck out within a longer text; a shorter one would hit ordinary words. */
const SHORTEST = 6;

/** The value with the secrets taken out of all its texts. */
export function struckOut(value: Json, secrets: readonly string[]): Json {
  if (typeof value === "string") {
    if (secrets.includes(value)) return SECRET;
    return secrets
      .filter((each) => each.length >= SHORTEST)
      .reduce((text, each) => text.replaceAll(each, SECRET), value);
  }
  if (Array.isArray(value)) return value.map((each) => struckOut(each, secrets));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, struckOut(each, secrets)]));
}

/** What was derived from a secret (a name in an ARN, say) is secret, too. */
export function keepSecret(outputs: WireObject, secrets: string[]): WireObject {
  const telling = secrets.filter((each) => each !== "");
  if (telling.length === 0) return outputs;
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => {
      const shown = JSON.stringify(value);
      return [
        key,
        telling.some((each) => shown.includes(JSON.stringify(each).slice(1, -1))) ? secret(value) : value,
      ];
    }),
  );
}

/** Outputs in which the named ones are secret; one that is not known is secret all the same. */
export function withSecrets(outputs: WireObject, names: string[]): WireObject {
  const secrets = new Set(names);
  const unknown = Object.fromEntries(names.map((name) => [name, UNKNOWN]));
  return Object.fromEntries(
    Object.entries({ ...unknown, ...outputs }).map(([key, value]) => [
      key,
      secrets.has(key) || hasSecret(value) ? secret(value) : value,
    ]),
  );
}
